"""The network files a city names, and their elements on the city's map."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np

from simulator.city.components import NetworkElement, network_component
from simulator.city.draft import CityDraft, NetworkRef, Override, RoadRef
from simulator.city.files import NoFile, resolve
from simulator.city.where import Where
from simulator.contracts.city import RoadFiles
from simulator.contracts.component import Component
from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.registry import named, registry
from simulator.contracts.words import Text, Words
from simulator.domains.energy.catalogue import DOMAIN as ENERGY_DOMAIN
from simulator.domains.traffic.catalogue import DOMAIN as TRAFFIC_DOMAIN
from simulator.domains.water.catalogue import DOMAIN as WATER_DOMAIN

_ = Words("simulator.city")

NO_OVERRIDE = Override()


@dataclass
class Networks:
    """The elements of all network files as components, and what each serves.

    `weights` is an element's share in serving people (m3/s of demand of a junction, W of a bus); `ends` the component
    ids that a line-like element joins, where both are components of the city. `files` are those of catalogues.
    """

    water_file: Path | None = None
    water_hours: Path | None = None
    power_file: Path | None = None
    road_files: RoadFiles | None = None
    files: dict[str, Path] = field(default_factory=dict)
    components: dict[str, Component] = field(default_factory=dict)
    weights: dict[str, float] = field(default_factory=dict)
    ends: dict[str, tuple[str, str]] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)


def read_networks(
    folder: Path, draft: CityDraft, where: Where, unread: Iterable[str] = ()
) -> tuple[Networks, list[Problem]]:
    """Read every network file that the draft names. Files with problems are left out and their domain is `unread`.

    `unread` are domains whose entry in city.yaml is broken already.
    """
    networks = Networks(unread=set(unread))
    problems: list[Problem] = []
    if draft.water is not None:
        path = _file(folder, WATER_DOMAIN, "file", draft.water.file, where, problems, networks)
        if path is not None:
            from simulator.city.water_file import read_water_elements

            networks.water_file = path
            if draft.water.hours:
                networks.water_hours = _file(
                    folder, WATER_DOMAIN, "hours", draft.water.hours, where, problems, networks
                )
            _add(networks, WATER_DOMAIN, lambda: read_water_elements(path), draft.water, draft, where, problems)
    if draft.energy is not None:
        power = _file(folder, ENERGY_DOMAIN, "file", draft.energy.file, where, problems, networks)
        if power is not None:
            from simulator.city.power_file import read_power_elements

            networks.power_file = power
            _add(networks, ENERGY_DOMAIN, lambda: read_power_elements(power), draft.energy, draft, where, problems)
    if draft.traffic is not None:
        _roads(folder, draft.traffic, draft, where, problems, networks)
    for name, reference in draft.networks.items():
        found = _file(folder, name, "file", reference.file, where, problems, networks)
        if found is not None:
            networks.files[name] = found
            _add(
                networks, name, partial(named(registry().networks[name].read), found), reference, draft, where, problems
            )
    for name in draft.overrides:
        if name not in networks.components and not networks.unread:
            problems.append(_unknown_override(name, networks, where))
    return networks, problems


def _roads(
    folder: Path, road: RoadRef, draft: CityDraft, where: Where, problems: list[Problem], networks: Networks
) -> None:
    nodes = _file(folder, TRAFFIC_DOMAIN, "nodes", road.nodes, where, problems, networks)
    links = _file(folder, TRAFFIC_DOMAIN, "links", road.links, where, problems, networks)
    demand = _file(folder, TRAFFIC_DOMAIN, "demand", road.demand, where, problems, networks) if road.demand else None
    if nodes is None or links is None or (demand is None and road.demand):
        return
    from simulator.city.road_file import read_road_elements

    files = RoadFiles(nodes, links, demand)
    networks.road_files = files
    _add(networks, TRAFFIC_DOMAIN, lambda: read_road_elements(files), road, draft, where, problems)


def _file(
    folder: Path, domain: str, name: str, reference: str, where: Where, problems: list[Problem], networks: Networks
) -> Path | None:
    try:
        return resolve(folder, reference)
    except NoFile as error:
        problems.append(where.problem("networks", domain, name, error.what, error.fix))
        networks.unread.add(domain)
        return None


def _add(
    networks: Networks,
    domain: str,
    read: Callable[[], tuple[NetworkElement, ...]],
    reference: NetworkRef | RoadRef,
    draft: CityDraft,
    where: Where,
    problems: list[Problem],
) -> None:
    try:
        elements = read()
    except BadInput as error:
        problems.extend(error.problems)
        networks.unread.add(domain)
        return
    if not elements:
        problems.append(where.problem("networks", domain, "", _("the network file is empty"), _("name another file")))
        networks.unread.add(domain)
        return
    x_m, y_m = reference.frame.to_map(
        np.array([element.x for element in elements], dtype=np.float64),
        np.array([element.y for element in elements], dtype=np.float64),
    )
    nodes: dict[str, str] = {}
    for element, x, y in zip(elements, x_m.tolist(), y_m.tolist(), strict=True):
        name = element.component_id
        known = draft.overrides.get(name, NO_OVERRIDE)
        if name in networks.components:
            what = _(
                "the network file has {kind} {network_id} twice", kind=element.kind, network_id=repr(element.network_id)
            )
            problems.append(where.problem("networks", domain, "file", what, _("rename one of the two in the file")))
            continue

        def report(field_name: str, what: Text, fix: Text, name: str = name) -> None:
            if name in draft.overrides:
                problems.append(where.problem("overrides", name, field_name, what, fix))
            else:
                problems.append(
                    where.problem(
                        "networks",
                        domain,
                        "",
                        _("{name}: {field_name} {what}", name=name, field_name=field_name, what=what),
                        fix,
                    )
                )

        component = network_component(element, x, y, reference, known, report)
        if not (math.isfinite(component.x_m) and math.isfinite(component.y_m)):
            report("x_m", _("has no coordinates"), _("give them in the network file, or x_m and y_m in overrides:"))
        networks.components[name] = component
        if element.weight:
            networks.weights[name] = element.weight
        if element.ends is None:
            nodes[element.network_id] = name
    _join(elements, nodes, networks)


def _join(elements: tuple[NetworkElement, ...], nodes: Mapping[str, str], networks: Networks) -> None:
    """Note what each line-like element joins; one without a length in its file is as long as it is drawn."""
    for element in elements:
        if element.ends is not None:
            start, end = nodes.get(element.ends[0]), nodes.get(element.ends[1])
            if start is not None and end is not None:
                name = element.component_id
                networks.ends[name] = (start, end)
                if not element.length_m:
                    a, b = networks.components[start], networks.components[end]
                    straight_m = round(math.hypot(a.x_m - b.x_m, a.y_m - b.y_m), 1)
                    networks.components[name] = replace(networks.components[name], length_m=straight_m)


def _unknown_override(name: str, networks: Networks, where: Where) -> Problem:
    from simulator.city.suggester import Suggester

    fix = Suggester(networks.components).fix(name, _("name an element of a network file as kind-id"))
    return where.problem("overrides", name, "", _("is no element of a network file"), fix)
