"""Whether much less than a cure would do as well: half of the size, and half of the places.

A probe, not a search: a cure that is the smallest, or nearly, passes it in up to three runs. One that was declared by
hand for good measure does not.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from resilience.words.changes import chosen_components, chosen_links
from simulator.contracts.city import City
from simulator.contracts.component import Component, Value
from simulator.contracts.registry import registry

S_PER_MIN = 60.0


@dataclass(frozen=True, slots=True)
class _Part:
    """What one place gets: `add` names the table of the new row, empty for something that is set."""

    entry: Mapping[str, Any]
    add: str = ""


def lesser(change: Mapping[str, Any], city: City) -> tuple[Mapping[str, Any], ...]:
    """Changes that are about half of this one, each of which would have to be too little if it is the smallest.

    First every size halfway to what stands there today, then each half of the places. None where new components are
    part of it: without one of them the rest may make no city.
    """
    if change.get("add", {}).get("components"):
        return ()
    parts = [_Part(row, "links") for row in change.get("add", {}).get("links", ())]
    parts += [_Part(entry) for entry in _singly(change.get("set", ()), city)]
    halved = [_Part(_halfway(part.entry, city), part.add) if not part.add else part for part in parts]
    found = [halved] if halved != parts else []
    if len(parts) > 1:
        middle = len(parts) // 2
        found += [parts[:middle], parts[middle:]]
    return tuple(_change(some) for some in found)


def _singly(entries: Iterable[Mapping[str, Any]], city: City) -> Iterable[Mapping[str, Any]]:
    """Entries that name one place each; later ones have the last word. A place that gets nothing new is left out."""
    links: dict[str, dict[str, Any]] = {}
    components: dict[str, dict[str, Value]] = {}
    for entry in entries:
        values = {name: value for name, value in entry.items() if name not in ("link", "links")}
        for link in chosen_links(entry, city):
            links.setdefault(link.id, {}).update(values)
        for component in chosen_components(entry, city):
            components.setdefault(component.id, {}).update(entry.get("parameters", {}))
    for name, values in links.items():
        if values.get("autonomy_min") != city.links[name].autonomy_s / S_PER_MIN or len(values) > 1:
            yield {"link": name, **values}
    for name, parameters in components.items():
        if any(_today(city.components[name], one) != value for one, value in parameters.items()):
            yield {"component": name, "parameters": parameters}


def _halfway(entry: Mapping[str, Any], city: City) -> Mapping[str, Any]:
    if "component" in entry:
        component = city.components[entry["component"]]
        given = {name: _between(component, name, value) for name, value in entry["parameters"].items()}
        return {"component": component.id, "parameters": given}
    if "autonomy_min" not in entry:
        return entry
    today = city.links[entry["link"]].autonomy_s / S_PER_MIN
    return {**entry, "autonomy_min": math.floor((today + float(entry["autonomy_min"])) / 2)}


def _between(component: Component, name: str, value: Value) -> Value:
    """Halfway, in whole steps of the cure; what cannot be halved stays."""
    today = _today(component, name)
    if isinstance(value, bool | str) or isinstance(today, bool | str) or today is None:
        return value
    cure = next((p.cure for p in registry().types[component.kind].parameters if p.name == name), None)
    step = 1.0 if cure is None else cure.step
    half = today + math.floor((value - today) / 2 / step) * step
    return round(half, 9) if half < value else value


def _today(component: Component, name: str) -> Value | None:
    default = next((p.default for p in registry().types[component.kind].parameters if p.name == name), None)
    return component.parameters.get(name, default)


def _change(parts: Sequence[_Part]) -> Mapping[str, Any]:
    rows, settings = [part.entry for part in parts if part.add], [part.entry for part in parts if not part.add]
    return {**({"add": {"links": rows}} if rows else {}), **({"set": settings} if settings else {})}
