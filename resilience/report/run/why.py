"""The part of a report that says what would have kept what failed; `stadtwerk why` fills it in later."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from resilience.report.run.texts import say
from resilience.report.templates import template_folder
from simulator.contracts.words import Text

BEGIN, END = "<!-- why -->", "<!-- /why -->"
"""What stands between these in a report is the part."""


@dataclass(frozen=True, slots=True)
class WhyRow:
    """One finding that failed: without which faults it holds, and with which cures, the smallest first.

    `cures` None: nobody has asked yet. `complete` false: not everything was tried.
    """

    title: Text
    reason: Text
    without: tuple[Text, ...] = ()
    cures: tuple[Text, ...] | None = None
    complete: bool = True


def why_html(rows: Sequence[WhyRow], folder: Path, lang: str) -> str:
    """The part as HTML, with its marks; where nobody has asked yet, with the command that does for the run's folder."""
    command = f"stadtwerk why {shlex.quote(str(folder))}"
    page = template_folder(Path(__file__).parent).get_template("why.html.j2")
    text = page.render(rows=rows, command=command, lang=lang, t=lambda key, **values: say(key, lang, **values))
    return f"{BEGIN}{text}{END}"
