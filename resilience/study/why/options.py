"""What might have kept a level: a fault less, or a lack cured, of those that this run shows.

A lack is looked for at what the run's event log names: what lost a supply, stopped, fell back or waited for a crew.
What can be bought of it stands in the catalogue of the thing (`Cure`), as does what a second link is called. An option
is tried at its largest size first; how little of it is enough is then searched for.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from simulator.contracts.city import City
from simulator.contracts.codes import event_codes
from simulator.contracts.component import Component, Value
from simulator.contracts.cure import Cure
from simulator.contracts.event import Event, EventKind, Role
from simulator.contracts.failure import PROTECTION, HazardType
from simulator.contracts.fault import Parameter
from simulator.contracts.link import Link, LinkKind
from simulator.contracts.registry import registry

S_PER_MIN = 60.0
NO_HAZARDS: Mapping[HazardType, Collection[str]] = MappingProxyType({})
_PROTECTIONS = frozenset(parameter.name for parameter in PROTECTION.values())

Change = Mapping[str, Any]
"""What is changed in a city, as a campaign's measure says it: `add` and `set`."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an option is bought: a component, or a link into it. `today` is what stands there, in the cure's unit;
    places of one `group` are of one type, and likely to be alike.
    """

    id: str
    today: float = 0.0
    group: str = ""


@dataclass(frozen=True, slots=True)
class Cured:
    """One cure at some places, up to some size; `size` 0 where it has none but its places (a second link)."""

    option: Option
    places: tuple[Place, ...]
    size: float

    @property
    def change(self) -> Change:
        return self.option.change(self.places, self.size)


@dataclass(frozen=True, slots=True)
class Option:
    """A cure that could be bought at these places, and nowhere twice.

    `name` tells options apart, `cure` None stands for a second link. `kind` is the kind of link that it concerns, or
    `parameter` what of a component. `lines` are the second links by their place.
    """

    name: str
    places: tuple[Place, ...]
    cure: Cure | None = None
    kind: str = ""
    parameter: str = ""
    switch: bool = False
    lines: Mapping[str, Mapping[str, Any]] | None = field(default=None, hash=False, compare=False)

    @property
    def sort(self) -> str:
        """A longer reserve, a second link, or more of what a component has."""
        return "second" if self.cure is None else "reserve" if self.kind else "parameter"

    @property
    def whole(self) -> Cured:
        """Everywhere, as much as can be bought."""
        return Cured(self, self.places, 0.0 if self.cure is None else self.cure.most)

    @property
    def steps(self) -> tuple[int, int]:
        """The sizes that are searched, in steps of the cure: the first is no more than what stands there today."""
        if self.cure is None:
            return 0, 0
        least = 0.0 if self.cure.added else min((place.today for place in self.places), default=0.0)
        return math.floor(least / self.cure.step + 1e-9), round(self.cure.most / self.cure.step)

    def size(self, step: int) -> float:
        return 0.0 if self.cure is None else round(step * self.cure.step, 9)

    def at(self, places: Iterable[Place]) -> Option:
        return replace(self, places=tuple(places))

    def change(self, places: Sequence[Place], size: float) -> Change:
        """What a city is changed by. A place that has more already keeps it."""
        if self.cure is None:
            return {"add": {"links": [dict((self.lines or {})[place.id]) for place in places]}}
        settings = []
        for place in places:
            value = place.today + size if self.cure.added else max(place.today, size)
            if self.kind:
                settings.append({"link": place.id, "autonomy_min": value})
                continue
            worth: Value = size > 0 if self.switch else value
            also = dict.fromkeys(self.cure.also, worth)
            settings.append({"component": place.id, "parameters": {self.parameter: worth, **also}})
        return {"set": settings}


def merged(changes: Iterable[Change]) -> Change:
    """Several changes as one. What two of them set of the same thing is set as the later says."""
    add: dict[str, list[Any]] = {}
    settings: list[Any] = []
    for change in changes:
        for part, entries in change.get("add", {}).items():
            add.setdefault(part, []).extend(entries)
        settings += change.get("set", ())
    return {**({"add": add} if add else {}), **({"set": settings} if settings else {})}


def recognised(change: Change, found: Sequence[Option]) -> tuple[Cured, ...] | None:
    """The cures that a change stands for, where it is made of nothing but these options, each with one size."""
    added = {str(line["id"]) for line in change.get("add", {}).get("links", ())}
    links = {
        str(one["link"]): float(one["autonomy_min"])
        for one in change.get("set", ())
        if {"link", "autonomy_min"} <= one.keys()
    }
    numbers = {
        (str(one["component"]), name): float(value)
        for one in change.get("set", ())
        for name, value in one.get("parameters", {}).items()
        if "component" in one and not isinstance(value, str)
    }
    cures: list[Cured] = []
    for option in found:
        if option.cure is None:
            sizes = {place: 0.0 for place in option.places if str((option.lines or {})[place.id]["id"]) in added}
        else:
            values = {
                place: links.get(place.id) if option.kind else numbers.get((place.id, option.parameter))
                for place in option.places
            }
            sizes = {
                place: value - place.today if option.cure.added else value
                for place, value in values.items()
                if value is not None
            }
        if sizes:
            cures.append(Cured(option, tuple(sizes), round(max(sizes.values()), 9)))
    return tuple(cures) if _parts(merged(cured.change for cured in cures)) == _parts(change) else None


def _parts(change: Change) -> tuple[list[str], list[str]]:
    """A change in a form in which two that say the same are equal."""
    added = sorted(str(line["id"]) for line in change.get("add", {}).get("links", ()))
    if change.get("add", {}).get("components"):
        added.append("components")
    plain = [
        {**one, **({"autonomy_min": float(one["autonomy_min"])} if "autonomy_min" in one else {})}
        for one in change.get("set", ())
    ]
    for one in plain:
        if "parameters" in one:
            one["parameters"] = {name: v if isinstance(v, str) else float(v) for name, v in one["parameters"].items()}
    return added, sorted(json.dumps(one, sort_keys=True) for one in plain)


def options(
    city: City,
    events: Sequence[Event],
    subjects: Iterable[str] = (),
    hazards: Mapping[HazardType, Collection[str]] = NO_HAZARDS,
) -> tuple[Option, ...]:
    """All that could be bought where this run shows a lack, in a fixed order.

    `subjects` are components that count as named by the log, such as those whose level is judged. `hazards` are the
    timeline entries by the hazard that they are.
    """
    named = _named(city, events, subjects)
    struck = {
        PROTECTION[hazard].name: {e.subject for e in events if e.kind is EventKind.FAULT and e.after in entries}
        for hazard, entries in hazards.items()
        if hazard in PROTECTION
    }
    found = [*_reserves(city, events), *_seconds(city, events), *_parameters(city, events, named, struck)]
    return tuple(option for option in found if option.places)


def _named(city: City, events: Sequence[Event], subjects: Iterable[str]) -> dict[str, None]:
    """Components of which the log says that something happened to them, in the order in which it does."""
    found: dict[str, None] = dict.fromkeys(name for name in subjects if name in city.components)
    for event in events:
        if event.kind is EventKind.RUN:
            continue
        for name in (event.subject, *_listed(event)):
            link = city.links.get(name)
            for one in (name,) if link is None else (link.source, link.target):
                if one in city.components:
                    found[one] = None
    return found


def _listed(event: Event) -> list[str]:
    """Components that stand in an event's parameters."""
    code = event_codes().get(event.code)
    roles = {} if code is None else code.parameters
    told = [str(value) for name, value in event.params.items() if roles.get(name) in (Role.COMPONENT, Role.COMPONENTS)]
    return [name for names in told for name in names.split()]


def _reserves(city: City, events: Sequence[Event]) -> Iterable[Option]:
    """Longer reserves where there was none, or what there was ran out, for each kind of link that has them."""
    lost = [event.subject for event in events if event.kind is EventKind.SUPPLY_LOST and event.at >= 0]
    used = {event.subject for event in events if event.kind is EventKind.AUTONOMY_USED}
    for kind in registry().links.values():
        if kind.reserve is None:
            continue
        links = [link for name in dict.fromkeys(lost) for link in city.links_into(name, kind.name)]
        links = [link for link in _one_each(links) if link.target in used or not link.autonomy_s]
        places = tuple(Place(link.id, link.autonomy_s / S_PER_MIN, city.components[link.target].kind) for link in links)
        yield Option(f"reserve: {kind.name}", places, kind.reserve, kind.name)


def _one_each(links: Sequence[Link]) -> list[Link]:
    """For each target the link with the longest reserve: it is the one that counts when all are down."""
    best: dict[str, Link] = {}
    for link in links:
        known = best.get(link.target)
        if known is None or (link.autonomy_s, known.id) > (known.autonomy_s, link.id):
            best[link.target] = link
    return list(best.values())


def _seconds(city: City, events: Sequence[Event]) -> Iterable[Option]:
    """Second links into what lost its only one, from the nearest like source that was not out itself."""
    out = {event.subject for event in events if event.kind in (EventKind.STOPPED, EventKind.FAULT)}
    out |= {name for event in events if event.kind is EventKind.NOTE for name in _listed(event)}
    down = [event.subject for event in events if event.kind is EventKind.LINK_DOWN and event.at >= 0]
    for kind in registry().links.values():
        if kind.second is None:
            continue
        lost = {
            link.target: link for link in (city.links.get(name) for name in down) if link and link.kind == kind.name
        }
        lines: dict[str, Mapping[str, Any]] = {}
        for target, link in lost.items():
            source = _other_source(city, link, kind.name, out)
            if source is not None:
                lines[target] = _second(link, source)
        places = tuple(Place(target, group=city.components[target].kind) for target in lines)
        yield Option(f"second: {kind.name}", places, None, kind.name, lines=lines)


def _other_source(city: City, link: Link, kind: LinkKind, out: set[str]) -> Component | None:
    """The nearest component of the source's type that gives this kind of link, is not out, and does not lead there."""
    target, type_of = city.components[link.target], city.components[link.source].kind
    joined = {one.source for one in city.links_into(link.target, kind)} | {link.target}
    giving = {one.source for one in city.links_of_kind(kind)}
    if registry().links[kind].undirected:
        joined |= {one.target for one in city.links_out_of(link.target, kind)}
        giving |= {one.target for one in city.links_of_kind(kind)}
    near = [
        other
        for other in city.of_kind(type_of)
        if other.id in giving and other.id not in out and other.id not in joined
    ]
    return min(near, key=lambda c: (math.hypot(c.x_m - target.x_m, c.y_m - target.y_m), c.id), default=None)


def _second(link: Link, source: Component) -> Mapping[str, Any]:
    return {
        "id": f"second-{link.kind}-{source.id}-{link.target}",
        "kind": str(link.kind),
        "source": source.id,
        "target": link.target,
        "owner": link.owner,
        **({"autonomy_min": link.autonomy_s / S_PER_MIN} if link.autonomy_s else {}),
        **({"latency_ms": link.latency_s * 1000.0} if link.latency_s else {}),
    }


def _parameters(
    city: City, events: Sequence[Event], named: Mapping[str, None], struck: Mapping[str, Collection[str]]
) -> Iterable[Option]:
    """More of what a component has, where its type declares that more helps. Depots count where a crew was called.

    What stands ready against a hazard counts where that has `struck`, by the name of the parameter.
    """
    at = list(named)
    if any(event.kind is EventKind.CREW for event in events):
        at += [depot.id for depot in city.of_kind(*registry().depots) if depot.id not in named]
    by_type: dict[str, list[str]] = {}
    for name in at:
        by_type.setdefault(city.components[name].kind, []).append(name)
    for kind in sorted(by_type):
        for parameter in registry().types[kind].parameters:
            if parameter.cure is not None:
                names = by_type[kind]
                if parameter.name in _PROTECTIONS:
                    names = [name for name in names if name in struck.get(parameter.name, ())]
                yield _of_parameter(city, kind, parameter, parameter.cure, names)


def _of_parameter(city: City, kind: str, parameter: Parameter, cure: Cure, names: Sequence[str]) -> Option:
    switch = isinstance(parameter.default, bool)
    places = []
    for name in names:
        value = city.components[name].parameters.get(parameter.name, parameter.default)
        if value is not None and not isinstance(value, str) and not (switch and value):
            places.append(Place(name, float(value)))
    return Option(f"{kind}: {parameter.name}", tuple(places), cure, parameter=parameter.name, switch=switch)
