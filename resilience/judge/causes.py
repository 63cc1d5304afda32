"""What stands behind an event: several causes where several brought about together what one solve found."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from simulator.contracts.event import Event, EventKind


def origins(event: Event, by_id: Mapping[int, Event], kinds: Sequence[EventKind]) -> tuple[Event, ...]:
    """The nearest events of these kinds on every chain of causes that leads to an event, the leading chain first.

    An event of these kinds is its own origin. Empty where no chain has any.
    """
    return nearest(event, by_id, lambda at: at.kind in kinds)


def nearest(event: Event, by_id: Mapping[int, Event], meant: Callable[[Event], bool]) -> tuple[Event, ...]:
    """The same for the events that are meant, of whatever kind."""
    found: dict[int, Event] = {}
    seen: set[int] = set()
    stack = [event]
    while stack:
        at = stack.pop()
        if at.id in seen:
            continue
        seen.add(at.id)
        if meant(at):
            found[at.id] = at
            continue
        stack += [by_id[cause] for cause in reversed(at.causes) if cause in by_id]
    return tuple(found.values())


def faults_behind(events: Sequence[Event]) -> dict[int, tuple[Event, ...]]:
    """For every event the faults at the head of its chains of causes; a cause stands before its effect."""
    heads: dict[int, tuple[Event, ...]] = {}
    for event in events:
        if event.kind is EventKind.FAULT:
            heads[event.id] = (event,)
        elif event.kind is not EventKind.CLEAR:
            because = tuple(dict.fromkeys(head for cause in event.causes for head in heads.get(cause, ())))
            if because:
                heads[event.id] = because
    return heads
