"""Readings that go astray: each order, time and value is broken exactly where a label says so."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from simulator.contracts.event import EventKind
from simulator.contracts.fault import ActiveFault
from simulator.contracts.registry import registry
from simulator.contracts.sensor import Readings, SensorCohort
from simulator.contracts.ticks import to_ticks
from simulator.kernel import Clock, EventLog, Streams
from simulator.sensors import Label, Sampler, Transport, TruthFile, read_labels
from tests.codes import SOMETHING

GIVEN: dict[str, Mapping[str, float]] = {
    "clock-skew": {"offset_s": 30.0},
    "readings-duplicated": {"share": 0.5},
    "readings-reordered": {"share": 0.5},
    "readings-replayed": {"record_s": 180.0},
    "readings-spoofed": {"factor": 0.5},
}

A = SensorCohort("a", "gw", "pressure_m", "m", ("a0", "a1"), 0.0, 60.0)
B = SensorCohort("b", "gw", "pressure_m", "m", ("b0",), 0.0, 90.0)
FAR = SensorCohort("far", "gw-2", "pressure_m", "m", ("f0",), 0.0, 60.0)


@dataclass(frozen=True)
class Break:
    fault: str
    from_s: float = 0.0
    until_s: float | None = None
    given: Mapping[str, float] | None = None
    cause: str = "entry"
    gateway: str = "gw"


@dataclass(frozen=True)
class Arrival:
    """One reading of the first sensor of a set, as it reached its gateway."""

    now_s: float
    at_s: float
    value: float


@dataclass
class Got:
    arrivals: dict[str, list[Arrival]]
    labels: list[Label]
    log: EventLog

    def labelled(self, fault: str, sensor: str) -> list[Label]:
        return [label for label in self.labels if label.fault == fault and sensor in label.sensors]


def run(breaks: Sequence[Break] = (), cohorts=(A, B, FAR), duration_s: float = 1200.0) -> Got:
    """Readings say when they were taken, so that each can be told from any other."""
    clock, got, labels = Clock(datetime(2026, 1, 14), 0.0, duration_s), {}, []
    log, streams = EventLog(clock), Streams(1)

    def sink(readings: Readings, now: int) -> None:
        for i, sensor in enumerate(readings.group.sensors):
            arrival = Arrival(now / 1000, readings.at / 1000, float(readings.values[i]))
            got.setdefault(sensor, []).append(arrival)

    transport = Transport(clock, streams, sink, log, labels.append)

    def change(one: Break, begin: bool) -> None:
        (point,) = (point for point in registry().report_faults if point.name == one.fault)
        filled = {p.name: p.default for p in point.parameters if p.default is not None}
        filled |= GIVEN[one.fault] if one.given is None else one.given
        active = (ActiveFault(one.gateway, one.fault, one.cause, filled),) if begin else ()
        event = log.add(SOMETHING, one.gateway, kind=EventKind.FAULT if begin else EventKind.CLEAR)
        transport.change(one.gateway, one.fault, active, event)

    for one in breaks:
        clock.at(to_ticks(one.from_s), "test", lambda one=one: change(one, True))
        if one.until_s is not None:
            clock.at(to_ticks(one.until_s), "test", lambda one=one: change(one, False))

    def find(quantity: str, components: tuple[str, ...]):
        return lambda: np.full(len(components), clock.now_s + 1.0)

    Sampler(clock, streams, cohorts, find, transport.take).start()
    clock.run_until(clock.end)
    return Got(got, labels, log)


def test_without_faults_readings_go_on_as_they_are() -> None:
    got = run()
    assert got.arrivals["a0/pressure_m"] == [Arrival(60.0 * i, 60.0 * i, 60.0 * i + 1) for i in range(21)]
    assert not got.labels


def test_a_wrong_clock_stamps_wrong_times_and_moves_nothing_else() -> None:
    got = run([Break("clock-skew", 120.0, 600.0, {"offset_s": -45.0, "rate": 0.01})])
    for arrival in got.arrivals["a1/pressure_m"]:
        wrong = 120.0 <= arrival.now_s < 600.0
        fast_s = -45.0 + 0.01 * (arrival.now_s - 120.0) if wrong else 0.0
        assert arrival.at_s == pytest.approx(arrival.now_s + fast_s, abs=1e-3)
        assert arrival.value == arrival.now_s + 1.0
    assert [label.taken_s for label in got.labelled("clock-skew", "a1/pressure_m")] == [60.0 * i for i in range(2, 10)]
    assert got.arrivals["f0/pressure_m"] == run().arrivals["f0/pressure_m"]


def test_a_duplicate_is_the_same_reading_again_right_after_it() -> None:
    got, sound = run([Break("readings-duplicated", 120.0, 900.0)]), run()
    for sensor, arrivals in got.arrivals.items():
        twice = {label.taken_s for label in got.labelled("readings-duplicated", sensor)}
        expected = [a for a in sound.arrivals[sensor] for _ in range(2 if a.at_s in twice else 1)]
        assert arrivals == expected
    labels = got.labelled("readings-duplicated", "a0/pressure_m")
    assert labels and all(label.copy == 1 and 120.0 <= label.taken_s < 900.0 for label in labels)


def test_the_share_of_doubled_readings_is_the_one_asked_for() -> None:
    got = run([Break("readings-duplicated", given={"share": 0.3})], [A], 2000 * 60.0)
    low, high = stats.binom.ppf([5e-7, 1 - 5e-7], 2001, 0.3)
    assert low < len(got.labels) < high


def test_order_is_broken_exactly_where_a_label_says_so_and_nothing_is_lost() -> None:
    got, sound = run([Break("readings-reordered", 120.0)]), run()
    for sensor, arrivals in got.arrivals.items():
        waited = {label.taken_s for label in got.labelled("readings-reordered", sensor)}
        assert Counter((a.at_s, a.value) for a in arrivals) == Counter(
            (a.at_s, a.value) for a in sound.arrivals[sensor]
        )
        behind = {a.at_s for before, a in itertools.pairwise(arrivals) if a.at_s < before.at_s}
        assert behind == waited
    assert {"a0/pressure_m", "b0/pressure_m"} <= {s for label in got.labels for s in label.sensors}


def test_the_last_readings_of_a_run_do_not_wait_for_ever() -> None:
    got = run([Break("readings-reordered", given={"share": 1.0})])
    order = [a.at_s for a in got.arrivals["a0/pressure_m"]]
    swapped = [60.0 * i for pair in range(0, 20, 2) for i in (pair + 1, pair)]
    assert order == [*swapped, 1200.0]


def test_a_replay_shows_what_was_recorded_again_and_again_with_present_times() -> None:
    got = run([Break("readings-replayed", 120.0, 840.0, {"record_s": 180.0})])
    arrivals = got.arrivals["a0/pressure_m"]
    assert [a.at_s for a in arrivals] == [a.now_s for a in arrivals] == [60.0 * i for i in range(21)]
    taken = [a.value - 1.0 for a in arrivals]
    recorded = [120.0, 180.0, 240.0]
    assert taken == [0.0, 60.0, *recorded, *recorded, *recorded, *recorded[:3], *(60.0 * i for i in range(14, 21))]
    labels = got.labelled("readings-replayed", "a0/pressure_m")
    assert [label.taken_s for label in labels] == [60.0 * i for i in range(5, 14)]


def test_forged_readings_stand_beside_the_true_ones() -> None:
    got = run([Break("readings-spoofed", 120.0, 240.0, {"factor": -2.0})])
    assert got.arrivals["a1/pressure_m"][1:6] == [
        Arrival(60.0, 60.0, 61.0),
        Arrival(120.0, 120.0, 121.0),
        Arrival(120.0, 120.0, -242.0),
        Arrival(180.0, 180.0, 181.0),
        Arrival(180.0, 180.0, -362.0),
    ]
    assert [(x.taken_s, x.copy) for x in got.labelled("readings-spoofed", "a1/pressure_m")] == [(120.0, 1), (180.0, 1)]


def test_the_first_wrong_readings_are_logged_as_the_fault_s_effect() -> None:
    got = run([Break("readings-replayed", 120.0)])
    (effect,) = [e for e in got.log.events if e.kind is EventKind.TELEMETRY]
    assert (effect.subject, effect.at) == ("gw", 300_000)
    assert got.log.events[effect.cause].kind is EventKind.FAULT


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.builds(
            lambda fault, begin, length, gateway: Break(fault, 30.0 * begin, 30.0 * (begin + length), gateway=gateway),
            st.sampled_from(sorted(GIVEN)),
            st.integers(0, 20),
            st.integers(1, 20),
            st.sampled_from(["gw", "gw-2"]),
        ),
        max_size=5,
        unique_by=lambda one: (one.fault, one.gateway),
    )
)
def test_what_is_not_labelled_arrives_as_without_faults(breaks: list[Break]) -> None:
    got, sound = run(breaks), run()
    for sensor, arrivals in sound.arrivals.items():
        labels = [label for label in got.labels if sensor in label.sensors]
        touched = {label.taken_s for label in labels}
        whole = [a for a in got.arrivals[sensor] if a.at_s not in touched | {label.t_s for label in labels}]
        apart = touched | {label.t_s for label in labels}
        assert whole == [a for a in arrivals if a.at_s not in apart]
        added = sum(label.copy for label in labels)
        assert len(got.arrivals[sensor]) == len(arrivals) + added


def test_the_order_of_cohorts_changes_nothing() -> None:
    breaks = [Break(fault, 60.0) for fault in ("readings-duplicated", "readings-reordered")]
    forth, back = run(breaks, (A, B, FAR)), run(breaks, (FAR, B, A))
    assert forth.arrivals == back.arrivals
    assert sorted(forth.labels, key=repr) == sorted(back.labels, key=repr)
    other = SensorCohort("c", "gw", "pressure_m", "m", ("c0",), 0.0, 60.0)
    joined, swapped = run(breaks, (A, other)), run(breaks, (other, A))
    assert joined.arrivals == swapped.arrivals


def test_labels_are_read_back_as_they_were_written(tmp_path: Path) -> None:
    got = run([Break("readings-spoofed"), Break("clock-skew")])
    labels = [*got.labels, Label(1.0, 1.0, "sensor-dropout", "x", ("a/b",), 0, (1.5,), (None,))]
    file = TruthFile(tmp_path / "truth.jsonl")
    for label in labels:
        file.add(label)
    assert file.close()
    assert list(read_labels(tmp_path / "truth.jsonl")) == labels


def test_without_labels_there_is_no_file(tmp_path: Path) -> None:
    assert not TruthFile(tmp_path / "truth.jsonl").close()
    assert list(read_labels(tmp_path / "truth.jsonl")) == []
    assert not list(tmp_path.iterdir())
