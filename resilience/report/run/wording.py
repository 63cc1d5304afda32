"""Numbers, times and durations as a reader of the language writes them."""

from __future__ import annotations

import math
from datetime import datetime

from simulator.contracts.duration import rounded
from simulator.contracts.words import SHARE, UNIT_NAMES, Numeral, Verbatim, Words

_ = Words("resilience")
_c = _.context

MINUS = "\u2212"

_MONTHS = (
    _c("month", "January"),
    _c("month", "February"),
    _c("month", "March"),
    _c("month", "April"),
    _c("month", "May"),
    _c("month", "June"),
    _c("month", "July"),
    _c("month", "August"),
    _c("month", "September"),
    _c("month", "October"),
    _c("month", "November"),
    _c("month", "December"),
)


def number(value: float, lang: str, decimals: int = 0) -> str:
    """`1234.5` as `1,234.5` or `1.234,5`. NaN is a dash, infinity its sign."""
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else MINUS + "∞"
    text = f"{value:,.{decimals}f}"
    if float(text.replace(",", "")) == 0:
        text = text.replace("-", "")
    return Numeral(text).of(lang).replace("-", MINUS)


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
        return per_cent(number(shown, lang, decimals), lang)
    if unit in ("", "1"):
        return number(value, lang, 2)
    return number(value, lang, 1 if abs(value) < 100 else 0) + "\u00a0" + unit_name(unit, lang)


def per_cent(said: str, lang: str) -> str:
    """A number that is a share in per cent."""
    return said + ("\u00a0%" if lang == "de" else "%")


def unit_name(unit: str, lang: str) -> str:
    """The unit as it stands beside an axis."""
    if unit == SHARE:
        return "%"
    return "" if unit == "1" else UNIT_NAMES.get(unit, Verbatim(unit)).of(lang)


def duration(seconds: float, lang: str = "en") -> str:
    """As in the sentences of the findings, but never broken at the end of a line: `43 min`, `12 s`, `3 h 10 min`."""
    return Numeral(rounded(seconds).replace(" ", "\u00a0").replace("-", MINUS)).of(lang)


def full_date(at: datetime, lang: str) -> str:
    """`14 January 2026, 17:00` or `14. Januar 2026, 17:00 Uhr`."""
    clock = f"{at:%H:%M}"
    return _("{day} {month} {year}, {clock}", day=at.day, month=_MONTHS[at.month - 1], year=at.year, clock=clock).of(
        lang
    )
