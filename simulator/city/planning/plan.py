"""A town drawn from a number of people and a seed, as a city folder like any other."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from simulator.city.draft import AS_DRAWN, CityDraft, DistrictDraft, NetworkRef, RoadRef, WaterRef
from simulator.city.generator.bare_town import hull, middles, outlines
from simulator.city.generator.layer import TownSize
from simulator.city.generator.town import generate
from simulator.city.importing import BORDER_M, ground_of, networks_of, with_layer
from simulator.city.loader import load_city
from simulator.city.people import assign
from simulator.city.planning import grid, supply
from simulator.city.planning.grid import Grid, plan_grid
from simulator.city.planning.measures import Figure, figures_of, figures_text
from simulator.city.planning.roads import RoadNetwork, build_roads
from simulator.city.planning.site import Site, draw_site
from simulator.city.planning.supply import Supply, plan_supply, water_file
from simulator.city.plausibility import Trial, tried
from simulator.city.power_file import write_power_file
from simulator.city.road_file import write_roads
from simulator.city.write import staged, write_assumptions, write_city, write_ids
from simulator.contracts.city import Assumption, City
from simulator.contracts.level import LITRES_PERSON_D, LITRES_SOURCE
from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.words import Words, number, percent

_ = Words("simulator.city")

LEAST, MOST = 5_000, 50_000
"""People of a town that is drawn: fewer have no substation or waterworks of their own; of more it is not shown yet that
a day without any fault is in balance."""

LATITUDE_DEG, LONGITUDE_DEG = 51.0, 13.0
"""Where the town lies on the map, in Saxony; nothing that stands there is meant."""

ROAD_NODES, ROAD_NODES_AT = 350, 100_000
"""Nodes of the road graph at so many people; they grow with the root of the people (assumption: the cost of choosing
routes grows with the square of the nodes)."""

PEOPLE_A_DISTRICT, FEWEST = 5_000, 4
"""A district has so many people, and a town so many districts at least (assumption)."""

SIGNAL_PEOPLE = 1_000
"""People for each junction with a traffic signal (assumption)."""
DEPOT_PEOPLE = 25_000
"""People for each depot of crews (assumption)."""

WATER_FILE, POWER_FILE, ROADS_FOLDER, FIGURES_FILE = "water.inp", "power.json", "roads", "statistics.md"


@dataclass(frozen=True)
class DrawnTown:
    """The city of a folder that was written, and its figures beside published ones."""

    city: City
    figures: tuple[Figure, ...]


def generate_city(inhabitants: int, seed: int, out: Path, name: str = "") -> DrawnTown:
    """Write the new city folder `out` with a town of so many people. Raises `BadInput`.

    The same number of people and seed give the same bytes.
    """
    problems = []
    if not LEAST <= inhabitants <= MOST:
        what = _("{people} people: towns of {least} to {most} people are drawn",
                 people=number(inhabitants), least=number(LEAST), most=number(MOST))  # fmt: skip
        problems.append(Problem("command line", 0, "--inhabitants", what, _("write another number")))
    if seed < 0:
        what = _("{seed} is below 0", seed=seed)
        problems.append(Problem("command line", 0, "--seed", what, _("write a whole number from 0 on")))
    if problems:
        raise BadInput(problems)
    streams = [np.random.default_rng([inhabitants, seed, stream]) for stream in range(3)]
    drawn = draw_site(inhabitants, streams[0])
    water, power = plan_supply(drawn, streams[1]), plan_grid(drawn, streams[2])
    count = round(ROAD_NODES * math.sqrt(inhabitants / ROAD_NODES_AT))
    ways = build_roads(drawn.x_m, drawn.y_m, drawn.people.astype(np.float64), count, driven_km=None)
    figures = figures_of(drawn, water, power, ways)
    with staged(out) as folder:
        (folder / WATER_FILE).write_text(water_file(water), encoding="utf-8")
        write_power_file(power.file, folder / POWER_FILE)
        write_roads(folder / ROADS_FOLDER, ways.nodes, ways.links, ways.trips)
        (folder / FIGURES_FILE).write_text(figures_text(inhabitants, seed, figures), encoding="utf-8")
        write_city(_draft(name or f"town-{inhabitants}-{seed}", seed, drawn, water, power, ways, folder), folder)
        city = load_city(folder)
        write_assumptions(city, folder)
        write_ids(city, folder)
    return DrawnTown(load_city(out), figures)


def _draft(name: str, seed: int, drawn: Site, water: Supply, power: Grid, ways: RoadNetwork, folder: Path) -> CityDraft:
    size = TownSize(
        core_routers=4,
        signals=max(6, round(drawn.inhabitants / SIGNAL_PEOPLE)),
        signals_with_police=4,
        depots=max(1, round(drawn.inhabitants / DEPOT_PEOPLE)),
        household_meters=True,
    )
    files = [f"{ROADS_FOLDER}/{table}.csv" for table in ("node", "link", "demand")]
    draft = CityDraft(
        name,
        f"Town of {drawn.inhabitants:,} (seed {seed})",
        f"Stadt mit {drawn.inhabitants:,} Einwohnern (Startwert {seed})".replace(",", "."),
        LATITUDE_DEG,
        LONGITUDE_DEG,
        LITRES_PERSON_D,
        LITRES_SOURCE,
        land=size.land,
        water=WaterRef(WATER_FILE, size.owners.water, frame=AS_DRAWN),
        energy=NetworkRef(POWER_FILE, size.owners.power, frame=AS_DRAWN),
        traffic=RoadRef(files[0], files[1], files[2], size.owners.roads, frame=AS_DRAWN),
        districts=_districts(drawn),
        assumptions=(*_site_notes(drawn, seed), *_water_notes(drawn, water), *_grid_notes(power), *ways.assumptions),
    )
    networks = networks_of(draft, folder)
    traffic = {f"road-node-{node}": trips for node, trips in ways.traffic.items()}
    ground = ground_of(draft, networks, folder, traffic)
    draft, networks = tried(Trial(draft, ground, networks, folder))
    if draft.findings:
        raise BadInput(Problem(str(folder), 0, one.rule, one.text, _("take another seed")) for one in draft.findings)
    return with_layer(draft, generate(ground, networks, size))


def _districts(drawn: Site) -> tuple[DistrictDraft, ...]:
    """Districts around middles of people, from north to south, with the people of the corners in each."""
    count = max(FEWEST, round(drawn.inhabitants / PEOPLE_A_DISTRICT))
    chosen = middles(drawn.x_m, drawn.y_m, drawn.people.astype(np.float64), count)
    chosen = chosen[np.lexsort((chosen[:, 0], -chosen[:, 1]))]
    rings = outlines(chosen, hull(drawn.x_m, drawn.y_m, BORDER_M))
    bare = tuple(DistrictDraft(f"d{i + 1}", f"District {i + 1}", (ring,)) for i, ring in enumerate(rings))
    people = np.bincount(assign(drawn.x_m, drawn.y_m, bare), drawn.people, len(bare))
    return tuple(replace(one, people=int(n)) for one, n in zip(bare, people, strict=True))


def _site_notes(drawn: Site, seed: int) -> tuple[Assumption, ...]:
    town = _(
        "nobody has built it: drawn from {people} people and the seed {seed}; where it stands on the map nothing is "
        "meant",
        people=number(drawn.inhabitants),
        seed=seed,
    )
    people = _(
        "{density} people a hectare of settled land, thinning out from the middle (Clark 1951); {corners} corners of "
        "streets, {degree} streets at each in the mean; the ground lies between {low} and {high} m",
        density=number(drawn.inhabitants / drawn.area_ha),
        corners=number(len(drawn.x_m)),
        degree=number(drawn.degree),
        low=number(float(drawn.height_m.min())),
        high=number(float(drawn.height_m.max())),
    )
    cut = _("cut around the middles of where people live (Lloyd's algorithm), one for {people} people",
            people=number(PEOPLE_A_DISTRICT))  # fmt: skip
    return (
        Assumption(_("town"), town),
        Assumption(_("people and streets"), people),
        Assumption(_("districts"), cut),
    )


def _water_notes(drawn: Site, water: Supply) -> tuple[Assumption, ...]:
    drawn_l = _(
        "{litres} l a head and day: {home} by households, {trade} by trade, {lost} lost; the peak day has {peak} times "
        "as much",
        litres=number(supply.DRAWN_L),
        home=number(supply.HOUSEHOLD_L),
        trade=number(supply.TRADE_L),
        lost=percent(supply.LOST),
        peak=number(supply.PEAK_DAY),
    )
    built = _(
        "{wells} wells and one waterworks outside of the town; {districts} supply districts, closed against each "
        "other, each with one tank for {stored} of a mean day above it and three pumps, which lift the peak day in "
        "{hours} h; no tap below {least} m at rest",
        wells=len(water.wells),
        districts=len(water.districts),
        stored=number(supply.STORED_D),
        hours=number(supply.LIFTED_IN_H),
        least=number(supply.HIGHEST_TAP_M),
    )
    pipes = _(
        "a pipe under every street, DN 100 at least, sized for the peak hour of the peak day by a gradient of {flat} "
        "to {steep} m a km and {speed} m/s; Hazen-Williams {rough}",
        flat=number(supply.FLATTEST * 1000),
        steep=number(supply.STEEPEST * 1000),
        speed=number(supply.MOST_M_S),
        rough=number(supply.ROUGHNESS),
    )
    return (
        Assumption(_("water demand"), drawn_l, _("UBA (households), by way of the press; assumption")),
        Assumption(_("wells, tanks and pumps"), built, _("DVGW W 400-1, as told by LfU Bayern; assumption")),
        Assumption(_("water pipes"), pipes),
    )


def _grid_notes(power: Grid) -> tuple[Assumption, ...]:
    loads = _(
        "{low} W a head at the peak by {stations} local substations for {people} people each, and {large} W a head by "
        "{customers} large customers with stations of their own; power factor {factor}",
        low=number(grid.LOW_W),
        stations=number(int((~power.stations.large).sum())),
        people=number(grid.STATION_PEOPLE),
        large=number(grid.LARGE_W),
        customers=number(int(power.stations.large.sum())),
        factor=number(grid.POWER_FACTOR),
    )
    built = _(
        "{substations} substations 110/20 kV with two transformers each, either of which carries the peak; {rings} "
        "rings of at most {ring} stations, open where both halves carry alike, with a switch there; cables NA2XS2Y, "
        "{detour} times as long as the straight line. The 110 kV grid is one infeed a substation; cables of 0.4 kV are "
        "not drawn",
        substations=len(power.substations),
        rings=len(power.rings),
        ring=grid.RING,
        detour=number(grid.DETOUR),
    )
    sun = _("{watts} W a head, at the local substations", watts=number(grid.PV_W))
    return (
        Assumption(_("electric load"), loads, _("figures that operators publish (§ 23c EnWG); assumption")),
        Assumption(_("power grid"), built, _("cables as in pandapower's standard types; assumption")),
        Assumption(_("photovoltaics"), sun),
    )
