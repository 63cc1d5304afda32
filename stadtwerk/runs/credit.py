"""Which faults get the credit for what was seen of them: each is left out, and it is looked whether that is still seen.

A signal that changes after a fault may have changed because of another one, or by itself. So the town lives once more
through the time up to then, without that timeline entry, and the same signal is looked at at the same moments. What is
seen there no later than in the run is no sign of the fault.

Faults that come at one instant share what they do together: a line whose parallel line trips with it is needed as
little as that one, and both are behind it. Such an entry counts also if it does the same when the others of its instant
are left out, and without all of them it is not seen.

A fault of which nothing at all was seen, beside others, may still have done something that the log puts down to these:
a generator that fails while the mains do. So the town lives once more without it, and what then goes otherwise is its
effect.

Who needs it are those who take the verdict as a whole: runs, suites, campaigns. `why`, cures and `robust` look at the
findings of what is asked, and audits at the levels and at what was executed, none of which lean on evidence.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from simulator.contracts.fault import Shows
from simulator.contracts.history import Executed, History
from simulator.contracts.ticks import to_s
from simulator.contracts.words import Words
from stadtwerk.runs.light import feed_for, lived
from stadtwerk.terminal import Terminal

if TYPE_CHECKING:
    from resilience.scenario.scenario import Scenario, TimelineEntry
    from simulator.contracts.city import City

_ = Words("stadtwerk")

AFTER_S = 1.0
"""How long a shortened run goes on after the last look, so that nothing of that instant is cut off."""


def credited(scenario: Scenario, city: City, seed: int, history: History, terminal: Terminal | None = None) -> History:
    """The history, its executed faults with `just_so` set where others did what was seen.

    `scenario` is the one that was executed. What is seen of the broken thing itself at the very instant of the fault
    needs no second run: just before, it was not so. Nor do signs of which the fault declares that nothing else brings
    them about, such as a leak.
    """
    marked: set[tuple[str, str]] = set()
    history = _set_apart(scenario, city, seed, history, terminal or Terminal(quiet=True))
    for entry in scenario.timeline:
        mine = [act for act in history.executed if act.entry == entry.id and _doubtful(entry, act, city)]
        if mine:
            with (terminal or Terminal(quiet=True)).working(
                _("living through the same time without one of the faults")
            ):
                marked |= _others_did(entry, mine, scenario, city, seed, history)
    if not marked:
        return history
    executed = (replace(act, just_so=(act.entry, act.target) in marked) for act in history.executed)
    return replace(history, executed=tuple(executed))


def _set_apart(scenario: Scenario, city: City, seed: int, history: History, terminal: Terminal) -> History:
    """The history, with what went otherwise than without each entry that broke one thing and of which nothing was seen.

    Not for what had nothing to change, which says it already.
    """
    from resilience.judge.checkers import Context
    from resilience.judge.checkers.apart import first_apart
    from resilience.judge.checkers.executed import check_evidence
    from resilience.judge.verdict import Value

    if len(scenario.timeline) < 2:
        return history  # the twin says it
    found: dict[str, tuple[int, str] | None] = {}
    for entry, finding in zip(scenario.timeline, check_evidence(Context(scenario, city, history)), strict=True):
        acts = [act for act in history.executed if act.entry == entry.id and act.applied_at is not None]
        if finding.value is Value.PASS or entry.evidence is not None or len(acts) != 1 or acts[0].idle:
            continue
        with terminal.working(_("living through the same time without one of the faults")):
            asked = replace(scenario, timeline=tuple(one for one in scenario.timeline if one.id != entry.id))
            past = lived(asked, city, seed, feed_for(scenario), prepared=scenario)
        assert acts[0].applied_at is not None
        found[entry.id] = first_apart(Context(scenario, city, history, past), acts[0].applied_at)
    if not any(found.values()):
        return history
    executed = (replace(act, apart=found.get(act.entry, act.apart)) for act in history.executed)
    return replace(history, executed=tuple(executed))


def credited_among(scenario: Scenario, city: City, seed: int, history: History) -> History:
    """As `credited` where several entries break something; what comes by itself is not looked for."""
    return credited(scenario, city, seed, history) if len(scenario.timeline) > 1 else history


def _seen_at(act: Executed) -> int | None:
    return act.evidence_at if act.evidence_asked else act.shown_at


def _doubtful(entry: TimelineEntry, act: Executed, city: City) -> bool:
    """Whether what was seen may be due to something else."""
    from resilience.inject.injector import evidence_of

    at = _seen_at(act)
    if at is None or act.applied_at is None:
        return False
    if entry.evidence is not None:
        return at > act.applied_at or entry.evidence.at(act.target) != act.target
    declared = evidence_of(act.target, act.fault, city)
    common = {sign.quantity for sign in declared if sign.how in (Shows.STOPS, Shows.FALLS)}
    return at > act.applied_at and act.shown_by in common


def _others_did(
    entry: TimelineEntry, mine: list[Executed], scenario: Scenario, city: City, seed: int, history: History
) -> set[tuple[str, str]]:
    """The acts of one entry (by entry and target) whose evidence is there without them."""
    instants = {act.applied_at for act in mine}
    peers = {act.entry for act in history.executed if act.applied_at in instants} - {entry.id}
    found = _seen_without(entry, mine, {entry.id}, scenario, city, seed)
    if found and peers:
        by_itself = _seen_without(entry, mine, {entry.id, *peers}, scenario, city, seed)
        enough = _seen_without(entry, mine, peers, scenario, city, seed)
        found = found - (enough - by_itself)
    return found


def _seen_without(
    entry: TimelineEntry, mine: list[Executed], out: Iterable[str], scenario: Scenario, city: City, seed: int
) -> set[tuple[str, str]]:
    """Those of the acts whose evidence is seen no later where the entries `out` break nothing."""
    left_out = set(out)
    last = max(at for act in mine if (at := _seen_at(act)) is not None)
    timeline = []
    for one in scenario.timeline:
        if one.id == entry.id and one.id in left_out:
            timeline.append(_watching(one, mine))
        elif one.id == entry.id or one.id not in left_out:
            timeline.append(one)
    asked = replace(scenario, timeline=tuple(timeline))
    length_s = min(scenario.run.duration_s, to_s(last) + AFTER_S)
    watched = frozenset(left_out & {entry.id})
    past = lived(asked, city, seed, feed_for(scenario), length_s, prepared=scenario, watched=watched)
    then = {act.target: act for act in past.executed if act.entry == entry.id}
    return {(act.entry, act.target) for act in mine if _as_early(act, then.get(act.target))}


def _as_early(act: Executed, then: Executed | None) -> bool:
    """Whether the same was seen no later in the other run."""
    at, other = _seen_at(act), None if then is None else _seen_at(then)
    if then is None or at is None or other is None:
        return False
    return other <= at and then.shown_by == act.shown_by


def _watching(entry: TimelineEntry, mine: list[Executed]) -> TimelineEntry:
    """The entry with what it broke and when, known by now, so that it waits for no state and draws nothing."""
    cases = {case.target: case for case in entry.acts}
    at = {act.target: to_s(act.applied_at) for act in mine if act.applied_at is not None}
    known = tuple(replace(cases[target], at_s=at_s) for target, at_s in at.items())
    return replace(entry, when=None, cases=known)
