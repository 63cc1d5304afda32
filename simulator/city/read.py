"""The files of a city folder as a draft, each mistake at its line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

from simulator.city.components import COMPONENT_COLUMNS, listed_component, override
from simulator.city.draft import CityDraft, DistrictDraft, NetworkRef, Override, RoadRef
from simulator.city.fields import Fields, Report
from simulator.city.files import NoFile, resolve
from simulator.city.frame import MapFrame
from simulator.city.geojson import read_districts
from simulator.city.linkage import LINK_COLUMNS, REQUIRED_LINK_COLUMNS, link
from simulator.city.rules import level, sensor_rule
from simulator.city.table import read_table
from simulator.city.where import Where
from simulator.contracts.city import Assumption
from simulator.contracts.component import Component
from simulator.contracts.document import Document, Place, load_document, schema_problems
from simulator.contracts.link import Link
from simulator.contracts.names import suggestion
from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.registry import registry

CITY_FILE = "city.yaml"
OWN_NETWORKS = ("water", "energy", "traffic")
"""Networks that a city.yaml can name without a catalogue that declares their files."""

T = TypeVar("T")


@dataclass
class Reading:
    """A city folder half read: the draft, the places of its entries, what was wrong, and ids that a mistake hid.

    `hidden` holds ids of entries too broken to keep, `hidden_domains` sections and domains whose reference is broken:
    naming them elsewhere is no second mistake.
    """

    draft: CityDraft
    where: Where
    problems: list[Problem]
    hidden: set[str] = field(default_factory=set)
    hidden_domains: set[str] = field(default_factory=set)


def city_schema() -> Mapping[str, Any]:
    """The JSON Schema of city.yaml."""
    text = (resources.files("scenarios") / "schema" / "city-1.schema.json").read_text(encoding="utf-8")
    schema: Mapping[str, Any] = json.loads(text)
    return schema


def read_folder(folder: Path) -> Reading:
    """Read all files that a city folder holds, except those of the networks.

    Raises `BadInput` only where city.yaml itself cannot be read; every other problem is in the result.
    """
    document = load_document(folder / CITY_FILE)
    reader = _Reader(folder, document)
    return reader.read()


class _Reader:
    """Goes through one city.yaml. Entries that break the schema are skipped, and their ids remembered as hidden."""

    def __init__(self, folder: Path, document: Document) -> None:
        self.folder, self.document = folder, document
        self.problems = schema_problems(document, city_schema())
        self.where = Where(document.file)
        self.hidden: set[str] = set()
        self.hidden_domains: set[str] = set()
        self._broken = {_head(problem.field) for problem in self.problems}
        self.data: Mapping[str, Any] = document.data if isinstance(document.data, Mapping) else {}

    def read(self) -> Reading:
        title, place = self._section("title"), self._section("place")
        longitude, latitude = float(place.get("longitude_deg", 0.0)), float(place.get("latitude_deg", 0.0))
        people = self._section("people")
        if "people" in self.data and not people:
            self.hidden_domains.add("people")
        components = self._components()
        draft = CityDraft(
            name=str(self.data.get("name", "")),
            title_en=str(title.get("en", "")),
            title_de=str(title.get("de", "")),
            latitude_deg=latitude,
            longitude_deg=longitude,
            litres_per_person_day=float(people["litres_per_person_day"]) if people else None,
            litres_source=str(people.get("source", "")),
            water=self._network("water"),
            energy=self._network("energy"),
            traffic=self._traffic(),
            networks=self._networks(),
            components=tuple(components),
            links=tuple(self._links({component.id for component in components})),
            districts=tuple(self._districts(longitude, latitude)),
            levels=tuple(self._listed("levels", level)),
            sensors=tuple(self._listed("sensors", sensor_rule)),
            overrides=self._overrides(),
            assumptions=tuple(
                Assumption(str(a["subject"]), str(a["text"]), str(a.get("basis", "assumption")))
                for _, a in self._entries("assumptions")
            ),
        )
        return Reading(draft, self.where, self.problems, self.hidden, self.hidden_domains)

    def _section(self, name: str) -> Mapping[str, Any]:
        value = self.data.get(name)
        whole = name not in self._broken and not any(b.startswith(f"{name}.") for b in self._broken)
        return value if isinstance(value, Mapping) and whole else {}

    def _entries(self, section: str) -> Iterator[tuple[Place, Any]]:
        """The sound entries of a list section."""
        value = self.data.get(section)
        if not isinstance(value, list):
            return
        for i, entry in enumerate(value):
            if f"{section}[{i}]" in self._broken:
                if isinstance(entry, Mapping) and isinstance(entry.get("id"), str):
                    self.hidden.add(entry["id"])
                continue
            yield (section, i), entry

    def _at(self, place: Place) -> Report:
        def report(name: str, what: str, mend: str) -> None:
            self.problems.append(self.document.problem((*place, *name.split(".")), what, mend))

        return report

    def _listed(self, section: str, read: Callable[[Fields, Report], T | None]) -> list[T]:
        out: list[T] = []
        seen: set[str] = set()
        for place, entry in self._entries(section):
            report = self._at(place)
            self._keep(section, str(entry["id"]), seen, out, read(Fields(entry, report), report), report)
            self.where.node(section, str(entry["id"]), self.document, place)
        return out

    def _keep(self, section: str, name: str, seen: set[str], out: list[T], value: T | None, report: Report) -> None:
        if name in seen:
            report("id", f"{name!r} is used twice in {section}", "rename one of the two")
        elif value is None:
            self.hidden.add(name)
        else:
            out.append(value)
        seen.add(name)

    def _components(self) -> list[Component]:
        out: list[Component] = []
        seen: set[str] = set()
        value = self.data.get("components")
        if isinstance(value, str):
            self._table(
                "components", value, COMPONENT_COLUMNS, ("id", "kind", "x_m", "y_m"), listed_component, seen, out
            )
        for place, entry in self._entries("components"):
            if isinstance(entry, str):
                columns = COMPONENT_COLUMNS
                self._table("components", entry, columns, ("id", "kind", "x_m", "y_m"), listed_component, seen, out)
                continue
            report, name = self._at(place), str(entry["id"])
            self.where.node("components", name, self.document, place)
            self._keep("components", name, seen, out, listed_component(Fields(entry, report), report), report)
        return out

    def _links(self, taken: set[str]) -> list[Link]:
        out: list[Link] = []
        seen = set(taken)
        value = self.data.get("links")
        files = [value] if isinstance(value, str) else [entry for _, entry in self._entries("links")]
        for file in files:
            self._table("links", file, LINK_COLUMNS, REQUIRED_LINK_COLUMNS, link, seen, out)
        return out

    def _table(
        self,
        section: str,
        file: str,
        columns: tuple[str, ...],
        required: tuple[str, ...],
        read: Callable[[Fields, Report], T | None],
        seen: set[str],
        out: list[T],
    ) -> None:
        try:
            path = self._file(section, file)
            rows, problems = read_table(path, columns, required)
        except BadInput as error:
            self.problems.extend(error.problems)
            self.hidden_domains.add(section)
            return
        self.problems.extend(problems)
        name_of = str(path)
        for row in rows:

            def report(name: str, what: str, mend: str, line: int = row.line) -> None:
                self.problems.append(Problem(name_of, line, name, what, mend))

            name = row.cells["id"]
            if not name or any(c.isspace() for c in name):
                report("id", f"{name!r} is no id", "write an id without spaces")
                continue
            self.where.row(section, name, name_of, row.line)
            self._keep(section, name, seen, out, read(Fields(row.cells, report), report), report)

    def _districts(self, longitude_deg: float, latitude_deg: float) -> list[DistrictDraft]:
        section = self._section("districts")
        if not section:
            if "districts" in self.data:
                self.hidden_domains.add("districts")
            return []
        in_degrees = section.get("coordinates", "lonlat") == "lonlat"
        frame = MapFrame.of_degrees(longitude_deg, latitude_deg) if in_degrees else MapFrame()
        try:
            districts, problems = read_districts(self._file("districts", str(section["file"])), frame, self.where)
        except BadInput as error:
            districts, problems = [], list(error.problems)
        self.problems.extend(problems)
        if problems:
            self.hidden_domains.add("districts")
        return districts

    def _file(self, section: str, reference: str) -> Path:
        try:
            return resolve(self.folder, reference)
        except NoFile as error:
            raise BadInput([self.document.problem((section,), error.what, error.mend)]) from None

    def _overrides(self) -> dict[str, Override]:
        out: dict[str, Override] = {}
        value = self.data.get("overrides")
        for name, entry in value.items() if isinstance(value, Mapping) else ():
            if f"overrides.{name}" not in self._broken:
                out[name] = override(Fields(entry, self._at(("overrides", name))))
                self.where.node("overrides", name, self.document, ("overrides", name))
        return out

    def _network(self, domain: str) -> NetworkRef | None:
        entry = self._network_entry(domain)
        if entry is None:
            return None
        fields = Fields(entry, self._at(("networks", domain)))
        common = (fields.text("owner"), fields.text("maker"), fields.whole("year", 1850, 2100))
        return NetworkRef(fields.text("file"), *common, self._frame(domain, entry))

    def _networks(self) -> dict[str, NetworkRef]:
        """Network files that catalogues declare; what none declares is a mistake."""
        given = self.data.get("networks")
        out: dict[str, NetworkRef] = {}
        for name in given if isinstance(given, Mapping) else ():
            if name in OWN_NETWORKS:
                continue
            if name not in registry().networks:
                mend = suggestion(name, (*OWN_NETWORKS, *registry().networks))
                self._at(("networks",))(name, "is no network that anything here reads", mend)
                self.hidden_domains.add(name)
            elif (reference := self._network(name)) is not None:
                out[name] = reference
        return out

    def _traffic(self) -> RoadRef | None:
        entry = self._network_entry("traffic")
        if entry is None:
            return None
        fields = Fields(entry, self._at(("networks", "traffic")))
        files = (fields.text("nodes"), fields.text("links"), fields.text("demand"))
        common = (fields.text("owner"), fields.text("maker"), fields.whole("year", 1850, 2100))
        return RoadRef(*files, *common, self._frame("traffic", entry))

    def _network_entry(self, domain: str) -> Mapping[str, Any] | None:
        networks = self.data.get("networks")
        entry = networks.get(domain) if isinstance(networks, Mapping) else None
        if {f"networks.{domain}", "networks"} & self._broken:
            self.hidden_domains.add(domain)
            return None
        if entry is not None:
            self.where.node("networks", domain, self.document, ("networks", domain))
        return entry

    def _frame(self, domain: str, entry: Mapping[str, Any]) -> MapFrame:
        fields = Fields(entry.get("map") or {}, self._at(("networks", domain, "map")))
        scales = (fields.number("scale_x", 1.0), fields.number("scale_y", 1.0))
        shifts = (fields.number("offset_x_m", 0.0), fields.number("offset_y_m", 0.0))
        return MapFrame(*scales, *shifts, fields.number("rotate_deg", 0.0))


def _head(name: str) -> str:
    """The entry that a dotted field belongs to: `levels[3].id` is in `levels[3]`, a file in its network."""
    first, dot, rest = name.partition(".")
    if dot and "[" not in first:
        return f"{first}.{rest.partition('.')[0].partition('[')[0]}"
    return first
