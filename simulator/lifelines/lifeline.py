"""What all lifelines have in common: a mode, the share of the duty that is served in it, and why."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import ClassVar

from simulator.contracts.component import Component
from simulator.contracts.event import EventCode, EventKind, Value
from simulator.contracts.link import Link
from simulator.contracts.registry import registry
from simulator.coupling.police import staff_present
from simulator.coupling.runtime import Runtime
from simulator.domains.ict.catalogue import CONTROL


@dataclass(frozen=True, slots=True)
class Duty:
    """How a lifeline does now: its mode, the share of its duty served (0 to 1), and the reason with its parameters."""

    mode: str
    share: float
    why: EventCode
    params: Mapping[str, Value] = field(default_factory=dict)


class Lifeline(ABC):
    """A component that is judged again, once an instant, when something it watches has changed or its time has come.

    A kind of lifeline says what it watches (`watches`) and how it does (`judge`); `because` is the event that it is
    judged for. It starts in its best mode, as if it had always been in it; where that is not so, the first event says
    so. What is served is multiplied by the share of the staff that is there (assumption: half the people do half the
    work). `tells` are the lifelines that lean on this one's share.
    """

    kind: ClassVar[str]
    judged_for: ClassVar[tuple[str, ...]] = ()
    """Faults of what it watches, beside those of its own type, that it is judged for."""

    def __init__(self, runtime: Runtime, component: Component) -> None:
        self.runtime, self.component, self.id = runtime, component, component.id
        self.mode = registry().types[component.kind].modes[0]
        self.share = 1.0
        self.last_event: int | None = None
        self._levels = tuple(
            level.id
            for level in runtime.city.levels.values()
            if level.measure == "lifeline" and level.subject == self.id
        )
        self._dirty = False
        self._wakes: list[int] = []
        self._causes: list[int] = []
        self._woken_by: int | None = None
        self.because: int | None = None
        self.tells: list[Lifeline] = []

    @classmethod  # noqa: B027
    def begin(cls, runtime: Runtime, all_of_type: Sequence[Lifeline]) -> None:
        """For what is done once for all lifelines of a type, after they have started."""

    def tie(self, lifelines: Mapping[str, Lifeline]) -> None:  # noqa: B027
        """For lifelines that lean on each other: told once, before any starts, who else is there."""

    def start(self, judged: Callable[[], None]) -> None:
        """Watch, and judge for the first time, now. `judged` is called at every judgement."""
        self._count = judged
        for subject in dict.fromkeys((self.id, *self.watches())):
            self.runtime.supply.watch(subject, self.touch)
        self._look()

    def watches(self) -> tuple[str, ...]:
        """Components and links, beside its own, whose change may change how it does."""
        return ()

    @abstractmethod
    def judge(self) -> Duty:
        """How it does now, from the state of what it watches and of the clock."""

    def judged(self, duty: Duty, cause: int | None) -> None:  # noqa: B027
        """For more levels and quantities: called after each judgement with the event behind it."""

    def touch(self, subject: str, cause: int | None) -> None:
        """Something watched has changed: judge at the end of this instant."""
        if cause is not None:
            self._causes.append(cause)
        self._look_soon()

    def _look_soon(self) -> None:
        """Judge at the end of this instant: by then all that happens in it has been told, with its cause."""
        if not self._dirty:
            self._dirty = True
            self.runtime.clock.soon(self.id, self._look)

    def _bridged(self, cause: int) -> bool:
        """Whether it is a supply that a reserve bridges: behind nothing, where there is anything else."""
        event = self.runtime.log.event(cause)
        return event.kind is EventKind.SUPPLY_LOST and bool(event.value)

    def wake(self, tick: int) -> None:
        """For `judge`: judge again at `tick`, when a delay or the clock on the wall is over, for the reason of now."""
        self._wakes.append(tick)

    def believed_cause(self) -> int | None:
        """The cause of a new mode that nobody handed on: what changed this lifeline before."""
        return self.last_event

    def control_links(self, target_kind: str) -> tuple[Link, ...]:
        """Its control links to components of one kind."""
        components = self.runtime.city.components
        links = self.runtime.city.links_out_of(self.id, CONTROL)
        return tuple(link for link in links if components[link.target].kind == target_kind)

    def _look(self) -> None:
        self._count()
        causes = [one for one in self._causes if not self._bridged(one)] if len(self._causes) > 1 else []
        # a look that was due anyway is no reason for what something else has changed at this very instant
        cause = self.runtime.log.together(reversed(causes or self._causes)) if self._causes else self._woken_by
        self._causes, self._woken_by, self._dirty = [], None, False
        self.because = cause
        duty = self.judge()
        if duty.mode != self.mode:
            cause = self.believed_cause() if cause is None else cause
            why, params = duty.why, duty.params
            self.last_event = cause = self.runtime.mode(self.id, self.mode, duty.mode, why, params, cause)
            self.mode = duty.mode
        before, self.share = self.share, duty.share * staff_present(self.runtime.faults, self.id)
        cause = self.last_event if cause is None else cause
        for level in self._levels:
            self.runtime.levels.record(level, self.share, cause)
        self.judged(duty, cause)
        if self.share != before:
            for other in self.tells:
                other.touch(self.id, cause)
        wakes, self._wakes = self._wakes, []
        for tick in wakes:
            self.runtime.clock.at(tick, self.id, partial(self._woken, cause))

    def _woken(self, cause: int | None) -> None:
        self._woken_by = cause if self._woken_by is None else self._woken_by
        self.runtime.clock.soon(self.id, self._look_soon)  # what has changed at this instant is told by then


class Site:
    """Records the levels owed of such a place: 1 while it works, else 0."""

    def __init__(self, runtime: Runtime, component: Component) -> None:
        self._runtime, self.id = runtime, component.id
        self._levels = tuple(
            level.id
            for level in runtime.city.levels.values()
            if level.measure == "lifeline" and level.subject == self.id
        )

    def start(self) -> None:
        if self._levels:
            self._runtime.supply.watch(self.id, self._record)
            self._record(self.id, None)

    def _record(self, subject: str, cause: int | None) -> None:
        for level in self._levels:
            self._runtime.levels.record(level, float(self._runtime.supply.works(self.id)), cause)
