"""A page as HTML and as Markdown. The same page gives the same bytes."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from resilience.report.pages.section import Page, Table

if TYPE_CHECKING:
    import jinja2


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
