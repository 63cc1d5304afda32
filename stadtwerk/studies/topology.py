"""How a city's networks are joined inside, read from their files, for the dependency graph of an audit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from simulator.contracts.link import LinkKind

if TYPE_CHECKING:
    from resilience.study.audit.graph import NetworkEdge
    from simulator.contracts.city import City


def network_edges(city: City) -> tuple[NetworkEdge, ...]:
    """Lines, transformers and infeeds; mains, pumps and valves; roads. Raises `BadInput` like their readers."""
    return (*_grid(city), *_mains(city), *_roads(city))


def _grid(city: City) -> Iterator[NetworkEdge]:
    """Open ring points count as joined: they are what the grid's own redundancy is."""
    from resilience.study.audit.graph import ROOT, NetworkEdge
    from simulator.city.power_file import read_power_file

    if city.power_file is None:
        return
    file = read_power_file(city.power_file)
    for infeed in file.substations:
        yield NetworkEdge(LinkKind.POWER, f"substation-{infeed.id}", ROOT, f"bus-{infeed.bus}")
    for branch in file.branches:
        first = f"bus-{branch.ends[0]}"
        for other in branch.ends[1:]:
            yield NetworkEdge(LinkKind.POWER, f"{branch.kind}-{branch.id}", first, f"bus-{other}")
    for switch in file.switches:
        yield NetworkEdge(LinkKind.POWER, f"grid-switch-{switch.id}", f"bus-{switch.ends[0]}", f"bus-{switch.ends[1]}")


def _mains(city: City) -> Iterator[NetworkEdge]:
    from resilience.study.audit.graph import NetworkEdge
    from simulator.city.water_file import read_water_elements

    if city.water_file is None:
        return
    elements = read_water_elements(city.water_file)
    nodes = {e.network_id: e.component_id for e in elements if e.ends is None}
    for element in elements:
        if element.ends is not None:
            a, b = (nodes[end] for end in element.ends)
            yield NetworkEdge(LinkKind.WATER, element.component_id, a, b, element.kind != "pump")


def _roads(city: City) -> Iterator[NetworkEdge]:
    from resilience.study.audit.graph import NetworkEdge
    from simulator.city.road_file import read_road_elements

    if city.road_files is None:
        return
    for element in read_road_elements(city.road_files):
        if element.ends is not None:
            a, b = (f"road-node-{end}" for end in element.ends)
            yield NetworkEdge(LinkKind.ROAD, element.component_id, a, b, both_ways=False)
