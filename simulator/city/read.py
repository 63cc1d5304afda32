"""The files of a city folder as a draft, each mistake at its line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import orjson
from pydantic import ValidationError

from simulator.city.components import complete
from simulator.city.draft import CityDraft, DistrictDraft, NetworkRef
from simulator.city.files import NoFile, read_table, resolve
from simulator.city.frame import MapFrame
from simulator.city.geojson import read_districts
from simulator.city.model import SCHEMA, VERSION, CityFile, worded
from simulator.city.where import Where
from simulator.contracts.component import Component
from simulator.contracts.document import Document, Located, Part, Place, Row, load_document
from simulator.contracts.entries import (
    COMPONENT_COLUMNS,
    LINK_COLUMNS,
    REQUIRED_COLUMNS,
    ComponentRow,
    LinkRow,
    component_of,
    entry_of,
    link_of,
)
from simulator.contracts.link import Link
from simulator.contracts.model import problems_of, read_version
from simulator.contracts.names import suggestion
from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.registry import registry
from simulator.contracts.words import NO_TEXT, Text, Words
from simulator.domains.energy.catalogue import DOMAIN as ENERGY_DOMAIN
from simulator.domains.traffic.catalogue import DOMAIN as TRAFFIC_DOMAIN
from simulator.domains.water.catalogue import DOMAIN as WATER_DOMAIN

_ = Words("simulator.city")

CITY_FILE = "city.yaml"
OWN_NETWORKS = (WATER_DOMAIN.value, ENERGY_DOMAIN.value, TRAFFIC_DOMAIN.value)
"""Networks that a city.yaml can name without a catalogue that declares their files."""

NOWHERE: dict[str, Any] = {
    "schema": f"{SCHEMA}/{VERSION}",
    "name": "nameless",
    "title": {"en": "?", "de": "?"},
    "place": {"latitude_deg": 0.0, "longitude_deg": 0.0},
}
"""Stands for what city.yaml has to say and does not, so that the rest can be looked at all the same."""

STAND_INS: dict[str, dict[str, Any]] = {
    "levels": {"minimum": 0.0, "people": 1},
    "sensors": {"accuracy": 0.0, "period_s": 1.0, "unit": "1"},
}
"""Values that stand for broken ones, so that what else an entry says can be looked at."""

LISTS = {"networks", "components", "links", "levels", "sensors", "overrides", "assumptions", "findings"}
"""Sections of which single entries can be left out."""

T = TypeVar("T")
R = TypeVar("R")


@dataclass
class Reading:
    """A city folder half read: the draft, the places of its entries, what was wrong, and ids that a mistake hid.

    `hidden` holds ids of entries too broken to keep, `hidden_domains` sections and domains whose reference is broken:
    an entry that names them is not wrong for that.
    """

    draft: CityDraft
    where: Where
    problems: list[Problem]
    hidden: set[str] = field(default_factory=set)
    hidden_domains: set[str] = field(default_factory=set)


def read_folder(folder: Path) -> Reading:
    """Read all files that a city folder holds, except those of the networks.

    Raises `BadInput` only where city.yaml itself cannot be read; every other problem is in the result.
    """
    document = load_document(folder / CITY_FILE)
    if problems := read_version(document, SCHEMA, VERSION):
        raise BadInput(problems)
    return _Reader(folder, document).read()


class _Reader:
    """Goes through one city.yaml. Entries that are broken are left out, and their ids remembered as hidden."""

    def __init__(self, folder: Path, document: Document) -> None:
        self.folder, self.document = folder, document
        self.problems: list[Problem] = []
        self.where = Where(document.file)
        self.hidden: set[str] = set()
        self.hidden_domains: set[str] = set()
        self.kept: dict[str, list[int]] = {}
        """Which entries of a list were kept, where not all were."""

    def read(self) -> Reading:
        file = self._file()
        components = self._components(file)
        draft = CityDraft(
            name=file.name,
            title_en=file.title.en,
            title_de=file.title.de,
            latitude_deg=file.place.latitude_deg,
            longitude_deg=file.place.longitude_deg,
            litres_per_person_day=file.people.litres_per_person_day if file.people else None,
            litres_source=worded(file.people.source) if file.people else NO_TEXT,
            water=file.networks.water,
            energy=file.networks.energy,
            traffic=file.networks.traffic,
            networks=self._networks(file),
            components=tuple(components),
            links=tuple(self._links(file, {component.id for component in components})),
            districts=tuple(self._districts(file)),
            levels=tuple(entry.level() for entry in self._listed("levels", file.levels)),
            sensors=tuple(self._listed("sensors", file.sensors)),
            overrides=file.overrides,
            assumptions=tuple(entry.assumption() for entry in file.assumptions),
            findings=tuple(entry.finding() for entry in file.findings),
            settings=file.settings,
            land=file.land,
        )
        for name in file.overrides:
            self.where.entry("overrides", name, Part(self.document, ("overrides", name)))
        return Reading(draft, self.where, self.problems, self.hidden, self.hidden_domains)

    def _file(self) -> CityFile:
        """city.yaml, as far as it can be read: what is broken is told, and left out."""
        data = self.document.data
        for _time in range(3):  # an entry with a value that stands for a broken one may turn out to be broken elsewhere
            try:
                return CityFile.model_validate_json(orjson.dumps(data))
            except ValidationError as error:
                found = problems_of(error, self.document, CityFile)
                self.problems += [problem for problem in found if problem not in self.problems]
                data = self._sound(data, found)
        raise BadInput(self.problems)

    def _sound(self, data: Any, problems: Iterable[Problem]) -> dict[str, Any]:
        """What is left of city.yaml without the places of these problems."""
        if not isinstance(data, Mapping):
            return NOWHERE
        sound = {**NOWHERE, **data}
        places = [_place(problem.field) for problem in problems]
        for place in places:
            section = place[0]
            if len(place) > 1 and section in LISTS:
                continue
            if section in ("networks", "components", "links", "districts", "people"):
                domains = OWN_NETWORKS if section == "networks" else (str(section),)
                self.hidden_domains.update(domains)
            sound.pop(str(section), None)
            sound |= {name: value for name, value in NOWHERE.items() if name == section}
        for section in sorted({str(place[0]) for place in places if len(place) > 1} & LISTS & sound.keys()):
            inside = [place[1:] for place in places if place[0] == section and len(place) > 1]
            sound[section] = self._without(section, sound[section], inside)
        return sound

    def _without(self, section: str, value: Any, broken: list[Place]) -> Any:
        if isinstance(value, Mapping):
            names = {str(place[0]) for place in broken}
            if section == "networks":
                self.hidden_domains.update(names)
            return {k: v for k, v in value.items() if k not in names}
        kept, entries = [], []
        for number, entry in enumerate(value):
            wrong = {str(place[1]) if len(place) > 1 else "" for place in broken if place[0] == number}
            if wrong and isinstance(entry, Mapping):
                name, entry = entry.get("id"), _patched(section, entry, wrong)
                if entry is None and isinstance(name, str):
                    self.hidden.add(name)
            if entry is not None and not (wrong and not isinstance(entry, Mapping)):
                kept.append(number)
                entries.append(entry)
        self.kept[section] = kept
        return entries

    def _at(self, section: str, number: int) -> Part:
        """The place of an entry of a list that was read, in city.yaml."""
        return Part(self.document, (section, self.kept[section][number] if section in self.kept else number))

    def _listed(self, section: str, entries: Iterable[T]) -> list[T]:
        out: list[T] = []
        seen: set[str] = set()
        for number, entry in enumerate(entries):
            name, at = str(entry.id), self._at(section, number)  # type: ignore[attr-defined]
            self._keep(section, name, seen, out, entry, at)
            self.where.entry(section, name, at)
        return out

    def _keep(self, section: str, name: str, seen: set[str], out: list[T], value: T | None, at: Located) -> None:
        if name in seen:
            self.problems.append(
                at.problem(
                    ("id",),
                    _("{name} is used twice in {section}", name=repr(name), section=section),
                    _("rename one of the two"),
                )
            )
        elif value is None:
            self.hidden.add(name)
        else:
            out.append(value)
        seen.add(name)

    def _components(self, file: CityFile) -> list[Component]:
        out: list[Component] = []
        seen: set[str] = set()
        listed = (file.components,) if isinstance(file.components, str) else file.components
        for number, entry in enumerate(listed):
            if isinstance(entry, str):
                make = component_of_row
                self._table("components", entry, COMPONENT_COLUMNS, ComponentRow, make, seen, out)
                continue
            at = self._at("components", number)
            self.where.entry("components", entry.id, at)
            self._keep("components", entry.id, seen, out, component_of_row(entry, at, self.problems), at)
        return out

    def _links(self, file: CityFile, taken: set[str]) -> list[Link]:
        out: list[Link] = []
        seen = set(taken)
        for name in (file.links,) if isinstance(file.links, str) else file.links:
            self._table("links", name, LINK_COLUMNS, LinkRow, lambda row, _at, _problems: link_of(row), seen, out)
        return out

    def _table(
        self,
        section: str,
        file: str,
        columns: tuple[str, ...],
        record: type[R],
        make: Callable[[R, Located, list[Problem]], T],
        seen: set[str],
        out: list[T],
    ) -> None:
        try:
            path = self._path(section, file)
            rows, problems = read_table(path, columns, REQUIRED_COLUMNS[record])
        except BadInput as error:
            self.problems.extend(error.problems)
            self.hidden_domains.add(section)
            return
        self.problems.extend(problems)
        name_of = str(path)
        for row in rows:
            at = Row(name_of, row.line, section)
            name = row.cells["id"]
            self.where.entry(section, name, at)
            entry = entry_of(record, row.cells, at, self.problems)
            self._keep(section, name, seen, out, None if entry is None else make(entry, at, self.problems), at)

    def _districts(self, file: CityFile) -> list[DistrictDraft]:
        if file.districts is None:
            return []
        in_degrees = file.districts.coordinates == "lonlat"
        place = file.place
        frame = MapFrame.of_degrees(place.longitude_deg, place.latitude_deg) if in_degrees else MapFrame()
        try:
            districts, problems = read_districts(self._path("districts", file.districts.file), frame, self.where)
        except BadInput as error:
            districts, problems = [], list(error.problems)
        self.problems.extend(problems)
        if problems:
            self.hidden_domains.add("districts")
        return districts

    def _path(self, section: str, reference: str) -> Path:
        try:
            return resolve(self.folder, reference)
        except NoFile as error:
            raise BadInput([self.document.problem((section,), error.what, error.fix)]) from None

    def _networks(self, file: CityFile) -> dict[str, NetworkRef]:
        """Network files that catalogues declare; what none declares is a mistake."""
        out: dict[str, NetworkRef] = {}
        for name in OWN_NETWORKS:
            self.where.entry("networks", name, Part(self.document, ("networks", name)))
        for name, reference in (file.networks.__pydantic_extra__ or {}).items():
            at = Part(self.document, ("networks", name))
            self.where.entry("networks", name, at)
            if name in registry().networks:
                out[name] = reference
                continue
            fix = suggestion(name, (*OWN_NETWORKS, *registry().networks))
            self.problems.append(at.problem((), _("is no network that anything here reads"), fix))
            self.hidden_domains.add(name)
        return out


def component_of_row(row: ComponentRow, at: Located, problems: list[Problem]) -> Component:
    """The component of a row, its parameters checked and completed by what its type declares."""

    def report(name: str, what: Text, fix: Text) -> None:
        problems.append(at.problem(tuple(name.split(".")), what, fix))

    return component_of(row, complete(row.kind, row.parameters, report))


def _patched(section: str, entry: Mapping[str, Any], broken: set[str]) -> dict[str, Any] | None:
    """An entry with values that stand for the broken ones; None where that cannot be."""
    stand_ins = STAND_INS.get(section, {})
    if not broken <= stand_ins.keys():
        return None
    return {**entry, **{name: stand_ins[name] for name in broken}}


def _place(name: str) -> Place:
    """`levels[3].id` as ("levels", 3, "id"); of a network or override only the name counts."""
    parts: list[str | int] = []
    for part in re.findall(r"\[\d+\]|[^.\[\]]+", name):
        parts.append(int(part[1:-1]) if part.startswith("[") else part)
    if len(parts) > 2 and parts[0] in ("networks", "overrides"):
        return tuple(parts[:2])
    return tuple(parts)
