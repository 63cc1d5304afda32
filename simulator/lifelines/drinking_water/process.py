"""One district's drinking water: from the network, from what its tanks still hold, from wells and tankers, or none."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Sequence
from functools import partial
from typing import Any

import numpy as np
import simpy
from numpy.typing import NDArray

from simulator.contracts.component import Component
from simulator.contracts.event import EventKind
from simulator.contracts.level import LITRES_PERSON_D
from simulator.contracts.ticks import to_s, to_ticks
from simulator.coupling.catalogue import DRIVER, NO_TANKERS
from simulator.coupling.police import staff_present
from simulator.coupling.runtime import Quantity, Runtime
from simulator.coupling.vehicles import VehicleKind
from simulator.domains.water.catalogue import (
    CONTAMINATED_SHARE,
    FLOW,
    RESERVOIR,
    SOURCE_CONTAMINATED,
    SUPPLY_RATIO,
    TANK,
    TANK_CONTAMINATED,
    TANK_VOLUME,
    WATER_PRESSURE,
    WATER_SUPPLY,
)
from simulator.lifelines.drinking_water import events
from simulator.lifelines.lifeline import Duty, Lifeline

ENOUGH_L = 50.0
"""Below this many litres a person and day people must be supplied in other ways (norm `water-peacetime`, secondary)."""

NETWORK_RATIO = 0.9
"""Share of the demand delivered from which the network counts as serving the district (assumption)."""

LOW_TANK = 0.5
"""The district lives on its tanks below this share of the least they held before the scenario's zero (assumption)."""


POLL_S = 300.0
"""How often the drinking-water supply looks at the network (assumption: the usual hydraulic step)."""

CONTAMINATED = 0.01
"""From this share of undrinkable water on, tap water of the district counts as contaminated (assumption)."""

BOILED_L = 10.0
"""Litres a person and day that households boil (assumption: drinking and cooking)."""

BOTTLED_L = 2.0
"""Litres of bottled water handed out for each person and day (assumption: drinking alone)."""


class DrinkingWater(Lifeline):
    """The emergency supply of one district, called out as soon as the network is not well.

    *network* while it delivers `NETWORK_RATIO` of the demand and the tanks hold what they usually do; *tank* while at
    least `ENOUGH_L` a person still arrive; below that *emergency* once `activate_s` has passed since the call-out and
    wells or tankers give anything. Up to `tankers` tankers are called for from the depots, as many as these have with a
    driver and fuel; each drives to and fro. Until then *bottled* water is handed out, from `bottled_s` on and while the
    stock lasts, else *none*. What the water domain measures, `water_supply_ratio`, `contaminated_share` and
    `tank_volume_m3` of the district, is polled; without it the network counts as serving.

    Water that is delivered but may not be drunk does not count. Where boiling makes it good (no source of it says
    `do-not-drink`), it counts as *boiled* from `notice_s` on, for those whom a warning reaches (`warned`).
    """

    kind = "drinking-water"
    litres = LITRES_PERSON_D

    def __init__(self, runtime: Runtime, component: Component) -> None:
        super().__init__(runtime, component)
        city = runtime.city
        district = city.districts.get(component.district)
        self._people = 0 if district is None else district.people
        self._wells = tuple(w for w in city.of_kind("emergency-well") if w.district == component.district)
        self._owed = tuple(
            level.id
            for level in city.levels.values()
            if level.measure == "litres-per-person" and level.subject == component.district
        )
        self._water_levels = frozenset(
            level.id
            for level in city.levels.values()
            if level.measure in {WATER_SUPPLY, WATER_PRESSURE} and level.subject == component.district
        )
        self._ratio = 1.0
        self.warned: Callable[[str], float] = lambda district: 1.0
        self._dirty_since: int | None = None
        self._boilable = True
        self._stock_l = component.number("bottled_l_person") * self._people
        self._handing_since: int | None = None
        self._gauges: dict[str, tuple[Quantity, int]] = {}
        self._usual_m3 = math.inf
        self._called: int | None = None
        self._tours: list[Callable[[], None]] = []  # the calls that end them
        self._driving: set[int] = set()

    @classmethod
    def begin(cls, runtime: Runtime, all_of_type: Sequence[Lifeline]) -> None:
        """Register what the districts get, and look at the network now and then."""
        waters = [one for one in all_of_type if isinstance(one, DrinkingWater)]
        districts = tuple(water.component.district for water in waters)

        def litres() -> NDArray[np.float64]:
            return np.array([water.litres for water in waters], dtype=np.float64)

        runtime.quantities.register(Quantity("litres_per_person_d", "l/d", districts, litres))

        def look() -> None:
            for water in waters:
                water.poll()

        def polling() -> Generator[simpy.Event, Any, None]:
            while True:
                runtime.clock.soon("lifelines", look)  # after the networks' own steps of this instant
                yield runtime.clock.timeout(POLL_S)

        if waters:
            runtime.clock.process(polling())

    def watches(self) -> tuple[str, ...]:
        return (*(well.id for well in self._wells), *self.runtime.crews.depots)

    def poll(self) -> None:
        """Look at what the water network delivers now: there is nothing to judge while that is well and the same."""
        well = self.mode == "network" and not self._low_tank()
        same = well and self._drinkable() == self._ratio
        if not same and not self._dirty:
            self._look()

    def judge(self) -> Duty:
        ratio, clock = self._drinkable(), self.runtime.clock
        self._ratio = ratio
        bad, low_tank = self._measured(CONTAMINATED_SHARE, 0.0), self._low_tank()
        arrives_l = ratio * LITRES_PERSON_D
        boiled_l = self._boiled_l(bad)
        if ratio >= NETWORK_RATIO and not low_tank:
            self._called, self.litres = None, arrives_l
            self._hand_out(False)
            self._call_tankers(False)
            return Duty("network", 1.0, events.DRINKING_NETWORK, {"share": ratio})
        ready, arriving = self._ready(), {"litres": arrives_l}
        if arrives_l >= ENOUGH_L:
            self.litres = arrives_l
            self._hand_out(False)
            self._call_tankers(False)
            if bad:
                return Duty("tank", 1.0, events.DRINKING_DIRTY, {"bad": bad, "litres": arrives_l})
            return Duty("tank", 1.0, events.DRINKING_LOW_TANKS if low_tank else events.DRINKING_WEAK, arriving)
        self._call_tankers(clock.now >= ready and not self.runtime.faults.active(self.id, NO_TANKERS.name))
        brought_l = self._wells_l_d() + self._tankers_l_d() if clock.now >= ready else 0.0
        bottles = self._hand_out(brought_l <= 0 and boiled_l <= 0)
        self.litres = arrives_l + boiled_l + (BOTTLED_L if bottles else 0.0)
        self.litres += brought_l / self._people if self._people else 0.0
        share = min(1.0, self.litres / ENOUGH_L)
        if boiled_l > 0:
            return Duty("boiled", share, events.DRINKING_BOILED, {"bad": bad, "litres": boiled_l})
        if brought_l > 0:
            given = {"brought": brought_l, "litres": self.litres}
            return Duty("emergency", share, events.DRINKING_BROUGHT, given)
        if bottles:
            return Duty("bottled", share, events.DRINKING_BOTTLED, {"litres": BOTTLED_L})
        why = events.DRINKING_GETTING_READY if clock.now < ready else events.DRINKING_NOBODY_COMES
        return Duty("none", share, why, arriving)

    def _boiled_l(self, bad: float) -> float:
        """Litres a person and day of water that is boiled because it may not be drunk as it comes."""
        if bad < CONTAMINATED:
            self._dirty_since, self._boilable = None, True
            return 0.0
        now, wait = self.runtime.clock.now, to_ticks(self.component.number("notice_s"))
        if self._dirty_since is None:
            self._dirty_since = now
            self.wake(now + wait)
        faults = self.runtime.faults
        for source in self.runtime.city.of_kind(TANK, RESERVOIR):
            for fault in (TANK_CONTAMINATED.name, SOURCE_CONTAMINATED.name):
                if any(one.parameters["notice"] != "boil" for one in faults.active(source.id, fault)):
                    self._boilable = False  # and so it stays until the water is clean
        if not self._boilable or now < self._dirty_since + wait or faults.active(self.id, "notice-withheld"):
            return 0.0
        dirty_l = self._measured(SUPPLY_RATIO, 1.0) * bad * LITRES_PERSON_D
        return min(dirty_l, BOILED_L) * self.warned(self.component.district)

    def _hand_out(self, needed: bool) -> bool:
        """Hand out bottles while they are needed and there; what has been handed out is gone."""
        now, use_l_s = self.runtime.clock.now, self._people * BOTTLED_L / 86400.0
        if self._handing_since is not None:
            self._stock_l = max(0.0, self._stock_l - use_l_s * to_s(now - self._handing_since))
            self._stock_l = 0.0 if self._stock_l < use_l_s * 0.001 else self._stock_l
            self._handing_since = None
        missing = bool(self.runtime.faults.active(self.id, "bottles-missing"))
        if not needed or self._stock_l <= 0 or missing or self._called is None:
            return False
        start = self._called + to_ticks(self.component.number("bottled_s"))
        if now < start:
            self.wake(start)
            return False
        self._handing_since = now
        self.wake(now + max(1, to_ticks(self._stock_l / use_l_s)))
        return True

    def judged(self, duty: Duty, cause: int | None) -> None:
        for level in self._owed:
            self.runtime.levels.record(level, self.litres, cause)

    def believed_cause(self) -> int | None:
        """The last time a level of the district's water fell or came back, if that is news."""
        last = -1 if self.last_event is None else self.last_event
        for event in reversed(self.runtime.log.events[last + 1 :]):
            if event.subject in self._water_levels and event.kind in {EventKind.LEVEL_LOW, EventKind.LEVEL_BACK}:
                return event.id
            if event.subject == self.component.district and event.kind is EventKind.SWITCH:  # a notice
                return event.id
        return self.last_event

    def _drinkable(self) -> float:
        """Share of the demand that is delivered and may be drunk."""
        return self._measured(SUPPLY_RATIO, 1.0) * (1.0 - self._measured(CONTAMINATED_SHARE, 0.0))

    def _ready(self) -> int:
        """When wells are manned and tankers leave: the call goes out when it is first asked for."""
        activate = to_ticks(self.component.number("activate_s"))
        if self._called is None:
            self._called = self.runtime.clock.now
            self.wake(self._called + activate)
        return self._called + activate

    def _low_tank(self) -> bool:
        volume_m3 = self._measured(TANK_VOLUME, math.inf)
        if self.runtime.clock.now <= 0:
            self._usual_m3 = min(self._usual_m3, volume_m3)
        return volume_m3 < LOW_TANK * self._usual_m3 < math.inf

    def _wells_l_d(self) -> float:
        """Litres a day from the wells that work and that somebody gets to."""
        works = self.runtime.supply.works
        manned = [well for well in self._wells if works(well.id) and self._drive_s(well.id) is not None]
        return sum(well.number(FLOW) for well in manned) * 86400.0 * 1000.0

    def _tankers_l_d(self) -> float:
        """Litres a day that tankers on tour bring: each drives to and fro and takes `refill_s` to fill and hand out."""
        drives = [s for place in (self.id, *(w.id for w in self._wells)) if (s := self._drive_s(place)) is not None]
        if not drives:
            return 0.0
        round_trip_s = max(1.0, 2.0 * min(drives) + self.component.number("refill_s"))
        return len(self._driving) * self.component.number("tanker_l") * 86400.0 / round_trip_s

    def _call_tankers(self, wanted: bool) -> None:
        """Call for tankers with their drivers, or send home those that are there."""
        if not wanted:
            for end in self._tours:
                end()
            self._tours = []
            self._driving.clear()
            return
        station, task = self.runtime.crews.station, events.WATER_TOUR
        for i in range(len(self._tours), int(self.component.number("tankers"))):
            there, gone = partial(self._tanker, i, True), partial(self._tanker, i, False)
            end = station(task, self.id, self.because, there, gone, DRIVER, VehicleKind.WATER_TANKER)
            self._tours.append(end)

    def _tanker(self, number: int, there: bool, event: int) -> None:
        (self._driving.add if there else self._driving.discard)(number)
        self.touch(self.id, event)

    def _drive_s(self, place: str) -> float | None:
        """Seconds from the nearest depot in service with anybody in it, None if no open road leads there."""
        runtime = self.runtime
        depots = [
            depot
            for depot in runtime.crews.depots
            if not runtime.faults.disabled(depot) and staff_present(runtime.faults, depot)
        ]
        times = [seconds for depot in depots if (seconds := runtime.travel.time_s(depot, place)) is not None]
        return min(times, default=None)

    def _measured(self, name: str, unknown: float) -> float:
        if name not in self._gauges:
            try:
                quantity = self.runtime.quantities.find(self.component.district, name)
            except KeyError:
                return unknown
            self._gauges[name] = (quantity, quantity.index[self.component.district])
        quantity, row = self._gauges[name]
        value = float(quantity.read()[row])
        return unknown if math.isnan(value) else value
