"""One thing that is wrong with an input file, in words that say how to fix it."""

from __future__ import annotations

import errno
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from simulator.contracts.duration import NoDuration
from simulator.contracts.words import SOURCE, Message, Text, Verbatim, Words

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


def _sentence(said: Text | str) -> Sentence:
    """What is said as a sentence. A plain one, which only a plug-in makes, reads the same in every language."""
    if isinstance(said, Sentence):
        return said
    return Sentence(said if isinstance(said, Text) else Verbatim(said))


@dataclass(frozen=True, slots=True, order=True, init=False)
class Problem:
    """A mistake in an input file.

    `line` counts from 1; 0 means the file as a whole. `field` is the dotted path of the value.
    """

    file: str
    line: int
    field: str
    what: Sentence
    fix: Sentence

    def __init__(self, file: str, line: int, field: str, what: Text | Sentence, fix: Text | Sentence) -> None:
        for name, value in (("file", file), ("line", line), ("field", field)):
            object.__setattr__(self, name, value)
        object.__setattr__(self, "what", _sentence(what))
        object.__setattr__(self, "fix", _sentence(fix))

    def __str__(self) -> str:
        return self.told(SOURCE)

    def told(self, lang: str) -> str:
        """One line, as an editor understands it: file, line and field, what is wrong, and how to fix it."""
        return f"{self.file}:{self.line}: {self.field}: {self.what.text.of(lang)}; {self.fix.text.of(lang)}"


_OF_THE_SYSTEM: Mapping[int, Text] = {
    errno.ENOENT: _("No such file or directory"),
    errno.EACCES: _("Permission denied"),
    errno.EPERM: _("Operation not permitted"),
    errno.EISDIR: _("Is a directory"),
    errno.ENOTDIR: _("Not a directory"),
    errno.EEXIST: _("File exists"),
    errno.ENOTEMPTY: _("Directory not empty"),
    errno.ENOSPC: _("No space left on device"),
    errno.EROFS: _("Read-only file system"),
    errno.ENAMETOOLONG: _("File name too long"),
    errno.EFBIG: _("File too large"),
    errno.EDQUOT: _("Disk quota exceeded"),
    errno.ECONNREFUSED: _("Connection refused"),
}
"""What the operating system says of its errors; Python tells it in English."""


_NO_DURATION: Mapping[str, Message] = {
    "empty": _("is empty"),
    "form": _("{given} is not a duration"),
    "order": _("{given} names a unit twice, or a larger one after a smaller one"),
    "fine": _("{given} is finer than a millisecond"),
}


class Reason(Exception):
    """An error that says what is wrong in every language."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.of(SOURCE))
        self.text = text

    def __reduce__(self) -> tuple[type[Reason], tuple[Text]]:
        return type(self), (self.text,)


class Unable(Reason, ValueError):
    """What was asked for cannot be; the text says why."""


def reason_of(error: BaseException) -> Text:
    """What an error says. Those of libraries speak English only."""
    if isinstance(error, Reason):
        return error.text
    if isinstance(error, NoDuration):
        return _NO_DURATION[error.why].filled(given=repr(error.given)[:180])
    if isinstance(error, OSError):
        return _OF_THE_SYSTEM.get(error.errno or 0, Verbatim(error.strerror or str(error)))
    return Verbatim(str(error))


MOST_SHOWN = 50
"""So many problems are shown at once: whoever has mended them sees the rest."""


FEW_ALIKE = 5
"""More problems of one kind in one file are told as one, with how many there are."""


def _kind(problem: Problem) -> tuple[str, str, str, str]:
    """What makes problems alike: file, field without its numbers, and sentences without what fills their blanks."""

    def sentence(said: Sentence) -> str:
        return said.text.sentence if isinstance(said.text, Message) else said

    return problem.file, re.sub(r"\d+", "", problem.field), sentence(problem.what), sentence(problem.fix)


def _kinds(problems: Sequence[Problem]) -> list[tuple[tuple[str, str, str, str], int]]:
    """The kind of each problem. Several of a kind in one place, as fields that are missing, are each their own."""
    there: Counter[tuple[tuple[str, str, str, str], str, int]] = Counter()
    kinds = []
    for problem in problems:
        place = _kind(problem), problem.field, problem.line
        kinds.append((place[0], there[place]))
        there[place] += 1
    return kinds


def told(problems: Sequence[Problem], lang: str = SOURCE) -> str:
    """Problems as a person is shown them, one a line: the first ones, and how many more there are.

    The same mistake in many places of one file is one line, with its count.
    """
    of = _kinds(problems)
    kinds = Counter(of)
    lines: list[str] = []
    shown: set[tuple[tuple[str, str, str, str], int]] = set()
    left = 0
    for problem, kind in zip(problems, of, strict=True):
        if kind in shown:
            continue
        many = kinds[kind] > FEW_ALIKE
        if many:
            shown.add(kind)
        if len(lines) == MOST_SHOWN:
            left += kinds[kind] if many else 1
            continue
        line = problem.told(lang)
        lines.append(line + _(" ({n} times like this)", n=f"{kinds[kind]:,}").of(lang) if many else line)
    if left:
        lines.append(_("and {n} more; they are shown when these are fixed", n=f"{left:,}").of(lang))
    return "\n".join(lines)


class Unfit(ValueError):
    """Values that cannot be: `what` is wrong with them, how to `fix` it, and the `field` that it is about, if one."""

    def __init__(self, what: Text, fix: Text, field: str = "") -> None:
        super().__init__(f"{what.of(SOURCE)}: {fix.of(SOURCE)}")
        self.what, self.fix, self.field = what, fix, field


class BadInput(Exception):
    """Raised by loaders with every problem found, never with the first one only. The exit code is 64."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(set(problems)))
        super().__init__(told(self.problems))

    def told(self, lang: str) -> str:
        """All problems in a language, one a line."""
        return told(self.problems, lang)
