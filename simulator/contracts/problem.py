"""One thing that is wrong with an input file, in words that say how to mend it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """A mistake in an input file.

    `line` counts from 1; 0 means the file as a whole. `field` is the dotted path of the value.
    """

    file: str
    line: int
    field: str
    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.field}: {self.what}; {self.mend}"


MOST_SHOWN = 50
"""So many problems are shown at once: whoever has mended them sees the rest."""


def told(problems: Sequence[Problem]) -> str:
    """Problems as a person is shown them, one a line: the first ones, and how many more there are."""
    lines = [str(problem) for problem in problems[:MOST_SHOWN]]
    if len(problems) > MOST_SHOWN:
        lines.append(f"and {len(problems) - MOST_SHOWN:,} more; they are shown when these are mended")
    return "\n".join(lines)


class Unfit(ValueError):
    """Values that cannot be: `what` is wrong with them, how to `mend` it, and the `field` that it is about, if one."""

    def __init__(self, what: str, mend: str, field: str = "") -> None:
        super().__init__(f"{what}: {mend}")
        self.what, self.mend, self.field = what, mend, field


class BadInput(Exception):
    """Raised by loaders with every problem found, never with the first one only. The exit code is 64."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(set(problems)))
        super().__init__(told(self.problems))
