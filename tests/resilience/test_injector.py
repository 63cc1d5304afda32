"""The injector on a clock and a door made by hand, and once on the real ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from resilience.inject.injector import Injector, build_injector
from resilience.judge.judge import judge
from resilience.judge.verdict import Category, Value
from resilience.scenario.scenario import Evidence, Repair, Scenario, Selector, TimelineEntry
from simulator.contracts.event import EventKind
from simulator.contracts.history import History
from tests.resilience.town import HOUR, FakeClock, FakeDoor, FakeLog, scenario, tiny_city

CITY = tiny_city()
ENTRY = TimelineEntry("break", 60.0, "pump-out", ("pump-1",), for_s=600.0)


class Bench:
    """An injector with everything around it made by hand. `value` is what is measured from now on."""

    def __init__(self, asked: Scenario, refuse: str = "", unknown: str = "") -> None:
        self.clock = FakeClock(-HOUR)
        self.door = FakeDoor(self.clock, refuse, unknown)
        self.log = FakeLog(self.clock)
        self.value = 1.0
        self.looks: list[int] = []
        self.asked: list[tuple[str | None, str, float | None]] = []
        self.jobs: list[tuple[str, float | None, str | None, Callable[[int], None]]] = []
        self.injector: Injector = build_injector(
            asked, CITY, self.door, self.clock, self.measure, self.repair, self.log
        )

    def measure(self, component: str, quantity: str) -> float:
        if quantity != "working":
            raise KeyError(quantity)
        self.looks.append(self.clock.now)
        return self.value

    def repair(
        self,
        target: str,
        work_s: float | None,
        cause: int | None,
        done: Callable[[int], None],
        depot: str | None = None,
        broken: str | None = None,
        trade: str = "",
        entry: str = "",
    ) -> None:
        if depot == "nowhere":
            raise KeyError("'nowhere' is not a depot of this city")
        self.jobs.append((target, work_s, depot, done))
        self.asked.append((broken, trade, work_s))


def test_exact_ticks() -> None:
    late = TimelineEntry("late", 90.001, "pump-out", ("pump-2", "pump-1"), for_s=0.5)
    bench = Bench(scenario(timeline=[ENTRY, late]))
    bench.clock.run_until(HOUR)
    assert bench.door.calls == [
        (60_000, "apply", "pump-1", "break"),
        (90_001, "apply", "pump-2", "late"),
        (90_001, "apply", "pump-1", "late"),
        (90_501, "clear", "pump-2", "late"),
        (90_501, "clear", "pump-1", "late"),
        (660_000, "clear", "pump-1", "break"),
    ]
    assert [(e.entry, e.target, e.applied_at, e.cleared_at) for e in bench.injector.executed] == [
        ("break", "pump-1", 60_000, 660_000),
        ("late", "pump-2", 90_001, 90_501),
        ("late", "pump-1", 90_001, 90_501),
    ]


def test_heal_by_clears_what_is_left_and_only_that() -> None:
    open_end = replace(ENTRY, id="open", for_s=None, targets=("pump-2",))
    bench = Bench(scenario(timeline=[ENTRY, open_end], heal_by_s=1800.0))
    bench.clock.run_until(HOUR)
    assert [call for call in bench.door.calls if call[1] == "clear"] == [
        (660_000, "clear", "pump-1", "break"),
        (1_800_000, "clear", "pump-2", "open"),
    ]
    (healed,) = bench.log.of(EventKind.RUN)
    assert healed.value == 1.0
    assert bench.door.because == [None, healed.id]


def test_never_healed_without_heal_by() -> None:
    bench = Bench(scenario(timeline=[replace(ENTRY, for_s=None)]))
    bench.clock.run_until(10 * HOUR)
    assert bench.injector.executed[0].cleared_at is None


def looking(within_s: float = 300.0, for_s: float = 600.0, quantity: str = "working") -> Bench:
    seen = Evidence("target", quantity, 0.5, None, within_s)
    return Bench(scenario(timeline=[replace(ENTRY, for_s=for_s, evidence=seen)]))


def test_evidence_at_once() -> None:
    bench = looking()
    bench.door.on_apply = lambda: setattr(bench, "value", 0.0)
    bench.clock.run_until(HOUR)
    assert bench.looks == [60_000, 60_000]  # before the fault and at its instant
    assert bench.injector.executed[0].evidence_at == 60_000
    (event,) = bench.log.of(EventKind.EVIDENCE)
    assert event.cause == 101  # what the door logged for the fault


def test_evidence_after_a_while() -> None:
    bench = looking()
    bench.clock.run_until(150_000)
    bench.value = 0.0
    bench.clock.run_until(HOUR)
    assert bench.looks == [60_000, 60_000, 120_000, 180_000]
    assert bench.injector.executed[0].evidence_at == 180_000


def test_evidence_is_looked_for_until_the_limit() -> None:
    bench = looking(within_s=150.0)
    bench.clock.run_until(HOUR)
    assert bench.looks == [60_000, 60_000, 120_000, 180_000, 210_000]  # the last look is on the limit
    assert bench.injector.executed[0].evidence_at is None
    assert bench.log.of(EventKind.EVIDENCE)[0].code == "inject.no-effect"


def test_what_was_so_before_the_fault_is_no_evidence() -> None:
    bench = looking()
    bench.value = 0.0
    bench.clock.run_until(HOUR)
    assert bench.injector.executed[0].evidence_at is None
    assert bench.log.of(EventKind.EVIDENCE)[0].code == "inject.no-change"


def test_but_a_signal_that_left_and_came_back_is() -> None:
    bench = looking()
    bench.value = 0.0
    bench.clock.run_until(100_000)
    bench.value = 1.0
    bench.clock.run_until(200_000)
    bench.value = 0.0
    bench.clock.run_until(HOUR)
    assert bench.injector.executed[0].evidence_at == 240_000


def test_no_evidence_after_the_fault_is_gone() -> None:
    bench = looking(for_s=90.0)
    bench.clock.run_until(160_000)
    bench.value = 0.0
    bench.clock.run_until(HOUR)
    assert bench.looks == [60_000, 60_000, 120_000]
    assert bench.injector.executed[0].evidence_at is None
    assert len(bench.log.of(EventKind.EVIDENCE)) == 1


def test_nothing_measures_that() -> None:
    bench = looking(quantity="mood")
    bench.clock.run_until(HOUR)
    (event,) = bench.log.of(EventKind.EVIDENCE)
    assert event.code == "inject.not-measured"
    assert event.params == {"fault": "pump-out", "component": "pump-1", "quantity": "mood"}


def test_seen_below_and_above() -> None:
    band = Evidence("x", "q", below=2.0, above=1.0, within_s=1.0)
    assert [band.seen_in(v) for v in (1.0, 1.5, 2.0)] == [False, True, False]


def test_repair_ends_the_fault_when_the_crew_is_done() -> None:
    bench = Bench(scenario(timeline=[replace(ENTRY, for_s=None, repair=Repair(1200.0, "depot-1"))], heal_by_s=3600.0))
    bench.clock.run_until(2_000_000)
    ((target, work_s, depot, done),) = bench.jobs
    assert (target, work_s, depot) == ("pump-1", 1200.0, "depot-1")
    done(77)
    assert bench.door.calls[-1] == (2_000_000, "clear", "pump-1", "break")
    assert bench.door.because == [77]
    bench.clock.run_until(HOUR)
    assert len(bench.door.calls) == 2  # heal_by found nothing left


def test_a_crew_that_is_done_after_heal_by_changes_nothing() -> None:
    bench = Bench(scenario(timeline=[replace(ENTRY, for_s=None, repair=Repair(1200.0))], heal_by_s=600.0))
    bench.clock.run_until(HOUR)
    bench.jobs[0][3](77)
    assert [call[1] for call in bench.door.calls] == ["apply", "clear"]
    assert bench.injector.executed[0].cleared_at == 600_000


def test_the_crew_of_a_link_drives_to_its_target_or_to_the_site() -> None:
    cut = TimelineEntry("cut", 60.0, "link-cut", ("power-bus-2-pump-2",), repair=Repair(60.0))
    sited = replace(cut, id="sited", repair=Repair(60.0, site="hospital-1"))
    bench = Bench(scenario(timeline=[cut, sited]))
    bench.clock.run_until(HOUR)
    assert [job[0] for job in bench.jobs] == ["pump-2", "hospital-1"]
    assert {broken for broken, _, _ in bench.asked} == {"power-bus-2-pump-2"}


def test_a_repair_of_no_given_length_is_left_to_the_crew_and_so_is_its_trade() -> None:
    entry = replace(ENTRY, for_s=None, repair=Repair())
    bench = Bench(
        scenario(timeline=[entry, replace(entry, id="other", targets=("pump-2",), repair=Repair(trade="ict"))])
    )
    bench.clock.run_until(HOUR)
    assert bench.asked == [("pump-1", "", None), ("pump-2", "ict", None)]


def test_what_the_door_refuses_stays_undone_and_is_noted() -> None:
    bench = Bench(scenario(timeline=[ENTRY, replace(ENTRY, id="more", targets=("pump-2",))]), refuse="pump-1")
    bench.clock.run_until(HOUR)
    first, second = bench.injector.executed
    assert (first.applied_at, first.cleared_at) == (None, None)
    assert second.applied_at == 60_000
    assert [call[2] for call in bench.door.calls] == ["pump-2", "pump-2"]
    assert bench.log.of(EventKind.NOTE)[0].code == "inject.not-handled"


def test_a_fault_that_nothing_can_have_is_noted() -> None:
    bench = Bench(scenario(timeline=[ENTRY]), unknown="pump-1")
    bench.clock.run_until(HOUR)
    (note,) = bench.log.of(EventKind.NOTE)
    assert (note.code, note.params) == ("inject.not-declared", {"fault": "pump-out", "entry": "break"})


def test_a_fault_that_is_cleared_before_its_evidence_says_so() -> None:
    bench = looking(within_s=600.0, for_s=90.0)
    bench.clock.run_until(HOUR)
    assert [event.code for event in bench.log.of(EventKind.EVIDENCE)] == ["inject.cleared-unseen"]


def test_no_such_depot_is_noted() -> None:
    bench = Bench(scenario(timeline=[replace(ENTRY, for_s=None, repair=Repair(60.0, "nowhere"))]))
    bench.clock.run_until(HOUR)
    assert bench.log.of(EventKind.NOTE)[0].code == "inject.no-such-depot"


def test_selectors_must_be_resolved_first() -> None:
    with pytest.raises(ValueError, match="resolve"):
        Bench(scenario(timeline=[replace(ENTRY, selector=Selector(kind="pump"))]))


def test_on_the_real_clock_door_and_log() -> None:
    """Evidence by signal and by event log, a repair by a real crew, and a verdict that finds nothing amiss."""
    from simulator.coupling import Runtime
    from simulator.kernel import Clock

    signal = Evidence("target", "working", 0.5, None, 60.0)
    asked = scenario(
        timeline=[
            replace(ENTRY, evidence=signal),
            TimelineEntry("cut", 120.0, "link-cut", ("power-bus-2-pump-2",), repair=Repair(1200.0)),
            TimelineEntry("again", 300.0, "pump-out", ("pump-1",)),
        ],
        heal_by_s=7200.0,
        duration_s=3 * 3600.0,
    )
    clock = Clock(asked.run.start, asked.run.warmup_s, asked.run.duration_s)
    runtime = Runtime.build(CITY, clock, 1)
    injector = build_injector(
        asked, CITY, runtime.faults, clock, runtime.quantities.value, runtime.crews.repair, runtime.log.add
    )
    clock.run_until(clock.end)
    done = {act.entry: act for act in injector.executed}
    assert (done["break"].cleared_at, done["break"].evidence_at) == (660_000, 60_000)
    assert done["cut"].cleared_at == 120_000 + 600_000 + 1_200_000  # muster, no way to drive, work
    assert done["again"].cleared_at == 7_200_000
    works = [
        e for e in runtime.log.events if e.subject == "pump-1" and e.kind in (EventKind.STARTED, EventKind.STOPPED)
    ]
    assert [e.at for e in works] == [60_000, 7_200_000]  # two causes: it works again when the last one is gone
    past = History(clock.begin, clock.end, {}, runtime.log.events, injector.executed)
    verdict = judge(asked, CITY, past)
    assert all(f.value is Value.PASS for f in verdict.of(Category.EXECUTION)), verdict.of(Category.EXECUTION)
    seen = {f.id: f.value for f in verdict.of(Category.EVIDENCE)}
    # that a pump does not work only repeats that it is out, and then it was out already
    assert seen == {"break": Value.INCONCLUSIVE, "cut": Value.PASS, "again": Value.INCONCLUSIVE}
