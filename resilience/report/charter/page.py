"""The charter report as one HTML page that needs nothing else, in the look of a run's report."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resilience.report.charter.content import CharterContent
from resilience.report.charter.texts import OUTCOME, STATUS, say
from resilience.report.charter.view import charter_view, maker_words
from resilience.report.run.page import page_style
from resilience.report.run.wording import number, unbroken
from resilience.words.terms import source_words, term
from simulator.contracts.words import LANGUAGES

if TYPE_CHECKING:
    import jinja2


def charter_page(content: CharterContent, lang: str = "en") -> str:
    """The page in German (`de`) or English (`en`). The same content gives the same text. Raises `ValueError`."""
    if lang not in LANGUAGES:
        raise ValueError(f"no report in {lang!r}; there is {' and '.join(LANGUAGES)}")
    from markupsafe import Markup

    view = charter_view(content, lang)
    helpers: dict[str, Any] = {
        "t": lambda key, **values: say(key, lang, **values),
        "term": lambda name: term(name, lang),
        "source": lambda name: source_words(name).of(lang),
        "num": lambda value: number(value, lang),
        "maker": lambda name: maker_words(name, lang),
        "anchor": lambda clause: "c-" + clause.replace("/", "-").replace(".", "-").lower(),
        "unbroken": unbroken,
        "status_words": {status.value: words for status, words in STATUS.items()},
        "outcome_words": {outcome.value: words for outcome, words in OUTCOME.items()},
        "overall": view.overall.value,
        "badge": view.badge,
        "summary": view.summary,
        "counts": view.counts,
        "open_runs": view.open_runs,
        "commands": view.commands,
        "style": Markup(page_style() + _style()),
    }
    return _environment().get_template("page.html.j2").render(c=content, lang=lang, **helpers)


@cache
def _style() -> str:
    return Path(__file__).with_name("charter.css").read_text(encoding="utf-8")


@cache
def _environment() -> jinja2.Environment:
    from resilience.report.run.page import template_folder

    return template_folder(Path(__file__).parent)
