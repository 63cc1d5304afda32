"""Water for fire-fighting (DVGW W 405): what hydrants give now, held against closed formulas and EPANET alone."""

from __future__ import annotations

import math
import warnings
from dataclasses import replace
from pathlib import Path

import pytest
from epanet import toolkit as tk

from simulator.city.generator.bare_town import BareTown
from simulator.city.networks import Networks
from simulator.city.water_file import close_water_file, open_water_file
from simulator.contracts.component import Component, District
from simulator.contracts.level import ServiceLevel
from simulator.contracts.registry import registry
from simulator.domains import water
from simulator.domains.water.baseline import DAYS, baseline
from simulator.domains.water.catalogue import JUNCTION
from simulator.domains.water.engine import WaterEngine
from simulator.domains.water.fire import AFTER_S, Draw, Hydrants, shares_of
from simulator.domains.water.fire_town import draw_of, required, undisturbed
from simulator.domains.water.hours import HOURS, Hours, Initial, read_hours, write_hours
from simulator.domains.water.overrides import Force
from stadtwerk.library import load_named_city
from tests.support.towns import component
from tests.water.networks import FINELY, city_of, published, world, write

RESIDUAL_M = 15.3
"""1.5 bar."""
BASE, USUAL = 48 / 3600, 96 / 3600
"""Classes of W 405 in m3/s."""

LINE = f"""
[JUNCTIONS]
A  10  0
[RESERVOIRS]
R  50
[PIPES]
P1  R  A  LENGTH  150  120  0  Open
{FINELY}"""

TOWER = """
[JUNCTIONS]
S  10  0
D  10  4
[RESERVOIRS]
R  10
[TANKS]
T  50  LEVEL  0.5  6  8  0
[PIPES]
P1  S  D  300  300  120  0  Open
P2  D  T  300  300  120  0  Open
[PUMPS]
U  R  S  HEAD H
[CURVES]
H  20  60
[OPTIONS]
Units UNITS
Headloss H-W
Accuracy 0.00001
[TIMES]
Duration 24:00
[END]
"""
"""A tower of 50.3 m2 over a town that draws 4 l/s; the pump's curve through 20 l/s at 60 m."""


def hazen_williams(head_m: float, length_m: float, diameter_m: float, c: float = 120.0) -> float:
    """The flow (m3/s) that a pipe passes with this loss of head: h = 10.67 L q^1.852 / (C^1.852 d^4.871)."""
    return float((head_m * c**1.852 * diameter_m**4.871 / (10.67 * length_m)) ** (1 / 1.852))


def asked(engine: WaterEngine, node: str, required: float, lasts_s: int = 7200) -> float:
    hydrants = Hydrants(engine, [Draw(engine.network.node_index[node], required, RESIDUAL_M, lasts_s)])
    found = hydrants.all_m3_s()[0]
    hydrants.close()
    return found


@pytest.mark.parametrize("length_m", [300, 1000, 3000])
def test_one_pipe_gives_what_hazen_and_williams_say(tmp_path: Path, length_m: int) -> None:
    """A source 40 m above the main: with 15.3 m left there, 24.7 m may be lost on the way."""
    engine = WaterEngine(write(tmp_path, LINE.replace("LENGTH", str(length_m))))
    formula = hazen_williams(40 - RESIDUAL_M, length_m, 0.150)
    assert asked(engine, "A", 1.0) == pytest.approx(formula, rel=0.01)
    assert asked(engine, "A", formula / 2) == pytest.approx(formula / 2, rel=1e-6), "no more than is asked for"
    engine.close()


def test_a_main_without_that_pressure_gives_nothing(tmp_path: Path) -> None:
    engine = WaterEngine(write(tmp_path, LINE.replace("LENGTH", "300").replace("R  50", "R  25")))
    assert asked(engine, "A", BASE) == 0.0
    engine.close()


@pytest.mark.parametrize("units", ["LPS", "GPM"])
@pytest.mark.parametrize(("hours_left", "gives"), [(2.2, True), (1.8, False)])
def test_a_tower_without_its_pump_gives_it_for_as_long_as_its_water_lasts(
    tmp_path: Path, hours_left: float, gives: bool, units: str
) -> None:
    """96 m3/h and the town's 14.4 m3/h (4 l/s) out of what stands above the lowest level: volume over outflow."""
    volume_m3 = hours_left * (96 + 14.4)
    level_m = 0.5 + volume_m3 / (math.pi / 4 * 8**2)
    text = TOWER.replace("LEVEL", f"{level_m}").replace("UNITS", "LPS")
    if units == "GPM":
        text = in_feet(level_m)
    engine = WaterEngine(write(tmp_path, text))
    engine.overrides.force(int(engine.network.pumps[0]), "dark", Force.SHUT)
    engine.solve()
    assert asked(engine, "D", USUAL) == pytest.approx(USUAL if gives else 0.0, rel=1e-3)
    engine.close()


def in_feet(level_m: float) -> str:
    """The same town in US units."""
    ft, inch, gpm = 1 / 0.3048, 1 / 0.0254, 1000 * 60 / 3.785411784
    return f"""
[JUNCTIONS]
S  {10 * ft}  0
D  {10 * ft}  {0.004 * gpm}
[RESERVOIRS]
R  {10 * ft}
[TANKS]
T  {50 * ft}  {level_m * ft}  {0.5 * ft}  {6 * ft}  {8 * ft}  0
[PIPES]
P1  S  D  {300 * ft}  {0.3 * inch}  120  0  Open
P2  D  T  {300 * ft}  {0.3 * inch}  120  0  Open
[PUMPS]
U  R  S  HEAD H
[CURVES]
H  {0.020 * gpm}  {60 * ft}
[OPTIONS]
Units GPM
Headloss H-W
Accuracy 0.00001
[TIMES]
Duration 24:00
[END]
"""


def test_with_its_pump_the_tower_gives_it_though_it_is_nearly_empty(tmp_path: Path) -> None:
    text = TOWER.replace("LEVEL", "1.5").replace("UNITS", "LPS")
    engine = WaterEngine(write(tmp_path, text))
    assert asked(engine, "D", USUAL) == pytest.approx(USUAL, rel=1e-3)
    engine.close()


def test_a_place_that_no_open_way_leads_to_gives_nothing(tmp_path: Path) -> None:
    engine = WaterEngine(write(tmp_path, LINE.replace("LENGTH", "300")))
    engine.overrides.force(0, "shut", Force.SHUT)
    engine.solve()
    assert asked(engine, "A", BASE) == 0.0
    engine.close()


@pytest.mark.parametrize("name", ["Net3", "ky4"])
def test_epanet_alone_with_the_same_draw_keeps_the_same_pressure(name: str) -> None:
    """A demand of what is available, put into the file's own project by the toolkit alone, leaves 15.3 m there."""
    engine = WaterEngine(published(name))
    nodes = [int(n) for n in (engine.network.mean_demand_m3_s > 0).nonzero()[0][::40]]
    checked = 0
    for node in nodes:
        if engine.pressure_m[node] < RESIDUAL_M + 5:
            continue
        available = asked(engine, engine.network.nodes[node], 0.5, lasts_s=1)
        if 0.001 < available < 0.499:
            assert alone(published(name), engine.network.nodes[node], available) == pytest.approx(RESIDUAL_M, rel=0.01)
            checked += 1
    assert checked >= 1
    engine.close()


def alone(path: Path, node: str, draw_m3_s: float) -> float:
    """Pressure (m) at a node of a file with a further draw there, by EPANET alone, at its first instant.

    The draw is an emitter whose coefficient makes it that at 15.3 m: at that pressure, and at no other, both agree.
    """
    project = open_water_file(path)
    network = WaterEngine(path).network
    per_m, unit = network.units.pressure_per_m, network.units.flow_m3_s
    tk.setdemandmodel(project, tk.PDA, 0.0, 20.4 * per_m, 0.5)
    index = tk.getnodeindex(project, node)
    tk.setoption(project, tk.EMITEXPON, 0.5)
    tk.setnodevalue(project, index, tk.EMITTER, draw_m3_s / unit / math.sqrt(RESIDUAL_M * per_m))
    tk.openH(project)
    tk.initH(project, tk.NOSAVE)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tk.runH(project)
    found = float(tk.getnodevalue(project, index, tk.PRESSURE)) / per_m
    tk.closeH(project)
    close_water_file(project)
    return found


def test_asking_changes_nothing() -> None:
    plain, asked_of = WaterEngine(published("Net3")), WaterEngine(published("Net3"))
    hydrants = Hydrants(asked_of, [Draw(asked_of.network.node_index["111"], USUAL, RESIDUAL_M, 7200)])
    for hour in range(1, 7):
        for engine in (plain, asked_of):
            engine.advance_to(hour * 3600)
        first = hydrants.all_m3_s()[0]
        assert hydrants.asked_m3_s()[0] == first, "and the answer hangs on the town alone"
    assert plain.pressure_m.tobytes() == asked_of.pressure_m.tobytes()
    hydrants.close()
    plain.close()
    asked_of.close()


def otherwise(engine: WaterEngine, how: str) -> None:
    """Change one thing about a town, as little as may be."""
    if how == "hole":
        engine.set_burst(engine.network.node_index["D"], 1e-6)
    elif how == "demand":
        engine.set_demand(1.0001)
    elif how == "shut":
        engine.overrides.force(engine.network.link_index["P2"], "shut", Force.SHUT)
    elif how == "dark":
        engine.overrides.force(engine.network.link_index["U"], "dark", Force.SHUT)
    elif how == "later":
        engine.advance_to(1)
    engine.solve()


@pytest.mark.parametrize("how", ["same", "hole", "demand", "shut", "dark", "later", "larger", "asked"])
def test_what_has_been_asked_of_the_same_town_is_not_solved_again(tmp_path: Path, how: str) -> None:
    """Of the same town, and of no other: with any one thing otherwise, the answer is what is solved anew."""
    file = write(tmp_path, TOWER.replace("LEVEL", "3.21").replace("UNITS", "LPS"))
    first = WaterEngine(file)
    asked(first, "D", 2 * USUAL)
    first.close()
    engine = WaterEngine(file, larger={"T": 1.001} if how == "larger" else {})
    otherwise(engine, how)
    hydrants = Hydrants(
        engine, [Draw(engine.network.node_index["D"], 2 * USUAL, RESIDUAL_M, 7201 if how == "asked" else 7200)]
    )
    solves = []
    hydrants.solve = lambda: (solves.append(1), Hydrants.solve(hydrants))  # type: ignore[assignment,method-assign]
    found = hydrants.all_m3_s()
    assert bool(solves) is (how != "same")
    assert found == hydrants.asked_m3_s()
    hydrants.close()
    engine.close()


def hydrant(name: str, junction: str, required: float) -> Component:
    given = {"junction": f"junction-{junction}", "required_m3_s": required, "residual_m": RESIDUAL_M, "lasts_s": 7200.0}
    return component(name, "hydrant", **given)


LEVELS = (
    ServiceLevel("supply", "water-supply", "d1", 0.95, 1000),
    ServiceLevel("pressure", "water-pressure", "d1", 0.95, 1000),
    ServiceLevel("fire", "fire-water", "d1", 1.0, 1000),
)


@pytest.mark.parametrize("dark", [False, True])
def test_with_the_pump_dark_it_is_the_water_for_fire_fighting_alone_that_is_missing(tmp_path: Path, dark: bool) -> None:
    """270 m3 above the lowest level last the town 18.7 h at 14.4 m3/h. With 96 m3/h beside them they last 2 h as long
    as 220.8 m3 are there, so for 3.4 h without the pump; after 5 h people still have all of theirs."""
    level_m = 0.5 + 270 / (math.pi / 4 * 8**2)
    text = TOWER.replace("LEVEL", f"{level_m}").replace("UNITS", "LPS")
    city = city_of(write(tmp_path, text), levels=LEVELS, others=(hydrant("h1", "D", USUAL),))
    rt = world(city, duration_s=5 * 3600.0)
    running = water.start(rt)
    assert running is not None
    if dark:
        rt.faults.apply("pump-U", "pump-out", "dark", {})
    rt.clock.run_until(5 * 3_600_000)
    lowest = {name: min(course.values.tolist()) for name, course in rt.levels.courses().items()}
    assert lowest["supply"] == lowest["pressure"] == 1.0
    assert (lowest["fire"] < 1.0) is dark
    assert rt.quantities.value("h1", "fire_water_m3_s") == pytest.approx(0.0 if dark else USUAL, abs=1e-4)
    running.close()


def test_the_level_is_the_mean_of_the_hydrants_of_a_district(tmp_path: Path) -> None:
    """Hazen-Williams: the one pipe gives 29 l/s at 15.3 m; asked for are 96 m3/h (26.7 l/s) and 192 m3/h (53.3 l/s)."""
    text = LINE.replace("LENGTH", "500").replace("A  10  0", "A  10  0.001")
    hydrants = (hydrant("h1", "A", USUAL), hydrant("h2", "A", 2 * USUAL))
    city = city_of(write(tmp_path, text), levels=LEVELS, others=hydrants)
    rt = world(city)
    running = water.start(rt)
    assert running is not None
    gives = hazen_williams(40 - RESIDUAL_M, 500, 0.150)
    expected = (min(1.0, gives / USUAL) + min(1.0, gives / (2 * USUAL))) / 2
    assert rt.quantities.value("d1", "fire_water_ratio") == pytest.approx(expected, rel=0.01)
    running.close()


def test_no_gap_is_judged_that_is_shorter_than_what_is_known() -> None:
    """A minute without power is known for a quarter of an hour, until hydrants are asked again."""
    spared_s = registry().measures["fire-water"].spared_s
    assert spared_s is not None and spared_s >= AFTER_S


CYCLE = """
[JUNCTIONS]
S  10  0
D  10  4
[RESERVOIRS]
R  10
[TANKS]
T  50  3.5  0.5  6  30  0
[PIPES]
P1  S  D  300  300  120  0  Open
P2  D  T  300  100  120  0  Open
[PUMPS]
U  R  S  HEAD H
[CURVES]
H  6  45
[CONTROLS]
LINK U OPEN IF NODE T BELOW 2
LINK U CLOSED IF NODE T ABOVE 5
[OPTIONS]
Units LPS
Headloss H-W
Accuracy 0.00001
[TIMES]
Duration 24:00
[END]
"""
"""A pump of some 6 l/s over a town that draws 4: it fills 707 m2 of tower for 5 to 6 days, then stands for 6."""


def test_required_is_what_is_left_in_the_least_favourable_state_of_a_fortnight(tmp_path: Path) -> None:
    """The design case: the tower at the level at which its pump starts, the pump standing, as it does for the first
    time on the sixth day and until the twelfth. The main of 100 mm passes what Hazen and Williams say, less what the
    town takes at 15.3 m (Wagner et al.: the root of 15.3 over the required 20.4 m)."""
    path = write(tmp_path, CYCLE)
    hours = Hours((Initial({"T": 3.5}, {"U": 1.0}, {"P1": True, "P2": True}),) * HOURS)
    expected = (hazen_williams(50 + 2 - (10 + RESIDUAL_M), 300, 0.100) - 0.004 * math.sqrt(RESIDUAL_M / 20.4)) / USUAL
    found = undisturbed(path, hours, [hydrant("h1", "D", USUAL)])["d1"]
    assert found == pytest.approx(expected, rel=0.01)
    assert required(found) == pytest.approx(0.9 * expected, rel=0.01)
    engine = WaterEngine(path, initial=hours.at(0.0))
    engine.advance_to(4 * 86400)
    assert asked(engine, "D", USUAL) / USUAL > 1.3 * expected, "with the pump running, as all the first days"
    engine.close()


def test_supply_too_is_required_by_the_worst_of_a_fortnight(tmp_path: Path) -> None:
    """The same tower, and the town so high that only the pump standing at its lowest level tells: Hazen and Williams,
    and Wagner's root of what is left over the 20.4 m that people have enough with. Four days showed nothing of it."""
    path = write(tmp_path, CYCLE.replace("D  10  4", "D  33  4"))
    state = Initial({"T": 3.5}, {"U": 1.0}, {"P1": True, "P2": True})
    write_hours(tmp_path / "hours.csv", (state,) * HOURS)
    town = replace(component("junction-D", JUNCTION), network_id="D")
    ground = BareTown({town.id: town}, {town.id: 0.004}, {}, (District("d1", "One", 1000, 0, 0),), {})
    found = baseline(ground, Networks(water_file=path, water_hours=tmp_path / "hours.csv"))
    share = 1.0
    for _ in range(20):  # what is delivered is what the main loses by
        loss_m = 10.67 * 300 * (0.004 * share / 120) ** 1.852 / 0.100**4.87
        share = math.sqrt((50 + 2 - 33 - loss_m) / 20.4)
    assert share < 0.95 and found.minima["water-supply", "d1"] == math.floor((share - 0.01) * 100) / 100


def test_the_demo_city_gives_what_is_required_of_it_a_fortnight_long() -> None:
    """Asked as a run that begins at 6 o'clock asks on days without a fault, and hourly on the thirteenth day, when
    pumps run together in a way that comes once."""
    city = load_named_city("demo")
    assert city.water_file is not None and city.water_hours is not None
    minima = {level.subject: level.minimum for level in city.levels.values() if level.measure == "fire-water"}
    hydrants = city.of_kind("hydrant")
    engine = WaterEngine(city.water_file, 5 * 3600.0, initial=read_hours(city.water_hours).at(5 * 3600.0))
    draws = [draw_of(one, engine.network) for one in hydrants]
    asks = Hydrants(engine, draws)
    least = dict.fromkeys(minima, 1.0)
    for hour in sorted({*range(0, 14 * 24 + 1, 12), *range(12 * 24, 13 * 24)}):
        engine.advance_to(hour * 3600)
        shares = shares_of([one.district for one in hydrants], draws, asks.all_m3_s())
        least = {district: min(share, shares[district]) for district, share in least.items()}
    asks.close()
    engine.close()
    assert DAYS * 24 >= 14 * 24 + 23 and len(minima) == 8
    assert all(least[district] >= minimum for district, minimum in minima.items()), least
