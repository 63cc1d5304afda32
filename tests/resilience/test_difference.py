"""A run beside its twin without the faults: what counts as a difference, by hand and against a count by the second."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resilience.judge.checkers.apart import SAME, furthest
from resilience.judge.checkers.context import Context
from resilience.judge.checkers.difference import check_difference, differs
from resilience.judge.checkers.judged import Part
from resilience.judge.judge import judge
from resilience.judge.outcome import Outcome, outcome_of
from resilience.judge.verdict import Category, Finding, Value
from resilience.scenario.scenario import (
    Delivery,
    Expectation,
    Invariant,
    LevelChoice,
    LevelHolds,
    LinkContinuity,
    OptOut,
    Recovery,
    Redundancy,
    Scenario,
    Threshold,
    TimeLimit,
    TimelineEntry,
)
from simulator.contracts.event import Event, EventKind
from simulator.contracts.history import Course, Executed, History
from simulator.contracts.level import ServiceLevel
from simulator.contracts.link import Link, LinkKind
from tests.resilience.town import HOUR, component, course, history, modes, scenario, tiny_city
from tests.resilience.town import SAME as ALIKE

CITY = tiny_city()
FINE = {name: course((-3600, 50.0 if name == "litres-d1" else 1.0)) for name in CITY.levels}
WATER = Invariant("water", LevelChoice(measure="water-supply"), Threshold(), longest=TimeLimit(3600.0))
DIP = {"water-supply-d1": course((-3600, 1.0), (700, 0.5), (800, 1.0))}
TWIN = history(FINE)
NOTHING = "The faults made no difference to anything that was judged."


def asked(*expectations: Expectation, **more: object) -> Scenario:
    entry = TimelineEntry("off", 600.0, "pump-out", ("pump-1",), for_s=600.0)
    made = scenario(timeline=[entry], expectations=expectations or (WATER,), redundancies=more.pop("redundancies", ()))  # type: ignore[arg-type]
    return replace(made, **more)  # type: ignore[arg-type]


def lived(levels: dict[str, Course] | None = None, events: tuple[Event, ...] = (), target: str = "pump-1") -> History:
    done = Executed("off", target, "pump-out", 600_000, 1_200_000, None, False)
    return history(FINE | (levels or {}), events, [done])


def value(wanted: Scenario, past: History, twin: History | None = TWIN) -> Value | None:
    found = check_difference(Context(wanted, CITY, past, twin))
    return found[0].value if found else None


SEEN = (
    Event(0, 600_000, EventKind.FAULT, "pump-1", "", after="off"),
    Event(1, 600_000, EventKind.SUPPLY_LOST, "hospital-1", "", cause=0),
)


def test_a_run_that_goes_as_without_its_faults_shows_nothing() -> None:
    found = judge(asked(), CITY, lived(events=SEEN), twin=TWIN)
    assert (found.value, found.exit_code, found.without_effect) == (Value.INCONCLUSIVE, 2, True)
    assert found.answer.en == f"Open: the run does not show whether the town holds. {NOTHING}"
    assert found.answer.de.endswith("Die Störungen machten bei nichts, was beurteilt wurde, einen Unterschied.")
    assert outcome_of(found, None).outcome is Outcome.NOT_SHOWN


def test_a_baseline_may_pass_and_without_a_twin_nobody_knows() -> None:
    quiet = scenario(expectations=[WATER])
    assert judge(quiet, CITY, history(FINE), twin=TWIN).value is Value.PASS
    assert value(asked(), lived(), None) is None


def test_a_judged_level_that_differs_is_a_difference() -> None:
    assert value(asked(), lived(DIP)) is Value.PASS
    small = {"water-supply-d1": course((-3600, 1.0), (700, 1.0 - 0.9 * SAME * 0.99), (800, 1.0))}
    assert value(asked(), lived(small)) is Value.INCONCLUSIVE  # arithmetic
    before = {"water-supply-d1": course((-3600, 0.5), (-10, 1.0))}
    assert value(asked(), lived(before)) is Value.INCONCLUSIVE  # the warm-up is not judged


def test_what_is_opted_out_makes_no_difference() -> None:
    dark = {"power-supply-d1": course((-3600, 1.0), (700, 0.0), (800, 1.0))}
    assert value(asked(), lived(dark)) is Value.PASS  # judged although nobody asks
    out = OptOut(LevelChoice(("power-supply-d1",)), ALIKE)
    assert value(asked(not_asked=(out,)), lived(dark)) is Value.INCONCLUSIVE


def test_of_a_recovery_only_what_comes_after_counts() -> None:
    water = LevelChoice(("water-supply-d1",))
    back = Recovery("back", water, Threshold(), TimeLimit(600.0), "cleared")
    assert value(asked(back), lived(DIP)) is Value.PASS  # the level is required while it is away, too
    out = (OptOut(water, ALIKE),)
    assert value(asked(back, not_asked=out), lived(DIP)) is Value.INCONCLUSIVE  # over before the fault is
    late = {"water-supply-d1": course((-3600, 1.0), (700, 0.5), (1300, 1.0))}
    assert value(asked(back, not_asked=out), lived(late)) is Value.PASS


def test_of_a_level_at_one_moment_only_that_moment_counts() -> None:
    water = LevelChoice(("water-supply-d1",))
    out = (OptOut(water, ALIKE),)
    low = {"water-supply-d1": course((-3600, 1.0), (700, 0.5))}
    for at_s, during, from_then_on in (
        (750.0, Value.PASS, Value.PASS),
        (900.0, Value.INCONCLUSIVE, Value.PASS),
        (None, Value.INCONCLUSIVE, Value.PASS),  # the end
    ):
        moment = asked(LevelHolds("moment", water, Threshold(), at_s=at_s), not_asked=out)
        assert (value(moment, lived(DIP)), value(moment, lived(low))) == (during, from_then_on)


@pytest.mark.parametrize("about", ["n-1", "isolation"])
def test_that_nothing_differs_is_a_pass_where_it_is_the_point_and_the_fault_was_seen(about: str) -> None:
    point = replace(WATER, about=about)
    assert value(asked(point), lived(events=SEEN)) is Value.PASS
    assert value(asked(point), lived()) is Value.INCONCLUSIVE  # nobody saw the fault
    others = LinkContinuity("others", about=about)
    assert value(asked(others), lived(events=SEEN)) is Value.PASS
    assert judge(asked(point), CITY, lived(events=SEEN), twin=TWIN).value is Value.PASS


def test_that_no_reading_is_lost_is_about_absence_too() -> None:
    lost_none = asked(Delivery("all", TimeLimit(600.0)))
    server = (*SEEN, Event(2, 600_000, EventKind.SUPPLY_LOST, "server-a", "", cause=1))
    assert value(lost_none, lived(events=server)) is Value.PASS
    assert value(lost_none, lived()) is Value.INCONCLUSIVE  # nobody saw the fault
    # a pump has nothing to do with how readings arrive
    assert value(lost_none, lived(events=SEEN)) is Value.INCONCLUSIVE
    assert value(lost_none, lived(events=(*server[:2], replace(server[2], cause=None)))) is Value.INCONCLUSIVE
    for target, fault in (("server-a", "node-out"), ("data-server-a-pump-1", "link-cut"), ("pump-1", "sensor-stuck")):
        done = Executed("off", target, fault, 600_000, 1_200_000, None, False, shown_at=600_000)
        assert value(lost_none, history(FINE, (), [done])) is Value.PASS, target
    other = Executed("off", "power-bus-1-pump-1", "link-cut", 600_000, 1_200_000, None, False, shown_at=600_000)
    assert value(lost_none, history(FINE, (), [other])) is Value.INCONCLUSIVE


def test_a_fallback_counts_if_something_judged_leans_on_it() -> None:
    took_over = modes("hospital-1", (600, "mains", "generator"), (1200, "generator", "mains"))
    generator = Redundancy("generator", "technical", "hospital-1", "mains", "generator")
    assert value(asked(redundancies=[generator]), lived(events=took_over)) is Value.PASS
    assert value(asked(redundancies=[generator]), lived()) is Value.INCONCLUSIVE
    # so it does in the twin: the faults have nothing to do with it
    assert value(asked(redundancies=[generator]), lived(events=took_over), history(FINE, took_over)) is (
        Value.INCONCLUSIVE
    )
    radio = modes("rescue-dispatch-1", (600, "trunked", "isolated-cell"))
    cell = Redundancy("cell", "technical", "rescue-dispatch-1", "trunked", "isolated-cell")
    assert value(asked(redundancies=[cell]), lived(events=radio)) is Value.INCONCLUSIVE  # nothing is required of it


def test_what_a_fault_breaks_itself_is_no_difference_while_enough_is_left() -> None:
    less = {"hospital-1": course((-3600, 1.0), (700, 0.9), (800, 1.0))}
    found = check_difference(Context(asked(), CITY, lived(less, target="hospital-1"), TWIN))[0]
    assert found.value is Value.INCONCLUSIVE
    assert found.reason.en.startswith(NOTHING) and "hospital 1" in found.reason.en
    assert value(asked(), lived(less)) is Value.PASS  # another component is at fault
    lost = {"hospital-1": course((-3600, 1.0), (700, 0.1), (800, 1.0))}
    assert value(asked(), lived(lost, target="hospital-1")) is Value.PASS  # 80 % are required


def test_that_a_control_room_commands_less_is_the_fault_and_not_what_it_does() -> None:
    less = {"hospital-1": course((-3600, 1.0), (700, 0.9), (800, 1.0))}
    lost = {"hospital-1": course((-3600, 1.0), (700, 0.1), (800, 1.0))}

    def found(kind: str, levels: dict[str, Course]) -> Value:
        line = Link("line", LinkKind(kind), "hospital-1", "pump-1")
        return check_difference(
            Context(asked(), replace(CITY, links={**CITY.links, "line": line}), lived(levels), TWIN)
        )[0].value

    assert found("control", less) is Value.INCONCLUSIVE
    assert found("data", less) is Value.PASS  # what merely hangs on it is another thing
    assert found("control", lost) is Value.PASS


SERVERS = ServiceLevel("nodes", "ict-availability", "city", 0.2, 4000)


def found_of_nodes(*points: tuple[float, float], target: str = "server-a", until_s: float = 1200.0) -> Finding:
    """The town with a second server, and how many of the two work, of which the scenario broke one or none."""
    other = component("server-b", "server")
    city = replace(CITY, components={**CITY.components, other.id: other}, levels={**CITY.levels, SERVERS.id: SERVERS})
    nodes = {SERVERS.id: course((-3600, 1.0), *points)}
    done = Executed("off", target, "node-out", 600_000, round(until_s * 1000), None, False)
    past, twin = history(FINE | nodes, (), [done]), history(FINE | {SERVERS.id: course((-3600, 1.0))})
    return check_difference(Context(asked(), city, past, twin))[0]


def test_that_a_broken_node_does_not_work_is_no_difference_and_that_another_one_does_not_is_one() -> None:
    """It is broken from 600 to 1200 s."""
    itself = found_of_nodes((600, 0.5), (1200, 1.0))
    assert itself.value is Value.INCONCLUSIVE
    assert itself.reason.en.startswith(NOTHING) and "ICT nodes" in itself.reason.en
    assert found_of_nodes((600, 0.5), (1201, 1.0)).value is Value.PASS  # it was away for longer than it was broken
    assert found_of_nodes((599, 0.5), (1200, 1.0)).value is Value.PASS
    assert found_of_nodes((600, 0.3), (1200, 1.0)).value is Value.PASS  # kept, and more is away than was broken
    assert found_of_nodes((600, 0.0), (1200, 1.0)).value is Value.PASS  # missed, and another one is away with it
    assert found_of_nodes((600, 0.5), (1200, 1.0), target="pump-1").value is Value.PASS
    assert found_of_nodes((600, 0.5), until_s=36_000.0).value is Value.INCONCLUSIVE  # to the very end of the run


def test_a_fail_stays_one_and_says_that_the_faults_are_not_behind_it() -> None:
    always = FINE | {"power-supply-d1": course((-3600, 0.0))}
    done = Executed("off", "pump-1", "pump-out", 600_000, 1_200_000, None, False)
    found = judge(asked(), CITY, history(always, SEEN, [done]), twin=history(always))
    assert found.value is Value.FAIL
    assert found.answer.en.endswith(NOTHING)


POINTS = st.lists(st.tuples(st.integers(1, 599), st.sampled_from([0.0, 0.5, 0.9, 1.0])), max_size=8)


@given(POINTS, POINTS)
def test_how_far_two_courses_are_apart_against_a_count_by_the_second(
    one: list[tuple[int, float]], other: list[tuple[int, float]]
) -> None:
    courses, values = [], []
    for points in (dict(one), dict(other)):
        courses.append(course((-3600, 1.0), *((float(t), v) for t, v in sorted(points.items()))))
        now, row = 1.0, []
        for second in range(600):
            now = points.get(second, now)
            row.append(now)
        values.append(row)
    expected = max(abs(a - b) for a, b in zip(*values, strict=True))
    assert furthest(courses[0], courses[1], 0, 600_000) == pytest.approx(expected)
    past = history(
        FINE | {"water-supply-d1": courses[0]}, (), [Executed("off", "pump-1", "pump-out", 600_000, None, None, False)]
    )
    twin = history(FINE | {"water-supply-d1": courses[0]}, end=10 * HOUR)
    assert value(asked(), past, twin) is Value.INCONCLUSIVE  # beside itself, whatever it went through


def test_the_finding_stands_between_evidence_and_fallbacks() -> None:
    found = judge(asked(), CITY, lived(DIP, SEEN), twin=TWIN)
    order = [finding.category for finding in found.findings]
    assert order.index(Category.EVIDENCE) < order.index(Category.DIFFERENCE) < order.index(Category.EXPECTATION)


def test_a_level_that_one_run_did_not_record_differs() -> None:
    part = Part(CITY.levels["water-supply-d1"], 0, HOUR)
    there, gone = history(FINE), history({})
    assert differs(part, there, gone) and differs(part, gone, there)
    assert not differs(part, gone, gone) and not differs(part, there, there)


@pytest.mark.parametrize(("by", "wanted"), [(0.0, False), (0.5, False), (0.9, False), (1.2, True), (1.4, True)])
def test_what_differs_less_than_rounding_is_the_same(by: float, wanted: bool) -> None:
    level = CITY.levels["water-supply-d1"]
    other = history(FINE | {level.id: course((-3600, 1.0 - by * SAME * level.minimum))})
    assert differs(Part(level, 0, HOUR), history(FINE), other) is wanted


def test_a_window_of_nothing_shows_no_difference() -> None:
    """Half an hour is a window, and nothing is none, wherever it lies."""
    level = CITY.levels["water-supply-d1"]
    other = history(FINE | {level.id: course((-3600, 0.0))})
    assert not differs(Part(level, HOUR, HOUR), history(FINE), other)
    assert differs(Part(level, HOUR, HOUR + HOUR // 4), history(FINE), other)


def test_a_fallback_of_what_is_opted_out_carries_nothing_that_is_judged() -> None:
    took_over = modes("hospital-1", (600, "mains", "generator"), (1200, "generator", "mains"))
    generator = Redundancy("generator", "technical", "hospital-1", "mains", "generator")
    out = OptOut(LevelChoice(("hospital-1",)), ALIKE)
    wanted = asked(redundancies=[generator], not_asked=(out,))
    assert value(wanted, lived(events=took_over)) is Value.INCONCLUSIVE
