"""Times as people write them: `15 s`, `2h`, `1h30m`, `1 d 12 h`, `500 ms`."""

from __future__ import annotations

import re

UNITS_S = {"d": 86400.0, "h": 3600.0, "min": 60.0, "m": 60.0, "s": 1.0, "ms": 0.001}
"""Seconds in each unit, largest first; `m` is short for `min`."""

_PART = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(ms|min|[dhms])(?![a-z])\s*")


class NoDuration(ValueError):
    """A text that is no duration: `why` is `empty`, `form`, `order` (of its units) or `fine` (below a millisecond)."""

    def __init__(self, why: str, given: str) -> None:
        super().__init__(f"{given!r} is not a duration ({why})")
        self.why, self.given = why, given

    def __reduce__(self) -> tuple[type[NoDuration], tuple[str, str]]:
        return NoDuration, (self.why, self.given)


def seconds(text: str) -> float:
    """A duration in seconds, exact to the millisecond.

    Raises `ValueError` for anything else than numbers with units, each unit once and larger ones first.
    """
    at, total_ms, smallest = 0, 0.0, float("inf")
    if not text.strip():
        raise NoDuration("empty", text)
    while at < len(text):
        part = _PART.match(text, at)
        if part is None:
            raise NoDuration("form", text)
        size = UNITS_S[part[2]]
        if size >= smallest:
            raise NoDuration("order", text)
        smallest = size
        total_ms += float(part[1]) * size * 1000
        at = part.end()
    if abs(total_ms - round(total_ms)) > 1e-6:
        raise NoDuration("fine", text)
    return round(total_ms) / 1000


def shown(value_s: float) -> str:
    """Seconds as a person would write them: `1 h 30 min`, `12.5 s`, `-30 min`; rounded to milliseconds."""
    rest = round(abs(value_s) * 1000)
    sign = "-" if value_s < 0 and rest else ""
    days, rest = divmod(rest, 86_400_000)
    hours, rest = divmod(rest, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    parts = [f"{count} {unit}" for count, unit in ((days, "d"), (hours, "h"), (minutes, "min")) if count]
    if rest or not parts:
        parts.append(f"{rest / 1000:g} s")
    return sign + " ".join(parts)


def exact(value_s: float) -> str:
    """Seconds without loss, as `shown`, but up to two days in hours: a limit of `24 h` is not called a day."""
    whole_h, rest_s = divmod(round(abs(value_s), 3), 3600)
    if not 24 <= whole_h < 48:
        return shown(value_s)
    rest = shown(rest_s)
    return f"{'-' if value_s < 0 else ''}{whole_h:.0f} h" + ("" if rest_s == 0 else f" {rest}")


def rounded(value_s: float) -> str:
    """Seconds as a reader needs them: below 2 min in seconds, below two days in minutes, else in hours.

    Below 10 s a tenth is kept. For a number beside its limit see `apart`.
    """
    if value_s < 0:
        return "-" + rounded(-value_s)
    if value_s < 9.95:
        return f"{round(value_s, 1):g} s"
    if value_s < 119.5:
        return f"{value_s:.0f} s"
    step = 60 if value_s < 2 * UNITS_S["d"] else 3600
    return exact(round(value_s / step) * step)


def apart(value_s: float, limit_s: float) -> str:
    """A value beside its limit: rounded, but with as much detail as it takes to see that the two differ."""
    for said in (rounded(value_s), exact(round(value_s))):
        if value_s == limit_s or said != exact(limit_s):
            return said
    return exact(value_s)
