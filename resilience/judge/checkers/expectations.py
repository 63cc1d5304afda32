"""Did the town keep what was expected of it?

A level is *worse* than its limit when it is below it (above it, for measures that are better when lower); on the limit
is not worse. The limit is the number or norm that the expectation names, else the level's declared minimum. Windows run
from zero to the end of the run unless `from` and `until` say otherwise.

invariant        in the window no unbroken spell worse than the limit is longer than `longest` (0 s)
level            the share of the window's time that is not worse is at least `share`; or, without a share, the value
                 in force at `at` (the end of the run) is not worse
recovery         from an origin on, the last moment at which the level is worse lies at most `within` after the origin.
                 A level that never gets worse has recovered at once. Still worse when the run ends: fail if the
                 deadline has passed by then, else inconclusive
budget           the sum over levels of people x time worse is at most `person_hours`; each level's time worse in sum is
                 at most `time_below`. Of a measure chosen for districts and for the whole city only the districts
                 count; who leans on levels of two measures is counted for each
link-continuity  from the fault's onset to the end of the run every level owed in another sub-system than the broken
                 ones is an invariant at its declared minimum. The sub-system of a broken link is the network that
                 carries it
checker          what the checker of a plug-in asks of the run

A level that was not recorded over the whole window makes the expectation inconclusive, unless another level fails it.
"""

from __future__ import annotations

from resilience.judge.checkers.budget import judge_budget
from resilience.judge.checkers.context import Context, guarded
from resilience.judge.checkers.continuity import judge_continuity
from resilience.judge.checkers.invariant import judge_invariant
from resilience.judge.checkers.level import judge_level
from resilience.judge.checkers.recovery import judge_recovery
from resilience.judge.verdict import Category, Finding, Value
from resilience.scenario.scenario import Budget, ByPlugin, Expectation, Invariant, LevelHolds, LinkContinuity, Recovery
from simulator.contracts.catalogue import Judgement
from simulator.contracts.registry import CHECKERS, named, registry
from simulator.contracts.words import Text, Verbatim, Words, number, quantity

_ = Words("resilience")


def check_expectations(context: Context) -> tuple[Finding, ...]:
    """One finding for each expectation."""
    return tuple(
        guarded(item.id, Category.EXPECTATION, _title(item), lambda item=item: _judge(item, context))  # type: ignore[misc]
        for item in context.scenario.expectations
    )


def _judge(item: Expectation, context: Context) -> Finding:
    title = _title(item)
    match item:
        case Invariant():
            return judge_invariant(item, title, context)
        case LevelHolds():
            return judge_level(item, title, context)
        case Recovery():
            return judge_recovery(item, title, context)
        case Budget():
            return judge_budget(item, title, context)
        case LinkContinuity():
            return judge_continuity(item, title, context)
        case ByPlugin():
            return _by_plugin(item, title, context)


def _by_plugin(item: ByPlugin, title: Text, context: Context) -> Finding:
    """What the checker of a plug-in makes of the run; what it stumbles over is a finding that shows nothing."""
    checker = registry().extensions(CHECKERS).get(item.checker)
    if checker is None:
        reason = _("There is no checker {name}: the package that brings it is not here.", name=item.checker)
        return Finding(item.id, Category.EXPECTATION, Value.INCONCLUSIVE, title, reason)
    found: Judgement = named(checker.run)(context.city, context.history, item.given)
    value = {True: Value.PASS, False: Value.FAIL, None: Value.INCONCLUSIVE}[found.passed]
    return Finding(item.id, Category.EXPECTATION, value, title, found.reason)


def _title(item: Expectation) -> Text:
    if item.title is not None:
        return item.title
    match item:
        case Invariant():
            return _("Kept throughout: {id}", id=item.id)
        case LevelHolds():
            return _("Kept: {id}", id=item.id)
        case Recovery():
            within = quantity(item.within.seconds, "s")
            return _("Back within {within}: {id}", within=within, id=item.id)
        case Budget():
            if item.person_hours is None:
                return _("Time without service is limited: {id}", id=item.id)
            hours = number(item.person_hours)
            return _("At most {hours} person-hours without service: {id}", hours=hours, id=item.id)
        case LinkContinuity():
            return _("Other sub-systems go on: {id}", id=item.id)
        case ByPlugin():
            known = registry().extensions(CHECKERS).get(item.checker)
            return Verbatim(item.id) if known is None else known.title.begun() + Verbatim(f": {item.id}")
