"""Puts what a run has left, or leaves just now, in the order of time and writes it as points."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from simulator.contracts.event import Event
from simulator.contracts.history import Gauges
from simulator.contracts.measurements import BEAT_S, SLOW_BEAT_S, SNAPSHOT_S
from simulator.contracts.registry import registry
from simulator.contracts.ticks import to_ticks
from stadtwerk.influx.control import Desk
from stadtwerk.influx.people import People
from stadtwerk.influx.places import Places, RunIdentity
from stadtwerk.influx.results import Held, Notes, Results
from stadtwerk.influx.sender import Out
from stadtwerk.influx.states import Faults, States, Stores

if TYPE_CHECKING:
    from resilience.judge.verdict import Verdict

BEAT, SLOW_BEAT, SNAPSHOT = to_ticks(BEAT_S), to_ticks(SLOW_BEAT_S), to_ticks(SNAPSHOT_S)


class Source(Protocol):
    """What has happened so far. Each call gives what is new since the last one, in the order of time."""

    def events(self) -> Sequence[Event]: ...

    def levels(self) -> Sequence[tuple[int, str, float, float | None]]:
        """Tick, level, value, and people below its minimum where they are counted one by one."""
        ...

    def gauges(self) -> Gauges: ...


Step = tuple[int, int, Callable[[], None]]


class Replay:
    """Writes a run up to a tick, from where it stopped. The lines are the same in however many steps it is called."""

    def __init__(self, run: RunIdentity, source: Source) -> None:
        self._run, self._source = run, source
        self._out = Out(run)
        places = Places(run.city)
        self._stores, self._notes = Stores(places, self._out), Notes(places, run.scenario, self._out)
        self._states, self._people = States(run, places, self._stores, self._out), People(run, places, self._out)
        self._results = Results(run, places, self._out)
        asked = run.scenario.control
        self._desk = Desk(places, self._out, asked is not None and asked.has_room)
        self._waiting: list[Step] = []
        self._beat = run.begin
        self._results.opened(run.begin)

    def advance(self, until: int) -> list[bytes]:
        """Lines of everything before the tick `until`, of which all must be known."""
        self._waiting += self._gathered()
        self._waiting.sort(key=lambda step: step[:2])  # stable: what came first at a tick stays first
        place = 0
        while True:
            tick = min(self._waiting[place][0] if place < len(self._waiting) else until, self._beat)
            if tick >= until:
                break
            self._people.advance(tick)
            while place < len(self._waiting) and self._waiting[place][0] == tick:
                self._waiting[place][2]()
                place += 1
            self._states.flush(tick)
            if self._people.changed or tick == self._beat:
                faults = self._states.faults(self._people.below)
                self._people.flush(tick, faults)
                if tick == self._beat:
                    self._at_beat(tick, faults)
                    self._beat += BEAT
        del self._waiting[:place]
        return self._out.take()

    def judged(self, verdict: Verdict, digest: str, report: str, held: Held = MappingProxyType({})) -> list[bytes]:
        """Lines of what the run has come to. `digest` is that of its folder, `report` says where its report is."""
        self._people.over(self._run.end)
        self._states.over(self._run.end)
        self._desk.over(self._run.end)
        self._results.judged(verdict, self._run.end, digest, report, held)
        return self._out.take()

    def _gathered(self) -> list[Step]:
        steps: list[Step] = []
        for tick, level, value, people in self._source.levels():
            steps.append((tick, 0, lambda n=level, v=value, p=people: self._level(n, v, p)))  # type: ignore[misc]
        for event in self._source.events():
            steps.append((event.at, 1, lambda event=event: self._event(event)))  # type: ignore[misc]
        gauges = self._source.gauges()
        rows = zip(gauges.at.tolist(), gauges.place.tolist(), gauges.values.tolist(), strict=True)
        for tick, place, value in rows:
            subject, quantity = gauges.names[place]
            steps.append((tick, 2, lambda s=subject, q=quantity, v=value, t=tick: self._gauge(s, q, v, t)))  # type: ignore[misc]
        return steps

    def _level(self, name: str, value: float, people: float | None) -> None:
        owed = self._people.level(name, value, people)
        if registry().measures[owed.measure].subject == "component":
            self._states.share(owed.subject, value)

    def _event(self, event: Event) -> None:
        self._states.event(event)
        self._stores.event(event)
        self._notes.event(event)
        self._desk.event(event)

    def _gauge(self, subject: str, quantity: str, value: float, tick: int) -> None:
        self._desk.gauge(subject, quantity, value, tick)
        self._states.gauge(subject, quantity, value)
        self._stores.gauge(subject, quantity, value)

    def _at_beat(self, tick: int, faults: Faults) -> None:
        since = tick - self._run.begin
        self._people.beat(tick, faults)
        self._states.beat(tick)
        self._desk.beat(tick)
        if since % SLOW_BEAT == 0:
            self._states.slow_beat(tick)
            self._stores.slow_beat(tick)
        if since % SNAPSHOT == 0:
            self._states.snapshot(tick)
            if since:
                self._results.still_open(tick)
