"""The templates of the pages, under the rules that hold for all of them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import jinja2


@cache
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


def put_in(page: str, part: str) -> str:
    """A page with this part, which begins and ends with its marks, in place of its own; unchanged where it has none."""
    mark, closing = part[: part.index("-->") + 3], part[part.rindex("<!--") :]
    before, begin, rest = page.partition(mark)
    _old, end, after = rest.partition(closing)
    return f"{before}{part}{after}" if begin and end else page
