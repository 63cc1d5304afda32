"""How long each component was out of work."""

from __future__ import annotations

from simulator.contracts.city import City
from simulator.contracts.event import Event, EventKind
from simulator.contracts.history import History
from simulator.contracts.link import LinkKind
from simulator.contracts.ticks import to_s

_CHANGES = {
    EventKind.STOPPED: ("stopped", True),
    EventKind.STARTED: ("stopped", False),
    EventKind.FAULT: ("fault", True),
    EventKind.CLEAR: ("fault", False),
    EventKind.LINK_DOWN: ("dead", True),
    EventKind.LINK_UP: ("dead", False),
}


def failed_s(city: City, history: History) -> dict[str, float]:
    """Seconds from the scenario's zero on during which a component did not work or had a fault on it.

    A local substation also counts as out while the power links that leave it are down: it has nothing to give.
    Components that were never out are not in the answer.
    """
    reasons: dict[str, set[str]] = {}
    since: dict[str, int] = {}
    total: dict[str, int] = {}
    for event in history.events:
        told = _told(event, city, history)
        if told is None:
            continue
        name, reason, out = told
        why = reasons.setdefault(name, set())
        if out:
            if not why:
                since[name] = max(0, event.at)
            why.add(reason)
        elif reason in why:
            why.remove(reason)
            if not why:
                total[name] = total.get(name, 0) + max(0, event.at) - since.pop(name)
    for name, at in since.items():
        total[name] = total.get(name, 0) + history.end - at
    return {name: to_s(ticks) for name, ticks in total.items() if ticks > 0}


def _told(event: Event, city: City, history: History) -> tuple[str, str, bool] | None:
    """Which component an event says is out (or no longer out), and for which reason."""
    if event.kind not in _CHANGES:
        return None
    reason, out = _CHANGES[event.kind]
    if reason == "dead":
        link = city.links.get(event.subject)
        if link is None or link.kind is not LinkKind.POWER or city.components[link.source].kind != "bus":
            return None
        cause = None if event.cause is None else history.events[event.cause]
        # A link that was cut itself says nothing of the substation behind it.
        if cause is not None and cause.subject == link.id:
            return None
        return link.source, reason, out
    if event.subject not in city.components:
        return None
    if reason == "fault":
        reason = f"fault {event.after if out else event.before}"
    return event.subject, reason, out
