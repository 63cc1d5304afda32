"""Checks over the whole city: do the things that name each other exist, and do they fit together?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from simulator.city.draft import CityDraft
from simulator.city.suggester import Suggester
from simulator.city.where import Where
from simulator.contracts.component import Component
from simulator.contracts.link import Link
from simulator.contracts.names import suggestion
from simulator.contracts.problem import Problem
from simulator.contracts.registry import registry
from simulator.contracts.words import Words, alternatives
from simulator.domains.ict.catalogue import GATEWAY

_ = Words("simulator.city")

CITY = "city"
"""The subject of a level that is owed to the whole town."""

Known = Callable[[str], bool]
"""Whether an id may be named: it exists, or a mistake told elsewhere hides it."""


def check_links(
    links: Iterable[Link], components: Mapping[str, Component], known: Known, where: Where
) -> list[Problem]:
    """Ends that do not exist, or are of a kind that cannot give what the link carries."""
    problems: list[Problem] = []
    suggester = Suggester(components)
    types, kinds = registry().types.items(), registry().links
    givers = {link: tuple(name for name, kind in types if link in kind.gives) for link in kinds}
    nodes_of = {link: tuple(name for name, kind in types if link in kind.forwards) for link in kinds}
    for link in links:
        for end, name in (("source", link.source), ("target", link.target)):
            if name not in components and not known(name):
                fix = suggester.fix(name, _("name a component of this city (stadtwerk city show)"))
                problems.append(
                    where.problem("links", link.id, end, _("there is no component {name}", name=repr(name)), fix)
                )
        if link.source == link.target:
            what = _("the link leads from {source} to itself", source=repr(link.source))
            problems.append(where.problem("links", link.id, "target", what, _("name another target")))
        source, target = components.get(link.source), components.get(link.target)
        of = kinds[link.kind]
        allowed, nodes = givers[link.kind], nodes_of[link.kind]
        if source is not None and allowed and source.kind not in allowed:
            what = _("a {kind} cannot give {link}", kind=source.kind, link=link.kind)
            fix = _("start a {kind} link at a {names}", kind=link.kind, names=alternatives(allowed))
            problems.append(where.problem("links", link.id, "source", what, fix))
        if of.undirected and source and target and not {source.kind, target.kind} & set(nodes):
            network = registry().subsystems[of.carrier].title.en
            what = _(
                "neither {source} nor {target} is a node of the {network} network",
                source=repr(source.id),
                target=repr(target.id),
                network=network,
            )
            fix = _("start or end a {kind} link at a {names}", kind=link.kind, names=alternatives(nodes))
            problems.append(where.problem("links", link.id, "source", what, fix))
    return problems


def check_districts(draft: CityDraft, components: Iterable[Component], known: Known, where: Where) -> list[Problem]:
    """Districts without people, and components in districts that do not exist."""
    problems: list[Problem] = []
    names = {district.id for district in draft.districts}
    for district in draft.districts:
        if district.people is not None and district.people <= 0:
            what = _("{people} people cannot live in {id}", people=district.people, id=repr(district.id))
            problems.append(
                where.problem("districts", district.id, "people", what, _("give a number above 0, or leave it out"))
            )
        if district.id == CITY:
            what = _("the id {city} stands for the whole town", city=repr(CITY))
            problems.append(where.problem("districts", district.id, "id", what, _("rename the district")))
    suggester = Suggester(names)
    for component in components:
        if component.district and component.district not in names and not known("districts"):
            section = "overrides" if component.network_id else "components"
            what = _("there is no district {district}", district=repr(component.district))
            fix = suggester.fix(component.district, _("name a district of the GeoJSON file, or leave it out"))
            problems.append(where.problem(section, component.id, "district", what, fix))
    return problems


def check_levels(draft: CityDraft, components: Mapping[str, Component], known: Known, where: Where) -> list[Problem]:
    """Levels whose subject does not exist or does not fit their measure, or that nobody leans on."""
    problems: list[Problem] = []
    districts = {district.id for district in draft.districts}
    suggester = Suggester(
        [CITY, *districts, *(c.id for c in components.values() if registry().subsystems[c.domain].for_people)]
    )
    for level in draft.levels:
        fits = registry().measures[level.measure].subject.split("|")
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
            what = _("there is no {names} {subject}", names=alternatives(fits), subject=repr(level.subject))
            fix = suggester.fix(level.subject, _("name a {names} of this city", names=alternatives(fits)))
            problems.append(where.problem("levels", level.id, "subject", what, fix))
        elif is_a and not set(is_a) & set(fits):
            what = _("{measure} is not measured for a {is_a}", measure=level.measure, is_a=is_a[0])
            problems.append(
                where.problem("levels", level.id, "subject", what, _("name a {names}", names=alternatives(fits)))
            )
        elif is_a and "component" in is_a and not level.people and not set(is_a) - {"component"}:
            what = _("it is not said how many people lean on it")
            problems.append(where.problem("levels", level.id, "people", what, _("add people: and a number above 0")))
    return problems


def check_sensors(draft: CityDraft, components: Mapping[str, Component], known: Known, where: Where) -> list[Problem]:
    """Rules that name no component, and sensors without a gateway to report to."""
    problems: list[Problem] = []
    suggester = Suggester(components)
    present = {component.kind for component in components.values()}
    for rule in draft.sensors:
        if rule.kind and rule.kind not in registry().types:
            fix = Suggester(registry().types).fix(rule.kind, _("name a kind of component"))
            problems.append(
                where.problem(
                    "sensors", rule.id, "kind", _("{kind} is no kind of component", kind=repr(rule.kind)), fix
                )
            )
        elif rule.kind and rule.kind not in present and not _may_be_hidden(rule.kind, known):
            what = _("the city has no {kind}", kind=rule.kind)
            problems.append(where.problem("sensors", rule.id, "kind", what, _("name another kind, or drop the rule")))
        read = registry().quantities.get(rule.quantity)
        if read is None:
            what = _("{name} is no quantity", name=repr(rule.quantity))
            fix = suggestion(rule.quantity, registry().quantities, "stadtwerk list quantities")
            problems.append(where.problem("sensors", rule.id, "quantity", what, fix))
        elif read.unit not in ("1", rule.unit):  # what has no dimension is called by many names, as per unit is
            what = _("{quantity} is read in {unit}", quantity=repr(rule.quantity), unit=repr(read.unit))
            problems.append(where.problem("sensors", rule.id, "unit", what, _("write unit: {unit}", unit=read.unit)))
        of = read.of if read is not None and "any" not in read.of else tuple(registry().types)
        carriers = {rule.kind} | {components[name].kind for name in rule.components if name in components}
        for kind in sorted(carriers & set(registry().types) - set(of)):
            what = _("nothing measures {quantity} at a {kind}", quantity=repr(rule.quantity), kind=kind)
            fix = _("measured at: {kinds}", kinds=", ".join(of))
            problems.append(where.problem("sensors", rule.id, "quantity", what, fix))
        for name in rule.components:
            if name not in components and not known(name):
                fix = suggester.fix(name, _("name a component of this city"))
                problems.append(
                    where.problem(
                        "sensors", rule.id, "components", _("there is no component {name}", name=repr(name)), fix
                    )
                )
        if GATEWAY not in present and not known("components"):
            what = _("there is no gateway that its sensors could report to")
            problems.append(where.problem("sensors", rule.id, "", what, _("add a component of kind gateway")))
    return problems


def check_networks(draft: CityDraft, unread: Iterable[str], where: Where) -> list[Problem]:
    """A city with neither a network file nor components models nothing."""
    if draft.water or draft.energy or draft.traffic or draft.networks or draft.components or any(True for _ in unread):
        return []
    return [
        where.problem(
            "networks", "", "networks", _("the city has no network and no components"), _("name a network file")
        )
    ]


def check_depots(
    components: Mapping[str, Component], links: Iterable[Link], known: Known, where: Where
) -> list[Problem]:
    """Planners' lists of depots that name what does not exist."""
    problems: list[Problem] = []
    link_ids = {link.id for link in links}
    for depot in components.values():
        if depot.kind in registry().depots:
            for name in str(depot.parameters.get("priority_list", "")).replace(",", " ").split():
                if name not in components and name not in link_ids and not known(name):
                    what = _("there is no component or link {name}", name=repr(name))
                    fix = Suggester(components).fix(name, _("name what is to be mended first (stadtwerk city show)"))
                    problems.append(where.problem("components", depot.id, "parameters.priority_list", what, fix))
    return problems


def check_named(components: Mapping[str, Component], known: Known, where: Where) -> list[Problem]:
    """Parameters that name another component which is not there, or is of another type."""
    problems: list[Problem] = []
    for component in components.values():
        for parameter in registry().types[component.kind].parameters:
            named = str(component.parameters.get(parameter.name, "")) if parameter.names_type else ""
            there = components.get(named)
            if named and (not known(named) if there is None else there.kind != parameter.names_type):
                section = "overrides" if component.network_id else "components"
                what = _("there is no {kind} {name}", kind=parameter.names_type, name=repr(named))
                others = [one.id for one in components.values() if one.kind == parameter.names_type]
                fix = Suggester(others).fix(named, _("name a {kind} of this city", kind=parameter.names_type))
                problems.append(where.problem(section, component.id, f"parameters.{parameter.name}", what, fix))
    return problems


def _may_be_hidden(kind: str, known: Known) -> bool:
    return (registry().types[kind].from_file and known(f"{kind}-")) or known("components")
