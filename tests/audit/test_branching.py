"""A forked case is the same case run from scratch, byte for byte; and what nobody asked about makes no difference."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from resilience.scenario.entry import Evidence, Repair, TimelineEntry, Trigger
from resilience.scenario.scenario import CityReference, RunSettings, Scenario
from simulator.contracts.city import City
from simulator.contracts.history import History
from simulator.contracts.link import LinkKind
from simulator.contracts.words import Said
from simulator.kernel import Clock
from stadtwerk.runs import branching
from stadtwerk.runs.branching import BranchFailed, Lived, run_alone, run_cases
from stadtwerk.runs.feed import Feed
from stadtwerk.runs.folder import event_lines
from stadtwerk.runs.simulate import simulate
from stadtwerk.terminal import Terminal
from tests.audit.towns import whole_town

RUN = RunSettings(datetime(2026, 1, 14, 7, 0), 1800.0, 4 * 3600.0)
SAME = Said({"de": "gleich", "en": "same"})


@dataclass(frozen=True)
class Bytes:
    """A whole history as bytes, but for the telemetry that only a run with sensors has."""

    events: bytes
    levels: tuple[tuple[str, bytes, bytes], ...]
    executed: str

    @classmethod
    def of(cls, history: History) -> Bytes:
        levels = tuple((name, c.at.tobytes(), c.values.tobytes()) for name, c in history.levels.items())
        return cls(event_lines(history.events), levels, repr(history.executed))


def whole(lived: Lived) -> Bytes:
    return Bytes.of(lived.history)


def case(name: str, *entries: TimelineEntry) -> Scenario:
    return Scenario(name, SAME, SAME, CityReference("town"), RUN, entries)


def cut(target: str, at_s: float = 3600.0, for_s: float | None = 5400.0) -> TimelineEntry:
    return TimelineEntry(f"cut-{target}", at_s, "link-cut", (target,), for_s=for_s)


CASES = (
    case("nothing"),
    case("feeder", cut("power-bus-1-pump-U")),
    case("station", cut("power-bus-1-pump-U"), cut("power-bus-3-pump-U"), cut("power-bus-3-signal-1", 3600.5, None)),
    case("server", TimelineEntry("out", 3600.0, "node-out", ("server-a",), for_s=1800.0)),
    case("substation", TimelineEntry("out", 5400.0, "substation-out", ("substation-0",), for_s=4000.25)),
    case(
        "repair",
        cut("road-road-node-n00-pump-U", 3600.0, 3000.0),
        TimelineEntry(
            "out",
            3600.0,
            "pump-out",
            ("pump-U",),
            repair=Repair(1200.0),
            evidence=Evidence("pump-U", "working", 0.5, None, 600.0),
        ),
    ),
    case(
        "waits", TimelineEntry("out", 3600.0, "node-out", ("router-1",), when=Trigger("tank-T", "level_m", 3.2, None))
    ),
    case("road", TimelineEntry("closed", 3600.0, "road-closed", ("road-00-10", "road-10-00"), for_s=3600.0)),
)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    return whole_town(tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="module")
def forked(city: City) -> dict[int, Bytes]:
    return dict(run_cases(city, CASES, 1, whole, jobs=2))


def test_cases_differ_and_reach_their_faults(forked: dict[int, Bytes]) -> None:
    assert sorted(forked) == list(range(len(CASES)))
    assert len({found.events for found in forked.values()}) == len(CASES)
    assert "applied_at=None" not in "".join(found.executed for found in forked.values())
    assert b"inject.took-effect" in forked[5].events and b"crew.waits-for-road" in forked[5].events


@pytest.mark.parametrize("place", range(len(CASES)), ids=[c.id for c in CASES])
def test_a_forked_case_is_the_run_of_the_scenario(
    place: int, city: City, forked: dict[int, Bytes], tmp_path: Path
) -> None:
    """Beside an ordinary run, sensors and all, which knows nothing of branching."""
    scenario = CASES[place]
    clock = Clock(RUN.start, RUN.warmup_s, RUN.duration_s)
    history, _ = simulate(scenario, city, clock, 1, Feed(), tmp_path / "r.parquet", None, Terminal())
    assert forked[place] == Bytes.of(history)


def test_without_fork_the_same_comes_out(city: City, forked: dict[int, Bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "fork")
    assert not branching.can_fork()
    assert dict(run_cases(city, CASES[1:3], 1, whole)) == {0: forked[1], 1: forked[2]}


def test_a_cut_of_which_nobody_asked_changes_nothing(city: City) -> None:
    """Each link that the witness lets pass is cut in full, and the town lives on as if nothing had been."""
    quiet, indifferent = run_alone(city, CASES[0], 1, lambda lived: (whole(lived), lived.indifferent))
    assert len(indifferent) > 20
    assert {city.links[name].kind for name in indifferent} == {LinkKind("road")}
    assert "road-road-node-n00-rescue-station-1" not in indifferent  # asked all the time: where do ambulances set out?
    names = sorted(indifferent)
    for _, found in run_cases(city, [case(name, cut(name)) for name in names], 1, whole):
        assert found.levels == quiet.levels


def test_a_case_that_breaks_down_is_named(city: City) -> None:
    def fails(lived: Lived) -> int:
        raise ZeroDivisionError("on purpose")

    with pytest.raises(BranchFailed, match=r"case 'feeder'(.|\n)*on purpose"):
        list(run_cases(city, CASES[1:2], 1, fails))
    with pytest.raises(BranchFailed, match="case 'feeder' ended with status 3"):
        list(run_cases(city, CASES[1:2], 1, lambda _: os._exit(3)))


def test_cases_with_other_times_share_no_beginning(city: City) -> None:
    other = Scenario("x", SAME, SAME, CityReference("town"), RunSettings(RUN.start, 0.0, 60.0))
    with pytest.raises(ValueError, match="same run settings"):
        list(run_cases(city, (CASES[0], other), 1, whole))
