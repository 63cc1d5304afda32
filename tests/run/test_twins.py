"""Runs beside their twins without the faults: what ships and shows nothing, and runs whose answer was once wrong."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from resilience.judge.judge import judge
from resilience.judge.verdict import Category, Value, Verdict
from simulator.contracts.history import HELD, LOST, History
from stadtwerk.library import find_scenario, load_checked
from stadtwerk.runs.light import light_run
from stadtwerk.runs.twin import twin_of

NOTHING = "The faults made no difference to anything that was judged."


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A place for twins that is empty; the demo city stays where it is built."""
    monkeypatch.setattr("stadtwerk.runs.kept.cache_folder", lambda: tmp_path / "cities")


def answered(file: Path) -> tuple[Verdict, History, History | None]:
    """The verdict of a light run beside its twin, with both."""
    _, scenario, city = load_checked(file)
    seed = scenario.run.seeds[0]
    resolved, history, _ = light_run(scenario, city, seed)
    twin = twin_of(resolved, city, seed)
    return judge(resolved, city, history, twin=twin), history, twin


@pytest.mark.parametrize("name", ["sensor-lies", pytest.param("spoofed-readings", marks=pytest.mark.nightly)])
def test_what_ships_and_goes_as_without_its_faults_is_inconclusive(name: str) -> None:
    found, _, _ = answered(find_scenario(name))
    assert (found.value, found.exit_code, found.without_effect) == (Value.INCONCLUSIVE, 2, True)
    assert NOTHING in found.answer.en


def test_that_no_reading_is_lost_is_asked_for_where_nothing_else_differs() -> None:
    """Both brokers are down for an hour: gateways keep what they read, and send it once there is a broker."""
    found, history, _ = answered(find_scenario("brokers-lost"))
    assert found.value is Value.PASS
    (difference,) = found.of(Category.DIFFERENCE)
    assert difference.reason.en.endswith("made no difference to anything that was judged, as the scenario asks.")
    past = history.deliveries
    assert past is not None and not {LOST, HELD} & set(past.stored.tolist())
    assert (past.stored - past.taken).max() > 3_000_000


@pytest.mark.nightly
@pytest.mark.parametrize("name", ["storm", "source-contaminated"])
def test_a_lost_town_does_not_pass(name: str) -> None:
    """The storm leaves a quarter of people in reach of rescue; with the spoilt source most get 2 l in bottles."""
    found, _, _ = answered(find_scenario(name))
    assert found.value is not Value.PASS
    wrong = {f.id for f in found.findings if f.value is found.value}
    assert wrong & ({"required-rescue-arrival"} if name == "storm" else {"drinking-water"})


@pytest.mark.nightly
def test_a_spoilt_source_fails_without_its_evidence_as_well(tmp_path: Path) -> None:
    """What nobody looks for happens all the same: people are counted where bad water comes out of their taps."""
    lines = find_scenario("source-contaminated").read_text(encoding="utf-8").splitlines()
    file = tmp_path / "source.yaml"
    file.write_text("\n".join(line for line in lines if not line.startswith("    evidence:")), encoding="utf-8")
    found, _, _ = answered(file)
    failed = {finding.id for finding in found.findings if finding.value is Value.FAIL}
    assert found.value is Value.FAIL and {"drinking-water", "required-litres-per-person"} & failed


FRAME = """\
schema: stadtwerk/scenario/1
id: by-hand
title: {{en: by hand}}
question: {{en: "Does the town hold?"}}
city: {{name: demo}}
run: {{start: "{start}", warmup: 1h, duration: 4h}}
timeline: {timeline}
expect:
  - {{id: power, type: invariant, levels: {{measure: power-supply}}, longest: 4h}}
  - {{id: town-hall, type: invariant, level: town-hall-1, longest: 4h}}
"""


def by_hand(place: Path, start: str, timeline: str) -> Path:
    file = place / "by-hand.yaml"
    file.write_text(FRAME.format(start=start, timeline=timeline), encoding="utf-8")
    return file


def test_a_town_that_is_dark_to_the_end_does_not_pass(tmp_path: Path) -> None:
    """Four hours of darkness are allowed, three and a half have passed when the run ends."""
    dark = "[{id: dark, at: 30min, fault: substation-out, selector: {kind: substation}}]"
    found, _, _ = answered(by_hand(tmp_path, "2026-01-14T12:00", dark))
    value = {finding.id: finding.value for finding in found.findings}
    assert value["power"] is Value.INCONCLUSIVE
    assert value["required-lifeline"] is Value.FAIL  # nobody asked, and it is missed all the same
    assert found.value is Value.FAIL


def test_a_day_without_faults_is_a_baseline_and_has_no_twin(tmp_path: Path) -> None:
    found, _, twin = answered(by_hand(tmp_path, "2026-05-12T06:30", "[]"))
    assert twin is None
    assert not found.of(Category.DIFFERENCE) and not found.without_effect


def test_a_twin_is_the_run_without_faults_and_is_kept(tmp_path: Path) -> None:
    """Its levels are those of the same scenario with an empty timeline; once kept it is read as it was lived."""
    _, quiet, city = load_checked(by_hand(tmp_path, "2026-05-12T06:30", "[]"))
    late = "[{id: late, at: 3h, fault: substation-out, selector: {kind: substation}}]"
    _, broken, _ = load_checked(by_hand(tmp_path, "2026-05-12T06:30", late))
    _, history, _ = light_run(quiet, city, 1)
    lived, read = twin_of(broken, city, 1), twin_of(broken, city, 1)
    assert lived is not None and read is not None and len(list((tmp_path / "twins").glob("*.json"))) == 1
    for one in (lived, read):
        assert {n: (c.at.tolist(), c.values.tolist()) for n, c in one.levels.items()} == {
            n: (c.at.tolist(), c.values.tolist()) for n, c in history.levels.items()
        }
    for name, theirs in history.consumers.items():
        for one in (lived.consumers[name], read.consumers[name]):
            assert (one.names, one.unit, one.at.tolist()) == (theirs.names, theirs.unit, theirs.at.tolist())
            assert all(np.array_equal(a, b) for a, b in zip(one.supplied, theirs.supplied, strict=True))
    assert history.consumers and lived.consumers.keys() == read.consumers.keys() == history.consumers.keys()
    assert [(e.at, e.subject, e.before, e.after) for e in lived.events] == [
        (e.at, e.subject, e.before, e.after) for e in read.events
    ]
    (kept,) = (tmp_path / "twins").glob("*.json")
    kept.write_text("{", encoding="utf-8")  # a file that somebody spoilt is none
    assert twin_of(broken, city, 1) is not None
    other = replace(broken, run=replace(broken.run, settings={"water": {"required_pressure_m": 27.5}}))
    assert twin_of(other, city, 1) is not None
    assert len(list((tmp_path / "twins").glob("*.json"))) == 2  # of engines that are set otherwise it is another one
