"""Executes a timeline through the fault door, and looks for evidence of each fault's effect.

It looks for the states that faults wait for, and keeps what it saw, so that others can judge when a fault was due.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

import numpy as np

from resilience.inject import events
from resilience.scenario.scenario import Case, Evidence, Isolation, Repair, Scenario, TimelineEntry, Trigger
from simulator.contracts.city import City
from simulator.contracts.event import EventCode, Value
from simulator.contracts.fault import ELSEWHERE, FaultDoor, FaultPoint, Sign
from simulator.contracts.history import Course, Executed
from simulator.contracts.registry import registry
from simulator.contracts.ticks import to_s, to_ticks

Measure = Callable[[str, str], float]
"""The true value of (component, quantity) now; raises `KeyError` if nothing measures it."""


class Signals:
    """What was seen of every signal that an entry waits for; a value is kept when it differs from the one before."""

    def __init__(self, measure: Measure) -> None:
        self._measure = measure
        self._seen: dict[tuple[str, str], tuple[list[int], list[float]]] = {}

    def look(self, entry: str, trigger: Trigger, target: str, now: int) -> float:
        """The signal's value now. Raises `KeyError` if nothing measures it."""
        value = float(self._measure(trigger.at(target), trigger.quantity))
        at, values = self._seen.setdefault((entry, trigger.name(target)), ([], []))
        if not at or values[-1] != value:
            if at and at[-1] == now:
                at.pop()
                values.pop()
            at.append(now)
            values.append(value)
        return value

    @property
    def courses(self) -> Mapping[tuple[str, str], Course]:
        """By (timeline entry, signal): the course as far as it was watched."""
        return MappingProxyType(
            {
                key: Course(np.array(at, dtype=np.int64), np.array(values, dtype=np.float64))
                for key, (at, values) in self._seen.items()
            }
        )


def due_at(course: Course, trigger: Trigger, earliest: int) -> int | None:
    """The first tick from `earliest` on at which the state was seen; None if it never was."""
    for i, (at, value) in enumerate(zip(course.at.tolist(), course.values.tolist(), strict=True)):
        if trigger.seen_in(value):
            until = int(course.at[i + 1]) if i + 1 < len(course.at) else None
            if until is None or until > earliest:
                return max(int(at), earliest)
    return None


POLL_S = 60.0
"""Time between two looks at a signal (assumption). The first look for evidence is at the instant of the fault itself,
the first look for a state at the earliest moment that its entry allows."""


class Schedule(Protocol):
    """The clock, as far as the injector needs it. `at` runs a call at a tick, after what is queued for it already."""

    @property
    def now(self) -> int: ...

    def at(self, tick: int, who: str, call: Callable[[], None]) -> None: ...


class SendRepair(Protocol):
    """Sends a crew to a component, to work on what is `broken`; `done` gets the event of the finished work.

    Raises `KeyError` for no such depot.
    """

    def __call__(
        self,
        target: str,
        work_s: float | None,
        cause: int | None,
        done: Callable[[int], None],
        depot: str | None = None,
        broken: str | None = None,
        trade: str = "",
        entry: str = "",
    ) -> None: ...


Segment = Callable[[str, frozenset[tuple[str, str]] | None], tuple[str, ...]]
"""What the valves around a broken thing close off together, itself first; see `Networks.segment`."""


def alone(broken: str, valves: frozenset[tuple[str, str]] | None) -> tuple[str, ...]:
    """Nothing but what is broken: nobody knows the networks."""
    return (broken,)


class Log(Protocol):
    """Adds one event now and returns its id."""

    def __call__(
        self,
        code: EventCode,
        subject: str,
        params: Mapping[str, Value] | None = None,
        *,
        cause: int | None = None,
        value: float | None = None,
    ) -> int: ...


@dataclass(slots=True)
class _Act:
    """One fault on one target on its way through the run.

    `armed` is false while the signal of its evidence is as it was before the fault: a road that was empty anyway is no
    sign of its closure. `before` is what the signs that the fault declares were measured as just before it came, for
    those that can be measured. `closed` are the things that are closed off because of it, each with the fault that is.
    """

    entry: TimelineEntry
    case: Case
    site: str
    applied_at: int | None = None
    cleared_at: int | None = None
    evidence_at: int | None = None
    event: int | None = None
    armed: bool = True
    before: tuple[tuple[Sign, float], ...] = ()
    all_measured: bool = False
    shown_at: int | None = None
    shown_by: str = ""
    closed: tuple[tuple[str, str], ...] = ()

    @property
    def target(self) -> str:
        return self.case.target

    @property
    def in_force(self) -> bool:
        return self.applied_at is not None and self.cleared_at is None


class Injector:
    """Breaks and mends what a resolved scenario asks. Call `start` once, before the clock passes zero.

    A fault that the door refuses stays unapplied and is noted: comparing executed with asked then fails the run.

    Entries that are only `watched` break nothing: it is looked for their evidence as if they had.
    """

    def __init__(
        self,
        scenario: Scenario,
        city: City,
        door: FaultDoor,
        clock: Schedule,
        measure: Measure,
        repair: SendRepair,
        log: Log,
        watched: frozenset[str] = frozenset(),
        segment: Segment = alone,
    ) -> None:
        if any(entry.is_open for entry in scenario.timeline):
            raise ValueError(f"scenario {scenario.id!r} has selectors or draws left: resolve it first")
        self._scenario, self._city, self._door, self._clock = scenario, city, door, clock
        self._measure, self._repair, self._log, self._watched = measure, repair, log, watched
        self._segment = segment
        self._signals = Signals(measure)
        self._acts = [
            _Act(entry, case, _site(entry.repair, case.target, city))
            for entry in scenario.timeline
            for case in entry.acts
        ]

    def start(self) -> None:
        """Put the whole timeline on the clock. Ends before beginnings where both fall on one tick."""
        heal_by = self._scenario.run.heal_by_s
        if heal_by is not None:
            self._clock.at(to_ticks(heal_by), "heal_by", self._heal)
        timed = [act for act in self._acts if act.entry.when is None]
        for act in timed:
            self._end(act, to_ticks(act.case.at_s))
        for act in timed:
            self._clock.at(to_ticks(act.case.at_s), act.entry.id, lambda act=act: self._apply(act))  # type: ignore[misc]
        for entry in self._scenario.timeline:
            if entry.when is not None:
                acts = [act for act in self._acts if act.entry is entry]
                self._wait(acts, entry.when, to_ticks(entry.at_s))

    @property
    def executed(self) -> tuple[Executed, ...]:
        """What has been done so far, in the order of the timeline."""
        return tuple(
            Executed(
                act.entry.id,
                act.target,
                act.case.fault,
                act.applied_at,
                act.cleared_at,
                act.evidence_at,
                act.entry.evidence is not None,
                act.shown_at,
                act.shown_by,
                act.all_measured,
                bool(act.before) and not any(sign.possible(value) for sign, value in act.before),
            )
            for act in self._acts
        )

    @property
    def signals(self) -> Mapping[tuple[str, str], Course]:
        """What was seen of the signals that faults wait for, by (timeline entry, signal)."""
        return self._signals.courses

    def _wait(self, acts: list[_Act], when: Trigger, tick: int) -> None:
        """Look at `tick` for the state that these acts wait for, and again until all have come or nothing may break."""
        run = self._scenario.run
        if acts and tick < to_ticks(run.duration_s if run.heal_by_s is None else run.heal_by_s):
            self._clock.at(tick, acts[0].entry.id, lambda: self._watch(acts, when))

    def _watch(self, acts: list[_Act], when: Trigger) -> None:
        now, waiting = self._clock.now, []
        due: list[tuple[_Act, float]] = []
        for act in acts:
            try:
                value = self._signals.look(act.entry.id, when, act.target, now)
            except KeyError:
                at = when.at(act.target)
                self._log(events.NEVER_COMES, at, self._of(act) | {"component": at, "quantity": when.quantity})
                continue
            if when.seen_in(value):
                due.append((act, value))
            else:
                waiting.append(act)
        for act, value in due:  # after all looks: what one fault does at once must not make another come
            state = {"entry": act.entry.id, "quantity": when.quantity}
            event = self._log(events.STATE_SEEN, when.at(act.target), state, value=value)
            self._end(act, now)
            self._apply(act, event)
        self._wait(waiting, when, now + to_ticks(POLL_S))

    def _end(self, act: _Act, begin: int) -> None:
        """Put the end of a fault that lasts for a given time, or ends by itself, on the clock."""
        length_s = act.case.length_s
        if length_s is not None:
            by_itself = length_s != act.case.for_s
            end = begin + to_ticks(length_s)
            self._clock.at(end, act.entry.id, lambda: self._clear(act, act.event if by_itself else None))

    def _apply(self, act: _Act, because: int | None = None) -> None:
        entry = act.entry
        act.armed = not self._seen_before(act)
        declared = self._signs_of(act)
        before = self._measured(act, declared)
        if entry.id not in self._watched:
            try:
                act.event = self._door.apply(act.target, act.case.fault, entry.id, act.case.parameters, because)
            except (KeyError, NotImplementedError) as error:
                code = events.NOT_DECLARED if isinstance(error, KeyError) else events.NOT_HANDLED
                self._log(code, act.target, self._of(act))
                return
        act.applied_at = self._clock.now
        if entry.repair is not None and entry.id not in self._watched:
            self._call_crew(act, entry.repair)
        if entry.isolation is not None and entry.id not in self._watched:
            self._isolate_later(act, entry.isolation)
        if entry.evidence is not None:
            evidence = entry.evidence
            self._clock.at(self._clock.now, entry.id, lambda: self._look(act, evidence))
        elif before:
            act.before, act.all_measured = before, all(sign.measured for sign in declared)
            self._clock.at(self._clock.now, entry.id, lambda since=self._clock.now: self._look_for_signs(act, since))  # type: ignore[misc]

    def _signs_of(self, act: _Act) -> tuple[Sign, ...]:
        """The signs that the fault declares for such a thing; none where the scenario says what is to be seen."""
        if act.entry.evidence is not None:
            return ()
        return evidence_of(act.target, act.case.fault, self._city)

    def _measured(self, act: _Act, signs: tuple[Sign, ...]) -> tuple[tuple[Sign, float], ...]:
        """Those of the signs that can be measured at the target, with their values now."""
        found = []
        for sign in signs:
            if sign.measured:
                try:
                    found.append((sign, float(self._measure(act.target, sign.quantity))))
                except KeyError:
                    continue  # nothing in this city measures it there
        return tuple(found)

    def _look_for_signs(self, act: _Act, since: int) -> None:
        """One look at the signs that the fault declares; the next is due in `POLL_S` while any may still show."""
        if act.shown_at is not None or not act.in_force:
            return
        self._see(act, self._clock.now - since)
        if act.shown_at is None and any(
            sign.possible(value) and self._clock.now - since + to_ticks(POLL_S) <= to_ticks(sign.within_s)
            for sign, value in act.before
        ):
            following = self._clock.now + to_ticks(POLL_S)
            self._clock.at(following, act.entry.id, lambda: self._look_for_signs(act, since))

    def _see(self, act: _Act, passed: int) -> None:
        for sign, before in act.before:
            if passed <= to_ticks(sign.within_s) and sign.seen(before, self._measure(act.target, sign.quantity)):
                act.shown_at, act.shown_by = self._clock.now, sign.quantity
                return

    def _seen_before(self, act: _Act) -> bool:
        evidence = act.entry.evidence
        if evidence is None:
            return False
        try:
            return evidence.seen_in(self._measure(evidence.at(act.target), evidence.quantity))
        except KeyError:
            return False  # the first look says so

    def _call_crew(self, act: _Act, repair: Repair) -> None:
        def done(event: int) -> None:
            self._clear(act, event)

        try:
            work_s = repair.work_s if act.case.work_s is None else act.case.work_s
            depot, entry = repair.depot or None, act.entry.id
            self._repair(act.site, work_s, act.event, done, depot, act.target, repair.trade, entry)
        except KeyError:
            unknown = {"entry": act.entry.id, "depot": repair.depot}
            self._log(events.NO_SUCH_DEPOT, act.target, unknown, cause=act.event)

    def _isolate_later(self, act: _Act, how: Isolation) -> None:
        """Put on the clock that what is broken is closed off, or that it is looked whether somebody sees it."""
        if how.seen is None:
            due = self._clock.now + to_ticks(how.after_s)
            self._clock.at(due, act.entry.id, lambda: self._isolate(act, how, act.event))
        else:
            seen = how.seen
            self._clock.at(self._clock.now, act.entry.id, lambda: self._look_out(act, how, seen))

    def _look_out(self, act: _Act, how: Isolation, seen: Trigger) -> None:
        """One look whether it is seen by now; the next one is due in `POLL_S`."""
        if not act.in_force:
            return
        at, now = seen.at(act.target), self._clock.now
        try:
            value = self._measure(at, seen.quantity)
        except KeyError:
            self._log(events.NEVER_SEEN, at, self._of(act) | {"component": at, "quantity": seen.quantity})
            return
        if seen.seen_in(value):
            state: dict[str, Value] = {"entry": act.entry.id, "quantity": seen.quantity}
            event = self._log(events.BREAK_SEEN, at, state, cause=act.event, value=value)
            due = now + to_ticks(how.after_s)
            self._clock.at(due, act.entry.id, lambda: self._isolate(act, how, event))
        else:
            self._clock.at(now + to_ticks(POLL_S), act.entry.id, lambda: self._look_out(act, how, seen))

    def _isolate(self, act: _Act, how: Isolation, because: int | None) -> None:
        """Close the valves, if it is not mended by now."""
        if not act.in_force:
            return
        valves = None if how.valves is None else frozenset(how.valves)
        around = self._segment(act.target, valves) if how.around else (act.target,)
        closed = []
        for target in around:
            fault = closes(target, act.case.fault, self._city)
            if fault:
                self._door.apply(target, fault, _closing(act), {}, because)
                closed.append((target, fault))
        act.closed = tuple(closed)

    def _reopen(self, act: _Act, because: int | None) -> None:
        for target, fault in act.closed:
            self._door.clear(target, fault, _closing(act), because)
        act.closed = ()

    def _of(self, act: _Act) -> dict[str, Value]:
        return {"fault": act.case.fault, "entry": act.entry.id}

    def _clear(self, act: _Act, because: int | None) -> None:
        if act.in_force:  # heal_by may have been first
            if act.shown_at is None and act.applied_at is not None:
                self._see(act, self._clock.now - act.applied_at)
            if act.entry.id not in self._watched:
                self._door.clear(act.target, act.case.fault, act.entry.id, because)
                self._reopen(act, because)
            act.cleared_at = self._clock.now

    def _heal(self) -> None:
        left = [act for act in self._acts if act.in_force]
        event = self._log(events.HEALED, self._scenario.id, value=float(len(left)))
        for act in left:
            self._clear(act, event)

    def _look(self, act: _Act, evidence: Evidence) -> None:
        """One look; the next is due in `POLL_S`, the last one when the time for it is over."""
        fault: dict[str, Value] = {"fault": act.case.fault}
        if act.applied_at is None or not act.in_force:
            self._log(events.CLEARED_UNSEEN, act.target, fault, cause=act.event)
            return
        component = evidence.at(act.target)
        signal = fault | {"component": component, "quantity": evidence.quantity}
        try:
            value = self._measure(component, evidence.quantity)
        except KeyError:
            self._log(events.NOT_MEASURED, act.target, signal, cause=act.event)
            return
        now, last = self._clock.now, act.applied_at + to_ticks(evidence.within_s)
        seen = evidence.seen_in(value)
        act.armed = act.armed or not seen
        if seen and act.armed:
            act.evidence_at = now
            signal["after_s"] = to_s(now - act.applied_at)
            self._log(events.TOOK_EFFECT, act.target, signal, cause=act.event, value=value)
        elif now >= last:
            signal["after_s"] = evidence.within_s
            code = events.NO_CHANGE if seen else events.NO_EFFECT
            self._log(code, act.target, signal, cause=act.event, value=value)
        else:
            following = min(now + to_ticks(POLL_S), last)
            self._clock.at(following, act.entry.id, lambda: self._look(act, evidence))


def evidence_of(target: str, fault: str, city: City) -> tuple[Sign, ...]:
    """The signs that a fault declares at a component or link; of a plug-in that declares none: what it does to others.

    An id that the city does not have, or a fault that is not declared there, has none.
    """
    points: tuple[FaultPoint, ...] = ()
    if target in city.components:
        points = registry().faults_of_type.get(city.components[target].kind, ())
    elif target in city.links:
        points = registry().links[city.links[target].kind].faults
    return next((point.evidence or (ELSEWHERE,) for point in points if point.name == fault), ())


def build_injector(
    scenario: Scenario,
    city: City,
    door: FaultDoor,
    clock: Schedule,
    measure: Measure,
    repair: SendRepair,
    log: Log,
    watched: frozenset[str] = frozenset(),
    segment: Segment = alone,
) -> Injector:
    """An injector that is on the clock. Raises `ValueError` if the scenario has unresolved selectors.

    With a runtime: `build_injector(scenario, city, runtime.faults, runtime.clock, runtime.quantities.value,
    runtime.crews.repair, runtime.log.add)`.
    """
    injector = Injector(scenario, city, door, clock, measure, repair, log, watched, segment)
    injector.start()
    return injector


def closes(target: str, fault: str, city: City) -> str:
    """The fault by which a component is closed off where something is broken in this way; empty for none.

    What lies between the valves around is closed in the way in which what is broken would be.
    """
    component = city.components.get(target)
    broken = registry().faults.get(fault)
    if component is None or broken is None or not broken.closed_off:
        return ""
    return broken.closed_off if registry().types[component.kind].fault(broken.closed_off) is not None else ""


def _closing(act: _Act) -> str:
    """The key under which things are closed off because of it."""
    return f"{act.entry.id}/{act.target}"


def _site(repair: Repair | None, target: str, city: City) -> str:
    """Where a crew drives to: the site named, the broken component, or what a broken link leads to."""
    if repair is not None and repair.site:
        return repair.site
    return city.links[target].target if target in city.links else target
