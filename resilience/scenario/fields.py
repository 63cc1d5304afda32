"""A tolerant look at a part of a scenario file: what is missing or of the wrong type is simply not there.

So that a file with a broken entry is still searched for every other mistake.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from resilience.scenario.norms import norms
from simulator.contracts.document import Document, Place
from simulator.contracts.duration import seconds
from simulator.contracts.names import suggestion
from simulator.contracts.problem import Problem


class Fields:
    """One mapping of the document, at `place`. Problems found through it are collected in `problems`."""

    def __init__(self, document: Document, place: Place, data: object, problems: list[Problem]) -> None:
        self.document, self.place, self.problems = document, place, problems
        self.data: Mapping[str, Any] = data if isinstance(data, Mapping) else {}

    def __contains__(self, name: str) -> bool:
        return name in self.data

    def text(self, name: str) -> str | None:
        value = self.data.get(name)
        return value if isinstance(value, str) else None

    def number(self, name: str) -> float | None:
        value = self.data.get(name)
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None

    def texts(self, name: str) -> tuple[tuple[Place, str], ...]:
        """The texts in a list, or one text alone, each with the way to it from here."""
        value = self.data.get(name)
        if isinstance(value, str):
            return (((name,), value),)
        if not isinstance(value, Sequence):
            return ()
        return tuple(((name, i), item) for i, item in enumerate(value) if isinstance(item, str))

    def child(self, name: str) -> Fields:
        return Fields(self.document, (*self.place, name), self.data.get(name), self.problems)

    def children(self, name: str) -> tuple[Fields, ...]:
        value = self.data.get(name)
        if isinstance(value, str) or not isinstance(value, Sequence):
            return ()
        return tuple(Fields(self.document, (*self.place, name, i), v, self.problems) for i, v in enumerate(value))

    def wrong(self, way: str | Sequence[str | int], what: str, mend: str) -> None:
        here = (way,) if isinstance(way, str) else tuple(way)
        self.problems.append(self.document.problem((*self.place, *here), what, mend))

    def unknown(self, way: str | Sequence[str | int], noun: str, name: str, known: Iterable[str], listing: str) -> None:
        self.wrong(way, f"no {noun} is called {name!r}", suggestion(name, known, listing))

    def seconds(self, name: str) -> float | None:
        """A duration; None where there is none, with a problem where it cannot be read."""
        value = self.text(name)
        if value is None:
            return None
        try:
            return seconds(value)
        except ValueError as error:
            self.wrong(name, str(error), "write a duration such as '15 s', '2h' or '1h30m'")
            return None

    def time_limit(self, name: str) -> tuple[float, str] | None:
        """Seconds, and the norm they come from (empty if none)."""
        value = self.text(name)
        if value is None or value[:1].isdigit() or value[:1] in ("", " "):
            found = self.seconds(name)
            return None if found is None else (found, "")
        norm = norms().get(value)
        if norm is None:
            timed = [n.id for n in norms().values() if n.unit == "s"]
            self.wrong(
                name,
                f"{value!r} is neither a duration nor a norm",
                suggestion(value, timed, "stadtwerk list norms"),
            )
            return None
        if norm.unit != "s" or norm.value is None:
            self.wrong(name, f"norm {value!r} is not a time ({norm.shown})", "name a norm given in seconds")
            return None
        return norm.value, norm.id

    def limit(self, name: str) -> tuple[float | None, str] | None:
        """A level's limit: (number, norm id or empty), (None, "") for the declared minimum, None where unreadable."""
        value = self.data.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            if not math.isfinite(value):
                self.wrong(name, f"{value} is not a number to compare with", "write a finite number")
                return None
            return float(value), ""
        if not isinstance(value, str):
            return None
        if value == "minimum":
            return None, ""
        norm = norms().get(value)
        if norm is None:
            self.unknown(name, "norm", value, [*norms(), "minimum"], "stadtwerk list norms")
            return None
        if norm.value is None:
            self.wrong(name, f"norm {value!r} has no number ({norm.shown})", "write a number")
            return None
        return norm.value, norm.id
