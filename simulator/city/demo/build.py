"""Builds the demo city from published networks and stated rules; the same bytes every time."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from simulator.city.demo.frames import grid_frame, water_frame
from simulator.city.demo.roads import build_roads
from simulator.city.demo.water import write_water
from simulator.city.draft import AS_DRAWN, CityDraft, DistrictDraft, NetworkRef, Override, RoadRef
from simulator.city.importers.pandapower_grid import import_pandapower, quiet_pandapower
from simulator.city.layers.baseline import water_baseline
from simulator.city.layers.lay import lay
from simulator.city.layers.layer import Make
from simulator.city.layers.owners import Owners
from simulator.city.layers.plan import Plan
from simulator.city.layers.town import Town, with_declared_layers
from simulator.city.loader import load_city
from simulator.city.networks import Networks
from simulator.city.people import district_centre
from simulator.city.road_file import write_roads
from simulator.city.survey import cut_into_districts, ground_of, networks_of, with_layer
from simulator.city.write import staged, write_assumptions, write_city
from simulator.contracts.city import Assumption, City
from simulator.contracts.component import Domain
from simulator.contracts.level import LITRES_PERSON_D, LITRES_SOURCE

WATER_FILE = "water.inp"
POWER_FILE = "power.json"

DISTRICTS = 8
TITLES = ("Altstadt", "Nordfeld", "Lindenhof", "Ostheim", "Auwiesen", "Südstadt", "Hafen", "Westend")
"""The central district, then the others clockwise from the north."""

PLAN = Plan(
    owners=Owners(),
    core_routers=4,
    signals=20,
    signals_with_police=8,
    depots=2,
    makes=(
        Make("maker A", "A-200", "4.2", 2016),
        Make("maker B", "B-7", "1.9", 2021),
    ),
    protocols=("modbus", "csv", "json-v0"),
    household_meters=True,
)


def build_demo(out: Path, without: Collection[str] = ()) -> City:
    """Build the demo city in the new folder `out` and load it, without the layers of these names.

    Raises `BadInput` if `out` holds something already, `KeyError` for a layer that nothing declares.
    """
    with staged(out) as folder:
        write_city(_draft(folder, without), folder)
        write_assumptions(load_city(folder), folder)
    return load_city(out)


def _draft(folder: Path, without: Collection[str]) -> CityDraft:
    from pandapower.networks import mv_oberrhein

    with quiet_pandapower():
        net = mv_oberrhein()
    grid_notes = import_pandapower(net, folder / POWER_FILE)
    water_note = write_water(folder / WATER_FILE)
    draft = CityDraft(
        "demo",
        "Demo city",
        "Modellstadt",
        0.0,
        0.0,
        LITRES_PERSON_D,
        LITRES_SOURCE,
        water=NetworkRef(WATER_FILE, PLAN.owners.water),
        energy=NetworkRef(POWER_FILE, PLAN.owners.power),
        assumptions=(*(replace(note, subject=f"grid: {note.subject}") for note in grid_notes), water_note),
    )
    draft = replace(draft, overrides=_overhead(net), assumptions=(*draft.assumptions, _overhead_note(net)))
    draft = _on_one_map(draft, networks_of(draft, folder))
    networks = networks_of(draft, folder)
    draft, traffic = _roads(draft, networks, folder)
    networks = networks_of(draft, folder)
    draft = replace(draft, districts=_named(cut_into_districts(networks, DISTRICTS)))
    draft = replace(draft, assumptions=(*draft.assumptions, _district_note()))
    ground = ground_of(draft, networks, folder, traffic)
    baseline = water_baseline(ground, networks)
    draft = replace(draft, assumptions=(*draft.assumptions, *baseline.assumptions))
    draft = with_layer(draft, lay(ground, PLAN, (), baseline.minima))
    return with_declared_layers(Town(draft, ground, PLAN, folder), without)


def _overhead(net: Any) -> dict[str, Override]:
    """What mv_oberrhein says of its lines, and the network file does not: which hang on poles."""
    hanging = net.line.index[net.line["type"] == "ol"]
    return {f"line-{index}": Override(parameters={"overhead": True}) for index in hanging}


def _overhead_note(net: Any) -> Assumption:
    kinds = sorted(set(net.line["std_type"][net.line["type"] == "ol"]))
    text = f"{len(_overhead(net))} lines of type {', '.join(kinds)} hang on poles, all others are cables in the ground"
    return Assumption("overhead lines", text, "mv_oberrhein in pandapower")


def _on_one_map(draft: CityDraft, networks: Networks) -> CityDraft:
    """Frames for both networks; here the networks lie as their files draw them."""
    assert draft.water is not None and draft.energy is not None
    places = {domain: [] for domain in ("water", "energy")}  # type: dict[str, list[tuple[float, float]]]
    for component in networks.components.values():
        places[component.domain.value].append((component.x_m, component.y_m))
    water, grid = (np.array(places[domain]) for domain in ("water", "energy"))
    frame, east, north = grid_frame(grid[:, 0], grid[:, 1])
    people = np.array(
        [networks.weights.get(c.id, 0.0) for c in networks.components.values() if c.domain == Domain.WATER]
    )
    buses = frame.to_map(grid[:, 0], grid[:, 1])
    water_at, smaller = water_frame(water[:, 0], water[:, 1], people, *buses)
    note = Assumption(
        "map",
        f"mv_oberrhein stays where it stands; ky10 is laid over it, middle on middle, turned by "
        f"{water_at.rotate_deg:g} degrees so that people live near local substations, and drawn {smaller:.2f} times "
        "smaller than it is (its hydraulics keep their published lengths); in truth neither knows the other",
    )
    return replace(
        draft,
        latitude_deg=north,
        longitude_deg=east,
        water=replace(draft.water, frame=water_at),
        energy=replace(draft.energy, frame=frame),
        assumptions=(*draft.assumptions, note),
    )


def _roads(draft: CityDraft, networks: Networks, folder: Path) -> tuple[CityDraft, dict[str, float]]:
    homes = [c for c in networks.components.values() if c.kind == "junction" and c.id in networks.weights]
    x_m, y_m = np.array([c.x_m for c in homes]), np.array([c.y_m for c in homes])
    people = np.array([networks.weights[c.id] for c in homes]) * 86400.0 * 1000.0 / LITRES_PERSON_D
    roads = build_roads(x_m, y_m, people)
    files = write_roads(folder / "roads", roads.nodes, roads.links, roads.trips)
    nodes, links = (str(path.relative_to(folder)) for path in (files.nodes, files.links))
    demand = "" if files.demand is None else str(files.demand.relative_to(folder))
    reference = RoadRef(nodes, links, demand, PLAN.owners.roads, frame=AS_DRAWN)
    traffic = {f"road-node-{name}": trips for name, trips in roads.traffic.items()}
    return replace(draft, traffic=reference, assumptions=(*draft.assumptions, *roads.assumptions)), traffic


def _named(districts: tuple[DistrictDraft, ...]) -> tuple[DistrictDraft, ...]:
    """The district in the middle first, the others clockwise from the north, with their titles."""
    centres = np.array([district_centre(district) for district in districts])
    middle = int(np.argmin(((centres - centres.mean(axis=0)) ** 2).sum(axis=1)))
    away = centres - centres[middle]
    order = sorted(
        (i for i in range(len(districts)) if i != middle),
        key=lambda i: math.atan2(away[i, 0], away[i, 1]) % (2 * math.pi),
    )
    return tuple(replace(districts[i], id=f"d{n + 1}", title=TITLES[n]) for n, i in enumerate((middle, *order)))


def _district_note() -> Assumption:
    text = f"{DISTRICTS} districts around middles of water demand (Lloyd's algorithm), each to where another is nearer"
    return Assumption("districts", f"{text}; their names are made up")
