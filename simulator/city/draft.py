"""A city folder as written: what its files say before the network files are read and the rules are carried out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from simulator.city.frame import MapFrame
from simulator.contracts.city import Assumption, Finding, Settings
from simulator.contracts.component import NO_PARAMETERS, Component
from simulator.contracts.entries import GivenName, Id, Parameters, Trenches, Year
from simulator.contracts.level import ServiceLevel
from simulator.contracts.link import Link
from simulator.contracts.model import Share
from simulator.contracts.problem import Unfit
from simulator.contracts.settings import STRICT
from simulator.contracts.words import NO_TEXT, Text, Words

_ = Words("simulator.city")

File = Annotated[str, Field(min_length=1, description="a path in the folder, or package:NAME/PATH")]
AS_DRAWN = MapFrame()
"""The file is in metres of the city's map."""

OnTheMap = Annotated[
    MapFrame,
    Field(alias="map", description="from the file's coordinates to metres of the map: scale, turn left, shift"),
]


@dataclass(frozen=True, slots=True)
class NetworkRef:
    """A network file the city names: a path in the folder, or `package:NAME/PATH` inside an installed package.

    Owner, maker and year hold for all its elements that no override says more about.
    """

    __pydantic_config__: ClassVar[Any] = STRICT

    file: File
    owner: str = ""
    maker: str = ""
    year: Year | None = None
    frame: OnTheMap = AS_DRAWN


@dataclass(frozen=True, slots=True)
class WaterRef(NetworkRef):
    """The EPANET file, and the state of the network by hour of an ordinary day, where that was run and stored."""

    __pydantic_config__: ClassVar[Any] = STRICT

    hours: Annotated[str, Field(description="CSV: tank levels and pumps by hour of an ordinary day")] = ""


@dataclass(frozen=True, slots=True)
class RoadRef:
    """The GMNS tables of the road network, `demand` empty where there is none."""

    __pydantic_config__: ClassVar[Any] = STRICT

    nodes: File
    links: File
    demand: Annotated[str, Field(min_length=1)] = ""
    owner: str = ""
    maker: str = ""
    year: Year | None = None
    frame: OnTheMap = AS_DRAWN


@dataclass(frozen=True, slots=True)
class DistrictDraft:
    """A district of the GeoJSON file. `people` is None where the town's water demand decides."""

    id: str
    title: str
    outlines: tuple[tuple[tuple[float, float], ...], ...]
    people: int | None = None


WITHHOLD: Literal["withhold"] = "withhold"
MERGE: Literal["merge"] = "merge"
"""What becomes of a private group that is too small: nothing of it leaves, or its meters report to another gateway."""


@dataclass(frozen=True, slots=True)
class SensorRule:
    """Which components carry a sensor of one quantity: all of a kind, an even share of them, or those named.

    `accuracy` is one standard deviation in `unit`; `basis` is where it comes from. With a `group_size` readings leave a
    gateway only as sums over at least so many; `too_small` says what becomes of fewer behind one gateway.
    """

    __pydantic_config__: ClassVar[Any] = STRICT

    id: Id
    quantity: str
    unit: Annotated[str, Field(min_length=1)]
    accuracy: Annotated[float, Field(ge=0, description="one standard deviation of the error, in the unit")]
    period_s: Annotated[float, Field(gt=0, description="seconds between two readings, above 0")]
    kind: Annotated[str, Field(description="the kind of component that carries the sensor")] = ""
    share: Annotated[Share, Field(description="the share of these that carry one, 0 to 1")] = 1.0
    components: Annotated[tuple[str, ...], Field(strict=False)] = ()
    phase_s: Annotated[float, Field(ge=0)] = 0.0
    basis: str = "assumption"
    group_size: Annotated[
        int,
        Field(
            ge=2,
            le=10**6,
            description="readings are private: they leave a gateway only as sums over at least so many, 2 or more",
        ),
    ] = 0
    too_small: Annotated[
        Literal["withhold", "merge"],
        Field(description="of fewer behind one gateway: nothing leaves (withhold), or another gateway reads them"),
    ] = WITHHOLD

    def __post_init__(self) -> None:
        if bool(self.kind) == bool(self.components):
            raise Unfit(_("names a kind or its components, one of the two"), _("keep kind: or components:"), "kind")


@dataclass(frozen=True, slots=True)
class Override:
    """What the city knows about a network element beyond its network file. None leaves the file's or network's word."""

    __pydantic_config__: ClassVar[Any] = STRICT

    district: str | None = None
    owner: str | None = None
    maker: str | None = None
    model: str | None = None
    firmware: str | None = None
    year: Year | None = None
    title: str | None = None
    x_m: float | None = None
    y_m: float | None = None
    parameters: Parameters = field(default_factory=lambda: NO_PARAMETERS)
    trenches: Trenches = ()
    given: GivenName = ()


@dataclass(frozen=True, slots=True)
class CityDraft:
    """Everything in a city folder. `components` are those listed there, without the elements of network files.

    `networks` are the network files that catalogues declare beside water, energy and traffic, by their names.
    `litres_per_person_day` (with its source) turns water demand into people where districts do not say how many.
    """

    name: str
    title_en: str
    title_de: str
    latitude_deg: float
    longitude_deg: float
    litres_per_person_day: float | None = None
    litres_source: Text = NO_TEXT
    land: str = ""
    water: WaterRef | None = None
    energy: NetworkRef | None = None
    traffic: RoadRef | None = None
    networks: Mapping[str, NetworkRef] = field(default_factory=dict)
    components: tuple[Component, ...] = ()
    links: tuple[Link, ...] = ()
    districts: tuple[DistrictDraft, ...] = ()
    levels: tuple[ServiceLevel, ...] = ()
    sensors: tuple[SensorRule, ...] = ()
    overrides: Mapping[str, Override] = field(default_factory=dict)
    assumptions: tuple[Assumption, ...] = ()
    findings: tuple[Finding, ...] = ()
    settings: Settings = field(default_factory=dict)
