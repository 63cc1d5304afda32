"""The figures behind the page, for its own script: to play the run through, to show a place, to compare."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

from resilience.report.run.content import Check, LevelCourse, MapComponent, MapDistrict, Reach, ReportContent
from resilience.report.run.glyphs import domain_class
from resilience.report.run.texts import say
from resilience.words.terms import term

SCHEMA = "stadtwerk/report/1"

STEPS = 2000
"""Steps of all levels that the page carries (assumption: a page that still mails well). Levels share them."""

_WORDS = (
    "pass", "fail", "inconclusive", "not-needed", "people", "person-hours", "failed-for", "worked", "owner", "kind",
    "district", "whole-run", "nothing-out", "places-out", "levels-low", "owed", "this-run", "that-run", "check",
    "verdict", "peak-people-column", "recovery", "not-reached", "cannot-compare", "compared", "other-town", "service",
    "worst", "low-for-column", "out-times", "choose-place", "nothing-low", "not-there", "of-town",
)  # fmt: skip
"""What the script may have to say, by the keys of `texts`."""


def page_data(content: ReportContent, lang: str) -> str:
    """JSON that may stand inside a script element: `<` is escaped. The same content gives the same text."""
    h, most = content.headline, quota(content.courses)
    town = content.town
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "lang": lang,
        "words": {word: say(word, lang) for word in _WORDS},
        "run": {
            "scenario": content.scenario_id,
            "title": content.title.of(lang),
            "city": content.city_title.of(lang),
            "people": content.people,
            "seed": content.seed,
            "digest": content.digest,
            "verdict": content.outcome.value,
            "start": content.start.isoformat(timespec="seconds"),
            "end_s": content.end_s,
            "peak_people": h.peak_people,
            "person_hours": h.person_hours,
            "recovery_s": h.recovery_s,
        },
        "checks": [_check(check, lang) for check in content.checks],
        "levels": [_level(course, content.end_s, most, lang) for course in content.courses],
        "districts": [] if town is None else [_district(one) for one in town.districts],
        "places": [] if town is None else [_place(one, lang) for one in town.components],
    }
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c")


def _check(check: Check, lang: str) -> dict[str, Any]:
    return {
        "name": check.name.of(lang),
        "value": check.outcome.value,
        "needed": check.needed,
        "actual": check.actual.of(lang),
    }


def _level(course: LevelCourse, end_s: float, most: int, lang: str) -> dict[str, Any]:
    steps = thinned(course, end_s, most)
    return {
        "id": course.id,
        "of": course.subject,
        "city": course.reach is Reach.CITY,
        "title": f"{course.measure_title.of(lang)}, {course.title.of(lang)}",
        "unit": course.unit,
        "minimum": course.minimum,
        "higher": course.higher_is_better,
        "people": course.people,
        "low_s": course.low_s,
        "person_hours": course.person_hours,
        "worst": _finite(course.worst),
        "at": [at for at, _ in steps],
        "values": [_finite(value) for _, value in steps],
    }


def quota(courses: Sequence[LevelCourse]) -> int:
    """How many steps each level may have, so that all together have no more than `STEPS`."""
    lengths = sorted(len(course.values) for course in courses)
    left = STEPS
    for i, length in enumerate(lengths):
        share = left // (len(lengths) - i)
        if length > share:
            return max(1, share)
        left -= length
    return STEPS


def thinned(course: LevelCourse, end_s: float, most: int) -> list[tuple[float, float]]:
    """The steps of a level; where there are more than `most`, the worst one of each stretch of equal length."""
    steps = list(zip(course.times_s, course.values, strict=True))
    if len(steps) <= most:
        return steps
    begin = steps[0][0]
    length = (end_s - begin) / most
    worse = min if course.higher_is_better else max
    stretches: dict[int, list[tuple[float, float]]] = {}
    for at, value in steps:
        stretches.setdefault(int((at - begin) // length), []).append((at, value))
    return [(part[0][0], worse(value for _, value in part)) for part in stretches.values()]


def _district(district: MapDistrict) -> dict[str, Any]:
    return {
        "id": district.id,
        "label": district.title,
        "people": district.people,
        "person_hours": district.person_hours,
    }


def _place(component: MapComponent, lang: str) -> dict[str, Any]:
    return {
        "id": component.id,
        "label": component.label.of(lang),
        "kind": term(component.kind, lang),
        "domain": domain_class(component.kind),
        "district": component.district,
        "owner": component.owner,
        "failed": component.failed,
    }


def _finite(value: float) -> float | None:
    return round(value, 6) if math.isfinite(value) else None
