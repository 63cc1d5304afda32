"""One district's drinking water: from the network, from what its tanks still hold, from wells and tankers, or none.

People are counted where they live: at the junctions of the network whose demand is theirs.
"""

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
from simulator.domains.energy.catalogue import POWER_SUPPLY
from simulator.domains.water.catalogue import (
    BAD_ARRIVES,
    CONTAMINATED_SHARE,
    DRINKABLE,
    FLOW,
    NO_NOTICE,
    NOTICES,
    SUPPLY_RATIO,
    TANK_VOLUME,
    TAP_SHARE,
    TO_BOIL,
    WATER_NOTICE,
    WATER_PRESSURE,
    WATER_SUPPLY,
)
from simulator.domains.water.catalogue import DOMAIN as WATER_DOMAIN
from simulator.lifelines.drinking_water import events
from simulator.lifelines.drinking_water.catalogue import LITRES
from simulator.lifelines.drinking_water.points import Homes, Point, handed_out, stops
from simulator.lifelines.lifeline import Duty, Lifeline

TINY_L = 1e-6
"""Litres that make no difference: the solver's rounding."""

ENOUGH_L = 50.0
"""Below this many litres a person and day people must be supplied in other ways (norm `water-peacetime`, secondary)."""

NETWORK_RATIO = 0.9
"""Share of the demand delivered from which the network counts as serving the district (assumption)."""

LOW_TANK = 0.5
"""The district lives on its tanks below this share of the least they held before the scenario's zero (assumption)."""


POLL_S = 300.0
"""How often the drinking-water supply looks at the network (assumption: the usual hydraulic step)."""

BOILED_L = 10.0
"""Litres a person and day that households boil (assumption: drinking and cooking), all of them with electricity
(assumption: gas stoves are few)."""

ALL_KNOW = 0.999
"""Share of the people from which on all count as told (assumption)."""

HOUR = to_ticks(3600.0)

BOTTLED_L = 2.0
"""Litres of bottled water handed out for each person and day (assumption: drinking alone)."""


class DrinkingWater(Lifeline):
    """The emergency supply of one district, called out as soon as the network is known not to be well somewhere.

    *network* while everybody gets `ENOUGH_L` a day, all in all `NETWORK_RATIO` of the demand is delivered and the tanks
    hold what they usually do; *tank* while people on average still get `ENOUGH_L`. Whoever gets less is helped, once
    `activate_s` has passed since the call-out: by wells, and by up to `tankers` tankers, as many as depots have with a
    driver and fuel. Each drives to and fro and stops where most people lack water who have no well in reach. People
    walk at most `reach_m` to the nearest place, and share what its taps give in `hours_s` a day. *emergency*: the water
    is brought so. Who gets nothing is given *bottled* water, from `bottled_s` on and while the stock lasts.

    What counts is the truth: litres that arrive at the tap of each home and may be drunk. What is done hangs on what is
    known: dry taps are known at once, bad water not before a notice, which takes all water of its zone out. Where it
    says to boil, what is boiled counts again, *boiled*, for those who know of it and have electricity: `notice_s` after
    the notice those whom a warning reaches (`warned`), and in each further hour the same share of those left.

    What the water domain measures, `tap_share` and `contaminated_share` of homes, `water_notice` and `tank_volume_m3`
    of the district, is polled. A district without homes in a network is one home in its middle, with
    `water_supply_ratio` and `contaminated_share` of the district; without these the network counts as serving.
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
            level for level in city.levels.values() if level.measure == LITRES and level.subject == component.district
        )
        self._water_levels = frozenset(
            level.id
            for level in city.levels.values()
            if level.measure in {WATER_SUPPLY, WATER_PRESSURE} and level.subject == component.district
        )
        self.taps = _Taps(runtime, component)
        self.litres_at = np.full(len(self.taps.homes.people), LITRES_PERSON_D)
        """Litres a person and day at each home."""
        self._seen: bytes = b""
        self._bad_since: int | None = None
        self.warned: Callable[[str], float] = lambda district: 1.0
        self._noticed: int | None = None
        self._told, self._hours_told = 0.0, 0
        self._stock_l = component.number("bottled_l_person") * self._people
        self._handing_since: int | None = None
        self._handing_l_s = 0.0
        self._usual_m3 = math.inf
        self._called: int | None = None
        self._tours: list[Callable[[], None]] = []  # the calls that end them
        self._driving: set[int] = set()
        self._stopping: tuple[tuple[bytes, tuple[Point, ...], int], list[int]] | None = None

    @classmethod
    def begin(cls, runtime: Runtime, all_of_type: Sequence[Lifeline]) -> None:
        """Register what people get, and look at the network now and then."""
        waters = [one for one in all_of_type if isinstance(one, DrinkingWater)]
        districts = tuple(water.component.district for water in waters)
        homes = tuple(name for water in waters for name in water.taps.names)

        def least() -> NDArray[np.float64]:
            return np.array([water.litres for water in waters], dtype=np.float64)

        def at_homes() -> NDArray[np.float64]:
            return np.concatenate([water.litres_at for water in waters if water.taps.names])

        runtime.quantities.register(Quantity("litres_per_person_d", "l/d", districts, least))
        if homes:
            runtime.quantities.register(Quantity("litres_per_person_d", "l/d", homes, at_homes))

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
        same = well and self._state() == self._seen
        if not same and not self._dirty:
            self._look()

    def judge(self) -> Duty:
        self._seen = self._state()
        homes, runtime = self.taps.homes, self.runtime
        tap, bad, notice = self.taps.shares(), self.taps.bad(), self.taps.notice()
        self._bad_since = self._bad_since if bad.any() else None
        told = self._know(notice)
        delivered_l = LITRES_PERSON_D * tap
        drinkable_l = delivered_l if notice == NO_NOTICE else np.zeros(len(tap))  # as far as anybody knows
        boiled_l = np.zeros(len(tap))
        if notice == TO_BOIL:
            boiled_l = np.minimum(delivered_l, BOILED_L) * told * runtime.consumers.share(POWER_SUPPLY, self._district)
        arrives_l, ratio = homes.mean(drinkable_l), homes.mean(tap)
        lacking = (drinkable_l + boiled_l < ENOUGH_L - TINY_L) & (homes.people > 0)
        own_l = drinkable_l * (1.0 - bad) + boiled_l
        low_tank = self._low_tank()
        if not lacking.any():
            self._call_tankers(False)
            self._hand_out(0.0)
            self._settle(own_l)
            if ratio >= NETWORK_RATIO and not low_tank:
                self._called = None
                return Duty("network", self._share(), events.DRINKING_NETWORK, {"share": ratio})
            self._ready()
            why = events.DRINKING_LOW_TANKS if low_tank else events.DRINKING_WEAK
            return Duty("tank", self._share(), why, {"litres": arrives_l})
        ready = runtime.clock.now >= self._ready()
        self._call_tankers(ready and not runtime.faults.active(self.id, NO_TANKERS.name))
        knows = 1.0 if notice == NO_NOTICE else told
        fetched_l = self._fetched_l(lacking, drinkable_l + boiled_l, knows) if ready else np.zeros(len(tap))
        without = lacking & (fetched_l <= 0) & (boiled_l <= 0)
        bottles = self._hand_out(float(homes.people[without].sum()) * knows)
        own_l = own_l + fetched_l + (without * BOTTLED_L * knows if bottles else 0.0)
        self._settle(own_l)
        brought_l = float((fetched_l * homes.people).sum())
        if arrives_l >= ENOUGH_L:
            count = round(float(homes.people[lacking].sum()))
            said = {"people": count, "least": ENOUGH_L, "litres": arrives_l}
            return Duty("tank", self._share(), events.DRINKING_PARTLY, said)
        if boiled_l.any():
            given = {"told": told, "litres": homes.mean(boiled_l)}
            return Duty("boiled", self._share(), events.DRINKING_BOILED, given)
        if brought_l > 0:
            given = {"brought": brought_l, "litres": homes.mean(own_l)}
            return Duty("emergency", self._share(), events.DRINKING_BROUGHT, given)
        if bottles:
            return Duty("bottled", self._share(), events.DRINKING_BOTTLED, {"litres": BOTTLED_L})
        code = events.DRINKING_NOBODY_COMES if ready else events.DRINKING_GETTING_READY
        return Duty("none", self._share(), code, {"litres": arrives_l})

    def _settle(self, litres: NDArray[np.float64]) -> None:
        self.litres_at = litres
        peopled = self.taps.homes.people > 0
        self.litres = float(litres[peopled].min()) if peopled.any() else LITRES_PERSON_D

    def _share(self) -> float:
        """Of what people must have, so much do they get."""
        return min(1.0, self.taps.homes.mean(np.minimum(self.litres_at, ENOUGH_L)) / ENOUGH_L)

    def _state(self) -> bytes:
        return self.taps.shares().tobytes() + self.taps.bad().tobytes() + bytes([int(self.taps.notice())])

    @property
    def _district(self) -> str:
        return self.component.district

    def _know(self, notice: float) -> float:
        """Share of the people who know of the notice in force."""
        if notice == NO_NOTICE:
            self._noticed, self._told, self._hours_told = None, 0.0, 0
            return 1.0
        now = self.runtime.clock.now
        if self._noticed is None:
            self._noticed = now
        begin = self._noticed + to_ticks(self.component.number("notice_s"))
        if self.runtime.faults.active(self.id, "notice-withheld"):
            return self._told
        while now >= begin + self._hours_told * HOUR and self._told < 1.0:
            self._told += (1.0 - self._told) * self.warned(self._district)
            self._told = 1.0 if self._told >= ALL_KNOW else self._told
            self._hours_told += 1
        if self._told < 1.0:
            self.wake(begin + self._hours_told * HOUR)
        return self._told

    def _fetched_l(self, lacking: NDArray[np.bool_], own_l: NDArray[np.float64], knows: float) -> NDArray[np.float64]:
        """Litres a person and day that people bring home from wells and tankers."""
        homes, reach_m = self.taps.homes, self.component.number("reach_m")
        coming = Homes(homes.x_m, homes.y_m, homes.people * knows)
        wanted = np.where(lacking, np.maximum(ENOUGH_L - own_l, 0.0), 0.0)
        points = self._well_points()
        if self._driving and (tanker_l := self._tanker_l_d()) > 0:
            at = self._stops(lacking, tuple(points), reach_m)
            taps_l = self.component.number("taps") * self.component.number("tap_l_s") * self.component.number("hours_s")
            brought_l = min(tanker_l, taps_l) * len(self._driving)
            if at:
                points += [Point(float(homes.x_m[i]), float(homes.y_m[i]), brought_l / len(at)) for i in at]
            else:  # all have a well in reach: the water is handed out there
                points = [Point(one.x_m, one.y_m, one.litres_d + brought_l / len(points)) for one in points]
        return handed_out(coming, wanted, points, reach_m) * knows

    def _stops(self, lacking: NDArray[np.bool_], points: tuple[Point, ...], reach_m: float) -> list[int]:
        """Where the tankers that are there stop; thought over only when something has changed."""
        count = max(1, int(self.component.number("stops"))) * len(self._driving)
        asked = lacking.tobytes(), points, count
        if self._stopping is None or self._stopping[0] != asked:
            self._stopping = asked, stops(self.taps.homes, lacking, points, reach_m, count)
        return self._stopping[1]

    def _hand_out(self, people: float) -> bool:
        """Hand out bottles to so many people, while they are there; what has been handed out is gone."""
        now, use_l_s = self.runtime.clock.now, people * BOTTLED_L / 86400.0
        if self._handing_since is not None:
            self._stock_l = max(0.0, self._stock_l - self._handing_l_s * to_s(now - self._handing_since))
            self._stock_l = 0.0 if self._stock_l < self._handing_l_s * 0.001 else self._stock_l
            self._handing_since = None
        missing = bool(self.runtime.faults.active(self.id, "bottles-missing"))
        if use_l_s <= 0 or self._stock_l <= 0 or missing or self._called is None:
            return False
        start = self._called + to_ticks(self.component.number("bottled_s"))
        if now < start:
            self.wake(start)
            return False
        self._handing_since, self._handing_l_s = now, use_l_s
        self.wake(now + max(1, to_ticks(self._stock_l / use_l_s)))
        return True

    def judged(self, duty: Duty, cause: int | None) -> None:
        people = self.taps.homes.people
        if self.mode == "network" and self.litres < ENOUGH_L - TINY_L:
            cause = self._arrival(cause)  # nothing was changed here, and yet people get less
        for level in self._owed:
            below = float(people[self.litres_at < level.minimum - TINY_L].sum())
            self.runtime.levels.record(level.id, self.litres, cause, people=below)

    def _arrival(self, cause: int | None) -> int | None:
        """The event of bad water that has come to the district."""
        if self._bad_since is None:
            here = (e for e in reversed(self.runtime.log.events) if e.subject == self._district)
            self._bad_since = next((event.id for event in here if event.code == BAD_ARRIVES), cause)
        return self._bad_since

    def believed_cause(self) -> int | None:
        """The last time a level of the district's water fell or came back, if that is news; else what is behind the
        network as it is now, if that is."""
        last = -1 if self.last_event is None else self.last_event
        for event in reversed(self.runtime.log.events[last + 1 :]):
            if event.subject in self._water_levels and event.kind in {EventKind.LEVEL_LOW, EventKind.LEVEL_BACK}:
                return event.id
            if event.subject == self._district and event.code in NOTICES:
                return event.id
        behind = self.runtime.behind.get(WATER_DOMAIN, lambda: None)()
        return self.last_event if behind is None or behind < last else behind

    def _ready(self) -> int:
        """When wells are manned and tankers leave: the call goes out when it is first asked for."""
        activate = to_ticks(self.component.number("activate_s"))
        if self._called is None:
            self._called = self.runtime.clock.now
            self.wake(self._called + activate)
        return self._called + activate

    def _low_tank(self) -> bool:
        volume_m3 = self._stored_m3()
        if self.runtime.clock.now <= 0:
            self._usual_m3 = min(self._usual_m3, volume_m3)
        return volume_m3 < LOW_TANK * self._usual_m3 < math.inf

    def _well_points(self) -> list[Point]:
        """The wells that work and that somebody gets to, each with what its taps give in the hours of a day."""
        works, hours_s = self.runtime.supply.works, self.component.number("hours_s")
        manned = [well for well in self._wells if works(well.id) and self._drive_s(well.id) is not None]
        found = []
        for well in manned:
            rate_l_s = min(well.number(FLOW) * 1000.0, well.number("taps") * well.number("tap_l_s"))
            found.append(Point(well.x_m, well.y_m, rate_l_s * hours_s))
        return found

    def _tanker_l_d(self) -> float:
        """Litres a day that one tanker on tour brings: it drives to and fro and takes `refill_s` to fill and hand out.

        Assumption: its stops are as far from the depot as the nearest of the district's own places with an open road.
        """
        drives = [s for place in (self.id, *(w.id for w in self._wells)) if (s := self._drive_s(place)) is not None]
        if not drives:
            return 0.0
        round_trip_s = max(1.0, 2.0 * min(drives) + self.component.number("refill_s"))
        return self.component.number("tanker_l") * 86400.0 / round_trip_s

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

    def _stored_m3(self) -> float:
        """What is in the district's tanks; infinite where nobody measures it."""
        try:
            value = self.runtime.quantities.value(self._district, TANK_VOLUME)
        except KeyError:
            return math.inf
        return math.inf if math.isnan(value) else value


class _Taps:
    """What arrives at the taps of one district: at each home of the network, or in its middle where it has none."""

    def __init__(self, runtime: Runtime, component: Component) -> None:
        self._runtime, self._district = runtime, component.district
        city = runtime.city
        at = {
            name: people
            for name, people in runtime.consumers.residents(WATER_SUPPLY).items()
            if city.components[name].district == self._district
        }
        self.names = tuple(at) if sum(at.values()) > 0 else ()
        if self.names:
            places = [city.components[name] for name in self.names]
            self.homes = Homes(
                np.array([place.x_m for place in places]),
                np.array([place.y_m for place in places]),
                np.array([at[name] for name in self.names]),
            )
        else:
            district = city.districts.get(self._district)
            people = 0 if district is None else district.people
            self.homes = Homes(np.array([component.x_m]), np.array([component.y_m]), np.array([float(people)]))
        self._found: dict[str, Callable[[], NDArray[np.float64]]] = {}

    def shares(self) -> NDArray[np.float64]:
        """Share of the demand that is delivered at each home."""
        return self._read(TAP_SHARE if self.names else SUPPLY_RATIO, 1.0)

    def bad(self) -> NDArray[np.float64]:
        """Share of that which may not be drunk, whoever knows."""
        share = self._read(CONTAMINATED_SHARE, 0.0)
        return np.asarray(share > DRINKABLE, dtype=np.float64) if self.names else share

    def notice(self) -> float:
        try:
            return self._runtime.quantities.value(self._district, WATER_NOTICE)
        except KeyError:
            return NO_NOTICE

    def _read(self, quantity: str, unknown: float) -> NDArray[np.float64]:
        if quantity not in self._found:
            names = self.names or (self._district,)
            try:
                known = self._runtime.quantities.find(names[0], quantity)
            except KeyError:
                return np.full(len(names), unknown)
            rows = np.array([known.index[name] for name in names], dtype=np.intp)
            self._found[quantity] = lambda: known.read()[rows]
        values = self._found[quantity]()
        return values if self.names else np.nan_to_num(values, nan=unknown)
