"""The wastewater domain in a town: power, control links, faults, people and their cellars, the plant."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from simulator.contracts.city import City
from simulator.contracts.event import Event, EventKind
from simulator.contracts.level import ServiceLevel
from simulator.contracts.link import LinkKind
from simulator.contracts.problem import BadInput
from simulator.contracts.registry import registry
from simulator.coupling import Runtime
from simulator.domains import wastewater
from simulator.domains.wastewater.importers.swmm import read
from tests.support.towns import component, link, runtime, town
from tests.wastewater.networks import lifted

MINUTE, HOUR = 60_000, 3_600_000
PEOPLE = 1000
LEVELS = (
    ServiceLevel("disposal", "sewage-disposal", "city", 0.95, PEOPLE),
    ServiceLevel("cellars", "cellar-safety", "d1", 0.95, PEOPLE),
    ServiceLevel("treated", "sewage-treatment", "city", 0.9, PEOPLE),
)
STATION, PUMP = "lifting-station-WELL", "sewage-pump-LIFT"


def city_of(path: Path, fallback: str = "local", generator: bool = False, trucks: bool = False) -> City:
    """The network of `lifted` as a town of one district, with a bus, a control room and what else is asked for."""
    elements = [
        replace(component(e.component_id, e.kind, e.x, e.y), network_id=e.network_id, length_m=e.length_m)
        for e in read(path)
    ]
    others = [
        component("bus-1", "bus"),
        component("bus-2", "bus"),
        component("centre", "waterworks"),
        component("plant", "treatment-plant", outfall="outfall-PLANT", capacity_m3_s=0.05, drawn_w=4000.0),
    ]
    links = [
        link("power", "bus-1", STATION),
        link("power", "bus-2", "plant"),
        link("control", "centre", STATION, fallback=fallback),
    ]
    if generator:
        others.append(component("standby", "generator", tank_l=500.0, fuel_l=500.0, burn_l_h=5.0))
        links.append(link("power", "standby", STATION))
    if trucks:
        others += [component("depot", "depot", crews=4.0), component("corner", "road-node")]
        links += [link("road", "corner", "depot"), link("road", "corner", STATION)]
    city = town([*elements, *others], links, LEVELS, PEOPLE)
    return replace(city, network_files={"wastewater": path})


@contextmanager
def running(city: City) -> Iterator[Runtime]:
    rt = runtime(city)
    domain = wastewater.start(rt)
    assert domain is not None
    try:
        yield rt
    finally:
        domain.close()


def modes(rt: Runtime, subject: str) -> list[tuple[str | None, str | None]]:
    return [(e.before, e.after) for e in rt.log.events if e.kind is EventKind.MODE and e.subject == subject]


def found(rt: Runtime, code: str) -> list[Event]:
    return [event for event in rt.log.events if event.code == f"wastewater.{code}"]


def last(rt: Runtime, level: str) -> float:
    return float(rt.levels.courses()[level].values[-1])


def test_a_city_without_sewers_has_none() -> None:
    assert wastewater.start(runtime(town([component("bus-1", "bus")]))) is None


def test_every_element_of_the_file_is_a_component(tmp_path: Path) -> None:
    kinds = {element.component_id for element in read(lifted(tmp_path))}
    assert {STATION, PUMP, "manhole-STREET", "sewer-DOWN", "outfall-RIVER", "sewer-regulator-SPILL"} < kinds
    assert "rain-gauge-SKY" in kinds
    street = next(e for e in read(lifted(tmp_path)) if e.network_id == "STREET")
    assert (street.x, street.y, street.weight) == (0.0, 0.0, 0.01)


def test_on_a_dry_day_all_flows_off_and_is_treated(tmp_path: Path) -> None:
    with running(city_of(lifted(tmp_path))) as rt:
        rt.clock.run_until(24 * HOUR)
        assert [last(rt, level) for level in ("disposal", "cellars", "treated")] == [1.0, 1.0, 1.0]
        assert not modes(rt, STATION)
        assert rt.quantities.value("d1", "cellars_at_risk") == 0
        ran = 24 * 3600 * 0.01
        assert rt.quantities.value("outfall-PLANT", "untreated_m3") == pytest.approx(0.0, abs=1e-6)
        assert ran > 0


def test_pumps_draw_power_as_they_lift(tmp_path: Path) -> None:
    with running(city_of(lifted(tmp_path))) as rt:
        drawn = []
        for minute in range(0, 240, 5):
            rt.clock.run_until(minute * MINUTE)
            flow, watts = rt.quantities.value(PUMP, "sewage_flow_m3_s"), rt.quantities.value(STATION, "power_w")
            level = rt.quantities.value(STATION, "sewage_level_m")
            high = 12 + rt.quantities.value("manhole-HIGH", "sewer_depth_m")
            assert watts == pytest.approx(9810 * flow * (high - 5 - level) / 0.5)
            assert rt.supply.demand_w("bus-1") == pytest.approx(watts)
            drawn.append(watts)
        assert max(drawn) > 4000
        assert min(drawn) == 0.0
        assert rt.supply.demand_w("bus-2") == 4000.0


def test_without_power_the_well_fills_the_overflow_spills_and_cellars_are_at_risk(tmp_path: Path) -> None:
    with running(city_of(lifted(tmp_path))) as rt:
        rt.clock.run_until(HOUR)
        rt.supply.offer("bus-1", LinkKind("power"), False)
        rt.clock.run_until(HOUR + 10 * MINUTE)
        assert rt.quantities.value(PUMP, "sewage_flow_m3_s") == 0.0
        assert modes(rt, STATION) == [("mains", "none")]
        assert rt.supply.demand_w("bus-1") == 0.0
        rt.clock.run_until(10 * HOUR)
        assert modes(rt, STATION)[-1] == ("none", "overflow")
        assert found(rt, "spills")[0].subject == "outfall-RIVER"
        assert last(rt, "treated") < 0.1
        # the weir's crest at 10 m is the invert of the street's sewer: its manhole stays nearly empty
        assert last(rt, "cellars") == 1.0
        rt.supply.offer("bus-1", LinkKind("power"), True)
        rt.clock.run_until(14 * HOUR)
        assert modes(rt, STATION)[-1] == ("overflow", "mains")
        over = found(rt, "spill-over")[0]
        spilled = rt.quantities.value("outfall-RIVER", "untreated_m3")
        assert over.value == pytest.approx(spilled, rel=1e-3)
        assert 100 < spilled < 0.01 * 9 * 3600
        assert last(rt, "treated") == 1.0


def test_without_an_overflow_the_street_gets_it(tmp_path: Path) -> None:
    with running(city_of(lifted(tmp_path, weir=False))) as rt:
        rt.supply.offer("bus-1", LinkKind("power"), False)
        rt.clock.run_until(12 * HOUR)
        assert modes(rt, STATION) == [("mains", "none")]
        cellars = found(rt, "cellars-at-risk")
        assert [(e.subject, e.params["people"]) for e in cellars] == [("manhole-STREET", PEOPLE)]
        assert rt.quantities.value("d1", "cellars_at_risk") == PEOPLE
        assert (last(rt, "cellars"), last(rt, "disposal")) == (0.0, 1.0)
        level = rt.quantities.value(STATION, "sewage_level_m")
        assert level == pytest.approx(6.0), "it stands at the well's edge and runs over"
        assert found(rt, "overflows")[0].subject == STATION
        before = rt.quantities.value("d1", "overflow_m3")
        rt.clock.run_until(13 * HOUR)
        assert rt.quantities.value("d1", "overflow_m3") - before == pytest.approx(36.0, rel=0.02), "10 l/s for an hour"


def test_the_cause_of_what_overflows_is_the_loss_of_power(tmp_path: Path) -> None:
    with running(city_of(lifted(tmp_path, weir=False))) as rt:
        event = rt.faults.apply(STATION, "lifting-station-out", "t", {})
        rt.clock.run_until(12 * HOUR)
        for effect in (*found(rt, "overflows"), *found(rt, "cellars-at-risk"), *found(rt, "station-stands")):
            assert event in [cause.id for cause in rt.log.trace(effect.id)]


def test_one_pump_out_of_order_leaves_the_others(tmp_path: Path) -> None:
    path = lifted(tmp_path)
    text = path.read_text().replace("LIFT WELL HIGH", "TWIN WELL HIGH CURVE ON 2.2 0.7\nLIFT WELL HIGH")
    path.write_text(text)
    with running(city_of(path)) as rt:
        rt.faults.apply(PUMP, "lifting-pump-out", "t", {})
        lifted_by = {PUMP: 0.0, "sewage-pump-TWIN": 0.0}
        for minute in range(0, 600, 5):
            rt.clock.run_until(minute * MINUTE)
            for pump in lifted_by:
                lifted_by[pump] += rt.quantities.value(pump, "lifting_pump_running")
        assert lifted_by[PUMP] == 0.0
        assert lifted_by["sewage-pump-TWIN"] > 0
        assert not modes(rt, STATION)


@pytest.mark.parametrize("fallback", ["local", "hold"])
def test_without_its_control_link_a_station_holds_or_goes_on_by_itself(tmp_path: Path, fallback: str) -> None:
    with running(city_of(lifted(tmp_path), fallback)) as rt:
        rt.clock.run_until(HOUR)
        while rt.quantities.value(PUMP, "lifting_pump_running"):
            rt.clock.run_until(rt.clock.now + MINUTE)
        rt.supply.offer("centre", LinkKind("control"), False)
        rt.clock.run_until(8 * HOUR)
        high = rt.quantities.value(STATION, "sewage_level_m") > 4.0
        assert high is (fallback == "hold"), "held while it stood, it goes on standing"
        assert bool(found(rt, "held")) is (fallback == "hold")
        rt.supply.offer("centre", LinkKind("control"), True)
        rt.clock.run_until(12 * HOUR)
        assert rt.quantities.value(STATION, "sewage_level_m") < 2.5


def test_a_generator_takes_over(tmp_path: Path) -> None:
    from simulator.domains.energy.generator import Generators

    with running(city_of(lifted(tmp_path), generator=True)) as rt:
        Generators(rt)
        rt.clock.run_until(HOUR)
        rt.supply.offer("bus-1", LinkKind("power"), False)
        rt.clock.run_until(12 * HOUR)
        assert modes(rt, STATION) == [("mains", "none"), ("none", "generator")]
        assert not found(rt, "spills")
        assert last(rt, "treated") == 1.0


def test_suction_trucks_come_when_nothing_lifts_for_long(tmp_path: Path) -> None:
    with running(city_of(lifted(tmp_path), trucks=True)) as rt:
        rt.clock.run_until(HOUR)
        rt.supply.offer("bus-1", LinkKind("power"), False)
        rt.clock.run_until(6 * HOUR)
        assert modes(rt, STATION) == [("mains", "none"), ("none", "suction")]
        crews = [e.at for e in rt.log.events if e.kind is EventKind.CREW and e.subject == STATION]
        assert min(crews) >= 2 * HOUR, "they are called after an hour"
        # 10 l/s come and 7.4 l/s are carried away
        before, at = rt.quantities.value(STATION, "sewage_level_m"), rt.clock.now
        rt.clock.run_until(at + HOUR)
        rise = rt.quantities.value(STATION, "sewage_level_m") - before
        assert 0 < rise < 0.0027 * 3600 / 12
        rt.supply.offer("bus-1", LinkKind("power"), True)
        rt.clock.run_until(9 * HOUR)
        assert modes(rt, STATION)[-1] == ("suction", "mains")


def test_trucks_that_cannot_keep_up_do_not_hide_the_overflow(tmp_path: Path) -> None:
    """10 l/s come, 7.4 l/s are carried away: the well fills later, and the rest runs into the river.

    By hand: two trucks of 10 m3 with 45 minutes a round carry 2 * 10 / 2700 = 0.0074 m3/s.

    The rain that ended in between is no cause of that.
    """
    with running(city_of(lifted(tmp_path), trucks=True)) as rt:
        rt.clock.run_until(HOUR)
        rt.faults.apply("rain-gauge-SKY", "heavy-rain", "a", {"intensity_mm_h": 1.0})
        power = rt.faults.apply(STATION, "lifting-station-out", "t", {})
        rt.clock.run_until(24 * HOUR)
        assert modes(rt, STATION) == [("mains", "none"), ("none", "suction"), ("suction", "overflow")]
        stands, comes, spills = (e for e in rt.log.events if e.kind is EventKind.MODE and e.subject == STATION)
        assert spills.cause == stands.id != comes.id, "trucks that came because it stands make nothing overflow"
        carried = rt.city.components[STATION].number("suction_m3_s")
        assert carried == pytest.approx(2 * 10 / (45 * 60), abs=5e-5)
        assert rt.quantities.value("outfall-RIVER", "sewage_flow_m3_s") == pytest.approx(0.01 - carried, rel=1e-3)
        spill = found(rt, "spills")[0]
        crews = [e.at for e in rt.log.events if e.kind is EventKind.CREW and e.subject == STATION]
        assert spill.at > min(crews), "the trucks are there"
        trace = [event.code for event in rt.log.trace(spill.id)]
        assert power in [event.id for event in rt.log.trace(spill.id)]
        assert "wastewater.rain-over" not in trace
        missed = next(event for event in rt.log.events if event.code == "level.low" and event.subject == "treated")
        assert power in [event.id for event in rt.log.trace(missed.id)]


def test_no_suction_truck_comes_where_that_is_the_fault(tmp_path: Path) -> None:
    with running(city_of(lifted(tmp_path), trucks=True)) as rt:
        rt.faults.apply(STATION, "no-suction-trucks", "t", {})
        rt.supply.offer("bus-1", LinkKind("power"), False)
        rt.clock.run_until(4 * HOUR)
        assert modes(rt, STATION)[0] == ("mains", "none")
        assert "suction" not in [after for _, after in modes(rt, STATION)]


def test_a_blocked_sewer_floods_the_street_above_it(tmp_path: Path) -> None:
    with running(city_of(lifted(tmp_path))) as rt:
        rt.clock.run_until(HOUR)
        rt.faults.apply("sewer-DOWN", "sewer-blocked", "t", {})
        rt.clock.run_until(8 * HOUR)
        assert rt.quantities.value("sewer-DOWN", "sewage_flow_m3_s") == 0.0
        assert [e.subject for e in found(rt, "overflows")] == ["manhole-STREET"]
        assert (last(rt, "cellars"), last(rt, "disposal")) == (0.0, 0.0)
        rt.faults.clear("sewer-DOWN", "sewer-blocked", "t")
        rt.clock.run_until(12 * HOUR)
        assert (last(rt, "cellars"), last(rt, "disposal")) == (1.0, 1.0)
        assert found(rt, "cleared")


def test_heavy_rain_adds_up_and_ends(tmp_path: Path) -> None:
    with running(city_of(lifted(tmp_path))) as rt:
        gauge = "rain-gauge-SKY"
        rt.clock.run_until(HOUR)
        rt.faults.apply(gauge, "heavy-rain", "a", {"intensity_mm_h": 20.0})
        rt.faults.apply(gauge, "heavy-rain", "b", {"intensity_mm_h": 10.0, "duration_s": 1800.0})
        rt.clock.run_until(HOUR + 10 * MINUTE)
        assert rt.quantities.value(gauge, "rain_mm_h") == 30.0
        rt.clock.run_until(HOUR + 20 * MINUTE)
        assert rt.quantities.value(gauge, "rain_mm_h") == 10.0, "the first is over after its 15 minutes"
        rt.clock.run_until(3 * HOUR)
        assert rt.quantities.value(gauge, "rain_mm_h") == 0.0
        assert [event.value for event in found(rt, "rain")] == [30.0, 10.0], "both begin at one instant"


def test_a_plant_without_biology_or_power_treats_less(tmp_path: Path) -> None:
    with running(city_of(lifted(tmp_path))) as rt:
        rt.faults.apply("plant", "biology-out", "t", {})
        rt.clock.run_until(6 * HOUR)
        assert modes(rt, "plant") == [("full", "mechanical")]
        assert min(rt.levels.courses()["treated"].values) == pytest.approx(0.3)
        rt.supply.offer("bus-2", LinkKind("power"), False)
        rt.clock.run_until(12 * HOUR)
        assert modes(rt, "plant")[-1] == ("mechanical", "bypass")
        assert min(rt.levels.courses()["treated"].values) == 0.0
        assert rt.quantities.value("plant", "untreated_m3") > 0.9 * 0.01 * 6 * 3600
        rt.faults.clear("plant", "biology-out", "t")
        rt.supply.offer("bus-2", LinkKind("power"), True)
        rt.clock.run_until(15 * HOUR)
        assert modes(rt, "plant")[-1] == ("bypass", "full")
        assert last(rt, "treated") == 1.0


def test_a_plant_that_works_says_that_more_arrives_than_it_treats(tmp_path: Path) -> None:
    """8 of 10 l/s are treated, or less, as the pump lifts in turns. What left untreated when nothing comes any more is
    what came less what was treated: at least a fifth of six hours."""
    city = city_of(lifted(tmp_path))
    plant = component("plant", "treatment-plant", outfall="outfall-PLANT", capacity_m3_s=0.008, drawn_w=4000.0)
    with running(replace(city, components={**city.components, "plant": plant})) as rt:
        rt.clock.run_until(6 * HOUR)
        rt.faults.apply(STATION, "lifting-station-out", "t", {})
        rt.clock.run_until(12 * HOUR)
        assert not modes(rt, "plant"), "all stages work"
        first, over = found(rt, "plant-beyond")[0], found(rt, "plant-within")
        assert first.value is not None and first.value > 0.008 and over[0].cause is not None
        left = sum(event.value or 0.0 for event in over)
        assert left == pytest.approx(rt.quantities.value("plant", "untreated_m3"), abs=0.1 * len(over))
        assert left > 0.9 * (0.010 - 0.008) * 6 * 3600


def test_a_plant_at_no_outfall_is_refused(tmp_path: Path) -> None:
    city = city_of(lifted(tmp_path))
    plant = component("plant", "treatment-plant", outfall="outfall-PLAN", capacity_m3_s=0.05)
    city = replace(city, components={**city.components, "plant": plant})
    with pytest.raises(BadInput) as told:
        wastewater.start(runtime(city))
    assert "outfall-PLANT" in told.value.problems[0].fix
    with running(city_of(lifted(tmp_path))):
        pass  # the engine was given back


def test_that_it_rains_is_the_fault_itself_and_no_sign_of_what_it_does() -> None:
    assert registry().quantities["rain_mm_h"].own_record
