"""Checks over the whole city: do the things that name each other exist, and do they fit together?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from simulator.city.draft import CityDraft
from simulator.city.suggester import Suggester
from simulator.city.where import Where
from simulator.contracts.component import Component, Domain
from simulator.contracts.entries import FROM_NETWORK_FILES
from simulator.contracts.kinds import KINDS, MEASURES
from simulator.contracts.link import Link, LinkKind
from simulator.contracts.problem import Problem

CITY = "city"
"""The subject of a level that is owed to the whole town."""

SOURCES: dict[LinkKind, tuple[str, ...]] = {
    LinkKind.POWER: ("bus", "generator"),
    LinkKind.WATER: ("junction",),
    LinkKind.ROAD: ("road-node",),
    LinkKind.CONTROL: ("network-control", "waterworks", "traffic-control-centre", "rescue-dispatch", "service"),
}
"""The kinds of component that can give what a link carries, because their domain says when they can."""

ICT_NODES = ("server", "router", "switch", "radio-site", "gateway")

Known = Callable[[str], bool]
"""Whether an id may be named: it exists, or a mistake told elsewhere hides it."""


def check_links(
    links: Iterable[Link], components: Mapping[str, Component], known: Known, where: Where
) -> list[Problem]:
    """Ends that do not exist, or are of a kind that cannot give what the link carries."""
    problems: list[Problem] = []
    suggester = Suggester(components)
    for link in links:
        for end, name in (("source", link.source), ("target", link.target)):
            if name not in components and not known(name):
                mend = suggester.mend(name, "name a component of this city (stadtwerk city show)")
                problems.append(where.problem("links", link.id, end, f"there is no component {name!r}", mend))
        if link.source == link.target:
            what = f"the link leads from {link.source!r} to itself"
            problems.append(where.problem("links", link.id, "target", what, "name another target"))
        source, target = components.get(link.source), components.get(link.target)
        allowed = SOURCES.get(link.kind)
        if source is not None and allowed and source.kind not in allowed:
            what = f"a {source.kind} cannot give {link.kind}"
            mend = f"start a {link.kind} link at a {' or '.join(allowed)}"
            problems.append(where.problem("links", link.id, "source", what, mend))
        if link.kind == LinkKind.DATA and source and target and not {source.kind, target.kind} & set(ICT_NODES):
            what = f"neither {source.id!r} nor {target.id!r} is an ICT node"
            mend = f"start or end a data link at a {', '.join(ICT_NODES)}"
            problems.append(where.problem("links", link.id, "source", what, mend))
    return problems


def check_control_paths(links: Iterable[Link], components: Mapping[str, Component], where: Where) -> list[Problem]:
    """Control links without any way of data links between their ends. A city without data links is not asked.

    Only ICT nodes forward messages; a service sits on the servers of its cluster.
    """
    links = tuple(links)
    root: dict[str, str] = {}
    beside: dict[str, set[str]] = {}

    def find(name: str) -> str:
        while (up := root.setdefault(name, name)) != name:
            root[name] = root[up]
            name = up
        return name

    def forwards(name: str) -> bool:
        return name in components and components[name].kind in ICT_NODES

    for link in links:
        if link.kind == LinkKind.DATA:
            if forwards(link.source) and forwards(link.target):
                root[find(link.source)] = find(link.target)
            beside.setdefault(link.source, set()).add(link.target)
            beside.setdefault(link.target, set()).add(link.source)
    servers: dict[str, list[str]] = {}
    for component in components.values():
        if component.kind == "server":
            servers.setdefault(component.text("cluster"), []).append(component.id)

    def reach(name: str) -> set[str]:
        component = components.get(name)
        if component is not None and component.kind == "service":
            return {find(server) for server in servers.get(component.text("cluster"), ())}
        if forwards(name):
            return {find(name)}
        return {find(node) for node in beside.get(name, ()) if forwards(node)}

    problems = []
    for link in links if beside else ():
        ends_known = link.source in components and link.target in components
        if link.kind == LinkKind.CONTROL and ends_known and not reach(link.source) & reach(link.target):
            what = f"no data links lead from {link.source!r} to {link.target!r}"
            problems.append(where.problem("links", link.id, "source", what, "connect both to the ICT network"))
    return problems


def check_districts(draft: CityDraft, components: Iterable[Component], known: Known, where: Where) -> list[Problem]:
    """Districts without people, and components in districts that do not exist."""
    problems: list[Problem] = []
    names = {district.id for district in draft.districts}
    for district in draft.districts:
        if district.people is not None and district.people <= 0:
            what = f"{district.people} people cannot live in {district.id!r}"
            problems.append(
                where.problem("districts", district.id, "people", what, "give a number above 0, or leave it out")
            )
        if district.id == CITY:
            what = f"the id {CITY!r} stands for the whole town"
            problems.append(where.problem("districts", district.id, "id", what, "rename the district"))
    suggester = Suggester(names)
    for component in components:
        if component.district and component.district not in names and not known("districts"):
            section = "overrides" if component.network_id else "components"
            what = f"there is no district {component.district!r}"
            mend = suggester.mend(component.district, "name a district of the GeoJSON file, or leave it out")
            problems.append(where.problem(section, component.id, "district", what, mend))
    return problems


def check_levels(draft: CityDraft, components: Mapping[str, Component], known: Known, where: Where) -> list[Problem]:
    """Levels whose subject does not exist or does not fit their measure, or that nobody leans on."""
    problems: list[Problem] = []
    districts = {district.id for district in draft.districts}
    suggester = Suggester([CITY, *districts, *(c.id for c in components.values() if c.domain == Domain.LIFELINE)])
    for level in draft.levels:
        fits = MEASURES[level.measure].subject.split("|")
        is_a = [
            name
            for name, yes in (
                (CITY, level.subject == CITY),
                ("district", level.subject in districts),
                ("component", level.subject in components),
            )
            if yes
        ]
        if not is_a and not known(level.subject) and not ("district" in fits and known("districts")):
            what = f"there is no {' or '.join(fits)} {level.subject!r}"
            mend = suggester.mend(level.subject, f"name a {' or '.join(fits)} of this city")
            problems.append(where.problem("levels", level.id, "subject", what, mend))
        elif is_a and not set(is_a) & set(fits):
            what = f"{level.measure} is not measured for a {is_a[0]}"
            problems.append(where.problem("levels", level.id, "subject", what, f"name a {' or '.join(fits)}"))
        elif is_a and "component" in is_a and not level.people and not set(is_a) - {"component"}:
            what = "it is not said how many people lean on it"
            problems.append(where.problem("levels", level.id, "people", what, "add people: and a number above 0"))
    return problems


def check_sensors(draft: CityDraft, components: Mapping[str, Component], known: Known, where: Where) -> list[Problem]:
    """Rules that name no component, and sensors without a gateway to report to."""
    problems: list[Problem] = []
    suggester = Suggester(components)
    present = {component.kind for component in components.values()}
    for rule in draft.sensors:
        if rule.kind and rule.kind not in KINDS:
            mend = Suggester(KINDS).mend(rule.kind, "name a kind of component")
            problems.append(where.problem("sensors", rule.id, "kind", f"{rule.kind!r} is no kind of component", mend))
        elif rule.kind and rule.kind not in present and not _may_be_hidden(rule.kind, known):
            what = f"the city has no {rule.kind}"
            problems.append(where.problem("sensors", rule.id, "kind", what, "name another kind, or drop the rule"))
        for name in rule.components:
            if name not in components and not known(name):
                mend = suggester.mend(name, "name a component of this city")
                problems.append(
                    where.problem("sensors", rule.id, "components", f"there is no component {name!r}", mend)
                )
        if "gateway" not in present and not known("components"):
            what = "there is no gateway that its sensors could report to"
            problems.append(where.problem("sensors", rule.id, "", what, "add a component of kind gateway"))
    return problems


def check_networks(draft: CityDraft, unread: Iterable[str], where: Where) -> list[Problem]:
    """A city with neither a network file nor components models nothing."""
    if draft.water or draft.energy or draft.traffic or draft.networks or draft.components or any(True for _ in unread):
        return []
    return [
        where.problem("networks", "", "networks", "the city has no network and no components", "name a network file")
    ]


def check_services(components: Mapping[str, Component], where: Where) -> list[Problem]:
    """Services whose cluster has no server."""
    clusters = {str(c.parameters.get("cluster", "")) for c in components.values() if c.kind == "server"}
    return [
        where.problem(
            "components",
            c.id,
            "parameters.cluster",
            f"no server belongs to the cluster {c.parameters['cluster']!r}",
            Suggester(clusters).mend(str(c.parameters["cluster"]), "add servers with this cluster"),
        )
        for c in components.values()
        if c.kind == "service" and "cluster" in c.parameters and c.parameters["cluster"] not in clusters
    ]


def check_votes(components: Mapping[str, Component], where: Where) -> list[Problem]:
    """Services that ask for more votes than their cluster has servers."""
    problems: list[Problem] = []
    for service in components.values():
        if service.kind == "service":
            votes, cluster = float(service.parameters.get("voting", 0)), service.parameters.get("cluster")
            voters = sum(c.kind == "server" and c.parameters.get("cluster") == cluster for c in components.values())
            if votes > voters or votes != int(votes):
                what = f"{votes:g} of {voters} votes cannot be had"
                mend = f"give a whole number up to {voters}"
                problems.append(where.problem("components", service.id, "parameters.voting", what, mend))
    return problems


def check_depots(
    components: Mapping[str, Component], links: Iterable[Link], known: Known, where: Where
) -> list[Problem]:
    """Planners' lists of depots that name what does not exist."""
    problems: list[Problem] = []
    link_ids = {link.id for link in links}
    for depot in components.values():
        if depot.kind == "depot":
            for name in str(depot.parameters.get("priority_list", "")).replace(",", " ").split():
                if name not in components and name not in link_ids and not known(name):
                    what = f"there is no component or link {name!r}"
                    mend = Suggester(components).mend(name, "name what is to be mended first (stadtwerk city show)")
                    problems.append(where.problem("components", depot.id, "parameters.priority_list", what, mend))
    return problems


def _may_be_hidden(kind: str, known: Known) -> bool:
    return any(kind in kinds and known(f"{kind}-") for kinds in FROM_NETWORK_FILES.values()) or known("components")
