"""Moments on the town's own clock."""

from __future__ import annotations

from datetime import datetime, timedelta

SHORT_MONTHS = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "de": ("Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sep.", "Okt.", "Nov.", "Dez."),
}


def moment(start: datetime, at_s: float) -> datetime:
    """The town's time so many seconds after the scenario's zero."""
    return start + timedelta(seconds=at_s)


def clock(start: datetime, at_s: float, lang: str, dated: bool = False) -> str:
    """The town's clock: `18:00`, with seconds where there are any; `dated` puts the day before it."""
    at = moment(start, at_s)
    text = at.strftime("%H:%M:%S") if at.second else at.strftime("%H:%M")
    return f"{day(at, lang)}, {text}" if dated else text


def day(at: datetime, lang: str) -> str:
    """`14 Jan` or `14. Jan.`, for an axis."""
    dot = "." if lang == "de" else ""
    return f"{at.day}{dot}\u00a0{SHORT_MONTHS[lang][at.month - 1]}"
