"""The town's roads as a world of UXsim 1.15.1: lets traffic flow, closes roads, darkens signals, reads what happens.

Seo, T. (2025), UXsim: lightweight mesoscopic traffic flow simulator in pure Python; doi 10.21105/joss.07617.
"""

from __future__ import annotations

import importlib.util
import math
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any

import numpy as np

from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.words import Words
from simulator.domains.traffic.demand import Departures, Outlook, Travellers, Waiting
from simulator.domains.traffic.model import Floats, Programme, RoadModel
from simulator.domains.traffic.routes import Mask, next_nodes

_ = Words("simulator.domains.traffic")

ROUTE_UPDATE_S = 1800
"""Time between two updates of the drivers' route preferences; longer is the cheapest saving (assumption)."""

JAM_VEH_M_LANE = 0.2
"""Density of a standing queue: UXsim's default, 5 m a car."""


def require_uxsim() -> None:
    """Raises `BadInput` with what to install if the traffic engine is not there."""
    if importlib.util.find_spec("uxsim") is None:
        what = _("the city has roads, but the traffic engine (uxsim) is not installed")
        raise BadInput([Problem("city.yaml", 0, "roads", what, _("pip install stadtwerk[traffic]"))])


def build_world(
    model: RoadModel,
    platoon: int,
    programmes: Mapping[int, Programme],
    duration_s: float,
    seed: int,
    route_update_s: int = ROUTE_UPDATE_S,
) -> Any:
    """A UXsim world with these roads and signals, ready to run; nobody drives yet."""
    from uxsim import World  # 0.9 s, and an extra of the package

    world = World(
        name="",
        deltan=platoon,
        # A little more than the run: at its last step UXsim would analyse every vehicle.
        tmax=duration_s + 2 * platoon,
        duo_update_time=route_update_s,
        random_seed=seed,
        print_mode=0,
        save_mode=0,
        show_mode=0,
        vehicle_logging_timestep_interval=-1,
        cpp=True,
    )
    # After each call UXsim copies the state of every vehicle into Python. Without that, VEHICLES_LIVING,
    # VEHICLES_RUNNING and the analyzer's average speed go stale; nothing here reads them.
    world._sync_from_cpp = lambda: None
    # Nor are the grids behind UXsim's diagrams wanted, which cost a hundred megabytes for 1,500 roads.
    world._skip_analyzer_setup = True
    phase, leaving = {}, model.capacity_veh_s.tolist()
    for programme in programmes.values():
        for road, group, out in zip(programme.approaches, programme.groups, programme.out_veh_s, strict=True):
            phase[road], leaving[road] = group, out
    entering = model.saturation_veh_s.tolist()
    for i, name in enumerate(model.nodes):
        greens = list(programmes[i].greens_s) if i in programmes else [0]
        world.addNode(name, float(model.x_m[i]), float(model.y_m[i]), signal=greens)
    for i, name in enumerate(model.roads):
        world.addLink(
            name,
            model.nodes[model.start[i]],
            model.nodes[model.end[i]],
            length=float(model.length_m[i]),
            free_flow_speed=float(model.free_speed_m_s[i]),
            jam_density_per_lane=JAM_VEH_M_LANE,
            number_of_lanes=int(model.lanes[i]),
            capacity_in=entering[i],
            capacity_out=leaving[i],
            signal_group=phase.get(i, 0),
        )
    world.finalize_scenario()
    return world


SAMPLE_S = 60.0
"""Time between two looks at all roads; with cycles of 90 s they meet a signal in different phases (assumption)."""

LINK_SAMPLES = 5
"""Looks that a road's speed is the mean of: 5 minutes."""

INDEX_SAMPLES = 15
"""Looks that the travel-time index is the mean of: 15 minutes, the Highway Capacity Manual's analysis period."""

CRAWL = 0.01
"""Least speed as a share of the free one when a travel time is derived from it, as in UXsim."""

NEXT_TO_NOTHING_VEH_S = 1e-9
"""Capacity of a road that takes nobody in within a lifetime, but is not zero."""

PRIOR_PLATOONS = 1.0
"""Weight, in platoons seen at one look, of the belief that a road flows freely (assumption). Without it the one car
that waits at a red light on an empty street would make that street a hundred times slower."""


@dataclass(frozen=True, slots=True)
class Passing:
    """How a junction works otherwise than by its signal's programme.

    `out_veh_s` and `delay_s` are what each road into it passes and what each car on it loses, in the order of
    `RoadModel.into`; `greens_s` where a signal still changes, its greens in seconds. `regular` is a programme of the
    signal's own, only a slower one.
    """

    out_veh_s: tuple[float, ...]
    delay_s: tuple[float, ...]
    greens_s: tuple[float, ...] | None = None
    regular: bool = False


class Engine:
    """One run of UXsim. Time is in seconds since the run began and only goes on in `advance`.

    What is set on roads and junctions waits until time goes on, so a closure that is lifted at the same instant leaves
    no trace. Roads and nodes are numbered as in the model.
    """

    def __init__(
        self,
        model: RoadModel,
        trips: Departures,
        programmes: Mapping[int, Programme],
        duration_s: float,
        seed: int,
        route_update_s: int = ROUTE_UPDATE_S,
        patience: Floats | None = None,
    ) -> None:
        require_uxsim()
        self._model = model
        self.platoon = trips.size
        self.solves = 0
        self.travellers = Travellers(trips, np.zeros(len(trips.at_s)) if patience is None else patience)
        self.outlook: Outlook | None = None
        self._world = build_world(model, trips.size, programmes, duration_s, seed, route_update_s)
        self._step_s = float(self._world.DELTAT)
        from uxsim.uxsim_cpp_wrapper import _add_demand

        self._add, self._flow = _add_demand, float(self._world.DELTAN / self._world.DELTAT)
        self._programmes = dict(programmes)
        self._roads = [link._cpp_link for link in self._world.LINKS]
        self._entering = [link.capacity_in for link in self._world.LINKS]
        self._leaving = [link.capacity_out for link in self._world.LINKS]
        roads = len(model.roads)
        self._share, self._applied_share = np.ones(roads), np.ones(roads)
        self._asked, self._any_closed = False, False
        self.waiting = Waiting(trips.size)
        self._passing: dict[int, Passing] = {}
        self._applied_passing: dict[int, Passing] = {}
        self._free_m_s = model.free_speed_m_s.copy()
        self._samples = 0
        self._count = np.zeros((INDEX_SAMPLES, roads))
        self._moved = np.zeros((INDEX_SAMPLES, roads))
        self._fresh: deque[tuple[list[int], list[float]]] = deque(maxlen=INDEX_SAMPLES)
        self._totals = deque([(0.0, 0.0)], maxlen=INDEX_SAMPLES + 1)
        self._speed: Floats | None = model.free_speed_m_s.copy()

    # what the town does to its roads

    def set_share(self, road: int, share: float) -> None:
        """The road takes in this share of its capacity from now on; with 0 nobody gets in."""
        self._share[road] = share
        self._asked = True

    def set_passing(self, node: int, passing: Passing | None) -> None:
        """The junction works like this without its signal; None is back to the signal's programme."""
        self._asked = True
        if passing is None:
            self._passing.pop(node, None)
        else:
            self._passing[node] = passing

    def advance(self, until_s: float) -> None:
        """Let traffic flow until `until_s`, and look at the roads every `SAMPLE_S`, whoever calls and when."""
        while (due := (self._samples + 1) * SAMPLE_S) <= until_s:
            self._run(due)
            self._sample()
        self._run(until_s)

    # what can be seen

    @property
    def lumped(self) -> int:
        """Roads that hold fewer vehicles than a platoon has, in a run whose platoons are larger than one vehicle."""
        holds = self._model.length_m * self._model.lanes * JAM_VEH_M_LANE
        return 0 if self.platoon <= 1 else int((holds < self.platoon).sum())

    @property
    def time_s(self) -> float:
        """Seconds of traffic lived through, in whole steps of the engine."""
        return float(self._world.TIME)

    @property
    def share(self) -> Floats:
        """Share of its capacity that each road has."""
        return self._share

    @property
    def is_open(self) -> Mask:
        return self._share > 0

    @property
    def vehicles(self) -> Floats:
        """Vehicles on each road at the last look."""
        self._gather()
        last: Floats = self._count[self._samples % INDEX_SAMPLES - 1]
        return last * self.platoon

    @property
    def speed_m_s(self) -> Floats:
        """Mean speed on each road over the last 5 minutes, in vehicle-metres by vehicle-seconds (Edie 1963)."""
        if self._speed is None:
            self._gather()
            recent = [(self._samples - 1 - back) % INDEX_SAMPLES for back in range(LINK_SAMPLES)]
            seen, driven = self._count[recent].sum(axis=0), self._moved[recent].sum(axis=0)
            self._speed = (driven + PRIOR_PLATOONS * self._free_m_s) / (seen + PRIOR_PLATOONS)
        return self._speed

    @property
    def travel_time_s(self) -> Floats:
        """Seconds to drive along each road at its mean speed; free flow where nobody drove."""
        return self._model.length_m / np.maximum(self.speed_m_s, CRAWL * self._model.free_speed_m_s)

    def travel_time_index(self) -> float:
        """Time spent by all who drive or wait to set out, over the time the same ways take at free flow.

        Vehicle-seconds and vehicle-metres of the last 15 minutes come from the engine's own sums; the free-flow speed
        is that of the roads driven on, weighted by distance. 1 when nobody drives; a platoon that always flows freely
        is added, so that the last car of the night at a red light is no congestion. Definition after the U4SSC
        indicators: travel time in the peak over travel time at free flow.
        """
        stood, drove = (now - then for now, then in zip(self._totals[-1], self._totals[0], strict=True))
        if stood <= 0:
            return 1.0
        self._gather()
        moved, free = self._moved.sum(axis=0), self._model.free_speed_m_s
        free_m_s = float(moved.sum() / (moved / free).sum()) if moved.any() else float(free.mean())
        prior = PRIOR_PLATOONS * (len(self._totals) - 1) * SAMPLE_S / self._step_s
        return max(1.0, (stood + prior) / (drove / free_m_s + prior))

    def flow_veh_h(self, roads: Sequence[int] | None = None, window_s: float = 300.0) -> Floats:
        """Vehicles an hour that left these roads (all if not given) in the last `window_s`, counted.

        Costs some microseconds a road, because UXsim hands out its whole curve.
        """
        chosen = self._roads if roads is None else [self._roads[road] for road in roads]
        last = int(self._world.T) - 1
        steps = min(last, round(window_s / self._step_s))
        if steps <= 0:
            return np.zeros(len(chosen))
        counts = [curve[last] - curve[last - steps] for road in chosen for curve in [road.get_cum_departure_np()]]
        return np.array(counts, dtype=np.float64) * 3600.0 / (steps * self._step_s)

    def saturated(self, road: int) -> bool:
        """Whether at least as many came onto a narrowed road in the last 15 minutes as it takes in, to one platoon:
        who else wanted to has to queue before it. A closed road is not narrowed."""
        share, last = float(self._share[road]), int(self._world.T) - 1
        steps = min(last, round(INDEX_SAMPLES * SAMPLE_S / self._step_s))
        if not 0.0 < share < 1.0 or steps <= 0:
            return False
        curve = self._roads[road].get_cum_arrival_np()
        came = float(curve[last] - curve[last - steps])
        allowed = share * float(self._model.capacity_veh_s[road]) * steps * self._step_s
        return came > 0 and came + self.platoon > allowed

    def regulated(self, node: int) -> bool:
        """Whether a junction works otherwise than by its signal's programme."""
        passing = self._passing.get(node)
        return passing is not None and not passing.regular

    def close(self) -> None:
        """Give the memory back. UXsim's world, roads and nodes hold each other, so the ring is cut by hand."""
        world, self._world, self._roads = self._world, None, []
        if world is None:
            return
        for thing in (*world.LINKS, *world.NODES):
            thing.__dict__.clear()
        world.__dict__.clear()

    # inside

    def _run(self, until_s: float) -> None:
        """Take every step that begins before `until_s`."""
        last = math.ceil(until_s / self._step_s - 1e-9) - 1
        if last < self._world.T:
            return
        self._apply()
        nodes, before_s = self._model.nodes, (last + 1) * self._step_s
        for at_s, start, end in (
            *self.travellers.due(before_s, self.outlook),
            *(self.waiting.due(before_s) if self.waiting else ()),
        ):
            # On a whole step, or rounding may make two platoons of one or none.
            at = int(max(at_s // self._step_s, float(self._world.T))) * self._step_s
            # UXsim's own `addVehicle` makes a Python object of each besides, which costs more than driving it.
            self._add(self._world._cpp_world, nodes[start], nodes[end], at, at + self._step_s, self._flow, [])
        self._world.exec_simulation(until_t=last * self._step_s)
        self.solves += 1

    def _apply(self) -> None:
        """Bring the engine to what was set since time last went on, and keep closed roads closed."""
        if not (self._asked or self._any_closed):
            return
        self._asked, world = False, self._world
        for road in np.flatnonzero((self._share != self._applied_share) | (self._share == 0)):
            link, share = world.LINKS[road], float(self._share[road])
            open_veh_s = self._entering[road] if share >= 1 else float(self._model.capacity_veh_s[road]) * share
            link.capacity_in = open_veh_s or self._shut(int(road))
            if share == 0:
                link.capacity_in_remain = 0.0
        newly = np.flatnonzero((self._share == 0) & (self._applied_share > 0))
        if len(newly):
            self._turn_away(newly)
        self._applied_share[:] = self._share
        self._any_closed = not self._share.all()
        for node in sorted(self._passing.keys() | self._applied_passing.keys()):
            if self._passing.get(node) != self._applied_passing.get(node):
                self._regulate(node, self._applied_passing.get(node), self._passing.get(node))
        self._applied_passing = dict(self._passing)

    def _shut(self, road: int) -> float:
        """The capacity of a closed road. Those on it drive on to its end.

        Zero is what UXsim's route search takes as closed, but for all roads between the same two nodes. Beside an open
        one it is next to nothing instead: drivers at the node find the open one.
        """
        model = self._model
        beside = (model.start == model.start[road]) & (model.end == model.end[road])
        return NEXT_TO_NOTHING_VEH_S if (self._share[beside] > 0).any() else 0.0

    def _regulate(self, node: int, before: Passing | None, passing: Passing | None) -> None:
        """Switch a junction between its signal and a passage without it."""
        speed = self.speed_m_s  # of the look before, at the free speeds of then
        own = self._programmes[node].greens_s if node in self._programmes else None
        was, now = (own if how is None else how.greens_s for how in (before, passing))
        if was != now:
            # One phase for all is no signal at all in UXsim.
            self._world.NODES[node].override_signal(list(now or (0.0,)), reset=True)
        for i, road in enumerate(self._model.into(node)):
            link = self._world.LINKS[road]
            link.capacity_out = self._leaving[road] if passing is None else passing.out_veh_s[i]
            free_m_s, length_m = float(self._model.free_speed_m_s[road]), float(self._model.length_m[road])
            if passing is not None and passing.delay_s[i] > 0:
                free_m_s = length_m / (length_m / free_m_s + passing.delay_s[i])
            if free_m_s != self._free_m_s[road]:
                link.change_free_flow_speed(free_m_s)
                self._free_m_s[road] = free_m_s
        self._speed = speed

    def _turn_away(self, closed: np.ndarray) -> None:
        """Those who would have taken a road just closed choose anew at once, by the times as they are.

        UXsim itself would let them wait before the closure until its next route update, and block all behind them.
        Where no other way leads to a destination they do wait.
        """
        world, model = self._world._cpp_world, self._model
        liked = np.array(world.route_preference)
        hit = np.flatnonzero(liked[:, closed].any(axis=1))
        if not len(hit):
            return
        after = next_nodes(model, self.travel_time_s, self.is_open, hit)[:, model.start]
        reached = after >= 0
        liked[hit] = np.where(reached, (after == model.end) & self.is_open, liked[hit])
        world.route_preference = liked.tolist()

    def _sample(self) -> None:
        counts = [road.vehicle_count for road in self._roads]
        self._fresh.append((counts, [road.avg_speed for road in compress(self._roads, counts)]))
        self._samples += 1
        world = self._world._cpp_world
        self._totals.append((world.stat_sample_count, world.ave_v_sum))
        self._speed = None

    def _gather(self) -> None:
        """Put the looks that nobody has asked about yet into the arrays."""
        first = self._samples - len(self._fresh)
        for look, (counts, speeds) in enumerate(self._fresh, first):
            count, moved = self._count[look % INDEX_SAMPLES], self._moved[look % INDEX_SAMPLES]
            count[:] = counts
            moved[:] = 0.0
            driven = count.nonzero()[0]
            moved[driven] = count[driven] * speeds
        self._fresh.clear()
