"""The wastewater domain on the clock: goes on when a period is over or something changed, and tells the town."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
import simpy

from simulator.contracts.fault import ActiveFault
from simulator.contracts.names import suggestion
from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.ticks import to_s
from simulator.contracts.words import Words
from simulator.coupling.runtime import Quantity, Runtime, Standing
from simulator.domains.wastewater import catalogue as c
from simulator.domains.wastewater import events
from simulator.domains.wastewater.engine import SewerEngine
from simulator.domains.wastewater.measures import Measures
from simulator.domains.wastewater.plant import Plants
from simulator.domains.wastewater.station import Station

_ = Words("simulator.domains.wastewater")

PERIOD_S = 300.0
"""Time between two looks at the network when nothing changes; SWMM routes in its own, shorter steps all the while."""
SETTLE_S = 86400.0
"""Dry weather before a run begins, so that sewers are not empty when it does."""
LEAST_M3 = 1.0
"""An overflow of less is not told (assumption: what splashes out of a manhole)."""


class WastewaterProcess:
    """What `start` returns. A change is made at the instant it happens; it counts from SWMM's next routing step."""

    name = "wastewater"

    def __init__(self, runtime: Runtime) -> None:
        self._rt, self._clock = runtime, runtime.clock
        city = runtime.city
        self._file = city.network_files[c.NETWORK]
        time_of_day_s = self._clock.time_of_day_s(self._clock.begin)
        self._engine = engine = SewerEngine(self._file, time_of_day_s, SETTLE_S)
        try:
            self._where = self._located()
        except BadInput:
            engine.close()
            raise
        self._cause: int | None = None
        self._harm: int | None = None
        self._standing = Standing(runtime)
        self._dirty: dict[str, int | None] = {}
        self._pending = False
        self._plants = Plants(runtime, engine, self._where)
        self._measures = Measures(runtime, engine, self._where, self._plants)
        self._stations = self._manned()
        self._station_of = {pump: station for station in self._stations.values() for pump in self._pumps_of(station.id)}
        self._loose = {p.id: self._where[p.id] for p in city.of_kind(c.PUMP) if p.id not in self._station_of}
        if self._loose:
            raise BadInput([self._no_well(pump) for pump in self._loose])
        self._over: dict[str, tuple[int, float]] = {}
        self._risky: dict[str, int] = {}
        for fault in (c.SEWER_BLOCKED, c.HEAVY_RAIN, c.NO_SUCTION):
            runtime.faults.handle(fault.name, self._on_fault)
        for name in (*self._stations, *self._station_of):
            runtime.supply.watch(name, self._on_change)
            self._dirty[name] = None
        ids = tuple(pump for pump in self._station_of)
        rows = np.array([self._where[pump] for pump in ids], dtype=np.int64)
        if ids:
            running = Quantity(
                "lifting_pump_running", "1", ids, lambda: (engine.flow_m3_s.take(rows) > 0).astype(np.float64)
            )
            runtime.quantities.register(running)
        stations = tuple(self._stations.values())
        if stations:
            names = tuple(self._stations)
            runtime.quantities.register(
                Quantity("power_w", "W", names, lambda: np.array([station.draw() for station in stations]))
            )
        self._apply()
        self._clock.process(self._period())

    @property
    def solves(self) -> int:
        """Routing steps since the run began."""
        return self._engine.steps

    def close(self) -> None:
        self._engine.close()

    # what happens to the network

    def _on_fault(self, target: str, fault: str, active: tuple[ActiveFault, ...], event: int) -> None:
        self._on_change(target, event)

    def _on_change(self, component: str, cause: int | None) -> None:
        self._dirty[component] = cause
        if not self._pending:
            self._pending = True
            self._clock.soon(self.name, self._apply)

    def _apply(self) -> None:
        """Bring the network to this instant as it was, and only then change it."""
        self._pending = False
        self._advance()
        dirty, self._dirty = self._dirty, {}
        stations: dict[str, int | None] = {}
        for name, cause in dirty.items():
            self._cause = cause if cause is not None else self._cause
            counts = self._standing.note(name, cause)
            kind = self._rt.city.components[name].kind
            if kind == c.SEWER:
                harms = self._block(name, cause)
            elif kind == c.RAIN_GAUGE:
                harms = self._rain(name, cause)
            else:
                station = self._stations.get(name) or self._station_of[name]
                stations[station.id] = cause if cause is not None else stations.get(station.id)
                harms = station.stands()
            if harms and counts:
                self._harm = cause
        for name, cause in stations.items():
            self._stations[name].apply(cause)
        self._tell()

    def _period(self) -> Generator[simpy.Event, Any, None]:
        while True:
            yield self._clock.timeout(PERIOD_S)
            self._advance()
            for station in self._stations.values():
                station.judge(None)
            self._tell()

    def _advance(self) -> None:
        self._engine.advance_to(to_s(self._clock.now - self._clock.begin))

    def _block(self, sewer: str, cause: int | None) -> bool:
        blocked = bool(self._rt.faults.active(sewer, c.SEWER_BLOCKED.name))
        self._engine.block(self._where[sewer], blocked)
        self._rt.log.add(events.BLOCKED if blocked else events.CLEARED, sewer, cause=cause)
        return blocked

    def _rain(self, gauge: str, cause: int | None) -> bool:
        mm_h = sum(fault.number("intensity_mm_h") for fault in self._rt.faults.active(gauge, c.HEAVY_RAIN.name))
        self._engine.set_rain(self._where[gauge], mm_h)
        code = events.RAIN if mm_h else events.RAIN_OVER
        self._rt.log.add(code, gauge, cause=cause, value=mm_h if mm_h else None)
        return mm_h > 0

    # what the town gets to know

    def _tell(self) -> None:
        self._standing.together(self._harm)
        self._plants.refresh(self._harm, self._spilled_by())
        self._measures.refresh(self._cause, self._harm)
        for station in self._stations.values():
            self._rt.supply.draw(station.id, station.draw())
        self._log_overflows()
        self._log_cellars()

    def _spilled_by(self) -> dict[str, int | None]:
        """The outfalls into which a station spills, with the event by which it came to that."""
        return {
            out.id: station.last_event
            for station in self._stations.values()
            if station.mode == c.OVERFLOW
            for out in self._rt.city.of_kind(c.OUTFALL)
            if self._where[out.id] in station.spills_into
        }

    def _log_overflows(self) -> None:
        rate, volume = self._engine.overflow_m3_s, self._engine.overflow_m3
        if not self._over and not rate.any():
            return
        for home in self._measures.homes:
            node = self._where[home]
            begun = self._over.get(home)
            if rate[node] > 0 and begun is None and volume[node] >= LEAST_M3:
                event = self._rt.log.add(events.OVERFLOWS, home, cause=self._harm, value=float(rate[node]))
                self._over[home] = (event, 0.0)
            elif rate[node] <= 0 and begun is not None:
                event, before = self._over.pop(home)
                self._rt.log.add(events.OVERFLOW_OVER, home, cause=event, value=round(float(volume[node] - before), 1))

    def _log_cellars(self) -> None:
        at_risk = self._measures.at_risk
        if not self._risky and not at_risk.any():
            return
        for home, risk, people in zip(
            self._measures.homes, at_risk.tolist(), self._measures.people.tolist(), strict=True
        ):
            if risk and home not in self._risky and people >= 1:
                self._risky[home] = self._rt.log.add(
                    events.CELLARS_AT_RISK, home, {"people": round(people)}, cause=self._harm
                )
            elif not risk and home in self._risky:
                self._rt.log.add(events.CELLARS_SAFE, home, cause=self._risky.pop(home))

    # how the city and the file fit together

    def _manned(self) -> dict[str, Station]:
        out = {}
        for component in self._rt.city.of_kind(c.STATION):
            well = self._where[component.id]
            pumps = {name: self._where[name] for name in self._pumps_of(component.id)}
            out[component.id] = Station(self._rt, self._engine, component, well, pumps)
        return out

    def _pumps_of(self, station: str) -> tuple[str, ...]:
        links = set(self._engine.network.pumps_of(self._where[station]))
        return tuple(pump.id for pump in self._rt.city.of_kind(c.PUMP) if self._where[pump.id] in links)

    def _located(self) -> dict[str, int]:
        """Where each component of the city is in the network: node, link or rain gage, by its type."""
        found: dict[str, int] = {}
        problems: list[Problem] = []
        network = self._engine.network
        for component in self._rt.city.components.values():
            if component.domain != c.DOMAIN or not component.network_id:
                continue
            place = network.find(component.kind, component.network_id)
            if place is None:
                what = _("has no {kind} {network_id}", kind=component.kind, network_id=repr(component.network_id))
                names = (*network.nodes, *network.links, *network.gages)
                fix = suggestion(component.network_id, names)
                problems.append(Problem(str(self._file), 0, component.id, what, fix))
            else:
                found[component.id] = place
        for plant in self._rt.city.of_kind(c.PLANT):
            outfall = self._rt.city.components.get(plant.text("outfall"))
            if outfall is None or outfall.kind != c.OUTFALL:
                outfalls = [out.id for out in self._rt.city.of_kind(c.OUTFALL)]
                what = _("{text} is no outfall of this city", text=repr(plant.text("outfall")))
                fix = suggestion(plant.text("outfall"), outfalls)
                problems.append(Problem(str(self._file), 0, f"{plant.id}.outfall", what, fix))
        if problems:
            raise BadInput(problems)
        return found

    def _no_well(self, pump: str) -> Problem:
        self._engine.close()
        what = _("draws from a manhole, not from a wet well")
        return Problem(str(self._file), 0, pump, what, _("make the manhole a storage unit"))
