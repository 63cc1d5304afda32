"""Builds the demo city from published networks and stated rules; the same bytes every time.

WNTR's ky10 with less demand than published and in balance, a grid of pandapower's, both on one map, and roads over the
places where water is used.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.city.demo_control import write_control
from simulator.city.demo_water import write_water
from simulator.city.draft import AS_DRAWN, CityDraft, DistrictDraft, NetworkRef, Override, RoadRef, WaterRef
from simulator.city.frame import FOOT_M, MapFrame
from simulator.city.generator.bare_town import middles, nearest_middle
from simulator.city.generator.layer import Make, Owners, TownSize
from simulator.city.generator.town import Town, generate, with_declared_layers
from simulator.city.importers.pandapower_grid import import_pandapower, quiet_pandapower
from simulator.city.importing import cut_into_districts, ground_of, networks_of, with_layer
from simulator.city.loader import load_city
from simulator.city.networks import Networks
from simulator.city.people import district_centre
from simulator.city.plausibility import Trial, tried
from simulator.city.road_file import RoadLink, RoadNode, Trips, write_roads
from simulator.city.write import staged, write_assumptions, write_city
from simulator.contracts.city import Assumption, City
from simulator.contracts.level import LITRES_PERSON_D, LITRES_SOURCE
from simulator.contracts.words import Words, number, percent
from simulator.domains.energy.catalogue import DOMAIN as ENERGY_DOMAIN
from simulator.domains.traffic.catalogue import SATURATION_VEH_S
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


Edges = dict[tuple[int, int], float]
"""A number for each road, by the numbers of the nodes it leads from and to."""

NODES = 60
DETOUR = 1.3
"""Length of a road over the straight line between its ends (assumption)."""

KM_H = 1 / 3.6
TOWN_M_S = 50 * KM_H
"""Limit on main roads within built-up areas (StVO § 3)."""
SIDE_M_S = 30 * KM_H
"""Limit on all other roads: 30 km/h zones (StVO § 45)."""
MAIN_SHARE = 0.3
"""Share of the roads that are main roads: those that would carry most if all were alike (assumption)."""
COUNTRY_M_S = 70 * KM_H
"""Between parts of the town, on main roads longer than `COUNTRY_M` (assumption)."""
COUNTRY_M = 1500.0

GREEN_SHARE = 0.4
"""Share of the time for which an approach has green (assumption)."""
LANE_VEH_S = SATURATION_VEH_S * GREEN_SHARE
"""What a lane of a street passes on average, its junctions included; a signal that the town shows is its own limit."""
MOST_LANES = 4

TRIPS_PERSON_D = 3.1
CAR_DRIVER_SHARE = 0.43
"""Trips a person and day, and the share made as a car's driver (Mobilität in Deutschland 2017)."""

DETERRENCE_M = 5000.0
"""Trips thin out with exp(-length / DETERRENCE_M) in the gravity model (assumption)."""

MEAN_DAY_KM = (744e9 - 228e9) / 81.2e6 / 365
"""Kilometres a head and day on Germany's roads without motorways, 17.4: 744 of which 228 thousand million kilometres on
motorways (BASt, Fahrleistungserhebung 2014), by 81.2 million people (Destatis, end of 2014)."""

WORKDAY = 36.0 / ((5 * 36.0 + 2 * 23.0) / 7)
"""Kilometres of a vehicle on a working day over those of a mean day: 36 km, and 23 km at weekends (KiD 2010)."""

DRIVEN_KM = MEAN_DAY_KM * WORKDAY
"""Kilometres a head that are driven on a working day."""

TOGETHER = 10
"""Car trips are written in bundles of so many."""

NEAR = (8, 5, 4, 3, 4, 12, 45, 74, 66, 52, 50, 50, 52, 53, 56, 67, 84, 86, 74, 50, 39, 30, 21, 16)
FAR = (9, 5, 2, 2, 5, 13, 70, 93, 67, 42, 40, 38, 41, 46, 50, 67, 96, 92, 71, 48, 35, 27, 22, 19)
"""Cars by hour of a working day, of 1,000 or so: as counted on streets at the edge of inner cities, and at the edge of
towns (Schmidt and Thomas 1996, Hochrechnungsfaktoren, Forschung Straßenbau und Straßenverkehrstechnik 732, types TGw2
and TGw3, as quoted by SUMO, which takes the one for near and the other for far traffic)."""

WINDOWS = (0, 4, 5, 6, 7, 8, 9, 12, 15, 16, 17, 18, 19, 20, 24)
"""Hours at which a window of the trip table begins or ends."""


def day_shape(near: float) -> tuple[tuple[int, int, float], ...]:
    """From hour, to hour, share of the day's trips, of which the share `near` is near traffic, and all others far."""
    hourly = near * np.array(NEAR) / sum(NEAR) + (1 - near) * np.array(FAR) / sum(FAR)
    return tuple((begin, end, float(hourly[begin:end].sum())) for begin, end in pairwise(WINDOWS))


@dataclass(frozen=True)
class RoadNetwork:
    """Nodes, roads and trips, and the car trips a day that pass or use each node (by its id)."""

    nodes: tuple[RoadNode, ...]
    links: tuple[RoadLink, ...]
    trips: tuple[Trips, ...]
    traffic: dict[str, float]
    assumptions: tuple[Assumption, ...]


def build_roads(x_m: Floats, y_m: Floats, people: Floats) -> RoadNetwork:
    """Roads between clusters of homes: places and people of the homes, arrays of one shape, metres on the map."""
    chosen = middles(x_m, y_m, people, NODES)
    at_node = np.bincount(nearest_middle(np.column_stack([x_m, y_m]), chosen), people, NODES)
    chosen = np.round(chosen, 1)
    pairs = gabriel(chosen)
    edges = [(a, b) for pair in pairs for a, b in (pair, pair[::-1])]
    length = {(a, b): DETOUR * math.dist(chosen[a], chosen[b]) for a, b in edges}
    metres, before = shortest(NODES, length)
    trips = gravity(np.asarray(at_node * TRIPS_PERSON_D * CAR_DRIVER_SHARE), metres)
    speed = limits(length, assign(trips, before)[0])
    _arrived, before = shortest(NODES, {edge: length[edge] / speed[edge] for edge in edges})
    on_edge, at = assign(trips, before)
    peak = max(share / (end - begin) for begin, end, share in day_shape(1.0))
    names = [f"n{i + 1}" for i in range(NODES)]
    links = tuple(
        RoadLink(
            f"{names[a]}-{names[b]}",
            names[a],
            names[b],
            round(length[a, b], 1),
            speed[a, b],
            LANE_VEH_S,
            lanes(on_edge.get((a, b), 0.0) * peak / 3600),
        )
        for a, b in edges
    )
    nodes = tuple(RoadNode(name, float(x), float(y)) for name, (x, y) in zip(names, chosen, strict=True))
    more = DRIVEN_KM * 1000.0 * float(people.sum()) / sum(on_edge[edge] * length[edge] for edge in on_edge)
    traffic = {name: float(at[i]) * more for i, name in enumerate(names)}
    notes = _notes(len(links), float(trips.sum()), more)
    # Those who live here drive near; whoever comes from elsewhere or drives for business drives far (assumption).
    return RoadNetwork(nodes, links, tuple(bundles(trips * more, names, day_shape(1 / more))), traffic, notes)


def gabriel(points: Floats) -> list[tuple[int, int]]:
    """Pairs of points whose circle on the line between them holds no other point (Gabriel and Sokal 1969)."""
    square = ((points[:, None] - points[None]) ** 2).sum(axis=2)
    pairs = []
    for a in range(len(points)):
        for b in range(a + 1, len(points)):
            others = square[a] + square[b]
            others[[a, b]] = np.inf
            if (others >= square[a, b]).all():
                pairs.append((a, b))
    return pairs


def shortest(count: int, seconds: Edges) -> tuple[Floats, NDArray[np.int64]]:
    """Shortest times between all nodes and the node before each on the way, both (from, to); -1 at the start."""
    out: list[list[tuple[int, float]]] = [[] for _ in range(count)]
    for (a, b), cost in seconds.items():
        out[a].append((b, cost))
    time_s = np.full((count, count), np.inf)
    before = np.full((count, count), -1, dtype=np.int64)
    for start in range(count):
        time_s[start, start] = 0.0
        queue = [(0.0, start)]
        while queue:
            at, node = heapq.heappop(queue)
            if at > time_s[start, node]:
                continue
            for other, cost in out[node]:
                if at + cost < time_s[start, other]:
                    time_s[start, other], before[start, other] = at + cost, node
                    heapq.heappush(queue, (at + cost, other))
    return time_s, before


def gravity(produced: Floats, length_m: Floats) -> Floats:
    """Trips a day from node to node: each node's trips go to where people are, the nearer the more.

    T_ij = P_i A_j exp(-d_ij / L) / sum_k A_k exp(-d_ik / L) with A = P; no trips within a node. The mean of the matrix
    and its transpose is taken, since who drives there drives back.
    """
    pull = produced[None] * np.exp(-length_m / DETERRENCE_M)
    np.fill_diagonal(pull, 0.0)
    there = produced[:, None] * pull / pull.sum(axis=1, keepdims=True)
    return np.asarray((there + there.T) / 2, dtype=np.float64)


def assign(trips: Floats, before: NDArray[np.int64]) -> tuple[Edges, Floats]:
    """Trips a day on each road if everybody takes the way that is fastest when roads are empty, and at each node."""
    on_edge: Edges = {}
    at = np.zeros(len(trips))
    for start in range(len(trips)):
        for end in range(len(trips)):
            load, node = float(trips[start, end]), end
            while load and node != start:
                at[node] += load
                on_edge[int(before[start, node]), node] = on_edge.get((int(before[start, node]), node), 0.0) + load
                node = int(before[start, node])
            at[start] += load
    return on_edge, at


def limits(length: Edges, on_edge: Edges) -> Edges:
    """Speed limits in m/s: the roads that most would drive on are main roads, in both directions."""
    both = {(a, b): on_edge.get((a, b), 0.0) + on_edge.get((b, a), 0.0) for a, b in length}
    ranked = sorted(both, key=lambda edge: (-both[edge], min(edge), max(edge)))
    main = set(ranked[: round(MAIN_SHARE * len(ranked) / 2) * 2])
    out_of_town = {edge for edge in main if length[edge] > COUNTRY_M}
    return {e: COUNTRY_M_S if e in out_of_town else TOWN_M_S if e in main else SIDE_M_S for e in length}


def lanes(peak_veh_s: float) -> int:
    """Lanes that carry the peak hour through signals: roads were built for the town's own traffic."""
    return max(1, min(MOST_LANES, math.ceil(peak_veh_s / LANE_VEH_S)))


def bundles(trips: Floats, names: Sequence[str], shape: Iterable[tuple[int, int, float]]) -> list[Trips]:
    """Trips by time of day, as `day_shape` says, in whole bundles: rounding errors are carried on to the next pair."""
    rows = []
    carried = np.zeros(len(trips))
    for begin, end, share in shape:
        for start, name in enumerate(names):
            # Beginning at another destination each time, so that rounding favours none.
            order = np.roll(np.arange(len(trips)), -(start + begin) % len(trips))
            exact = trips[start, order] * share / TOGETHER
            steps = np.floor(np.cumsum(exact) + carried[start] + 1e-9)
            whole = np.diff(steps, prepend=0.0)
            carried[start] = carried[start] + exact.sum() - whole.sum()
            rows += [
                Trips(name, names[order[i]], begin * 3600.0, end * 3600.0, float(whole[i] * TOGETHER))
                for i in np.flatnonzero(whole)
                if order[i] != start
            ]
    return rows


def _notes(links: int, trips: float, more: float) -> tuple[Assumption, ...]:
    return (
        Assumption(
            _("roads"),
            _(
                "{nodes} nodes in the middle of clusters of homes, joined as a Gabriel graph: {links} one-way roads, "
                "{detour} times as long as the straight line; the {main} that most would drive on are main roads with "
                "50 km/h, or 70 km/h above {country} km, the others have 30 km/h; {lane} veh/h and lane, which is "
                "{saturation} at {green} green; lanes (at most {lanes}) as the peak hour of those who live here needs",
                nodes=NODES,
                links=links,
                detour=DETOUR,
                main=percent(MAIN_SHARE),
                country=COUNTRY_M / 1000,
                lane=number(LANE_VEH_S * 3600),
                saturation=number(SATURATION_VEH_S * 3600),
                lanes=MOST_LANES,
                green=percent(GREEN_SHARE),
            ),
        ),
        Assumption(
            _("car trips"),
            _(
                "{trips} a day by the people who live here: {each} trips a person and day, {car} as a car's driver; "
                "spread by a gravity model over {deterrence} km. For business and for those who come from elsewhere "
                "there are {more} times as many in all, so that {km} km a head and day are driven, as on Germany's "
                "roads without motorways on a working day. Over the day as counted on streets at the edge of inner "
                "cities, and those more as at the edge of towns; nobody crosses the town's border",
                trips=number(trips),
                each=TRIPS_PERSON_D,
                car=percent(CAR_DRIVER_SHARE),
                deterrence=DETERRENCE_M / 1000,
                more=number(round(more, 2)),
                km=number(round(DRIVEN_KM, 1)),
            ),
            _(
                "Mobilität in Deutschland 2017; BASt, Fahrleistungserhebung 2014; KiD 2010; Schmidt and Thomas 1996; "
                "assumption"
            ),
        ),
    )


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
