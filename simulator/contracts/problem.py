"""One thing that is wrong with an input file, in words that say how to mend it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from simulator.contracts.words import SOURCE, Text, Words

_ = Words("simulator.contracts")


class Sentence(str):
    """A sentence of a problem: in English for programs, and the text that says it in every language for people."""

    text: Text

    def __new__(cls, text: Text) -> Sentence:
        made = super().__new__(cls, text.of(SOURCE))
        made.text = text
        return made

    def __reduce__(self) -> tuple[type[Sentence], tuple[Text]]:
        return Sentence, (self.text,)


def in_language(said: str, lang: str) -> str:
    """A sentence in a language; one that nobody has made a message of stays English."""
    return said.text.of(lang) if isinstance(said, Sentence) else said


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
        return self.told(SOURCE)

    def told(self, lang: str) -> str:
        """One line, as an editor understands it: file, line and field, what is wrong, and how to fix it."""
        what, fix = in_language(self.what, lang), in_language(self.mend, lang)
        return f"{self.file}:{self.line}: {self.field}: {what}; {fix}"


MOST_SHOWN = 50
"""So many problems are shown at once: whoever has mended them sees the rest."""


def told(problems: Sequence[Problem], lang: str = SOURCE) -> str:
    """Problems as a person is shown them, one a line: the first ones, and how many more there are."""
    lines = [problem.told(lang) for problem in problems[:MOST_SHOWN]]
    if len(problems) > MOST_SHOWN:
        left = f"{len(problems) - MOST_SHOWN:,}"
        lines.append(_("and {n} more; they are shown when these are fixed", n=left).of(lang))
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

    def told(self, lang: str) -> str:
        """All problems in a language, one a line."""
        return told(self.problems, lang)
