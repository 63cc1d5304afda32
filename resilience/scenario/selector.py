"""Which components and links a timeline entry means: all that match, or some of them drawn from the run's seed."""

from __future__ import annotations

from dataclasses import replace

from resilience.scenario.disruption import found_in
from resilience.scenario.draws.cases import Stream, drawn, exposed, still_exposed, with_cases
from resilience.scenario.scenario import Scenario, Selector, TimelineEntry
from simulator.contracts.city import City
from simulator.contracts.link import Link, LinkKind
from simulator.contracts.registry import registry

OF_COMPONENTS = ("kind", "domain", "maker", "model", "firmware")
"""Fields of a selector that mean components only."""


def matching(selector: Selector, fault: str, city: City) -> tuple[str, ...]:
    """Every component and link that matches and can break in this way, in the city's order, components first."""
    found: list[str] = []
    if selector.link_kind is None and not selector.between and not selector.isolated:
        found += _components(selector, fault, city)
    if not any(getattr(selector, name) for name in OF_COMPONENTS):
        found += [link.id for link in city.links.values() if _is_meant(link, selector, fault, city)]
    return tuple(found)


def _components(selector: Selector, fault: str, city: City) -> list[str]:
    wanted = {name: value for name in (*OF_COMPONENTS, "district", "owner") if (value := getattr(selector, name))}
    able = {kind for kind, points in registry().faults_of_type.items() if fault in [point.name for point in points]}
    of_sensors = fault in [point.name for point in registry().sensor_faults]
    return [
        component.id
        for component in city.components.values()
        if component.kind in able
        and (not of_sensors or city.measured_at(component.id))
        and selector.trench in ("", *component.trenches)
        and all(getattr(component, name) == value for name, value in wanted.items())
    ]


def _is_meant(link: Link, selector: Selector, fault: str, city: City) -> bool:
    ends = (_district(link.source, city), _district(link.target, city))
    return (
        fault in [point.name for point in registry().links[link.kind].faults]
        and selector.link_kind in (None, link.kind)
        and selector.owner in ("", link.owner)
        and selector.trench in ("", *link.trenches)
        and (not selector.district or selector.district in ends)
        and (not selector.between or joins(link, selector.between, city))
        and (not selector.isolated or (ends[0] == selector.isolated) != (ends[1] == selector.isolated))
        and (not selector.link_kinds or link.kind in selector.link_kinds)
    )


def joins(link: Link, between: tuple[str, ...], city: City) -> bool:
    """Whether a link joins two places, each a component or a district: it leads from one to the other.

    A component that is named stands for itself, not for the district that it stands in. What lies inside a district
    joins it to nothing. Neither does a link of a node that only stands there and passes on what other districts send,
    such as a core router: it is meant where it is named itself.
    """
    if between[0] == between[1]:
        return False
    here, there = link.source, link.target
    return any(
        _stands_for(place, here, between, link.kind, city) and _stands_for(other, there, between, link.kind, city)
        for place, other in (between, between[::-1])
    )


def _stands_for(place: str, end: str, between: tuple[str, ...], kind: LinkKind, city: City) -> bool:
    if end in between or place not in city.districts:
        return end == place
    return _district(end, city) == place and not passes_through(end, kind, city)


def passes_through(node: str, kind: LinkKind, city: City) -> bool:
    """Whether a node passes on what others send through its district: two or more links of a graph leave it there."""
    of = registry().links[kind]
    if not of.undirected or node not in city.components:
        return False
    if kind not in registry().types[city.components[node].kind].forwards:
        return False
    home = _district(node, city)
    links = (*city.links_out_of(node, kind), *city.links_into(node, kind))
    far = {link.target if link.source == node else link.source for link in links}
    return sum(_district(one, city) != home for one in far) >= 2


def left_out(selector: Selector, fault: str, city: City) -> tuple[str, ...]:
    """Links that touch both places of `between`, and that it does not mean all the same: see `joins`."""

    def touches(place: str, link: Link) -> bool:
        return any(place in (end, _district(end, city)) for end in (link.source, link.target))

    plain = replace(selector, between=())
    return tuple(
        link.id
        for link in city.links.values()
        if selector.between
        and _is_meant(link, plain, fault, city)
        and all(touches(place, link) for place in selector.between)
        and not joins(link, selector.between, city)
    )


def _district(end: str, city: City) -> str:
    component = city.components.get(end)
    return "" if component is None else component.district


def expand(entry: TimelineEntry, scenario: str, city: City, stream: Stream) -> tuple[str, ...]:
    """The targets of one entry, in the city's order.

    A draw depends on (seed, scenario id, entry id) alone: another entry, or another order of entries, changes nothing.
    Raises `ValueError` if fewer components match than are to be drawn.
    """
    if entry.selector is None:
        return entry.targets
    found = matching(entry.selector, entry.fault, city)
    wanted = entry.selector.random
    if wanted is None:
        return found
    if wanted > len(found):
        raise ValueError(f"timeline entry {entry.id!r} is to draw {wanted} of {len(found)} components")
    drawn = stream(f"scenario/{scenario}", f"select/{entry.id}").choice(len(found), size=wanted, replace=False)
    return tuple(found[i] for i in sorted(int(i) for i in drawn))


def meant(entry: TimelineEntry, city: City) -> tuple[str, ...] | None:
    """The components among which a draw takes place, None for all; with a selector those that match."""
    if entry.selector is None:
        return entry.targets or None
    faults = (
        [entry.fault] if entry.fault else [point.name for kind in registry().types.values() for point in kind.faults]
    )
    return tuple(dict.fromkeys(name for fault in faults for name in matching(entry.selector, fault, city)))


def draw(entry: TimelineEntry, scenario: Scenario, city: City, stream: Stream) -> TimelineEntry:
    """The entry with the cases that its hazard or wear comes to under this seed."""
    run = scenario.run
    end_s = run.duration_s if run.heal_by_s is None else run.heal_by_s
    exposures = exposed(entry, city, run.start.year, meant(entry, city))
    return with_cases(entry, drawn(entry, exposures, scenario.id, end_s, stream))


def _resolved(entry: TimelineEntry, scenario: Scenario, city: City, stream: Stream) -> TimelineEntry:
    if entry.is_drawn:
        return draw(entry, scenario, city, stream) if entry.cases is None else still_exposed(entry, city)
    if entry.disruption is not None:
        found = found_in(entry, city)
        return replace(with_cases(entry, found.cases), left_out=found.left_out)
    return replace(entry, targets=expand(entry, scenario.id, city, stream), selector=None)


def resolve(scenario: Scenario, city: City, stream: Stream) -> Scenario:
    """The scenario with every selector replaced by the targets it means, and every draw by what it came to."""
    timeline = tuple(_resolved(entry, scenario, city, stream) for entry in scenario.timeline)
    return replace(scenario, timeline=timeline)
