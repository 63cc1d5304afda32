"""What is measured in the water network: quantities for sensors, service levels for people, volumes for lifelines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from simulator.contracts.component import Domain
from simulator.contracts.level import ServiceLevel
from simulator.coupling.quantities import Quantity
from simulator.coupling.runtime import Runtime
from simulator.domains.water.engine import REQUIRED_PRESSURE_M, WaterEngine

_NO_DEMAND_M3_S = 1e-12


class Measures:
    """Vectors over the city's water components, refreshed after each solve.

    Registers, for junctions `pressure_m`, `demand_m3_s` (delivered), `leak_m3_s` and, if the engine has it,
    `water_age_s`; for tanks `level_m`, `volume_m3`; for pipes, pumps and valves `flow_m3_s`; for pumps `pump_running`
    (0 or 1) and `power_w`; for districts `water_supply_ratio`, `water_pressure_ratio` and `tank_volume_m3` (above the
    tanks' minimum level).
    """

    def __init__(self, runtime: Runtime, engine: WaterEngine, where: Mapping[str, int]) -> None:
        self._rt, self._engine, self._where = runtime, engine, where
        city, network = runtime.city, engine.network
        junctions, tanks = city.of_kind("junction"), city.of_kind("tank")
        self._tank_row = {int(node): i for i, node in enumerate(network.tanks)}
        self._nodes = self._places("junction")
        tank_rows = np.array([self._tank_row[where[c.id]] for c in tanks], dtype=np.int64)
        pump_row = {int(link): i for i, link in enumerate(network.pumps)}
        pump_rows = np.array([pump_row[where[c.id]] for c in city.of_kind("pump")], dtype=np.int64)
        self._views: list[tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]] = []
        self._running = np.zeros(len(network.pumps))
        self._register("pressure_m", "m", ("junction",), engine.pressure_m, self._nodes)
        self._register("demand_m3_s", "m3/s", ("junction",), engine.delivered_m3_s, self._nodes)
        self._register("leak_m3_s", "m3/s", ("junction",), engine.leak_m3_s, self._nodes)
        if engine.water_age:
            self._register("water_age_s", "s", ("junction",), engine.age_s, self._nodes)
        self._register("level_m", "m", ("tank",), engine.level_m, tank_rows)
        self._register("volume_m3", "m3", ("tank",), engine.volume_m3, tank_rows)
        lines = ("pipe", "pump", "valve")
        self._register("flow_m3_s", "m3/s", lines, engine.flow_m3_s, self._places(*lines))
        self._register("pump_running", "1", ("pump",), self._running, pump_rows)
        self._register("power_w", "W", ("pump",), engine.pump_power_w, pump_rows)

        self._row = {district: i for i, district in enumerate(city.districts)}
        outside = len(self._row)  # components in no district: they count for the city only
        self._node_row = np.array([self._row.get(c.district, outside) for c in junctions], dtype=np.int64)
        self._weight = network.mean_demand_m3_s[self._nodes]
        self._weight_sums = self._by_district(self._weight, self._node_row)
        self._tank_rows, self._tank_names = tank_rows, tuple(c.id for c in tanks)
        self._tank_district = np.array([self._row.get(c.district, outside) for c in tanks], dtype=np.int64)
        self._usable_m3 = np.maximum(network.tank_max_volume_m3 - network.tank_min_volume_m3, 1e-9)
        self._supply, self._pressure = np.ones(outside + 2), np.ones(outside + 2)  # districts, none, the whole city
        self._stored = np.zeros(outside + 2)
        names = tuple(self._row)
        for name, unit, values in (
            ("water_supply_ratio", "1", self._supply),
            ("water_pressure_ratio", "1", self._pressure),
            ("tank_volume_m3", "m3", self._stored),
        ):
            runtime.quantities.register(Quantity(name, unit, names, values[:outside].view))
        self._levels = tuple((level, self._level_row(level)) for level in city.levels_of(Domain.WATER))

    def refresh(self, cause: int | None) -> None:
        """Take over the engine's last solution and record the service levels."""
        engine = self._engine
        self._running[:] = engine.link_open[engine.network.pumps]
        for view, source, rows in self._views:
            np.take(source, rows, out=view, mode="clip")  # the default mode buffers; no row is out of bounds
        required = np.maximum(engine.required_m3_s[self._nodes], 0.0)
        delivered = np.clip(engine.delivered_m3_s[self._nodes], 0.0, required)
        enough = self._weight * (engine.pressure_m[self._nodes] >= REQUIRED_PRESSURE_M)
        self._supply[:] = self._ratio(delivered, self._by_district(required, self._node_row))
        self._pressure[:] = self._ratio(enough, self._weight_sums)
        stored = np.maximum(engine.volume_m3 - engine.network.tank_min_volume_m3, 0.0)[self._tank_rows]
        self._stored[:] = self._by_district(stored, self._tank_district)
        for level, row in self._levels:
            value = self._supply[row] if level.measure == "water-supply" else self._pressure[row]
            self._rt.levels.record(level.id, float(value), cause)

    def share_at(self, node: int) -> float:
        """Share of a demand at this node that is delivered, also where nobody draws water just now."""
        engine = self._engine
        required = float(engine.required_m3_s[node])
        if required > _NO_DEMAND_M3_S:
            return min(1.0, max(0.0, float(engine.delivered_m3_s[node]) / required))
        low, high = engine.minimum_pressure_m, engine.required_pressure_m
        head = min(1.0, max(0.0, (float(engine.pressure_m[node]) - low) / (high - low)))
        return float(head**engine.pressure_exponent)

    def tank_shares(self) -> Iterator[tuple[str, float]]:
        """Each of the city's tanks with the share of its usable volume that is filled."""
        engine = self._engine
        shares = (engine.volume_m3 - engine.network.tank_min_volume_m3) / self._usable_m3
        return zip(self._tank_names, shares[self._tank_rows].tolist(), strict=True)

    def _places(self, *kinds: str) -> NDArray[np.int64]:
        return np.array([self._where[c.id] for c in self._rt.city.of_kind(*kinds)], dtype=np.int64)

    def _register(
        self, name: str, unit: str, kinds: tuple[str, ...], source: NDArray[np.float64], rows: NDArray[np.int64]
    ) -> None:
        if len(rows):
            view = np.zeros(len(rows))
            self._views.append((view, source, rows))
            components = tuple(c.id for c in self._rt.city.of_kind(*kinds))
            self._rt.quantities.register(Quantity(name, unit, components, view.view))

    def _by_district(self, values: NDArray[np.float64], rows: NDArray[np.int64]) -> NDArray[np.float64]:
        sums: NDArray[np.float64] = np.bincount(rows, weights=values, minlength=len(self._row) + 2).astype(np.float64)
        sums[-1] = values.sum()
        return sums

    def _ratio(self, part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
        """Per district (and for the city): what its junctions have of what they should have, 1 where that is none."""
        share = self._by_district(part, self._node_row) / np.maximum(whole, _NO_DEMAND_M3_S)
        return np.where(whole > _NO_DEMAND_M3_S, share, 1.0)

    def _level_row(self, level: ServiceLevel) -> int:
        return self._row.get(level.subject, len(self._row) + 1)
