"""How bad water is found: by rounds of samples and their laboratory, and by sensors on line whose readings arrive."""

from __future__ import annotations

import math
from collections.abc import Generator, Mapping
from typing import Any

import numpy as np
import simpy
from numpy.typing import NDArray

from simulator.contracts.component import Component
from simulator.contracts.event import Value
from simulator.contracts.fault import ActiveFault
from simulator.contracts.quantities import Tells
from simulator.contracts.registry import registry
from simulator.contracts.sensor import Readings, SensorCohort
from simulator.contracts.ticks import to_ticks
from simulator.coupling.police import staff_present
from simulator.coupling.runtime import Quantity, Runtime
from simulator.domains.water import events
from simulator.domains.water.catalogue import DRINKABLE, LAB, ROUND, SAMPLE_EVERY, SAMPLED_AT, SAMPLING
from simulator.domains.water.engine import WaterEngine
from simulator.domains.water.model import WaterNetwork
from simulator.domains.water.notices import Notices
from simulator.domains.water.quality import CONFIRMED, DAILY_S, SIGNS, STAFF
from simulator.sensors.faults import SensorFaults
from simulator.sensors.sampler import Panel
from simulator.sensors.transport import Transport

DAY_S = 86_400.0


def downstream(network: WaterNetwork, is_open: NDArray[np.bool_], start: int) -> set[int]:
    """The nodes to which water of a node may go: along open pipes either way, through pumps and valves as they point.

    That is what a utility knows of its pressure zones, whichever way the water flows just now.
    """
    found, ahead = {start}, [start]
    while ahead:
        node = ahead.pop()
        for link in network.links_at[node]:
            a, b = (int(end) for end in network.ends[link])
            passes = is_open[link] or network.link_kind[link] != "pipe"
            one_way = network.link_kind[link] != "pipe" or bool(network.check_valve[link])
            other = b if node == a else a
            if passes and not (one_way and node == b) and other not in found:
                found.add(other)
                if network.node_kind[other] != "reservoir":
                    ahead.append(other)
    return found


class Surveillance:
    """Looks at the water as a waterworks does, and tells `notices` what it finds.

    *Samples* are taken by the waterworks' staff once in `sample_every_s`, while enough of it is there, at each source
    and tank and at the junction of each district where most is drawn; the laboratory tells the result `round_s` and
    `lab_s` later. While a notice is in force there is a round at least once a day.

    *On line*: each sensor of turbidity, chlorine or conductivity that the city has, at the times at which it is read,
    while it has power and its gateway reaches the data centre. `CONFIRMED` readings in a row beyond the limit raise the
    alarm, true or not. They are the very readings that gateways deliver, with their noise and whatever befalls sensor
    and gateway: one that is off may miss bad water or tell of it where there is none. A contamination is seen only by
    what it `shows`.

    Assumption: the zone is that of `downstream`; the laboratory never fails, and finds every share beyond `DRINKABLE`.
    """

    def __init__(self, runtime: Runtime, engine: WaterEngine, where: Mapping[str, int], notices: Notices) -> None:
        self._rt, self._engine, self._where, self._notices = runtime, engine, where, notices
        city = runtime.city
        self._works = _works(runtime)
        declared = {one.name: float(one.default or 0.0) for one in SAMPLING}
        given = {} if self._works is None else self._works.parameters
        self._given = {name: float(given.get(name, default)) for name, default in declared.items()}
        self._points = (*(c.id for c in city.of_kind("reservoir", "tank")), *self._at_taps())
        self._beyond: dict[tuple[str, str], int] = {}
        self._alarmed: set[tuple[str, str]] = set()
        self._wrong: dict[tuple[str, str], int] = {}
        """What befalls sensors and their gateways, by target and fault, with its event."""
        self._put_off = False
        nodes = tuple(c.id for c in city.of_kind("junction", "tank", "reservoir"))
        rows = np.array([where[one] for one in nodes], dtype=np.int64)
        for name in SIGNS if nodes else ():
            read = _Readings(engine, rows, name, notices)
            runtime.quantities.register(Quantity(name, registry().quantities[name].unit, nodes, read))
        cohorts = [c for c in city.cohorts if c.quantity in SIGNS and where.keys() >= set(c.components)]
        self._lying = SensorFaults(runtime.clock, runtime.streams, cohorts)
        self._transport = Transport(runtime.clock, runtime.streams, self._arrived)
        for faults, change in (
            (registry().sensor_faults, self._lying.change),
            (registry().report_faults, self._transport.change),
        ):
            for point in faults if cohorts else ():
                runtime.faults.handle(point.name, self._lied)
                runtime.faults.handle(point.name, change)
        for cohort in cohorts:
            runtime.clock.process(self._on_line(cohort))
        if self._points:
            runtime.clock.process(self._rounds())

    # samples

    def _at_taps(self) -> list[str]:
        """For each district the junction at which most is drawn."""
        best: dict[str, tuple[float, str]] = {}
        for junction in self._rt.city.of_kind("junction"):
            weight = float(self._engine.network.mean_demand_m3_s[self._where[junction.id]])
            if junction.district in self._rt.city.districts and weight > best.get(junction.district, (0.0, ""))[0]:
                best[junction.district] = weight, junction.id
        return [junction for _, junction in best.values()]

    def _rounds(self) -> Generator[simpy.Event, Any, None]:
        clock, every_s = self._rt.clock, self._given[SAMPLE_EVERY]
        yield clock.timeout((self._given[SAMPLED_AT] - clock.time_of_day_s(clock.now)) % DAY_S)
        while True:
            clock.soon("sampling", self._sample)  # after what the network does at this instant
            waited_s = 0.0
            while waited_s < every_s:
                step_s = min(DAILY_S, every_s - waited_s)
                yield clock.timeout(step_s)
                waited_s += step_s
                if self._notices.given:
                    break

    def _sample(self) -> None:
        log, clock = self._rt.log, self._rt.clock
        if not self._staffed():
            if not self._put_off:
                log.add(events.NO_SAMPLES, self._subject())
            self._put_off = True
            return
        self._put_off = False
        bad = [point for point in self._points if self._share(point) > DRINKABLE]
        if not bad and not self._notices.given:
            return  # nobody hears of a clean round in ordinary times
        zone = self._zone(bad)
        after = to_ticks(self._given[ROUND] + self._given[LAB])
        clock.at(clock.now + after, "laboratory", lambda: self._result(bad, zone, clock.now - after))

    def _result(self, bad: list[str], zone: set[str], taken: int) -> None:
        ago_s = (self._rt.clock.now - taken) / 1000.0
        if bad:
            params: dict[str, Value] = {"points": " ".join(bad), "ago_s": ago_s}
            found = self._rt.log.add(events.SAMPLES_BAD, self._subject(), params, cause=self._notices.cause)
            self._notices.bad(zone, found)
        elif self._notices.given:
            self._notices.clean(self._rt.log.add(events.SAMPLES_CLEAN, self._subject(), {"ago_s": ago_s}))

    def _staffed(self) -> bool:
        if self._works is None:
            return True
        faults = self._rt.faults
        return not faults.disabled(self._works.id) and staff_present(faults, self._works.id) >= STAFF

    def _subject(self) -> str:
        return self._points[0] if self._works is None else self._works.id

    def _share(self, name: str) -> float:
        return float(self._engine.contaminated_share[self._where[name]])

    def _zone(self, points: list[str]) -> set[str]:
        network, city = self._engine.network, self._rt.city
        nodes: set[int] = set()
        for point in points:
            nodes |= downstream(network, self._engine.link_open, self._where[point])
        homes = (c for c in city.of_kind("junction") if network.mean_demand_m3_s[self._where[c.id]] > 0)
        return {home.district for home in homes if self._where[home.id] in nodes}

    # sensors on line

    def _on_line(self, cohort: SensorCohort) -> Generator[simpy.Event, Any, None]:
        clock = self._rt.clock
        panel = Panel((cohort,), self._rt.streams, self._lying)
        rows = np.array([self._where[component] for component in cohort.components], dtype=np.int64)
        truth = _Readings(self._engine, rows, cohort.quantity, self._notices)

        def read() -> None:
            for readings in panel.read(truth(), clock.now):
                self._transport.take(readings)

        yield clock.timeout(cohort.phase_s)
        while True:
            clock.soon("quality sensors", read)
            yield clock.timeout(cohort.period_s)

    def _lied(self, target: str, fault: str, active: tuple[ActiveFault, ...], event: int) -> None:
        if active:
            self._wrong[target, fault] = event
        else:
            self._wrong.pop((target, fault), None)

    def _arrived(self, readings: Readings, now: int) -> None:
        """A cohort was read, or somebody forged its readings."""
        (cohort,) = readings.group.cohorts
        sign, gateway = SIGNS[cohort.quantity], self._delivers(cohort.gateway)
        for component, reading in zip(cohort.components, readings.values.tolist(), strict=True):
            key = component, cohort.quantity
            if not gateway or not self._rt.supply.powered(component) or math.isnan(reading):
                self._beyond.pop(key, None)
                if not self._notices.given:  # what was told is settled; whatever it reads next is new
                    self._alarmed.discard(key)
                continue
            if not sign.alarming(reading):
                self._beyond.pop(key, None)
                self._alarmed.discard(key)
                continue
            self._beyond[key] = self._beyond.get(key, 0) + 1
            if self._beyond[key] >= CONFIRMED and key not in self._alarmed:
                self._alarmed.add(key)
                said: dict[str, Value] = {"quantity": cohort.quantity}
                cause = self._notices.cause if self._is_bad(cohort, component) else self._lie(cohort, component)
                alarm = self._rt.log.add(events.QUALITY_ALARM, component, said, cause=cause)
                self._notices.bad(self._zone([component]), alarm)

    def _is_bad(self, cohort: SensorCohort, component: str) -> bool:
        """Whether the sensor would raise the alarm if it told the truth."""
        sign = SIGNS[cohort.quantity]
        return cohort.quantity in self._notices.shown and sign.alarming(sign.reading(self._share(component)))

    def _lie(self, cohort: SensorCohort, component: str) -> int | None:
        """What is behind a false alarm."""
        found = [event for (at, _), event in self._wrong.items() if at in (component, cohort.gateway)]
        return self._rt.log.together(found) if found else None

    def _delivers(self, gateway: str) -> bool:
        """Whether the readings of a gateway reach the data centre."""
        try:
            return self._rt.quantities.value(gateway, registry().telling(Tells.OFFLINE)[0]) > 0
        except (KeyError, IndexError):  # a city without an ICT model: its gateways are always there
            return True


class _Readings:
    """What a sensor on line would truly read at these nodes."""

    def __init__(self, engine: WaterEngine, rows: NDArray[np.int64], quantity: str, notices: Notices) -> None:
        self._engine, self._rows, self._quantity, self._notices = engine, rows, quantity, notices
        self._clean = np.full(len(rows), SIGNS[quantity].clean)

    def __call__(self) -> NDArray[np.float64]:
        if self._quantity not in self._notices.shown:
            return self._clean
        return SIGNS[self._quantity].reading(self._engine.contaminated_share[self._rows])


def _works(runtime: Runtime) -> Component | None:
    """The first waterworks of the city: what declares the parameters of sampling."""
    takers = registry().types_that(lambda of: any(one.name == SAMPLE_EVERY for one in of.parameters))
    return next(iter(runtime.city.of_kind(*takers)), None)
