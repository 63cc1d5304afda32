"""What is measured in the sewer network: quantities for sensors, service levels for people."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from simulator.coupling.runtime import Quantity, Runtime
from simulator.domains.wastewater import catalogue as c
from simulator.domains.wastewater.engine import SewerEngine
from simulator.domains.wastewater.plant import Plants

Floats = NDArray[np.float64]

FULL_M = 0.01
"""Water that stands less than this below the street is at the street (assumption)."""


class Measures:
    """Vectors over the city's sewer components, refreshed whenever the engine went on.

    People stand at manholes in the share of their dry-weather flow. `at_risk` are those whose cellar floors lie below
    the water in their manhole, `cut_off` those whose manhole is full to the street: nothing of theirs flows off.
    """

    def __init__(self, runtime: Runtime, engine: SewerEngine, where: Mapping[str, int], plants: Plants) -> None:
        self._rt, self._engine, self._plants = runtime, engine, plants
        city, network = runtime.city, engine.network
        homes = city.of_kind(c.MANHOLE, c.STATION, c.STORM_TANK)
        self.homes = tuple(home.id for home in homes)
        self._nodes = np.array([where[home.id] for home in homes], dtype=np.int64)
        row = {district: i for i, district in enumerate(city.districts)}
        self._rows = np.array([row.get(home.district, len(row)) for home in homes], dtype=np.int64)
        flow = network.dry_weather_m3_s[self._nodes]
        self._count = len(row)
        of_district = np.bincount(self._rows, flow, minlength=self._count + 1)
        people = np.array([*(d.people for d in city.districts.values()), 0.0])
        with np.errstate(divide="ignore", invalid="ignore"):
            a_flow = np.where(of_district > 0, people / of_district, 0.0)
        self.people = flow * a_flow[self._rows]
        self._drained = np.bincount(self._rows, self.people, minlength=self._count + 1)
        depth = [home.number("cellar_depth_m") if home.kind == c.MANHOLE else 2.0 for home in homes]
        full = network.full_depth_m[self._nodes]
        self._cellar_m = full - np.array(depth)
        self._street_m = full - FULL_M
        self.at_risk = np.zeros(len(homes), dtype=bool)
        self.cut_off = np.zeros(len(homes), dtype=bool)
        self._risk_of, self._overflow_of = np.zeros(self._count), np.zeros(self._count)
        self._comes, self._flows_off = np.zeros(self._count), np.zeros(self._count)
        self._row = row
        self._levels = tuple((lv.id, lv.measure, row.get(lv.subject)) for lv in city.levels_of(c.DOMAIN))
        self._register(where)

    def refresh(self, cause: int | None, harm: int | None) -> None:
        """Take over the engine's state and record the service levels.

        `cause` is the last event that changed the network, `harm` the last of those that made it worse.
        """
        depth = self._engine.depth_m.take(self._nodes)
        self.at_risk = depth > self._cellar_m
        self.cut_off = depth >= self._street_m
        risk, cut = self._by_district(self.people * self.at_risk), self._by_district(self.people * self.cut_off)
        self._risk_of[:] = risk[: self._count]
        overflow = self._engine.overflow_m3.take(self._nodes)
        self._overflow_of[:] = self._by_district(overflow)[: self._count]
        comes = self._engine.lateral_m3_s.take(self._nodes)
        self._comes[:] = self._by_district(comes)[: self._count]
        spilled = self._by_district(self._engine.overflow_m3_s.take(self._nodes))[: self._count]
        self._flows_off[:] = np.maximum(self._comes - spilled, 0.0)
        for level, measure, row in self._levels:
            value = self._value(measure, row, risk, cut)
            if measure == c.TREATMENT:
                why = self._plants.cause
            else:
                why = harm if value < 1.0 else cause
            self._rt.levels.record(level, value, why)

    def _by_district(self, values: Floats) -> Floats:
        return np.bincount(self._rows, values, minlength=self._count + 1).astype(np.float64)

    def _value(self, measure: str, row: int | None, risk: Floats, cut: Floats) -> float:
        if measure == c.TREATMENT:
            return self._plants.treated_share
        lost = cut if measure == c.DISPOSAL else risk
        lost_people, people = (lost.sum(), self._drained.sum()) if row is None else (lost[row], self._drained[row])
        return 1.0 - float(lost_people / people) if people > 0 else 1.0

    def _register(self, where: Mapping[str, int]) -> None:
        engine, city = self._engine, self._rt.city

        def of(name: str, unit: str, kinds: tuple[str, ...], source: Floats) -> None:
            ids = tuple(component.id for component in city.of_kind(*kinds))
            if ids:
                rows = np.array([where[i] for i in ids], dtype=np.int64)
                self._rt.quantities.register(Quantity(name, unit, ids, lambda: source.take(rows)))

        of("sewer_depth_m", "m", (c.MANHOLE,), engine.depth_m)
        of("sewage_level_m", "m", (c.STATION, c.STORM_TANK), engine.depth_m)
        of("sewage_flow_m3_s", "m3/s", (c.SEWER, c.PUMP, c.REGULATOR), engine.flow_m3_s)
        of("sewage_flow_m3_s", "m3/s", (c.OUTFALL,), engine.inflow_m3_s)
        of("overflow_m3_s", "m3/s", (c.MANHOLE, c.STATION, c.STORM_TANK), engine.overflow_m3_s)
        of("overflow_m3", "m3", (c.MANHOLE, c.STATION, c.STORM_TANK), engine.overflow_m3)
        districts = tuple(city.districts)
        self._quantity("overflow_m3", "m3", districts, self._overflow_of.copy)
        self._quantity("sewage_inflow_m3_s", "m3/s", districts, self._comes.copy)
        self._quantity("sewage_carried_m3_s", "m3/s", districts, self._flows_off.copy)
        self._quantity("cellars_at_risk", "1", districts, self._risk_of.copy)
        gauges = tuple((gauge.id, where[gauge.id]) for gauge in city.of_kind(c.RAIN_GAUGE))
        self._quantity(
            "rain_mm_h",
            "mm/h",
            tuple(name for name, _ in gauges),
            lambda: np.array([engine.rain_mm_h(gage) for _, gage in gauges]),
        )

    def _quantity(self, name: str, unit: str, ids: tuple[str, ...], read: Callable[[], Floats]) -> None:
        if ids:
            self._rt.quantities.register(Quantity(name, unit, ids, read))
