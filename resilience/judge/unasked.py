"""Levels that a scenario opts out: what they are called, why they are not asked for, and whether they were missed."""

from __future__ import annotations

from collections.abc import Sequence

from resilience.judge.affected import groups, hours, lows, person_hours
from resilience.judge.losses import subject_words
from resilience.judge.verdict import NotAsked
from resilience.scenario.scenario import OptOut, Scenario
from simulator.contracts.city import City
from simulator.contracts.duration import rounded
from simulator.contracts.history import History
from simulator.contracts.level import ServiceLevel
from simulator.contracts.registry import registry
from simulator.contracts.words import NO_TEXT, Numeral, Text, Words, enumerated, number

_ = Words("resilience")

NAMED = 3
"""Levels of one opt-out that are named one by one."""


def not_asked(scenario: Scenario, city: City, history: History) -> tuple[NotAsked, ...]:
    """Each opt-out of the scenario, with what it cost the town that nobody asked."""
    return tuple(_one(item, city, history) for item in scenario.not_asked)


def _one(item: OptOut, city: City, history: History) -> NotAsked:
    levels = item.levels.of(city)
    low = lows(city, history, 0, history.end)
    low_s = {level.id: 3600.0 * hours(low.get(level.id, ())) for level in levels}
    missed = tuple(level.id for level in levels if low_s[level.id])
    return NotAsked(
        tuple(level.id for level in levels),
        _title(item, levels, city),
        item.reason,
        missed,
        max(low_s.values(), default=0.0),
        person_hours(groups(city, levels), low),
    )


def _title(item: OptOut, levels: Sequence[ServiceLevel], city: City) -> Text:
    if item.levels.measure:
        return registry().measures[item.levels.measure].service
    if item.levels.domain is not None:
        return registry().subsystems[item.levels.domain].title
    return enumerated([_label(level, city) for level in levels], NAMED)


def _label(level: ServiceLevel, city: City) -> Text:
    service, (place, _reach) = registry().measures[level.measure].service, subject_words(level.subject, city)
    if level.subject in city.components:
        return place
    if level.subject in city.districts:
        return _("{service} in {place}", service=service, place=place)
    return service


def in_short(one: NotAsked) -> Text:
    """What was not asked and why, in half a sentence; where it was missed, for how long and at which cost."""
    said: Text = _("{title} ({reason})", title=one.title, reason=one.reason)
    return said + missed(one)


def missed(one: NotAsked) -> Text:
    """For how long it was missed, and at which cost; nothing where it was kept."""
    said: Text = NO_TEXT
    if one.missed:
        length = Numeral(rounded(one.missed_s))
        if one.person_hours:
            said += _(", missed for {length}: {hours} person-hours", length=length, hours=number(one.person_hours))
        else:
            said += _(", missed for {length}", length=length)
    return said
