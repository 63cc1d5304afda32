"""Districts as towns publish them: other names of columns, other reference systems, ids that are names.

What a file calls its districts becomes their titles; ids are made of that. Outlines are put where the file says, and
where it does not, where most of the networks lies inside them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from simulator.city.draft import CityDraft, DistrictDraft
from simulator.city.frame import MapFrame
from simulator.city.geojson import Named, read_features
from simulator.city.importers.coordinates import Drawing, SharedMap, could_be_degrees, extent_of, spanned, swapped
from simulator.city.importers.reference import WGS84, Reference, reference_of
from simulator.city.networks import Networks
from simulator.city.people import Floats, inside
from simulator.city.where import Where
from simulator.contracts.city import Assumption
from simulator.contracts.names import near_misses, slug
from simulator.contracts.place import to_metres
from simulator.contracts.problem import BadInput, Problem, Unable
from simulator.contracts.words import Text, Verbatim, Words, joined, number, quantity

_ = Words("simulator.city")

IDS = ("id", "district_id", "kennung", "nummer", "nr")
TITLES = (
    *("title", "name", "stadtteil", "stadtteilname", "stadtteil_name", "stadtbezirk", "bezirk", "bezirk_name"),
    *("bezirksname", "ortsteil", "ortsteil_name", "ortsteilname", "quartier", "viertel", "gen", "gemeinde"),
    *("gemeindename", "bezeichnung", "district", "label"),
)
PEOPLE = (
    *("people", "einwohner", "einwohnerzahl", "einwohner_gesamt", "einw", "ew", "ewz", "ew_gesamt", "bevoelkerung"),
    *("bevölkerung", "population", "pop", "residents"),
)
"""How towns call the columns of their districts, in the order in which they count; capitals make no difference."""

LIKE_TITLES = re.compile(r"name|bezeichnung|stadtteil|stadtbezirk|ortsteil|ortschaft|gemarkung|quartier")
LIKE_PEOPLE = re.compile(r"einwohner|bev(oe|ö)lkerung|bewohner|^ew_|_ew$|^einw|^hws|population")
LIKE_ALL = re.compile(r"gesamt|insg|summe|total|zahl|anzahl")
"""Columns of none of these names whose names hold such a word; of several counts of people, the one of all."""

_THOUSANDS = re.compile(r"\d{1,3}(?:[. '\u00a0\u202f]\d{3})+")
OVERLAP = 0.01
"""Districts overlap if they share more than this part of the smaller one (assumption: less is how lines were drawn)."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Which properties of a feature hold its id and its people, where the planner says so."""

    id: str = ""
    people: str = ""


def given_districts(
    path: Path, draft: CityDraft, town: SharedMap, networks: Networks, columns: Columns, crs: str
) -> tuple[tuple[DistrictDraft, ...], tuple[Assumption, ...]]:
    """The districts of a file on the town's map, and what was assumed. Raises `BadInput` with every problem in it."""
    naming = _Naming(path, columns)
    drawn, problems, data = read_features(path, MapFrame(), Where(str(path)), naming, foreign=True)
    if not drawn and not problems:
        what, fix = _("holds no district"), _("export the districts as a FeatureCollection")
        problems.append(Problem(str(path), 1, "features", what, fix))
    if problems:
        raise BadInput(problems)
    notes = list(naming.notes())
    reference = _said(path, data, crs)
    placed, note = _placed(path, drawn, draft, town, networks, reference)
    return placed, (*notes, note, *_overlaps(placed))


class _Naming:
    """Finds id, title and number of people among the properties of features."""

    def __init__(self, path: Path, columns: Columns) -> None:
        self._path, self._columns = path, columns
        self._ids: dict[str, str] = {}
        self._renamed: dict[str, str] = {}
        self._columns_taken: dict[str, str] = {}
        self._unread: set[str] = set()
        """Columns of features that say nothing of their people."""

    def __call__(self, feature: Mapping[str, Any]) -> Named:
        properties = feature.get("properties") or {}
        known = {str(key).lower(): key for key in reversed(properties)}
        title = self._first(properties, known, TITLES)
        if title is None:
            title = self._like(properties, LIKE_TITLES, "name")
        if self._columns.id:
            given = self._asked(properties, self._columns.id, "--district-id")
        else:
            given = self._first(properties, known, IDS[:1]) or feature.get("id") or title
            given = given or self._first(properties, known, IDS[1:])
        name = "" if given is None else str(given).strip()
        taken = name if re.fullmatch(r"[A-Za-z0-9_.-]+", name) else slug(name)
        taken = taken or f"d{len(self._ids) + 1}"
        if taken != name or name in self._ids:
            first, again = taken, 1
            while taken in self._ids and self._ids[taken] != name:
                again += 1
                taken = f"{first}-{again}"
            if name and taken != name:
                self._renamed[name] = taken
        self._ids[taken] = name
        if self._columns.people:
            people = self._asked(properties, self._columns.people, "--district-people")
        else:
            people = self._first(properties, known, PEOPLE)
            if people is None:
                people = self._like(properties, LIKE_PEOPLE, "people")
        if people is None:
            self._unread |= {str(key) for key, value in properties.items() if isinstance(value, int | float | str)}
        return Named(taken, str(title or name or taken), _count(people, str(title or name)))

    def _asked(self, properties: Mapping[str, Any], column: str, option: str) -> Any:
        if column not in properties:
            near = near_misses(column, [str(name) for name in properties])
            names = joined([Verbatim(repr(one)) for one in near], _(" or ")) if near else Verbatim("-")
            raise Unable(
                _("has no property {column} ({option}); near: {names}", column=column, option=option, names=names)
            )
        return properties[column]

    def _first(self, properties: Mapping[str, Any], known: Mapping[str, str], names: Sequence[str]) -> Any:
        for name in names:
            column = known.get(name)
            if column is not None and properties[column] not in (None, ""):
                if names in (TITLES, PEOPLE) and column not in ("title", "people", "id", "name"):
                    self._columns_taken[column] = "people" if names is PEOPLE else "name"
                return properties[column]
        return None

    def _like(self, properties: Mapping[str, Any], words: re.Pattern[str], role: str) -> Any:
        """What stands in the only column whose name is like those that are known, else in the only one of all."""
        like = [key for key, value in properties.items() if words.search(str(key).lower()) and value not in (None, "")]
        if role == "name":
            like = [key for key in like if isinstance(properties[key], str)]
        if len(like) > 1:
            whole = [key for key in like if LIKE_ALL.search(str(key).lower())]
            if role == "people" and len(whole) != 1:
                options = joined([Verbatim(repr(key)) for key in like], Verbatim(", "))
                raise Unable(_("several columns may hold people ({names}): name one, --district-people", names=options))
            like = whole or like[:1]
        if not like:
            return None
        self._columns_taken[like[0]] = role
        return properties[like[0]]

    def notes(self) -> Iterator[Assumption]:
        """What was taken for what."""
        subject = _("districts")
        if self._unread:
            names = ", ".join(sorted(self._unread))
            text = _("no column is known to hold people (there are {names}): name it, --district-people", names=names)
            yield Assumption(subject, text, _("the file"))
        for role, text in (("name", _("named after {columns}")), ("people", _("people taken from {columns}"))):
            taken = sorted(column for column, of in self._columns_taken.items() if of == role)
            if taken:
                yield Assumption(subject, text.filled(columns=", ".join(taken)), _("the file"))
        if self._renamed:
            pairs = ", ".join(f"{new} ({old})" for old, new in self._renamed.items())
            yield Assumption(subject, _("ids made of what the file calls them: {pairs}", pairs=pairs), _("the file"))


def _count(value: Any, name: str) -> int | None:
    """A number of people; towns write it as text, too, with points between thousands."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        said = value.strip()
        said = re.sub(r"\D", "", said) if _THOUSANDS.fullmatch(said) else said
        value = float(said) if re.fullmatch(r"\d+(\.\d+)?", said) else value
    if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value) or value < 0:
        raise Unable(_("people of {name} is {value}, not a number", name=repr(name), value=repr(value)))
    if value < 1000 and round(value, 3) == value != round(value, 0):
        raise Unable(_("people of {name} is {value}: a point between thousands?", name=repr(name), value=repr(value)))
    return round(value)


def _said(path: Path, data: Mapping[str, Any], crs: str) -> Reference | None:
    """The reference system that the file names (GeoJSON of before 2016), else that of the option; None for neither."""
    member = data.get("crs")
    properties = member.get("properties") if isinstance(member, Mapping) else None
    name = properties.get("name") if isinstance(properties, Mapping) else None
    if isinstance(name, str) and name:
        return reference_of(name, path, "crs")
    return reference_of(crs, "import", "--crs") if crs else None


def _placed(
    path: Path,
    drawn: Sequence[DistrictDraft],
    draft: CityDraft,
    town: SharedMap,
    networks: Networks,
    reference: Reference | None,
) -> tuple[tuple[DistrictDraft, ...], Assumption]:
    points = np.array([point for district in drawn for outline in district.outlines for point in outline])
    if reference is None and could_be_degrees(points):
        reference = WGS84
    readings: list[tuple[tuple[DistrictDraft, ...], Text]] = []
    if reference is not None:
        said = (
            _("outlines are in longitude and latitude")
            if reference.geographic
            else _("outlines are in {name}", name=reference.name)
        )
        on_earth = _of_reference(drawn, reference, draft.longitude_deg, draft.latitude_deg)
        if on_earth is None:
            what = _("outlines do not lie where {name} is used", name=reference.name)
            raise BadInput([Problem(str(path), 1, "crs", what, _("name the right one (--crs), or save as WGS84"))])
        readings.append((on_earth, said))
    if not town.on_earth and (reference is None or reference.geographic):
        domain, frame = next(iter(town.frames.items()))
        said = _("outlines are drawn in the coordinates of the {domain} network", domain=domain)
        readings.append((_of_frame(drawn, frame), said))
    if not readings:
        west, south, east, north = extent_of(points)
        what = _(
            "outlines are no longitude and latitude (x {west} to {east}, y {south} to {north}), but networks are",
            west=quantity(west, "1", 3),
            east=quantity(east, "1", 3),
            south=quantity(south, "1", 3),
            north=quantity(north, "1", 3),
        )
        raise BadInput([Problem(str(path), 1, "crs", what, _("say which with --crs EPSG:…, or save as WGS84"))])
    x = np.array([c.x_m for c in networks.components.values()])
    y = np.array([c.y_m for c in networks.components.values()])
    counted = [_share_inside(districts, x, y) for districts, _said_of in readings]
    best = int(np.argmax(counted))
    if counted[best] <= 0:
        raise BadInput(
            [_nowhere(path, readings[best][0], x, y, reference is WGS84 and swapped(Drawing(points, NO_LINES)))]
        )
    districts, text = readings[best]
    return districts, Assumption(_("districts"), text)


def _of_reference(
    drawn: Sequence[DistrictDraft], reference: Reference, longitude_deg: float, latitude_deg: float
) -> tuple[DistrictDraft, ...] | None:
    """The districts on the map; None where a point lies outside the system."""

    def ring(outline: Sequence[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
        array = np.array(outline)
        longitude, latitude = reference.all_degrees(array[:, 0], array[:, 1])
        return tuple(
            to_metres(float(a), float(b), longitude_deg, latitude_deg) for a, b in zip(longitude, latitude, strict=True)
        )

    made = tuple(replace(d, outlines=tuple(ring(outline) for outline in d.outlines)) for d in drawn)
    return made if all(np.isfinite(o).all() for d in made for o in d.outlines) else None


def _of_frame(drawn: Sequence[DistrictDraft], frame: MapFrame) -> tuple[DistrictDraft, ...]:
    def ring(outline: Sequence[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
        array = np.array(outline)
        x, y = frame.to_map(array[:, 0], array[:, 1])
        return tuple((float(a), float(b)) for a, b in zip(x, y, strict=True))

    return tuple(replace(d, outlines=tuple(ring(outline) for outline in d.outlines)) for d in drawn)


def _share_inside(districts: Sequence[DistrictDraft], x: Floats, y: Floats) -> float:
    found = np.zeros(len(x), dtype=bool)
    for district in districts:
        for outline in district.outlines:
            found |= inside(x, y, outline)
    return float(found.mean()) if len(x) else 1.0


NO_LINES = np.empty((0, 5))


def _nowhere(
    path: Path, districts: Sequence[DistrictDraft], x: np.ndarray[Any, Any], y: np.ndarray[Any, Any], wrong_way: bool
) -> Problem:
    points = [point for d in districts for outline in d.outlines for point in outline]
    what = _(
        "no component lies in any district: on the map districts reach over {districts}, networks over {networks}",
        districts=spanned(extent_of(points)),
        networks=spanned(extent_of(np.column_stack([x, y]))),
    )
    fix = _("give the districts of this town, or say which reference system they are in with --crs")
    if wrong_way:
        fix = _("longitude and latitude are swapped: write longitude first")
    return Problem(str(path), 1, "features", what, fix)


def _overlaps(districts: Sequence[DistrictDraft]) -> Iterator[Assumption]:
    if crossed := [d.id for d in districts if not all(shapely.Polygon(o).is_valid for o in d.outlines)]:
        text = _("{n} outlines cross themselves: {names}", n=len(crossed), names=", ".join(crossed[:5]))
        yield Assumption(_("districts"), text, _("the file"))
    shapes = [shapely.union_all([shapely.Polygon(o).buffer(0) for o in d.outlines]) for d in districts]
    tree = shapely.STRtree(shapes)
    for i, shape in enumerate(shapes):
        for j in sorted(int(k) for k in tree.query(shape) if k > i):
            shared = shape.intersection(shapes[j]).area
            if shared > OVERLAP * min(shape.area, shapes[j].area) and shared > 0:
                text = _(
                    "{first} and {second} overlap on {area} km²: counted to the first",
                    first=districts[i].id,
                    second=districts[j].id,
                    area=number(shared / 1e6),
                )
                yield Assumption(_("districts"), text, _("the file"))
