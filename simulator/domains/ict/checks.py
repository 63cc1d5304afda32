"""What the data network asks of a city: ways for its control links, servers for its services."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from simulator.city.suggester import Suggester
from simulator.city.where import Where
from simulator.contracts.component import Component
from simulator.contracts.link import Link
from simulator.contracts.problem import Problem
from simulator.contracts.registry import registry
from simulator.contracts.words import Numeral, Words
from simulator.domains.ict.catalogue import CONTROL, DATA

_ = Words("simulator.domains.ict")


def check_control_paths(links: Iterable[Link], components: Mapping[str, Component], where: Where) -> list[Problem]:
    """Control links without any way of data links between their ends. A city without data links is not asked.

    Only ICT nodes forward messages; a service sits on the servers of its cluster.
    """
    nodes = {name for name, kind in registry().types.items() if DATA in kind.forwards}
    links = tuple(links)
    root: dict[str, str] = {}
    beside: dict[str, set[str]] = {}

    def find(name: str) -> str:
        while (up := root.setdefault(name, name)) != name:
            root[name] = root[up]
            name = up
        return name

    def forwards(name: str) -> bool:
        return name in components and components[name].kind in nodes

    for link in links:
        if link.kind == DATA:
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
        if link.kind == CONTROL and ends_known and not reach(link.source) & reach(link.target):
            what = _("no data links lead from {source} to {target}", source=repr(link.source), target=repr(link.target))
            problems.append(where.problem("links", link.id, "source", what, _("connect both to the ICT network")))
    return problems


def check_services(links: Iterable[Link], components: Mapping[str, Component], where: Where) -> list[Problem]:
    """Services whose cluster has no server."""
    clusters = {str(c.parameters.get("cluster", "")) for c in components.values() if c.kind == "server"}
    return [
        where.problem(
            "components",
            c.id,
            "parameters.cluster",
            _("no server belongs to the cluster {cluster}", cluster=repr(c.parameters["cluster"])),
            Suggester(clusters).fix(str(c.parameters["cluster"]), _("add servers with this cluster")),
        )
        for c in components.values()
        if c.kind == "service" and "cluster" in c.parameters and c.parameters["cluster"] not in clusters
    ]


def check_votes(links: Iterable[Link], components: Mapping[str, Component], where: Where) -> list[Problem]:
    """Services that ask for more votes than their cluster has servers."""
    problems: list[Problem] = []
    for service in components.values():
        if service.kind == "service":
            votes, cluster = float(service.parameters.get("voting", 0)), service.parameters.get("cluster")
            voters = sum(c.kind == "server" and c.parameters.get("cluster") == cluster for c in components.values())
            if votes > voters or votes != int(votes):
                what = _("{votes} of {voters} votes cannot be had", votes=Numeral(f"{votes:g}"), voters=voters)
                fix = _("give a whole number up to {voters}", voters=voters)
                problems.append(where.problem("components", service.id, "parameters.voting", what, fix))
    return problems


def check_witness(links: Iterable[Link], components: Mapping[str, Component], where: Where) -> list[Problem]:
    """Witnesses that are no node of the data network."""
    nodes = [name for name, c in components.items() if DATA in registry().types[c.kind].forwards]
    return [
        where.problem(
            "components",
            service.id,
            "parameters.witness",
            _("{witness} is no node of the data network", witness=repr(witness)),
            Suggester(nodes).fix(witness, _("name a server, router or switch")),
        )
        for service in components.values()
        if service.kind == "service" and (witness := str(service.parameters.get("witness", ""))) not in {"", *nodes}
    ]
