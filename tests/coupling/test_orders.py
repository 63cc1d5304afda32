"""Orders of a control room: who has a link to a device may command it, over that link and with its delay and loss."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace

import pytest

from simulator.contracts.city import City
from simulator.contracts.link import Link, LinkKind
from simulator.contracts.registry import registry
from simulator.coupling.orders import Answer, Orders
from simulator.kernel import Clock
from simulator.kernel.log import EventLog
from simulator.kernel.streams import Streams
from tests.resilience.town import tiny_city

COMMANDS = next(name for name, of in registry().links.items() if of.commands)
LATENCY_S = 2.0


class Way:
    """A room, its link to a pump, and what befalls both."""

    def __init__(self, loss: float = 0.0, minutes: float = 10.0) -> None:
        link = Link("c", LinkKind(COMMANDS), "room", "pump", latency_s=LATENCY_S, loss=loss)
        city = tiny_city()
        pump, room = (replace(next(iter(city.components.values())), id=name) for name in ("pump", "room"))
        town: City = replace(city, components={"pump": pump, "room": room}, links={"c": link}, levels={})
        self.clock = Clock(datetime(2026, 1, 14), 0.0, minutes * 60.0)
        self.log = EventLog(self.clock)
        self.up = self.works = True
        supply = SimpleNamespace(link_up=lambda _: self.up, works=lambda _: self.works)
        self.orders = Orders(town, self.clock, self.log, supply, Streams(1))  # type: ignore[arg-type]
        self.done: list[tuple[str, float]] = []
        self.answers: list[Answer] = []
        self.orders.listen("pump", lambda device, _: self.done.append((device, self.clock.now_s)))
        self.orders.open(frozenset({"pump"}))
        self.done.clear()

    def send(self, seat: str = "room", setting: float = 1.0) -> None:
        self.orders.send(seat, "pump", setting, None, self.answers.append)
        self.clock.run_until(self.clock.end)

    def codes(self) -> list[str]:
        return [event.code for event in self.log.events if event.code.startswith("order.")]


def test_an_order_takes_the_time_of_its_link_and_is_answered() -> None:
    way = Way()
    way.send()
    assert way.done == [("pump", LATENCY_S)] and way.answers == [Answer.DONE]
    assert way.codes() == ["order.open", "order.done"] and way.orders.order("pump") == 1.0


def test_who_has_no_link_to_a_device_is_refused() -> None:
    way = Way()
    way.send("stranger")
    assert way.done == [] and way.answers == [Answer.REFUSED] and way.codes()[-1] == "order.refused"


@pytest.mark.parametrize("how", ["link down", "every message lost"])
def test_what_gets_no_answer_is_logged_once_and_changes_nothing(how: str) -> None:
    way = Way(loss=1.0 if how == "every message lost" else 0.0)
    way.up = how == "every message lost"
    for _ in range(3):
        way.orders.send("room", "pump", 1.0, None, way.answers.append)
    way.clock.run_until(way.clock.end)
    assert way.answers == [Answer.LOST] * 3 and way.codes() == ["order.open", "order.lost"]
    assert way.orders.order("pump") is None


def test_a_device_that_does_not_work_says_so_by_its_silence_about_the_setting() -> None:
    way = Way()
    way.works = False
    way.send()
    assert way.answers == [Answer.DEAD] and way.done == [] and way.orders.order("pump") is None
