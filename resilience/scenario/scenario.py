"""What a scenario asks, as records. Times are seconds from the scenario's zero; limits are resolved to numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from resilience.scenario.entry import Case, Evidence, Isolation, Repair, Selector, Signal, TimelineEntry, Trigger, Wear
from simulator.contracts.city import City, Settings
from simulator.contracts.component import NO_PARAMETERS, Domain, Value
from simulator.contracts.crews import CrewPolicy
from simulator.contracts.level import ServiceLevel
from simulator.contracts.registry import registry
from simulator.contracts.words import Text

SCHEMA = "stadtwerk/scenario/1"


@dataclass(frozen=True, slots=True)
class CityReference:
    """The city a scenario plays in: one by name from the library, or a folder (as written, relative to the file)."""

    name: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class RunSettings:
    """When the run starts, how long it is, and when everything still broken is healed (None: never).

    `start` is the town's local time at the scenario's zero; the warm-up lies before it. `below` are limits below which
    figures count people, by quantity. `settings` are those of engines that this run has otherwise than its city.
    """

    start: datetime
    warmup_s: float
    duration_s: float
    heal_by_s: float | None = None
    seeds: tuple[int, ...] = (1,)
    below: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    settings: Settings = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Threshold:
    """A limit for service levels: a number (`norm` names its norm), or with None each level's declared minimum."""

    value: float | None = None
    norm: str = ""


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """A limit in seconds; `norm` names the norm it comes from."""

    seconds: float
    norm: str = ""


@dataclass(frozen=True, slots=True)
class LevelChoice:
    """Which service levels are meant: by id, or all of a measure and a domain (empty: any)."""

    ids: tuple[str, ...] = ()
    measure: str = ""
    domain: Domain | None = None

    def of(self, city: City) -> tuple[ServiceLevel, ...]:
        """The levels meant, in the city's order. Raises `KeyError` for an id that the city does not owe."""
        if self.ids:
            return tuple(city.levels[level] for level in self.ids)
        return tuple(
            level
            for level in city.levels.values()
            if self.measure in ("", level.measure) and self.domain in (None, registry().measures[level.measure].domain)
        )


def level_of(component: str, city: City) -> ServiceLevel | None:
    """The level in which a component's service shows.

    Its own; else that of the facility that it belongs to, or the litres of the district that it supplies.
    """
    own = next((level for level in city.levels.values() if level.subject == component), None)
    if own is not None or component not in city.components:
        return own
    found = city.components[component]
    kind = registry().types.get(found.kind)
    if kind is None:
        return None
    owner = found.parameters.get(kind.client_of) if kind.client_of else None
    if isinstance(owner, str) and owner != component:
        return level_of(owner, city)
    supplied = kind.district_measures if kind.stands_in is not None else ()
    litres = (lv for lv in city.levels.values() if lv.measure in supplied and lv.subject == found.district)
    return next(litres, None)


@dataclass(frozen=True, slots=True)
class SteadyState:
    """A level that must hold its limit during the last `for_s` seconds before zero, or the run says nothing."""

    id: str
    levels: LevelChoice
    limit: Threshold
    for_s: float


@dataclass(frozen=True, slots=True)
class Carries:
    """What a fallback must carry while it is active: `level` (empty: that of its component) keeps this limit."""

    limit: Threshold = Threshold()
    level: str = ""

    def level_in(self, city: City, component: str) -> ServiceLevel | None:
        """The level of `component` that shows what is carried; None if the city declares none. Raises `KeyError`."""
        return city.levels[self.level] if self.level else level_of(component, city)


@dataclass(frozen=True, slots=True)
class Redundancy:
    """A fallback: when `component` drops below mode `primary`, it must enter `standby` within a limit and hold it.

    `kind` is `technical` or `analogue`. While it is active it must carry what is required of the level that it stands
    in for, unless `carries` says otherwise. It must last for `lasts`; where nothing is said of that, the level must be
    kept without it if it ends before `primary` is back. `must_activate` says that the scenario is meant to need it: a
    run in which it was never needed is then inconclusive.
    """

    id: str
    kind: str
    component: str
    primary: str
    standby: str
    must_activate: bool = False
    within: TimeLimit | None = None
    lasts: TimeLimit | None = None
    carries: Carries = Carries()
    title: Text | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """A part of the run; `end_s` None is its end."""

    start_s: float = 0.0
    end_s: float | None = None


@dataclass(frozen=True, slots=True)
class Invariant:
    """Each level keeps its limit throughout the window; one gap may last `longest`, all of them `time_below` in sum.

    `time_below` None: twice `longest`. `about`, here and elsewhere: `n-1` or `isolation` where the point is that the
    fault makes no difference; empty where one is to be seen.
    """

    id: str
    levels: LevelChoice
    limit: Threshold
    window: Window = Window()
    longest: TimeLimit = TimeLimit(0.0)
    title: Text | None = None
    time_below: TimeLimit | None = None
    about: str = ""


@dataclass(frozen=True, slots=True)
class LevelHolds:
    """Each level keeps its limit for at least `share` of the window, or (share None) at the time `at_s` (None: end)."""

    id: str
    levels: LevelChoice
    limit: Threshold
    share: float | None = None
    at_s: float | None = None
    window: Window = Window()
    title: Text | None = None
    about: str = ""


@dataclass(frozen=True, slots=True)
class Recovery:
    """Each level is back at its limit, for good, `within` so long after an origin.

    `after` is `onset` (the fault was applied), `cleared` (it was taken away) or `heal` (the run's heal_by). `fault`
    names the timeline entry; empty means the first onset, or the last clearing, of all.
    """

    id: str
    levels: LevelChoice
    limit: Threshold
    within: TimeLimit
    after: str = "onset"
    fault: str = ""
    title: Text | None = None


@dataclass(frozen=True, slots=True)
class Budget:
    """Together the levels cost at most `person_hours` below their limits; each is below it for `time_below` at most."""

    id: str
    levels: LevelChoice
    limit: Threshold
    person_hours: float | None = None
    time_below: TimeLimit | None = None
    window: Window = Window()
    title: Text | None = None


@dataclass(frozen=True, slots=True)
class LinkContinuity:
    """Levels of every sub-system but the broken ones keep their declared minimum from the fault's onset on.

    If no other fault comes before it, they are judged from zero on.

    `fault` names the timeline entry, empty means all of them. One gap may last `longest`, all of them `time_below` in
    sum (None: twice `longest`).
    """

    id: str
    fault: str = ""
    longest: TimeLimit = TimeLimit(0.0)
    title: Text | None = None
    time_below: TimeLimit | None = None
    about: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """At least `share` of the readings that sensors take in the window reach the store, each `within` so long after it
    was taken: the delivery ratio of telemetry. That nothing is lost is about absence, as `about` is elsewhere.
    `gateways` are those whose readings are meant; empty: all.
    """

    id: str
    within: TimeLimit
    share: float = 1.0
    window: Window = Window()
    title: Text | None = None
    gateways: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ByPlugin:
    """Whatever the checker of a plug-in asks, with what the scenario gives it."""

    id: str
    checker: str
    given: Mapping[str, Value] = field(default_factory=lambda: NO_PARAMETERS)
    title: Text | None = None


Expectation = Invariant | LevelHolds | Recovery | Budget | LinkContinuity | Delivery | ByPlugin


@dataclass(frozen=True, slots=True)
class Weakness:
    """Redundancies and expectations that fail, and what cures them: a change to the city, as JSON text (`add`, `set`).

    With the cure they hold, without it they fail: that is what makes it the cause.
    """

    findings: tuple[str, ...]
    cure: str


@dataclass(frozen=True, slots=True)
class KnownWeakness:
    """The verdict to be expected is a fail, by exactly the findings of these weaknesses.

    A run that fails otherwise, or no longer, is not what was expected.
    """

    weaknesses: tuple[Weakness, ...]

    @property
    def findings(self) -> tuple[str, ...]:
        return tuple(name for weakness in self.weaknesses for name in weakness.findings)


@dataclass(frozen=True, slots=True)
class OptOut:
    """Levels that the scenario does not judge, and why: the answer says so."""

    levels: LevelChoice
    reason: Text


@dataclass(frozen=True, slots=True)
class Control:
    """Who acts on what: a control room on delivered readings (`closed-loop`), or by timetables and what citizens say
    (`blind`); or everybody at once on the truth (`all-knowing`). `without` are kinds of evidence that it does not use.
    """

    mode: str
    without: tuple[str, ...] = ()

    @property
    def has_room(self) -> bool:
        """Whether there is a control room at all."""
        return self.mode != "all-knowing"


@dataclass(frozen=True, slots=True)
class Series:
    """A quantity to be recorded every `every_s` from zero on, at components that are named or match what is given."""

    quantity: str
    targets: tuple[str, ...] = ()
    kind: str = ""
    domain: str = ""
    district: str = ""
    every_s: float = 300.0

    def among(self, city: City, there: Sequence[str]) -> tuple[str, ...]:
        """Those that are meant of the components and districts at which it is measured."""
        if self.targets:
            return tuple(name for name in self.targets if name in there)

        def fits(name: str) -> bool:
            found = city.components.get(name)
            if found is None:
                return not (self.kind or self.domain) and self.district in ("", name)
            kind, domain = self.kind in ("", found.kind), self.domain in ("", found.domain.value)
            return kind and domain and self.district in ("", found.district)

        return tuple(filter(fits, there))


@dataclass(frozen=True, slots=True)
class Scenario:
    """A question to the town: a steady start, what breaks, which fallbacks must carry, and what must hold.

    `crews` says which waiting job a free crew takes; None leaves that to each depot. `control` None: as `all-knowing`.
    """

    id: str
    title: Text
    question: Text
    city: CityReference
    run: RunSettings
    timeline: tuple[TimelineEntry, ...] = ()
    steady_state: tuple[SteadyState, ...] = ()
    redundancies: tuple[Redundancy, ...] = ()
    expectations: tuple[Expectation, ...] = ()
    crews: CrewPolicy | None = None
    charter: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    expected: KnownWeakness | None = None
    not_asked: tuple[OptOut, ...] = ()
    record: tuple[Series, ...] = ()
    control: Control | None = None


REQUIRED = "required-"
"""Begins the id of what is judged although the scenario does not ask for it; the measure follows."""


__all__ = [
    "Budget",
    "ByPlugin",
    "Carries",
    "Case",
    "CityReference",
    "Control",
    "Delivery",
    "Evidence",
    "Expectation",
    "Invariant",
    "Isolation",
    "KnownWeakness",
    "LevelChoice",
    "LevelHolds",
    "LinkContinuity",
    "OptOut",
    "Recovery",
    "Redundancy",
    "Repair",
    "RunSettings",
    "Scenario",
    "Selector",
    "Series",
    "Signal",
    "SteadyState",
    "Threshold",
    "TimeLimit",
    "TimelineEntry",
    "Trigger",
    "Weakness",
    "Wear",
    "Window",
]
