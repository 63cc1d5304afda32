"""What may stand in city.yaml: one declaration reads it, checks it, explains what is wrong and documents it.

Names of types, links and measures are looked up in the registry while reading; names of other entries are looked up
once everything is read (`check`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field

from simulator.city.draft import File, NetworkRef, Override, RoadRef, SensorRule, WaterRef
from simulator.contracts.city import ASSUMED, Assumption, Finding
from simulator.contracts.component import Domain
from simulator.contracts.engine_settings import GivenSettings
from simulator.contracts.entries import ComponentRow, Id
from simulator.contracts.level import ServiceLevel
from simulator.contracts.model import FIELDS, LIST, TEXT, Mistakes, Model, NotNegative, Version, by_shape, wrong
from simulator.contracts.names import suggestion
from simulator.contracts.registry import registry
from simulator.contracts.words import Numeral, Said, Text, Verbatim, Words
from simulator.domains.traffic.catalogue import RESCUE_RULES

_ = Words("simulator.city")

SCHEMA, VERSION = "stadtwerk/city", 1

PEOPLE_OF_SUBJECT = 0
"""Stands for "those who live in the subject" until the districts are known."""


def _measure(name: str) -> str:
    if name not in registry().measures:
        raise wrong(_("{name} is no measure", name=repr(name)), suggestion(name, registry().measures))
    return name


def _land(name: str) -> str:
    if name and name not in RESCUE_RULES:
        raise wrong(
            _("no rule of rescue is known for the Land {name}", name=repr(name)), suggestion(name, RESCUE_RULES)
        )
    return name


class Title(Model):
    """What the city is called, or something else that it says, in each language."""

    en: str = Field(min_length=1)
    de: str = Field(min_length=1)


class Origin(Model):
    """Where the origin of the city's map lies (x_m = 0, y_m = 0)."""

    latitude_deg: float = Field(ge=-85, le=85)
    """give -85 to 85 degrees"""
    longitude_deg: float = Field(ge=-180, le=180)
    """give -180 to 180 degrees"""


Wording = str | Title
"""What a file says in one language for all readers, or in each language."""


def worded(said: Wording) -> Text:
    """What a file says."""
    return Verbatim(said) if isinstance(said, str) else Said({"en": said.en, "de": said.de})


class People(Model):
    """Turns water demand into people where districts do not say how many live there."""

    litres_per_person_day: float = Field(gt=0)
    """give more than 0 litres"""
    source: Annotated[str, Field(min_length=1)] | Title


class NetworkFiles(Model):
    """The files behind the physics; catalogues of other sub-systems may declare more."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, NetworkRef] = Field(init=False)

    water: WaterRef | None = None
    """an EPANET input file"""
    energy: NetworkRef | None = None
    """a pandapower network as JSON, as the importer writes it"""
    traffic: RoadRef | None = None
    """GMNS tables: nodes, directed links, car trips by origin, destination and hour"""


class Districts(Model):
    """The parts of the town, as polygons."""

    file: File
    coordinates: Literal["lonlat", "map"] = "lonlat"
    """lonlat (RFC 7946, the default) or metres of the map"""


class LevelEntry(Model):
    """A service level that people are entitled to."""

    id: Id
    measure: Annotated[str, AfterValidator(_measure)]
    subject: str
    """a district, a component, or city"""
    minimum: NotNegative
    people: int | None = Field(None, ge=1, le=10**9)
    """how many lean on it, 1 or more"""
    owner: str = ""
    basis: str = "assumption"
    """the id of a norm, or the word assumption"""

    @classmethod
    def check(cls, fields: Mapping[str, Any], context: Any, mistakes: Mistakes) -> None:
        if "measure" in fields and "minimum" in fields:
            measure = registry().measures[fields["measure"]]
            if measure.unit == "1" and measure.higher_is_better and fields["minimum"] > 1:
                mistakes.wrong(
                    "minimum",
                    _("{minimum} is impossible for a share", minimum=Numeral(f"{fields['minimum']:g}")),
                    _("give at most 1"),
                )
            if measure.is_beyond(fields["minimum"]):
                what = _("{name} is told up to {limit} only", name=measure.name, limit=f"{measure.told_to:g}")
                mistakes.wrong("minimum", what, _("write less"))

    def level(self) -> ServiceLevel:
        people = PEOPLE_OF_SUBJECT if self.people is None else self.people
        return ServiceLevel(self.id, self.measure, self.subject, self.minimum, people, self.owner, self.basis)


class AssumptionEntry(Model):
    """Something that no input said and that had to be assumed."""

    subject: Wording
    text: Wording
    basis: Wording = ASSUMED.en

    def assumption(self) -> Assumption:
        basis = ASSUMED if self.basis == ASSUMED.en else worded(self.basis)
        return Assumption(worded(self.subject), worded(self.text), basis)


def _domain(name: str) -> Domain:
    if name not in registry().subsystems:
        raise wrong(_("{name} is no sub-system", name=repr(name)), suggestion(name, registry().subsystems))
    return Domain(name)


class FindingEntry(Model):
    """Something odd that a rule of plausibility found in the city's own data."""

    rule: str = Field(min_length=1)
    text: Wording
    subjects: tuple[str, ...] = ()
    """the components that it is about"""
    withholds: tuple[Annotated[str, AfterValidator(_domain)], ...] = ()
    """sub-systems of which no level is judged for it"""

    def finding(self) -> Finding:
        return Finding(self.rule, worded(self.text), self.subjects, tuple(map(Domain, self.withholds)))


class CityFile(Model):
    """city.yaml of a city folder: place, network files, components, links, districts, service levels, sensors."""

    schema_: Version(f"{SCHEMA}/{VERSION}") = Field(alias="schema")  # type: ignore[valid-type]
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    """use small letters, digits and hyphens"""
    title: Title
    place: Origin
    land: Annotated[str, AfterValidator(_land)] = ""
    """the Land whose rules count, as SN for Saxony"""
    people: People | None = None
    networks: NetworkFiles = Field(default_factory=NetworkFiles.model_construct)
    components: Annotated[
        Annotated[File, TEXT]
        | Annotated[tuple[Annotated[Annotated[File, TEXT] | Annotated[ComponentRow, FIELDS], by_shape], ...], LIST],
        by_shape,
    ] = ()
    """name a CSV file, or list components and CSV files"""
    links: Annotated[Annotated[File, TEXT] | Annotated[tuple[File, ...], LIST], by_shape] = ()
    """name one links file or a list of them"""
    districts: Districts | None = None
    levels: tuple[LevelEntry, ...] = ()
    sensors: tuple[SensorRule, ...] = ()
    overrides: Mapping[str, Override] = Field(default_factory=dict)
    """what the city knows about elements of its network files, by component id"""
    settings: GivenSettings = Field(default_factory=dict)
    """numbers of engines that hold here, by sub-system and name; what is left out is as the sub-system declares it"""
    assumptions: tuple[AssumptionEntry, ...] = ()
    findings: tuple[FindingEntry, ...] = ()
    """what was odd about the data when the town was read in"""
