"""The digital town hall: online, else at the paper counter while it is open."""

from __future__ import annotations

from simulator.contracts.component import Component
from simulator.contracts.ticks import to_ticks
from simulator.coupling.catalogue import RANSOMWARE
from simulator.coupling.police import staff_present
from simulator.coupling.runtime import Runtime
from simulator.domains.energy.catalogue import POWER
from simulator.domains.ict.catalogue import CONTROL, DATA
from simulator.lifelines.lifeline import Duty, Lifeline
from simulator.lifelines.town_hall import events

DAY = to_ticks(86400.0)


class TownHall(Lifeline):
    """*online* while it has power and its services reach it: a live control link from them and a live data link.

    Without, the paper counter opens `activate_s` later, within opening hours (every day alike, by the town's clock:
    assumption); they may reach beyond midnight. Paper needs no power, but people and a house.
    """

    kind = "town-hall"

    def __init__(self, runtime: Runtime, component: Component) -> None:
        super().__init__(runtime, component)
        self._offline_since: int | None = None
        self._next: int | None = None
        self._opens, closes = (to_ticks(component.number(name)) for name in ("opens_s", "closes_s"))
        self._open_for = (closes - self._opens) % DAY or DAY

    def judge(self) -> Duty:
        supply, now = self.runtime.supply, self.runtime.clock.now
        missing = [
            what
            for what, there in (
                ("power", supply.fed(self.id, POWER)),
                ("encrypted", not self.runtime.faults.active(self.id, RANSOMWARE.name)),
                ("way", supply.mains(self.id, CONTROL)),
                ("data-link", supply.mains(self.id, DATA)),
            )
            if not there
        ]
        if self.runtime.faults.active(self.id, "site-out"):
            self._offline_since = now if self._offline_since is None else self._offline_since
            return Duty("none", 0.0, events.HALL_OUT)
        if not missing:
            self._offline_since = None
            return Duty("online", 1.0, events.HALL_ONLINE)
        if self._offline_since is None:
            self._offline_since = now
        missed = {"missing": " ".join(missing)}
        ready = self._offline_since + to_ticks(self.component.number("activate_s"))
        if now < ready:
            self._wake_once(ready)
            return Duty("none", 0.0, events.HALL_SETTING_UP, missed)
        if not staff_present(self.runtime.faults, self.id):
            return Duty("none", 0.0, events.HALL_NOBODY, missed)
        since = (to_ticks(self.runtime.clock.time_of_day_s()) - self._opens) % DAY
        if since < self._open_for:
            self._wake_once(now + self._open_for - since)
            return Duty("paper", self.component.number("paper_share"), events.HALL_PAPER, missed)
        self._wake_once(now + DAY - since)
        return Duty("none", 0.0, events.HALL_CLOSED, missed)

    def _wake_once(self, tick: int) -> None:
        if self._next != tick:
            self._next = tick
            self.wake(tick)
