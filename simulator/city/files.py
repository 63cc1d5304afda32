"""The files that a city names, in its own folder or inside an installed package; and CSV tables that remember lines."""

from __future__ import annotations

import codecs
import csv
import importlib.util
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from simulator.contracts.city import Assumption
from simulator.contracts.names import suggestion
from simulator.contracts.problem import BadInput, Problem, reason_of
from simulator.contracts.words import Text, Verbatim, Words

_ = Words("simulator.city")

PACKAGE = "package:"


class NoFile(Exception):
    """A reference that leads to no file; `what` is wrong with it, and how to `fix` it."""

    def __init__(self, what: Text, fix: Text) -> None:
        super().__init__(what)
        self.what, self.fix = what, fix


def resolve(folder: Path, reference: str) -> Path:
    """The file behind a reference: in the folder, or inside an installed package without importing it.

    A city that came from elsewhere must not read what lies outside its folder. Raises `NoFile`.
    """
    missing = _("there is no file {reference}", reference=repr(reference))
    if reference.startswith(PACKAGE):
        package, _slash, inside = reference.removeprefix(PACKAGE).partition("/")
        found = importlib.util.find_spec(package) if package.isidentifier() else None
        if found is None or not found.submodule_search_locations:
            raise NoFile(
                missing, _("install the package {package}: pip install 'stadtwerk[demo]'", package=repr(package))
            )
        folder, path = Path(found.submodule_search_locations[0]), Path(inside)
    else:
        path = Path(reference)
    path = folder / path
    if not path.resolve().is_relative_to(folder.resolve()):
        raise NoFile(
            _("{reference} lies outside the city's folder", reference=repr(reference)),
            _("put the file into the folder"),
        )
    if not path.is_file():
        raise NoFile(missing, _("check the path"))
    return path


OTHER_CODES = ("cp1252", "latin-1")
"""What Windows programs write that know no UTF-8; the second reads any byte."""


def foreign_text(path: Path) -> tuple[str, str]:
    """A text file from outside, and the code it is written in: UTF-8, UTF-16 with its mark, or a Windows code page.

    Raises `BadInput` if it cannot be read.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from None
    marked = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for code in ("utf-16",) if marked else ("utf-8-sig", *OTHER_CODES):
        try:
            text = raw.decode(code)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text, "utf-8" if code == "utf-8-sig" else code
    raise BadInput([Problem(str(path), 0, "file", _("is no text"), _("save it as text, in UTF-8"))])


def text_of(path: Path, foreign: bool = False) -> str:
    """A text file in UTF-8, or a `foreign_text`. Raises `BadInput` if it cannot be read."""
    try:
        return foreign_text(path)[0] if foreign else path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise unreadable(path, error) from None
    except UnicodeDecodeError as error:
        what = _("is not UTF-8 text ({reason})", reason=error.reason)
        raise BadInput([Problem(str(path), 0, "file", what, _("save it as UTF-8"))]) from None


def unreadable(path: Path, error: OSError) -> BadInput:
    """A file that the system does not give."""
    what = _("cannot be read ({reason})", reason=reason_of(error))
    return BadInput([Problem(str(path), 0, "file", what, _("check the path"))])


def not_installed(file: Path | str, package: str, fix: Text, field: str = "file") -> BadInput:
    """A file that a package reads which is not there."""
    return BadInput([Problem(str(file), 0, field, _("needs the package {name}", name=package), fix)])


def code_note(path: Path, code: str) -> Assumption | None:
    """What is told of a file that is not in UTF-8."""
    if code == "utf-8":
        return None
    return Assumption(Verbatim(path.name), _("is not in UTF-8: read as {code}", code=code))


class Row(NamedTuple):
    """One row: its texts by column, stripped, and the line it starts in."""

    line: int
    cells: Mapping[str, str]


def read_table(
    path: Path, columns: Sequence[str], required: Sequence[str], foreign: bool = False
) -> tuple[list[Row], list[Problem]]:
    """Rows of a CSV file with a header, UTF-8, in the order of the file; empty lines are skipped.

    One that is `foreign` may be in a Windows code page. Rows with too many or too few cells are left out and reported.
    Raises `BadInput` if the file cannot be read or its header misses a required column.
    """
    name, lines = str(path), text_of(path, foreign).splitlines(keepends=True)
    reader = csv.reader(lines)
    problems: list[Problem] = []
    if lines and "," not in lines[0] and ";" in lines[0]:
        what, fix = _("columns are separated by semicolons"), _("separate columns by commas, write 8.4 for 8,4")
        raise BadInput([Problem(name, 1, "header", what, fix)])
    header = [cell.strip() for cell in next(readable(reader, name, problems), [])]
    if foreign:  # capitals make no difference
        called = {one.casefold(): one for one in reversed(columns)}
        alike = [called.get(cell.casefold(), cell) for cell in header]
        header = alike if len(set(alike)) == len(header) else header
    problems += [
        Problem(
            name,
            1,
            column,
            _("is not a column here"),
            _("separate columns by commas")
            if ";" in column
            else _("{hint} (columns: {names})", hint=suggestion(column, columns), names=", ".join(columns)),
        )
        for column in header
        if column not in columns
    ]
    missing = [column for column in required if column not in header]
    if missing:
        what = _("the header lacks {names}", names=", ".join(missing))
        raise BadInput(
            [*problems, Problem(name, 1, "header", what, _("start the file with {names}", names=",".join(columns)))]
        )
    rows: list[Row] = []
    line = reader.line_num
    for cells in readable(reader, name, problems):
        first, line = line + 1, reader.line_num
        cells = [cell.strip() for cell in cells]
        if not any(cells):
            continue
        if len(cells) != len(header):
            what = _("has {n} cells where the header has {columns}", n=len(cells), columns=len(header))
            problems.append(Problem(name, first, "row", what, _("add or remove commas, quote cells that contain one")))
            continue
        rows.append(Row(first, dict(zip(header, cells, strict=True))))
    return rows, problems


def readable(reader: Iterator[list[str]], name: str, problems: list[Problem]) -> Iterator[list[str]]:
    """The rows up to the first that is no CSV, such as one whose quote is never closed."""
    try:
        yield from reader
    except csv.Error as error:
        problems.append(
            Problem(
                name, 0, "row", _("is no CSV ({error})", error=reason_of(error)), _("close quotes, save as CSV again")
            )
        )
