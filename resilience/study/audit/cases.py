"""When an audit breaks things, for how long, and what it lets pass: the same for all its cases."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from resilience.scenario.entry import Repair, TimelineEntry
from resilience.scenario.norms import norms
from resilience.scenario.scenario import CityReference, RunSettings, Scenario
from simulator.contracts.city import City
from simulator.contracts.component import Component
from simulator.contracts.duration import shown
from simulator.contracts.link import Link, LinkKind
from simulator.contracts.registry import registry
from simulator.contracts.ticks import to_ticks
from simulator.contracts.words import NO_TEXT, Text, Verbatim, Words

_ = Words("resilience")


@dataclass(frozen=True, slots=True)
class AuditSettings:
    """Times in seconds from zero, which is `start` on the town's clock.

    At `at_s` something breaks and stays so for `for_s`; the town is watched until `until_s`. A level may be worse than
    its minimum for `longest_s` at a stretch. Where somebody is called, the work on site takes `work_s`.
    """

    start: datetime = datetime(2026, 1, 14, 7, 0)
    warmup_s: float = 3600.0
    at_s: float = 3600.0
    for_s: float = 6 * 3600.0
    until_s: float = 9 * 3600.0
    longest_s: float = 180.0
    work_s: float = 3600.0
    seed: int = 1

    @property
    def run(self) -> RunSettings:
        return RunSettings(self.start, self.warmup_s, self.until_s, None, (self.seed,))

    @property
    def window(self) -> tuple[int, int]:
        """What is judged, in ticks: from the cut to the end."""
        return to_ticks(self.at_s), to_ticks(self.until_s)

    def assumptions(self) -> tuple[Text, ...]:
        """What the figures rest on, for people."""
        begin, at = f"{self.start:%Y-%m-%d %H:%M}", shown(self.at_s)
        sustained = norms()["saidi-sustained"]
        tolerated: Text | str = shown(self.longest_s)
        if self.longest_s == sustained.value:
            tolerated = _("{time} [{source}]", time=tolerated, source=sustained.source)
        lasts, watched, work = shown(self.for_s), shown(self.until_s), shown(self.work_s)
        return (
            _(
                "The day begins at {begin}, a working day in winter, with the morning peak; after {at} something "
                "breaks (assumption).",
                begin=begin,
                at=at,
            ),
            _(
                "It stays broken for {lasts} (assumption: longer than batteries of four hours); the town is "
                "watched until {watched} after the begin, so that coming back counts as well.",
                lasts=lasts,
                watched=watched,
            ),
            _("A service may be below the required level for {tolerated} at a stretch at most.", tolerated=tolerated),
            _("Where somebody is called, the work on site takes {work} (assumption).", work=work),
        )


class Group(StrEnum):
    """Why a case is in the audit."""

    BASELINE = "baseline"  # nothing broken
    LINK = "link"  # a link is cut
    COMPONENT = "component"  # a component does not work
    LIFELINE = "lifeline"  # a lifeline has lost everything digital
    ACCESS = "access"  # a road link is cut while somebody has to get there
    REACHED = "reached"  # the same need, with the road open: what an access case is held against
    PAIR = "pair"  # two links or core components at once
    MAKER = "maker"  # everything of one maker does not work


class Lasts(StrEnum):
    """How long something stays broken."""

    CUT = "cut"  # for the audit's length
    MENDED = "mended"  # until a crew, called at once, has done its work
    END = "end"  # to the end


@dataclass(frozen=True, slots=True)
class Break:
    target: str
    fault: str
    lasts: Lasts = Lasts.CUT


@dataclass(frozen=True, slots=True)
class Case:
    """`subjects` are the links or components that the case is about; `kind` is theirs (of a pair: both).

    Levels in `owed` are judged, with None all of them. `note` says what need an access case assumes.
    """

    id: str
    group: Group
    subjects: tuple[str, ...]
    kind: str
    owner: str
    breaks: tuple[Break, ...]
    owed: tuple[str, ...] | None = None
    note: Text = NO_TEXT

    @property
    def subject(self) -> str:
        return " + ".join(self.subjects)


BASELINE = Case("baseline", Group.BASELINE, (), "", "", ())


def scenario_of(case: Case, settings: AuditSettings, city: CityReference) -> Scenario:
    """The case as a scenario: what breaks alike stands in one entry, in the order of the case."""
    entries: dict[tuple[str, Lasts], list[str]] = {}
    for one in case.breaks:
        entries.setdefault((one.fault, one.lasts), []).append(one.target)
    timeline = tuple(
        TimelineEntry(
            f"{fault}-{lasts}",
            settings.at_s,
            fault,
            tuple(targets),
            for_s=settings.for_s if lasts is Lasts.CUT else None,
            repair=Repair(settings.work_s) if lasts is Lasts.MENDED else None,
        )
        for (fault, lasts), targets in entries.items()
    )
    name = Verbatim(case.subject or case.id)
    question = _("Does the town hold without {name}?", name=name)
    return Scenario(case.id, name, question, city, settings.run, timeline)


def link_order() -> tuple[LinkKind, ...]:
    """All kinds of link in the order of an audit: power and data first, as the charter names them."""
    return registry().links_that(lambda _: True)


def own_fault(kind: str) -> str | None:
    """The fault that means "does not work" for a kind: the first that disables it, else the first without a choice to
    make. None for kinds that cannot break by themselves, as a service that servers carry.
    """
    points = registry().types[kind].faults
    found = next((point for point in points if point.disables), None)
    if found is None:
        found = next((p for p in points if not p.either and all(x.default is not None for x in p.parameters)), None)
    return None if found is None else found.name


def _cut(kind: LinkKind) -> str:
    """The fault that takes a link of this kind down."""
    return registry().links[kind].cut.name


def link_cases(city: City, kinds: Collection[LinkKind] | None = None) -> Iterator[Case]:
    """Every link of these kinds, cut; of all if none are named."""
    for kind in link_order():
        if kinds is None or kind in kinds:
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
    """Every core component, or every component that can break, out of work.

    Core is what the charter wants technical redundancy for: servers (with the services that they carry), routers and
    the switches between them, network control.
    """
    for component in city.components.values():
        fault = own_fault(component.kind)
        if fault is not None and (every or registry().types[component.kind].core):
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
        if registry().subsystems[component.domain].for_people and registry().types[component.kind].modes:
            yield component


def levels_of(component: Component, city: City) -> tuple[str, ...]:
    """The levels that a lifeline owes: its own, and for emergency water the litres of its district."""
    return tuple(
        level.id
        for level in city.levels.values()
        if level.subject == component.id
        or (level.measure in registry().types[component.kind].district_measures and level.subject == component.district)
    )


def lifeline_cases(city: City) -> Iterator[Case]:
    """Every lifeline with everything digital gone: its own data and control links, and all of the data network."""
    digital = registry().digital_links
    carriers = {registry().links[kind].carrier for kind in digital}
    network = [c for c in city.components.values() if c.domain in carriers and own_fault(c.kind) is not None]
    down = tuple(Break(c.id, own_fault(c.kind) or "") for c in network)
    for component in lifelines(city):
        links = (*city.links_into(component.id), *city.links_out_of(component.id))
        cut = tuple(Break(link.id, _cut(link.kind)) for link in links if link.kind in digital)
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
        roads = _roads_to(component, city)
        if len(roads) == 1 and (every or not registry().types[component.kind].network_part or _tied(component, city)):
            case = access_case(component, city)
            if case is not None:
                yield case


def access_case(component: Component, city: City) -> Case | None:
    """The need that fits a component, with its road links cut; None where nobody is ever called there by itself."""
    roads = _roads_to(component, city)
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
    return any(link.kind not in registry().access_links for link in links)


def _roads_to(component: Component, city: City) -> tuple[Link, ...]:
    return tuple(link for kind in registry().access_links for link in city.links_into(component.id, kind))


Need = tuple[tuple[Break, ...], Text, tuple[str, ...] | None]


def _need(component: Component, city: City) -> Need | None:
    found = registry()
    of = found.types[component.kind]
    if of.stands_in is not None:
        kind = of.stands_in
        holding = (*found.types_that(lambda one: kind in one.roots), *found.types_that(lambda one: kind in one.stores))
        dry = tuple(Break(c.id, own_fault(c.kind) or "") for c in city.of_kind(*holding))
        note = _("the water network is empty, wells and tankers are needed")
        return (dry, note, levels_of(component, city)) if dry else None
    if any(kind in of.roots and kind in of.gives for kind in found.stopping_links):
        mains = _mains_beside(component, city)
        note = _("the mains stay away, fuel is needed")
        return (
            (tuple(Break(link, _cut(city.links[link].kind), Lasts.END) for link in mains), note, None)
            if mains
            else None
        )
    fault = own_fault(component.kind)
    if fault is None or of.base:
        return None  # crews and ambulances leave from there; the cut by itself shows what that costs
    note = _("broken, a crew is called")
    return (Break(component.id, fault, Lasts.MENDED),), note, None


def _mains_beside(generator: Component, city: City) -> Iterable[str]:
    """The links that feed what a generator feeds, but for those of generators."""
    found, components = registry(), city.components
    return [
        link.id
        for kind in found.stopping_links
        for target in dict.fromkeys(link.target for link in city.links_out_of(generator.id, kind))
        for link in city.links_into(target, kind)
        if kind not in found.types[components[link.source].kind].roots
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
