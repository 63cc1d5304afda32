"""Which components and links a timeline entry means: all that match, or some of them drawn from the run's seed."""

from __future__ import annotations

from dataclasses import replace

from resilience.scenario.draws.cases import Stream, drawn, exposed, with_cases
from resilience.scenario.scenario import Scenario, Selector, TimelineEntry
from simulator.contracts.city import City
from simulator.contracts.link import Link
from simulator.contracts.registry import registry

OF_COMPONENTS = ("kind", "domain", "maker", "model", "firmware")
"""Fields of a selector that mean components only."""


def matching(selector: Selector, fault: str, city: City) -> tuple[str, ...]:
    """Every component and link that matches and can break in this way, in the city's order, components first."""
    found: list[str] = []
    if selector.link_kind is None and not selector.between:
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
    at_ends = [_places(end, city) for end in (link.source, link.target)]
    between = selector.between
    return (
        fault in [point.name for point in registry().links[link.kind].faults]
        and selector.link_kind in (None, link.kind)
        and selector.owner in ("", link.owner)
        and selector.trench in ("", *link.trenches)
        and (not selector.district or any(selector.district in places for places in at_ends))
        and (not between or any(a in at_ends[0] and b in at_ends[1] for a, b in (between, between[::-1])))
    )


def _places(end: str, city: City) -> tuple[str, ...]:
    """What an end of a link may be called: the component, and its district."""
    component = city.components.get(end)
    return (end,) if component is None or not component.district else (end, component.district)


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


def resolve(scenario: Scenario, city: City, stream: Stream) -> Scenario:
    """The scenario with every selector replaced by the targets it means, and every draw by what it came to."""
    timeline = tuple(
        (draw(entry, scenario, city, stream) if entry.cases is None else entry)
        if entry.is_drawn
        else replace(entry, targets=expand(entry, scenario.id, city, stream), selector=None)
        for entry in scenario.timeline
    )
    return replace(scenario, timeline=timeline)
