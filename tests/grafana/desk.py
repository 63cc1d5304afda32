"""An hour at a control room's desk, as its events tell it: alarms, what was ordered, what came of it."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.contracts.event import Event, EventKind, Value
from simulator.contracts.ticks import to_ticks
from stadtwerk.influx.control import Desk
from stadtwerk.influx.places import Places, RunIdentity
from stadtwerk.influx.sender import Out
from stadtwerk.runs import events

SEAT = "waterworks-1"


def raised(number: int, at_s: float, evidence: str, components: str = "tank-T-4", event: int = 0) -> Event:
    params: dict[str, Value] = {"alarm": number, "seat": SEAT, "evidence": evidence, "districts": "d5"}
    params["components"] = components
    return Event(
        event or 1000 + number,
        to_ticks(at_s),
        EventKind.NOTE,
        components,
        events.ALARM_RAISED.name,
        params,
        value=2.0,
    )


def about(code: str, number: int, at_s: float, value: float | None = None) -> Event:
    """An alarm is acknowledged, or over."""
    return Event(2000 + number, to_ticks(at_s), EventKind.NOTE, "tank-T-4", code, {"alarm": number}, value=value)


def wants(pump: str, at_s: float, event: int) -> Event:
    read: dict[str, Value] = {"seat": SEAT, "reading": "tank-T-4/level_m", "believed": "reckoned", "read": 24.1}
    read |= {"below": 24.2, "above": 25.8}
    return Event(event, to_ticks(at_s), EventKind.NOTE, pump, events.SWITCHES.name, read, value=1.0)


def done(pump: str, at_s: float, cause: int) -> Event:
    seat: dict[str, Value] = {"seat": SEAT}
    return Event(cause + 1, to_ticks(at_s), EventKind.SWITCH, pump, "order.done", seat, cause, value=1.0)


def sends(at_s: float, event: int, districts: str = "d5") -> Event:
    said: dict[str, Value] = {"seat": SEAT, "trade": "water", "districts": districts, "playbook": "leak", "alarm": 1}
    return Event(event, to_ticks(at_s), EventKind.NOTE, districts.partition(" ")[0], events.SENDS.name, said)


def hour() -> Iterator[Event]:
    yield raised(1, 60, "balance", "pump-~@Pump-9")
    yield raised(2, 90, "silence", "gateway-d5")
    yield raised(3, 120, "jump")
    yield about(events.ALARM_ACKNOWLEDGED.name, 1, 240, value=180.0)
    yield wants("pump-~@Pump-9", 300, 3000)
    yield done("pump-~@Pump-9", 301, 3000)
    yield sends(360, 3100)
    yield wants("pump-~@Pump-8", 420, 3200)


def lines(run: RunIdentity) -> list[bytes]:
    """That hour as lines of a run: three alarms stand at its end, a crew and an order are on their way."""
    out = Out(run)
    desk = Desk(Places(run.city), out, room=True)
    for event in hour():
        desk.event(event)
    for name, value in (("picture_level_m", 24.1), ("truth_level_m", 24.0)):
        desk.gauge("tank-T-4", name, value, to_ticks(600))
    desk.beat(to_ticks(1200))
    return out.take()
