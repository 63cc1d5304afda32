"""A CSV table that remembers the line of every row."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from simulator.contracts.names import suggestion
from simulator.contracts.problem import BadInput, Problem


class Row(NamedTuple):
    """One row: its texts by column, stripped, and the line it starts in."""

    line: int
    cells: Mapping[str, str]


def read_table(path: Path, columns: Sequence[str], required: Sequence[str]) -> tuple[list[Row], list[Problem]]:
    """Rows of a CSV file with a header, UTF-8, in the order of the file; empty lines are skipped.

    Rows with too many or too few cells are left out and reported. Raises `BadInput` if the file cannot be read or its
    header misses a required column.
    """
    name = str(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadInput([Problem(name, 0, "file", f"cannot be read ({error.strerror})", "check the path")]) from None
    except UnicodeDecodeError as error:
        raise BadInput([Problem(name, 0, "file", f"is not UTF-8 text ({error.reason})", "save it as UTF-8")]) from None
    reader = csv.reader(text.splitlines(keepends=True))
    header = [cell.strip() for cell in next(reader, [])]
    problems = [
        Problem(
            name, 1, column, "is not a column here", f"{suggestion(column, columns)} (columns: {', '.join(columns)})"
        )
        for column in header
        if column not in columns
    ]
    missing = [column for column in required if column not in header]
    if missing:
        what = f"the header lacks {', '.join(missing)}"
        raise BadInput([*problems, Problem(name, 1, "header", what, f"start the file with {','.join(columns)}")])
    rows: list[Row] = []
    line = reader.line_num
    for cells in _readable(reader, name, problems):
        first, line = line + 1, reader.line_num
        cells = [cell.strip() for cell in cells]
        if not any(cells):
            continue
        if len(cells) != len(header):
            what = f"has {len(cells)} cells where the header has {len(header)}"
            problems.append(Problem(name, first, "row", what, "add or remove commas, quote cells that contain one"))
            continue
        rows.append(Row(first, dict(zip(header, cells, strict=True))))
    return rows, problems


def _readable(reader: Iterator[list[str]], name: str, problems: list[Problem]) -> Iterator[list[str]]:
    """The rows up to the first that is no CSV, such as one whose quote is never closed."""
    try:
        yield from reader
    except csv.Error as error:
        problems.append(Problem(name, 0, "row", f"is no CSV ({error})", "close quotes, save as CSV again"))
