"""The frame of a scenario: the run's times, the charter's clauses, ids written twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from resilience.scenario.clauses import clauses
from resilience.scenario.fields import Fields
from simulator.contracts.duration import shown

FIRST_YEAR, LAST_YEAR = 1970, 2200
"""A run starts within these years: telemetry counts from 1970, and nobody plans beyond 2200."""
LONGEST_S = 366 * 86400.0
"""The longest run and the longest warm-up: a year."""


@dataclass(frozen=True, slots=True)
class Times:
    """The run's times in seconds, as far as they can be read."""

    warmup_s: float | None
    duration_s: float | None
    heal_by_s: float | None

    @property
    def end_s(self) -> float | None:
        """When everything is mended at latest: heal_by, or else the end of the run."""
        return self.duration_s if self.heal_by_s is None else self.heal_by_s


def read_times(top: Fields) -> Times:
    """The run's times; unreadable ones are reported by `check_frame` and are None here."""
    quiet = Fields(top.document, ("run",), top.data.get("run"), [])
    warmup = quiet.seconds("warmup") if "warmup" in quiet else 0.0
    return Times(warmup, quiet.seconds("duration"), quiet.seconds("heal_by"))


def check_frame(top: Fields) -> None:
    run = top.child("run")
    start = run.text("start")
    if start is not None:
        try:
            begins = datetime.fromisoformat(start)
        except ValueError:
            run.wrong("start", f"{start!r} is not a date and time", "write it as 2026-01-14T17:00")
        else:
            if begins.tzinfo is not None:
                run.wrong("start", "names a time zone", "write the town's local time, as 2026-01-14T17:00")
            if not FIRST_YEAR <= begins.year <= LAST_YEAR:
                run.wrong("start", f"is in the year {begins.year}", f"use a year from {FIRST_YEAR} to {LAST_YEAR}")
    run.seconds("warmup")
    duration, heal_by = run.seconds("duration"), run.seconds("heal_by")
    for length_name in ("warmup", "duration"):
        if (length := run.seconds(length_name)) is not None and length > LONGEST_S:
            run.wrong(length_name, f"is longer than {shown(LONGEST_S)}", "run a shorter time")
    if duration == 0:
        run.wrong("duration", "is nothing", "let the run last longer than 0 s")
    if duration is not None and heal_by is not None and heal_by > duration:
        run.wrong("heal_by", f"lies after the end of the run ({shown(duration)})", "heal earlier or run longer")
    for way, clause in top.texts("charter"):
        if clause not in clauses():
            top.unknown(way, "clause of the charter", clause, clauses(), ", ".join(clauses()))
    _check_expected(top)
    for part in ("steady_state", "timeline", "redundancies", "expect"):
        first: dict[str, int] = {}
        for item in top.children(part):
            name = item.text("id")
            if name is None:
                continue
            if name in first:
                item.wrong("id", f"{name!r} is used twice (first in line {first[name]})", "give each its own id")
            else:
                first[name] = top.document.line((*item.place, "id"))


def _check_expected(top: Fields) -> None:
    """A known weakness names redundancies and expectations that exist, each once."""
    known = [name for part in ("redundancies", "expect") for item in top.children(part) if (name := item.text("id"))]
    seen: set[str] = set()
    item = top.child("expected")
    for way, name in item.texts("findings"):
        if name not in known:
            item.unknown(way, "redundancy or expectation", name, known, ", ".join(known))
        elif name in seen:
            item.wrong(way, f"{name!r} is named twice", "name it once")
        seen.add(name)
