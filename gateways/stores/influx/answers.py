"""What a database's answer to a write means: try again later, or never."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LATER = frozenset({408, 425, 429, 500, 502, 503, 504})
LINES_AT_FAULT = frozenset({400, 413, 422})
LONGEST_WAIT_S = 300.0
"""A database that asks for more time than this is asked again after it (assumption)."""


class Retry(Exception):
    """The database cannot take the lines now. Writing the same ones again later does no harm."""

    def __init__(self, after_s: float, reason: str) -> None:
        super().__init__(f"{reason}; try again in {after_s:g} s")
        self.after_s = after_s
        self.reason = reason


class Refused(Exception):
    """The database will not take these lines, however often they are sent. All others of the body are written.

    `lines_at_fault` is False where not the lines are wrong but the token, the organisation, the bucket or the address:
    then nothing is written, and the lines are good once that is mended.
    """

    def __init__(self, lines: bytes, reason: str, status: int) -> None:
        super().__init__(f"{reason} (status {status}, {len(lines.splitlines())} lines)")
        self.lines = lines
        self.reason = reason
        self.status = status

    @property
    def lines_at_fault(self) -> bool:
        return self.status in LINES_AT_FAULT


def retry_after_s(headers: Mapping[str, str] | None, now: datetime | None = None) -> float | None:
    """The seconds in a Retry-After header, which may be a number or a date (RFC 9110, 10.2.3); None if it has none."""
    text = next((value for name, value in (headers or {}).items() if name.lower() == "retry-after"), "").strip()
    try:
        wait = float(text)
    except ValueError:
        try:
            at = parsedate_to_datetime(text)
        except ValueError:
            return None
        wait = ((at if at.tzinfo else at.replace(tzinfo=UTC)) - (now or datetime.now(UTC))).total_seconds()
    return min(max(wait, 0.0), LONGEST_WAIT_S) if math.isfinite(wait) else None
