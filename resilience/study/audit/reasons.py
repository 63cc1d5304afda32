"""Why the graph and the simulation do not say the same of one case."""

from __future__ import annotations

from collections.abc import Sequence

from resilience.judge.verdict import Value
from resilience.study.audit.graph import Victim
from resilience.study.audit.observation import LostFeed, ModeChange, Observation
from resilience.study.audit.outcome import Outcome
from resilience.study.audit.settings import AuditSettings
from simulator.contracts.city import City
from simulator.contracts.duration import shown
from simulator.contracts.link import LinkKind
from simulator.contracts.registry import registry
from simulator.contracts.words import NO_TEXT, Text, Verbatim, Words, enumerated, joined

_ = Words("resilience")

MOST = 3
"""Names that a reason gives; more are counted."""


def why(
    outcome: Outcome, victims: Sequence[Victim], seen: Observation | None, city: City, limits: AuditSettings
) -> Text:
    """Empty where both say the same: a single point of failure, or none."""
    by_graph = any(one.kind != LinkKind.ROAD for one in victims)
    if outcome.value is Value.INCONCLUSIVE or by_graph == (outcome.value is Value.FAIL) or seen is None:
        return NO_TEXT
    if by_graph:
        return _bridged(outcome, victims, seen, city)
    return _unseen(outcome, seen, limits)


def _bridged(outcome: Outcome, victims: Sequence[Victim], seen: Observation, city: City) -> Text:
    """The graph sees somebody without a feed, and yet nobody went without a service."""
    parts: list[Text] = []
    lasted = [lost for lost in seen.lost if lost.autonomy_s > 0 and lost.component not in seen.used_up]
    if lasted:
        names = enumerated([Verbatim(_named(lost)) for lost in lasted], MOST)
        parts.append(_("a store bridges it: {names}", names=names))
    back = [change for change in seen.modes if _second(change, city)]
    if back:
        names = enumerated([Verbatim(f"{c.component} ({c.before} → {c.after})") for c in back], MOST)
        parts.append(_("a fallback takes over: {names}", names=names))
    if not seen.lost and not seen.modes and not seen.stopped:
        parts.append(_("nobody leans on it at the time"))
    elif not outcome.failing:
        gone = [name for name in seen.stopped if name in city.components and name not in outcome.case.subjects]
        if gone:
            names = enumerated([Verbatim(name) for name in gone], MOST)
            parts.append(_("{names} stopped, and no service fell below the required level", names=names))
        elif not parts:
            names = enumerated([Verbatim(f"{one.component} ({one.kind})") for one in victims], MOST)
            parts.append(_("{names}: the feed was missing, and no service leans on it alone", names=names))
    return joined(parts, Verbatim("; "))


def _unseen(outcome: Outcome, seen: Observation, limits: AuditSettings) -> Text:
    """Everybody had a second feed, and yet a service went without."""
    if outcome.case.kind == LinkKind.ROAD:
        return _("the graph does not count a way in as a feed; the service counts who is reached in time")
    if outcome.failing and all(loss.low_s < limits.for_s / 2 for loss in outcome.failing):
        return _("there is a fallback, but switching to it takes longer than allowed")
    if seen.lost or seen.stopped:
        return _("the fallback does not carry: it hangs on the same place or is too weak")
    return _("nobody loses a feed; the service itself counts this place, or its capacity is missed")


def _second(change: ModeChange, city: City) -> bool:
    """Whether the component entered a mode that is neither its best nor its last."""
    component = city.components.get(change.component)
    modes = () if component is None else registry().types[component.kind].modes
    return change.after in modes[1:] and change.after != "none"


def _named(lost: LostFeed) -> str:
    return f"{lost.component} ({lost.kind}, {shown(lost.autonomy_s)})"
