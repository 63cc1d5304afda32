"""Second ways: a table of mode histories. The hospital's modes are mains > battery > generator > none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from resilience.judge.judge import judge
from resilience.judge.time_series import mode_course
from resilience.judge.verdict import Category, Finding, Value
from resilience.scenario.scenario import Carries, Redundancy, Threshold, TimeLimit, level_of
from simulator.contracts.event import Event, EventKind
from simulator.contracts.level import ServiceLevel
from simulator.contracts.registry import registry
from simulator.contracts.words import Said
from tests.resilience.town import component, course, history, modes, scenario, tiny_city

CITY = tiny_city()
FINE = {level.id: course((-3600.0, 1.0)) for level in CITY.levels.values()}
LOST = 100.0
END = 36000.0
Turns = tuple[tuple[float, str, str], ...]


def found(item: Redundancy, *turns: tuple[float, str, str]) -> Finding:
    past = history(FINE, modes(item.component, *turns))
    (finding,) = judge(scenario(redundancies=[item]), CITY, past).of(Category.REDUNDANCY)
    return finding


def hospital(within: float | None = 15.0, lasts: float | None = None, must: bool = True) -> Redundancy:
    first, last = (None if s is None else TimeLimit(s) for s in (within, lasts))
    return Redundancy("spare", "technical", "hospital-1", "mains", "generator", must, first, last)


BATTERY = (LOST, "mains", "battery")


def generator(at: float) -> tuple[float, str, str]:
    return (at, "battery", "generator")


@pytest.mark.parametrize(
    ("case", "item", "turns", "expected"),
    [
        ("in time", hospital(), (BATTERY, generator(112)), Value.PASS),
        ("on the limit", hospital(), (BATTERY, generator(115)), Value.PASS),
        ("a tick too late", hospital(), (BATTERY, generator(115.001)), Value.FAIL),
        ("never", hospital(), (BATTERY,), Value.FAIL),
        ("never needed, must", hospital(), (), Value.INCONCLUSIVE),
        ("never needed, may", hospital(must=False), (), Value.PASS),
        ("mains back in time", hospital(), (BATTERY, (110, "battery", "mains")), Value.INCONCLUSIVE),
        ("mains back in time, may", hospital(must=False), (BATTERY, (110, "battery", "mains")), Value.PASS),
        ("mains back too late", hospital(), (BATTERY, (200, "battery", "mains")), Value.FAIL),
        ("no limit, better mode carried", hospital(within=None, must=False), (BATTERY,), Value.PASS),
        ("no limit, dropped below", hospital(within=None), ((LOST, "mains", "none"),), Value.FAIL),
        ("until mains", hospital(lasts=86400), (BATTERY, generator(110), (5000, "generator", "mains")), Value.PASS),
        ("held long enough", hospital(lasts=3600), (BATTERY, generator(110), (3710, "generator", "none")), Value.PASS),
        ("ran dry", hospital(lasts=3600), (BATTERY, generator(110), (3709, "generator", "none")), Value.FAIL),
        ("better holds", hospital(lasts=3600), (BATTERY, generator(110), (900, "generator", "battery")), Value.PASS),
        ("dark at first", hospital(lasts=3600), ((LOST, "mains", "none"), (110, "none", "generator"),
                                                 (5000, "generator", "mains")), Value.PASS),
        ("run too short", hospital(lasts=86400), (BATTERY, generator(110)), Value.INCONCLUSIVE),
        ("dropped, none asked", hospital(), (BATTERY, generator(110), (900, "generator", "none")), Value.PASS),
        ("run over before the limit", hospital(), ((END - 10, "mains", "battery"),), Value.INCONCLUSIVE),
        ("gone before zero", hospital(), ((-60, "mains", "battery"), generator(-50)), Value.INCONCLUSIVE),
        ("over before zero", hospital(must=False), ((-60, "mains", "none"), (0, "none", "mains")), Value.PASS),
        ("no limit, one below", hospital(within=None), (BATTERY, (200, "battery", "manual")), Value.FAIL),
        ("ran dry at once", hospital(lasts=3600), (BATTERY, generator(110), (150, "generator", "none")), Value.FAIL),
        ("second outage fails", hospital(), (BATTERY, generator(110), (900, "generator", "mains"),
                                             (1000, "mains", "battery"), generator(1100)), Value.FAIL),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_table(case: str, item: Redundancy, turns: Turns, expected: Value) -> None:
    assert found(item, *turns).value is expected


def test_figures_and_limit() -> None:
    finding = found(hospital(), BATTERY, generator(112), (712, "generator", "mains"))
    assert finding.actual is not None
    assert finding.actual.value == 12.0
    assert finding.limit is not None
    assert finding.limit.value == 15.0
    assert {(f.name, f.value) for f in finding.figures} == {
        ("changeover", 12.0),
        ("standby held", 600.0),
        ("carried", 1.0),
    }
    short = found(hospital(lasts=3600), BATTERY, generator(110), (710, "generator", "none"))
    assert short.actual is not None
    assert (short.actual.name, short.actual.value) == ("standby held", 600.0)
    assert short.limit is not None
    assert (short.limit.value, short.limit.better) == (3600.0, "higher")


def test_leaving_a_lesser_primary_upwards_is_no_loss() -> None:
    item = Redundancy("r", "technical", "rescue-dispatch-1", "isolated-cell", "direct-mode", True, TimeLimit(300.0))
    item = replace(item, carries=Carries(level="water-supply-d1"))
    up = (50.0, "isolated-cell", "trunked")
    assert found(item, up).value is Value.INCONCLUSIVE  # never lost
    assert found(item, up, (100.0, "trunked", "direct-mode")).value is Value.PASS


def test_a_mode_that_does_not_exist_is_inconclusive() -> None:
    finding = found(hospital(), (LOST, "mains", "steam"))
    assert finding.value is Value.INCONCLUSIVE
    assert "steam" in finding.reason.en


def test_modes_passed_through_in_no_time_do_not_count() -> None:
    ladder = ("mains", "battery", "generator", "none")
    past = history(events=modes("h", (10, "mains", "battery"), (10, "battery", "mains"), (20, "mains", "none")))
    assert [(s.mode, s.begin, s.end) for s in mode_course("h", ladder, past)] == [
        ("mains", past.begin, 20_000),
        ("none", 20_000, past.end),
    ]
    assert mode_course("other", ladder, past)[0].mode == "mains"
    late = history(events=modes("h", (10, "battery", "mains")))
    assert mode_course("h", ladder, late)[0].mode == "battery"


def test_a_standby_that_nobody_needed_says_so_and_still_passes() -> None:
    """Counted as a pass, told as neither good nor bad; one that had to be needed stays open."""
    spare = found(hospital(must=False))
    assert (spare.value, spare.needed) == (Value.PASS, False)
    assert spare.reason == Said(
        {"de": "Nicht gebraucht (Notstrom): Netz fiel nie aus.", "en": "Not needed (generator): mains was never lost."}
    )
    meant = found(hospital())
    assert (meant.value, meant.needed) == (Value.INCONCLUSIVE, True)
    used = found(hospital(must=False), (LOST, "mains", "generator"))
    assert (used.value, used.needed) == (Value.PASS, True)


LADDERS = [
    (kind.name, primary, standby)
    for kind in registry().types.values()
    for i, primary in enumerate(kind.modes)
    for standby in kind.modes[i + 1 :]
]


@pytest.mark.parametrize(("kind", "primary", "standby"), LADDERS, ids=lambda value: value)
def test_every_second_way_of_the_catalogue_can_be_judged(kind: str, primary: str, standby: str) -> None:
    """In time and to the end; too late; used up too early (where there is a mode below); never needed."""
    modes_of = registry().types[kind].modes
    level = ServiceLevel("it", "lifeline", "it", 0.5, 10)
    city = replace(CITY, components={**CITY.components, "it": component("it", kind)}, levels={"it": level})
    item = Redundancy("r", "technical", "it", primary, standby, True, TimeLimit(100.0), TimeLimit(1000.0))

    def judged(*turns: tuple[float, str, str]) -> Value:
        past = history({"it": course((-3600.0, 1.0))}, modes("it", *turns))
        (finding,) = judge(scenario(redundancies=[item]), city, past).of(Category.REDUNDANCY)
        assert finding.reason.de != finding.reason.en
        return finding.value

    back = (LOST + 5000.0, standby, primary)
    assert judged((LOST, primary, standby), back) is Value.PASS
    assert judged() is Value.INCONCLUSIVE
    below = modes_of[modes_of.index(standby) + 1 :]
    if below:
        late = (LOST + 101.0, below[-1], standby)
        assert judged((LOST, primary, below[-1]), late, back) is Value.FAIL
        used_up = (LOST + 500.0, standby, below[-1])
        assert judged((LOST, primary, standby), used_up, (LOST + 5000.0, below[-1], primary)) is Value.FAIL


ACTIVE, GONE = LOST + 10.0, LOST + 3610.0


@pytest.mark.parametrize(
    ("case", "least", "values", "expected"),
    [
        (
            "enough",
            0.5,
            [(0.0, 1.0), (LOST, 0.2), (ACTIVE, 0.8), (GONE, 1.0)],
            Value.PASS,
        ),  # the gap before does not count
        ("on the limit", 0.8, [(0.0, 1.0), (ACTIVE, 0.8), (GONE, 1.0)], Value.PASS),
        ("too little", 0.81, [(0.0, 1.0), (ACTIVE, 0.8), (GONE, 1.0)], Value.FAIL),
        ("for a moment", 0.5, [(0.0, 1.0), (ACTIVE, 0.8), (1000.0, 0.4), (1001.0, 0.8), (GONE, 1.0)], Value.FAIL),
        ("afterwards", 0.5, [(0.0, 1.0), (ACTIVE, 0.8), (GONE, 0.1)], Value.PASS),
        ("the declared minimum", None, [(0.0, 1.0), (ACTIVE, 0.79), (GONE, 1.0)], Value.FAIL),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_it_carries(case: str, least: float | None, values: list[tuple[float, float]], expected: Value) -> None:
    item = replace(hospital(), carries=Carries(Threshold(least)))
    turns = (BATTERY, generator(ACTIVE), (GONE, "generator", "mains"))
    past = history({"hospital-1": course((-3600.0, 1.0), *values)}, modes("hospital-1", *turns))
    (finding,) = judge(scenario(redundancies=[item]), CITY, past).of(Category.REDUNDANCY)
    assert finding.value is expected
    assert any(figure.name == "carried" for figure in finding.figures)
    assert (finding.actual.name == "carried") is (expected is Value.FAIL) if finding.actual else False


def test_what_was_never_active_carries_nothing_and_a_late_one_stays_late() -> None:
    item = replace(hospital(), carries=Carries(Threshold(0.5)))
    for turns, value in (((), Value.INCONCLUSIVE), ((BATTERY,), Value.FAIL), ((BATTERY, generator(500.0)), Value.FAIL)):
        past = history({"hospital-1": course((-3600.0, 1.0))}, modes("hospital-1", *turns))
        (finding,) = judge(scenario(redundancies=[item]), CITY, past).of(Category.REDUNDANCY)
        assert finding.value is value


def test_a_level_that_nobody_recorded_leaves_it_open() -> None:
    for item in (hospital(), replace(hospital(), carries=Carries(Threshold(0.5)))):
        past = history(events=modes("hospital-1", BATTERY, generator(110)))
        (finding,) = judge(scenario(redundancies=[item]), CITY, past).of(Category.REDUNDANCY)
        assert finding.value is Value.INCONCLUSIVE


@pytest.mark.parametrize(("served", "expected"), [(0.8, Value.PASS), (0.79, Value.FAIL), (0.0, Value.FAIL)])
def test_where_nothing_is_said_it_carries_what_is_required_of_its_level(served: float, expected: Value) -> None:
    """The hospital's declared minimum is 0.8."""
    past = history(
        {"hospital-1": course((-3600.0, 1.0), (LOST, served), (GONE, 1.0))},
        modes("hospital-1", BATTERY, generator(ACTIVE), (GONE, "generator", "mains")),
    )
    for item in (hospital(), hospital(lasts=3600), hospital(within=None), hospital(must=False)):
        (finding,) = judge(scenario(redundancies=[item]), CITY, past).of(Category.REDUNDANCY)
        assert finding.value is expected
        assert "Carried: " in finding.reason.en and "80% required" in finding.reason.en


def test_what_nothing_shows_is_never_held() -> None:
    """No level of the tiny town says what rescue gets, so nobody knows whether a cell carries."""
    cell = Redundancy("cell", "technical", "rescue-dispatch-1", "trunked", "isolated-cell", True, TimeLimit(60.0))
    turns = ((LOST, "trunked", "isolated-cell"), (GONE, "isolated-cell", "trunked"))
    open_ = found(cell, *turns)
    assert open_.value is Value.INCONCLUSIVE
    assert open_.reason.en == "Cannot be judged: no service level shows what 'rescue-dispatch-1' carries."
    assert found(replace(cell, carries=Carries(level="water-supply-d1")), *turns).value is Value.PASS


def test_a_facility_carries_what_it_belongs_to() -> None:
    records = replace(component("records-1", "patient-records"), parameters={"hospital": "hospital-1"})
    city = replace(CITY, components={**CITY.components, "records-1": records})
    assert level_of("records-1", city) == city.levels["hospital-1"]
    alone = replace(city, components={**city.components, "records-1": replace(records, parameters={})})
    assert level_of("records-1", alone) is None


@pytest.mark.parametrize(
    ("case", "item", "after", "expected"),
    [
        ("kept without it", hospital(), 0.8, Value.PASS),
        ("missed without it", hospital(), 0.79, Value.FAIL),
        ("lasted as asked, missed then", hospital(lasts=800), 0.0, Value.PASS),
        ("less is asked of it", replace(hospital(), carries=Carries(Threshold(0.5))), 0.79, Value.PASS),
        ("less is asked of it, missed", replace(hospital(), carries=Carries(Threshold(0.5))), 0.4, Value.FAIL),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_where_it_ends_too_early_what_comes_then_decides(
    case: str, item: Redundancy, after: float, expected: Value
) -> None:
    """The generator gives up at 910 s, mains is back at 3710 s; between them stands what is left of the hospital."""
    turns = (BATTERY, generator(ACTIVE), (910.0, "generator", "none"), (GONE, "none", "mains"))
    past = history({"hospital-1": course((-3600.0, 1.0), (910.0, after), (GONE, 1.0))}, modes("hospital-1", *turns))
    (finding,) = judge(scenario(redundancies=[item]), CITY, past).of(Category.REDUNDANCY)
    assert finding.value is expected
    assert ("Then, without it: " in finding.reason.en) is (item.lasts is None)


def test_what_was_called_on_for_less_than_it_must_last_has_not_shown_its_endurance() -> None:
    """It carried as long as it was needed; that it lasts a day was not tried."""
    short = found(hospital(lasts=86400), BATTERY, generator(110), (2690, "generator", "mains"))
    assert short.value is Value.PASS
    assert short.untested
    turns = modes("hospital-1", BATTERY, generator(110), (2690, "generator", "mains"))
    past = history(FINE | {"litres-d1": course((-3600.0, 50.0))}, turns)
    said = judge(scenario(redundancies=[hospital(lasts=86400)]), CITY, past).answer.en
    assert said.endswith("What took over: Hospital 1: mains → generator (endurance not tested).")
    assert "held for 43 min; endurance (24 h) not tested" in short.reason.en
    assert found(hospital(lasts=2581), BATTERY, generator(110), (2690, "generator", "mains")).untested
    long = found(hospital(lasts=2580), BATTERY, generator(110), (2690, "generator", "mains"))
    assert not long.untested
    twice = (BATTERY, generator(110), (2690, "generator", "mains"), (3000, "mains", "battery"))
    both = found(hospital(lasts=3000), *twice, (3010, "battery", "generator"), (6010, "generator", "mains"))
    assert not both.untested  # the second outage was long enough


def test_while_a_better_way_carries_the_endurance_of_the_lesser_one_is_not_tested() -> None:
    """The dispatchers go from radio to direct mode and from there to a cell of their own, which is better: 10 min of
    direct mode show no hour of it, though the radio stays away for three."""
    item = Redundancy("r", "technical", "rescue-dispatch-1", "trunked", "direct-mode", True, None, TimeLimit(3600.0))
    item = replace(item, carries=Carries(level="water-supply-d1"))
    turns = ((LOST, "trunked", "direct-mode"), (LOST + 600.0, "direct-mode", "isolated-cell"))
    for back in ((LOST + 10800.0, "isolated-cell", "trunked"),), ():
        short = found(item, *turns, *back)
        assert (short.value, short.untested) == (Value.PASS, True)
        assert "held for 10 min; endurance (1 h) not tested" in short.reason.en
        assert ("standby held", 600.0) in {(figure.name, figure.value) for figure in short.figures}
    again = ((LOST + 900.0, "isolated-cell", "direct-mode"), (LOST + 4499.0, "direct-mode", "trunked"))
    assert found(item, *turns, *again).untested  # 10 min and 3599 s are two stretches, each shorter than an hour
    assert not found(item, *turns, again[0], (LOST + 4500.0, "direct-mode", "trunked")).untested
    assert found(item, *turns, again[0]).value is Value.PASS  # to the end of the run, longer than an hour
    late = (END - 600.0, "isolated-cell", "direct-mode")
    assert found(item, *turns, late).value is Value.INCONCLUSIVE  # active when the run ended, and not long enough


def test_what_was_too_little_before_the_loss_does_not_show_what_the_fallback_carries() -> None:
    """Staff is missing from 50 s on, the mains from 100 s on: so half the care says nothing of these."""
    turns = modes("hospital-1", BATTERY, generator(ACTIVE), (GONE, "generator", "mains"))

    def value(*points: tuple[float, float]) -> Value:
        past = history({"hospital-1": course((-3600.0, 1.0), *points)}, turns)
        return judge(scenario(redundancies=[hospital()]), CITY, past).of(Category.REDUNDANCY)[0].value

    assert value((50.0, 0.5)) is Value.INCONCLUSIVE
    assert value((LOST, 0.5)) is Value.FAIL
    assert value((LOST - 0.001, 0.5)) is Value.INCONCLUSIVE
    assert value((50.0, 0.5), (99.0, 0.8), (LOST, 0.5)) is Value.FAIL


def test_what_the_fault_that_led_to_the_loss_took_before_it_is_no_excuse() -> None:
    """It comes at 40 s and is felt from 50 s on; what it takes is counted as lost at 100 s only. With another fault
    that was there before it, the level was too low already."""

    def value(low_since: float, *causes: int) -> Value:
        faults = [Event(i, at * 1000, EventKind.FAULT, "x", "", after="f") for i, at in enumerate((20, 40))]
        turns = [replace(turn, id=turn.id + 2) for turn in modes("hospital-1", BATTERY, generator(ACTIVE))]
        turns[0] = replace(turns[0], cause=causes[0] if causes else None, also=causes[1:])
        past = history({"hospital-1": course((-3600.0, 1.0), (low_since, 0.5))}, (*faults, *turns))
        return judge(scenario(redundancies=[hospital()]), CITY, past).of(Category.REDUNDANCY)[0].value

    assert value(50.0, 1) is Value.FAIL
    assert value(50.0) is Value.INCONCLUSIVE
    assert value(30.0, 1) is Value.INCONCLUSIVE
    assert value(30.0, 1, 0) is Value.FAIL


def test_a_loss_at_the_very_begin_has_no_before() -> None:
    turns = modes("hospital-1", (0.0, "mains", "battery"), (10.0, "battery", "generator"))
    past = history({"hospital-1": course((0.0, 0.5))}, turns, begin=0)
    (finding,) = judge(scenario(redundancies=[hospital()]), CITY, past).of(Category.REDUNDANCY)
    assert finding.value is Value.FAIL


def test_what_came_too_late_has_failed_even_where_nobody_recorded_what_it_carried() -> None:
    def value(at: float) -> Value:
        turns = modes("hospital-1", BATTERY, generator(at), (GONE, "generator", "mains"))
        return judge(scenario(redundancies=[hospital()]), CITY, history({}, turns)).of(Category.REDUNDANCY)[0].value

    assert value(LOST + 15.0) is Value.INCONCLUSIVE
    assert value(LOST + 15.001) is Value.FAIL
