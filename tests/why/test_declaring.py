"""Known weaknesses found anew in the hamlet, and held by a suite: a cure too small fails it, one too large is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from resilience.judge.outcome import Outcome
from resilience.study.why.less import lesser
from resilience.study.why.options import Cured, Option, Place, recognised
from simulator.city.loader import load_city
from simulator.contracts.cure import Cure
from simulator.contracts.words import Verbatim
from stadtwerk.studies.declaring import declare, with_weaknesses
from stadtwerk.studies.suite import run_single
from tests.city.towns import CITY as WHOLE
from tests.city.towns import hamlet

CITY = "".join(line for line in WHOLE.splitlines(keepends=True) if "litres-west" not in line)
"""Without the level of a district that has nobody to give it drinking water: it could not be judged."""

SCENARIO = """\
# How long the battery must last.
schema: stadtwerk/scenario/1
id: cut
title: {de: Das einzige Kabel, en: The only cable}
question: {de: "Hält der Weiler?", en: "Does the hamlet hold?"}

city: {path: city}
run: {start: "2026-01-14T06:00", warmup: 10min, duration: 3h}  # short
timeline:
  - {id: cable, at: 30min, fault: link-cut, target: g-h, for: 1h}
expect:
  - {id: hospital, type: invariant, level: hospital-1}
  - {id: water, type: invariant, level: water-supply-city}
"""

DECLARED = """\
expected:
  verdict: fail
  weaknesses:
    - findings: [hospital]
      cure:
        set:
          - {link: g-h, autonomy_min: 60}

city:"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "city").mkdir()
    hamlet(tmp_path / "city", city=CITY)
    path = tmp_path / "cut.yaml"
    path.write_text(SCENARIO, encoding="utf-8")
    return path


def test_what_is_found_is_written_and_found_again_in_a_few_runs(file: Path) -> None:
    found = declare(file, 100)
    text = with_weaknesses(SCENARIO, found.weaknesses)
    assert text == SCENARIO.replace("city:", DECLARED, 1)
    file.write_text(text, encoding="utf-8")
    again = declare(file, 100)
    assert again.weaknesses == found.weaknesses and again.runs == 2 < found.runs
    assert with_weaknesses(text, again.weaknesses) == text
    assert with_weaknesses(text, ()) == SCENARIO


def test_where_one_finding_has_no_cure_the_others_are_not_looked_for(file: Path) -> None:
    """Nothing is declared then, so that each further run would be in vain; asked thoroughly, all are answered."""
    closed = "  - {id: closed, at: 30min, fault: isolated, target: [junction-B, junction-C], for: 30min}\n"
    file.write_text(SCENARIO.replace("expect:", f"{closed}expect:"), encoding="utf-8")
    found = declare(file, 100)
    assert [(answer.finding, answer.cured) for answer in found.answers] == [("water", ())]
    assert found.left == ("hospital",)
    assert found.weaknesses == ()
    assert found.runs <= 10
    whole = declare(file, 100, thorough=True)
    answers = {answer.finding: answer for answer in whole.answers}
    assert answers["hospital"].cured
    assert answers["water"].without == (("closed",),)


@pytest.mark.parametrize(
    ("minutes", "outcome", "said"),
    [
        (60, Outcome.KNOWN, "It holds with: emergency power for 1 h instead of 10 min at St. Example."),
        (59, Outcome.FAIL, "The cure of the known weakness does not cure it."),
        (240, Outcome.KNOWN, "Less would do: emergency power for 2 h 5 min instead of 10 min at St. Example."),
    ],
)
def test_a_suite_holds_a_declared_cure_to_its_word(
    file: Path, tmp_path: Path, minutes: int, outcome: Outcome, said: str
) -> None:
    file.write_text(SCENARIO.replace("city:", DECLARED.replace("60", str(minutes)), 1), encoding="utf-8")
    run = run_single(file, 1, tmp_path / "runs")
    assert run.judged.outcome is outcome
    assert said in run.judged.reason.en
    assert ("Less would do" in run.judged.reason.en) is (minutes == 240)


def test_half_of_a_cure_is_half_of_the_size_and_half_of_the_places(tmp_path: Path) -> None:
    city = load_city(hamlet(tmp_path))
    assert lesser({"set": [{"links": {"kind": "power"}, "autonomy_min": 61}]}, city) == (
        {"set": [{"link": "g-h", "autonomy_min": 35}]},
    )
    line = {"id": "x", "kind": "data", "source": "gateway-east", "target": "pump-u"}
    both = {"add": {"links": [line]}, "set": [{"component": "hospital-1", "parameters": {"staff_reserve": 0.57}}]}
    size, first, second = lesser(both, city)
    assert size["set"] == [{"component": "hospital-1", "parameters": {"staff_reserve": 0.28}}]
    assert (first, second) == ({"add": {"links": [line]}}, {"set": both["set"]})
    assert lesser({"add": {"links": [line]}}, city) == ()


def test_a_change_is_recognised_as_the_cures_it_is_made_of() -> None:
    battery = Option("battery", (Place("a", 10.0), Place("b")), Cure(Verbatim("b"), 4320, 1, "test"), "power")
    crews = Option("crews", (Place("d", 2.0),), Cure(Verbatim("c"), 20, 1, "test", added=True), parameter="crews")
    line = Option("second", (Place("t"),), lines={"t": {"id": "x"}})
    everything = [battery, crews, line]
    change = {
        "set": [{"component": "d", "parameters": {"crews": 5}}, {"link": "b", "autonomy_min": 60}],
        "add": {"links": [{"id": "x"}]},
    }
    assert recognised(change, everything) == (
        Cured(battery, (Place("b"),), 60.0),
        Cured(crews, (Place("d", 2.0),), 3.0),
        Cured(line, (Place("t"),), 0.0),
    )
    assert recognised({"set": [{"links": {"kind": "power"}, "autonomy_min": 60}]}, everything) is None
    assert recognised({"set": [{"link": "c", "autonomy_min": 60}]}, everything) is None
