"""One line of the event log: what happened, to what, when, because of which other event, through which link."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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


@dataclass(frozen=True, slots=True)
class Event:
    """`at` counts ticks (ms) from the scenario's zero, negative during warm-up. `cause` is the id of another event."""

    id: int
    at: int
    kind: EventKind
    subject: str
    what: str
    cause: int | None = None
    via: str | None = None
    value: float | None = None
    before: str | None = None
    after: str | None = None
