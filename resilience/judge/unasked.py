"""What a reader of the answer must know of levels that were missed, or might have been, without a finding that fails:

- levels that the scenario opts out: what they are called, why they are not asked for, and what it does ask of them;
- levels that were missed for longer than is assumed where nobody says how long, because the scenario allows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from resilience.judge.affected import Lows, groups, person_hours
from resilience.judge.checkers.context import Context, judged
from resilience.judge.checkers.expectations import expectation_title, invariant_row, levels_of
from resilience.judge.checkers.judged import asked_spans, left_to_judge
from resilience.judge.losses import subject_words
from resilience.judge.verdict import Allowed, Category, Finding, NotAsked, Value
from resilience.scenario.scenario import Expectation, LevelChoice, OptOut, Threshold
from simulator.contracts.city import City
from simulator.contracts.duration import rounded
from simulator.contracts.level import ServiceLevel
from simulator.contracts.registry import registry
from simulator.contracts.ticks import to_s
from simulator.contracts.words import NO_TEXT, Numeral, Text, Words, enumerated, number

_ = Words("resilience")

NAMED = 3
"""Levels of one opt-out that are named one by one."""


def not_asked(context: Context, low: Lows) -> tuple[NotAsked, ...]:
    """Each opt-out of the scenario, with what it cost the town that nobody asked."""
    return tuple(_one(item, context, low) for item in context.scenario.not_asked)


def _one(item: OptOut, context: Context, low: Lows) -> NotAsked:
    city, levels = context.city, item.levels.of(context.city)
    partly = [one for one in context.scenario.expectations if set(levels) & set(levels_of(one, context))]
    return NotAsked(
        tuple(level.id for level in levels),
        _title(item.levels, levels, city),
        item.reason,
        tuple(level.id for level in levels if low.get(level.id)),
        _longest_s(levels, low),
        person_hours(groups(city, levels), low),
        None if not partly else enumerated([_quoted(one) for one in partly], NAMED),
    )


def allowed(context: Context, findings: Iterable[Finding], low: Lows) -> tuple[Allowed, ...]:
    """What was missed for longer than is assumed where a scenario says nothing, and passes since this one allows it.

    The city declares how good a level must be, not for how long it may be missed: who says so by himself decides it
    for the town, and the answer tells what it came to.
    """
    city, end = context.city, context.history.end
    asked = (Category.EXPECTATION, Category.REQUIRED)
    told = {name for one in findings if one.category in asked and one.value is not Value.PASS for name in one.subjects}
    out = {level.id for item in context.scenario.not_asked for level in item.levels.of(city)}
    left = {part.level.id for part in left_to_judge(context) if (part.begin, part.end) == (0, end)}
    levels = [level for level in city.levels.values() if level.id not in told | out | left]
    rows = judged(levels, context, lambda level: invariant_row(level, Threshold(), None, None, (0, end), context))
    by_item: dict[tuple[str, ...], list[ServiceLevel]] = {}
    for row in rows:
        if row.value is Value.FAIL:
            items = [one.id for one in context.scenario.expectations if asked_spans(one, row.level, context)]
            by_item.setdefault(tuple(items), []).append(row.level)
    titles = {one.id: _quoted(one) for one in context.scenario.expectations}
    return tuple(
        Allowed(
            tuple(level.id for level in missed),
            _title(LevelChoice(tuple(level.id for level in missed)), missed, city),
            enumerated([titles[name] for name in names], NAMED),
            _longest_s(missed, low),
            person_hours(groups(city, missed), low),
        )
        for names, missed in by_item.items()
    )


def _longest_s(levels: Iterable[ServiceLevel], low: Lows) -> float:
    """For how long the level that was missed longest was missed in sum, in seconds."""
    return max((to_s(sum(end - begin for begin, end in low.get(level.id, ()))) for level in levels), default=0.0)


def _quoted(item: Expectation) -> Text:
    return _("“{title}”", title=expectation_title(item))


def _title(choice: LevelChoice, levels: Sequence[ServiceLevel], city: City) -> Text:
    if choice.measure:
        return registry().measures[choice.measure].service
    if choice.domain is not None:
        return registry().subsystems[choice.domain].title
    (measure, *others) = dict.fromkeys(registry().measures[level.measure] for level in levels)
    all_of_it = sum(level.measure == measure.name for level in city.levels.values()) == len(levels)
    if not others and all_of_it and measure.subject != "component":
        return measure.service
    return enumerated([_label(level, city) for level in levels], NAMED)


def _label(level: ServiceLevel, city: City) -> Text:
    service, (place, _reach) = registry().measures[level.measure].service, subject_words(level.subject, city)
    if level.subject in city.components:
        return place
    if level.subject in city.districts:
        return _("{service} in {place}", service=service, place=place)
    return service


def in_short(one: NotAsked | Allowed) -> Text:
    """What was not asked and why, in half a sentence; where it was missed, for how long and at which cost."""
    return _("{title} ({reason})", title=one.title, reason=because(one)) + missed(one)


def because(one: NotAsked | Allowed) -> Text:
    """Why nobody asks for a level as it is required: what is asked instead, and the reason that the scenario gives."""
    if isinstance(one, Allowed):
        return one.by
    return one.reason if one.only is None else _("only {asked}; {reason}", asked=one.only, reason=one.reason)


def missed(one: NotAsked | Allowed) -> Text:
    """For how long it was missed, and at which cost; nothing where it was kept."""
    if not one.missed_s:
        return NO_TEXT
    length = Numeral(rounded(one.missed_s))
    said: Text = (_(", for {length}") if isinstance(one, Allowed) else _(", missed for {length}")).filled(length=length)
    if one.person_hours:
        said += _(": {hours} person-hours", hours=number(one.person_hours))
    return said
