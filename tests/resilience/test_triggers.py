"""Faults that wait for a state of the town: when they come, what led to them, and how that is judged."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from resilience.inject.injector import build_injector, due_at
from resilience.judge.judge import judge
from resilience.judge.verdict import Category, Finding, Value
from resilience.report.run.compose import compose
from resilience.scenario.names import World
from resilience.scenario.scenario import Evidence, Repair, TimelineEntry, Trigger
from resilience.scenario.timeline_model import EntryFields
from simulator.contracts.document import load_document
from simulator.contracts.event import EventKind
from simulator.contracts.history import Executed, History
from simulator.contracts.model import read
from tests.resilience.test_injector import Bench
from tests.resilience.town import HOUR, course, history, scenario, tiny_city

CITY = tiny_city()
LOW = Trigger("pump-3", "working", 0.5, None)
ENTRY = TimelineEntry("break", 60.0, "pump-out", ("pump-1",), for_s=600.0, when=LOW)
SIGNAL = ("break", "pump-3.working")


def bench_of(*entries: TimelineEntry, heal_by_s: float | None = 1800.0) -> Bench:
    return Bench(scenario(timeline=entries, heal_by_s=heal_by_s, duration_s=3600.0))


def past_of(bench: Bench) -> History:
    return replace(
        history(events=bench.log.events, executed=bench.injector.executed, end=HOUR), signals=bench.injector.signals
    )


def execution(bench: Bench, *entries: TimelineEntry, past: History | None = None) -> Finding:
    asked = scenario(timeline=entries, heal_by_s=1800.0, duration_s=3600.0)
    found = judge(asked, CITY, past or past_of(bench)).of(Category.EXECUTION)
    return {finding.id: finding for finding in found}[entries[0].id]


def test_it_comes_at_the_first_look_at_the_state_and_once() -> None:
    bench = bench_of(ENTRY)
    for at, value in ((250_000, 0.0), (400_000, 1.0), (900_000, 0.0)):
        bench.clock.run_until(at)
        bench.value = value
    bench.clock.run_until(HOUR)
    assert bench.looks == [60_000, 120_000, 180_000, 240_000, 300_000]  # not before `at`, and no look after it came
    assert bench.door.calls == [(300_000, "apply", "pump-1", "break"), (900_000, "clear", "pump-1", "break")]
    assert execution(bench, ENTRY).value is Value.PASS


def test_the_state_is_the_cause_of_the_fault() -> None:
    bench = bench_of(ENTRY)
    causes: list[int | None] = []
    applied = bench.door.apply
    bench.door.apply = lambda *a, **k: causes.append(a[4]) or applied(*a, **k)  # type: ignore[assignment,func-returns-value,method-assign]
    bench.value = 0.2
    bench.clock.run_until(HOUR)
    (event,) = bench.log.of(EventKind.TRIGGER)
    assert (event.subject, event.at, event.value) == ("pump-3", 60_000, 0.2)
    assert causes == [event.id]


def test_a_state_that_is_there_already_does_not_wait() -> None:
    bench = bench_of(replace(ENTRY, at_s=0.0))
    bench.value = 0.0
    bench.clock.run_until(HOUR)
    assert bench.injector.executed[0].applied_at == 0


def test_never_needed_is_inconclusive_and_watched_to_the_last() -> None:
    bench = bench_of(ENTRY)
    bench.clock.run_until(HOUR)
    assert bench.looks[-1] == 1_740_000  # at heal_by everything is mended, nothing may break then
    assert bench.injector.executed[0].applied_at is None
    finding = execution(bench, ENTRY)
    assert finding.value is Value.INCONCLUSIVE
    assert "Not needed" in finding.reason.en
    assert "Nicht nötig" in finding.reason.de


def test_each_target_has_its_own_state_or_all_share_one() -> None:
    own = replace(ENTRY, targets=("pump-1", "pump-2"), when=Trigger("target", "working", 0.5, None))
    bench = bench_of(own)
    values = {"pump-1": 1.0, "pump-2": 0.0, "pump-3": 0.0}
    bench.injector._signals._measure = lambda component, _: values[component]
    bench.clock.run_until(HOUR)
    assert [act.applied_at for act in bench.injector.executed] == [None, 60_000]
    assert execution(bench, own).value is Value.PASS
    shared = replace(own, when=LOW)
    bench = bench_of(shared)
    bench.value = 0.0
    bench.door.on_apply = lambda: setattr(bench, "value", 1.0)  # the first fault takes the state away
    bench.clock.run_until(HOUR)
    assert [act.applied_at for act in bench.injector.executed] == [60_000, 60_000]


def test_what_nobody_measures_never_comes_and_cannot_be_judged() -> None:
    entry = replace(ENTRY, when=Trigger("pump-3", "mood", 0.5, None))
    bench = bench_of(entry)
    bench.clock.run_until(HOUR)
    (note,) = bench.log.of(EventKind.NOTE)
    assert note.code == "inject.never-comes"
    assert (note.params["component"], note.params["quantity"]) == ("pump-3", "mood")
    finding = execution(bench, entry)
    assert finding.value is Value.INCONCLUSIVE
    assert "not watched" in finding.reason.en


def test_a_late_fault_lasts_to_the_end_of_its_time_or_of_the_run() -> None:
    late = replace(ENTRY, at_s=1200.0, for_s=1200.0)
    bench = bench_of(late)
    bench.value = 0.0
    bench.clock.run_until(HOUR)
    assert bench.injector.executed[0].cleared_at == 1_800_000  # healed
    assert execution(bench, late).value is Value.PASS
    endless = scenario(timeline=[replace(late, at_s=3000.0)], duration_s=3600.0)
    bench = Bench(endless)
    bench.value = 0.0
    bench.clock.run_until(HOUR)
    found = judge(endless, CITY, past_of(bench)).of(Category.EXECUTION)
    assert [finding.value for finding in found] == [Value.PASS, Value.PASS]


def test_evidence_and_repair_count_from_the_moment_it_came() -> None:
    entry = replace(
        ENTRY, for_s=None, repair=Repair(1200.0), evidence=Evidence("target", "working", 0.1, None, within_s=120.0)
    )
    bench = bench_of(entry)
    bench.value = 0.3
    bench.door.on_apply = lambda: setattr(bench, "value", 0.0)
    bench.clock.run_until(HOUR)
    assert bench.injector.executed[0].evidence_at == 60_000
    assert [(job[0], job[1]) for job in bench.jobs] == [("pump-1", 1200.0)]


DONE = Executed("break", "pump-1", "pump-out", 300_000, 900_000, None, False)
SEEN = course((60.0, 1.0), (240.0, 0.9), (300.0, 0.0), (360.0, 1.0))


@pytest.mark.parametrize(
    ("case", "done", "seen", "expected"),
    [
        ("as asked", DONE, SEEN, Value.PASS),
        ("too late", replace(DONE, applied_at=360_000, cleared_at=960_000), SEEN, Value.FAIL),
        ("too early", replace(DONE, applied_at=240_000, cleared_at=840_000), SEEN, Value.FAIL),
        ("due but left out", replace(DONE, applied_at=None, cleared_at=None), SEEN, Value.FAIL),
        ("though not due", DONE, course((60.0, 1.0)), Value.FAIL),
        ("though not watched", DONE, None, Value.FAIL),
        ("cleared too early", replace(DONE, cleared_at=899_999), SEEN, Value.FAIL),
        ("not needed", replace(DONE, applied_at=None, cleared_at=None), course((60.0, 1.0)), Value.INCONCLUSIVE),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_executed_against_asked(case: str, done: Executed, seen: object, expected: Value) -> None:
    signals = {} if seen is None else {SIGNAL: seen}
    past = replace(history(executed=[done], end=HOUR), signals=signals)
    assert execution(bench_of(ENTRY), ENTRY, past=past).value is expected, case


def test_when_a_state_was_due() -> None:
    high = Trigger("x", "q", None, 2.0)
    seen = course((0.0, 3.0), (60.0, 1.0), (120.0, 2.5), (180.0, 0.0))
    assert [due_at(seen, high, at) for at in (0, 30_000, 60_000, 150_000, 180_000)] == [
        0,
        30_000,
        120_000,
        150_000,
        None,
    ]


def test_the_report_says_what_was_waited_for() -> None:
    bench = bench_of(ENTRY)
    bench.value = 0.0
    bench.clock.run_until(HOUR)
    asked = scenario(timeline=[ENTRY], heal_by_s=1800.0, duration_s=3600.0)
    past = past_of(bench)
    content = compose(CITY, asked, past, judge(asked, CITY, past), 1, {}, "", "", None)
    (fault,) = content.faults
    assert fault.asked_when is not None
    assert fault.asked_when.en == "pump 3: works (1) or not (0), below 0.5"
    assert fault.asked_end_s == 1800.0


def test_on_a_real_water_network(tmp_path: Path) -> None:
    """A tank without its pump runs low; its main is closed at the first whole minute at which it stands below 0.3."""
    from simulator.domains import water
    from tests.water.networks import PUMPED, city_of, world, write

    entry = TimelineEntry(
        "dry", 0.0, "isolated", ("pipe-P2",), for_s=1800.0, when=Trigger("tank-T", "level_share", 0.3, None)
    )
    asked = scenario(
        timeline=[TimelineEntry("out", 0.0, "pump-out", ("pump-U",)), entry], duration_s=43200.0, heal_by_s=42000.0
    )
    runtime = world(city_of(write(tmp_path, PUMPED)), duration_s=43200.0)
    running = water.start(runtime)
    injector = build_injector(
        asked,
        runtime.city,
        runtime.faults,
        runtime.clock,
        runtime.quantities.value,
        runtime.crews.repair,
        runtime.log.add,
    )
    first = None
    for minute in range(720):
        runtime.clock.run_until(minute * 60_000)
        if first is None and runtime.quantities.value("tank-T", "level_share") < 0.3:
            first = minute * 60_000
    running.close()
    dry = injector.executed[1]
    assert first is not None and first > 0
    assert (dry.applied_at, dry.cleared_at) == (first, first + 1_800_000)
    (trigger,) = [event for event in runtime.log.events if event.kind is EventKind.TRIGGER]
    (fault,) = [event for event in runtime.log.events if event.kind is EventKind.FAULT and event.subject == "pipe-P2"]
    assert (trigger.subject, trigger.at, fault.cause) == ("tank-T", first, trigger.id)
    past = replace(
        history(events=runtime.log.events, executed=injector.executed, end=43_200_000), signals=injector.signals
    )
    found = {f.id: f.value for f in judge(asked, runtime.city, past).of(Category.EXECUTION)}
    assert found["dry"] is Value.PASS


def test_out_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "e.yaml").write_text(
        "{id: dry, fault: pump-out, target: pump-1, at: 2h, when: {signal: tank-1.level_share, below: 0.2, above: 0}}"
    )
    document = load_document(tmp_path / "e.yaml")
    fields, _ = read(EntryFields, document, World(document))
    assert fields is not None
    entry = fields.record()
    assert entry.when == Trigger("tank-1", "level_share", 0.2, 0.0)
    assert entry.at_s == 7200.0
