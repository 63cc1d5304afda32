"""The clock: whole ticks, order, time of day, and a loop that is caught and named."""

from __future__ import annotations

from datetime import datetime

import pytest

from simulator.contracts.event import EventKind
from simulator.kernel import Clock, EventLog, Pace, SameTimeLoop, Streams
from tests.codes import SOMETHING


def clock(warmup_s: float = 0.0, duration_s: float = 100.0) -> Clock:
    return Clock(datetime(2026, 1, 14, 23, 59), warmup_s, duration_s)


def test_warm_up_lies_before_zero_and_the_day_wraps_at_midnight() -> None:
    c = clock(warmup_s=60.0)
    assert (c.now_s, c.elapsed_s) == (-60.0, 0.0)
    assert c.time_of_day_s() == 23 * 3600 + 58 * 60
    assert c.time_of_day_s(60_000) == 0.0
    assert c.time_of_day_s(-(24 * 3600 - 60) * 1000) == 0.0


def test_calls_at_one_instant_run_in_the_order_they_were_made_and_before_the_clock_moves_on() -> None:
    c, seen = clock(), []
    c.after(1.0, "a", lambda: (seen.append("a"), c.soon("c", lambda: seen.append("c"))))
    c.after(1.0, "b", lambda: seen.append("b"))
    c.run_until(1000)
    assert seen == ["a", "b", "c"]
    assert c.now == 1000


def test_a_run_in_pieces_is_the_whole_run() -> None:
    def run(stops: list[int]) -> list[tuple[float, str]]:
        c, seen = clock(), []

        def beat():
            while True:
                seen.append((c.now_s, "beat"))
                yield c.timeout(0.7)

        c.process(beat())
        c.after(3.5, "x", lambda: seen.append((c.now_s, "x")))
        for stop in stops:
            c.run_until(stop)
        return seen

    assert run([10_000]) == run([1, 2, 2, 700, 3500, 3501, 9_999, 10_000])


def test_the_past_is_refused() -> None:
    c = clock()
    c.run_until(5000)
    with pytest.raises(ValueError, match="pump-1"):
        c.at(4999, "pump-1", lambda: None)


def test_couplings_that_chase_each_other_are_stopped_and_named() -> None:
    c = clock()

    def ping() -> None:
        c.soon("router-a", pong)

    def pong() -> None:
        c.soon("bus-7", ping)

    c.soon("bus-7", ping)
    with pytest.raises(SameTimeLoop, match=r"(?s)(?=.*router-a)(?=.*bus-7)"):
        c.run_until(1)


def test_a_blackout_of_a_large_town_is_no_loop() -> None:
    c = clock()
    told: list[int] = []

    def blackout() -> None:
        for i in range(50_000):
            c.soon("bus-7", lambda i=i: told.append(i))  # type: ignore[misc]

    c.at(500, "storm", blackout)
    c.run_until(1000)
    assert told == list(range(50_000))


def test_streams_depend_on_seed_and_name_and_not_on_the_order_of_asking() -> None:
    first = Streams(7)
    a, b = first.stream("pump-1", "noise").random(4), first.stream("pump-2", "noise").random(4)
    again = Streams(7)
    assert (again.stream("pump-2", "noise").random(4) == b).all()
    assert (again.stream("pump-1", "noise").random(4) == a).all()
    assert (a != b).all()
    assert (Streams(8).stream("pump-1", "noise").random(4) != a).all()


def test_the_log_traces_an_effect_to_its_first_cause() -> None:
    log = EventLog(clock())
    fault = log.add(SOMETHING, "substation-0", kind=EventKind.FAULT)
    log.add(SOMETHING, "elsewhere")
    lost = log.add(SOMETHING, "pump-1", kind=EventKind.SUPPLY_LOST, cause=fault, via="power-1")
    stopped = log.add(SOMETHING, "pump-1", kind=EventKind.STOPPED, cause=lost)
    assert [event.subject for event in log.trace(stopped)] == ["substation-0", "pump-1", "pump-1"]


class Wall:
    """A wall clock that only moves when somebody sleeps, or by `cost` at each look."""

    def __init__(self, cost: float = 0.0) -> None:
        self.now, self.cost = 0.0, cost

    def time(self) -> float:
        self.now += self.cost
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_pacing_takes_the_wall_time_it_should_and_shows_its_lag() -> None:
    wall = Wall()
    pace = Pace(10.0, wall.time, wall.sleep)
    pace.drive(clock(duration_s=100.0))
    assert wall.now == pytest.approx(10.0)
    assert pace.lag_s == 0.0
    slow = Wall(cost=5.0)
    late = Pace(100.0, slow.time, slow.sleep)
    late.drive(clock(duration_s=100.0))
    assert late.lag_s > 1.0


@pytest.mark.parametrize("speed", [0.0, -1.0])
def test_a_speed_that_stands_still_is_refused(speed: float) -> None:
    with pytest.raises(ValueError, match="speed"):
        Pace(speed)


def test_progress_ends_at_the_end() -> None:
    seen: list[int] = []
    Pace().drive(clock(warmup_s=400.0, duration_s=1000.0), seen.append)
    assert seen[-1] == 1_000_000
    assert seen == sorted(seen)


def test_what_several_changes_brought_about_at_one_instant_is_put_down_to_all_of_them() -> None:
    now = clock()
    log = EventLog(now)

    def causes(subject: str, cause: int | None) -> tuple[int, ...]:
        made = log.add(SOMETHING, subject, cause=cause)
        return log.events[made].causes

    first, second = (log.add(SOMETHING, name, kind=EventKind.FAULT) for name in ("line-1", "line-2"))
    shown = log.add(SOMETHING, "line-2", cause=second)
    lead = log.together((first, None, second, shown))
    assert lead == shown  # the last one leads; what stands in its own chain is no other cause
    assert causes("d1", lead) == (shown, first)
    assert causes("d2", second) == (second,)
    assert log.together((None,)) is None
    now.run_until(now.now + 1)
    assert causes("d1", lead) == (shown,)
