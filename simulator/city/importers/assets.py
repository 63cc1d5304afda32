"""A list of what a town has, in Excel, CSV or a layer of a map: what is known of elements, and where sites stand."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np

from simulator.city.components import checked
from simulator.city.draft import Override
from simulator.city.files import foreign_text, not_installed, readable, unreadable
from simulator.city.generator.bare_town import Site
from simulator.contracts.component import Component, Value
from simulator.contracts.names import suggestion
from simulator.contracts.place import to_metres
from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.registry import registry
from simulator.contracts.words import LANGUAGES, Text, Verbatim, Words, number

_ = Words("simulator.city")

SHEET, EXCEL = "assets", ".xlsx"
MOST_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class Asset:
    """A row: `id` of an element of a network, or a `kind` with its place in degrees; and what is known of it."""

    row: int
    id: str
    kind: str
    longitude_deg: float | None
    latitude_deg: float | None
    title: str
    owner: str
    maker: str
    model: str
    firmware: str
    year: int | None
    parameters: Mapping[str, Value]


COLUMNS: Mapping[str, Text] = {
    "id": _("element of a network, as kind-name (pump-P1), or its name in the network file; or empty, with a kind"),
    "kind": _("what stands there, where no network file has it"),
    "longitude": _("degrees, for what has a kind"),
    "latitude": _("degrees, for what has a kind"),
    "title": _("what people call it"),
    "owner": _("who is responsible for it"),
    "maker": _("who made it"),
    "model": _("which model it is"),
    "firmware": _("which version its program has"),
    "year": _("when it was built or bought"),
    "parameters": _("what its kind takes, as name=value with ; between (stadtwerk list kinds)"),
}


CALLED: Mapping[str, str] = {
    name: column
    for column, names in {
        "id": ("kennung",),
        "kind": ("art",),
        "longitude": ("lon", "lng", "längengrad", "laengengrad"),
        "latitude": ("lat", "breitengrad"),
        "title": ("name", "bezeichnung"),
        "owner": ("betreiber", "eigentümer", "eigentuemer"),
        "maker": ("hersteller",),
        "model": ("modell", "typ"),
        "year": ("baujahr",),
        "parameters": ("parameter",),
    }.items()
    for name in names
}
"""How columns are called elsewhere, and what they are here."""


def _columns(head: Iterable[object]) -> list[str]:
    """The columns by the names that they have here; a name that is no other one's stays as it is."""
    given = [str(cell or "").strip().casefold() for cell in head]
    return [CALLED.get(one, one) if CALLED.get(one) not in given else one for one in given]


def sited() -> tuple[str, ...]:
    """The types that a list may say the place of."""
    return registry().types_that(lambda one: bool(one.sited))


def write_template(path: Path) -> None:
    """An empty list with its columns, an example of each kind of row, and on a second sheet what they mean."""
    first = sited()[0]
    examples: list[Sequence[object]] = [
        ("pump-P1", "", "", "", "main pump", "water utility", "maker A", "P-200", "", 2011, ""),
        ("", first, 8.4037, 49.0069, "St. Anna", "", "", "", "", "", "beds=300" if "beds" in takes(first) else ""),
    ]
    if path.suffix.lower() != EXCEL:
        text = StringIO(newline="")
        csv.writer(text, lineterminator="\n").writerows([list(COLUMNS), *examples])
        path.write_text(text.getvalue(), encoding="utf-8", newline="\n")
        return
    book = _openpyxl(path).Workbook()
    sheet = book.active
    sheet.title = SHEET
    for row in (list(COLUMNS), *examples):
        sheet.append(list(row))
    about = book.create_sheet("columns")
    for name, what in COLUMNS.items():
        about.append([name, what.of("en"), what.of("de")])
    about.append([])
    for kind in sited():
        about.append(["kind", kind, "; ".join(takes(kind))])
    book.save(path)


def takes(kind: str) -> tuple[str, ...]:
    """The names of the parameters of a type."""
    return tuple(one.name for one in registry().types[kind].parameters)


def _openpyxl(path: Path) -> Any:
    try:
        import openpyxl
    except ModuleNotFoundError:
        fix = _("install it with: pip install 'stadtwerk[excel]', or save the list as CSV")
        raise not_installed(path, "openpyxl", fix) from None
    return openpyxl


def read_assets(path: Path) -> tuple[Asset, ...]:
    """The rows of a list. Raises `BadInput` with every row and field that is wrong."""
    name, problems = str(path), list[Problem]()
    rows = _sheet(path) if path.suffix.lower() in (EXCEL, ".xlsm") else _csv(path)
    head = _columns(next(rows, (0, []))[1])
    for cell in head:
        if cell and cell not in COLUMNS:
            fix = suggestion(cell, COLUMNS, ", ".join(COLUMNS))
            problems.append(Problem(name, 1, cell, _("is not a column here"), fix))
    if not {"id", "kind"} & set(head):
        fix = _("start with the columns of `stadtwerk city template`")
        raise BadInput([Problem(name, 1, "header", _("the header lacks {names}", names="id, kind"), fix)])
    found = []
    for line, values in rows:
        cells = dict(zip(head, (("" if one is None else str(one).strip()) for one in values), strict=False))
        if any(cells.values()):
            asset = _asset(name, line, cells, problems)
            if asset is not None:
                found.append(asset)
    if problems:
        raise BadInput(problems)
    return tuple(found)


def read_assets_layer(given: Path, crs: str) -> tuple[tuple[Asset, ...], tuple[str, ...]]:
    """The rows of a layer of points, lines or areas, each at its middle, and the fields that say nothing here.

    Raises `BadInput` with every row and field that is wrong.
    """
    from simulator.city.importers.gis import file_and_layer, read_layer

    layer, problems = read_layer(given, crs, ("Point", "LineString", "Polygon")), list[Problem]()
    name, names = str(file_and_layer(given)[0]), list(layer.fields)
    head = _columns(names)
    if not {"id", "kind"} & set(head):
        fix = _("start with the columns of `stadtwerk city template`")
        raise BadInput([Problem(name, 0, layer.name, _("the header lacks {names}", names="id, kind"), fix)])
    found = []
    for row, shape in enumerate(layer.shapes):
        values = (layer.value(field, row) for field in names)
        cells = dict(zip(head, ("" if one is None else str(one).strip() for one in values), strict=True))
        if shape is not None and not shape.is_empty:
            cells |= {"longitude": repr(shape.centroid.x), "latitude": repr(shape.centroid.y)}
        asset = _asset(f"{name}:{layer.name}", row + 1, cells, problems)
        if asset is not None:
            found.append(asset)
    if problems:
        raise BadInput(problems)
    return tuple(found), tuple(one for one, column in zip(names, head, strict=True) if column not in COLUMNS)


def _kind(said: str) -> str:
    """A type by its name, or by its title in any language, as Krankenhaus for a hospital."""
    titles = {registry().types[kind].title.of(lang).casefold(): kind for kind in sited() for lang in LANGUAGES}
    return said if said in registry().types else titles.get(said.casefold(), said)


def _sheet(path: Path) -> Iterator[tuple[int, Sequence[object]]]:
    """The rows of the sheet `assets`, else of the first: values, and what Excel last made of formulas."""
    openpyxl = _openpyxl(path)
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
        sheet = book[SHEET] if SHEET in book.sheetnames else book.worksheets[0]
        rows = list(sheet.iter_rows(values_only=True, max_row=MOST_ROWS))
        book.close()
    except OSError as error:
        raise unreadable(path, error) from None
    except Exception as error:  # whatever a broken workbook makes of the library
        what = _("is no workbook ({reason})", reason=Verbatim(type(error).__name__))
        raise BadInput([Problem(str(path), 0, "file", what, _("save it again as .xlsx"))]) from None
    yield from enumerate(rows, start=1)


def _csv(path: Path) -> Iterator[tuple[int, Sequence[object]]]:
    text, _code = foreign_text(path)
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter)
    problems: list[Problem] = []
    for row in readable(reader, str(path), problems):
        yield reader.line_num, row
    if problems:
        raise BadInput(problems)


def _asset(name: str, line: int, cells: Mapping[str, str], problems: list[Problem]) -> Asset | None:
    before = len(problems)

    def wrong(field: str, what: Text, fix: Text) -> None:
        problems.append(Problem(name, line, field, what, fix))

    def number(field: str, most: float) -> float | None:
        said = cells.get(field, "")
        if not said:
            return None
        try:
            value = float(said.replace(",", "."))
        except ValueError:
            value = math.nan
        if math.isnan(value) or abs(value) > most:
            wrong(field, _("{value} is not a number", value=repr(said)[:80]), _("write a number, or leave it empty"))
            return None
        return value

    kind, ident = _kind(cells.get("kind", "")), cells.get("id", "")
    places = number("longitude", 180.0), number("latitude", 90.0)
    year = number("year", 2200.0)
    if not ident and not kind:
        wrong("id", _("names neither an element nor a kind"), _("fill in one of the two"))
    if not ident and kind and kind not in sited():
        fix = suggestion(kind, sited(), ", ".join(sited()))
        wrong("kind", _("no list says where a {kind} stands", kind=repr(kind)[:80]), fix)
    elif not ident and kind and None in places and len(problems) == before:
        wrong("longitude", _("says not where it stands"), _("write longitude and latitude in degrees"))
    given: dict[str, Value] = {}
    for part in filter(None, (part.strip() for part in cells.get("parameters", "").split(";"))):
        key, equals, value = part.partition("=")
        if not equals:
            wrong("parameters", _("{part} is not name=value", part=repr(part)[:80]), _("write beds=300; name=value"))
        elif kind in sited() and not ident and key.strip() not in takes(kind):
            noun = _("parameter of {name}", name=repr(kind))
            what = _("no {noun} is called {name}", noun=noun, name=repr(key.strip())[:80])
            wrong("parameters", what, suggestion(key.strip(), takes(kind), ", ".join(takes(kind)) or "-"))
        else:
            given[key.strip()] = _value(value.strip())
            declared = () if ident or kind not in sited() else registry().types[kind].parameters
            for one in declared:
                if one.name == key.strip():
                    checked(one, given[one.name], wrong)
    if len(problems) > before:
        return None
    title, owner, maker, model, firmware = (cells.get(one, "") for one in _TEXTS)
    bought = None if year is None else round(year)
    return Asset(line, ident, kind, *places, title, owner, maker, model, firmware, bought, given)


_TEXTS = ("title", "owner", "maker", "model", "firmware")


def _value(said: str) -> Value:
    if said.casefold() in ("true", "false"):
        return said.casefold() == "true"
    try:
        return float(said)
    except ValueError:
        return said


def sites_of(assets: Sequence[Asset], longitude_deg: float, latitude_deg: float) -> tuple[Site, ...]:
    """Those that stand beside the networks, on the map around a place."""
    return tuple(
        Site(
            one.kind,
            *to_metres(one.longitude_deg or 0.0, one.latitude_deg or 0.0, longitude_deg, latitude_deg),
            one.title,
            one.parameters,
        )
        for one in assets
        if not one.id
    )


FAR_M = 20_000.0
"""What a list places lies no farther from the networks than this, or the place is wrong (assumption, as for networks
that lie apart)."""


def far_away(
    path: Path, assets: Sequence[Asset], components: Iterable[Component], middle: tuple[float, float], on_earth: bool
) -> list[Problem]:
    """Rows whose place is far from all networks. `middle` is where the map has its origin, in degrees; `on_earth`
    whether a file says so."""
    at = np.array([(one.x_m, one.y_m) for one in components], dtype=np.float64).reshape(-1, 2)
    if not len(at):
        return []
    (west, south), (east, north) = at.min(axis=0), at.max(axis=0)
    found = []
    for one in assets:
        if one.id or one.longitude_deg is None or one.latitude_deg is None:
            continue

        def gap_m(longitude_deg: float, latitude_deg: float) -> float:
            x, y = to_metres(longitude_deg, latitude_deg, *middle)
            return math.hypot(max(west - x, x - east, 0.0), max(south - y, y - north, 0.0))

        apart_m = gap_m(one.longitude_deg, one.latitude_deg)
        if apart_m <= FAR_M:
            continue
        fix = _("check longitude and latitude")
        if not on_earth:
            fix = _("no file says where the town lies: say it with --place or --crs")
        elif abs(one.longitude_deg) <= 90 and gap_m(one.latitude_deg, one.longitude_deg) <= FAR_M:
            fix = _("longitude and latitude are swapped: write longitude first")
        what = _("stands {km} km away from all networks", km=number(apart_m / 1000))
        found.append(Problem(str(path), one.row, "longitude", what, fix))
    return found


def overrides_of(path: Path, assets: Sequence[Asset], components: Mapping[str, Component]) -> dict[str, Override]:
    """What is said of elements of the networks. Raises `BadInput` for those that no network has."""
    by_name: dict[str, list[str]] = {}
    for component in components.values():
        by_name.setdefault(component.network_id, []).append(component.id)
    found: dict[str, Override] = {}
    problems = []
    for one in assets:
        if not one.id:
            continue
        fit = [one.id] if one.id in components else by_name.get(one.id, [])
        if one.kind:
            fit = [name for name in fit if components[name].kind == one.kind]
        if len(fit) != 1:
            what = _("no network file has {name}", name=repr(one.id)[:80])
            fix = suggestion(one.id, [*components, *by_name])
            if fit:
                what, fix = _("is more than one thing"), _("write one of: {names}", names=", ".join(fit))
            problems.append(Problem(str(path), one.row, "id", what, fix))
            continue
        found[fit[0]] = Override(
            owner=one.owner or None,
            maker=one.maker or None,
            model=one.model or None,
            firmware=one.firmware or None,
            year=one.year,
            title=one.title or None,
            parameters=dict(one.parameters),
        )
    if problems:
        raise BadInput(problems)
    return found
