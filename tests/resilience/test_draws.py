"""What a hazard damages and wear lets fail: drawn from the seed, each component for itself, and replayed exactly."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resilience.inject.injector import build_injector
from resilience.judge.judge import judge
from resilience.judge.verdict import Category, Finding, Value
from resilience.report.run.compose import compose
from resilience.scenario.draws.cases import with_cases
from resilience.scenario.draws.classes import YEAR_S
from resilience.scenario.draws.hazard import Hazard, Place
from resilience.scenario.loader import build_scenario, executed_text, load_scenario
from resilience.scenario.names import World
from resilience.scenario.scenario import Case, Repair, Scenario, Selector, TimelineEntry, Wear
from resilience.scenario.selector import resolve
from resilience.scenario.timeline_model import AreaFields
from simulator.contracts.city import City
from simulator.contracts.component import Component
from simulator.contracts.document import Document, load_document
from simulator.contracts.event import Event, EventKind
from simulator.contracts.failure import HazardType
from simulator.contracts.history import Executed
from simulator.contracts.model import read
from simulator.contracts.registry import registry
from simulator.kernel import Streams
from tests.resilience.test_injector import Bench
from tests.resilience.test_scenario_files import EXPECT, HEAD, line_of
from tests.resilience.test_scenario_files import problems as problems_of_tiny
from tests.resilience.town import HOUR, component, history, scenario, tiny_city

DAY_S = 86400.0


def row_of(kind: str, count: int, **more: float) -> list[Component]:
    """Components 10 m apart, on a line to the east."""
    return [
        replace(component(f"{kind}-{i}", kind), x_m=10.0 * i, y_m=0.0, year=1986, length_m=1000.0, **more)  # type: ignore[arg-type]
        for i in range(count)
    ]


def wide_city(*kinds: str, count: int = 200) -> City:
    return replace(tiny_city(), components={c.id: c for kind in kinds for c in row_of(kind, count)}, links={})


FLOOD = TimelineEntry(
    "flood", 600.0, "", hazard=Hazard(HazardType.FLOOD, Place(line=((0.0, 0.0), (3000.0, 0.0)), width_m=100.0), 0.9)
)
WEAR = TimelineEntry("wear", 0.0, "", wear=Wear(factor=100.0))


def drawn(entry: TimelineEntry, city: City, seed: int = 1, others: Sequence[TimelineEntry] = ()) -> tuple[Case, ...]:
    asked = scenario(timeline=[*others, entry], duration_s=DAY_S)
    cases = resolve(asked, city, Streams(seed).stream).timeline[-1].cases
    assert cases is not None
    return cases


def names(cases: tuple[Case, ...]) -> set[str]:
    return {case.target for case in cases}


def deep(depth_m: float) -> TimelineEntry:
    assert FLOOD.hazard is not None
    return replace(FLOOD, hazard=replace(FLOOD.hazard, peak=depth_m))


def test_as_many_are_damaged_as_the_curve_says() -> None:
    """At the median depth of local substations half of 400 fail, within five standard deviations of a binomial."""
    hit = drawn(FLOOD, wide_city("bus", count=400))
    assert abs(len(hit) - 200) < 5 * math.sqrt(400 * 0.25)
    assert {case.fault for case in hit} == {"bus-out"}
    assert {case.at_s for case in hit} == {600.0}


def test_each_kind_gets_its_own_fault_and_outside_nothing_happens() -> None:
    assert FLOOD.hazard is not None
    short = replace(FLOOD.hazard, place=Place(centre=(0.0, 0.0), radius_m=55.0), peak=5.0)
    hit = drawn(replace(FLOOD, hazard=short), wide_city("pump", "signal", "road", "pipe", count=20))
    assert {(case.fault, case.target.rpartition("-")[0]) for case in hit} == {
        ("pump-out", "pump"),
        ("signal-dark", "signal"),
        ("road-closed", "road"),
    }  # nothing is known to happen to a pipe
    assert {case.target.rpartition("-")[2] for case in hit} == {"0", "1", "2", "3", "4", "5"}
    only = replace(FLOOD, hazard=short, fault="pump-out")
    assert {case.fault for case in drawn(only, wide_city("pump", "signal", count=20))} == {"pump-out"}


@settings(max_examples=40, deadline=None)
@given(st.floats(0.05, 3.0), st.floats(0.0, 2.0), st.integers(0, 5))
def test_deeper_water_never_damages_fewer(depth_m: float, more_m: float, seed: int) -> None:
    city = wide_city("bus", "signal", "gateway", "pv", count=15)
    assert names(drawn(deep(depth_m), city, seed)) <= names(drawn(deep(depth_m + more_m), city, seed))


def test_a_wider_area_never_damages_fewer() -> None:
    assert FLOOD.hazard is not None
    city = wide_city("bus", count=100)
    before: set[str] = set()
    for radius_m in (100.0, 300.0, 2000.0):
        circle = replace(FLOOD.hazard, place=Place(centre=(0.0, 0.0), radius_m=radius_m))
        hit = names(drawn(replace(FLOOD, hazard=circle), city))
        assert before < hit
        before = hit


def test_a_draw_is_its_own_whatever_stands_beside_it() -> None:
    city = wide_city("bus", count=50)
    alone = drawn(FLOOD, city)
    assert drawn(FLOOD, city, others=[replace(WEAR, id="other"), replace(deep(0.4), id="another")]) == alone
    assert drawn(FLOOD, city, seed=2) != alone
    assert names(drawn(replace(FLOOD, id="second"), city)) != names(alone)
    fewer = replace(city, components=dict(list(city.components.items())[::2]))
    assert drawn(FLOOD, fewer) == tuple(case for case in alone if case.target in fewer.components)


def test_the_damage_may_come_one_by_one() -> None:
    assert FLOOD.hazard is not None
    slow = replace(FLOOD, hazard=replace(FLOOD.hazard, over_s=3600.0))
    hit = drawn(slow, wide_city("bus", count=100))
    moments = [case.at_s for case in hit]
    assert min(moments) >= 600 and max(moments) <= 4200 and len(set(moments)) > 30
    assert names(hit) == names(drawn(FLOOD, wide_city("bus", count=100)))


def test_failures_come_as_often_as_their_rate_says() -> None:
    """Over a day n components fail with 1 - exp(-rate * day): a binomial, within five standard deviations."""
    city = wide_city("pipe", count=2000)
    pipe = registry().rates["pipe"]
    rate = 100.0 * pipe.per_year(2026 - 1986, 1000.0)
    expected = 2000 * -math.expm1(-rate * DAY_S / YEAR_S)
    hit = drawn(WEAR, city)
    assert abs(len(hit) - expected) < 5 * math.sqrt(expected)
    assert {(case.fault, case.parameters["area_m2"]) for case in hit} == {("burst", 0.001)}
    assert all(0 <= case.at_s < DAY_S and case.at_s == int(case.at_s) for case in hit)


def test_older_fails_sooner_and_a_higher_rate_never_less_often() -> None:
    new = wide_city("pipe", count=300)
    old = replace(new, components={name: replace(c, year=1940) for name, c in new.components.items()})
    hit_new, hit_old = drawn(WEAR, new), drawn(WEAR, old)
    assert names(hit_new) < names(hit_old)
    sooner = {case.target: case.at_s for case in hit_old}
    assert all(sooner[case.target] <= case.at_s for case in hit_new)
    assert names(hit_new) <= names(drawn(replace(WEAR, wear=Wear(factor=300.0)), new))


def test_a_rate_of_the_planner_and_a_window() -> None:
    city = wide_city("pump", "gateway", count=100)
    often = replace(WEAR, fault="node-out", at_s=3600.0, wear=Wear(rate=365.25 * 24, until_s=7200.0))
    hit = drawn(often, city)  # one an hour and gateway, for an hour: 1 - 1/e of them
    assert abs(len(hit) - 63.2) < 5 * math.sqrt(100 * 0.632 * 0.368)
    assert all(3600 <= case.at_s < 7200 for case in hit)
    assert {case.target.rpartition("-")[0] for case in hit} == {"gateway"}  # a pump has no such fault


def test_a_selector_or_targets_narrow_a_draw() -> None:
    city = wide_city("pump", "gateway", count=10)
    all_hit = names(drawn(deep(9.0), city))
    assert len(all_hit) == 20
    assert names(drawn(replace(deep(9.0), selector=Selector(kind="pump")), city)) == {f"pump-{i}" for i in range(10)}
    assert names(drawn(replace(deep(9.0), targets=("pump-3", "gateway-1")), city)) == {"pump-3", "gateway-1"}


def test_drawn_lengths_follow_their_class_and_end_with_the_run() -> None:
    city = wide_city("bus", count=400)
    hit = drawn(replace(FLOOD, for_drawn=True), city)
    lengths = [case.for_s for case in hit]
    ended = [length for length in lengths if length is not None]
    assert ended and None in lengths  # half of them last longer than the run
    assert max(ended) < DAY_S - 600
    share = sum(length is not None for length in lengths) / len(lengths)
    expected = 0.5 * (1 + math.erf(math.log((DAY_S - 600) / DAY_S) / 0.5 / math.sqrt(2)))
    assert share == pytest.approx(expected, abs=5 * math.sqrt(0.25 / len(lengths)))
    crew = replace(FLOOD, repair=Repair(0.0), work_drawn=True)
    work = [case.work_s for case in drawn(crew, city)]
    assert all(one is not None and one >= 1 for one in work) and len(set(work)) > 50


TEXT = HEAD + (
    "timeline:\n"
    "  - id: flood\n"
    "    at: 1h\n"
    "    hazard: {type: flood, area: {centre: [0, 0], radius_m: 100}, depth_m: 0.9, over: 30min}\n"
    "    for: drawn\n"
    "  - id: wear\n"
    "    random: {rate: by-age, factor: 2000}\n"
    "    repair: {work: drawn}\n"
    "expect:\n  - {id: all, type: invariant, levels: all}\n"
)


def test_what_was_executed_is_replayed_without_a_draw(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text(TEXT, encoding="utf-8")
    city = tiny_city()
    document = load_document(path)
    resolved = resolve(load_scenario(path, city), city, Streams(3).stream)
    assert all(entry.cases for entry in resolved.timeline)
    (tmp_path / "done.yaml").write_text(executed_text(document, resolved, 3), encoding="utf-8")
    again = load_scenario(tmp_path / "done.yaml", city)
    assert again.timeline == resolved.timeline
    assert resolve(again, city, Streams(99).stream).timeline == resolved.timeline
    twice = executed_text(load_document(tmp_path / "done.yaml"), again, 3)
    assert twice == (tmp_path / "done.yaml").read_text(encoding="utf-8")


def test_cases_can_be_written_by_hand(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(
        HEAD + "timeline:\n  - {id: two, fault: pump-out, for: 1h, cases: [{target: pump-1, at: 1h}, "
        "{target: pump-2, at: 90min, for: 30min}]}\n" + EXPECT.replace("break", "two"),
        encoding="utf-8",
    )
    loaded = build_scenario(load_document(tmp_path / "s.yaml"))
    (entry,) = loaded.timeline
    assert [(case.target, case.fault, case.at_s, case.for_s) for case in entry.acts] == [
        ("pump-1", "pump-out", 3600.0, 3600.0),
        ("pump-2", "pump-out", 5400.0, 1800.0),
    ]
    load_scenario(tmp_path / "s.yaml", tiny_city())


CASES = (
    Case("pump-1", "pump-out", 60.0, 600.0),
    Case("junction-1", "burst", 120.0, None, parameters={"area_m2": 0.01}),
)
HIT = replace(FLOOD, cases=CASES, targets=("pump-1", "junction-1"))


def run_of(entry: TimelineEntry) -> tuple[Bench, Scenario]:
    asked = scenario(timeline=[entry], heal_by_s=1800.0, duration_s=3600.0)
    bench = Bench(asked)
    bench.clock.run_until(HOUR)
    return bench, asked


def test_the_injector_breaks_each_case_in_its_own_way() -> None:
    bench, _ = run_of(HIT)
    assert bench.door.calls == [
        (60_000, "apply", "pump-1", "flood"),
        (120_000, "apply", "junction-1", "flood"),
        (660_000, "clear", "pump-1", "flood"),
        (1_800_000, "clear", "junction-1", "flood"),
    ]
    assert [act.fault for act in bench.injector.executed] == ["pump-out", "burst"]


@pytest.mark.parametrize(
    ("case", "change", "expected"),
    [
        ("as drawn", {}, Value.PASS),
        ("another fault", {"fault": "isolated"}, Value.FAIL),
        ("another time", {"applied_at": 61_000}, Value.FAIL),
        ("another end", {"cleared_at": 700_000}, Value.FAIL),
    ],
)
def test_executed_against_drawn(case: str, change: dict[str, object], expected: Value) -> None:
    bench, asked = run_of(HIT)
    first, second = bench.injector.executed
    past = history(executed=[replace(first, **change), second], end=HOUR)  # type: ignore[arg-type]
    found = {f.id: f for f in judge(asked, tiny_city(), past).of(Category.EXECUTION)}
    assert found["flood"].value is expected, case


def test_a_draw_that_comes_to_nothing_shows_nothing() -> None:
    bench, asked = run_of(replace(FLOOD, cases=()))
    past = history(executed=bench.injector.executed, end=HOUR)
    finding = {f.id: f for f in judge(asked, tiny_city(), past).of(Category.EXECUTION)}["flood"]
    assert finding.value is Value.INCONCLUSIVE
    assert "No fault" in finding.reason.en
    assert finding.title.en == "Executed as asked: flood"


def test_one_effect_of_many_is_enough_for_a_draw_and_only_for_one() -> None:
    """Nobody sees anything of the burst; the pump stops."""
    _, asked = run_of(HIT)
    fault = Event(0, 60_000, EventKind.FAULT, "pump-1", "", after="flood")
    stopped = Event(1, 90_000, EventKind.SUPPLY_LOST, "hospital-1", "", cause=0)
    done = [
        Executed("flood", "pump-1", "pump-out", 60_000, 660_000, None, False),
        Executed("flood", "junction-1", "burst", 120_000, 1_800_000, None, False),
    ]

    def seen(one: Scenario, *events: Event) -> Finding:
        past = history(executed=done, events=events, end=HOUR)
        (finding,) = judge(one, tiny_city(), past).of(Category.EVIDENCE)
        return finding

    finding = seen(asked, fault, stopped)
    assert finding.value is Value.PASS
    assert "at 1 of 2 places after 30 s" in finding.reason.en
    assert seen(asked).value is Value.INCONCLUSIVE
    listed = replace(asked, timeline=(replace(HIT, hazard=None),))
    assert seen(listed, fault, stopped).value is Value.INCONCLUSIVE


def test_an_undrawn_hazard_is_not_executed() -> None:
    with pytest.raises(ValueError, match="resolve"):
        run_of(FLOOD)


def test_the_report_shows_what_was_drawn() -> None:
    bench, asked = run_of(HIT)
    past = history(executed=bench.injector.executed, end=HOUR)
    content = compose(tiny_city(), asked, past, judge(asked, tiny_city(), past), 1, {}, "", "", None)
    assert [(f.asked_begin_s, f.asked_end_s, f.title.en) for f in content.faults] == [
        (60.0, 660.0, "pump does not run"),
        (120.0, 1800.0, "main breaks"),
    ]


def test_on_the_real_door() -> None:
    from simulator.coupling import Runtime
    from simulator.kernel import Clock

    city = tiny_city()
    asked = scenario(timeline=[deep(2.0), replace(FLOOD, id="b", selector=Selector(kind="pump"))], duration_s=3600.0)
    resolved = resolve(asked, city, Streams(1).stream)
    clock = Clock(asked.run.start, asked.run.warmup_s, asked.run.duration_s)
    runtime = Runtime.build(city, clock, 1)
    runtime.faults.handle("bus-out", lambda *_: None)
    runtime.faults.handle("substation-out", lambda *_: None)
    runtime.faults.handle("substation-flooded", lambda *_: None)
    injector = build_injector(
        resolved, city, runtime.faults, clock, runtime.quantities.value, runtime.crews.repair, runtime.log.add
    )
    clock.run_until(clock.end)
    assert injector.executed and all(act.applied_at == 600_000 for act in injector.executed)
    assert runtime.faults.disabled("pump-1") and runtime.faults.disabled("hospital-1")


CIRCLE = "centre: [0, 0], radius_m: 100"
FLOOD_TEXT = f"hazard: {{type: flood, area: {{{CIRCLE}}}, depth_m: 0.9}}"
GEO = "geojson: {type: Polygon, coordinates: [[[8, 49], [8.1, 49], [8.1, 49.1], [8, 49]]]}"


@pytest.mark.parametrize(
    ("entry", "field", "said"),
    [
        (f"at: 1h, {FLOOD_TEXT}", None, ""),
        (f"at: 1h, {FLOOD_TEXT.replace(CIRCLE, GEO)}", None, ""),
        ("random: {rate: by-age}", None, ""),
        ("random: {rate: 0.5}, selector: {kind: pump}, for: drawn", None, ""),
        (FLOOD_TEXT, "", "has no `at`"),
        (f"at: 1h, {FLOOD_TEXT.replace('flood', 'floot')}", "hazard.type", "'flood'"),
        (f"at: 1h, {FLOOD_TEXT.replace('depth_m', 'gust_m_s')}", "hazard.gust_m_s", "means nothing for a flood"),
        (f"at: 1h, {FLOOD_TEXT.replace('0.9', '0.9, edge: 2')}", "hazard.edge", "is above `depth_m`"),
        (f"at: 1h, {FLOOD_TEXT.replace('0.9', '0.9, fade_m: 2')}", "hazard.fade_m", "without `edge`"),
        (f"at: 1h, {FLOOD_TEXT.replace(', radius_m: 100', '')}", "hazard.area", "no `radius_m`"),
        (f"at: 1h, {FLOOD_TEXT.replace('radius_m', 'width_m: 9, radius_m')}", "hazard.area.width_m", "without a line"),
        (f"at: 1h, {FLOOD_TEXT.replace('[0, 0]', 'pmp-1')}", "hazard.area.centre", "'pump-1'"),
        (f"at: 1h, {FLOOD_TEXT.replace(CIRCLE, 'district: d9')}", "hazard.area.district", "d1"),
        (f"at: 1h, {FLOOD_TEXT.replace(CIRCLE, 'district: d1')}", "hazard.area.district", "no outline"),
        (f"at: 1h, {FLOOD_TEXT.replace(CIRCLE, '')}", "hazard.area", "says no place"),
        (f"at: 1h, {FLOOD_TEXT.replace('radius_m', 'district: d1, radius_m')}", "hazard.area.district", "has both"),
        (f"at: 1h, {FLOOD_TEXT.replace('[0, 0]', '[9000, 0]')}", "hazard", "finds nothing in its area"),
        (f"at: 1h, {FLOOD_TEXT.replace(CIRCLE, GEO.replace('[8.1, 49]', '[8.1]'))}",
         "hazard.area.geojson.coordinates", "not those of a Polygon"),
        (f"at: 1h, {FLOOD_TEXT.replace('0.9}', '0.9, edge: 0.1}').replace(CIRCLE, GEO)}",
         "hazard.edge", "add `fade_m`"),
        (f"at: 1h, fault: sensor-stuck, {FLOOD_TEXT}", "fault", "no flood leads to"),
        (f"at: 1h, parameters: {{area_m2: 1}}, {FLOOD_TEXT}", "parameters", "none is named"),
        (f"at: 1h, when: {{signal: pump-1.working, below: 1}}, {FLOOD_TEXT}", "when", "beside `hazard`"),
        (f"at: 1h, random: {{rate: by-age}}, {FLOOD_TEXT}", "random", "beside `hazard`"),
        (f"at: 1h, selector: {{kind: pump, random: 1}}, {FLOOD_TEXT}", "selector.random", "leave it out"),
        (f"at: 1h, for: drown, {FLOOD_TEXT}", "for", "not a duration"),
        ("at: 1h, for: drawn, fault: pump-out, target: pump-1", "for", "nothing is drawn here"),
        ("at: 1h, repair: {work: drawn}, fault: pump-out, target: pump-1", "repair.work", "nothing is drawn here"),
        ("random: {rate: by-aeg}", "random.rate", "'by-age'"),
        ("random: {rate: -1}", "random.rate", "minimum"),
        ("random: {rate: by-age}, selector: {kind: hospital}", "random", "finds no component with a failure rate"),
        ("random: {rate: by-age, until: 1h}, at: 2h", "random.until", "not after `at`"),
        ("random: {rate: by-age, until: 9h}", "random.until", "lies after the end"),
        ("random: {rate: by-age}, fault: site-out", "fault", "no rate is known"),
        ("fault: pump-out, cases: [{target: pmp-1, at: 1h}]", "cases[0].target", "'pump-1'"),
        ("fault: pump-out, cases: [{target: pump-1}]", "cases[0]", "has no `at`"),
        ("cases: [{target: pump-1, at: 1h}]", "cases[0]", "names no fault"),
        ("cases: [{target: pump-1, at: 1h, fault: pump-oud}]", "cases[0].fault", "'pump-out'"),
        ("cases: [{target: junction-1, at: 1h, fault: burst}]", "cases[0].parameters", "area_m2"),
        ("fault: pump-out, cases: [{target: hospital-1, at: 1h}]", "fault", "declares no 'pump-out'"),
        ("fault: pump-out, cases: [{target: pump-1, at: 6h}]", "cases[0].at", "at or after the end"),
        ("at: 1h, target: pump-1", "", "'fault' is missing"),
    ],
)  # fmt: skip
def test_each_mistake_at_its_place(tmp_path: Path, entry: str, field: str | None, said: str) -> None:
    text = f"{HEAD}timeline:\n  - {{id: it, {entry}}}\nexpect:\n  - {{id: all, type: invariant, levels: all}}\n"
    found = problems_of_tiny(tmp_path, text)
    if field is None:
        assert found == []
        return
    whole = f"timeline[0].{field}".rstrip(".")
    wrong = [problem for problem in found if problem.field.startswith(whole.split(".parameters")[0])]
    assert len(found) == len(wrong) == 1, "\n".join(map(str, found))
    assert said in str(found[0])
    assert found[0].line == line_of(text, "id: it")


def test_a_misspelt_field_is_named_with_what_it_may_mean(tmp_path: Path) -> None:
    deeply = f"at: 1h, {FLOOD_TEXT.replace('depth_m', 'deepth_m')}"
    for entry, near in ((deeply, "depth_m"), ("random: {rat: 1}", "rate")):
        text = f"{HEAD}timeline:\n  - {{id: it, {entry}}}\nexpect:\n  - {{id: all, type: invariant, levels: all}}\n"
        assert any(f"did you mean '{near}'" in problem.fix for problem in problems_of_tiny(tmp_path, text))


def test_a_drawn_fault_of_a_given_length_may_outlast_the_run() -> None:
    """It comes so late that the run is over before it is mended: as asked, and no fail of the town."""
    asked = TimelineEntry("worn", 0.0, "pump-out", for_s=7200.0, wear=Wear(300.0))
    late = with_cases(asked, (Case("pump-1", "pump-out", 35000.0, 7200.0),))
    done = Executed("worn", "pump-1", "pump-out", 35_000_000, None, None, False)
    found = judge(scenario(timeline=[late]), tiny_city(), history(executed=[done])).of(Category.EXECUTION)
    assert {f.id: f.value for f in found}["worn"] is Value.PASS
    early = replace(done, cleared_at=35_900_000)
    found = judge(scenario(timeline=[late]), tiny_city(), history(executed=[early])).of(Category.EXECUTION)
    assert {f.id: f.value for f in found}["worn"] is Value.FAIL


def test_a_river_that_flows_in_a_circle_floods_all_along_it() -> None:
    corners = [[0, 0], [1000, 0], [1000, 1000], [0, 0]]
    document = Document("", {"line": corners, "width_m": 20}, {})
    area, _ = read(AreaFields, document, World(document))
    assert area is not None
    way_back = area.record().in_city(tiny_city())
    assert way_back.inward_m(500.0, 500.0) == pytest.approx(10.0)


@pytest.mark.parametrize(
    ("entry", "field", "said"),
    [
        ("for: drawn, fault: isolated, target: junction-1, random: {rate: 20}", "for", "no length is known"),
        ("fault: burst, target: junction-1, random: {rate: 20}", "", "needs the parameter 'area_m2'"),
        ("fault: pump-out, cases: [{target: pump-1}, {target: pump-1, at: 1h}]", "cases[1].target", "two cases"),
        ("fault: pump-out, cases: [{target: pump-1}], when: {signal: bus-1.energised, below: 1}", "when", "moments"),
    ],
)
def test_what_a_draw_cannot_know_is_asked_for(tmp_path: Path, entry: str, field: str, said: str) -> None:
    text = HEAD + f"timeline:\n  - {{id: worn, at: 60 s, {entry}}}\n" + EXPECT.replace("fault: break", "fault: worn")
    (problem,) = problems_of_tiny(tmp_path, text)
    assert problem.field == "timeline[0]" + (f".{field}" if field else "") and said in problem.what
    mended = entry.replace("drawn", "2h").replace("rate: 20}", "rate: 20}, parameters: {area_m2: 0.01}")
    mended = mended.replace("{target: pump-1, at: 1h}", "{target: pump-2, at: 1h}")
    mended = mended.replace(", when: {signal: bus-1.energised, below: 1}", "")
    if "isolated" in mended:
        mended = mended.replace(", parameters: {area_m2: 0.01}", "")
    assert problems_of_tiny(tmp_path, text.replace(entry, mended)) == []


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        ("fault: burst, target: junction-1, parameters: {area_m2: -0.1}", "area_m2"),
        ("fault: link-degraded, target: data-server-a-pump-1, parameters: {loss: 7}", "loss"),
        ("fault: link-degraded, target: data-server-a-pump-1, parameters: {delay_s: -3}", "delay_s"),
    ],
)
def test_impossible_sizes_of_faults_are_refused(tmp_path: Path, entry: str, field: str) -> None:
    text = HEAD + f"timeline:\n  - {{id: worn, at: 60 s, {entry}}}\n" + EXPECT.replace("fault: break", "fault: worn")
    (problem,) = problems_of_tiny(tmp_path, text)
    assert problem.field == f"timeline[0].parameters.{field}"


@pytest.mark.parametrize(
    "entry",
    [
        "hazard: {type: flood, depth_m: 1, area: {centre: [0], radius_m: 100}}",
        "hazard: {type: flood, depth_m: 1, area: {centre: [0, east], radius_m: 100}}",
        "hazard: {type: flood, depth_m: deep, area: {centre: [0, 0], radius_m: 100}}",
        "hazard: {type: flood, depth_m: 1, area: {polygon: []}}",
        "hazard: {type: flood, depth_m: 1, area: {line: [[0, 0], [1, x]], width_m: 10}}",
        "fault: link-cut, selector: {between: [d1]}",
        "fault: link-cut, random: {rate: 2}, selector: {between: [d1]}",
    ],
)
def test_what_the_schema_refuses_is_refused_and_not_built(tmp_path: Path, entry: str) -> None:
    text = HEAD + f"timeline:\n  - {{id: worn, at: 60 s, {entry}}}\n" + EXPECT.replace("fault: break", "fault: worn")
    assert problems_of_tiny(tmp_path, text)


def test_a_run_whose_selector_met_a_named_target_can_be_run_again(tmp_path: Path) -> None:
    named, found = "target: pump-1", "selector: {maker: Alpha}"
    entries = f"{{id: worn, at: 60 s, fault: pump-out, {named}}}, {{id: all, at: 60 s, fault: pump-out, {found}}}"
    text = HEAD + f"timeline: [{entries}]\n" + EXPECT.replace("fault: break", "fault: worn")
    assert problems_of_tiny(tmp_path, text) == []
    document = load_document(tmp_path / "s.yaml")
    first = resolve(build_scenario(document), tiny_city(), Streams(1).stream)
    assert first.timeline[1].targets == ("pump-1", "pump-2")
    again = executed_text(document, first, 1)
    assert problems_of_tiny(tmp_path, again) == []
    second = resolve(build_scenario(load_document(tmp_path / "s.yaml")), tiny_city(), Streams(2).stream)
    assert second.timeline == first.timeline
    assert executed_text(load_document(tmp_path / "s.yaml"), second, 1) == again
