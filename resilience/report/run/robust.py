"""The part of a report that says how near findings are to their limits; `stadtwerk robust` says whether they hold."""

from __future__ import annotations

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

    `tried` 0: nobody has asked yet. `otherwise` are the changes with which it came out another way.
    """

    title: Text
    value: Value
    margin: float | None
    holds: int = 0
    tried: int = 0
    otherwise: tuple[tuple[Text, Value], ...] = ()


def margin_words(margin: float | None, lang: str) -> str:
    """`12 %`, below zero where the limit is missed, or a dash."""
    if margin is None:
        return "–"
    return per_cent(number(100 * margin, lang, 1 if abs(margin) < 0.1 else 0), lang)


def robust_html(rows: Sequence[RobustRow], command: str, lang: str) -> str:
    """The part as HTML, with its marks. `command` is what fills it in where nobody has asked yet."""
    page = template_folder(Path(__file__).parent).get_template("robust.html.j2")
    text = page.render(
        rows=rows,
        command=command,
        lang=lang,
        margin=lambda value: margin_words(value, lang),
        t=lambda key, **values: say(key, lang, **values),
    )
    return f"{BEGIN}{text}{END}"
