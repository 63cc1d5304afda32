"""The command door: what a control room orders a device to do, on its way over a control link, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from numpy.random import Generator

from simulator.contracts.city import City
from simulator.contracts.link import Link
from simulator.contracts.registry import registry
from simulator.coupling import events
from simulator.coupling.supply import Supply
from simulator.kernel.clock import Clock
from simulator.kernel.log import EventLog
from simulator.kernel.streams import Streams


class Answer(StrEnum):
    """What became of an order, as the room hears of it."""

    DONE = "done"
    REFUSED = "refused"  # no control link leads from the room to the device: it has no right to command it
    LOST = "lost"  # nothing came back
    DEAD = "dead"  # the device is reached and does not work


Ordered = Callable[[str, int], None]
"""Called with a device and the event of a new order."""


class Orders:
    """Closed until a control room opens it: then devices do what they were last ordered to, and nothing else.

    An order leaves the room over a control link of its own to the device, takes the time of that link, is lost as often
    as the link loses messages, and is answered by the device. A room without such a link is refused.
    """

    def __init__(self, city: City, clock: Clock, log: EventLog, supply: Supply, streams: Streams) -> None:
        self._city, self._clock, self._log, self._supply, self._streams = city, clock, log, supply, streams
        self._kinds = registry().links_that(lambda of: of.commands)
        self._devices: frozenset[str] = frozenset()
        self._orders: dict[str, float] = {}
        self._listeners: dict[str, Ordered] = {}
        self._said: dict[str, tuple[str, float]] = {}
        self._draws: dict[str, Generator] = {}

    def listen(self, device: str, ordered: Ordered) -> None:
        """The owner of a device is told when it is ordered something else."""
        self._listeners[device] = ordered

    @property
    def obeyed(self) -> frozenset[str]:
        """The devices that somebody carries orders out for."""
        return frozenset(self._listeners)

    def open(self, devices: frozenset[str]) -> None:
        """These devices are commanded by a control room from now on, and keep their state until it says something."""
        self._devices = devices & self.obeyed
        event = self._log.add(events.ORDERS_OPEN, self._city.name, value=float(len(self._devices)))
        for device in sorted(self._devices):
            self._listeners[device](device, event)

    def commanded(self, device: str) -> bool:
        """Whether a control room commands the device in this run."""
        return device in self._devices

    def order(self, device: str) -> float | None:
        """What the device was last ordered, None for nothing yet."""
        return self._orders.get(device)

    def send(
        self, seat: str, device: str, setting: float, cause: int | None, answered: Callable[[Answer], None]
    ) -> None:
        """Order a device to take a setting; `answered` is called when the room knows what came of it."""
        own = [link for kind in self._kinds for link in self._city.links_into(device, kind) if link.source == seat]
        if not own or device not in self._devices:
            self._log.add(events.ORDER_REFUSED, device, {"seat": seat}, cause=cause, value=setting)
            answered(Answer.REFUSED)
            return
        way = next((link for link in own if self._supply.link_up(link.id)), None)
        if way is None or self._lost(way):
            if self._said.get(device) != (seat, setting):  # who gets no answer tries again and again
                self._said[device] = seat, setting
                self._log.add(events.ORDER_LOST, device, {"seat": seat}, cause=cause, value=setting)
            answered(Answer.LOST)
            return
        self._clock.after(way.latency_s, device, lambda: self._arrive(way, device, setting, cause, answered))

    def _lost(self, way: Link) -> bool:
        if way.loss <= 0:
            return False
        if way.id not in self._draws:
            self._draws[way.id] = self._streams.stream(way.id, "orders")
        return bool(self._draws[way.id].random() < way.loss)

    def _arrive(
        self, way: Link, device: str, setting: float, cause: int | None, answered: Callable[[Answer], None]
    ) -> None:
        if not self._supply.works(device):
            answered(Answer.DEAD)
            return
        self._said.pop(device, None)
        if self._orders.get(device) != setting:
            self._orders[device] = setting
            ordered = {"seat": way.source}
            event = self._log.add(events.ORDERED, device, ordered, cause=cause, via=way.id, value=setting)
            self._listeners[device](device, event)
        answered(Answer.DONE)
