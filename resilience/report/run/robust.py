"""The part of a report that says how near findings are to their limits; `stadtwerk robust` says whether they hold."""

from __future__ import annotations

import math
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from resilience.judge.verdict import Value
from resilience.report.run.texts import say
from resilience.report.run.wording import number, per_cent
from resilience.report.templates import template_folder
from simulator.contracts.words import Text

BEGIN, END = "<!-- robust -->", "<!-- /robust -->"
"""What stands between these in a report is the part."""


@dataclass(frozen=True, slots=True)
class RobustRow:
    """One finding: its margin as a share of its limit (None: it has none), and in how many variants it passed.

    `asked` false: nobody has asked yet. `tried` 0: no variant changed anything in what it judges. `otherwise` are the
    changes with which it came out another way.
    """

    title: Text
    value: Value
    margin: float | None
    holds: int = 0
    tried: int = 0
    asked: bool = False
    otherwise: tuple[tuple[Text, Value], ...] = ()


def ranked(rows: Sequence[RobustRow]) -> tuple[RobustRow, ...]:
    """What is missed by most first, then what is nearest to its limit; what has no margin last, in its order."""
    return tuple(sorted(rows, key=lambda row: math.inf if row.margin is None else row.margin))


def margin_words(margin: float | None, lang: str) -> str:
    """`12 %`, below zero where the limit is missed, or a dash; beyond 100 % how many times the limit the figure is."""
    if margin is None:
        return "–"
    if abs(margin) > 1:
        return say("robust-times", lang, times=number(1 + abs(margin), lang, 0 if abs(margin) >= 9 else 1))
    return per_cent(number(100 * margin, lang, 1 if abs(margin) < 0.1 else 0), lang)


def held_words(row: RobustRow, lang: str) -> str:
    """`holds in 47 of 50`."""
    if not row.tried:
        return say("robust-untouched", lang)
    return say("robust-of", lang, holds=str(row.holds), tried=str(row.tried))


def robust_html(rows: Sequence[RobustRow], folder: Path, lang: str) -> str:
    """The part as HTML, with its marks; where nobody has asked yet, with the command that does for the run's folder."""
    page = template_folder(Path(__file__).parent).get_template("robust.html.j2")
    text = page.render(
        rows=ranked(rows),
        command=f"stadtwerk robust {shlex.quote(str(folder))}",
        lang=lang,
        margin=lambda value: margin_words(value, lang),
        held=lambda row: held_words(row, lang),
        t=lambda key, **values: say(key, lang, **values),
    )
    return f"{BEGIN}{text}{END}"
