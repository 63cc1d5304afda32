"""Whether the data of a town that is read in can be those of a town: rules that sub-systems declare, asked in order.

A rule refuses what cannot be (`BadInput`), and of what is merely odd it tells in a `Finding` that stays with the city.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from simulator.city.draft import CityDraft
from simulator.city.generator.bare_town import BareTown
from simulator.city.networks import Networks, read_networks
from simulator.city.plausible import impossible, oddities
from simulator.city.read import CITY_FILE
from simulator.city.where import Where
from simulator.contracts.city import Finding
from simulator.contracts.problem import BadInput
from simulator.contracts.registry import named, registry


@dataclass(frozen=True, slots=True)
class Trial:
    """What a rule looks at: the draft, its network elements and districts, and the folder with its network files."""

    draft: CityDraft
    ground: BareTown
    networks: Networks
    folder: Path


def in_one_place(trial: Trial) -> CityDraft:
    """The rule of the map: refuse what cannot be, and tell what is odd."""
    draft, ground = trial.draft, trial.ground
    problems = impossible(ground.components.values(), str(trial.folder / CITY_FILE))
    if problems:
        raise BadInput(problems)
    return replace(draft, findings=(*draft.findings, *oddities(ground.components, ground.districts)))


def asked_always(trial: Trial) -> tuple[Finding, ...]:
    """What those rules find that are asked of every city, in the order of the rules, beside what is known of it
    already. Raises `BadInput`."""
    known = {finding.rule for finding in trial.draft.findings}
    found = list(trial.draft.findings)
    for rule in registry().plausibility:
        if rule.always:
            new = named(rule.run)(trial).findings[len(trial.draft.findings) :]
            found += [finding for finding in new if finding.rule not in known]
    return tuple(found)


def tried(trial: Trial) -> tuple[CityDraft, Networks]:
    """The draft after all rules, with what they found, and its network elements as it names them now."""
    trial = replace(trial, draft=in_one_place(trial))
    for rule in registry().plausibility:
        draft = named(rule.run)(trial)
        if (draft.water, draft.energy, draft.traffic) != (trial.draft.water, trial.draft.energy, trial.draft.traffic):
            networks, problems = read_networks(trial.folder, draft, Where(str(trial.folder / CITY_FILE)))
            if problems:
                raise BadInput(problems)
            trial = replace(trial, networks=networks)
        trial = replace(trial, draft=draft)
    return trial.draft, trial.networks
