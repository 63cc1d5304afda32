"""What is measured in the water network: quantities for sensors, service levels for people, volumes for lifelines."""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Mapping
from functools import partial

import numpy as np
from numpy.typing import NDArray

from simulator.contracts.city import City
from simulator.contracts.component import Component
from simulator.contracts.level import ServiceLevel
from simulator.contracts.registry import registry
from simulator.coupling.networks import Ways
from simulator.coupling.runtime import Quantity, Runtime
from simulator.domains.ict.catalogue import FALSE_READING
from simulator.domains.water.catalogue import DOMAIN as WATER_DOMAIN
from simulator.domains.water.catalogue import (
    DRINKABLE,
    PEAK_DEMAND,
    PRESSURE,
    REQUIRED_PRESSURE,
    RUNNING,
    SET_POINT_TAMPERED,
    WATER_PRESSURE,
    WATER_SUPPLY,
)
from simulator.domains.water.commands import Falsified
from simulator.domains.water.drains import hole_m2
from simulator.domains.water.engine import WaterEngine
from simulator.domains.water.model import WaterNetwork
from simulator.domains.water.powers import powers

USUAL_M_S = 1.0
"""Speed of the water in a main (assumption: usual design speeds are 0.5 to 2 m/s)."""


def capacities(network: WaterNetwork, kinds: Mapping[str, str], where: Mapping[str, int]) -> dict[str, float]:
    """Flow in m3/s by component id: a pipe's cross-section at a usual speed; what stands between pipes has its largest.

    `kinds` and `where` give each component's kind and its place among the nodes or links.
    """
    pipe = [math.pi / 4 * diameter**2 * USUAL_M_S for diameter in network.diameter_m.tolist()]
    at_node = [max((pipe[link] for link in links), default=0.0) for links in network.links_at]
    found = {}
    for name, place in where.items():
        if kinds[name] in ("junction", "tank", "reservoir"):
            found[name] = at_node[place]
        elif kinds[name] == "pipe":
            found[name] = pipe[place]
        else:
            found[name] = max(at_node[int(node)] for node in network.ends[place])
    return found


def ways(network: WaterNetwork, kinds: Mapping[str, str], where: Mapping[str, int]) -> Ways:
    """What joins what, `kinds` and `where` as for `capacities`."""
    ends = network.ends.tolist()
    nodes = {name: place for name, place in where.items() if kinds[name] in ("junction", "tank", "reservoir")}
    holes = set(network.holes.values())

    def far(link: int) -> int:
        """The last node of a pipe, the pieces into which holes split it passed over."""
        end = int(ends[link][1])
        while end in holes:
            link = next(one for one in network.links_at[end] if one != link)
            end = int(ends[link][1])
        return end

    edges = {name: (int(ends[place][0]), far(place)) for name, place in where.items() if name not in nodes}
    return Ways(nodes, edges, frozenset(name for name in edges if kinds[name] == "pipe"))


def peaking(city: City) -> tuple[Component, ...]:
    """The components at which a peak of the whole network's demand is declared."""
    return city.of_kind(*registry().types_that(lambda of: of.fault(PEAK_DEMAND.name) is not None))


_NO_DEMAND_M3_S = 1e-12
_SAME = 1e-9
"""Less than this part of a demand is missed by nobody."""


class _Sums:
    """Sums of several vectors by group, in one go. `groups` says for each vector which entry belongs to which of the
    `count` groups; the last group is no entry's own but the sum of all."""

    def __init__(self, groups: tuple[NDArray[np.int64], ...], count: int) -> None:
        self._shape = (len(groups), count)
        self._bins = np.concatenate([rows + i * count for i, rows in enumerate(groups)])

    def of(self, *vectors: NDArray[np.float64]) -> NDArray[np.float64]:
        """Shape (vectors, groups)."""
        cells = self._shape[0] * self._shape[1]
        sums = np.bincount(self._bins, np.concatenate(vectors), minlength=cells).astype(np.float64, copy=False)
        sums = sums.reshape(self._shape)
        sums[:, -1] = [vector.sum() for vector in vectors]
        return sums


class _Rows:
    """Some rows of an array of the engine, taken when they are first asked for after each reading of the engine."""

    def __init__(self, engine: WaterEngine, source: NDArray[np.float64] | NDArray[np.bool_], rows: NDArray[np.int64]):
        self._engine, self._source, self._rows = engine, source, rows
        self._seen = -1
        self._values = np.zeros(len(rows))

    def read(self) -> NDArray[np.float64]:
        if self._seen != self._engine.reads:
            self._seen = self._engine.reads
            self._values = self._source.take(self._rows).astype(np.float64, copy=False)
        return self._values


class _Shares:
    """The level of some tanks as a share of the height between the lowest and the highest level allowed."""

    def __init__(self, engine: WaterEngine, rows: NDArray[np.int64]):
        network = engine.network
        self._level, self._rows = engine.level_m, rows
        self._lowest = network.tank_min_m[rows]
        self._height = np.maximum(network.tank_max_m[rows] - self._lowest, 1e-9)

    def read(self) -> NDArray[np.float64]:
        share: NDArray[np.float64] = np.clip((self._level[self._rows] - self._lowest) / self._height, 0.0, 1.0)
        return share


class Measures:
    """Vectors over the city's water components, refreshed after each solve.

    Registers, for junctions `pressure_m`, `demand_m3_s` (delivered), `drawn_m3` (in all), `tap_share` (of the demand,
    where people live), `leak_m3_s` (for pipes as well), `through_m3_s`
    (for pipes, tanks and sources as well) and, if the engine has it,
    `water_age_s`; for tanks `level_m`, `level_share`, `volume_m3`; for pipes, pumps and valves `flow_m3_s`; for pumps
    `pump_running` (0 or 1) and `power_w`; for districts `water_supply_ratio`, `water_pressure_ratio` and
    `tank_volume_m3` (above the tanks' minimum level); for tanks `drain_m3_s`; for districts, and for all nodes,
    `contaminated_share`; at the waterworks what the whole network delivers, `delivered_m3_s`, and what of that is
    beyond the usual, `beyond_usual_m3_s`; at pumps, valves and the waterworks that command them `off_command`; at
    gateways whose readings controls act on `false_reading_m`.
    """

    def __init__(
        self,
        runtime: Runtime,
        engine: WaterEngine,
        where: Mapping[str, int],
        devices: Callable[[str], tuple[str, ...]],
        falsified: Falsified,
    ) -> None:
        self._rt, self._engine, self._where = runtime, engine, where
        self._devices, self._falsified = devices, falsified
        city, network = runtime.city, engine.network
        self._required_m = city.setting(WATER_DOMAIN, REQUIRED_PRESSURE)
        junctions, tanks = city.of_kind("junction"), city.of_kind("tank")
        self._tank_row = {int(node): i for i, node in enumerate(network.tanks)}
        self._nodes = self._places("junction")
        tank_rows = np.array([self._tank_row[where[c.id]] for c in tanks], dtype=np.int64)
        pump_row = {int(link): i for i, link in enumerate(network.pumps)}
        pump_rows = np.array([pump_row[where[c.id]] for c in city.of_kind("pump")], dtype=np.int64)
        self._register("pressure_m", "m", ("junction",), engine.pressure_m, self._nodes)
        self._register("demand_m3_s", "m3/s", ("junction",), engine.delivered_m3_s, self._nodes)
        self._register("leak_m3_s", "m3/s", ("junction",), engine.leak_m3_s, self._nodes)
        holed = tuple(c.id for c in city.of_kind("pipe"))
        if holed:
            runtime.quantities.register(Quantity("leak_m3_s", "m3/s", holed, self._leaks_of_pipes))
        for kinds, read in ((("junction", "tank", "reservoir"), self._through), (("pipe",), self._along)):
            of = city.of_kind(*kinds)
            if of:
                rows = np.array([where[c.id] for c in of], dtype=np.int64)
                names = tuple(c.id for c in of)
                runtime.quantities.register(Quantity("through_m3_s", "m3/s", names, partial(read, rows)))
        works = tuple(c.id for c in peaking(city))
        if works:
            runtime.quantities.register(
                Quantity("delivered_m3_s", "m3/s", works, lambda: np.full(len(works), engine.delivered_m3_s.sum()))
            )
            runtime.quantities.register(
                Quantity("beyond_usual_m3_s", "m3/s", works, lambda: np.full(len(works), self._beyond_usual()))
            )
        self._register_what_is_forged()
        if engine.water_age:
            self._register("water_age_s", "s", ("junction",), engine.age_s, self._nodes)
        self._register("level_m", "m", ("tank",), engine.level_m, tank_rows)
        if len(tank_rows):
            shares = _Shares(engine, tank_rows).read
            runtime.quantities.register(Quantity("level_share", "1", tuple(c.id for c in tanks), shares))
        self._register("volume_m3", "m3", ("tank",), engine.volume_m3, tank_rows)
        self._register("drain_m3_s", "m3/s", ("tank",), engine.drains.rate_m3_s, tank_rows)
        holders = ("junction", "tank", "reservoir")
        self._register("contaminated_share", "1", holders, engine.contaminated_share, self._places(*holders))
        lines = ("pipe", "pump", "valve")
        self._register("flow_m3_s", "m3/s", lines, engine.flow_m3_s, self._places(*lines))
        self._register(RUNNING, "1", ("pump",), engine.link_open, network.pumps[pump_rows])
        self._register("power_w", "W", ("pump",), engine.pump_power_w, pump_rows)

        self._row = {district: i for i, district in enumerate(city.districts)}
        outside = len(self._row)  # components in no district: they count for the city only
        node_row = np.array([self._row.get(c.district, outside) for c in junctions], dtype=np.int64)
        tank_district = np.array([self._row.get(c.district, outside) for c in tanks], dtype=np.int64)
        self._weight = network.mean_demand_m3_s[self._nodes]
        self._sums = _Sums((node_row, node_row, tank_district), outside + 2)
        self._weight_sums = _Sums((node_row,), outside + 2)
        self._weight_sum = self._weight_sums.of(self._weight)[0]
        self._enough = np.ones(len(self._nodes), dtype=np.bool_)
        self._drinkers = np.flatnonzero(self._weight > 0)
        self._meter = runtime.consumers.meter(
            WATER_SUPPLY,
            "m3/s",
            [junctions[i].id for i in self._drinkers],
            self._weight[self._drinkers],
        )
        homes = tuple(junctions[i].id for i in self._drinkers)
        self._tapped: tuple[int, NDArray[np.float64]] = -1, np.ones(len(homes))
        if homes:
            runtime.quantities.register(Quantity("tap_share", "1", homes, self._tap_shares))
        self._register("drawn_m3", "m3", ("junction",), engine.drawn_m3, self._nodes)
        self._tank_rows, self.tanks = tank_rows, tuple(c.id for c in tanks)
        self._usable_m3 = np.maximum(network.tank_max_volume_m3 - network.tank_min_volume_m3, 1e-9)
        self._supply, self._pressure = np.ones(outside + 2), np.ones(outside + 2)  # districts, none, the whole city
        self._stored, self._undrinkable = np.zeros(outside + 2), np.zeros(outside + 2)
        self._traced = False
        names = tuple(self._row)
        for name, unit, values in (
            ("water_supply_ratio", "1", self._supply),
            ("water_pressure_ratio", "1", self._pressure),
            ("tank_volume_m3", "m3", self._stored),
            ("contaminated_share", "1", self._undrinkable),
        ):
            runtime.quantities.register(Quantity(name, unit, names, values[:outside].view))
        self._levels = tuple(
            (level, level.measure == WATER_SUPPLY, self._level_row(level))
            for level in city.levels_of(WATER_DOMAIN)
            if level.measure in (WATER_SUPPLY, WATER_PRESSURE)
        )
        self._minima = tuple(dict.fromkeys(level.minimum for level, is_supply, _ in self._levels if is_supply))

    def refresh(self, cause: int | None) -> None:
        """Take over the engine's last solution and record the service levels."""
        engine = self._engine
        required = np.maximum(engine.required_m3_s.take(self._nodes), 0.0)
        delivered = np.minimum(np.maximum(engine.delivered_m3_s.take(self._nodes), 0.0), required)
        enough = engine.pressure_m.take(self._nodes) >= self._required_m
        stored = np.maximum(engine.volume_m3 - engine.network.tank_min_volume_m3, 0.0)[self._tank_rows]
        needed, had, self._stored[:] = self._sums.of(required, delivered, stored)
        self._supply[:] = _ratio(had, needed)
        if not np.array_equal(enough, self._enough):  # which is rare
            self._enough = enough
            self._pressure[:] = _ratio(self._weight_sums.of(self._weight * enough)[0], self._weight_sum)
        if engine.traced or self._traced:
            self._traced = engine.traced
            bad = engine.contaminated_share.take(self._nodes) > DRINKABLE
            undrinkable, all_of_it = self._weight_sums.of(delivered * bad)[0], self._weight_sums.of(delivered)[0]
            self._undrinkable[:] = undrinkable / np.maximum(all_of_it, _NO_DEMAND_M3_S)
        here = self._drinkers
        pressure_m = {PRESSURE: engine.pressure_m.take(self._nodes[here])}
        self._meter.note(required[here], delivered[here], pressure_m, self._powers())
        supply, pressure = self._supply.tolist(), self._pressure.tolist()
        thirsty = {minimum: self._living(delivered < minimum * required * (1 - _SAME)) for minimum in self._minima}
        for level, is_supply, row in self._levels:
            value, lack = (
                (supply[row], thirsty[level.minimum][row]) if is_supply else (pressure[row], 1 - pressure[row])
            )
            self._rt.levels.record(level.id, value, cause, level.people * lack)

    def _living(self, here: NDArray[np.bool_]) -> list[float]:
        """The share of the people, by district, who live at these junctions: by the water that they usually draw."""
        if not here.any():
            return [0.0] * len(self._weight_sum)
        of = self._weight_sums.of(self._weight * here)[0] / np.maximum(self._weight_sum, _NO_DEMAND_M3_S)
        shares: list[float] = of.tolist()
        return shares

    def _powers(self) -> dict[str, float]:
        engine, network = self._engine, self._engine.network
        starts, stops = network.ends[network.pumps].T
        return powers(
            engine.delivered_m3_s[self._nodes],
            engine.head_m[self._nodes],
            engine.pressure_m[self._nodes],
            engine.required_pressure_m,
            engine.source_m3_s,
            engine.head_m[network.reservoirs],
            engine.flow_m3_s[network.pumps],
            engine.head_m[stops] - engine.head_m[starts],
        )

    def _tap_shares(self) -> NDArray[np.float64]:
        """The same at all junctions where people live."""
        engine, rows = self._engine, self._nodes[self._drinkers]
        if self._tapped[0] == engine.reads:
            return self._tapped[1]
        required, low, high = engine.required_m3_s[rows], engine.minimum_pressure_m, engine.required_pressure_m
        head = np.clip((engine.pressure_m[rows] - low) / (high - low), 0.0, 1.0) ** engine.pressure_exponent
        got = np.divide(engine.delivered_m3_s[rows], required, out=head, where=required > _NO_DEMAND_M3_S)
        self._tapped = engine.reads, np.clip(got, 0.0, 1.0)
        return self._tapped[1]

    def share_at(self, node: int) -> float:
        """Share of a demand at this node that is delivered, also where nobody draws water just now."""
        engine = self._engine
        required = float(engine.required_m3_s[node])
        if required > _NO_DEMAND_M3_S:
            return min(1.0, max(0.0, float(engine.delivered_m3_s[node]) / required))
        low, high = engine.minimum_pressure_m, engine.required_pressure_m
        head = min(1.0, max(0.0, (float(engine.pressure_m[node]) - low) / (high - low)))
        return float(head**engine.pressure_exponent)

    def drinkable_at(self, node: int) -> bool:
        """Whether the water at this node may be drunk."""
        return float(self._engine.contaminated_share[node]) <= DRINKABLE

    def undrinkable_of(self) -> dict[str, float]:
        """The share of the water delivered in each district that may not be drunk."""
        return dict(zip(self._row, self._undrinkable.tolist(), strict=False))

    def tank_shares(self) -> list[float]:
        """The share of its usable volume that is filled, for each of `tanks`."""
        engine = self._engine
        shares = (engine.volume_m3 - engine.network.tank_min_volume_m3) / self._usable_m3
        filled: list[float] = shares[self._tank_rows].tolist()
        return filled

    def tanks_filled(self) -> list[bool]:
        """Whether each of `tanks` lets water out."""
        filled: list[bool] = self._engine.tank_filled[self._tank_rows].tolist()
        return filled

    def tank_rows_but(self, names: Container[str]) -> list[int]:
        """The engine's rows of `tanks`, without those named."""
        return [row for tank, row in zip(self.tanks, self._tank_rows.tolist(), strict=True) if tank not in names]

    def _through(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """What passes through these nodes: half of all that flows in and out, with what is taken there."""
        engine, (a, b) = self._engine, self._engine.network.ends.T
        moved, nodes = np.abs(engine.flow_m3_s), len(engine.network.nodes)
        taken = np.abs(engine.delivered_m3_s) + np.abs(engine.leak_m3_s)
        at_ends = np.bincount(a, moved, minlength=nodes) + np.bincount(b, moved, minlength=nodes)
        return np.asarray(0.5 * (at_ends + taken)[rows], dtype=np.float64)

    def _register_what_is_forged(self) -> None:
        rt, forged = self._rt, SET_POINT_TAMPERED.name
        takers = registry().types_that(lambda of: of.fault(forged) is not None)
        switched = tuple(one.id for one in rt.city.of_kind(*takers))
        if switched:
            rt.quantities.register(Quantity("off_command", "1", switched, lambda: self._off_command(switched)))
        gateways = tuple(one for one in self._falsified.gateways if one in rt.city.components)
        if gateways:
            rt.quantities.register(Quantity(FALSE_READING, "m", gateways, lambda: self._false_m(gateways)))

    def _beyond_usual(self) -> float:
        """What all get of their demand beyond that of an ordinary day (m3/s); none where they lack water."""
        engine, peak = self._engine, self._engine.demand_factor
        usual = engine.required_m3_s[self._nodes] / peak if peak > 0 else engine.required_m3_s[self._nodes]
        return float(np.maximum(engine.delivered_m3_s[self._nodes] - usual, 0.0).sum())

    def _off_command(self, names: tuple[str, ...]) -> NDArray[np.float64]:
        """For each device, or for all that a control room commands, how many are made to do something else."""
        off, where = self._engine.overrides.off_command, self._where
        return np.array([float(sum(off(where[device]) for device in self._devices(name))) for name in names])

    def _false_m(self, gateways: tuple[str, ...]) -> NDArray[np.float64]:
        """The largest error (m) with which controls see a level or pressure behind each gateway."""
        return np.array([max(map(self._error_m, self._falsified.behind(name)), default=0.0) for name in gateways])

    def _error_m(self, name: str) -> float:
        node = self._where.get(name)
        if node is None or not self._engine.overrides.acting_on(node):
            return 0.0
        gain, offset = self._falsified.reading(name)
        true = float(self._engine.pressure_m[node])  # that of a tank is its level
        return abs(true * gain + offset - true)

    def _along(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        passing: NDArray[np.float64] = np.abs(self._engine.flow_m3_s[rows])
        return passing

    def _leaks_of_pipes(self) -> NDArray[np.float64]:
        """What leaks out of the holes of each broken pipe, at whose places others may have some too."""
        faults, network = self._rt.faults, self._engine.network
        pipes = self._rt.city.of_kind("pipe")
        found = np.zeros(len(pipes))
        for i, pipe in enumerate(pipes):
            bursts = faults.active(pipe.id, "burst")
            if bursts and not faults.active(pipe.id, "isolated"):
                row = self._where[pipe.id]
                for node, own in network.at_places(row, bursts).items():
                    holes, mine = self._engine.hole_m2(node), hole_m2(own, float(network.diameter_m[row]))
                    found[i] += self._engine.leak_m3_s[node] * min(1.0, mine / holes) if holes else 0.0
        return found

    def _places(self, *kinds: str) -> NDArray[np.int64]:
        return np.array([self._where[c.id] for c in self._rt.city.of_kind(*kinds)], dtype=np.int64)

    def _register(
        self,
        name: str,
        unit: str,
        kinds: tuple[str, ...],
        source: NDArray[np.float64] | NDArray[np.bool_],
        rows: NDArray[np.int64],
    ) -> None:
        if len(rows):
            components = tuple(c.id for c in self._rt.city.of_kind(*kinds))
            self._rt.quantities.register(Quantity(name, unit, components, _Rows(self._engine, source, rows).read))

    def _level_row(self, level: ServiceLevel) -> int:
        return self._row.get(level.subject, len(self._row) + 1)


def _ratio(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    """What there is of what there should be, group by group; 1 where that is none."""
    return np.where(whole > _NO_DEMAND_M3_S, part / np.maximum(whole, _NO_DEMAND_M3_S), 1.0)
