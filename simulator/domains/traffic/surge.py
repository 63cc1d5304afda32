"""More cars than on an ordinary day: who leaves a place that is cleared, or comes to one where something is on."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

import numpy as np

from simulator.city.road_file import Trips
from simulator.contracts.fault import ActiveFault
from simulator.domains.traffic.demand import Departures
from simulator.domains.traffic.model import RoadModel
from simulator.kernel.streams import Streams


class Surges:
    """Draws the platoons of a surge.

    The near ends of its trips are the junctions within a radius, all alike; the far ends are those where the trips of
    an ordinary day end (or begin), by their number. Times are uniform over the surge. All of it depends on the seed,
    the place and the cause alone.
    """

    def __init__(self, model: RoadModel, trips: Sequence[Trips], size: int, streams: Streams) -> None:
        self._model, self._size, self._streams = model, size, streams
        names = {name.removeprefix("road-node-"): i for name, i in model.node_index.items()}
        self._ends, self._begins = np.zeros(len(model.nodes)), np.zeros(len(model.nodes))
        for one in trips:
            self._ends[names[one.destination]] += one.trips
            self._begins[names[one.origin]] += one.trips

    def departures(self, fault: ActiveFault, begin_s: float) -> Departures:
        """The platoons of a surge that begins at `begin_s` seconds of the run, in the order of leaving."""
        model, away = self._model, fault.parameters["direction"] == "away"
        centre = model.node_index[fault.target]
        near = np.hypot(model.x_m - model.x_m[centre], model.y_m - model.y_m[centre]) <= fault.number("radius_m")
        near[centre] = True
        weight = np.where(near, 0.0, self._ends if away else self._begins)
        if not weight.any():
            weight = np.where(near, 0.0, 1.0)
        random = self._streams.stream(fault.target, f"demand-surge {fault.cause}")
        count = max(1, round(fault.number("vehicles") / self._size)) if weight.any() else 0
        here = np.flatnonzero(near)[random.integers(int(near.sum()), size=count)]
        reached = np.cumsum(weight)
        there = np.searchsorted(reached, random.uniform(0.0, reached[-1], size=count), side="right")
        at_s = begin_s + np.sort(random.random(count)) * fault.number("over_s")
        first, last = (here, there) if away else (there, here)
        return Departures(self._size, at_s, first.astype(np.int64), last.astype(np.int64))


class Waiting:
    """Cars of surges that have not set out yet, by cause. `left` counts those that have, in vehicles."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._cars: dict[str, deque[tuple[float, int, int]]] = {}
        self.left: dict[str, int] = {}

    def __bool__(self) -> bool:
        return bool(self._cars)

    def set_out(self, cause: str, more: Departures) -> None:
        """These set out as well, each when its time has come."""
        ends = zip(more.origin.tolist(), more.destination.tolist(), strict=True)
        self._cars[cause] = deque((at, *pair) for at, pair in zip(more.at_s.tolist(), ends, strict=True))
        self.left[cause] = 0

    def stay(self, cause: str) -> None:
        """Those of this cause that are still there stay at home."""
        self._cars.pop(cause, None)
        self.left.pop(cause, None)

    def due(self, before_s: float) -> Iterator[tuple[float, int, int]]:
        """Take out who sets out before this second of the run: when, from which node, to which."""
        for cause, cars in list(self._cars.items()):
            while cars and cars[0][0] < before_s:
                self.left[cause] += self._size
                yield cars.popleft()
            if not cars:
                del self._cars[cause]
