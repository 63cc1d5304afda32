"""Turns the content of a report into one HTML page that needs nothing else, with the figures for its own script."""

from __future__ import annotations

import json
import math
from base64 import b64encode
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resilience.judge.losses import LevelCourse, Reach
from resilience.report.run.content import Check, MapComponent, MapDistrict, ReportContent
from resilience.report.run.robust import robust_html
from resilience.report.run.texts import say
from resilience.report.run.town_map import domain_class, domain_style
from resilience.report.run.views import page_view
from resilience.report.run.why import why_html
from resilience.report.run.wording import duration, full_date, number, quantity, unit_name
from resilience.report.templates import template_folder
from resilience.scenario.moment import clock, moment
from resilience.words.terms import term
from simulator.contracts.codes import owner_words
from simulator.contracts.words import LANGUAGES, READABLE, SHARE, Verbatim, unbroken

if TYPE_CHECKING:
    import jinja2

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
        "unit": course.unit if course.unit == SHARE else unit_name(course.unit, lang),
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
        "owner": owner_words(component.owner).of(lang),
        "failed": component.failed,
    }


def _finite(value: float) -> float | None:
    return round(value, 6) if math.isfinite(value) else None


def render(content: ReportContent, lang: str = "en") -> str:
    """The page in German (`de`) or English (`en`). The same content gives the same text. Raises `ValueError`."""
    if lang not in READABLE:
        raise ValueError(f"no report in {lang!r}; there is {' and '.join(LANGUAGES)}")
    from markupsafe import Markup

    helpers: dict[str, Any] = {
        "t": lambda key, **values: say(key, lang, **values),
        "term": lambda name: term(name, lang),
        "owner": lambda name: owner_words(name).of(lang),
        "own": lambda said: Verbatim(said).of(lang),
        "num": lambda value, decimals=0: number(value, lang, decimals),
        "qty": lambda value, unit: quantity(value, unit, lang),
        "clock": lambda at_s: clock(content.start, at_s, lang, content.end_s - content.begin_s > 86400),
        "instant": lambda at_s: moment(content.start, at_s).isoformat(timespec="seconds"),
        "date": lambda at_s: full_date(moment(content.start, at_s), lang),
        "unbroken": unbroken,
        "dur": lambda seconds: duration(seconds, lang),
        "svg": Markup,
        "style": Markup(page_style()),
        "script": Markup(_script()),
        "script_hash": f"sha256-{b64encode(sha256(_script().encode()).digest()).decode()}",
        "data_json": Markup(page_data(content, lang)),
        "robust": Markup(robust_html(content.robust, content.folder, lang)),
        "why": Markup(why_html(content.why, content.folder, lang)),
    }
    template = _environment().get_template("page.html.j2")
    return template.render(c=content, v=page_view(content, lang), lang=lang, **helpers)


def write_report(content: ReportContent, path: Path, lang: str = "en") -> None:
    """Write the page as UTF-8. Raises `OSError` if that cannot be done."""
    path.write_text(render(content, lang), encoding="utf-8", newline="\n")


@cache
def page_style() -> str:
    """The style sheet of a report."""
    return Path(__file__).with_name("page.css").read_text(encoding="utf-8") + domain_style()


@cache
def _script() -> str:
    return Path(__file__).with_name("page.js").read_text(encoding="utf-8")


@cache
def _environment() -> jinja2.Environment:
    return template_folder(Path(__file__).parent)
