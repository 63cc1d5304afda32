"""What may stand in city.yaml, and in the rows of its tables: one declaration reads, checks, explains and documents it.

Entries of YAML are taken strictly (`"7"` is no number), rows of tables from text. Names of types, links and measures
are looked up in the registry while reading; names of other entries are looked up once everything is read (`check`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Annotated, Any, ClassVar, Literal, TypeVar

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from simulator.city.draft import File, Id, NetworkRef, Override, Parameters, RoadRef, SensorRule, Trenches, Year
from simulator.city.frame import ENTRY
from simulator.contracts.component import NO_PARAMETERS, Component, Domain, Value
from simulator.contracts.document import Located
from simulator.contracts.level import ServiceLevel
from simulator.contracts.link import Fallback, Link, LinkKind
from simulator.contracts.model import (
    FIELDS,
    LIST,
    TEXT,
    Mistakes,
    Model,
    Version,
    by_shape,
    problems_of,
    wrong,
)
from simulator.contracts.names import suggestion
from simulator.contracts.problem import Problem
from simulator.contracts.registry import registry

SCHEMA, VERSION = "stadtwerk/city", 1

FROM_NETWORK_FILES = {
    Domain.WATER: ("junction", "pipe", "pump", "valve", "tank", "reservoir"),
    Domain.ENERGY: ("bus", "line", "transformer", "substation", "grid-switch"),
    Domain.TRAFFIC: ("road-node", "road"),
}
"""Kinds that only a network file can bring, because the physics behind them is there."""

PEOPLE_OF_SUBJECT = 0
"""Stands for "those who live in the subject" until the districts are known."""

PARAMETER_CELL = "write parameters as name=value; name=value"

T = TypeVar("T")


# --- rows and entries


def _component_type(kind: str) -> str:
    if kind not in registry().types:
        raise wrong(f"{kind!r} is no kind of component", suggestion(kind, registry().types))
    for domain, kinds in FROM_NETWORK_FILES.items():
        if kind in kinds:
            mend = f"put it into the {domain} network's file, and use overrides: for owner, maker and year"
            raise wrong(f"a {kind} cannot be listed", mend)
    return kind


def _link_type(kind: str) -> str:
    if kind not in registry().links:
        raise wrong(f"{kind!r} is no kind of link", suggestion(kind, registry().links))
    return kind


def _measure(name: str) -> str:
    if name not in registry().measures:
        raise wrong(f"{name!r} is no measure", suggestion(name, registry().measures))
    return name


def _listed(value: Any) -> Any:
    """Names: a list in YAML, `one; two` in a table."""
    return tuple(part.strip() for part in value.split(";") if part.strip()) if isinstance(value, str) else value


def _parameters(value: Any) -> Any:
    """Parameters: a mapping in YAML, `name=value; name=value` in a table."""
    if not isinstance(value, str):
        return value
    found: dict[str, Value] = {}
    for pair in value.split(";"):
        name, sign, text = (part.strip() for part in pair.partition("="))
        if not sign and name:
            raise wrong(f"{name!r} has no value", PARAMETER_CELL)
        if sign:
            found[name] = _typed(text)
    return found


def _typed(text: str) -> Value:
    if text.lower() in ("yes", "true", "no", "false"):
        return text.lower() in ("yes", "true")
    try:
        return float(text)
    except ValueError:
        return text


@dataclass(frozen=True, slots=True)
class ComponentRow:
    """A component, as a row of a components table or as an entry in city.yaml."""

    __pydantic_config__: ClassVar[Any] = ENTRY

    id: Id
    kind: Annotated[str, AfterValidator(_component_type)]
    x_m: Annotated[float, Field(description="metres east of the map's origin")]
    y_m: Annotated[float, Field(description="metres north of the map's origin")]
    district: str = ""
    owner: str = ""
    maker: str = ""
    model: str = ""
    firmware: str = ""
    year: Year | None = None
    title: str = ""
    parameters: Annotated[Parameters, BeforeValidator(_parameters)] = field(default_factory=lambda: NO_PARAMETERS)
    trenches: Annotated[Trenches, BeforeValidator(_listed)] = ()
    given: Annotated[
        tuple[str, ...],
        BeforeValidator(_listed),
        Field(description="name that a rule of the generator gave: its code and its parameter; a title counts instead"),
    ] = ()


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A link, as a row of a links table, in minutes and milliseconds as planners say them."""

    __pydantic_config__: ClassVar[Any] = ENTRY

    id: Annotated[Id, Field(description="unique in the city, without spaces")]
    kind: Annotated[str, AfterValidator(_link_type)]
    source: Annotated[str, Field(description="the component that gives")]
    target: Annotated[str, Field(description="the component that gets")]
    owner: Annotated[str, Field(description="who answers for the link")] = ""
    autonomy_min: Annotated[
        float, Field(ge=0, description="minutes that the target goes on without it (battery, roof tank), 0 or more")
    ] = 0.0
    latency_ms: Annotated[float, Field(ge=0, description="data links: delay of a message, 0 or more")] = 0.0
    loss: Annotated[float, Field(ge=0, le=1, description="data links: share of messages lost, 0 to 1")] = 0.0
    fallback: Annotated[
        Literal["hold", "local"],
        Field(description="control links: hold the last set-point, or go on under local control"),
    ] = "local"
    trenches: Annotated[Trenches, BeforeValidator(_listed)] = ()


COMPONENT_COLUMNS = tuple(item.name for item in fields(ComponentRow))
LINK_COLUMNS = tuple(item.name for item in fields(LinkRow))
NAMES, POSITIONS = {"id", "kind", "source", "target"}, {"x_m", "y_m"}
"""What an entry cannot do without, and what has to stand somewhere."""

REQUIRED_COLUMNS: dict[Any, tuple[str, ...]] = {
    ComponentRow: ("id", "kind", "x_m", "y_m"),
    LinkRow: ("id", "kind", "source", "target"),
}

# Decimals that hide the last bit which the change of unit costs, far below a tick: more are written than are read.
_READ, _WRITTEN = 9, 12


def link_of(row: LinkRow) -> Link:
    return Link(
        row.id,
        LinkKind(row.kind),
        row.source,
        row.target,
        row.owner,
        round(row.autonomy_min * 60, _READ),
        round(row.latency_ms / 1000, _READ),
        row.loss,
        Fallback(row.fallback),
        row.trenches,
    )


def link_cells(given: Link) -> dict[str, Value]:
    """A link as a row of a links file has it; zeros and defaults are left out."""
    found: dict[str, Value] = {
        "id": given.id,
        "kind": str(given.kind),
        "source": given.source,
        "target": given.target,
        "owner": given.owner,
        "autonomy_min": round(given.autonomy_s / 60, _WRITTEN),
        "latency_ms": round(given.latency_s * 1000, _WRITTEN),
        "loss": given.loss,
        "fallback": given.fallback.value if given.kind == LinkKind.CONTROL else "",
        "trenches": "; ".join(given.trenches),
    }
    return {name: value for name, value in found.items() if value}


def component_of(row: ComponentRow, parameters: Mapping[str, Value]) -> Component:
    """The component of a row. `parameters` are the row's, with those that its type has by default."""
    return Component(
        id=row.id,
        kind=row.kind,
        domain=registry().types[row.kind].domain,
        x_m=row.x_m,
        y_m=row.y_m,
        district=row.district,
        owner=row.owner,
        maker=row.maker,
        model=row.model,
        firmware=row.firmware,
        year=row.year,
        title=row.title,
        parameters=parameters,
        trenches=row.trenches,
        given=row.given,
    )


def cell(value: Value) -> str:
    """A value as a table shows it; reading the table gives it back."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else f"{value!r}".removesuffix(".0")


_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {record: TypeAdapter(record) for record in (ComponentRow, LinkRow)}


def entry_of(record: type[T], data: Mapping[str, Any], at: Located, problems: list[Problem]) -> T | None:
    """A row of a table, or what is to be read like one; empty cells count as not given.

    What is wrong is added to `problems`. A value that cannot be read is left out then, or stood in for, so that what
    else the row says can be looked at; None where that cannot be.
    """
    given = {name: value for name, value in data.items() if value not in ("", None)}
    adapter = _ADAPTERS[record]
    try:
        entry: T = adapter.validate_python(given, strict=False)
    except ValidationError as error:
        problems.extend(problems_of(error, at, adapter))
        broken = {str(detail["loc"][0]) for detail in error.errors(include_url=False) if detail["loc"]}
        if broken & NAMES:
            return None
        patched = {name: value for name, value in given.items() if name not in broken}
        patched |= dict.fromkeys(broken & POSITIONS, 0.0)
        entry = adapter.validate_python(patched, strict=False)
    return entry


# --- city.yaml


class Title(Model):
    """What the city is called."""

    en: str = Field(min_length=1)
    de: str = Field(min_length=1)


class Origin(Model):
    """Where the origin of the city's map lies (x_m = 0, y_m = 0)."""

    latitude_deg: float = Field(ge=-85, le=85, description="give -85 to 85 degrees")
    longitude_deg: float = Field(ge=-180, le=180, description="give -180 to 180 degrees")


class People(Model):
    """Turns water demand into people where districts do not say how many live there."""

    litres_per_person_day: float = Field(gt=0, description="give more than 0 litres")
    source: str = Field(min_length=1)


class NetworkFiles(Model):
    """The files behind the physics; catalogues of other sub-systems may declare more."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, NetworkRef] = Field(init=False)

    water: NetworkRef | None = Field(None, description="an EPANET input file")
    energy: NetworkRef | None = Field(None, description="a pandapower network as JSON, as the importer writes it")
    traffic: RoadRef | None = Field(
        None, description="GMNS tables: nodes, directed links, car trips by origin, destination and hour"
    )


class Districts(Model):
    """The parts of the town, as polygons."""

    file: File
    coordinates: Literal["lonlat", "map"] = Field(
        "lonlat", description="lonlat (RFC 7946, the default) or metres of the map"
    )


class LevelEntry(Model):
    """A service level that is owed to people."""

    id: Id
    measure: Annotated[str, AfterValidator(_measure)]
    subject: str = Field(description="a district, a component, or city")
    minimum: float = Field(ge=0)
    people: int | None = Field(None, ge=1, le=10**9, description="how many lean on it, 1 or more")
    owner: str = ""
    basis: str = Field("assumption", description="the id of a norm, or the word assumption")

    @classmethod
    def check(cls, fields: Mapping[str, Any], context: Any, mistakes: Mistakes) -> None:
        if "measure" in fields and "minimum" in fields:
            measure = registry().measures[fields["measure"]]
            if measure.unit == "1" and measure.higher_is_better and fields["minimum"] > 1:
                mistakes.wrong("minimum", f"{fields['minimum']:g} is impossible for a share", "give at most 1")

    def level(self) -> ServiceLevel:
        people = PEOPLE_OF_SUBJECT if self.people is None else self.people
        return ServiceLevel(self.id, self.measure, self.subject, self.minimum, people, self.owner, self.basis)


class AssumptionEntry(Model):
    """Something that no input said and that had to be assumed."""

    subject: str
    text: str
    basis: str = "assumption"


class CityFile(Model):
    """city.yaml of a city folder: place, network files, components, links, districts, service levels, sensors."""

    schema_: Version(f"{SCHEMA}/{VERSION}") = Field(alias="schema")  # type: ignore[valid-type]
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$", description="use small letters, digits and hyphens")
    title: Title
    place: Origin
    people: People | None = None
    networks: NetworkFiles = Field(default_factory=NetworkFiles.model_construct)
    components: Annotated[
        Annotated[File, TEXT]
        | Annotated[tuple[Annotated[Annotated[File, TEXT] | Annotated[ComponentRow, FIELDS], by_shape], ...], LIST],
        by_shape,
    ] = Field((), description="name a CSV file, or list components and CSV files")
    links: Annotated[Annotated[File, TEXT] | Annotated[tuple[File, ...], LIST], by_shape] = Field(
        (), description="name one links file or a list of them"
    )
    districts: Districts | None = None
    levels: tuple[LevelEntry, ...] = ()
    sensors: tuple[SensorRule, ...] = ()
    overrides: Mapping[str, Override] = Field(
        default_factory=dict, description="what the city knows about elements of its network files, by component id"
    )
    assumptions: tuple[AssumptionEntry, ...] = ()
