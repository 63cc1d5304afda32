"""Every weakness that a shipped scenario declares is cured by its named cure, and is there without it."""

from __future__ import annotations

import pytest

from resilience.judge.outcome import ASKED
from resilience.judge.verdict import Value
from resilience.scenario.loader import load_scenario
from stadtwerk.library import find_scenario, scenario_names
from stadtwerk.studies.suite import run_cured
from stadtwerk.studies.variants import Base, run_variants

IN_SHORT = "koepenick-2019-ties"
"""Held in `make test`; the others at night."""

DECLARED = [name for name in scenario_names() if load_scenario(find_scenario(name)).expected is not None]


@pytest.mark.parametrize(
    "name", [name if name == IN_SHORT else pytest.param(name, marks=pytest.mark.nightly) for name in DECLARED]
)
def test_with_the_cure_it_holds_and_without_it_fails(name: str) -> None:
    file = find_scenario(name)
    expected = load_scenario(file).expected
    assert expected is not None
    base = Base.of_scenario(file)
    job = base.job({part: value for part, value in base.scenario.items() if part != "expected"})
    verdict = run_variants([job])[job.key].verdict
    assert verdict is not None
    failed = {f.id for f in verdict.findings if f.value is Value.FAIL and f.category in ASKED}
    assert failed == set(expected.findings)
    for run in run_cured(file, None, expected.weaknesses):
        assert run.cured, (run.error, [finding.reason.en for finding in run.left])


def test_there_are_weaknesses_to_hold() -> None:
    assert IN_SHORT in DECLARED
