"""Who repairs what: crews and their depots, the trade of each type of component, and which job comes first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from simulator.contracts.component import Component, Domain
from simulator.contracts.registry import registry
from simulator.contracts.repair import OTHER_REPAIR, RepairClass, Trade

if TYPE_CHECKING:
    from simulator.contracts.city import City


def crews_of(depot: Component) -> dict[Trade, int]:
    """How many crews of each trade belong to a depot, by day; trades without any are left out."""
    counts = {name: int(float(depot.parameters.get(of.crews.name, 0))) for name, of in registry().trades.items()}
    return {trade: count for trade, count in counts.items() if count}


class Priority(StrEnum):
    """Which waiting job a free crew takes.

    capacity   what carries most, within a trade (power, water, vehicles, data links)
    people     what most people lean on
    lifelines  what hospitals, rescue and drinking water lean on, then other lifelines, then the rest
    centrality what most of the shortest ways through its network pass, within a trade
    distance   what the crew reaches soonest from its depot, over the roads as they are
    zone       what stands in the districts of a list of the planner's, then the rest
    list       in the order of a list of the planner's, then in the order of the calls
    """

    CAPACITY = "capacity"
    PEOPLE = "people"
    LIFELINES = "lifelines"
    CENTRALITY = "centrality"
    DISTANCE = "distance"
    ZONE = "zone"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class CrewPolicy:
    """How waiting jobs are put in order; `listed` are the ids of a planner's list, first one first.

    `priority` None leaves the order to each depot. `zones` are districts, first one first. `count` is how many crews of
    a trade the whole town has, dealt out over its depots in turn; a trade that is not named there stays as it is.
    """

    priority: Priority | None = Priority.LIFELINES
    listed: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    count: Mapping[Trade, int] = field(default_factory=lambda: MappingProxyType({}))


def trade_of(kind: str, domain: Domain) -> Trade:
    """The trade that repairs a component: the one its type names, or else that of its sub-system."""
    found = registry()
    return found.types[kind].trade or found.subsystems[domain].trade or found.trade_of_buildings


def trade_at(broken: str, city: City) -> Trade:
    """The trade that repairs a component or link of a city. Raises `KeyError` for what is neither."""
    component = city.components.get(broken)
    if component is not None:
        return trade_of(component.kind, component.domain)
    return registry().links[city.links[broken].kind].trade


def repair_class(kind: str) -> RepairClass:
    """The distribution of the work on a component of this kind (empty: a link)."""
    return registry().types[kind].repair if kind else OTHER_REPAIR
