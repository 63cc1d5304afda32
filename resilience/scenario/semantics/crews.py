"""Which waiting job a free crew takes, and whether there is a crew for what is to be mended."""

from __future__ import annotations

from collections.abc import Sequence

from resilience.scenario.fields import Fields
from simulator.contracts.city import City
from simulator.contracts.crews import Priority, crews_of, trade_of, trade_of_link
from simulator.contracts.registry import registry
from simulator.contracts.repair import Trade


def check_crews(top: Fields, city: City | None) -> None:
    """The scenario's own order of jobs."""
    if "crews" not in top:
        return
    item = top.child("crews")
    priority, listed = item.text("priority"), item.texts("list")
    if priority == Priority.LIST and not listed:
        item.wrong("priority", "asks for a list, but there is none", "add list: [ids, in their order]")
    elif listed and priority not in (None, Priority.LIST):
        item.wrong("list", f"is not looked at with priority {priority!r}", "drop it, or write priority: list")
    if city is None:
        return
    for way, name in listed:
        if name not in city.components and name not in city.links:
            known = [*city.components, *city.links]
            item.unknown(way, "component or link", name, known, "stadtwerk city show")


def check_trade(repair: Fields, targets: Sequence[str], depots: Sequence[str], city: City) -> None:
    """The trade asked for, or that of each target, is known at one of the depots."""
    able = {trade for depot in depots if depot in city.components for trade in crews_of(city.components[depot])}
    if Trade.ALL in able:
        return
    asked = repair.text("trade")
    if asked is not None:
        wanted = {asked} & registry().trades.keys()  # of another name the schema says what is wrong
    else:
        wanted = {trade.value for target in targets if (trade := _trade(target, city)) is not None}
    for missing in sorted(wanted - able):
        what = f"no crew of the trade {missing!r} belongs to {' or '.join(depots)}"
        mend = f"write trade: and one of: {', '.join(sorted(able))}" if able else "give the depot crews"
        repair.wrong("trade" if asked is not None else (), what, mend)


def _trade(target: str, city: City) -> Trade | None:
    if target in city.links:
        return trade_of_link(city.links[target].kind)
    component = city.components.get(target)
    return None if component is None else trade_of(component.kind, component.domain)
