"""Components and links of a city as people write them: rows of its tables, entries of city.yaml and of campaigns.

One declaration reads them, checks them, explains what is wrong and documents what may stand there. Names of types are
looked up in the registry while reading.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Annotated, Any, ClassVar, Literal, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError

from simulator.contracts.component import NO_PARAMETERS, Component, Value
from simulator.contracts.document import Located
from simulator.contracts.link import Fallback, Link, LinkKind
from simulator.contracts.model import Share, problems_of, wrong
from simulator.contracts.names import suggestion
from simulator.contracts.problem import Problem
from simulator.contracts.registry import registry
from simulator.contracts.settings import STRICT, adapter
from simulator.contracts.words import Words

_ = Words("simulator.contracts")

FIRST_YEAR, LAST_YEAR = 1850, 2100

Id = Annotated[str, Field(pattern=r"^\S+$", description="write an id without spaces")]
Year = Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR, description="a year such as 2015")]
GivenName = Annotated[
    tuple[str, ...],
    Field(description="name that a rule of the generator gave: its code and its parameter; a title counts instead"),
]

Trenches = Annotated[
    tuple[Annotated[str, Field(min_length=1)], ...],
    Field(strict=False, description="cable trenches in which it lies: one dig cuts all that lies in one"),
]
Parameters = Annotated[
    Mapping[str, Value], Field(description="parameters of its kind: a number in SI units, a name, or true or false")
]

PARAMETER_CELL = _("write parameters as name=value; name=value")

T = TypeVar("T")


def _component_type(kind: str) -> str:
    if kind not in registry().types:
        raise wrong(_("{kind} is no kind of component", kind=repr(kind)), suggestion(kind, registry().types))
    known = registry().types[kind]
    if known.from_file:
        fix = _(
            "put it into the {domain} network's file, and use overrides: for owner, maker and year", domain=known.domain
        )
        raise wrong(_("a {kind} cannot be listed", kind=kind), fix)
    return kind


def _link_type(kind: str) -> str:
    if kind not in registry().links:
        raise wrong(_("{kind} is no kind of link", kind=repr(kind)), suggestion(kind, registry().links))
    return kind


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
            raise wrong(_("{name} has no value", name=repr(name)), PARAMETER_CELL)
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

    __pydantic_config__: ClassVar[Any] = STRICT

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
    given: Annotated[GivenName, BeforeValidator(_listed)] = ()


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A link, as a row of a links table, in minutes and milliseconds as planners say them."""

    __pydantic_config__: ClassVar[Any] = STRICT

    id: Annotated[Id, Field(description="unique in the city, without spaces")]
    kind: Annotated[str, AfterValidator(_link_type)]
    source: Annotated[str, Field(description="the component that gives")]
    target: Annotated[str, Field(description="the component that gets")]
    owner: Annotated[str, Field(description="who answers for the link")] = ""
    autonomy_min: Annotated[
        float, Field(ge=0, description="minutes that the target goes on without it (battery, roof tank), 0 or more")
    ] = 0.0
    latency_ms: Annotated[float, Field(ge=0, description="data links: delay of a message, 0 or more")] = 0.0
    loss: Annotated[Share, Field(description="data links: share of messages lost, 0 to 1")] = 0.0
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
        "fallback": given.fallback.value if registry().links[given.kind].commands else "",
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


def entry_of(record: type[T], data: Mapping[str, Any], at: Located, problems: list[Problem]) -> T | None:
    """A row of a table, or what is to be read like one; empty cells count as not given.

    What is wrong is added to `problems`. A value that cannot be read is left out then, or stood in for, so that what
    else the row says can be looked at; None where that cannot be.
    """
    given = {name: value for name, value in data.items() if value not in ("", None)}
    reader = adapter(record)
    try:
        entry: T = reader.validate_python(given, strict=False)
    except ValidationError as error:
        problems.extend(problems_of(error, at, reader))
        broken = {str(detail["loc"][0]) for detail in error.errors(include_url=False) if detail["loc"]}
        if broken & NAMES:
            return None
        patched = {name: value for name, value in given.items() if name not in broken}
        patched |= dict.fromkeys(broken & POSITIONS, 0.0)
        entry = reader.validate_python(patched, strict=False)
    return entry
