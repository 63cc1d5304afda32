"""Roads, junctions and signal programmes as arrays, in the order of the road files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from simulator.city.road_file import Roads
from simulator.contracts.city import City
from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.words import Words
from simulator.coupling.networks import Ways
from simulator.domains.traffic.catalogue import ROAD, SATURATION_VEH_S

_ = Words("simulator.domains.traffic")

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


LOST_S = 6.0
"""What each change of phase costs of the cycle (assumption: intergreen times in towns are 5 to 7 s)."""


@dataclass(frozen=True)
class Programme:
    """A signal's local programme: two phases in turn, each green for the approaches of its group.

    `approaches` are the roads that lead in, `groups` their phase: group 0 is the street with priority signs, which
    count while the signal does not work. With all approaches in one group it is always green. `out_veh_s` is what each
    approach passes while its phase lasts; time lost between phases is taken off there.
    """

    node: int
    greens_s: tuple[float, ...]
    approaches: tuple[int, ...]
    groups: tuple[int, ...]
    out_veh_s: tuple[float, ...]
    lanes: tuple[int, ...]

    @property
    def cycle_s(self) -> float:
        return sum(self.greens_s)

    @property
    def saturation_veh_s(self) -> tuple[float, ...]:
        """Vehicles a second that each approach passes when nobody stops it."""
        used = used_share(self.cycle_s) if len(self.greens_s) > 1 else 1.0
        return tuple(out / used for out in self.out_veh_s)

    @property
    def capacity_veh_s(self) -> float:
        """Vehicles a second that pass the junction when all approaches are full."""
        pairs = zip(self.out_veh_s, self.groups, strict=True)
        return sum(out * self.greens_s[group] / self.cycle_s for out, group in pairs)


@dataclass(frozen=True)
class Pairs:
    """The pairs of nodes that roads join, as the layout of a sparse matrix by rows.

    `roads` are all roads, those of one pair side by side; those of pair i begin at `first[i]` and end in `end[i]`. The
    pairs that begin in node n are `row[n]` to `row[n + 1]`.
    """

    roads: Ints
    first: Ints
    end: Ints
    row: Ints


@dataclass(frozen=True)
class RoadModel:
    """`start`, `end` are node numbers of each road; `capacity_veh_s` counts all its lanes. Names are component ids."""

    nodes: tuple[str, ...]
    x_m: Floats
    y_m: Floats
    roads: tuple[str, ...]
    start: Ints
    end: Ints
    length_m: Floats
    free_speed_m_s: Floats
    capacity_veh_s: Floats
    lanes: Ints
    node_index: dict[str, int] = field(init=False, repr=False)
    road_index: dict[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "node_index", {name: i for i, name in enumerate(self.nodes)})
        object.__setattr__(self, "road_index", {name: i for i, name in enumerate(self.roads)})

    @property
    def free_time_s(self) -> Floats:
        return self.length_m / self.free_speed_m_s

    @property
    def saturation_veh_s(self) -> Floats:
        """What each road passes at a green light: a lane's saturation flow, or its capacity where that is more.

        The capacity of a road stands for its own junctions, which the network does not show; at a signal that it does
        show, the signal limits it.
        """
        return np.asarray(np.maximum(self.capacity_veh_s, SATURATION_VEH_S * self.lanes), dtype=np.float64)

    @cached_property
    def pairs(self) -> Pairs:
        roads = np.lexsort((self.end, self.start))
        start, end = self.start[roads], self.end[roads]
        new = np.ones(len(roads), dtype=bool)
        new[1:] = (start[1:] != start[:-1]) | (end[1:] != end[:-1])
        row = np.searchsorted(start[new], np.arange(len(self.nodes) + 1))
        return Pairs(roads.astype(np.int64), np.flatnonzero(new), end[new], row.astype(np.int64))

    @property
    def ways(self) -> Ways:
        """What joins what: roads of either direction are one way."""
        ends = zip(self.start.tolist(), self.end.tolist(), strict=True)
        return Ways(self.node_index, dict(zip(self.roads, ends, strict=True)))

    def into(self, node: int) -> tuple[int, ...]:
        """The roads that lead into a node."""
        return tuple(int(i) for i in np.flatnonzero(self.end == node))

    def nearest(self, x_m: float, y_m: float, among: Sequence[int] | None = None) -> int:
        """The node nearest to a place, as the crow flies; the first of equals."""
        chosen = np.arange(len(self.nodes)) if among is None else np.asarray(among)
        return int(chosen[np.argmin((self.x_m[chosen] - x_m) ** 2 + (self.y_m[chosen] - y_m) ** 2)])


def build_model(city: City, roads: Roads) -> RoadModel:
    """The road files with the city's own coordinates."""
    names = tuple(f"road-node-{node.id}" for node in roads.nodes)
    places = [city.components[name] for name in names]
    index = {node.id: i for i, node in enumerate(roads.nodes)}
    return RoadModel(
        names,
        np.array([place.x_m for place in places], dtype=np.float64),
        np.array([place.y_m for place in places], dtype=np.float64),
        tuple(f"road-{ln.id}" for ln in roads.links),
        np.array([index[ln.start] for ln in roads.links], dtype=np.int64),
        np.array([index[ln.end] for ln in roads.links], dtype=np.int64),
        np.array([ln.length_m for ln in roads.links], dtype=np.float64),
        np.array([ln.free_speed_m_s for ln in roads.links], dtype=np.float64),
        np.array([ln.capacity_veh_s * ln.lanes for ln in roads.links], dtype=np.float64),
        np.array([ln.lanes for ln in roads.links], dtype=np.int64),
    )


def signal_programmes(city: City, model: RoadModel) -> dict[str, Programme]:
    """The programme of every signal. Raises `BadInput` for signals that stand at no road node, or two at one."""
    problems: list[Problem] = []
    taken: dict[int, str] = {}
    programmes: dict[str, Programme] = {}
    for signal in city.of_kind("signal"):
        nodes = [ln.source for ln in city.links_into(signal.id, ROAD) if ln.source in model.node_index]
        if len(nodes) != 1:
            what = _("has {n} road links from road nodes", n=len(nodes))
            fix = _("give it one: the road node it stands at")
            problems.append(Problem(city.name, 0, signal.id, what, fix))
            continue
        node = model.node_index[nodes[0]]
        if node in taken:
            what = _("stands at {nodes}, where {taken} stands already", nodes=nodes[0], taken=taken[node])
            problems.append(Problem(city.name, 0, signal.id, what, _("one signal regulates all approaches of a node")))
            continue
        taken[node] = signal.id
        programmes[signal.id] = two_phases(model, node, signal.number("cycle_s"))
    if problems:
        raise BadInput(problems)
    return programmes


def two_phases(model: RoadModel, node: int, cycle_s: float) -> Programme:
    """A two-phase programme: approaches along the axis of the largest one are green together, the others after them.

    Green is shared in proportion to the largest capacity of each group, as equal degrees of saturation ask for
    (Webster 1958) when flows are in proportion to capacities. Each change of phase costs `LOST_S`.
    """
    approaches = model.into(node)
    if not approaches:
        return Programme(node, (cycle_s,), (), (), (), ())
    starts = model.start[list(approaches)]
    bearings = np.arctan2(model.y_m[starts] - model.y_m[node], model.x_m[starts] - model.x_m[node])
    capacities = model.saturation_veh_s[list(approaches)]
    lanes = tuple(model.lanes[list(approaches)].tolist())
    most = float(capacities.max())
    # Of the largest roads the fastest one, as main roads have the priority signs.
    ranks = np.where(capacities >= most, model.free_speed_m_s[list(approaches)], 0.0)
    axis = float(bearings[int(np.argmax(ranks))])
    # Twice the angle: approaches opposite each other point the same way then.
    along = np.cos(2 * (bearings - axis)) >= -1e-9
    groups = tuple(0 if same else 1 for same in along)
    if len(set(groups)) == 1:
        return Programme(node, (cycle_s,), approaches, groups, tuple(capacities.tolist()), lanes)
    largest = [float(capacities[along].max()), float(capacities[~along].max())]
    greens_s = tuple(value / sum(largest) * cycle_s for value in largest)
    out_veh_s = tuple((capacities * used_share(cycle_s)).tolist())
    return Programme(node, greens_s, approaches, groups, out_veh_s, lanes)


def used_share(cycle_s: float) -> float:
    """Share of a cycle of two phases that is green for somebody."""
    return max(0.1, 1.0 - 2 * LOST_S / cycle_s)
