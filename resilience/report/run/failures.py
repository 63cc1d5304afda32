"""When each component was out of work, and for how long."""

from __future__ import annotations

from simulator.contracts.city import City
from simulator.contracts.event import Event, EventKind
from simulator.contracts.history import History
from simulator.contracts.link import LinkKind
from simulator.contracts.ticks import to_s, to_ticks

_CHANGES = {
    EventKind.STOPPED: ("stopped", True),
    EventKind.STARTED: ("stopped", False),
    EventKind.FAULT: ("fault", True),
    EventKind.CLEAR: ("fault", False),
    EventKind.LINK_DOWN: ("dead", True),
    EventKind.LINK_UP: ("dead", False),
}


def failed_s(city: City, history: History) -> dict[str, float]:
    """Seconds for which a component was out, see `failed_spans`."""
    spans = failed_spans(city, history)
    return {name: to_s(sum(to_ticks(end) - to_ticks(begin) for begin, end in rows)) for name, rows in spans.items()}


def failed_spans(city: City, history: History) -> dict[str, tuple[tuple[float, float], ...]]:
    """Stretches from the scenario's zero on, in seconds, in which a component did not work or had a fault on it.

    A local substation also counts as out while the power links that leave it are down: it has nothing to give.
    Components that were never out are not in the answer.
    """
    reasons: dict[str, set[str]] = {}
    since: dict[str, int] = {}
    found: dict[str, list[tuple[int, int]]] = {}
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
                found.setdefault(name, []).append((since.pop(name), max(0, event.at)))
    for name, at in since.items():
        found.setdefault(name, []).append((at, history.end))
    kept = {name: tuple((to_s(a), to_s(b)) for a, b in rows if b > a) for name, rows in found.items()}
    return {name: rows for name, rows in kept.items() if rows}


def _told(event: Event, city: City, history: History) -> tuple[str, str, bool] | None:
    """Which component an event says is out (or no longer out), and for which reason."""
    if event.kind not in _CHANGES:
        return None
    reason, out = _CHANGES[event.kind]
    if reason == "dead":
        link = city.links.get(event.subject)
        if link is None or link.kind != LinkKind.POWER or city.components[link.source].kind != "bus":
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
