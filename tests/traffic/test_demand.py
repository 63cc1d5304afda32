"""Who leaves when."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.city.road_file import Trips
from simulator.domains.traffic.demand import Departures, departures, platoon_size
from simulator.kernel import Clock, Streams
from tests.support.towns import START

NODES = {"a": 0, "b": 1, "c": 2}
HOUR_S = 3600.0


def drawn(trips: list[Trips], warmup_s: float, duration_s: float, seed: int = 1, size: int | None = None) -> Departures:
    return departures(trips, NODES, Clock(START, warmup_s, duration_s), Streams(seed), size)


@given(
    st.lists(st.tuples(st.sampled_from(["a", "b"]), st.integers(0, 23), st.floats(0, 300)), min_size=1, max_size=20),
    st.sampled_from([1, 5, 20]),
)
@settings(max_examples=50, deadline=None)
def test_a_day_has_all_its_trips_to_within_one_platoon(rows: list[tuple[str, int, float]], size: int) -> None:
    trips = [Trips(start, "c", hour * HOUR_S, (hour + 1) * HOUR_S, volume) for start, hour, volume in rows]
    # From midnight to midnight: START is 17:00.
    day = drawn(trips, -7 * HOUR_S, 31 * HOUR_S, size=size)
    total = sum(t.trips for t in trips)
    assert abs(len(day.at_s) * size - total) <= size
    clock = (day.at_s // HOUR_S).astype(int)
    for start in ("a", "b"):
        for hour in range(24):
            due = sum(t.trips for t in trips if t.origin == start and t.start_s == hour * HOUR_S)
            there = int(((clock == hour) & (day.origin == NODES[start])).sum()) * size
            rows_there = sum(t.origin == start and t.start_s == hour * HOUR_S for t in trips)
            assert abs(there - due) <= size * max(1, rows_there)


def test_windows_follow_the_time_of_day_and_come_back_every_day() -> None:
    trips = [Trips("a", "b", 18 * HOUR_S, 19 * HOUR_S, 600)]
    # The run begins at 15:00 with two hours of warm-up and lasts over two evenings.
    evenings = drawn(trips, 2 * HOUR_S, 30 * HOUR_S)
    first, second = evenings.at_s[evenings.at_s < 24 * HOUR_S], evenings.at_s[evenings.at_s >= 24 * HOUR_S]
    assert first.min() >= 3 * HOUR_S and first.max() < 4 * HOUR_S
    assert second.min() >= 27 * HOUR_S and second.max() < 28 * HOUR_S
    assert abs(len(first) - 120) <= 1 and abs(len(second) - 120) <= 1
    assert first.tolist() != (second - 24 * HOUR_S).tolist(), "no two days are alike"


def test_a_day_does_not_depend_on_when_the_run_begins_or_ends() -> None:
    trips = [Trips("a", "b", h * HOUR_S, (h + 1) * HOUR_S, 200) for h in range(24)]
    long, short = drawn(trips, 3600.0, 40 * HOUR_S, size=5), drawn(trips, 0.0, 3 * HOUR_S, size=5)
    there = (long.at_s >= 3600) & (long.at_s < 4 * HOUR_S)
    assert np.allclose(long.at_s[there] - 3600, short.at_s)
    assert len(short.at_s) > 100


def test_another_seed_draws_another_day() -> None:
    trips = [Trips("a", "b", 17 * HOUR_S, 18 * HOUR_S, 200)]
    assert drawn(trips, 0, 3600, seed=1).at_s.tolist() != drawn(trips, 0, 3600, seed=2).at_s.tolist()


@pytest.mark.parametrize(("trips", "size"), [(100, 5), (50_000, 5), (50_001, 10), (200_000, 10), (1e6, 20)])
def test_platoons_grow_with_the_trips(trips: float, size: int) -> None:
    assert platoon_size(trips) == size
