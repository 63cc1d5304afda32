"""Whether the pipes of a network file can be those of a town: a rule of plausibility."""

from __future__ import annotations

from simulator.city.draft import CityDraft
from simulator.city.plausibility import Trial
from simulator.city.plausible import length_problem
from simulator.contracts.problem import BadInput
from simulator.contracts.words import Words
from simulator.domains.water.catalogue import PIPE

_ = Words("simulator.domains.water")

LENGTHS_M = (0.3, 50_000.0)
"""Median length of pipes that is believed (assumption): a fitting is longer than the one, and between two towns that
lie farther apart than the other nobody lays one pipe."""


def pipes_of_a_town(trial: Trial) -> CityDraft:
    """The rule: pipes of a length that none has are refused."""
    path = trial.networks.water_file
    if path is None:
        return trial.draft
    pipes = (c for c in trial.ground.components.values() if c.kind == PIPE)
    fix = _("check the units of the file (Units in [OPTIONS] says feet or metres)")
    if problems := length_problem(pipes, *LENGTHS_M, str(path), fix):
        raise BadInput(problems)
    return trial.draft
