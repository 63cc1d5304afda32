"""Did each fault take effect? A fault that nobody saw anything of proves nothing."""

from __future__ import annotations

from resilience.judge.checkers.context import Context, guarded, lasting
from resilience.judge.verdict import Category, Figure, Finding, Value
from resilience.scenario.scenario import TimelineEntry
from simulator.contracts.event import Event, EventKind
from simulator.contracts.history import Executed
from simulator.contracts.ticks import to_s, to_ticks
from simulator.contracts.words import NO_TEXT, Text, Words, enumerated

_ = Words("resilience")

EFFECTS = (
    EventKind.SUPPLY_LOST,
    EventKind.AUTONOMY_USED,
    EventKind.STOPPED,
    EventKind.MODE,
    EventKind.LINK_DOWN,
    EventKind.SWITCH,
    EventKind.LEVEL_LOW,
    EventKind.TELEMETRY,
)
"""Events that show an effect when a fault stands at the head of their chain of causes."""


def check_evidence(context: Context) -> tuple[Finding, ...]:
    """One finding for each timeline entry.

    With evidence asked for, the signal must have been seen to change in time at every target. Without, the event log
    must hold an effect that the fault caused. Of what was drawn, one effect is enough: that a plant failed by night, or
    that nobody wanted to use a closed road, is part of the draw. Otherwise the finding is inconclusive: evidence never
    fails a town.
    """
    first_effects = _first_effects(context.history.events)
    return tuple(
        guarded(entry.id, Category.EVIDENCE, _title(entry, context), lambda e=entry: _judge(e, context, first_effects))  # type: ignore[misc]
        for entry in context.scenario.timeline
    )


def _title(entry: TimelineEntry, context: Context) -> Text:
    what = context.fault(entry)
    return _("Fault took effect: {what}", what=what)


def _first_effects(events: tuple[Event, ...]) -> dict[tuple[str, str], Event]:
    """For each (target, timeline entry) the first effect that its fault caused. A cause stands before its effect."""
    head: dict[int, tuple[str, str]] = {}
    found: dict[tuple[str, str], Event] = {}
    for event in events:
        if event.kind is EventKind.FAULT:
            head[event.id] = (event.subject, event.after or "")
        elif event.cause in head and event.kind is not EventKind.CLEAR:
            head[event.id] = head[event.cause]
            if event.kind in EFFECTS:
                found.setdefault(head[event.id], event)
    return found


def _judge(entry: TimelineEntry, context: Context, effects: dict[tuple[str, str], Event]) -> Finding:
    # a fault whose state never came is none that had no effect
    acts = [act for act in context.executed(entry.id) if act.applied_at is not None or entry.when is None]
    figures, blind = [], []
    for act in acts:
        seen_at = _seen_at(entry, act, effects)
        delay = None if seen_at is None or act.applied_at is None else to_s(seen_at - act.applied_at)
        figures.append(Figure("time to evidence", delay, "s", act.target))
        if delay is None:
            blind.append(act.target)
    title, rows = _title(entry, context), tuple(figures)
    if not acts:
        return Finding(entry.id, Category.EVIDENCE, Value.INCONCLUSIVE, title, _nothing(entry))
    seen = [figure for figure in rows if figure.value is not None]
    if blind and not (entry.is_drawn and seen):
        names = enumerated([context.name(target) for target in blind])
        reason = _("No effect was seen at: {names}.", names=names)
        return Finding(
            entry.id, Category.EVIDENCE, Value.INCONCLUSIVE, title, reason, figures=rows, subjects=tuple(blind)
        )
    slowest = max(seen, key=lambda figure: figure.value or 0.0)
    length = lasting(slowest.value or 0.0)
    when = _("after {length}", length=length) if slowest.value else _("at once")
    how = _("in what is measured there")
    if entry.evidence is None:
        how = _("in the event log")
    places: Text = NO_TEXT
    if blind:
        places = _("at {count} of {total} places ", count=len(seen), total=len(rows))
    seen_how = _("{places}{when} {how}", places=places, when=when, how=how)
    reason = _("The effect was seen {seen_how}.", seen_how=seen_how)
    subjects = tuple(act.target for act in acts)
    return Finding(entry.id, Category.EVIDENCE, Value.PASS, title, reason, None, slowest, rows, subjects)


def _nothing(entry: TimelineEntry) -> Text:
    """Why there was nothing to be seen."""
    if entry.when is not None:
        return _("The state that it waits for never came.")
    if entry.is_drawn:
        return _("No fault was drawn.")
    return _("The fault was not executed.")


def _seen_at(entry: TimelineEntry, act: Executed, effects: dict[tuple[str, str], Event]) -> int | None:
    if act.applied_at is None:
        return None
    if entry.evidence is None:
        effect = effects.get((act.target, entry.id))
        return None if effect is None else effect.at
    if act.evidence_at is None or act.evidence_at > act.applied_at + to_ticks(entry.evidence.within_s):
        return None
    return act.evidence_at
