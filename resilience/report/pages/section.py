"""What a page of figures consists of. All texts are in the page's language already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


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
