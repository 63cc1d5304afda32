"""Executed against asked, and evidence of effect."""

from __future__ import annotations

from dataclasses import replace

import pytest

from resilience.judge.judge import judge
from resilience.judge.verdict import Category, Finding, Value
from resilience.scenario.scenario import Case, Evidence, Repair, Selector, TimelineEntry, Trigger
from simulator.contracts.event import Event, EventKind
from simulator.contracts.history import Course, Executed
from tests.resilience.town import course, history, scenario, tiny_city

CITY = tiny_city()
ENTRY = TimelineEntry("break", 60.0, "pump-out", ("pump-1",), for_s=600.0)
DONE = Executed("break", "pump-1", "pump-out", 60_000, 660_000, None, False)
HEAL = 3600.0


def value(entry: TimelineEntry, *done: Executed, heal_by_s: float | None = HEAL) -> Value:
    asked = scenario(timeline=[entry], heal_by_s=heal_by_s)
    return {f.id: f for f in judge(asked, CITY, history(executed=done)).of(Category.EXECUTION)}["break"].value


@pytest.mark.parametrize(
    ("case", "done", "expected"),
    [
        ("as asked", (DONE,), Value.PASS),
        ("a tick late", (replace(DONE, applied_at=60_001),), Value.FAIL),
        ("never applied", (replace(DONE, applied_at=None, cleared_at=None),), Value.FAIL),
        ("cleared early", (replace(DONE, cleared_at=659_999),), Value.FAIL),
        ("never cleared", (replace(DONE, cleared_at=None),), Value.FAIL),
        ("other target", (replace(DONE, target="pump-2"),), Value.FAIL),
        ("other fault", (replace(DONE, fault="burst"),), Value.FAIL),
        ("twice", (DONE, DONE), Value.FAIL),
        ("not at all", (), Value.FAIL),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_with_a_length(case: str, done: tuple[Executed, ...], expected: Value) -> None:
    assert value(ENTRY, *done) is expected


@pytest.mark.parametrize(
    ("cleared_s", "heal_by_s", "expected"),
    [(HEAL, HEAL, Value.PASS), (600.0, HEAL, Value.FAIL), (None, None, Value.PASS), (600.0, None, Value.FAIL)],
)
def test_until_healed(cleared_s: float | None, heal_by_s: float | None, expected: Value) -> None:
    cleared = None if cleared_s is None else round(cleared_s * 1000)
    done = replace(DONE, cleared_at=cleared)
    assert value(replace(ENTRY, for_s=None), done, heal_by_s=heal_by_s) is expected


@pytest.mark.parametrize(
    ("cleared_s", "heal_by_s", "expected"),
    [
        (60.0 + 1200.0, HEAL, Value.PASS),
        (60.0 + 1199.0, HEAL, Value.FAIL),  # sooner than the work takes
        (HEAL, HEAL, Value.PASS),  # heal_by came before the crew
        (600.0, 600.0, Value.PASS),  # and before the work could be over
        (HEAL + 1, HEAL, Value.FAIL),
        (None, HEAL, Value.FAIL),
        (None, None, Value.PASS),  # the crew did not come while the run lasted
    ],
)
def test_until_repaired(cleared_s: float | None, heal_by_s: float | None, expected: Value) -> None:
    entry = replace(ENTRY, for_s=None, repair=Repair(1200.0))
    cleared = None if cleared_s is None else round(cleared_s * 1000)
    assert value(entry, replace(DONE, cleared_at=cleared), heal_by_s=heal_by_s) is expected


def test_what_others_did_as_well_is_no_effect_and_that_is_said_of_it_alone() -> None:
    """What is seen of one of two pumps is seen just so without the fault; the other one shows nothing at all."""
    entry = replace(ENTRY, targets=("pump-1", "hospital-1"))
    done = replace(DONE, shown_at=60_000, shown_by="flow_m3_s", just_so=True)
    past = history(executed=[done, replace(DONE, target="hospital-1")])
    (found,) = judge(scenario(timeline=[entry], heal_by_s=HEAL), CITY, past).of(Category.EVIDENCE)
    assert found.value is Value.INCONCLUSIVE and set(found.subjects) == {"pump-1", "hospital-1"}
    told = found.reason.en.partition("What was seen of ")[2]
    assert told.endswith(" is seen just so without this fault: others did it.")
    assert len(told.partition(" is seen")[0].split(" and ")) == 1 and "ospital" not in told


def test_unasked_faults_fail_the_run() -> None:
    more = replace(DONE, entry="sabotage")
    verdict = judge(scenario(timeline=[ENTRY], heal_by_s=HEAL), CITY, history(executed=[DONE, more]))
    assert {f.id: f.value for f in verdict.of(Category.EXECUTION)} == {
        "run-length": Value.PASS,
        "break": Value.PASS,
        "unasked": Value.FAIL,
    }


def test_selectors_are_settled_or_open() -> None:
    both = (DONE, replace(DONE, target="pump-2"))
    fixed = replace(ENTRY, targets=(), selector=Selector(kind="pump", maker="Alpha"))
    assert value(fixed, *both) is Value.PASS
    assert value(fixed, DONE) is Value.FAIL
    drawn = replace(ENTRY, targets=(), selector=Selector(kind="pump", random=1))
    assert value(drawn, DONE) is Value.INCONCLUSIVE


def evidence(entry: TimelineEntry, done: Executed, *events: Event) -> Finding:
    past = history(executed=[done], events=events)
    (finding,) = judge(scenario(timeline=[entry], heal_by_s=HEAL), CITY, past).of(Category.EVIDENCE)
    return finding


def test_evidence_that_was_asked_for() -> None:
    entry = replace(ENTRY, evidence=Evidence("target", "flow_m3_s", 0.5, None, 300.0))
    seen = replace(DONE, evidence_at=120_000, evidence_asked=True)
    finding = evidence(entry, seen)
    assert finding.value is Value.PASS
    assert finding.actual is not None
    assert finding.actual.value == 60.0
    assert evidence(entry, replace(seen, evidence_at=None)).value is Value.INCONCLUSIVE
    assert evidence(entry, replace(seen, evidence_at=360_001)).value is Value.INCONCLUSIVE
    assert evidence(entry, replace(seen, applied_at=None)).value is Value.INCONCLUSIVE


def test_evidence_that_was_asked_for_and_did_not_come_says_nothing_of_other_effects() -> None:
    """A scenario that waits for the wrong sign is told so, and not that its fault did nothing."""
    entry = replace(ENTRY, evidence=Evidence("target", "flow_m3_s", 0.5, None, 300.0))
    unseen = replace(DONE, evidence_asked=True)
    fault = Event(0, 60_000, EventKind.FAULT, "pump-1", "", after="break")
    lost = Event(1, 180_000, EventKind.SUPPLY_LOST, "hospital-1", "", cause=0)
    nothing, other = evidence(entry, unseen, fault), evidence(entry, unseen, fault, lost)
    assert nothing.value is other.value is Value.INCONCLUSIVE
    assert "below 0.5" in nothing.reason.en and "within 5 min" in nothing.reason.en
    assert "other effects" not in nothing.reason.en
    assert other.reason.en == f"{nothing.reason.en} It had other effects, the first after 2 min."
    for at, when in ((60_300, "at once"), (60_600, "after 0.6 s")):
        assert evidence(entry, unseen, fault, replace(lost, at=at)).reason.en.endswith(f"the first {when}.")


def test_that_what_is_broken_does_not_work_is_no_evidence() -> None:
    seen = replace(DONE, evidence_at=120_000, evidence_asked=True)
    for component, value in (("target", Value.INCONCLUSIVE), ("pump-1", Value.INCONCLUSIVE), ("pump-2", Value.PASS)):
        asked = Evidence(component, "working", 0.5, None, 300.0)
        assert evidence(replace(ENTRY, evidence=asked), seen).value is value


def test_evidence_in_the_log() -> None:
    """An effect on something else that the fault caused is evidence, however long the chain; what the log says of the
    broken thing itself only repeats the fault.
    """
    fault = Event(0, 60_000, EventKind.FAULT, "pump-1", "", after="break")
    stopped = Event(1, 60_000, EventKind.STOPPED, "pump-1", "", cause=0)
    lost = Event(1, 60_000, EventKind.SUPPLY_LOST, "hospital-1", "", cause=0)
    switched = Event(2, 61_000, EventKind.CREW, "pump-1", "", cause=0)
    low = Event(3, 90_000, EventKind.LEVEL_LOW, "water-supply-d1", "", cause=2)
    other = Event(4, 60_000, EventKind.FAULT, "pump-1", "", after="another")
    assert evidence(ENTRY, DONE, fault, stopped).value is Value.INCONCLUSIVE
    assert evidence(ENTRY, DONE, fault, lost).value is Value.PASS
    assert evidence(ENTRY, DONE, fault, switched).value is Value.INCONCLUSIVE  # a crew was called: no effect
    chain = evidence(ENTRY, DONE, fault, switched, low)
    assert chain.actual is not None
    assert chain.actual.value == 30.0
    assert evidence(ENTRY, DONE, other, replace(lost, cause=4)).value is Value.INCONCLUSIVE
    cleared = Event(1, 70_000, EventKind.CLEAR, "pump-1", "", cause=0)
    assert evidence(ENTRY, DONE, fault, cleared, replace(low, id=2, cause=1)).value is Value.INCONCLUSIVE


@pytest.mark.parametrize(
    ("name", "points", "expected"),
    [
        ("water-supply-d1", ((80.0, 0.95),), Value.PASS),  # kept, but less than without it
        ("water-supply-d1", ((50.0, 0.95), (55.0, 1.0)), Value.INCONCLUSIVE),  # before it came
        ("water-supply-d1", (), Value.INCONCLUSIVE),
        ("water-supply-d1", ((80.0, 0.9989),), Value.PASS),  # more than a thousandth of the minimum of 0.9
        ("water-supply-d1", ((80.0, 0.9992),), Value.INCONCLUSIVE),
    ],
)
def test_what_goes_otherwise_than_without_the_only_fault_is_its_effect(
    name: str, points: tuple[tuple[float, float], ...], expected: Value
) -> None:
    usual = {name: course((-3600.0, 1.0))}
    past = history({name: course((-3600.0, 1.0), *points)}, executed=[DONE])
    asked = scenario(timeline=[ENTRY], heal_by_s=HEAL)
    (finding,) = judge(asked, CITY, past, twin=history(usual)).of(Category.EVIDENCE)
    assert finding.value is expected
    if expected is Value.PASS:
        assert finding.actual is not None and finding.actual.value == 20.0
        assert "in what went otherwise than without the fault: Nordstadt (water supply)" in finding.reason.en
    (alone,) = judge(asked, CITY, past).of(Category.EVIDENCE)
    assert alone.value is Value.INCONCLUSIVE  # without a twin nobody knows
    another = replace(DONE, entry="other", target="pump-2", fault="pump-out")
    two = scenario(timeline=[ENTRY, replace(ENTRY, id="other", targets=("pump-2",))], heal_by_s=HEAL)
    both = judge(two, CITY, replace(past, executed=(DONE, another)), twin=history(usual)).of(Category.EVIDENCE)
    assert {one.value for one in both} == {Value.INCONCLUSIVE}  # nor which of two it was


def test_a_level_of_the_broken_thing_itself_is_no_effect() -> None:
    broken = replace(ENTRY, targets=("hospital-1",), fault="site-out")
    done = replace(DONE, target="hospital-1", fault="site-out")
    usual = {"hospital-1": course((-3600.0, 1.0))}
    past = history({"hospital-1": course((-3600.0, 1.0), (60.0, 0.9))}, executed=[done])
    (finding,) = judge(scenario(timeline=[broken], heal_by_s=HEAL), CITY, past, twin=history(usual)).of(
        Category.EVIDENCE
    )
    assert finding.value is Value.INCONCLUSIVE


def test_all_causes_of_one_solve_get_the_credit() -> None:
    """What a solver found may be due to each of the faults that it answered, but for one that is seen to have stopped
    nothing.
    """
    other = Event(0, 60_000, EventKind.FAULT, "pump-2", "", after="other")
    fault = Event(1, 60_000, EventKind.FAULT, "pump-1", "", after="break")
    low = Event(2, 90_000, EventKind.LEVEL_LOW, "water-supply-d1", "", cause=0, also=(1,))
    assert evidence(ENTRY, DONE, other, fault, low).value is Value.PASS
    assert evidence(ENTRY, DONE, other, fault, replace(low, also=())).value is Value.INCONCLUSIVE
    looked = replace(DONE, looked=True)
    assert evidence(ENTRY, looked, other, fault, low).value is Value.INCONCLUSIVE
    idle = evidence(ENTRY, replace(looked, idle=True), other, fault, low)
    assert "There was nothing for it to change" in idle.reason.en
    shown = evidence(ENTRY, replace(looked, shown_at=60_000, shown_by="flow_m3_s"), other, fault)
    assert shown.value is Value.PASS
    assert "measured" in shown.reason.en


def test_two_faults_that_stop_one_thing_share_what_follows() -> None:
    fault = Event(0, 60_000, EventKind.FAULT, "pump-1", "", after="first")
    lost = Event(1, 60_000, EventKind.SUPPLY_LOST, "hospital-1", "", cause=0)
    again = Event(2, 60_000, EventKind.FAULT, "pump-1", "", after="break")
    first, entry = replace(DONE, entry="first"), replace(ENTRY, id="first")
    past = history(executed=[first, DONE], events=(fault, lost, again))
    found = judge(scenario(timeline=[entry, ENTRY], heal_by_s=HEAL), CITY, past).of(Category.EVIDENCE)
    assert [finding.value for finding in found] == [Value.PASS, Value.PASS]
    late = history(executed=[first, replace(DONE, applied_at=61_000)], events=(fault, lost, replace(again, at=61_000)))
    found = judge(scenario(timeline=[entry, ENTRY], heal_by_s=HEAL), CITY, late).of(Category.EVIDENCE)
    assert [finding.value for finding in found] == [Value.PASS, Value.INCONCLUSIVE]


def test_a_place_where_nothing_was_in_use_is_named_and_leaves_the_others_their_effect() -> None:
    entry = replace(ENTRY, targets=("pump-1", "pump-2"))
    shown, idle = replace(DONE, shown_at=60_000), replace(DONE, target="pump-2", looked=True, idle=True)

    def found(*done: Executed) -> Finding:
        past = history(executed=done)
        (finding,) = judge(scenario(timeline=[entry], heal_by_s=HEAL), CITY, past).of(Category.EVIDENCE)
        return finding

    assert found(shown, idle).value is Value.PASS
    assert "at 1 of 2 places" in found(shown, idle).reason.en
    assert "there was nothing for it to change" in found(shown, idle).reason.en
    assert found(shown, replace(idle, idle=False)).value is Value.INCONCLUSIVE
    assert found(replace(idle, target="pump-1"), idle).value is Value.INCONCLUSIVE


def execution(entry: TimelineEntry, *done: Executed, heal_by_s: float | None = HEAL) -> Finding:
    asked = scenario(timeline=[entry], heal_by_s=heal_by_s)
    return {f.id: f for f in judge(asked, CITY, history(executed=done)).of(Category.EXECUTION)}["break"]


def test_what_was_as_asked_says_from_when_until_when_if_that_is_the_same_everywhere() -> None:
    both = replace(ENTRY, targets=("pump-1", "pump-2"))
    other = replace(DONE, target="pump-2")
    assert execution(both, DONE, other).reason.en == "Pump 1 and pump 2: from 17:01 until 17:11, exactly as asked."
    open_ = replace(ENTRY, for_s=None)
    to_the_end = execution(open_, replace(DONE, cleared_at=None), heal_by_s=None)
    assert to_the_end.reason.en == "Pump 1: from 17:01 to the end of the run, exactly as asked."
    cases = (Case("pump-1", "pump-out", 60.0, 600.0), Case("pump-2", "pump-out", 120.0, 600.0))
    apart = replace(ENTRY, targets=("pump-1", "pump-2"), cases=cases)
    later = replace(other, applied_at=120_000, cleared_at=720_000)
    assert execution(apart, DONE, later).reason.en == "Pump 1 and pump 2: exactly as asked."
    lengths = (cases[0], replace(cases[1], at_s=60.0, for_s=60.0))
    shorter = replace(other, cleared_at=120_000)
    ends = execution(replace(apart, cases=lengths), DONE, shorter).reason.en
    assert ends == "Pump 1 and pump 2: from 17:01, exactly as asked."


@pytest.mark.parametrize(
    ("for_s", "cleared_s", "expected"),
    [
        (200.0, 36_000.0, Value.PASS),  # over with the run
        (200.0, None, Value.FAIL),
        (201.0, None, Value.PASS),  # the run was over first
        (600.0, 36_000.0, Value.FAIL),
    ],
)
def test_what_would_end_after_the_run_is_never_cleared(for_s: float, cleared_s: float | None, expected: Value) -> None:
    entry = replace(ENTRY, at_s=35_800.0, for_s=for_s)
    cleared = None if cleared_s is None else round(cleared_s * 1000)
    done = replace(DONE, applied_at=35_800_000, cleared_at=cleared)
    assert execution(entry, done, heal_by_s=None).value is expected


WAITS = replace(ENTRY, when=Trigger("pump-3", "working", 0.5, None))
NEVER = replace(DONE, applied_at=None, cleared_at=None)


def waited(entry: TimelineEntry, seen: Course | None, *done: Executed) -> tuple[Finding, Finding]:
    """What is said of the execution, and of the effect."""
    signals = {} if seen is None else {("break", "pump-3.working"): seen}
    past = replace(history(executed=done), signals=signals)
    verdict = judge(scenario(timeline=[entry], heal_by_s=HEAL), CITY, past)
    return {f.id: f for f in verdict.of(Category.EXECUTION)}["break"], verdict.of(Category.EVIDENCE)[0]


def test_a_fault_that_waits_comes_with_its_state_or_not_at_all() -> None:
    comes = course((60, 1.0), (300, 0.0), (360, 1.0))
    late = replace(DONE, applied_at=300_000, cleared_at=900_000)
    assert waited(WAITS, comes, late)[0].value is Value.PASS
    assert waited(WAITS, comes, DONE)[0].value is Value.FAIL  # before its state
    assert waited(WAITS, comes, NEVER)[0].value is Value.FAIL
    not_needed, no_effect = waited(WAITS, course((60, 1.0)), NEVER)
    assert not_needed.value is Value.INCONCLUSIVE
    assert not_needed.reason.en.startswith("Not needed: the state never came (")
    assert (no_effect.value, no_effect.figures) == (Value.INCONCLUSIVE, ())
    assert no_effect.reason.en == "The state that it waits for never came."
    unwatched = waited(WAITS, None, NEVER)[0]
    assert unwatched.value is Value.INCONCLUSIVE
    assert "was not watched" in unwatched.reason.en


def test_of_a_fault_that_waits_only_the_places_where_it_came_can_show_it() -> None:
    both = replace(WAITS, targets=("pump-1", "pump-2"))
    came = replace(DONE, applied_at=300_000, cleared_at=900_000, shown_at=300_000)
    _, effect = waited(both, None, came, replace(NEVER, target="pump-2"))
    assert effect.value is Value.PASS
    assert [figure.subject for figure in effect.figures] == ["pump-1"]
    assert effect.reason.en == "The effect was seen at once in what is measured there."
    unseen = waited(both, None, replace(came, shown_at=None), replace(NEVER, target="pump-2"))[1]
    assert unseen.value is Value.INCONCLUSIVE
    assert unseen.subjects == ("pump-1",)


def test_what_was_not_executed_and_what_nobody_drew_has_no_effect_to_be_seen() -> None:
    past = history()
    (finding,) = judge(scenario(timeline=[ENTRY], heal_by_s=HEAL), CITY, past).of(Category.EVIDENCE)
    assert finding.reason.en == "The fault was not executed."


def test_what_is_shorter_than_half_a_second_is_at_once() -> None:
    entry = replace(ENTRY, evidence=Evidence("target", "flow_m3_s", None, 0.5, 300.0))
    for after, said in ((0, "at once"), (300, "at once"), (600, "after 0.6 s")):
        finding = evidence(entry, replace(DONE, evidence_at=60_000 + after, evidence_asked=True))
        assert finding.reason.en == f"The effect was seen {said} in what is measured there."


def test_where_an_effect_was_seen_is_said() -> None:
    fault = Event(0, 60_000, EventKind.FAULT, "pump-1", "", after="break")
    lost = Event(1, 90_000, EventKind.SUPPLY_LOST, "hospital-1", "", cause=0)
    assert evidence(ENTRY, DONE, fault, lost).reason.en == "The effect was seen after 30 s in the event log."
    asked = replace(ENTRY, evidence=Evidence("target", "flow_m3_s", 0.5, None, 300.0))
    seen = evidence(asked, replace(DONE, evidence_at=90_000, evidence_asked=True))
    assert seen.reason.en == "The effect was seen after 30 s in what is measured there."
    edge = replace(DONE, evidence_at=360_000, evidence_asked=True)  # 300 s, as long as it may take
    assert evidence(asked, edge).value is Value.PASS


def test_what_only_one_fault_can_have_done_counts_though_nothing_was_measured() -> None:
    """What it shares with others does not, however long the chain that follows."""
    other = Event(0, 60_000, EventKind.FAULT, "pump-2", "", after="other")
    fault = Event(1, 60_000, EventKind.FAULT, "pump-1", "", after="break")
    own = Event(2, 90_000, EventKind.CREW, "pump-1", "", cause=1)
    low = Event(3, 95_000, EventKind.LEVEL_LOW, "water-supply-d1", "", cause=2)
    looked = replace(DONE, looked=True)
    assert evidence(ENTRY, looked, other, fault, own, low).value is Value.PASS
    assert evidence(ENTRY, looked, other, fault, replace(low, cause=1)).value is Value.PASS
    both = replace(own, cause=0, also=(1,))
    assert evidence(ENTRY, looked, other, fault, both, low).value is Value.INCONCLUSIVE
    assert evidence(ENTRY, DONE, other, fault, both, low).value is Value.PASS  # nobody measured there


@pytest.mark.parametrize(
    ("applied_s", "cleared_s", "expected"),
    [
        (400.0, 660.0, Value.PASS),
        (500.0, 660.0, Value.PASS),  # with the first effect
        (501.0, 660.0, Value.INCONCLUSIVE),
        (60.0, 500.0, Value.PASS),
        (60.0, 499.0, Value.INCONCLUSIVE),  # over before
        (60.0, None, Value.PASS),  # to the end of the run
    ],
)
def test_an_effect_is_shared_with_what_was_broken_when_it_came(
    applied_s: float, cleared_s: float | None, expected: Value
) -> None:
    fault = Event(0, 60_000, EventKind.FAULT, "pump-1", "", after="first")
    lost = Event(1, 500_000, EventKind.SUPPLY_LOST, "hospital-1", "", cause=0)
    first, entry = replace(DONE, entry="first"), replace(ENTRY, id="first")
    cleared = None if cleared_s is None else round(cleared_s * 1000)
    second = replace(DONE, applied_at=round(applied_s * 1000), cleared_at=cleared)
    past = history(executed=[first, second], events=(fault, lost))
    found = judge(scenario(timeline=[entry, ENTRY], heal_by_s=HEAL), CITY, past).of(Category.EVIDENCE)
    assert [finding.value for finding in found] == [Value.PASS, expected]


def test_what_the_log_says_of_the_broken_thing_counts_where_its_fault_declares_it() -> None:
    """That somebody read what a lying sensor reports is such a sign; what else is logged of it, is none."""
    entry, done = replace(ENTRY, fault="sensor-bias"), replace(DONE, fault="sensor-bias")
    fault = Event(0, 60_000, EventKind.FAULT, "pump-1", "", after="break")
    read = Event(1, 90_000, EventKind.TELEMETRY, "pump-1", "sensor.wrong-readings", cause=0)
    seen = evidence(entry, done, fault, read)
    assert seen.value is Value.PASS
    assert seen.actual is not None and seen.actual.value == 30.0
    assert evidence(entry, done, fault, replace(read, code="telemetry.software")).value is Value.INCONCLUSIVE
    assert evidence(ENTRY, DONE, fault, read).value is Value.INCONCLUSIVE  # a pump that is off declares other signs
