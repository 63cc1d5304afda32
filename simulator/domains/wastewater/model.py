"""The sewer network as typed arrays, read once from the SWMM file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.domains.wastewater.inp import LINK_SECTIONS, NODE_SECTIONS, InpFile, mean_dry_weather_m3_s

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SewerNetwork:
    """Nodes and links in the order of the file's sections, counted from 0; array lengths are N nodes and L links.

    `node_kind` is one of manhole, lifting-station (a storage unit that pumps draw from), storm-tank (one without pumps)
    and outfall; `link_kind` one of sewer, sewage-pump and sewer-regulator (weir, orifice or outlet). `ends` is (L, 2).
    `full_depth_m` reaches up to the street or the edge of the well, `dry_weather_m3_s` is the mean flow that people
    bring, both by node. `start_depth_m` is by link and 0 for all but pumps with a level switch. `suction` are the wells
    that trucks can draw from: SWMM lets nothing else draw where an ideal pump does.
    """

    nodes: tuple[str, ...]
    links: tuple[str, ...]
    gages: tuple[str, ...]
    node_kind: tuple[str, ...]
    link_kind: tuple[str, ...]
    node_index: Mapping[str, int]
    link_index: Mapping[str, int]
    ends: NDArray[np.int64]
    invert_m: Floats
    full_depth_m: Floats
    dry_weather_m3_s: Floats
    start_depth_m: Floats
    pumps: NDArray[np.int64]
    wells: NDArray[np.int64]
    suction: NDArray[np.int64]
    outfalls: NDArray[np.int64]
    metric: bool
    length_m: float
    flow_unit_m3_s: float

    def pumps_of(self, well: int) -> tuple[int, ...]:
        """The pumps that draw from a wet well."""
        return tuple(int(pump) for pump in self.pumps if self.ends[pump, 0] == well)

    def find(self, kind: str, name: str) -> int | None:
        """The node, link or rain gage of this kind and network id, None if the network has none."""
        if kind == "rain-gauge":
            return self.gages.index(name) if name in self.gages else None
        node, link = self.node_index.get(name), self.link_index.get(name)
        if node is not None and self.node_kind[node] == kind:
            return node
        return link if link is not None and self.link_kind[link] == kind else None

    @classmethod
    def of(cls, inp: InpFile) -> SewerNetwork:
        """Read from the text of a file. What does not fit together is for SWMM itself to refuse."""
        nodes: list[str] = []
        kinds: list[str] = []
        invert: list[float] = []
        depth: list[float] = []
        for section, kind in NODE_SECTIONS.items():
            # the depth of a divider stands behind what says how it divides, which is of varying length
            deep = section in ("JUNCTIONS", "STORAGE")
            for row in inp.rows(section, 2):
                nodes.append(row[0])
                kinds.append(kind)
                invert.append(_number(row[1]))
                depth.append(_number(row[2]) if deep and len(row) > 2 else 0.0)
        index = {name: i for i, name in enumerate(nodes)}
        links: list[str] = []
        link_kinds: list[str] = []
        ends: list[tuple[int, int]] = []
        start: list[float] = []
        for section, kind in LINK_SECTIONS.items():
            for row in inp.rows(section, 3):
                if row[1] in index and row[2] in index:
                    links.append(row[0])
                    link_kinds.append({"pump": "sewage-pump", "regulator": "sewer-regulator"}.get(kind, kind))
                    ends.append((index[row[1]], index[row[2]]))
                    start.append(_number(row[5]) if kind == "pump" and len(row) > 5 else 0.0)
        pumps = [i for i, kind in enumerate(link_kinds) if kind == "sewage-pump"]
        ideal = {row[1] for row in inp.rows("PUMPS", 4) if row[3] == "*"}
        wells = sorted({ends[pump][0] for pump in pumps if kinds[ends[pump][0]] == "storage"})
        for i, kind in enumerate(kinds):
            if kind == "storage":
                kinds[i] = "lifting-station" if i in wells else "storm-tank"
        flows = mean_dry_weather_m3_s(inp)
        return cls(
            nodes=tuple(nodes),
            links=tuple(links),
            gages=tuple(row[0] for row in inp.rows("RAINGAGES")),
            node_kind=tuple(kinds),
            link_kind=tuple(link_kinds),
            node_index=index,
            link_index={name: i for i, name in enumerate(links)},
            ends=np.array(ends, dtype=np.int64).reshape(-1, 2),
            invert_m=np.array(invert) * inp.length_m,
            full_depth_m=_to_the_crown(inp, np.array(depth) * inp.length_m, index),
            dry_weather_m3_s=np.array([flows.get(name, 0.0) for name in nodes]),
            start_depth_m=np.array(start) * inp.length_m,
            pumps=np.array(pumps, dtype=np.int64),
            wells=np.array(wells, dtype=np.int64),
            suction=np.array([well for well in wells if nodes[well] not in ideal], dtype=np.int64),
            outfalls=np.array([i for i, kind in enumerate(kinds) if kind == "outfall"], dtype=np.int64),
            metric=inp.metric,
            length_m=inp.length_m,
            flow_unit_m3_s=inp.flow_m3_s,
        )


def _to_the_crown(inp: InpFile, depth_m: Floats, index: Mapping[str, int]) -> Floats:
    """SWMM's rule for nodes without a depth of their own: up to the crown of the highest conduit that meets there."""
    height = {row[0]: _number(row[2]) for row in inp.rows("XSECTIONS", 3)}
    crown = np.zeros_like(depth_m)
    for row in inp.rows("CONDUITS", 7):
        for end, offset in ((row[1], row[5]), (row[2], row[6])):
            if end in index and inp.option("LINK_OFFSETS", "DEPTH").upper() != "ELEVATION":
                top = (_number(offset) + height.get(row[0], 0.0)) * inp.length_m
                crown[index[end]] = max(crown[index[end]], top)
    return np.where(depth_m > 0, depth_m, crown)


def _number(word: str) -> float:
    try:
        return float(word)
    except ValueError:
        return 0.0
