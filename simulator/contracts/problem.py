"""One thing that is wrong with an input file, in words that say how to mend it."""

from __future__ import annotations

from collections.abc import Iterable
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


class BadInput(Exception):
    """Raised by loaders with every problem found, never with the first one only. The exit code is 64."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))
