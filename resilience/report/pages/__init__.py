"""Reports made of sections and tables, as one HTML page that needs nothing else and as Markdown.

All texts are in the page's language already. The same page gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import jinja2


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells. The first `names` columns are words, the others figures; `bars` are lengths, 0 to 1."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""
    names: int = 1
    bars: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if any(len(row) != len(self.heads) for row in self.rows):
            raise ValueError(f"a row of table {self.caption!r} has more or fewer cells than {self.heads}")


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, then sentences, a drawing with its legend (pairs of markup and words), tables, notes, commands."""

    id: str
    title: str
    sentences: tuple[str, ...] = ()
    drawing: str = ""
    legend: tuple[tuple[str, str], ...] = ()
    tables: tuple[Table, ...] = ()
    notes: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """A whole report. `facts` stand below the title; `lead` are the question and the answer."""

    lang: str
    kicker: str
    title: str
    facts: str
    lead: tuple[tuple[str, Sequence[str]], ...]
    sections: tuple[Section, ...]


def html(page: Page) -> str:
    """One page with its style inside, which loads nothing and runs nothing."""
    from markupsafe import Markup

    style = files("resilience.report.run").joinpath("page.css").read_text(encoding="utf-8")
    return _environment().get_template("page.html.j2").render(page=page, style=Markup(style), raw=Markup)


def markdown(page: Page) -> str:
    """The same in Markdown, without drawings."""
    parts = [f"# {page.title}", page.facts]
    for heading, sentences in page.lead:
        parts += [f"**{heading}**", *sentences]
    for section in page.sections:
        parts += [f"## {section.title}", *section.sentences]
        for table in section.tables:
            parts += [*([f"### {table.caption}"] if table.caption else []), _table(table)]
        parts += [*section.notes, *(f"    {command}" for command in section.commands)]
    return "\n\n".join(parts) + "\n"


def _table(table: Table) -> str:
    marks = ["---" if place < table.names else "---:" for place in range(len(table.heads))]
    lines = [table.heads, tuple(marks), *table.rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


@cache
def _environment() -> jinja2.Environment:
    import jinja2  # costs 60 ms, and only a report needs it

    return jinja2.Environment(
        loader=jinja2.PackageLoader("resilience.report.pages", ""),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
