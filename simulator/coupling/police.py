"""Police at dark junctions: so many officers with so many cars, who drive there, stand, rest, and are relieved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod

from simulator.contracts.city import City
from simulator.contracts.event import EventCode
from simulator.contracts.fault import ActiveFault
from simulator.contracts.registry import registry
from simulator.contracts.ticks import to_s, to_ticks
from simulator.coupling import catalogue, events
from simulator.coupling.calls import Calls
from simulator.coupling.catalogue import POLICE_ELSEWHERE, STAFF_RESERVE
from simulator.coupling.faults import FaultStack
from simulator.coupling.supply import Supply
from simulator.coupling.travel import Travel
from simulator.coupling.vehicles import Vehicle, VehicleKind
from simulator.kernel.clock import Clock
from simulator.kernel.log import EventLog

STAFF_ABSENT = catalogue.STAFF_ABSENT.name

RETRY_S = 900.0
"""Officers who find no open road, or no car with fuel, look again after this (assumption, as crews)."""


def staff_present(faults: FaultStack, component: str) -> float:
    """Share of the staff of a component that is there, 0 to 1.

    Several causes at once take their shares of those who are left, one after the other (assumption: they are
    independent of each other). Those on stand-by fill the gaps, and fall ill as the others do.
    """
    absent = faults.active(component, STAFF_ABSENT)
    if not absent:
        return 1.0
    there = prod(1.0 - fault.number("share") for fault in absent)
    return min(1.0, there * (1.0 + float(faults.component(component).parameters.get(STAFF_RESERVE.name, 0.0))))


Told = Callable[[str, int], None]
"""Called with a signal at which officers have arrived or left, and the event of that."""


@dataclass(eq=False, slots=True)
class _Team:
    """Officers on their way to a junction, or there `since` a tick: their car, and how long they drove in it."""

    car: Vehicle | None
    drive_s: float
    since: int | None = None


class Police:
    """Officers for the junctions on their list.

    A junction is called in when its signal goes dark: by telephone, or by a messenger, who takes his time. `police_s`
    later a team sets off by car, if one is free, else as soon as one is, over the roads as they are. After `stint_s` it
    is relieved by a team that is free, there in time (assumption), or the junction is left alone; the team
    drives back and rests for `rest_s`. Teams, cars and fuel belong to the police station, whose fuel pump needs power;
    a town without one has as many teams as it needs, at once, and they stay (assumption).
    """

    def __init__(
        self,
        city: City,
        clock: Clock,
        log: EventLog,
        faults: FaultStack,
        calls: Calls,
        supply: Supply,
        travel: Travel,
    ) -> None:
        self._city, self._clock, self._log, self._faults, self._calls = city, clock, log, faults, calls
        self._supply, self._travel = supply, travel
        self._station = next(iter(city.of_kind(*registry().types_that(lambda of: of.police))), None)
        self._busy = 0  # teams that are on their way, stand or rest
        self._called: dict[str, tuple[int, int | None]] = {}  # signal -> serial of the call and its cause
        self._out: dict[str, _Team] = {}  # signal -> who is there, or on the way
        self._waiting: list[str] = []
        self._said: dict[str, set[str]] = {}
        self._serial = 0
        self._retries_at: int | None = None
        self._listeners: list[Told] = []
        self.cars: tuple[Vehicle, ...] = ()
        if self._station is not None:
            number, tank_l = self._station.number, self._station.number("car_tank_l")
            self.cars = tuple(
                Vehicle(VehicleKind.PATROL_CAR, tank_l, number("car_l_h"), tank_l) for _ in range(int(number("cars")))
            )
            for fault in (POLICE_ELSEWHERE.name, STAFF_ABSENT):
                faults.handle(fault, self._on_fault)
            supply.watch(self._station.id, lambda subject, cause: self._assign())

    def listen(self, told: Told) -> None:
        self._listeners.append(told)

    def at(self, signal: str) -> bool:
        """Whether officers regulate the junction now."""
        return signal in self._out and self._out[signal].since is not None

    def call(self, signal: str, cause: int | None) -> None:
        """The signal is dark. Calling for one that is waited for changes nothing, nor for one not on the list."""
        component = self._city.components[signal]
        if signal in self._called or not component.parameters["police"]:
            return
        self._serial += 1
        serial = self._serial
        self._called[signal] = (serial, cause)

        def due() -> None:
            if self._called.get(signal, (0, None))[0] == serial:
                self._waiting.append(signal)
                self._assign()

        delay_s = 0.0
        if self._station is not None and not self._calls.reached(signal, self._station.id):
            delay_s = self._calls.messenger_s(signal, self._station.id)
            event = self._log.add(events.POLICE_MESSENGER, signal, cause=cause, value=delay_s)
            self._called[signal] = (serial, event)
        self._clock.after(component.number("police_s") + delay_s, signal, due)

    def release(self, signal: str) -> None:
        """The signal works again: its team drives home, and is free then."""
        self._called.pop(signal, None)
        self._said.pop(signal, None)
        if signal in self._waiting:
            self._waiting.remove(signal)
        if (team := self._out.pop(signal, None)) is not None:
            self._home(signal, team, 0.0)

    @property
    def free_teams(self) -> int | None:
        """Teams that could go now, None where there is no limit."""
        if self._station is None:
            return None
        if self._faults.active(self._station.id, POLICE_ELSEWHERE.name):
            return 0
        officers = self._station.number("officers") * staff_present(self._faults, self._station.id)
        teams = int((officers + 1e-9) // max(1.0, self._station.number("officers_at_junction")))
        return max(0, teams - self._busy)

    def _assign(self) -> None:
        for signal in list(self._waiting):
            if signal not in self._waiting:
                continue
            why = self._hindrance(signal)
            if why is None:
                self._waiting.remove(signal)
                self._send(signal)
                continue
            if why in (events.POLICE_NO_ROAD, events.POLICE_NO_CAR):
                self._retry()
            if why.name not in self._said.setdefault(signal, set()):
                self._said[signal].add(why.name)
                serial, cause = self._called[signal]
                self._called[signal] = (serial, self._log.add(why, signal, cause=cause))

    def _hindrance(self, signal: str) -> EventCode | None:
        """Why nobody can go to the junction now."""
        if self._station is None:
            return None
        if self._faults.disabled(self._station.id):
            return events.POLICE_OUT
        if self.free_teams == 0:
            return events.POLICE_NOT_FREE
        drive_s = self._travel.time_s(self._station.id, signal)
        if drive_s is None:
            return events.POLICE_NO_ROAD
        return None if self._car(drive_s) is not None else events.POLICE_NO_CAR

    def _car(self, drive_s: float) -> Vehicle | None:
        """The car at home with most fuel, if enough for the way, a stint and back; filled up where there is power."""
        assert self._station is not None
        home = [car for car in self.cars if not car.out]
        if self._supply.works(self._station.id):
            for car in home:
                car.fuel_l = car.tank_l
        best = max(home, key=lambda car: car.fuel_l, default=None)
        stint_l = self._station.number("idle_l_h") * self._station.number("stint_s") / 3600.0
        enough = best is not None and best.fuel_l >= 2.0 * best.burn_l_h * drive_s / 3600.0 + stint_l
        return best if enough else None

    def _retry(self) -> None:
        """Look again in a while, once however many wait."""
        if self._retries_at is None or self._retries_at <= self._clock.now:
            self._retries_at = self._clock.now + to_ticks(RETRY_S)
            self._clock.after(RETRY_S, "police", self._assign)

    def _send(self, signal: str) -> None:
        self._said.pop(signal, None)
        team = self._leave(signal)

        def there() -> None:
            if self._out.get(signal) is team:
                self._stand(signal, team, self._log.add(events.POLICE_ARRIVE, signal, cause=self._called[signal][1]))

        if team.drive_s > 0.0:
            self._clock.after(team.drive_s, signal, there)
        else:
            there()

    def _leave(self, signal: str) -> _Team:
        """A team leaves for a junction, and its car has the fuel for the way behind it."""
        self._busy += 1
        self._out[signal] = team = _Team(None, 0.0)
        if self._station is not None:
            team.drive_s = self._travel.time_s(self._station.id, signal) or 0.0
            team.car = self._car(team.drive_s)
        if team.car is not None:
            team.car.out = True
            team.car.drive(team.drive_s)
        return team

    def _stand(self, signal: str, team: _Team, event: int) -> None:
        team.since = self._clock.now
        if self._station is not None:
            self._clock.after(self._station.number("stint_s"), signal, lambda: self._over(signal, team))
        self._tell(signal, event)

    def _over(self, signal: str, team: _Team) -> None:
        """A team leaves to rest; another takes its place if there is one."""
        if self._out.get(signal) is not team or self._station is None:
            return
        cause = self._called[signal][1]
        relieved = self._hindrance(signal) is None
        del self._out[signal]
        self._home(signal, team, self._station.number("rest_s"))
        if relieved:
            self._stand(signal, self._leave(signal), self._log.add(events.POLICE_RELIEVED, signal, cause=cause))
            return
        event = self._log.add(events.POLICE_REST, signal, cause=cause)
        self._called[signal] = (self._called[signal][0], event)
        self._waiting.append(signal)
        self._tell(signal, event)
        self._assign()

    def _home(self, signal: str, team: _Team, rest_s: float) -> None:
        """The team drives back as it came, and rests; its car is at home before that."""
        car, idle_l_h = team.car, 0.0 if self._station is None else self._station.number("idle_l_h")

        def parked() -> None:
            if car is not None:
                car.drive(team.drive_s)
                car.out = False
                self._assign()

        def rested() -> None:
            self._busy -= 1
            self._assign()

        if car is not None and team.since is not None:
            car.burn(idle_l_h * to_s(self._clock.now - team.since) / 3600.0)
        if team.drive_s > 0.0:
            self._clock.after(team.drive_s, signal, parked)
        else:
            parked()
        if team.drive_s + rest_s > 0.0:
            self._clock.after(team.drive_s + rest_s, signal, rested)
        else:
            rested()

    def _on_fault(self, target: str, fault: str, active: tuple[ActiveFault, ...], event: int) -> None:
        if self._station is None or target != self._station.id:
            return  # teams belong to the first station
        if active and fault == POLICE_ELSEWHERE.name:
            for signal, team in list(self._out.items()):
                del self._out[signal]
                self._home(signal, team, 0.0)
                left = self._log.add(events.POLICE_ELSEWHERE, signal, cause=event)
                self._called[signal] = (self._called[signal][0], left)
                self._waiting.append(signal)
                self._tell(signal, left)
        self._assign()

    def _tell(self, signal: str, event: int) -> None:
        for told in self._listeners:
            told(signal, event)
