"""What the control rooms of a city are to do: `control.yaml` in the city's folder.

Seats are the rooms with the people in them, levels are controls with two points, balances say what flows in and out of
a zone and what is stored there, limits and playbooks what is out of the ordinary and what is done then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from simulator.contracts.document import load_document
from simulator.contracts.model import Mistakes, Model, Seconds, Version, Wording, read, read_version
from simulator.contracts.names import suggestion
from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.words import Words

_ = Words("monitoring")

SCHEMA = "stadtwerk/control/1"
FILE = "control.yaml"

Kind = Literal[
    "silence",
    "range",
    "jump",
    "stuck",
    "contradiction",
    "replay",
    "twice",
    "balance",
    "discrepancy",
    "limit",
    "report",
]
"""Kinds of evidence for which an alarm is raised; see `monitoring.checks`."""

Name = Annotated[str, Field(min_length=1)]


class Seat(Model):
    """A control room: the component that is lost if it is lost, and how fast its people are."""

    id: Name
    """the component in which it sits; it commands what its control links lead to"""
    operators: Annotated[int, Field(ge=1)] = 1
    """people on duty, each of whom deals with one alarm at a time"""
    decide: Seconds = 180.0
    """time that an operator takes for an alarm (assumption: 3 min)"""


class Level(Model):
    """A device that is switched on below one point of a reading and off above another."""

    device: Name
    seat: Name
    reading: Name
    """the sensor, as component/quantity"""
    below: float
    """switched on below this, in the unit of the reading"""
    above: float
    """switched off above this"""
    timetable: list[Annotated[int, Field(ge=0, le=23)]] = Field([])
    """hours of the day in which it runs where nothing can be believed"""
    stale: Seconds = 600.0
    """a reading older than this is none (assumption: 10 min)"""
    shown: str = ""
    """the sensor of what flows through the device, which shows whether it does what it was ordered"""

    @classmethod
    def check(cls, fields: Mapping[str, Any], context: Any, mistakes: Mistakes) -> None:
        """On below the lower point, off above the upper one."""
        if {"below", "above"} <= fields.keys() and fields["below"] >= fields["above"]:
            mistakes.wrong("above", _("is not above `below`"), _("switch off at a higher value than on"))


class Store(Model):
    """Something that fills and empties."""

    reading: Name
    """the sensor of its level"""
    area_m2: Annotated[float, Field(gt=0)]


class Detour(Model):
    """A switch between two parts of a grid, open on ordinary days, that feeds the one from the other if it is dark."""

    device: Name
    seat: Name
    position: Name
    """the sensor of its position, as component/quantity: 1 closed"""
    here: list[Name] = Field(min_length=1)
    """sensors of the voltage on one side, the nearest ones"""
    there: list[Name] = Field(min_length=1)
    """and on the other side"""
    dead: float = 0.05
    """below this voltage (p.u.) a part is dark (EN 50160: an interruption is below 5 %)"""
    alive: float = 0.9
    """from this voltage on a part is fed (EN 50160)"""
    lasts: Seconds = 300.0
    """how long it has to be so (assumption: 5 min, as long as automatic reclosing may take)"""


class Queue(Model):
    """A signal whose centre gives it the longest cycle while more vehicles wait than leave in one cycle."""

    device: Name
    seat: Name
    reading: Name
    """the sensor of the vehicles that wait, as component/quantity"""
    above: float
    """more wait than leave in a cycle"""
    below: float
    """it is over"""
    lasts: Seconds = 600.0
    """how long it has to be so (assumption: 10 min, some cycles)"""

    @classmethod
    def check(cls, fields: Mapping[str, Any], context: Any, mistakes: Mistakes) -> None:
        """It begins above where it ends."""
        if {"below", "above"} <= fields.keys() and fields["below"] >= fields["above"]:
            mistakes.wrong("above", _("is not above `below`"), _("let it end with fewer than it begins with"))


class Balance(Model):
    """A zone in which what flows in, less what flows out and what is stored, is what is drawn there."""

    id: Name
    title: Wording
    seat: Name
    into: list[Name] = Field([])
    """sensors of flows into it"""
    out_of: list[Name] = Field([])
    stores: list[Store] = Field([])
    districts: list[Name] = Field([])


class Limit(Model):
    """Readings of a quantity that are out of the ordinary whatever was learned."""

    quantity: Name
    seat: Name
    below: float | None = None
    above: float | None = None
    lasts: Seconds = 120.0
    source: Name
    """where the number comes from"""


class Threshold(Model):
    """How soon evidence of a kind is an alarm, instead of what is usual."""

    kind: Literal["range", "jump", "stuck", "contradiction", "balance"]
    at: Annotated[float, Field(gt=0)] = 1.0
    """evidence counts from this score on: 1 is twice as far as ever on quiet days"""
    lasts: Seconds | None = None
    """how long it has to last"""


class Then(Model):
    """What is done."""

    send: Name
    """a crew of this trade looks for what is broken in the districts of the alarm"""
    search: Seconds = 3600.0
    """how long it looks"""
    read: bool = False
    """it reads the gauges of the alarm on site, again and again while the alarm stands"""


class Playbook(Model):
    """On this alarm do that."""

    id: Name
    title: Wording
    when: Kind
    seat: str = ""
    """only for alarms of this seat; of any if left out"""
    lasts: Seconds = 0.0
    """how long the alarm has stood"""
    trade: str = ""
    """only for reports about this trade"""
    then: Then
    how: Literal["automatic", "proposed"] = "proposed"
    """at once, or once an operator has taken note of the alarm"""
    again: Seconds = 14400.0
    """not before this has passed since the last time in the same place (assumption: 4 h)"""


class ControlFile(Model):
    """Control rooms of a city and what they are to do."""

    schema_: Version(SCHEMA) = Field(alias="schema")  # type: ignore[valid-type]
    look: Seconds = 60.0
    """how often the room looks at what came"""
    seats: list[Seat] = Field(min_length=1)
    levels: list[Level] = Field([])
    detours: list[Detour] = Field([])
    queues: list[Queue] = Field([])
    balances: list[Balance] = Field([])
    limits: list[Limit] = Field([])
    witnesses: list[Name] = Field([])
    """quantities that are held against each other, each reading against those of other gateways"""
    thresholds: list[Threshold] = Field([])
    """what was tuned; see `stadtwerk monitor tune`"""
    playbooks: list[Playbook] = Field([])

    def counts_from(self, kind: str) -> float:
        """The score from which evidence of a kind counts."""
        return next((one.at for one in self.thresholds if one.kind == kind), 1.0)

    @classmethod
    def check(cls, fields: Mapping[str, Any], context: Any, mistakes: Mistakes) -> None:
        """Every seat that is named is there; nothing is there twice."""
        if "seats" not in fields:
            return
        known = [seat.id for seat in fields["seats"]]
        for part in ("levels", "detours", "queues", "balances", "limits", "playbooks"):
            for number, one in enumerate(fields.get(part, ())):
                if one.seat and one.seat not in known:
                    what = _("no seat is called {name}", name=repr(one.seat))
                    mistakes.wrong((part, number, "seat"), what, suggestion(one.seat, known))
        for part, by in (
            ("seats", "id"),
            ("levels", "device"),
            ("detours", "device"),
            ("queues", "device"),
            ("balances", "id"),
            ("playbooks", "id"),
            ("thresholds", "kind"),
        ):
            seen: set[str] = set()
            for number, one in enumerate(fields.get(part, ())):
                name = getattr(one, by)
                if name in seen:
                    mistakes.wrong((part, number, by), _("is there twice"), _("keep one of the two"))
                seen.add(name)


@dataclass(frozen=True, slots=True)
class Known:
    """What a city has that a control file may name."""

    components: frozenset[str]
    sensors: frozenset[str]
    districts: frozenset[str]
    trades: frozenset[str]


def read_control(path: Path, known: Known | None = None) -> ControlFile:
    """The control rooms of a city. Raises `BadInput` with everything that is wrong, by line."""
    document = load_document(path)
    problems = read_version(document, "stadtwerk/control", 1)
    found: ControlFile | None = None
    if not problems:
        found, problems = read(ControlFile, document)
    if found is None or problems:
        raise BadInput(problems)
    if known is not None:
        problems = _strangers(found, known, document)
        if problems:
            raise BadInput(problems)
    return found


def _strangers(found: ControlFile, known: Known, document: Any) -> list[Problem]:
    """Names in it that the city does not have."""
    named: list[tuple[tuple[str | int, ...], str, frozenset[str]]] = []
    for n, seat in enumerate(found.seats):
        named.append((("seats", n, "id"), seat.id, known.components))
    for n, level in enumerate(found.levels):
        named += [
            (("levels", n, "device"), level.device, known.components),
            (("levels", n, "reading"), level.reading, known.sensors),
        ]
        if level.shown:
            named.append((("levels", n, "shown"), level.shown, known.sensors))
    for n, detour in enumerate(found.detours):
        named.append((("detours", n, "device"), detour.device, known.components))
        named.append((("detours", n, "position"), detour.position, known.sensors))
        for side in ("here", "there"):
            named += [(("detours", n, side, i), name, known.sensors) for i, name in enumerate(getattr(detour, side))]
    for n, queue in enumerate(found.queues):
        named.append((("queues", n, "device"), queue.device, known.components))
        named.append((("queues", n, "reading"), queue.reading, known.sensors))
    for n, one in enumerate(found.balances):
        named += [(("balances", n, "into", i), name, known.sensors) for i, name in enumerate(one.into)]
        named += [(("balances", n, "out_of", i), name, known.sensors) for i, name in enumerate(one.out_of)]
        named += [(("balances", n, "stores", i), store.reading, known.sensors) for i, store in enumerate(one.stores)]
        named += [(("balances", n, "districts", i), name, known.districts) for i, name in enumerate(one.districts)]
    for n, book in enumerate(found.playbooks):
        named.append((("playbooks", n, "then"), book.then.send, known.trades))
    return [
        document.problem(way, _("the city has no {name}", name=repr(name)), suggestion(name, sorted(among)))
        for way, name, among in named
        if name not in among
    ]
