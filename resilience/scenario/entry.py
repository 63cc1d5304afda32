"""One entry of a timeline as a record: what breaks, how it comes about, how long it lasts, and how that is seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from resilience.scenario.draws.hazard import Hazard
from simulator.contracts.component import Domain, Value
from simulator.contracts.link import LinkKind
from simulator.contracts.registry import registry
from simulator.contracts.words import Text

_POINTS = registry().faults

TARGET = "target"
"""In a signal: the broken component itself."""


@dataclass(frozen=True, slots=True)
class Selector:
    """Components and links by what they are: every field given must match. `random` draws so many of them.

    `district` and `trench` mean components and links alike, a link being in the districts of its ends. `link_kind`,
    `between` (two components or districts, in either order) and `isolated` (the border of this district, for links of
    the `link_kinds`, all if none is named) mean links only; `kind`, `domain`, `maker`, `model` and
    `firmware` mean components only.
    """

    kind: str = ""
    domain: Domain | None = None
    district: str = ""
    owner: str = ""
    maker: str = ""
    model: str = ""
    firmware: str = ""
    random: int | None = None
    link_kind: LinkKind | None = None
    between: tuple[str, ...] = ()
    trench: str = ""
    isolated: str = ""
    link_kinds: tuple[LinkKind, ...] = ()


@dataclass(frozen=True, slots=True)
class Repair:
    """A crew drives to `site` (empty: the broken component) and works for `work_s`; `depot` empty: the nearest.

    Without `work_s` the work takes as long as is drawn for such a component; without `trade` it is that of the broken
    component.
    """

    work_s: float | None = None
    depot: str = ""
    site: str = ""
    trade: str = ""


@dataclass(frozen=True, slots=True)
class Signal:
    """A state of the town: a quantity of a component below or above a value.

    `component` is `target` where the broken component itself is meant.
    """

    component: str
    quantity: str
    below: float | None
    above: float | None

    def seen_in(self, value: float) -> bool:
        return (self.below is None or value < self.below) and (self.above is None or value > self.above)

    def at(self, target: str) -> str:
        return target if self.component == TARGET else self.component

    def name(self, target: str) -> str:
        """The signal as a scenario writes it, `component.quantity`."""
        return f"{self.at(target)}.{self.quantity}"


@dataclass(frozen=True, slots=True)
class Evidence(Signal):
    """What must be seen, at latest `within_s` after the fault, for it to count as real."""

    within_s: float


@dataclass(frozen=True, slots=True)
class Trigger(Signal):
    """The state in which the fault comes; it comes once."""


@dataclass(frozen=True, slots=True)
class Isolation:
    """What is broken is closed off `after_s` later: after the fault, or once `seen` is seen; until it is mended.

    `around`: by the valves around it, together with all that lies between these. `valves` are theirs, as pairs of a
    main and a node; None where nobody says where they are.
    """

    after_s: float = 0.0
    seen: Trigger | None = None
    around: bool = False
    valves: tuple[tuple[str, str], ...] | None = None


@dataclass(frozen=True, slots=True)
class Wear:
    """Failures drawn from rates: `rate` a year and component, or None for the rate of each component's class and age.

    All rates are multiplied by `factor`. They hold from the entry's `at_s` to `until_s` (None: until everything is
    mended, or the run ends). Each component fails once at most.
    """

    rate: float | None = None
    factor: float = 1.0
    until_s: float | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One fault on one target, with its own moment and length; `work_s` is the work of the crew that mends it."""

    target: str
    fault: str
    at_s: float
    for_s: float | None = None
    work_s: float | None = None
    parameters: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def length_s(self) -> float | None:
        """How long it lasts at longest: as asked, or until it ends by itself (systems are back from their backup)."""
        own_s = _POINTS[self.fault].own_length_s(self.parameters) if self.fault in _POINTS else None
        return min((s for s in (self.for_s, own_s) if s is not None), default=None)


@dataclass(frozen=True, slots=True)
class Hit:
    """A row of a disruption file: a share (0 to 1) of what is called `name` is damaged `at_s` after its zero."""

    line: int
    at_s: float
    name: str
    share: float


@dataclass(frozen=True, slots=True)
class Disruption:
    """What a disruption file says; `file` is its name."""

    file: str
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One fault at `at_s` on `targets` (or on what `selector` finds, until `selector.resolve` has filled them in).

    A `hazard` or `wear` draws its `cases` from the run's seed: then each target has a fault and moment of its own, and
    `fault` is empty unless only that one is meant. `for_drawn` and `work_drawn` say that their lengths are drawn as
    well. A `disruption` brings its cases along, once it is known which city they befall; `left_out` are the names that
    this does not have. With `when` it comes as soon as that state is there, not before `at_s`, and once on each target.
    It ends after `for_s`, when the repair is done, or at the run's `heal_by_s`, whichever comes first. `isolation` says
    how its effect is ended before that.
    """

    id: str
    at_s: float
    fault: str
    targets: tuple[str, ...] = ()
    selector: Selector | None = None
    for_s: float | None = None
    repair: Repair | None = None
    parameters: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))
    evidence: Evidence | None = None
    title: Text | None = None
    when: Trigger | None = None
    hazard: Hazard | None = None
    wear: Wear | None = None
    for_drawn: bool = False
    work_drawn: bool = False
    cases: tuple[Case, ...] | None = None
    disruption: Disruption | None = None
    left_out: tuple[str, ...] = ()
    isolation: Isolation | None = None

    @property
    def is_drawn(self) -> bool:
        """Whether its faults come from a draw."""
        return self.hazard is not None or self.wear is not None

    @property
    def is_open(self) -> bool:
        """Whether it is still to be found or drawn what is meant."""
        listed = self.is_drawn or self.disruption is not None
        return self.selector is not None or (listed and self.cases is None)

    @property
    def acts(self) -> tuple[Case, ...]:
        """What is asked for, target by target."""
        if self.cases is not None:
            return self.cases
        work_s = None if self.repair is None else self.repair.work_s
        return tuple(Case(t, self.fault, self.at_s, self.for_s, work_s, self.parameters) for t in self.targets)
