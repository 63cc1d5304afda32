"""Sensors: when they are read, how far they are off, and that nobody's noise depends on anybody else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from simulator.contracts.sensor import Quality, Readings, SensorCohort
from simulator.kernel import Clock, Streams
from simulator.sensors import Sampler, UnreadableCohorts
from simulator.sensors.sampler import NOISE_ROWS, Panel, digits_shown

Read = Callable[[str, tuple[str, ...]], NDArray[np.float64]]
"""Reads a quantity at components at once; `finding` makes of it what a sampler asks for."""


def cohort(name: str = "c", count: int = 3, accuracy: float = 0.0, period_s: float = 60.0, **more: object):
    components = tuple(f"junction-{name}{i}" for i in range(count))
    return SensorCohort(name, "gw", "pressure_m", "m", components, accuracy, period_s, **more)


def constant(value: float) -> Read:
    return lambda quantity, components: np.full(len(components), value)


FIFTY = constant(50.0)


def finding(read: Read) -> Callable[[str, tuple[str, ...]], Callable[[], NDArray[np.float64]]]:
    return lambda quantity, components: lambda: read(quantity, components)


def ids(readings: Readings) -> list[str]:
    return [cohort.id for cohort in readings.group.cohorts]


def part(readings: Readings, name: str) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    """What one cohort of a group read."""
    parts = readings.group.parts(0, len(readings.values))
    (here,) = (here for cohort, _, here in parts if cohort.id == name)
    return readings.values[here], readings.quality[here]


def sample(cohorts, read: Read = FIFTY, seed: int = 1, warmup_s=0.0, duration_s=600.0) -> list[Readings]:
    clock, taken = Clock(datetime(2026, 1, 14), warmup_s, duration_s), []
    Sampler(clock, Streams(seed), cohorts, finding(read), taken.append).start()
    clock.run_until(clock.end)
    return taken


def values(taken: list[Readings], name: str) -> NDArray[np.float64]:
    return np.array([part(r, name)[0] for r in taken if name in ids(r)])


def test_the_first_sample_is_one_phase_after_the_beginning_of_the_warm_up_and_the_last_at_the_end() -> None:
    taken = sample([cohort("a"), cohort("b", period_s=90.0, phase_s=30.0)], warmup_s=120.0, duration_s=180.0)
    assert [r.at for r in taken if "a" in ids(r)] == [-120_000, -60_000, 0, 60_000, 120_000, 180_000]
    assert [r.at for r in taken if "b" in ids(r)] == [-90_000, 0, 90_000, 180_000]


def test_cohorts_of_one_period_and_phase_share_a_round_and_the_end_of_each_round_is_told() -> None:
    clock, calls = Clock(datetime(2026, 1, 14), 0.0, 60.0), []
    cohorts = [cohort("a"), cohort("slow", period_s=120.0), cohort("b")]
    Sampler(
        clock,
        Streams(1),
        cohorts,
        finding(constant(1.0)),
        lambda r: calls.append("+".join(ids(r))),
        lambda tick: calls.append(str(tick)),
    ).start()
    clock.run_until(clock.end)
    assert calls == ["a+b", "0", "slow", "0", "a+b", "60000"]


def test_a_sample_sees_the_town_after_everything_else_of_its_instant() -> None:
    clock, seen, state = Clock(datetime(2026, 1, 14), 0.0, 60.0), [], {"solved": -1.0}
    Sampler(
        clock,
        Streams(1),
        [cohort(count=1)],
        finding(lambda q, c: np.array([state["solved"]])),
        lambda r: seen.append(float(r.values[0])),
    ).start()

    def solve() -> None:
        state["solved"] = clock.now_s

    def domain():  # marks itself dirty at each beat and solves later in the same instant, as domains do
        while True:
            clock.soon("mark", lambda: clock.soon("solve", solve))
            yield clock.timeout(20.0)

    clock.process(domain())
    clock.run_until(clock.end)
    assert seen == [0.0, 60.0]


@pytest.mark.parametrize("accuracy", [0.25, 3.0, 40.0, 1e-4])
def test_the_error_has_the_declared_accuracy_as_standard_deviation(accuracy: float) -> None:
    taken = sample([cohort("a", 50, accuracy)], constant(7000.0), duration_s=200 * 60.0)
    errors = (values(taken, "a") - 7000.0).ravel()
    n = errors.size
    assert n == 201 * 50
    # Known mean: sum of squares / sigma² is chi-square with n degrees of freedom; one false alarm in a million.
    low, high = stats.chi2.ppf([5e-7, 1 - 5e-7], n)
    assert low < (errors**2).sum() / accuracy**2 < high
    assert abs(errors.mean()) < accuracy / np.sqrt(n) * stats.norm.ppf(1 - 5e-7)
    assert stats.kstest(errors / accuracy, "norm").pvalue > 1e-6


def test_errors_of_sensors_and_of_times_are_not_correlated() -> None:
    errors = values(sample([cohort("a", 2, 1.0), cohort("b", 2, 1.0)], duration_s=4000 * 60.0), "a") - 50.0
    other = values(sample([cohort("b", 2, 1.0)], duration_s=4000 * 60.0), "b") - 50.0
    bound = stats.norm.ppf(1 - 5e-7) / np.sqrt(len(errors) - 1)
    for x, y in ((errors[:, 0], errors[:, 1]), (errors[1:, 0], errors[:-1, 0]), (errors[:, 0], other[:, 0])):
        assert abs(np.corrcoef(x, y)[0, 1]) < bound


def test_a_cohort_s_noise_is_its_own_stream_drawn_sample_by_sample() -> None:
    taken = values(sample([cohort("a", 4, 0.5)], duration_s=(2 * NOISE_ROWS + 5) * 60.0), "a")
    stream = Streams(1).stream("a", "sensor-noise")
    expected = [np.round(50.0 + 0.5 * stream.standard_normal(4), 2) for _ in taken]
    np.testing.assert_allclose(taken, expected, rtol=0, atol=1e-12)


def test_readings_do_not_depend_on_the_order_or_presence_of_other_cohorts() -> None:
    a, b, c = cohort("a", 5, 0.5), cohort("b", 2, 0.1), cohort("c", 4, 2.0, period_s=30.0)
    alone, mixed = sample([a]), sample([c, b, a])
    np.testing.assert_array_equal(values(alone, "a"), values(mixed, "a"))
    np.testing.assert_array_equal(values(sample([a, b, c]), "c"), values(mixed, "c"))


def test_the_same_seed_gives_the_same_readings_and_another_seed_others() -> None:
    a = [cohort("a", 5, 0.5)]
    np.testing.assert_array_equal(values(sample(a, seed=1), "a"), values(sample(a, seed=1), "a"))
    assert (values(sample(a, seed=1), "a") != values(sample(a, seed=2), "a")).any()


def test_a_run_in_pieces_is_the_whole_run() -> None:
    def run(stops: list[int]) -> list[tuple[int, tuple[float, ...]]]:
        clock, taken = Clock(datetime(2026, 1, 14), 60.0, 600.0), []
        Sampler(
            clock,
            Streams(3),
            [cohort("a", 2, 1.0)],
            finding(lambda q, c: np.array([clock.now_s, 1.0])),
            lambda r: taken.append((r.at, tuple(r.values))),
        ).start()
        for stop in stops:
            clock.run_until(stop)
        return taken

    assert run([600_000]) == run([-59_999, 0, 1, 60_000, 61_000, 599_999, 600_000])


def test_where_the_truth_is_not_a_number_the_reading_is_bad_and_no_other_changes() -> None:
    truth = np.array([11.0, np.nan, np.inf, -np.inf, 15.0])
    cohorts = [cohort("a", 5, 0.5), cohort("b", 1, 0.5)]
    (whole,) = Panel(cohorts, Streams(1)).read(np.array([*range(10, 15), 10.0]), 0)
    (torn,) = Panel(cohorts, Streams(1)).read(np.array([*truth, 10.0]), 0)
    assert torn.quality.tolist() == [Quality.GOOD, *[Quality.BAD] * 3, Quality.GOOD, Quality.GOOD]
    assert np.isnan(torn.values[1:4]).all()
    assert torn.values[0] == whole.values[0] + 1.0
    assert torn.values[5] == whole.values[5]


def test_accuracy_zero_gives_the_truth_itself_and_a_live_view_of_it_is_not_kept() -> None:
    live = np.array([1 / 3, 2e-9, 4e9])
    (readings,) = Panel([cohort("a", 3)], Streams(1)).read(live, 5)
    live[:] = 0.0
    assert readings.values.tolist() == [1 / 3, 2e-9, 4e9]
    assert readings.at == 5


def test_cohorts_of_a_round_are_handed_on_gateway_by_gateway_with_their_own_values() -> None:
    cohorts = [
        replace(cohort(name, count), gateway=gateway, quantity=quantity)
        for name, count, gateway, quantity in (
            ("a", 2, "gw-1", "level_m"),
            ("b", 3, "gw-2", "level_m"),
            ("c", 1, "gw-1", "flow_m3_s"),
            ("d", 2, "gw-1", "level_m"),
        )
    ]

    def own(quantity: str, components: tuple[str, ...]) -> NDArray[np.float64]:
        return np.array([mark_of(quantity, component) for component in components])

    def mark_of(quantity: str, component: str) -> float:
        return float(sum(map(ord, quantity + component)))

    first, second = sample(cohorts, own, duration_s=0.0)
    assert (ids(first), ids(second)) == (["a", "c", "d"], ["b"])
    for readings in (first, second):
        for each in readings.group.cohorts:
            expected = [mark_of(each.quantity, component) for component in each.components]
            assert part(readings, each.id)[0].tolist() == expected


def test_a_quantity_is_read_once_for_all_cohorts_of_a_round() -> None:
    cohorts = [replace(cohort(f"c{i}"), gateway=f"gw-{i}") for i in range(9)]
    asked: list[int] = []

    def read(quantity: str, components: tuple[str, ...]) -> NDArray[np.float64]:
        asked.append(len(components))
        return np.zeros(len(components))

    sample(cohorts, read, duration_s=60.0)
    assert asked == [3] * 9 + [27, 27], "each cohort once at the start, to see that it can be read"


def test_a_scratch_array_that_is_used_again_for_each_quantity_does_no_harm() -> None:
    scratch = np.empty(2)

    def read(quantity: str, components: tuple[str, ...]) -> NDArray[np.float64]:
        scratch[:] = float(quantity == "level_m")
        return scratch

    (taken,) = sample([cohort("a", 2), replace(cohort("b", 2), quantity="level_m")], read, duration_s=0.0)
    assert taken.values.tolist() == [0.0, 0.0, 1.0, 1.0]


@pytest.mark.parametrize(
    ("accuracy", "digits"),
    [(0.1, 2), (0.25, 2), (1.0, 1), (5.0, 1), (10.0, 0), (500.0, -1), (0.0, None), (1e-15, None)],
)
def test_readings_show_the_digits_that_their_accuracy_bears(accuracy: float, digits: int | None) -> None:
    assert digits_shown(accuracy) == digits


@given(st.floats(1e-9, 1e9))
def test_the_step_of_a_reading_is_between_a_hundredth_and_a_tenth_of_the_accuracy(accuracy: float) -> None:
    digits = digits_shown(accuracy)
    assert digits is not None
    assert accuracy / 100 * (1 - 1e-9) <= 10.0**-digits <= accuracy / 10 * (1 + 1e-9)


def test_a_coarse_sensor_shows_whole_hundreds() -> None:
    taken = values(sample([cohort("a", 3, 2000.0)], constant(123456.7)), "a")
    assert (taken % 100 == 0).all()
    assert len(np.unique(taken)) > 3


def test_what_nobody_measures_is_refused_with_every_cohort_named() -> None:
    def read(quantity: str, components: tuple[str, ...]) -> NDArray[np.float64]:
        if components[0].startswith("junction-g"):
            return np.zeros(len(components))
        raise KeyError(f"nothing measures {quantity!r} at {components[0]!r}")

    with pytest.raises(UnreadableCohorts) as refused:
        sample([cohort("good"), cohort("bad"), cohort("worse")], read)
    assert len(refused.value.reasons) == 2
    assert "'bad'" in str(refused.value)
    assert "'junction-worse0'" in str(refused.value)


def test_a_quantity_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(UnreadableCohorts, match="'a' has 3 sensors"):
        sample([cohort("a")], lambda quantity, components: np.zeros(2))


def test_cohorts_that_cannot_be_sampled_are_refused_all_at_once() -> None:
    wrong = [
        cohort("p", period_s=0.0),
        cohort("q", phase_s=-1.0),
        cohort("r", accuracy=float("nan")),
        cohort("s"),
        cohort("s"),
    ]
    with pytest.raises(UnreadableCohorts) as refused:
        sample(wrong)
    assert [reason.of("en").split("'")[1] for reason in refused.value.reasons] == ["p", "q", "r", "s"]
