"""A city folder as written: what its files say before the network files are read and the rules are carried out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from simulator.city.frame import MapFrame
from simulator.contracts.city import Assumption
from simulator.contracts.component import NO_PARAMETERS, Component, Value
from simulator.contracts.level import ServiceLevel
from simulator.contracts.link import Link

AS_DRAWN = MapFrame()
"""The file is in metres of the city's map."""


@dataclass(frozen=True, slots=True)
class NetworkRef:
    """A network file the city names: a path in the folder, or `package:NAME/PATH` inside an installed package.

    Owner, maker and year hold for all its elements that no override says more about.
    """

    file: str
    owner: str = ""
    maker: str = ""
    year: int | None = None
    frame: MapFrame = AS_DRAWN


@dataclass(frozen=True, slots=True)
class RoadRef:
    """The GMNS tables of the road network, `demand` empty where there is none."""

    nodes: str
    links: str
    demand: str = ""
    owner: str = ""
    maker: str = ""
    year: int | None = None
    frame: MapFrame = AS_DRAWN


@dataclass(frozen=True, slots=True)
class DistrictDraft:
    """A district of the GeoJSON file. `people` is None where the town's water demand decides."""

    id: str
    title: str
    outlines: tuple[tuple[tuple[float, float], ...], ...]
    people: int | None = None


WITHHOLD, MERGE = "withhold", "merge"
"""What becomes of a private group that is too small: nothing of it leaves, or its meters report to another gateway."""


@dataclass(frozen=True, slots=True)
class SensorRule:
    """Which components carry a sensor of one quantity: all of a kind, an even share of them, or those named.

    `accuracy` is one standard deviation in `unit`; `basis` is where it comes from. With a `group_size` readings leave a
    gateway only as sums over at least so many; `too_small` says what becomes of fewer behind one gateway.
    """

    id: str
    quantity: str
    unit: str
    accuracy: float
    period_s: float
    kind: str = ""
    share: float = 1.0
    components: tuple[str, ...] = ()
    phase_s: float = 0.0
    basis: str = "assumption"
    group_size: int = 0
    too_small: str = WITHHOLD


@dataclass(frozen=True, slots=True)
class Override:
    """What the city knows about a network element beyond its network file. None leaves the file's or network's word."""

    district: str | None = None
    owner: str | None = None
    maker: str | None = None
    model: str | None = None
    firmware: str | None = None
    year: int | None = None
    title: str | None = None
    x_m: float | None = None
    y_m: float | None = None
    parameters: Mapping[str, Value] = field(default_factory=lambda: NO_PARAMETERS)
    trenches: tuple[str, ...] = ()


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
    litres_source: str = ""
    water: NetworkRef | None = None
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
