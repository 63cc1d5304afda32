"""How far the approximate figures of one sub-system reach: which levels lean on them, and when.

They are followed along the links of the city. A network leans on another one if anything in it does over a link that
stops it or passes losses on; a component leans on a network that feeds it, and on the component that does. This is
bounded in four ways: a link with a reserve of its own (a battery, a tank) is leant on only once that would be used up;
where several links of a kind lead to a component, only while all of them are uncertain; over other kinds of links, as
road access, only the level at their very end leans; and only while the figures are approximate: what a wrong figure
leaves behind (a tank that is emptier afterwards) is not followed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from simulator.contracts.catalogue import LinkType
from simulator.contracts.city import City
from simulator.contracts.component import Domain
from simulator.contracts.level import ServiceLevel
from simulator.contracts.link import Link
from simulator.contracts.registry import registry
from simulator.contracts.ticks import to_ticks

Spans = tuple[tuple[int, int], ...]
"""Stretches of time in ticks, apart from each other and in their order."""


def united(*many: Iterable[tuple[int, int]]) -> Spans:
    """When any of them is."""
    found: list[tuple[int, int]] = []
    for begin, end in sorted(one for spans in many for one in spans):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((begin, end))
    return tuple(found)


def common(one: Spans, other: Spans) -> Spans:
    """When both are."""
    pairs = ((max(a, c), min(b, d)) for a, b in one for c, d in other)
    return united((begin, end) for begin, end in pairs if begin < end)


def outlasting(spans: Spans, reserve: int) -> Spans:
    """What is left of each stretch after a reserve (ticks) that is full when it begins."""
    return tuple((begin + reserve, end) for begin, end in spans if begin + reserve < end)


def leaning(rough: Mapping[str, Spans], city: City) -> dict[str, Spans]:
    """When each level leans on approximate figures. `rough` says when those of a sub-system (by name) are."""
    networks = {Domain(name): spans for name, spans in rough.items()}
    things: dict[str, Spans] = {}
    solved = _networks()
    while True:
        before = (dict(networks), dict(things))
        for name, component in city.components.items():
            if spans := _over(name, city, networks, things, hard=True):
                things[name] = united(things.get(name, ()), spans)
                if component.domain in solved:
                    networks[component.domain] = united(networks.get(component.domain, ()), spans)
        if (networks, things) == before:
            break
    return {level.id: spans for level in city.levels.values() if (spans := _of_level(level, city, networks, things))}


def _networks() -> frozenset[Domain]:
    """The sub-systems that are solved as a whole: what is wrong at one place is wrong at all."""
    return frozenset(domain for domain, of in registry().subsystems.items() if of.engine)


def _over(name: str, city: City, networks: Mapping[Domain, Spans], things: Mapping[str, Spans], hard: bool) -> Spans:
    """When a component leans on what feeds it; `hard`: over links alone that stop it or pass losses on."""
    found: list[Spans] = []
    links = sorted(city.links_into(name), key=lambda link: link.kind)
    for kind, several in groupby(links, key=lambda link: link.kind):
        of = registry().links[kind]
        if hard and not (of.stops_target or of.passes_loss):
            continue
        each = [outlasting(_of_source(link, of, city, networks, things), to_ticks(link.autonomy_s)) for link in several]
        of_kind = each[0]
        for one in each[1:]:
            of_kind = common(of_kind, one)
        found.append(of_kind)
    return united(*found)


def _of_source(
    link: Link, of: LinkType, city: City, networks: Mapping[Domain, Spans], things: Mapping[str, Spans]
) -> Spans:
    """When what a link brings is uncertain: with its source, and with the network that the source is a place of. An
    emergency generator is none of the grid."""
    own = things.get(link.source, ())
    source = city.components.get(link.source)
    of_network = of.undirected or of.needs_path or source is None or registry().types[source.kind].network_part
    return united(own, networks.get(of.carrier, ())) if of_network else own


def _of_level(level: ServiceLevel, city: City, networks: Mapping[Domain, Spans], things: Mapping[str, Spans]) -> Spans:
    domain = registry().measures[level.measure].domain
    spans = networks.get(domain, ())
    for name in _behind(level, city, domain):
        spans = united(spans, things.get(name, ()), _over(name, city, networks, things, hard=False))
    return spans


def _behind(level: ServiceLevel, city: City, domain: Domain) -> Sequence[str]:
    """The components whose service a level is: its own, or those that serve the district, or the town, by it."""
    if level.subject in city.components:
        return (level.subject,)
    if domain in _networks():
        return ()
    kinds = {
        kind.name
        for of in registry().catalogues.values()
        if any(measure.name == level.measure for measure in of.measures)
        for kind in of.types
    }
    serving = (one for one in city.components.values() if one.kind in kinds)
    return [one.id for one in serving if level.subject not in city.districts or one.district == level.subject]
