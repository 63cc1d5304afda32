"""The event log: what happened, because of what, through which link."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from simulator.contracts.event import FOR_THE_WORSE, Event, EventCode, EventKind, Value
from simulator.contracts.registry import registry
from simulator.kernel.clock import Clock

COMES_BACK = (EventKind.LINK_UP, EventKind.SUPPLY_BACK, EventKind.LEVEL_BACK)


class EventLog:
    """Append-only. The id of an event is its place in the log, so a cause always stands before its effect.

    What comes back is put down to nothing that only harms: a network that is solved anew because a pump stopped may
    find that tanks have filled meanwhile, and the pump has no part in that.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._events: list[Event] = []
        self._together: dict[int, tuple[int, ...]] = {}
        self._together_at = clock.now
        self._harms: set[int] = set()

    def add(
        self,
        code: EventCode,
        subject: str,
        params: Mapping[str, Value] | None = None,
        *,
        kind: EventKind | None = None,
        cause: int | None = None,
        via: str | None = None,
        value: float | None = None,
        before: str | None = None,
        after: str | None = None,
    ) -> int:
        """Log one event now and return its id, to be handed on as the cause of what follows.

        `kind` is another kind than the code's own: that of a change of mode, say, for which the code is the reason.
        Raises `TypeError` where the parameters are not those that the code declares.
        """
        params = {} if params is None else params
        code.check(params)
        kind = code.kind if kind is None else kind
        causes = () if cause is None else (cause, *self.others(cause))
        if kind in COMES_BACK:
            causes = tuple(one for one in causes if one not in self._harms)
        event = Event(
            len(self._events),
            self._clock.now,
            kind,
            subject,
            code.name,
            params,
            causes[0] if causes else None,
            via,
            value,
            before,
            after,
            causes[1:],
        )
        self._events.append(event)
        if self._only_harms(event, code):
            self._harms.add(event.id)
        return event.id

    def _only_harms(self, event: Event, code: EventCode) -> bool:
        """Whether nothing comes back because of an event: a loss, a fault, or what a fault does at once.

        What closes something off, as valves around a burst, may leave more for others.
        """
        if event.kind is EventKind.FAULT:
            point = registry().faults.get(str(event.params.get("fault")))
            return point is not None and not point.cuts_off
        if event.kind in (EventKind.SWITCH, EventKind.NOTE) and not code.mends:
            at_once = [one for one in event.causes if self._events[one].kind is EventKind.FAULT]
            return bool(at_once) and self._harms.issuperset(at_once)
        return event.kind in FOR_THE_WORSE

    def together(self, causes: Iterable[int | None]) -> int | None:
        """The cause of what a solver finds now, where it answers several changes at once: the last one leads.

        What is put down to it at this instant is put down to the others as well. What stands in the chain of another
        one is left out.
        """
        known = [cause for cause in causes if cause is not None]
        if not known:
            return None
        lead = known[-1]
        others = set(known) - {lead}
        if self._together_at != self._clock.now:
            self._together, self._together_at = {}, self._clock.now
        if others:
            others -= {event.id for event in self.trace(lead)}
        self._together[lead] = tuple(sorted(others))
        return lead

    def others(self, cause: int | None) -> tuple[int, ...]:
        """What else is behind what is put down to this cause now; see `together`."""
        if cause is None or self._together_at != self._clock.now:
            return ()
        return self._together.get(cause, ())

    @property
    def events(self) -> tuple[Event, ...]:
        return tuple(self._events)

    def event(self, number: int) -> Event:
        """The event with this id."""
        return self._events[number]

    def since(self, event: int) -> list[Event]:
        """The events from this id on."""
        return self._events[event:]

    def behind(self, event: int) -> tuple[Event, ...]:
        """An event and all that led to it, over every one of its causes."""
        found: set[int] = set()
        waiting = [event]
        while waiting:
            at = waiting.pop()
            if at not in found:
                found.add(at)
                waiting += self._events[at].causes
        return tuple(self._events[at] for at in sorted(found))

    def trace(self, event: int) -> tuple[Event, ...]:
        """The chain of causes that led to an event, first cause first."""
        chain: list[Event] = []
        at: int | None = event
        while at is not None:
            chain.append(self._events[at])
            at = self._events[at].cause
        return tuple(reversed(chain))
