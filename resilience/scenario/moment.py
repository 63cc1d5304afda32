"""Moments on the town's own clock."""

from __future__ import annotations

from datetime import datetime, timedelta

from simulator.contracts.words import Words

_ = Words("resilience")
_c = _.context

SHORT_MONTHS = (
    _c("short month", "Jan"),
    _c("short month", "Feb"),
    _c("short month", "Mar"),
    _c("short month", "Apr"),
    _c("short month", "May"),
    _c("short month", "Jun"),
    _c("short month", "Jul"),
    _c("short month", "Aug"),
    _c("short month", "Sep"),
    _c("short month", "Oct"),
    _c("short month", "Nov"),
    _c("short month", "Dec"),
)


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
    return _("{day}\u00a0{month}", day=at.day, month=SHORT_MONTHS[at.month - 1]).of(lang)
