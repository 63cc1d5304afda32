"""Litres where people live: they add up to what EPANET delivers, a single junction decides a verdict, and so does the
time until somebody has measured what is in the water."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from resilience.judge.affected import by_service
from resilience.judge.judge import judge
from resilience.judge.verdict import Category, Value
from resilience.scenario.scenario import Invariant, LevelChoice, Threshold, TimeLimit
from simulator.contracts.history import History
from simulator.contracts.level import LITRES_PERSON_D, ServiceLevel
from simulator.contracts.sensor import SensorCohort
from simulator.coupling import Runtime
from simulator.coupling.runtime import Quantity
from simulator.domains import water
from simulator.domains.water.engine import WaterEngine
from simulator.domains.water.surveillance import downstream
from simulator.lifelines import start as start_lifelines
from tests.resilience.town import scenario
from tests.support.towns import component
from tests.water.networks import GRAVITY, PUMPED, city_of, published, world, write

HOUR = 3_600_000
FLOOR = ServiceLevel("litres", "litres-per-person", "d1", 15.0, 1000)
"""1. WasSV § 2."""
LIVELY = GRAVITY.replace("C  10  0", "C  10  2")
EVERYBODY = Invariant("all", LevelChoice(measure="litres-per-person"), Threshold(), longest=TimeLimit(4 * 3600.0))
LINE = "turbidity_ntu"


def test_what_consumers_draw_adds_up_to_what_epanet_delivers() -> None:
    """Over a day, pumps and tanks at work, a hole in a main and a part shut off: to 1e-9 of all that was delivered."""
    engine = WaterEngine(published("Net3"))
    for hour in range(25):
        engine.advance_to(hour * 3600)
        if hour == 3:
            engine.set_burst(20, 0.003)
            engine.solve()
    assert engine.totals.leaked > 1.0
    assert engine.drawn_m3.sum() == pytest.approx(engine.totals.delivered, rel=1e-9)
    assert (engine.drawn_m3[engine.network.tanks] == 0).all() and (
        engine.drawn_m3[engine.network.reservoirs] == 0
    ).all()
    engine.close()


def test_a_day_without_faults_gives_everybody_what_they_demand(tmp_path: Path) -> None:
    rt = town(write(tmp_path, PUMPED.replace("T  50  3  0.5", "T  50  5  0.5")))
    running = water.start(rt)
    start_lifelines(rt)
    rt.clock.run_until(24 * HOUR)
    of = rt.levels.courses()["litres"]
    assert of.values.min() == pytest.approx(LITRES_PERSON_D) and of.people is not None and of.people.max() == 0
    engine = running._engine
    assert engine.drawn_m3.sum() == pytest.approx(engine.network.mean_demand_m3_s.sum() * 86_400, rel=1e-3)
    running.close()


def town(path: Path, on_line: bool = False, duration_s: float = 36 * 3600.0, **of_well: float) -> Runtime:
    """A town of 1,000 people with a generous well in their midst, and without tankers."""
    well = {"flow_m3_s": 0.01, "taps": 100.0, **of_well}
    aid = component("aid", "drinking-water", reach_m=10_000.0, tankers=0.0)
    others = (aid, component("well", "emergency-well", **well), component("depot", "depot"))
    others = (*others, component("gateway", "gateway")) if on_line else others
    city = city_of(path, (), (FLOOR,), others)
    if on_line:
        city = replace(city, cohorts=(SensorCohort("c", "gateway", LINE, "NTU", ("reservoir-R",), 0.02, 300.0),))
    return world(city, duration_s=duration_s)


def answer(rt: Runtime) -> Value:
    past = History(rt.clock.begin, rt.clock.end, rt.levels.courses(), rt.log.events, ())
    asked = scenario(expectations=[EVERYBODY], duration_s=36 * 3600.0)
    (finding,) = judge(asked, rt.city, past).of(Category.EXPECTATION)
    return finding.value


@pytest.mark.parametrize(
    ("shut", "well", "expected", "people"),
    [
        ((), 0.01, Value.PASS, 0.0),
        (("junction-C",), 0.0, Value.FAIL, 1000 * 2 / 17),  # two of 17 l/s: 88 % of the water still comes, on average
        (("junction-C",), 0.01, Value.PASS, 1000 * 2 / 17),  # until the well is manned
    ],
)
def test_one_dry_junction_decides_though_the_district_s_mean_is_fine(
    tmp_path: Path, shut: tuple[str, ...], well: float, expected: Value, people: float
) -> None:
    rt = town(write(tmp_path, LIVELY), flow_m3_s=well)
    running, _ = water.start(rt), start_lifelines(rt)
    for name in shut:
        rt.faults.apply(name, "isolated", "valve", {})
    rt.clock.run_until(rt.clock.end)
    ratio = rt.quantities.value("d1", "water_supply_ratio")
    assert ratio * LITRES_PERSON_D > 7 * 15.0, "the mean is far above the floor in all three"
    found = rt.levels.courses()["litres"]
    assert found.people is not None and found.people.max() == pytest.approx(people)
    assert answer(rt) is expected
    if expected is Value.FAIL:
        past = History(rt.clock.begin, rt.clock.end, rt.levels.courses(), rt.log.events, ())
        (row,) = by_service(rt.city, past, 0, past.end)
        assert row.person_hours == pytest.approx(people * 36, rel=0.01), "only those who lack it count"
    running.close()


@pytest.mark.parametrize(
    ("on_line", "shows", "blind", "expected"),
    [
        (True, LINE, False, Value.PASS),  # the sensor sees it: the well is manned two hours later
        (True, LINE, True, Value.FAIL),  # its readings do not arrive
        (True, "nothing", False, Value.FAIL),  # only the laboratory finds it, a day later
        (False, LINE, False, Value.FAIL),
    ],
)
def test_the_time_until_bad_water_is_measured_decides(
    tmp_path: Path, on_line: bool, shows: str, blind: bool, expected: Value
) -> None:
    rt = town(write(tmp_path, LIVELY), on_line)
    online = np.full(1, 0.0 if blind else 1.0)
    rt.quantities.register(Quantity("online", "1", ("gateway",), online.view))
    running, _ = water.start(rt), start_lifelines(rt)
    rt.clock.run_until(HOUR)
    rt.faults.apply("reservoir-R", "source-contaminated", "spill", {"shows": shows})
    rt.clock.run_until(rt.clock.end)
    assert answer(rt) is expected
    given = next(event.at for event in rt.log.events if event.code == "water.notice-do-not-drink")
    assert given == (HOUR + 900_000 if expected is Value.PASS else 35 * HOUR), "three readings; or 8:00, 3 h and a day"
    running.close()


def test_only_those_at_the_dry_junction_lack_water_and_pressure(tmp_path: Path) -> None:
    """Two of 17 l/s are drawn at the junction that is shut off: so many of the 1,000 people live there."""
    owed = tuple(ServiceLevel(name, name, "d1", 0.95, 1000) for name in ("water-supply", "water-pressure"))
    rt = world(city_of(write(tmp_path, LIVELY), (), owed), duration_s=24 * 3600.0)
    running = water.start(rt)
    rt.clock.run_until(HOUR)
    rt.faults.apply("junction-C", "isolated", "valve", {})
    rt.clock.run_until(2 * HOUR)
    for course in (rt.levels.courses()[level.id] for level in owed):
        assert course.people is not None and course.people[0] == 0.0
        assert course.values[-1] < 0.95 and course.people[-1] == pytest.approx(1000 * 2 / 17)
    running.close()


def alarms(rt: Runtime) -> list[int]:
    return [event.at for event in rt.log.events if event.code == "water.quality-alarm"]


def test_a_blind_sensor_raises_no_alarm(tmp_path: Path) -> None:
    rt = town(write(tmp_path, LIVELY), on_line=True)
    running = water.start(rt)
    rt.clock.run_until(600_000)
    rt.faults.apply("reservoir-R", "sensor-stuck", "rust", {"quantity": LINE})
    rt.faults.apply("reservoir-R", "source-contaminated", "spill", {"shows": LINE})
    rt.clock.run_until(3 * HOUR)
    assert rt.quantities.value("reservoir-R", LINE) > 5.0
    assert not alarms(rt)
    rt.faults.clear("reservoir-R", "sensor-stuck", "rust")
    rt.clock.run_until(4 * HOUR)
    assert alarms(rt) == [3 * HOUR + 900_000]
    running.close()


def test_a_second_contamination_is_told_though_the_sensor_was_blind_in_between(tmp_path: Path) -> None:
    """It never reads clean water between the two: silent from before the first is gone until after the second is there.
    The notice was lifted by three clean rounds of samples."""
    rt = town(write(tmp_path, LIVELY), on_line=True, duration_s=7 * 86_400.0)
    running = water.start(rt)
    rt.faults.apply("reservoir-R", "source-contaminated", "first", {"shows": LINE})
    rt.clock.run_until(2 * HOUR)
    assert len(alarms(rt)) == 1
    rt.faults.apply("reservoir-R", "sensor-dropout", "cable", {"quantity": LINE})
    rt.clock.run_until(3 * HOUR)
    rt.faults.clear("reservoir-R", "source-contaminated", "first")
    rt.clock.run_until(6 * 24 * HOUR)
    assert [event for event in rt.log.events if event.code == "water.notice-lifted"]
    rt.faults.apply("reservoir-R", "source-contaminated", "second", {"shows": LINE})
    rt.clock.run_until(6 * 24 * HOUR + HOUR)
    rt.faults.clear("reservoir-R", "sensor-dropout", "cable")
    rt.clock.run_until(6 * 24 * HOUR + 2 * HOUR)
    assert alarms(rt)[1:] == [6 * 24 * HOUR + HOUR + 900_000]
    running.close()


@pytest.mark.parametrize(
    ("target", "fault", "given", "bad", "told"),
    [
        ("reservoir-R", "sensor-bias", {"amount": 2.0}, False, True),  # 0.1 + 2 NTU
        ("reservoir-R", "sensor-bias", {"amount": 0.5}, False, False),  # below 1.0 NTU
        ("reservoir-R", "sensor-bias", {"amount": -9.5}, True, False),  # 10 - 9.5 NTU
        ("reservoir-R", "sensor-drift", {"amount": 1.0, "reached_s": 1800.0}, False, True),
        ("reservoir-R", "sensor-clipping", {"lowest": 0.0, "highest": 0.9}, True, False),
        ("reservoir-R", "sensor-stuck", {"form": "value", "amount": 3.0}, False, True),
        ("gateway", "readings-replayed", {"record_s": 600.0}, True, False),  # the clean hour before it, again and again
        ("gateway", "readings-spoofed", {"factor": 0.05}, True, False),  # 10 and 0.5 NTU in turn: never three in a row
    ],
    ids=["off", "a little off", "off the other way", "drifts", "clipped", "stuck", "replayed", "forged"],
)
def test_the_notice_stands_on_what_sensors_read_true_or_not(
    tmp_path: Path, target: str, fault: str, given: dict[str, float | str], bad: bool, told: bool
) -> None:
    """The limit is 1.0 NTU; clean water reads 0.1, water that is bad all through 10."""
    rt = town(write(tmp_path, LIVELY), on_line=True)
    running = water.start(rt)
    rt.clock.run_until(HOUR)
    event = rt.faults.apply(target, fault, "lie", given)
    rt.clock.run_until(2 * HOUR)
    if bad:
        rt.faults.apply("reservoir-R", "source-contaminated", "spill", {"shows": LINE})
    rt.clock.run_until(4 * HOUR)
    assert bool(alarms(rt)) is told
    given_to = [one for one in rt.log.events if one.code.startswith("water.notice-")]
    assert bool(given_to) is told
    if told:
        assert event in {one.id for one in rt.log.trace(given_to[0].id)}, "put down to what the sensor made up"
    running.close()


def test_too_few_staff_take_no_samples(tmp_path: Path) -> None:
    path = write(tmp_path, LIVELY)
    city = city_of(path, (), (FLOOR,), (component("aid", "drinking-water"), component("works", "waterworks")))
    rt = world(city, duration_s=48 * 3600.0)
    running, _ = water.start(rt), start_lifelines(rt)
    rt.faults.apply("works", "staff-absent", "flu", {"share": 0.6})
    rt.faults.apply("reservoir-R", "source-contaminated", "spill", {})
    rt.clock.run_until(48 * HOUR)
    codes = [event.code for event in rt.log.events]
    assert "water.no-samples" in codes and "water.samples-bad" not in codes
    assert rt.quantities.value("d1", "water_notice") == 0.0
    running.close()


def test_a_zone_is_where_the_water_of_a_place_may_go(tmp_path: Path) -> None:
    """A pump lets nothing back: what is in the tank never reaches the source side."""
    engine = WaterEngine(write(tmp_path, PUMPED))
    network = engine.network
    from_source = {network.nodes[i] for i in downstream(network, engine.link_open, int(network.reservoirs[0]))}
    from_tank = {network.nodes[i] for i in downstream(network, engine.link_open, int(network.tanks[0]))}
    assert from_source == set(network.nodes)
    assert from_tank < from_source and network.nodes[int(network.reservoirs[0])] not in from_tank
    engine.close()
