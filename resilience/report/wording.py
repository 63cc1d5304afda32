"""Numbers, times and durations as a reader of the language writes them."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from resilience.text import Text

MINUS = "\u2212"

_MONTHS = {
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    "de": (
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ),
}
_SHORT_MONTHS = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "de": ("Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sep.", "Okt.", "Nov.", "Dez."),
}
_UNIT_NAMES = {
    "l/person/d": Text("l je Person und Tag", "l per person and day"),
    "person-h": Text("Personenstunden", "person-hours"),
}
SHARE = "share"
"""The unit of a course that is shown in per cent: a dimensionless measure whose values lie between 0 and 1."""


def number(value: float, lang: str, decimals: int = 0) -> str:
    """`1234.5` as `1,234.5` or `1.234,5`. NaN is a dash, infinity its sign."""
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else MINUS + "∞"
    text = f"{value:,.{decimals}f}"
    if float(text.replace(",", "")) == 0:
        text = text.replace("-", "")
    if lang == "de":
        text = text.translate(str.maketrans(",.", ".,"))
    return text.replace("-", MINUS)


def plain(value: float, lang: str) -> str:
    """A number with as many decimals as it has, two at most."""
    decimals = next((d for d in (0, 1) if math.isclose(value, round(value, d), abs_tol=1e-12)), 2)
    return number(value, lang, decimals)


def quantity(value: float, unit: str, lang: str) -> str:
    """A value of a service level with its unit: shares in per cent, indices with two decimals."""
    if unit == SHARE:
        shown = 100 * value
        # 99.997 % must not be shown as a full 100 %, nor 0.003 % as nothing.
        if 0 < shown < 100:
            shown = min(max(shown, 0.01), 99.99)
        decimals = 0 if shown in (0.0, 100.0) or 1 <= shown <= 99 else 1 if 0.1 <= shown <= 99.9 else 2
        gap = "\u00a0" if lang == "de" else ""
        return number(shown, lang, decimals) + gap + "%"
    if unit in ("", "1"):
        return number(value, lang, 2)
    return number(value, lang, 1 if abs(value) < 100 else 0) + "\u00a0" + unit_name(unit, lang)


def unit_name(unit: str, lang: str) -> str:
    """The unit as it stands beside an axis."""
    if unit == SHARE:
        return "%"
    words = _UNIT_NAMES.get(unit)
    if words is not None:
        return words.of(lang)
    return "" if unit == "1" else unit


def unit_words(unit: str) -> Text | None:
    """A unit that each language writes differently, to stand behind a number; None for all others."""
    words = _UNIT_NAMES.get(unit)
    return None if words is None else Text(f"\u00a0{words.de}", f"\u00a0{words.en}")


def duration(seconds: float) -> str:
    """The two largest parts: `2 d 4 h`, `3 h 10 min`, `45 s`. The unit signs are those of both languages."""
    if seconds < 0:
        return MINUS + duration(-seconds)
    if seconds < 60:
        return f"{seconds:.0f}\u00a0s" if seconds >= 10 or seconds == int(seconds) else f"{seconds:.1f}\u00a0s"
    whole = round(seconds)
    if whole < 3600:
        minutes, rest = divmod(whole, 60)
        return f"{minutes}\u00a0min" + (f" {rest}\u00a0s" if rest and minutes < 10 else "")
    minutes = round(seconds / 60)
    if minutes < 1440:
        hours, rest = divmod(minutes, 60)
        return f"{hours}\u00a0h" + (f" {rest}\u00a0min" if rest else "")
    days, rest = divmod(round(seconds / 3600), 24)
    return f"{days}\u00a0d" + (f" {rest}\u00a0h" if rest else "")


def moment(start: datetime, at_s: float) -> datetime:
    return start + timedelta(seconds=at_s)


def clock(start: datetime, at_s: float, lang: str, dated: bool = False) -> str:
    """The town's clock: `18:00`, with seconds where there are any; `dated` puts the day before it."""
    at = moment(start, at_s)
    text = at.strftime("%H:%M:%S") if at.second else at.strftime("%H:%M")
    return f"{day(at, lang)}, {text}" if dated else text


def day(at: datetime, lang: str) -> str:
    """`14 Jan` or `14. Jan.`, for an axis."""
    dot = "." if lang == "de" else ""
    return f"{at.day}{dot}\u00a0{_SHORT_MONTHS[lang][at.month - 1]}"


def full_date(at: datetime, lang: str) -> str:
    """`14 January 2026, 17:00` or `14. Januar 2026, 17:00 Uhr`."""
    if lang == "de":
        return f"{at.day}. {_MONTHS['de'][at.month - 1]} {at.year}, {at:%H:%M} Uhr"
    return f"{at.day} {_MONTHS['en'][at.month - 1]} {at.year}, {at:%H:%M}"
