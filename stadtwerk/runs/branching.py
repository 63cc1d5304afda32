"""Many runs that share their beginning: it is lived through once, and a child process is forked for each case.

Neither EPANET nor UXsim can be copied or pickled in mid-run; a forked process can go on with both. Every case must have
the city, the seed and the run settings of the others. Where the system cannot fork, each case runs from the beginning;
the result is the same, byte for byte.
"""

from __future__ import annotations

import gc
import os
import pickle
import selectors
import signal
import traceback
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Generic, TypeVar

from simulator.contracts.event import EventKind
from simulator.contracts.history import History
from stadtwerk.runs.events import BEGIN, END, WARM

if TYPE_CHECKING:
    from resilience.inject.injector import Injector, Schedule
    from resilience.scenario.scenario import Scenario
    from simulator.contracts.city import City
    from simulator.kernel import Clock

R = TypeVar("R")

TRUNK = "trunk"
"""Stands for the scenario in the log of the shared beginning, until a branch knows its own."""


@dataclass(frozen=True, slots=True)
class Lived:
    """One case at its end. `indifferent` are the links of which it is proved that cutting them, from the first fault
    of all cases on, would have changed nothing (see `WitnessSupply`).
    """

    scenario: Scenario
    history: History
    indifferent: frozenset[str]


Reduce = Callable[[Lived], R]
"""Takes what matters out of a case, in the process that lived it; the result crosses a pipe, so it must pickle."""


class BranchFailed(RuntimeError):
    """A case could not be run to its end; the message names it and says why."""


def cores() -> int:
    """How many processes can work at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def can_fork() -> bool:
    return hasattr(os, "fork")


def run_cases(
    city: City,
    cases: Sequence[Scenario],
    seed: int,
    reduce: Reduce[R],
    jobs: int | None = None,
    fork: bool = True,
    known: Collection[int] = (),
) -> Iterator[tuple[int, R]]:
    """Yield (place in `cases`, reduced result), in the order in which they are done.

    Those at the places that are `known` are not lived through again, though they shape the beginning. `jobs` children
    work at once (as many as there are cores). Raises `ValueError` for cases that differ in their run settings or have
    selectors left, `BranchFailed` for a case that breaks down; no child is left behind.
    """
    asked = [i for i in range(len(cases)) if i not in known]
    if not asked:
        return
    if any(case.run != cases[0].run for case in cases):
        raise ValueError("cases that share a beginning must have the same run settings")
    if not (fork and can_fork()):
        yield from ((i, run_alone(city, cases[i], seed, reduce, cases)) for i in asked)
        return
    trunk = Trunk(city, cases, seed)
    try:
        trunk.grow()
        children: _Children[R] = _Children(jobs or cores())
        with children:
            for i in asked:
                while children.full:
                    yield from children.done()
                children.start(i, cases[i].id, lambda case=cases[i]: trunk.branch(case, reduce))  # type: ignore[misc]
            while children.any:
                yield from children.done()
    finally:
        trunk.close()


def run_alone(city: City, case: Scenario, seed: int, reduce: Reduce[R], among: Sequence[Scenario] = ()) -> R:
    """One case from the beginning, in this process; of several (`among`), as if they shared their beginning."""
    trunk = Trunk(city, (case,), seed, among)
    try:
        trunk.grow()
        return trunk.branch(case, reduce)
    finally:
        trunk.close()


class Trunk:
    """The shared beginning, up to just before the first fault of any case.

    A run from scratch puts its timeline on the clock before anything moves, so that a fault comes before whatever else
    happens at its instant. The trunk does not know the timelines yet: it keeps slots on the clock for each instant at
    which a case begins or ends faults, as many as any case needs there, and a branch fills them.
    """

    def __init__(self, city: City, cases: Sequence[Scenario], seed: int, among: Sequence[Scenario] = ()) -> None:
        from resilience.inject.foreseen import foreseen
        from simulator.coupling import Runtime, WitnessSupply
        from simulator.kernel import Clock
        from stadtwerk.runs.wiring import start_domains

        run = cases[0].run
        self._clock = Clock(run.start, run.warmup_s, run.duration_s)
        self._runtime = Runtime.build(city, self._clock, seed, WitnessSupply, foreseen(among or cases, city))
        self._runtime.log.add(BEGIN, TRUNK, after=city.name)
        self._clock.at(0, "run", self._warm)
        self._running = start_domains(self._runtime)
        needed: Counter[int] = Counter()
        for case in cases:
            planning = _Planning(self._clock.begin)
            self._injector(case, planning)
            needed |= planning.ticks
        self._slots = _Slots(self._clock, needed)

    def grow(self) -> None:
        """Live through the beginning."""
        self._clock.run_until(min(self._slots.first, self._clock.end) - 1)

    def branch(self, case: Scenario, reduce: Reduce[R]) -> R:
        """Live through the rest of a case, in a process of its own or as the last thing this trunk does."""
        from simulator.coupling import WitnessSupply

        runtime, supply = self._runtime, self._runtime.supply
        assert isinstance(supply, WitnessSupply)
        injector = self._injector(case, self._slots)
        self._slots.close()
        supply.begin_noting()
        self._clock.run_until(self._clock.end)
        runtime.log.add(END, TRUNK)
        events = tuple(
            replace(event, subject=case.id) if event.subject == TRUNK and event.kind is EventKind.RUN else event
            for event in runtime.log.events
        )
        levels, executed = runtime.levels.courses(), injector.executed
        history = History(self._clock.begin, self._clock.end, levels, events, executed, injector.signals)
        return reduce(Lived(case, history, supply.indifferent()))

    def _warm(self) -> None:
        self._runtime.log.add(WARM, TRUNK)

    def _injector(self, case: Scenario, schedule: Schedule) -> Injector:
        from resilience.inject.injector import build_injector

        runtime = self._runtime
        doors = runtime.quantities.value, runtime.crews.repair, runtime.log.add
        return build_injector(case, runtime.city, runtime.faults, schedule, *doors, segment=runtime.networks.segment)

    def close(self) -> None:
        from stadtwerk.runs.wiring import close_all

        close_all(self._running)


class _Planning:
    """A clock that only takes down at which instants an injector means to act when it starts."""

    def __init__(self, now: int) -> None:
        self.now = now
        self.ticks: Counter[int] = Counter()

    def at(self, tick: int, who: str, call: Callable[[], None]) -> None:
        self.ticks[tick] += 1


class _Slots:
    """The clock as an injector sees it: what it plans while it starts goes into the slots kept for it."""

    def __init__(self, clock: Clock, needed: Mapping[int, int]) -> None:
        self._clock, self._open = clock, True
        self._calls: dict[int, deque[Callable[[], None]]] = {tick: deque() for tick in needed}
        self.first = min(needed, default=clock.end)
        for tick, number in sorted(needed.items()):
            for _ in range(number):
                clock.at(tick, "case", lambda tick=tick: self._due(tick))  # type: ignore[misc]

    @property
    def now(self) -> int:
        return self._clock.now

    def at(self, tick: int, who: str, call: Callable[[], None]) -> None:
        if self._open:
            self._calls[tick].append(call)
        else:
            self._clock.at(tick, who, call)

    def close(self) -> None:
        """From now on whatever is planned goes to the clock itself."""
        self._open = False

    def _due(self, tick: int) -> None:
        if self._calls[tick]:
            self._calls[tick].popleft()()


class _Children(Generic[R]):
    """Forked processes at work, each with a pipe for its result. On the way out those still there are ended."""

    def __init__(self, most: int) -> None:
        self._most = max(1, most)
        self._selector = selectors.DefaultSelector()
        self._at_work: dict[int, tuple[int, int, str, list[bytes]]] = {}

    def __enter__(self) -> _Children[R]:
        return self

    def __exit__(self, *_: object) -> None:
        for pipe, (pid, *_rest) in self._at_work.items():
            os.close(pipe)
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        self._selector.close()

    @property
    def full(self) -> bool:
        return len(self._at_work) >= self._most

    @property
    def any(self) -> bool:
        return bool(self._at_work)

    def start(self, place: int, name: str, work: Callable[[], R]) -> None:
        read, write = os.pipe()
        gc.freeze()  # a collection in the child would copy every page that it touches
        pid = os.fork()
        if pid == 0:
            _live(write, work)
        gc.unfreeze()
        os.close(write)
        self._at_work[read] = (pid, place, name, [])
        self._selector.register(read, selectors.EVENT_READ)

    def done(self) -> Iterator[tuple[int, R]]:
        """Wait until something arrives, and hand on what is complete."""
        for key, _ in self._selector.select():
            pipe = key.fd
            pid, place, name, parts = self._at_work[pipe]
            part = os.read(pipe, 1 << 20)
            if part:
                parts.append(part)
                continue
            self._selector.unregister(pipe)
            os.close(pipe)
            del self._at_work[pipe]
            _, status = os.waitpid(pid, 0)
            if status or not parts:
                raise BranchFailed(f"case {name!r} ended with status {os.waitstatus_to_exitcode(status)}")
            good, result = pickle.loads(b"".join(parts))
            if not good:
                raise BranchFailed(f"case {name!r} broke down:\n{result}")
            yield place, result


def _live(pipe: int, work: Callable[[], object]) -> None:
    """The whole life of a child: it never returns into the program that it is a copy of."""
    code = 1
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        try:
            answer = pickle.dumps((True, work()), pickle.HIGHEST_PROTOCOL)
        except Exception:
            answer = pickle.dumps((False, traceback.format_exc()))
        with os.fdopen(pipe, "wb") as out:
            out.write(answer)
        code = 0
    finally:
        os._exit(code)
