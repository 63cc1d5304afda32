"""Sensors that lie: closed forms, statistics, labels, and that a cleared fault leaves nothing behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from simulator.contracts.event import EventKind
from simulator.contracts.fault import ActiveFault
from simulator.contracts.registry import registry
from simulator.contracts.sensor import Quality, Readings, SensorCohort
from simulator.contracts.ticks import to_ticks
from simulator.kernel import Clock, EventLog, Streams
from simulator.sensors import Label, Sampler, SensorFaults
from simulator.sensors.sampler import digits_shown
from tests.codes import SOMETHING

Given = Mapping[str, float | str | bool]

AMOUNTS: dict[str, Given] = {
    "sensor-bias": {"amount": 2.0},
    "sensor-drift": {"amount": 3.0},
    "sensor-stuck": {},
    "sensor-noise": {"amount": 5.0},
    "sensor-spike": {"amount": 30.0, "share": 0.5},
    "sensor-dropout": {"share": 0.5},
    "sensor-clipping": {"lowest": 49.9, "highest": 50.1},
}


def filled(fault: str, given: Given) -> Given:
    (point,) = (point for point in registry().sensor_faults if point.name == fault)
    return {p.name: p.default for p in point.parameters if p.default is not None} | dict(given)


def cohort(name: str = "c", count: int = 4, accuracy: float = 0.1, quantity: str = "pressure_m") -> SensorCohort:
    return SensorCohort(name, "gw", quantity, "m", tuple(f"{name}{i}" for i in range(count)), accuracy, 60.0)


@dataclass(frozen=True)
class Break:
    """A fault on components from one second to another; `until_s` None: for ever."""

    fault: str
    targets: tuple[str, ...]
    from_s: float = 0.0
    until_s: float | None = None
    given: Given = field(default_factory=dict)
    cause: str = "entry"


@dataclass
class Taken:
    """A run: what was read by sensor, its labels and its log."""

    at: list[float]
    values: dict[str, list[float]]
    quality: dict[str, list[int]]
    labels: list[Label]
    log: EventLog

    def of(self, sensor: str) -> np.ndarray:
        return np.array(self.values[sensor])


def truth(quantity: str, components: tuple[str, ...], now_s: float) -> np.ndarray:
    """50 and a slow swing that differs from component to component, and from quantity to quantity."""
    return np.array([50 + np.sin(now_s / 600 + len(quantity) + sum(map(ord, name))) for name in components])


def run(
    cohorts: Sequence[SensorCohort], breaks: Sequence[Break] = (), duration_s: float = 1200.0, seed: int = 1
) -> Taken:
    clock = Clock(datetime(2026, 1, 14), 0.0, duration_s)
    log, streams, labels, taken = EventLog(clock), Streams(seed), [], []
    faults = SensorFaults(clock, streams, cohorts, log, labels.append)
    active: dict[tuple[str, str], dict[str, ActiveFault]] = {}

    def change(one: Break, target: str, begin: bool) -> None:
        stack = active.setdefault((target, one.fault), {})
        if begin:
            stack[one.cause] = ActiveFault(target, one.fault, one.cause, filled(one.fault, one.given))
        else:
            del stack[one.cause]
        event = log.add(SOMETHING, target, kind=EventKind.FAULT if begin else EventKind.CLEAR)
        faults.change(target, one.fault, tuple(stack.values()), event)

    for one in breaks:
        for target in one.targets:
            clock.at(to_ticks(one.from_s), "test", lambda one=one, target=target: change(one, target, True))
            if one.until_s is not None:
                clock.at(to_ticks(one.until_s), "test", lambda one=one, target=target: change(one, target, False))

    def find(quantity: str, components: tuple[str, ...]):
        return lambda: truth(quantity, components, clock.now_s)

    Sampler(clock, streams, cohorts, find, taken.append, faults=faults).start()
    clock.run_until(clock.end)
    return Taken(*_columns(taken), labels, log)


def _columns(taken: list[Readings]) -> tuple[list[float], dict[str, list[float]], dict[str, list[int]]]:
    at, values, quality = {}, {}, {}
    for readings in taken:
        at[readings.at / 1000] = None
        for sensor, value, flag in zip(readings.group.sensors, readings.values, readings.quality, strict=True):
            values.setdefault(sensor, []).append(float(value))
            quality.setdefault(sensor, []).append(int(flag))
    return list(at), values, quality


EXACT = cohort(accuracy=0.0)
"""Its readings are the truth itself, so that formulas show without noise and rounding."""

SENSOR, OTHER = "c1/pressure_m", "c2/pressure_m"


def exact(one: Break) -> tuple[np.ndarray, np.ndarray, Taken]:
    """The true and the read values of the broken sensor, and the run."""
    broken, sound = run([EXACT], [one]), run([EXACT])
    for sensor in sound.values.keys() - {SENSOR}:
        assert broken.values[sensor] == sound.values[sensor]
    return sound.of(SENSOR), broken.of(SENSOR), broken


def elapsed(taken: Taken, from_s: float) -> np.ndarray:
    return np.array(taken.at) - from_s


def test_a_bias_adds_an_amount_or_a_share() -> None:
    true, read, _ = exact(Break("sensor-bias", ("c1",), given={"amount": -2.5}))
    assert np.array_equal(read, true - 2.5)
    true, read, _ = exact(Break("sensor-bias", ("c1",), given={"form": "proportional", "amount": 0.1}))
    assert read == pytest.approx(1.1 * true, rel=1e-15)


@pytest.mark.parametrize(
    ("form", "shape"),
    [
        ("linear", lambda x: x),
        ("quadratic", lambda x: x**2),
        ("exponential", lambda x: (np.exp(x) - 1) / (np.e - 1)),
    ],
)
def test_a_drift_follows_its_form_and_reaches_its_amount_in_time(form: str, shape) -> None:
    given = {"form": form, "amount": 4.0, "reached_s": 600.0}
    true, read, taken = exact(Break("sensor-drift", ("c1",), 240.0, given=given))
    x = elapsed(taken, 240.0) / 600
    assert read == pytest.approx(np.where(x < 0, true, true + 4 * shape(np.maximum(x, 0))), abs=1e-12)
    assert read[taken.at.index(840.0)] == pytest.approx(true[taken.at.index(840.0)] + 4.0, abs=1e-12)


def test_a_stuck_sensor_shows_what_it_showed_last_or_a_given_value() -> None:
    true, read, taken = exact(Break("sensor-stuck", ("c1",), 240.0, 600.0))
    at = np.array(taken.at)
    held = (at >= 240) & (at < 600)
    assert np.array_equal(read[~held], true[~held])
    assert set(read[held]) == {true[at == 180.0][0]}
    _, read, _ = exact(Break("sensor-stuck", ("c1",), 240.0, 600.0, {"form": "value", "amount": -7.0}))
    assert set(read[held]) == {-7.0}


def test_a_sensor_that_sticks_before_its_first_reading_keeps_the_first() -> None:
    true, read, _ = exact(Break("sensor-stuck", ("c1",)))
    assert set(read) == {true[0]}


def test_a_clipped_sensor_stays_between_its_limits() -> None:
    true, read, taken = exact(Break("sensor-clipping", ("c1",), given={"lowest": 49.5, "highest": 50.2}))
    assert np.array_equal(read, np.minimum(np.maximum(true, 49.5), 50.2))
    beyond = [at for at, value in zip(taken.at, true, strict=True) if not 49.5 <= value <= 50.2]
    assert beyond and [label.taken_s for label in taken.labels] == beyond


def test_noise_has_the_given_standard_deviation_on_top_of_the_sensor_s_own() -> None:
    many = cohort(count=40, accuracy=0.3)
    one = Break("sensor-noise", many.components, given={"amount": 2.0})
    noisy, sound = run([many], [one], 200 * 60.0), run([many], duration_s=200 * 60.0)
    added = np.concatenate([noisy.of(s) - sound.of(s) for s in many.sensors])
    n, step = added.size, 10.0 ** -(digits_shown(0.3) or 0)
    low, high = stats.chi2.ppf([5e-7, 1 - 5e-7], n)
    variance = 4.0 + step**2 / 6  # two independent roundings
    assert low < (added**2).sum() / variance < high
    assert abs(added.mean()) < 2.0 / np.sqrt(n) * stats.norm.ppf(1 - 5e-7)
    table = np.corrcoef(np.array([noisy.of(s) - sound.of(s) for s in many.sensors]))
    assert np.abs(table[~np.eye(40, dtype=bool)]).max() < 6 / np.sqrt(201)


def test_spikes_come_at_their_rate_upwards_and_downwards_alike() -> None:
    many = cohort(count=40, accuracy=0.0)
    one = Break("sensor-spike", many.components, given={"amount": 30.0, "share": 0.1})
    spiky, sound = run([many], [one], 200 * 60.0), run([many], duration_s=200 * 60.0)
    off = np.concatenate([spiky.of(s) - sound.of(s) for s in many.sensors])
    assert set(np.unique(off.round(9))) == {-30.0, 0.0, 30.0}
    for direction, share in ((off > 1, 0.05), (off < -1, 0.05)):
        low, high = stats.binom.ppf([5e-7, 1 - 5e-7], off.size, share)
        assert low < direction.sum() < high


def test_a_dropout_has_no_value_and_says_so() -> None:
    _, read, taken = exact(Break("sensor-dropout", ("c1",), 240.0, 600.0))
    gone = np.isnan(read)
    assert [at for at, nan in zip(taken.at, gone, strict=True) if nan] == [240.0, 300.0, 360.0, 420.0, 480.0, 540.0]
    assert [Quality(flag) is Quality.BAD for flag in taken.quality[SENSOR]] == gone.tolist()
    many = cohort(count=40)
    some = run([many], [Break("sensor-dropout", many.components, given={"share": 0.2})], 200 * 60.0)
    missing = sum(int(np.isnan(some.of(s)).sum()) for s in many.sensors)
    low, high = stats.binom.ppf([5e-7, 1 - 5e-7], 40 * 201, 0.2)
    assert low < missing < high


BREAKS = st.builds(
    lambda fault, targets, begin, length, cause: Break(
        fault, tuple(sorted(targets)), 60.0 * begin, 60.0 * (begin + length), AMOUNTS[fault], cause
    ),
    st.sampled_from(sorted(AMOUNTS)),
    st.sets(st.sampled_from(["c0", "c1", "c3", "d0"]), min_size=1),
    st.integers(0, 6),
    st.integers(1, 6),
    st.sampled_from(["first", "second"]),
)


def overlapping(breaks: list[Break]) -> bool:
    """The same cause of the same fault on one target twice at once, which the fault door counts as one."""
    for i, one in enumerate(breaks):
        for other in breaks[:i]:
            same = one.fault == other.fault and one.cause == other.cause and set(one.targets) & set(other.targets)
            if same and one.from_s <= (other.until_s or 0) and other.from_s <= (one.until_s or 0):
                return True
    return False


@settings(max_examples=40, deadline=None)
@given(st.lists(BREAKS, max_size=5).filter(lambda breaks: not overlapping(breaks)))
def test_what_is_not_labelled_is_as_without_faults(breaks: list[Break]) -> None:
    cohorts = [cohort(), cohort("d", 2)]
    broken, sound = run(cohorts, breaks), run(cohorts)
    labelled = {(label.taken_s, sensor) for label in broken.labels for sensor in label.sensors}
    asked = [(one.from_s, one.until_s, f"{target}/pressure_m") for one in breaks for target in one.targets]
    for time, sensor in labelled:
        assert any(begin <= time < end and sensor == of for begin, end, of in asked)
    for sensor, values in sound.values.items():
        for i, at in enumerate(broken.at):
            if (at, sensor) not in labelled:
                assert broken.values[sensor][i] == values[i]
                assert broken.quality[sensor][i] == sound.quality[sensor][i]


def test_a_label_says_what_was_true_and_what_was_read() -> None:
    taken = run([EXACT], [Break("sensor-bias", ("c1", "c3"), 60.0, 180.0, {"amount": 2.0}, "b")])
    assert [(x.taken_s, x.t_s, x.fault, x.cause, x.sensors, x.copy) for x in taken.labels] == [
        (at, at, "sensor-bias", "b", ("c1/pressure_m", "c3/pressure_m"), 0) for at in (60.0, 120.0)
    ]
    for label in taken.labels:
        assert np.array_equal(label.true, truth("pressure_m", ("c1", "c3"), label.taken_s))
        place = taken.at.index(label.taken_s)
        assert label.read == (taken.values["c1/pressure_m"][place], taken.values["c3/pressure_m"][place])


def test_the_first_wrong_reading_is_logged_as_the_fault_s_effect() -> None:
    taken = run([cohort()], [Break("sensor-stuck", ("c0", "c2"), 90.0, 300.0)])
    effects = [e for e in taken.log.events if e.kind is EventKind.TELEMETRY]
    assert [(e.subject, e.at) for e in effects] == [("c0", 120_000), ("c2", 120_000)]
    assert [taken.log.events[e.cause].subject for e in effects] == ["c0", "c2"]


def test_the_quantity_names_the_sensor() -> None:
    two = [cohort(), SensorCohort("q", "gw", "demand_m3_s", "m3/s", ("c0", "c1"), 0.0, 60.0)]
    sound = run(two)
    for quantity, wrong in (
        ("demand_m3_s", {"c1/demand_m3_s"}),
        ("pressure_m", {SENSOR}),
        ("all", {"c1/demand_m3_s", SENSOR}),
        ("level_m", set()),
    ):
        broken = run(two, [Break("sensor-bias", ("c1",), given={"amount": 9.0, "quantity": quantity})])
        assert {s for s in sound.values if broken.values[s] != sound.values[s]} == wrong


def test_two_causes_add_up_and_the_last_one_ends_it() -> None:
    taken = run(
        [EXACT],
        [
            Break("sensor-bias", ("c1",), 60.0, 240.0, {"amount": 1.0}, "a"),
            Break("sensor-bias", ("c1",), 120.0, 360.0, {"amount": 10.0}, "b"),
        ],
    )
    off = taken.of(SENSOR) - run([EXACT]).of(SENSOR)
    assert off[:8].round(9).tolist() == [0.0, 1.0, 11.0, 11.0, 10.0, 10.0, 0.0, 0.0]


def test_random_faults_do_not_depend_on_the_order_of_cohorts_or_on_who_else_is_broken() -> None:
    a, b = cohort("a", 5), cohort("b", 3)
    for fault in ("sensor-noise", "sensor-spike", "sensor-dropout"):
        given = AMOUNTS[fault]
        one = Break(fault, ("a1", "b2"), given=given)
        forth, back = run([a, b], [one]), run([b, a], [one])
        more = run([a, b], [Break(fault, ("a0", "a1", "a4", "b2"), given=given), Break(fault, ("a1",), 2000.0)])
        for sensor in ("a1/pressure_m", "b2/pressure_m"):
            np.testing.assert_array_equal(forth.of(sensor), back.of(sensor))
            np.testing.assert_array_equal(forth.of(sensor), more.of(sensor))
        assert forth.labels and sorted(forth.labels, key=repr) == sorted(back.labels, key=repr)
        other = run([a, b], [one], seed=2)
        said = [[(x.taken_s, x.sensors, x.read) for x in taken.labels] for taken in (other, forth)]
        assert said[0] != said[1]
