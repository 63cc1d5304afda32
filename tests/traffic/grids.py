"""Small road towns for the tests: a grid of streets with trips across it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from simulator.city.road_file import RoadLink, RoadNode, Trips, read_road_elements, read_roads, write_roads
from simulator.contracts.city import City
from simulator.contracts.component import Component, District, Domain
from simulator.contracts.level import ServiceLevel
from simulator.contracts.link import Link
from simulator.coupling import Runtime
from simulator.domains.traffic.process import Traffic
from tests.support.towns import component, link, runtime, town

BLOCK_M = 300.0
SPEED_M_S = 50 / 3.6
LANE_VEH_S = 0.5


def road(name: str, start: str, end: str, length_m: float = BLOCK_M, lanes: int = 1) -> RoadLink:
    return RoadLink(name, start, end, length_m, SPEED_M_S, LANE_VEH_S, lanes)


def grid(size: int) -> tuple[list[RoadNode], list[RoadLink]]:
    """A square of `size` by `size` junctions, a street both ways between neighbours; `n12` is column 1, row 2."""
    nodes = [RoadNode(f"n{i}{j}", i * BLOCK_M, j * BLOCK_M) for i in range(size) for j in range(size)]
    ids = {node.id for node in nodes}
    links = [
        road(f"{i}{j}-{i + di}{j + dj}", f"n{i}{j}", f"n{i + di}{j + dj}")
        for i in range(size)
        for j in range(size)
        for di, dj in ((1, 0), (0, 1), (-1, 0), (0, -1))
        if f"n{i + di}{j + dj}" in ids
    ]
    return nodes, links


def across(size: int, trips: float, start_s: float = 17 * 3600.0, end_s: float = 18 * 3600.0) -> list[Trips]:
    """Trips from every junction of the edge to the one opposite, `trips` of them in all."""
    last = size - 1
    pairs = [(f"n0{k}", f"n{last}{k}") for k in range(size)] + [(f"n{k}0", f"n{k}{last}") for k in range(size)]
    pairs += [(b, a) for a, b in pairs]
    return [Trips(a, b, start_s, end_s, trips / len(pairs)) for a, b in pairs]


def road_town(
    folder: Path,
    nodes: Sequence[RoadNode],
    links: Sequence[RoadLink],
    trips: Iterable[Trips] = (),
    more: Iterable[Component] = (),
    ties: Iterable[Link] = (),
    levels: Iterable[ServiceLevel] = (),
    districts: Iterable[District] = (),
) -> City:
    """A city whose components are its roads and `more`."""
    files = write_roads(folder, nodes, links, trips)
    parts = [
        Component(e.component_id, e.kind, Domain("traffic"), e.x, e.y, network_id=e.network_id)
        for e in read_road_elements(files)
    ]
    city = replace(town([*parts, *more], ties, levels), road_files=files)
    found = {district.id: district for district in districts}
    return replace(city, districts=MappingProxyType(found)) if found else city


def started(city: City, duration_s: float, seed: int = 1, warmup_s: float = 0.0) -> tuple[Runtime, Traffic]:
    world = runtime(city, warmup_s, duration_s, seed)
    return world, Traffic(world)


def run(world: Runtime, until_s: float | None = None) -> None:
    world.clock.run_until(world.clock.end if until_s is None else math.floor(until_s * 1000))


def at(world: Runtime, seconds: float, call: Callable[[], object]) -> None:
    def act() -> None:
        call()

    world.clock.at(math.floor(seconds * 1000), "test", act)


__all__ = ["across", "at", "component", "grid", "link", "read_roads", "road", "road_town", "run", "started"]
