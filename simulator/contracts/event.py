"""One line of the event log: what happened, to what, when, because of which other event, through which link.

What happened is a code with parameters. Each code is declared once, as an `EventCode` in the `events.py` of the folder
that it belongs to; sentences are made from it where people read (`resilience/words/events.py`), never before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.contracts.words import Message, Text


class EventKind(StrEnum):
    """What an event says.

    Others than these do not exist, so that a reader of the log can rely on them.
    """

    RUN = "run"  # begin, end of warm-up, healed, end
    TRIGGER = "trigger"  # the state that a fault waited for is there
    FAULT = "fault"  # applied
    CLEAR = "clear"  # removed
    SUPPLY_LOST = "supply-lost"  # the last link of one kind into a component went down
    SUPPLY_BACK = "supply-back"
    AUTONOMY_USED = "autonomy-used"  # battery or tank behind a lost link is empty
    STOPPED = "stopped"  # a component no longer works
    STARTED = "started"
    MODE = "mode"  # a lifeline or redundancy changed its mode
    LINK_DOWN = "link-down"
    LINK_UP = "link-up"
    SWITCH = "switch"  # a switch, valve or signal programme was operated
    LEVEL_LOW = "level-low"  # a service level fell below its minimum
    LEVEL_BACK = "level-back"
    CREW = "crew"  # dispatched, arrived, done, unreachable
    TELEMETRY = "telemetry"
    EVIDENCE = "evidence"  # a fault was seen to take effect, or was not
    NOTE = "note"


FOR_THE_BETTER = (
    EventKind.CLEAR,
    EventKind.SUPPLY_BACK,
    EventKind.STARTED,
    EventKind.LINK_UP,
    EventKind.LEVEL_BACK,
)
"""Kinds of event because of which nothing is lost."""

FOR_THE_WORSE = (
    EventKind.SUPPLY_LOST,
    EventKind.AUTONOMY_USED,
    EventKind.STOPPED,
    EventKind.LINK_DOWN,
    EventKind.LEVEL_LOW,
)
"""Kinds of event because of which nothing comes back. A fault may be: a burst main that is closed off leaves the others
their pressure."""


class Role(StrEnum):
    """What a parameter of an event says, and so how its value becomes words."""

    COUNT = "count"  # a whole number
    NUMBER = "number"
    SHARE = "share"  # between 0 and 1; read as per cent
    SECONDS = "seconds"  # read as a duration
    LEVEL = "level"  # a value of the service level that the event is about
    COMPONENT = "component"  # the id of a component or link
    COMPONENTS = "components"  # ids with a blank between them, or `NOWHERE`
    LINK_KIND = "link-kind"
    FAULT = "fault"
    MODE = "mode"  # of the component that the event is about
    QUANTITY = "quantity"
    READING = "reading"  # what a sensor reads: component and quantity, with a slash between them
    SWITCHED = "switched"  # 1 on, 0 off
    ENTRY = "entry"  # the id of an entry of the scenario's timeline
    TRADE = "trade"
    TASK = "task"  # what a crew is sent for, see `Task`
    NAME = "name"  # shown as it is


NOWHERE = "-"
"""In place of ids, where nobody knows which."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A role: a whole number together with what is counted, as the plural `words` say it ("3 local substations")."""

    words: Message


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A role: one or several of these names, with a blank between them."""

    words: Mapping[str, Text]


AnyRole = Role | Counted | Vocabulary
Value = str | int | float | bool
"""What a parameter of an event can be."""

FIELDS = ("value", "via", "before", "after")
"""Parameters of these names are the event's own fields; they are declared to be used in a sentence."""

_WHOLE, _REAL, _WORD = (int,), (float, int), (str,)
_TYPES: Mapping[Role, tuple[type, ...]] = MappingProxyType(
    {
        Role.COUNT: _WHOLE,
        **dict.fromkeys((Role.NUMBER, Role.SHARE, Role.SECONDS, Role.LEVEL, Role.SWITCHED), _REAL),
    }
)


def _types_of(role: AnyRole) -> tuple[type, ...]:
    if isinstance(role, Counted):
        return _WHOLE
    return _WORD if isinstance(role, Vocabulary) else _TYPES.get(role, _WORD)


@dataclass(frozen=True, slots=True, eq=False)
class EventCode:
    """One declaration of something that can happen.

    `name` is what stands in the log ("water.tank-empty"); `kind` is the kind of the event; `sentence` is a template
    with a blank for each parameter. It stands after the name of the event's subject, unless it says `alone` all that
    a reader needs. `mends` says that it is for the better: nothing is lost because of it.

    `rough` names a sub-system whose figures are approximations from such an event on, until one whose code says that it
    `settles` this one. `stands_in`: the fault whose cause is `before` is there still, but something else does the work.
    """

    name: str
    kind: EventKind
    sentence: Message
    parameters: Mapping[str, AnyRole] = field(default_factory=dict)
    alone: bool = False
    rough: str = ""
    settles: str = ""
    mends: bool = False
    stands_in: bool = False
    _own: Mapping[str, tuple[type, ...]] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        own = {name: _types_of(role) for name, role in self.parameters.items() if name not in FIELDS}
        object.__setattr__(self, "_own", own)

    def check(self, params: Mapping[str, Value]) -> None:
        """Raises `TypeError` where the parameters are not those that are declared, by name and type."""
        if params.keys() != self._own.keys():
            raise TypeError(f"{self.name} takes {sorted(self._own)}, not {sorted(params)}")
        for name, types in self._own.items():
            if not isinstance(params[name], types):
                raise TypeError(f"{self.name}: {name} is {params[name]!r}, which is no {types[0].__name__}")


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """What a crew is sent for. `name` is what stands in the log."""

    name: str
    title: Text


@dataclass(frozen=True, slots=True)
class Event:
    """`at` counts ticks (ms) from the scenario's zero, negative during warm-up. `cause` is the id of another event.

    `code` names an `EventCode` and `params` has a value for each parameter of its own. `also` are the other causes
    where several brought about together what a solver found, and none can be told to be the one.
    """

    id: int
    at: int
    kind: EventKind
    subject: str
    code: str
    params: Mapping[str, Value] = field(default_factory=dict, hash=False)
    cause: int | None = None
    via: str | None = None
    value: float | None = None
    before: str | None = None
    after: str | None = None
    also: tuple[int, ...] = ()

    @property
    def causes(self) -> tuple[int, ...]:
        """Every event that this one is put down to, the one that leads first."""
        return (() if self.cause is None else (self.cause,)) + self.also
