"""Turns the content of a report into one HTML page that needs nothing else."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resilience.report.run.content import ReportContent
from resilience.report.run.page_data import page_data
from resilience.report.run.texts import say
from resilience.report.run.views import page_view
from resilience.report.run.wording import duration, full_date, number, quantity, unbroken
from resilience.scenario.moment import clock, moment
from resilience.words.terms import source_words, term
from simulator.contracts.words import LANGUAGES

if TYPE_CHECKING:
    import jinja2


def render(content: ReportContent, lang: str = "en") -> str:
    """The page in German (`de`) or English (`en`). The same content gives the same text. Raises `ValueError`."""
    if lang not in LANGUAGES:
        raise ValueError(f"no report in {lang!r}; there is {' and '.join(LANGUAGES)}")
    from markupsafe import Markup

    helpers: dict[str, Any] = {
        "t": lambda key, **values: say(key, lang, **values),
        "term": lambda name: term(name, lang),
        "source": lambda name: source_words(name).of(lang),
        "num": lambda value, decimals=0: number(value, lang, decimals),
        "qty": lambda value, unit: quantity(value, unit, lang),
        "clock": lambda at_s: clock(content.start, at_s, lang, content.end_s - content.begin_s > 86400),
        "instant": lambda at_s: moment(content.start, at_s).isoformat(timespec="seconds"),
        "date": lambda at_s: full_date(moment(content.start, at_s), lang),
        "unbroken": unbroken,
        "dur": lambda seconds: duration(seconds, lang),
        "svg": Markup,
        "style": Markup(page_style()),
        "script": Markup(_script()),
        "script_hash": f"sha256-{b64encode(sha256(_script().encode()).digest()).decode()}",
        "data_json": Markup(page_data(content, lang)),
    }
    template = _environment().get_template("page.html.j2")
    return template.render(c=content, v=page_view(content, lang), lang=lang, **helpers)


def write_report(content: ReportContent, path: Path, lang: str = "en") -> None:
    """Write the page as UTF-8. Raises `OSError` if that cannot be done."""
    path.write_text(render(content, lang), encoding="utf-8", newline="\n")


@cache
def page_style() -> str:
    """The style sheet of a report."""
    return Path(__file__).with_name("page.css").read_text(encoding="utf-8")


@cache
def _script() -> str:
    return Path(__file__).with_name("page.js").read_text(encoding="utf-8")


@cache
def _environment() -> jinja2.Environment:
    return template_folder(Path(__file__).parent)


def template_folder(folder: Path) -> jinja2.Environment:
    """The templates of a folder, with what must hold for all pages: escaped, and no blank without its value."""
    import jinja2  # costs 60 ms, and only a report needs it

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
