"""Did the town keep what was expected of it?

invariant   a level is never worse than its limit for longer than allowed
level       kept for a share of the time, or at one moment
recovery    a level is back for good, so long after an origin
continuity  what breaks in one sub-system leaves the levels of the others at their declared minimum
budget      what the outage may cost in person-hours, or in time for each level
delivery    readings reach the store in time
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from resilience.judge.affected import Lows, Span, groups, level_hours, people_of, person_hours
from resilience.judge.checkers.context import Context, Row, finding, guarded, judged, lasting
from resilience.judge.checkers.delivery import judge_delivery
from resilience.judge.limits import (
    gap_limit,
    gaps_limit,
    level_limit,
    owed_text,
    scenario_limit,
    shown_unit,
    time_limit,
)
from resilience.judge.time_series import TOLERANCE, NotRecorded, cut, spells, time_worse_s, worse, worst
from resilience.judge.verdict import Category, Figure, Finding, Limit, Value
from resilience.scenario.scenario import (
    Budget,
    ByPlugin,
    Delivery,
    Expectation,
    Invariant,
    LevelHolds,
    LinkContinuity,
    Recovery,
    Threshold,
    TimeLimit,
)
from simulator.contracts.catalogue import Judgement
from simulator.contracts.component import Domain
from simulator.contracts.duration import shown
from simulator.contracts.history import Course
from simulator.contracts.level import ServiceLevel
from simulator.contracts.registry import CHECKERS, named, registry
from simulator.contracts.ticks import to_s, to_ticks
from simulator.contracts.words import NO_TEXT, SHARE, Numeral, Text, Verbatim, Words, number, quantity, told_apart

_ = Words("resilience")


def judge_invariant(item: Invariant, title: Text, context: Context) -> Finding:
    start, end = context.ticks(item.window)
    rows = judged(
        item.levels.of(context.city),
        context,
        lambda level: invariant_row(level, item.limit, item.longest, item.time_below, (start, end), context),
    )
    return finding(item.id, title, rows, context)


def invariant_row(
    level: ServiceLevel,
    threshold: Threshold,
    longest: TimeLimit | None,
    together: TimeLimit | None,
    window: tuple[int, int],
    context: Context,
) -> Row:
    """One level in a window (ticks). The weight is the longest gap, a stretch for which it is worse than the limit.

    A gap that begins in the window counts whole, up to the end of the run. One that is then still open is never a
    pass: it fails if it is too long already, and is open otherwise. `longest` None: what is assumed where nobody says.
    The figure is the level's worst value or, where gaps are allowed and there was one, the length of the longest, or of
    all of them where their sum is what is too long.
    """
    start, end = window
    limit, course = level_limit(threshold, level), context.course(level)
    higher = limit.better == "higher"
    bad = [gap for gap in spells(course, limit.value, higher, start, context.history.end) if gap.begin < end]
    lowest = min((gap.worst for gap in bad), default=worst(course, start, end, higher))
    if not higher:
        lowest = max((gap.worst for gap in bad), default=lowest)
    open_ = still_worse(course, limit.value, higher, context) and (
        end == context.history.end or (bool(bad) and bad[-1].end == context.history.end)
    )
    actual = Figure("worst", lowest, limit.unit, level.id)
    place, phrase, unit = context.place(level).begun(), registry().measures[level.measure], shown_unit(limit)
    owed = owed_text(limit, threshold)
    reason: Text
    if not bad and open_:
        reason = _("{place}: missed from the very end of the run on; {owed}.", place=place, owed=owed)
        return Row(level, Value.INCONCLUSIVE, reason, 0.0, limit, actual)
    if not bad:
        said = phrase.told(lowest, limit.value, unit)
        reason = _("{place}: {said} at the worst moment; {owed}.", place=place, said=said, owed=owed)
        margin = abs(lowest - limit.value)  # of those that held, the closest to its limit speaks
        return Row(level, Value.PASS, reason, -margin, limit, actual)
    one_gap, all_gaps = gap_limit(longest, level), gaps_limit(longest, together, level)
    spell = max(bad, key=lambda one: one.length_s)
    sum_s = math.fsum(one.length_s for one in bad)
    too_long, too_much = spell.length_s > one_gap.value, sum_s > all_gaps.value + TOLERANCE
    said, when = phrase.told(spell.worst, limit.value, unit), context.clock(spell.begin)
    length, allowed = told_apart(spell.length_s, one_gap.value, "s")
    grace: Text = NO_TEXT
    if one_gap.value:  # then it is the length of the gap that decides
        limit, actual = one_gap, Figure("longest gap", spell.length_s, "s", level.id)
        grace = _("; gaps up to {allowed} allowed", allowed=allowed)
    values = cut(course, spell.begin, spell.end).values
    if float(values.max() - values.min()) <= TOLERANCE:
        found = _("{said} for {length} (from {when})", said=said, length=length, when=when)
    else:
        found = (
            _("too low for {length} (from {when}), {said} at the worst moment")
            if higher
            else _("too high for {length} (from {when}), {said} at the worst moment")
        ).filled(length=length, when=when, said=said)
    reason = _("{place}: {found}; {owed}{grace}.", place=place, found=found, owed=owed, grace=grace)
    if too_much and not too_long:
        total, most = told_apart(sum_s, all_gaps.value, "s")
        reason += _(" {count} gaps, {total} in sum; {most} allowed.", count=len(bad), total=total, most=most)
        limit, actual = all_gaps, Figure("sum of gaps", sum_s, "s", level.id)
    if open_:
        reason += STILL_OPEN
    value = Value.FAIL if too_long or too_much else Value.INCONCLUSIVE if open_ else Value.PASS
    return Row(level, value, reason, spell.length_s, limit, actual)


STILL_OPEN = _(" When the run ended it was still so.")


def still_worse(course: Course, limit: float, higher_is_better: bool, context: Context) -> bool:
    """Whether a level is worse than its limit at the very end of the run."""
    end = context.history.end
    return bool(worse(cut(course, end, end + 1).values, limit, higher_is_better)[0])


def kept_so_far(
    value: Value, reason: Text, level: ServiceLevel, owed: Limit, end: int, context: Context
) -> tuple[Value, Text]:
    """A pass over a window up to the end of the run is none while the level is still missed then."""
    if value is not Value.PASS or end != context.history.end:
        return value, reason
    if not still_worse(context.course(level), owed.value, owed.better == "higher", context):
        return value, reason
    return Value.INCONCLUSIVE, reason + STILL_OPEN


def judge_level(item: LevelHolds, title: Text, context: Context) -> Finding:
    by = _moment if item.share is None else _share
    rows = judged(item.levels.of(context.city), context, lambda lv: by(item, lv, context))
    return finding(item.id, title, rows, context)


def _moment(item: LevelHolds, level: ServiceLevel, context: Context) -> Row:
    at = to_ticks(context.scenario.run.duration_s if item.at_s is None else item.at_s)
    if at > context.history.end:
        raise NotRecorded(_("the run ended at {time}", time=Numeral(shown(to_s(context.history.end)))))
    limit, value = level_limit(item.limit, level), context.course(level).value_at(at)
    if math.isnan(value):
        raise NotRecorded(_("nothing was recorded at {time}", time=Numeral(shown(to_s(at)))))
    gap = limit.value - value if limit.better == "higher" else value - limit.value
    place, owed, when = context.place(level).begun(), owed_text(limit, item.limit), context.clock(at)
    said = registry().measures[level.measure].told(value, limit.value, shown_unit(limit))
    reason = _("{place}: {said} at {when}; {owed}.", place=place, said=said, when=when, owed=owed)
    verdict = Value.FAIL if gap > TOLERANCE else Value.PASS
    return Row(level, verdict, reason, gap, limit, Figure("value", value, limit.unit, level.id))


def _share(item: LevelHolds, level: ServiceLevel, context: Context) -> Row:
    start, end = context.ticks(item.window)
    owed = level_limit(item.limit, level)
    bad_s = time_worse_s(context.course(level), owed.value, owed.better == "higher", start, end)
    share, wanted = 1.0 - bad_s / to_s(end - start), item.share or 0.0
    name, asked = context.label(level).begun(), owed_text(owed, item.limit)
    said, should = told_apart(share, wanted, SHARE)
    reason: Text = _(
        "{name}: kept for {said} of the time, asked for {should} of the time; {asked}.",
        name=name,
        said=said,
        should=should,
        asked=asked,
    )
    verdict = Value.FAIL if share < wanted - TOLERANCE else Value.PASS
    verdict, reason = kept_so_far(verdict, reason, level, owed, end, context)
    limit = scenario_limit(wanted, "1", "higher")
    return Row(level, verdict, reason, wanted - share, limit, Figure("share of time", share, "1", level.id))


def judge_recovery(item: Recovery, title: Text, context: Context) -> Finding:
    origin = origin_of(item, context)
    rows = judged(item.levels.of(context.city), context, lambda level: _row(item, level, origin, context))
    return finding(item.id, title, rows, context)


def origin_of(item: Recovery, context: Context) -> int:
    """The tick from which the recovery counts. Raises `NotRecorded` if it never came."""
    if item.after == "heal":
        if context.scenario.run.heal_by_s is None:
            raise NotRecorded(_("the run heals nothing"))
        return to_ticks(context.scenario.run.heal_by_s)
    done = [act for act in context.executed(item.fault) if act.applied_at is not None]
    onset = item.after == "onset"
    moments = [act.applied_at if onset else act.cleared_at for act in done]
    known = [moment for moment in moments if moment is not None]
    if not known or len(known) < len(moments):
        raise NotRecorded(_("the fault was never cleared") if done else _("the fault was never applied"))
    return min(known) if onset else max(known)


def _row(item: Recovery, level: ServiceLevel, origin: int, context: Context) -> Row:
    limit, course, end = level_limit(item.limit, level), context.course(level), context.history.end
    higher, deadline = limit.better == "higher", origin + to_ticks(item.within.seconds)
    within = time_limit(item.within, "lower")
    name, owed, allowed = context.label(level).begun(), owed_text(limit, item.limit), quantity(item.within.seconds, "s")
    bad = spells(course, limit.value, higher, origin, end) if end > origin else ()
    last = bad[-1].end if bad else origin
    if still_worse(course, limit.value, higher, context):
        passed = lasting(to_s(end - origin))
        reason = _(
            "{name}: not back when the run ended after {passed}; {owed}, {allowed} allowed.",
            name=name,
            passed=passed,
            owed=owed,
            allowed=allowed,
        )
        verdict = Value.FAIL if end >= deadline else Value.INCONCLUSIVE
        return Row(level, verdict, reason, float("inf"), within, Figure("recovery", None, "s", level.id))
    took_s = to_s(last - origin)
    took, _allowed = told_apart(took_s, item.within.seconds, "s")
    if not bad:
        reason = _("{name}: kept from then on; {owed}.", name=name, owed=owed)
    else:
        reason = _(
            "{name}: back after {took}, {allowed} allowed; {owed}.", name=name, took=took, allowed=allowed, owed=owed
        )
    verdict = Value.PASS if last <= deadline else Value.FAIL
    return Row(level, verdict, reason, took_s, within, Figure("recovery", took_s, "s", level.id))


def judge_continuity(item: LinkContinuity, title: Text, context: Context) -> Finding:
    done = [act for act in context.executed(item.fault) if act.applied_at is not None]
    if not done:
        reason = _("The fault was not executed.")
        return Finding(item.id, Category.EXPECTATION, Value.INCONCLUSIVE, title, reason)
    begin = begin_of(item, context)
    others = other_levels(item, context)
    end = context.history.end
    rows = judged(
        others,
        context,
        lambda level: invariant_row(level, Threshold(), item.longest, item.time_below, (begin, end), context),
    )
    return finding(item.id, title, rows, context)


def begin_of(item: LinkContinuity, context: Context) -> int:
    """From when on a continuity judges: the first onset of its fault, or zero if no other fault came before that.

    Raises `NotRecorded` if its fault never came.
    """
    done = [act.applied_at for act in context.executed(item.fault) if act.applied_at is not None]
    if not done:
        raise NotRecorded(_("the fault was never applied"))
    first = min(act.applied_at for act in context.executed() if act.applied_at is not None)
    return 0 if min(done) == first else min(done)


def levels_of(item: Expectation, context: Context) -> tuple[ServiceLevel, ...]:
    """The levels of the city that an expectation looks at; of what a plug-in looks at nobody knows."""
    match item:
        case Delivery() | ByPlugin():
            return ()
        case LinkContinuity():
            return other_levels(item, context)
        case _ if set(item.levels.ids) <= set(context.city.levels):
            return item.levels.of(context.city)
        case _:  # its own judgement says what is wrong with it
            return ()


def other_levels(item: LinkContinuity, context: Context) -> tuple[ServiceLevel, ...]:
    """The levels required in sub-systems other than the broken ones."""
    done = [act for act in context.executed(item.fault) if act.applied_at is not None]
    broken = {_sub_system(act.target, context) for act in done}
    return tuple(lv for lv in context.city.levels.values() if registry().measures[lv.measure].domain not in broken)


def _sub_system(target: str, context: Context) -> Domain:
    if target in context.city.links:
        return registry().links[context.city.links[target].kind].carrier
    return context.city.components[target].domain


def judge_budget(item: Budget, title: Text, context: Context) -> Finding:
    """Where both limits are given, both must hold; the one that does not speaks for the finding."""
    parts = []
    if item.person_hours is not None:
        parts.append(_person_hours(item, item.person_hours, title, context))
    if item.time_below is not None:
        allowed = item.time_below
        rows = judged(item.levels.of(context.city), context, lambda level: _time(item, allowed, level, context))
        parts.append(finding(item.id, title, rows, context))
    order = (Value.FAIL, Value.INCONCLUSIVE, Value.PASS)
    leading = min(parts, key=lambda part: order.index(part.value))
    return replace(leading, figures=tuple(figure for part in parts for figure in part.figures))


def _person_hours(item: Budget, budget: float, title: Text, context: Context) -> Finding:
    """Person-hours of all chosen services, as `judge.affected` counts them, below the limits of the item."""
    chosen = [level for level in item.levels.of(context.city) if people_of(level, context.city)]
    rows = judged(chosen, context, lambda level: _hours(item, level, context))
    if not rows:
        reason: Text = _("None of the chosen levels is a service that people lack.")
        return Finding(item.id, Category.EXPECTATION, Value.INCONCLUSIVE, title, reason)
    open_ = [row for row in rows if row.value is Value.INCONCLUSIVE]
    known = {row.level.id for row in rows if row.value is not Value.INCONCLUSIVE}
    total = person_hours(groups(context.city, chosen), _lows(item, [one for one in chosen if one.id in known], context))
    value = Value.FAIL if total > budget + TOLERANCE else (Value.INCONCLUSIVE if open_ else Value.PASS)
    spent, asked = number(total), number(budget)
    reason = _(
        "{spent} person-hours without sufficient service, at most {asked} are allowed.", spent=spent, asked=asked
    )
    if open_ and value is Value.INCONCLUSIVE:
        reason = open_[0].reason
    ranked = sorted(rows, key=lambda row: -row.weight)
    return Finding(
        item.id,
        Category.EXPECTATION,
        value,
        title,
        reason,
        scenario_limit(budget, "person-h", "lower"),
        Figure("person-hours", total, "person-h"),
        tuple(row.actual for row in rows if row.actual is not None),
        tuple(row.level.id for row in ranked if row.weight > 0),
    )


def _low(item: Budget, level: ServiceLevel, context: Context) -> tuple[Span, ...]:
    """When a level is worse than the limit of the item. Raises `NotRecorded`."""
    start, end = context.ticks(item.window)
    limit = level_limit(item.limit, level)
    found = spells(context.course(level), limit.value, limit.better == "higher", start, end)
    return tuple((spell.begin, spell.end) for spell in found)


def _lows(item: Budget, levels: Sequence[ServiceLevel], context: Context) -> Lows:
    """The same of several levels. People are counted one by one below the declared minimum: below another limit all of
    a district count."""
    spans = {level.id: _low(item, level, context) for level in levels}
    own = [level for level in levels if level_limit(item.limit, level).value == level.minimum]
    return Lows(spans, {level.id: context.course(level) for level in own})


def _hours(item: Budget, level: ServiceLevel, context: Context) -> Row:
    lost = level_hours(level, context.city, _lows(item, (level,), context))
    said, name = number(lost), context.label(level).begun()
    reason: Text = _("{name}: {said} person-hours.", name=name, said=said)
    _start, end = context.ticks(item.window)
    value, reason = kept_so_far(Value.PASS, reason, level, level_limit(item.limit, level), end, context)
    return Row(level, value, reason, lost, actual=Figure("person-hours", lost, "person-h", level.id))


def _time(item: Budget, allowed: TimeLimit, level: ServiceLevel, context: Context) -> Row:
    bad_s, limit = _time_worse_s(item, level, context), level_limit(item.limit, level)
    name, owed = context.label(level).begun(), owed_text(limit, item.limit)
    length, most = told_apart(bad_s, allowed.seconds, "s")
    reason: Text = _(
        "{name}: not good enough for {length} in sum ({owed}); {most} allowed.",
        name=name,
        length=length,
        owed=owed,
        most=most,
    )
    value = Value.FAIL if bad_s > allowed.seconds + TOLERANCE else Value.PASS
    value, reason = kept_so_far(value, reason, level, limit, context.ticks(item.window)[1], context)
    figure = Figure("time below", bad_s, "s", level.id)
    return Row(level, value, reason, bad_s, time_limit(allowed, "lower"), figure)


def _time_worse_s(item: Budget, level: ServiceLevel, context: Context) -> float:
    start, end = context.ticks(item.window)
    limit = level_limit(item.limit, level)
    return time_worse_s(context.course(level), limit.value, limit.better == "higher", start, end)


def check_expectations(context: Context) -> tuple[Finding, ...]:
    """One finding for each expectation."""
    return tuple(
        guarded(item.id, Category.EXPECTATION, expectation_title(item), lambda item=item: _judge(item, context))  # type: ignore[misc]
        for item in context.scenario.expectations
    )


def _judge(item: Expectation, context: Context) -> Finding:
    title = expectation_title(item)
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
        case Delivery():
            return judge_delivery(item, title, context)
        case ByPlugin():
            return _by_plugin(item, title, context)


def _by_plugin(item: ByPlugin, title: Text, context: Context) -> Finding:
    """What the checker of a plug-in makes of the run; what it stumbles over is a finding that shows nothing."""
    checker = registry().extensions(CHECKERS).get(item.checker)
    if checker is None:
        reason = _("There is no checker {name}: the package that brings it is not here.", name=item.checker)
        return Finding(item.id, Category.EXPECTATION, Value.INCONCLUSIVE, title, reason)
    found = named(checker.run)(context.city, context.history, item.given)
    if not isinstance(found, Judgement) or not isinstance(found.reason, Text):
        raise TypeError(f"{checker.run} gives no Judgement with a reason in words")
    value = {True: Value.PASS, False: Value.FAIL, None: Value.INCONCLUSIVE}[found.passed]
    return Finding(item.id, Category.EXPECTATION, value, title, found.reason)


def expectation_title(item: Expectation) -> Text:
    """What it is called: in its own words, else by what it asks."""
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
        case Delivery():
            within = quantity(item.within.seconds, "s")
            return _("Every reading is stored within {within}: {id}", within=within, id=item.id)
        case ByPlugin():
            known = registry().extensions(CHECKERS).get(item.checker)
            return Verbatim(item.id) if known is None else known.title.begun() + Verbatim(f": {item.id}")
