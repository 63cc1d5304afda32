"""Everything that an audit breaks, found in the city model itself: links, components, lifelines, ways in."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from resilience.study.audit.case import Break, Case, Group, Lasts
from simulator.contracts.city import City
from simulator.contracts.component import Component, Domain
from simulator.contracts.kinds import KINDS
from simulator.contracts.link import LinkKind
from simulator.contracts.registry import registry
from simulator.contracts.words import Text, Words

_ = Words("resilience")

LINK_ORDER = (LinkKind.POWER, LinkKind.DATA, LinkKind.CONTROL, LinkKind.WATER, LinkKind.ROAD)
"""Power and data first, as the charter names them."""

CORE_KINDS = ("server", "router", "switch", "network-control")
"""What the charter wants technical redundancy for: servers (with the services that they carry), routers and the
switches between them, network control."""

DIGITAL = (LinkKind.DATA, LinkKind.CONTROL)

FIELD_KINDS = ("pipe", "junction", "road", "road-node", "bus", "line", "transformer", "pv", "household-meter")
"""Parts of networks that are many: where they have no link but their road, their access is looked at with `every`."""


def own_fault(kind: str) -> str | None:
    """The fault that means "does not work" for a kind: the first that disables it, else the first without a choice to
    make. None for kinds that cannot break by themselves, as a service that servers carry.
    """
    points = KINDS[kind].faults
    found = next((point for point in points if point.disables), None)
    if found is None:
        found = next((p for p in points if all(x.default is not None for x in p.parameters)), None)
    return None if found is None else found.name


def _cut(kind: LinkKind) -> str:
    """The fault that takes a link of this kind down."""
    return registry().links[kind].cut.name


def link_cases(city: City, kinds: Collection[LinkKind] = LINK_ORDER) -> Iterator[Case]:
    """Every link of these kinds, cut."""
    for kind in LINK_ORDER:
        if kind in kinds:
            for link in city.links_of_kind(kind):
                yield Case(
                    f"link/{link.id}",
                    Group.LINK,
                    (link.id,),
                    kind.value,
                    link.owner,
                    (Break(link.id, _cut(link.kind)),),
                )


def component_cases(city: City, every: bool = False) -> Iterator[Case]:
    """Every core component, or every component that can break, out of work."""
    for component in city.components.values():
        fault = own_fault(component.kind)
        if fault is not None and (every or component.kind in CORE_KINDS):
            yield Case(
                f"component/{component.id}",
                Group.COMPONENT,
                (component.id,),
                component.kind,
                component.owner,
                (Break(component.id, fault),),
            )


def lifelines(city: City) -> Iterator[Component]:
    """The lifelines that have ways of working to fall back on."""
    for component in city.components.values():
        if component.domain == Domain.LIFELINE and KINDS[component.kind].modes:
            yield component


def levels_of(component: Component, city: City) -> tuple[str, ...]:
    """The levels that a lifeline owes: its own, and for emergency water the litres of its district."""
    return tuple(
        level.id
        for level in city.levels.values()
        if level.subject == component.id
        or (
            component.kind in ("drinking-water", "emergency-well")
            and level.measure == "litres-per-person"
            and level.subject == component.district
        )
    )


def lifeline_cases(city: City) -> Iterator[Case]:
    """Every lifeline with everything digital gone: its own data and control links, and all of the data network."""
    network = [c for c in city.components.values() if c.domain == Domain.ICT and own_fault(c.kind) is not None]
    down = tuple(Break(c.id, own_fault(c.kind) or "") for c in network)
    for component in lifelines(city):
        links = (*city.links_into(component.id), *city.links_out_of(component.id))
        cut = tuple(Break(link.id, _cut(link.kind)) for link in links if link.kind in DIGITAL)
        yield Case(
            f"lifeline/{component.id}",
            Group.LIFELINE,
            (component.id,),
            component.kind,
            component.owner,
            (*cut, *down),
            levels_of(component, city),
        )


def access_cases(city: City, every: bool = False) -> Iterator[Case]:
    """Everything to which one road link leads, with that link cut at the time when somebody has to get there."""
    for component in city.components.values():
        roads = city.links_into(component.id, LinkKind.ROAD)
        if len(roads) == 1 and (every or component.kind not in FIELD_KINDS or _tied(component, city)):
            case = access_case(component, city)
            if case is not None:
                yield case


def access_case(component: Component, city: City) -> Case | None:
    """The need that fits a component, with its road links cut; None where nobody is ever called there by itself."""
    roads = city.links_into(component.id, LinkKind.ROAD)
    cut = tuple(Break(link.id, _cut(link.kind)) for link in roads)
    need = _need(component, city)
    if need is None:
        return None
    breaks, note, owed = need
    name, owner = f"access/{component.id}", roads[0].owner if roads else component.owner
    return Case(name, Group.ACCESS, (component.id,), component.kind, owner, (*cut, *breaks), owed, note)


def reached_case(case: Case) -> Case:
    """The need of an access case with the road open."""
    cuts = {link.cut.name for link in registry().links.values()}
    breaks = tuple(one for one in case.breaks if one.fault not in cuts or one.lasts is not Lasts.CUT)
    return Case(
        f"reached/{case.subject}", Group.REACHED, case.subjects, case.kind, case.owner, breaks, case.owed, case.note
    )


def _tied(component: Component, city: City) -> bool:
    links = (*city.links_into(component.id), *city.links_out_of(component.id))
    return any(link.kind != LinkKind.ROAD for link in links)


Need = tuple[tuple[Break, ...], Text, tuple[str, ...] | None]


def _need(component: Component, city: City) -> Need | None:
    if component.kind in ("drinking-water", "emergency-well"):
        dry = tuple(Break(c.id, own_fault(c.kind) or "") for c in city.of_kind("reservoir", "tank"))
        note = _("the water network is empty, wells and tankers are needed")
        return (dry, note, levels_of(component, city)) if dry else None
    if component.kind == "generator":
        mains = _mains_beside(component, city)
        note = _("the mains stay away, fuel is needed")
        return (
            (tuple(Break(link, _cut(city.links[link].kind), Lasts.END) for link in mains), note, None)
            if mains
            else None
        )
    fault = own_fault(component.kind)
    if fault is None or component.kind in ("depot", "rescue-station"):
        return None  # crews and ambulances leave from there; the cut by itself shows what that costs
    note = _("broken, a crew is called")
    return (Break(component.id, fault, Lasts.MENDED),), note, None


def _mains_beside(generator: Component, city: City) -> Iterable[str]:
    fed = dict.fromkeys(link.target for link in city.links_out_of(generator.id, LinkKind.POWER))
    kinds = city.components
    return [
        link.id
        for target in fed
        for link in city.links_into(target, LinkKind.POWER)
        if kinds[link.source].kind != "generator"
    ]


def maker_cases(city: City) -> Iterator[Case]:
    """All components of one maker out of work at once, maker by maker."""
    makers: dict[str, list[Component]] = {}
    for component in city.components.values():
        if component.maker:
            makers.setdefault(component.maker, []).append(component)
    for maker, made in sorted(makers.items()):
        breaks = tuple(Break(c.id, fault) for c in made if (fault := own_fault(c.kind)) is not None)
        if breaks:
            yield Case(f"maker/{maker}", Group.MAKER, (maker,), "maker", "", breaks)
