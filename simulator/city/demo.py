"""Builds the demo city from published networks and stated rules; the same bytes every time.

WNTR's ky10 with less demand than published and in balance, a grid of pandapower's, both on one map, and roads over the
places where water is used.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.city.demo_control import write_control
from simulator.city.demo_water import write_water
from simulator.city.draft import AS_DRAWN, CityDraft, DistrictDraft, NetworkRef, Override, RoadRef, WaterRef
from simulator.city.frame import FOOT_M, MapFrame
from simulator.city.generator.layer import Make, Owners, TownSize
from simulator.city.generator.town import Town, generate, with_declared_layers
from simulator.city.importers.pandapower_grid import import_pandapower, quiet_pandapower
from simulator.city.importing import cut_into_districts, ground_of, networks_of, with_layer
from simulator.city.loader import load_city
from simulator.city.networks import Networks
from simulator.city.people import district_centre
from simulator.city.planning.roads import build_roads
from simulator.city.plausibility import Trial, tried
from simulator.city.road_file import write_roads
from simulator.city.write import staged, write_assumptions, write_city
from simulator.contracts.city import Assumption, City
from simulator.contracts.level import LITRES_PERSON_D, LITRES_SOURCE
from simulator.contracts.words import Words
from simulator.domains.energy.catalogue import DOMAIN as ENERGY_DOMAIN
from simulator.domains.water.catalogue import DOMAIN as WATER_DOMAIN
from simulator.domains.water.catalogue import JUNCTION

_ = Words("simulator.city")

Floats = NDArray[np.float64]

TURN_DEG = 15
"""Step of the turns tried for the water network (assumption: finer steps bring no one nearer to speak of)."""


def grid_frame(longitude: Floats, latitude: Floats) -> tuple[MapFrame, float, float]:
    """The grid stays where it stands: its frame, and the map's origin (longitude, latitude) in its middle."""
    east = round(float(longitude.min() + longitude.max()) / 2, 3)
    north = round(float(latitude.min() + latitude.max()) / 2, 3)
    return MapFrame.of_degrees(east, north), east, north


def water_frame(x: Floats, y: Floats, people: Floats, grid_x_m: Floats, grid_y_m: Floats) -> tuple[MapFrame, float]:
    """The water network, drawn in feet, turned and shrunk without distortion until it fits the grid's extent.

    Both networks serve the same people, so of the turns in steps of `TURN_DEG` the one is taken that brings people
    (`people` at each x, y) nearest to local substations in the mean. Returns the frame and how many times smaller
    the network is drawn than it is.
    """
    best: tuple[float, MapFrame, float] | None = None
    for turn in range(0, 360, TURN_DEG):
        across, along = MapFrame(rotate_deg=turn).to_map(x, y)
        scale = round(float(min(np.ptp(grid_x_m) / np.ptp(across), np.ptp(grid_y_m) / np.ptp(along))), 4)
        shift_x = round(_middle(grid_x_m) - scale * _middle(across), 1)
        shift_y = round(_middle(grid_y_m) - scale * _middle(along), 1)
        frame = MapFrame(scale, scale, shift_x, shift_y, float(turn))
        distance = float(np.average(_to_nearest(*frame.to_map(x, y), grid_x_m, grid_y_m), weights=people))
        if best is None or distance < best[0]:
            best = distance, frame, FOOT_M / scale
    assert best is not None
    return best[1:]


def _middle(values: Floats) -> float:
    return float(values.min() + values.max()) / 2


def _to_nearest(x_m: Floats, y_m: Floats, other_x_m: Floats, other_y_m: Floats) -> Floats:
    """Distance in metres from each place to the nearest of the others."""
    nearest: Floats = np.hypot(x_m[:, None] - other_x_m, y_m[:, None] - other_y_m).min(axis=1)
    return nearest


WATER_FILE = "water.inp"
POWER_FILE = "power.json"

DISTRICTS = 8
TITLES = ("Altstadt", "Nordfeld", "Lindenhof", "Ostheim", "Auwiesen", "Südstadt", "Hafen", "Westend")
"""The central district, then the others clockwise from the north."""

PLAN = TownSize(
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
    land="BW",  # where the published grid stands
)


def build_demo(out: Path, without: Collection[str] = ()) -> City:
    """Build the demo city in the new folder `out` and load it, without the layers of these names.

    Raises `BadInput` if `out` holds something already, `KeyError` for a layer that nothing declares.
    """
    with staged(out) as folder:
        write_city(_draft(folder, without), folder)
        city = load_city(folder)
        write_assumptions(city, folder)
        write_control(city, folder)
    return load_city(out)


def _draft(folder: Path, without: Collection[str]) -> CityDraft:
    from pandapower.networks import mv_oberrhein

    with quiet_pandapower():
        net = mv_oberrhein()
    grid_notes = import_pandapower(net, folder / POWER_FILE)
    water_notes = write_water(folder / WATER_FILE)
    draft = CityDraft(
        "demo",
        "Demo city",
        "Modellstadt",
        0.0,
        0.0,
        LITRES_PERSON_D,
        LITRES_SOURCE,
        land=PLAN.land,
        water=WaterRef(WATER_FILE, PLAN.owners.water),
        energy=NetworkRef(POWER_FILE, PLAN.owners.power),
        assumptions=(
            *(replace(note, subject=_("grid: {what}", what=note.subject)) for note in grid_notes),
            *water_notes,
        ),
    )
    draft = replace(draft, overrides=_overhead(net), assumptions=(*draft.assumptions, _overhead_note(net)))
    draft = _on_one_map(draft, networks_of(draft, folder))
    networks = networks_of(draft, folder)
    draft, traffic = _roads(draft, networks, folder)
    networks = networks_of(draft, folder)
    draft = replace(draft, districts=_named(cut_into_districts(networks, DISTRICTS)))
    draft = replace(draft, assumptions=(*draft.assumptions, _district_note()))
    ground = ground_of(draft, networks, folder, traffic)
    draft, networks = tried(Trial(draft, ground, networks, folder))
    draft = with_layer(draft, generate(ground, networks, PLAN))
    return with_declared_layers(Town(draft, ground, PLAN, folder), without)


def _overhead(net: Any) -> dict[str, Override]:
    """What mv_oberrhein says of its lines, and the network file does not: which hang on poles."""
    hanging = net.line.index[net.line["type"] == "ol"]
    return {f"line-{index}": Override(parameters={"overhead": True}) for index in hanging}


def _overhead_note(net: Any) -> Assumption:
    kinds = sorted(set(net.line["std_type"][net.line["type"] == "ol"]))
    text = _(
        "{n} lines of type {kinds} hang on poles, all others are cables in the ground",
        n=len(_overhead(net)),
        kinds=", ".join(kinds),
    )
    return Assumption(_("overhead lines"), text, _("mv_oberrhein in pandapower"))


def _on_one_map(draft: CityDraft, networks: Networks) -> CityDraft:
    """Frames for both networks; here the networks lie as their files draw them."""
    assert draft.water is not None and draft.energy is not None
    places = {domain: [] for domain in (WATER_DOMAIN.value, ENERGY_DOMAIN.value)}  # type: dict[str, list[tuple[float, float]]]
    for component in networks.components.values():
        places[component.domain.value].append((component.x_m, component.y_m))
    water, grid = (np.array(places[domain]) for domain in (WATER_DOMAIN.value, ENERGY_DOMAIN.value))
    frame, east, north = grid_frame(grid[:, 0], grid[:, 1])
    people = np.array(
        [networks.weights.get(c.id, 0.0) for c in networks.components.values() if c.domain == WATER_DOMAIN]
    )
    buses = frame.to_map(grid[:, 0], grid[:, 1])
    water_at, smaller = water_frame(water[:, 0], water[:, 1], people, *buses)
    note = Assumption(
        _("map"),
        _(
            "mv_oberrhein stays where it stands; ky10 is laid over it, middle on middle, turned by {degrees} degrees "
            "so that people live near local substations, and drawn {smaller} times smaller than it is (its hydraulics "
            "keep their published lengths); in truth neither knows the other",
            degrees=water_at.rotate_deg,
            smaller=smaller,
        ),
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
    homes = [c for c in networks.components.values() if c.kind == JUNCTION and c.id in networks.weights]
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
    text = _(
        "{n} districts around middles of water demand (Lloyd's algorithm), each to where another is nearer; their "
        "names are made up",
        n=DISTRICTS,
    )
    return Assumption(_("districts"), text)
