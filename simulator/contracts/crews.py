"""Who mends what: trades of crews, how long a repair takes, and which job comes first."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from simulator.contracts.component import Component, Domain
from simulator.contracts.link import LinkKind


class Trade(StrEnum):
    """What a crew has learnt. A crew of the trade `all` does any work (small towns have no others)."""

    ELECTRIC = "electric"
    WATER = "water"
    ICT = "ict"
    ROADS = "roads"
    DRIVER = "driver"
    ALL = "all"


CREWS_OF = {
    Trade.ELECTRIC: "electric_crews",
    Trade.WATER: "water_crews",
    Trade.ICT: "ict_crews",
    Trade.ROADS: "roads_crews",
    Trade.DRIVER: "drivers",
    Trade.ALL: "crews",
}
"""The parameter that says how many crews of a trade a depot has."""


def crews_of(depot: Component) -> dict[Trade, int]:
    """How many crews of each trade belong to a depot, by day; trades without any are left out."""
    return {trade: count for trade, name in CREWS_OF.items() if (count := int(float(depot.parameters.get(name, 0))))}


class Priority(StrEnum):
    """Which waiting job a free crew takes.

    capacity   what carries most, within a trade (power, water, vehicles, data links)
    people     what most people lean on
    lifelines  what hospitals, rescue and drinking water lean on, then other lifelines, then the rest
    list       in the order of a list of the planner's, then in the order of the calls
    """

    CAPACITY = "capacity"
    PEOPLE = "people"
    LIFELINES = "lifelines"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class CrewPolicy:
    """How waiting jobs are put in order; `listed` are the ids of a planner's list, first one first."""

    priority: Priority = Priority.LIFELINES
    listed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RepairClass:
    """Work on site as a lognormal distribution: its median in seconds and the standard deviation of its logarithm.

    `parts` is how many spare parts it uses up. `source` says where the median comes from.
    """

    median_s: float
    sigma: float
    parts: int
    source: str


HOUR_S = 3600.0

SIGMA = 0.5
"""Spread of repair times (assumption: one repair in six takes more than 1.65 times as long as the median)."""

_OF_DOMAIN = {
    Domain.WATER: Trade.WATER,
    Domain.ENERGY: Trade.ELECTRIC,
    Domain.TRAFFIC: Trade.ROADS,
    Domain.ICT: Trade.ICT,
    Domain.LIFELINE: Trade.ELECTRIC,
    Domain.CREW: Trade.ELECTRIC,
}
_OF_KIND = {
    "signal": Trade.ELECTRIC,
    "network-control": Trade.ICT,
    "traffic-control-centre": Trade.ICT,
    "emergency-well": Trade.WATER,
    "drinking-water": Trade.WATER,
}
_OF_LINK = {
    LinkKind.POWER: Trade.ELECTRIC,
    LinkKind.DATA: Trade.ICT,
    LinkKind.CONTROL: Trade.ICT,
    LinkKind.WATER: Trade.WATER,
    LinkKind.ROAD: Trade.ROADS,
}


def trade_of(kind: str, domain: Domain) -> Trade:
    """The trade that mends a component (assumption: by its sub-system, but for signals, control rooms and wells)."""
    return _OF_KIND.get(kind, _OF_DOMAIN[domain])


def trade_of_link(kind: LinkKind) -> Trade:
    """The trade that mends a link."""
    return _OF_LINK[kind]


def _hours(median_h: float, parts: int = 1, source: str = "assumption") -> RepairClass:
    return RepairClass(median_h * HOUR_S, SIGMA, parts, source)


_MAIN = "assumption: guides name 4 h for a common break and more than a day for a hard one"

REPAIRS: dict[str, RepairClass] = {
    "junction": _hours(6, source=_MAIN),
    "pipe": _hours(6, source=_MAIN),
    "pump": _hours(8),
    "valve": _hours(4),
    "tank": _hours(12, parts=0),
    "reservoir": _hours(12, parts=0),
    "emergency-well": _hours(4),
    "bus": _hours(4),
    "line": _hours(5),
    "transformer": _hours(10),
    "substation": _hours(12),
    "grid-switch": _hours(3),
    "pv": _hours(6),
    "battery": _hours(8),
    "generator": _hours(2),
    "road": _hours(6, parts=0),
    "signal": _hours(2),
    "server": _hours(4),
    "router": _hours(3),
    "switch": _hours(3),
    "radio-site": _hours(4),
    "gateway": _hours(2),
}
"""Repair work by kind of component."""

OTHER_REPAIR = _hours(4, parts=0)
"""Repair work on a component of any other kind, and on a link."""


def repair_class(kind: str) -> RepairClass:
    """The distribution of the work on a component of this kind (empty: a link)."""
    return REPAIRS.get(kind, OTHER_REPAIR)
