"""The water network as typed arrays, read once from the EPANET file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.city.water_file import flow_unit_m3_s, is_metric, link_kinds, mean_demand_m3_s, node_kinds
from simulator.contracts.fault import ActiveFault
from simulator.domains.water.catalogue import PLACE

M_PER_FT = 0.3048
_PSI_PER_FT, _KPA_PER_PSI = 0.4333, 6.895
"""EPANET's own factors, so that a pressure handed to it means the head that we mean."""


@dataclass(frozen=True, slots=True)
class Units:
    """What one unit of the network file is in SI; `pressure_per_m` is pressure units per metre of water."""

    flow_m3_s: float
    length_m: float
    pressure_per_m: float

    @property
    def volume_m3(self) -> float:
        return self.length_m**3

    @classmethod
    def of(cls, project: Any) -> Units:
        from epanet import toolkit as tk

        code = tk.getflowunits(project)
        pressure = int(tk.getoption(project, tk.PRESS_UNITS))
        per_ft = {
            int(tk.PSI): _PSI_PER_FT,
            int(tk.KPA): _KPA_PER_PSI * _PSI_PER_FT,
            int(tk.METERS): M_PER_FT,
            int(tk.BAR): _KPA_PER_PSI * _PSI_PER_FT / 100.0,
            int(tk.FEET): 1.0,
        }[pressure]
        gravity = float(tk.getoption(project, tk.SP_GRAVITY))
        return cls(flow_unit_m3_s(code), 1.0 if is_metric(code) else M_PER_FT, per_ft * gravity / M_PER_FT)


@dataclass(frozen=True)
class WaterNetwork:
    """Nodes and links in the file's order, counted from 0; array lengths are N nodes and L links.

    `ends` is (L, 2), `links_at[n]` the links that meet in node n. Tank arrays follow `tanks`, the nodes that are tanks.
    `check_valve` marks pipes that EPANET lets flow one way only; `diameter_m` is 0 for what is no pipe.
    `holes` are the nodes at which pipes were split, by pipe and place along it.
    """

    nodes: tuple[str, ...]
    links: tuple[str, ...]
    node_kind: tuple[str, ...]
    link_kind: tuple[str, ...]
    node_index: Mapping[str, int]
    link_index: Mapping[str, int]
    ends: NDArray[np.int64]
    links_at: tuple[tuple[int, ...], ...]
    elevation_m: NDArray[np.float64]
    mean_demand_m3_s: NDArray[np.float64]
    check_valve: NDArray[np.bool_]
    diameter_m: NDArray[np.float64]
    tanks: NDArray[np.int64]
    reservoirs: NDArray[np.int64]
    pumps: NDArray[np.int64]
    tank_min_m: NDArray[np.float64]
    tank_max_m: NDArray[np.float64]
    tank_min_volume_m3: NDArray[np.float64]
    tank_max_volume_m3: NDArray[np.float64]
    units: Units
    holes: Mapping[tuple[int, float], int] = field(default_factory=dict)

    def find(self, kind: str, name: str) -> int | None:
        """The node or link of this kind and network id, None if the network has none."""
        if kind in ("junction", "tank", "reservoir"):
            node = self.node_index.get(name)
            return node if node is not None and self.node_kind[node] == kind else None
        link = self.link_index.get(name)
        return link if link is not None and self.link_kind[link] == kind else None

    @classmethod
    def of(cls, project: Any, holes: Mapping[tuple[str, float], str] = MappingProxyType({})) -> WaterNetwork:
        """Read from an open toolkit project; `holes` are the nodes at which its pipes have been split."""
        from epanet import toolkit as tk

        units = Units.of(project)
        node_kind, link_kind = node_kinds(project), link_kinds(project)
        nodes = tuple(tk.getnodeid(project, i + 1) for i in range(len(node_kind)))
        links = tuple(tk.getlinkid(project, i + 1) for i in range(len(link_kind)))
        ends = np.array([tk.getlinknodes(project, i + 1) for i in range(len(links))], dtype=np.int64).reshape(-1, 2) - 1
        at: list[list[int]] = [[] for _ in nodes]
        for link, (a, b) in enumerate(ends.tolist()):
            at[a].append(link)
            at[b].append(link)
        tanks = np.array([i for i, kind in enumerate(node_kind) if kind == "tank"], dtype=np.int64)

        def node_values(prop: int, where: NDArray[np.int64], unit: float) -> NDArray[np.float64]:
            return np.array([tk.getnodevalue(project, int(i) + 1, prop) for i in where], dtype=np.float64) * unit

        return cls(
            nodes=nodes,
            links=links,
            node_kind=node_kind,
            link_kind=link_kind,
            node_index={name: i for i, name in enumerate(nodes)},
            link_index={name: i for i, name in enumerate(links)},
            ends=ends,
            links_at=tuple(map(tuple, at)),
            elevation_m=node_values(tk.ELEVATION, np.arange(len(nodes)), units.length_m),
            mean_demand_m3_s=np.array(
                [mean_demand_m3_s(project, i + 1) if k == "junction" else 0.0 for i, k in enumerate(node_kind)]
            ),
            check_valve=np.array([tk.getlinktype(project, i + 1) == tk.CVPIPE for i in range(len(links))], dtype=bool),
            diameter_m=np.array(
                [_diameter_m(project, i, units) if kind == "pipe" else 0.0 for i, kind in enumerate(link_kind)]
            ),
            tanks=tanks,
            reservoirs=np.array([i for i, kind in enumerate(node_kind) if kind == "reservoir"], dtype=np.int64),
            pumps=np.array([i for i, kind in enumerate(link_kind) if kind == "pump"], dtype=np.int64),
            tank_min_m=node_values(tk.MINLEVEL, tanks, units.length_m),
            tank_max_m=node_values(tk.MAXLEVEL, tanks, units.length_m),
            tank_min_volume_m3=node_values(tk.MINVOLUME, tanks, units.volume_m3),
            tank_max_volume_m3=node_values(tk.MAXVOLUME, tanks, units.volume_m3),
            units=units,
            holes={(links.index(pipe), place): nodes.index(node) for (pipe, place), node in holes.items()},
        )

    def hole(self, pipe: int, place: float) -> int | None:
        """The node of a hole at this place along a pipe.

        Of a pipe that was not split there it is the lower junction, with the higher pressure (assumption); None for one
        that joins tanks or sources only, as EPANET knows holes at junctions alone.
        """
        if (pipe, place) in self.holes:
            return self.holes[pipe, place]
        ends = [int(n) for n in self.ends[pipe] if self.node_kind[int(n)] == "junction"]
        return min(ends, key=lambda n: float(self.elevation_m[n]), default=None)

    def at_places(self, pipe: int, bursts: Iterable[ActiveFault]) -> dict[int, list[ActiveFault]]:
        """The bursts of a pipe by the node at which each has its hole."""
        found: dict[int, list[ActiveFault]] = {}
        for burst in bursts:
            node = self.hole(pipe, burst.number(PLACE))
            if node is not None:
                found.setdefault(node, []).append(burst)
        return found


def _diameter_m(project: Any, link: int, units: Units) -> float:
    from epanet import toolkit as tk

    return float(tk.getlinkvalue(project, link + 1, tk.DIAMETER)) * (0.001 if units.length_m == 1.0 else M_PER_FT / 12)
