"""Who leaves when: the car trips of a run, in platoons of equal size; and more of them where a place is cleared."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

import numpy as np

from simulator.city.road_file import DAY_S, Trips
from simulator.contracts.fault import ActiveFault
from simulator.domains.traffic.model import Floats, Ints, RoadModel
from simulator.kernel.clock import Clock
from simulator.kernel.streams import Streams

PLATOONS = ((50_000.0, 5), (200_000.0, 10))
"""Up to so many trips in the run, cars move in platoons of this size (assumption: keeps a day within seconds)."""

LARGEST_PLATOON = 20


@dataclass(frozen=True)
class Departures:
    """Platoons of `size` cars in the order of leaving: when (s since the run began), between which nodes."""

    size: int
    at_s: Floats
    origin: Ints
    destination: Ints


def platoon_size(trips: float) -> int:
    """Cars that move as one, by the number of trips in the run."""
    return next((size for most, size in PLATOONS if trips <= most), LARGEST_PLATOON)


def departures(
    trips: Sequence[Trips], nodes: dict[str, int], clock: Clock, streams: Streams, size: int | None = None
) -> Departures:
    """The platoons of a run: every window of the trip table on every day the run touches.

    Within a day, platoons are drawn from the table by systematic sampling with a random start, so each pair of nodes
    has its trips in the mean and the day has all of them to within one platoon. Times are uniform in the window. A day
    depends on its date and the seed alone, not on when the run begins or ends.
    """
    start_s = np.array([t.start_s for t in trips], dtype=np.float64)
    order = np.argsort(start_s, kind="stable")
    start_s = start_s[order]
    end_s = np.array([t.end_s for t in trips], dtype=np.float64)[order]
    volume = np.array([t.trips for t in trips], dtype=np.float64)[order]
    origin = np.array([nodes[t.origin] for t in trips], dtype=np.int64)[order]
    destination = np.array([nodes[t.destination] for t in trips], dtype=np.int64)[order]
    length_s = (clock.end - clock.begin) / 1000.0
    first_s = -clock.time_of_day_s(clock.begin)
    days = int(np.ceil((length_s - first_s) / DAY_S))
    if size is None:
        size = platoon_size(_within(start_s, end_s, volume, first_s, days, length_s))
    rows, times = [np.zeros(0, dtype=np.int64)], [np.zeros(0)]
    for day in range(days):
        date = (clock.datetime(clock.begin) + timedelta(days=day)).date().isoformat()
        random = streams.stream("traffic", f"demand {date}")
        reached = np.cumsum(volume)
        total = float(reached[-1]) if len(reached) else 0.0
        points = np.arange(random.uniform(0, size), total, size)
        row = np.searchsorted(reached, points, side="right").astype(np.int64)
        rows.append(row)
        times.append(first_s + day * DAY_S + start_s[row] + random.random(len(row)) * (end_s[row] - start_s[row]))
    row, at_s = np.concatenate(rows), np.concatenate(times)
    inside = (at_s >= 0) & (at_s < length_s)
    row, at_s = row[inside], at_s[inside]
    order = np.argsort(at_s, kind="stable")
    return Departures(size, at_s[order], origin[row[order]], destination[row[order]])


def _within(start_s: Floats, end_s: Floats, volume: Floats, first_s: float, days: int, length_s: float) -> float:
    """Expected trips between the run's begin and end."""
    total = 0.0
    for day in range(days):
        low = np.clip(start_s + first_s + day * DAY_S, 0.0, length_s)
        high = np.clip(end_s + first_s + day * DAY_S, 0.0, length_s)
        total += float((volume * (high - low) / (end_s - start_s)).sum())
    return total


BEARABLE = 2.5
"""Above so many times the free-flow time people change their plans: `travel-time-index-acceptable` (U4SSC)."""

ELASTICITY = -0.5
"""Change of traffic with travel time in the short run (Goodwin 1996, doi 10.1007/BF00166218: about -0.5)."""

WALKED_M = 2000.0
"""Up to so far people walk if they do not drive (assumption)."""

MOVED_S = 3600.0
"""Who does not drive now looks again so much later, once (assumption)."""


class Outlook(Protocol):
    """What people know of the roads before they set out."""

    def slower(self, start: int, end: int) -> float:
        """How many times its free-flow time the way takes now, infinite where no open road leads."""
        ...

    def length_m(self, start: int, end: int) -> float:
        """Metres along the roads, closed ones as well: who walks gets past (assumption)."""
        ...


class Travellers:
    """The ordinary trips of a run: who sets out by car, and who walks, leaves later or stays at home instead.

    While the roads are as usual all drive. Where a way takes more than `BEARABLE` times its free-flow time, the share
    that still drives is (time / bearable time) ** `ELASTICITY`; where no open road leads, nobody does. Of the others
    those walk who have no more than `WALKED_M` to go; the rest look again after `MOVED_S` and stay at home if it is
    still too slow for them. `patience` is one number from 0 to 1 for each platoon. Counts are in vehicles.
    """

    def __init__(self, trips: Departures, patience: Floats) -> None:
        self._size = trips.size
        self._rows = [*zip(trips.at_s.tolist(), trips.origin.tolist(), trips.destination.tolist(), strict=True)]
        self._patience: list[float] = patience.tolist()
        self._next = 0
        self._later: list[tuple[float, int]] = []
        self.set_out, self.moved, self.on_foot, self.at_home = 0, 0, 0, 0

    @property
    def wanted(self) -> int:
        """Vehicles whose time has come by now."""
        return self._next * self._size

    @property
    def not_driven(self) -> int:
        """Vehicles of those who did not set out when they meant to."""
        return self.wanted - (self.set_out - self.moved)

    @property
    def waiting(self) -> int:
        """Vehicles of those who look again later."""
        return len(self._later) * self._size

    def due(self, before_s: float, outlook: Outlook | None) -> Iterator[tuple[float, int, int]]:
        """Take out who sets out before this second of the run: when, from which node, to which."""
        while True:
            first = self._rows[self._next][0] if self._next < len(self._rows) else float("inf")
            later = self._later[0][0] if self._later else float("inf")
            if min(first, later) >= before_s:
                return
            if later < first:
                at_s, row = heapq.heappop(self._later)
                again = True
            else:
                at_s, row, again = first, self._next, False
                self._next += 1
            _, start, end = self._rows[row]
            if outlook is None or self._patience[row] <= still_driving(outlook.slower(start, end)):
                self.set_out += self._size
                self.moved += self._size * again
                yield at_s, start, end
            elif not again and outlook.length_m(start, end) <= WALKED_M:
                self.on_foot += self._size
            elif not again:
                heapq.heappush(self._later, (at_s + MOVED_S, row))
            else:
                self.at_home += self._size


def still_driving(slower: float) -> float:
    """Share of the trips that are made by car when the way takes so many times its free-flow time."""
    return 1.0 if slower <= BEARABLE else float((slower / BEARABLE) ** ELASTICITY)


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
