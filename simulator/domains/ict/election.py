"""Which servers of a cluster carry a duty: the best one that works, with a standby, or so many that must agree.

Each decides by what it sees. Those that do not see each other may both act, unless a quorum forbids it.

When a lost server is missed is a closed form: nobody counts beats one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Protocol

from simulator.contracts.city import City
from simulator.contracts.component import Component
from simulator.contracts.event import EventCode, EventKind, Value
from simulator.contracts.ticks import to_s, to_ticks
from simulator.coupling.runtime import Runtime
from simulator.domains.ict import events
from simulator.domains.ict.events import VOTES

Groups = Sequence[Sequence[str]]
"""Members that are well and may act, those together that hear each other; the largest part of the network first."""

Serves = Callable[[str, int | None], None]
"""Called with a service and the event that changed who serves it, None for how it stands at the begin."""


class Duty(Protocol):
    """Who of `members`, preferred first, carries a service: `serving` is None while nobody does.

    `acting` are all that act as if they were the one, more than one while the cluster is split. With a `quorum` only
    those act that see more than half of the votes, one of which `witness` has ("": nobody else).
    """

    members: tuple[str, ...]
    serving: str | None
    quorum: bool
    witness: str

    @property
    def acting(self) -> tuple[str, ...]: ...

    def begin(self, groups: Groups) -> None:
        """At the clock's begin: which members are well and hear each other, as if that had always been so."""
        ...

    def update(self, groups: Groups, cause: int | None) -> None:
        """Which members are well now and hear each other, and because of which event that changed."""
        ...


def members(city: City, service: Component) -> tuple[str, ...]:
    """The servers of the service's cluster, preferred first: by rank, then by id."""
    cluster = service.text("cluster")
    found = [(s.number("rank"), s.id) for s in city.of_kind("server") if s.text("cluster") == cluster]
    return tuple(server for _, server in sorted(found))


def missed_at(lost: int, begin: int, heartbeat_s: float, missed: int) -> int:
    """The tick at which `missed` beats in a row have not come from a server that was lost at tick `lost`.

    Beats come every `heartbeat_s` from `begin` on; the last one is the one at or before the loss. So detection takes
    more than (missed - 1) and at most missed beats: exactly missed x heartbeat_s for a loss on a beat.
    """
    period = max(1, to_ticks(heartbeat_s))
    last_beat = begin + (lost - begin) // period * period
    return last_beat + missed * period


class Election:
    """The duty of one service, carried by one member of its cluster at a time.

    The member that serves sends heartbeats. When they have not come `missed` times, the best member left starts, and
    serves when it is ready; until then nobody does, and the service offers nothing. A better member takes the duty
    back without a gap once it has been well for `failback_s`. A member that is back before it was missed goes on as if
    nothing had been. Whether a member is well is told by `update`: it works, and the others can hear it.

    Members that do not hear the one that serves miss it as if it were lost. If they may act, one of them does, beside
    the first: the cluster is *split*, and each commands whom it reaches. When they hear each other again, nobody
    serves until what both have written is reconciled, which takes `reconcile_s`.

    A *hot* standby runs beside the first and serves at once, a *warm* one takes `takeover_s`, a *cold* one is switched
    on first (`boot_s`). With the chance `fail_on_demand`, drawn at each start, it does not start: the next one is
    tried, and a crew is sent to mend it.
    """

    def __init__(self, runtime: Runtime, service: Component, serves: Serves) -> None:
        self._runtime, self._serves = runtime, serves
        self.service = service.id
        self.members = members(runtime.city, service)
        self.serving: str | None = None
        self.mode = "primary"
        self._heartbeat_s = service.number("heartbeat_s")
        self._missed = int(service.number("missed"))
        warm_s = service.number("takeover_s")
        ready_s = {"hot": 0.0, "warm": warm_s, "cold": service.number("boot_s") + warm_s}
        self._takeover_s = ready_s[service.text("standby")]
        self._fail_on_demand = service.number("fail_on_demand")
        self._luck = runtime.streams.stream(service.id, "standby starts")
        self._refused: set[str] = set()
        self._failback = to_ticks(service.number("failback_s"))
        self.quorum, self.witness = service.text("quorum") == "majority", service.text("witness")
        self._reconcile_s = service.number("reconcile_s")
        self._rivals: tuple[str, ...] = ()  # those that act beside the one that serves
        self._missing: tuple[str, ...] = ()  # those that will, once they have missed it
        self._split_serial = 0
        self._well: dict[str, int] = {}  # member -> since when
        self._last: str | None = None
        self._missing_at = 0  # when the loss of the last server is known
        self._starting: str | None = None
        self._planned: tuple[str, int] | None = None
        self._serial = 0
        self._event: int | None = None

    @property
    def acting(self) -> tuple[str, ...]:
        return (() if self.serving is None else (self.serving,)) + self._rivals

    def begin(self, groups: Groups) -> None:
        """At the clock's begin the election is long over: the best member that is well serves."""
        now = self._runtime.clock.now
        self._well = dict.fromkeys(groups[0] if groups else (), now - self._failback)
        self._missing_at = now
        best = self._best()
        self._enter(best, events.NONE_WELL if best is None else events.SERVES, None)

    def update(self, groups: Groups, cause: int | None) -> None:
        """Say which members are well now and hear each other, and because of which event that changed."""
        now = self._runtime.clock.now
        home = next((group for group in groups if self.serving in group), groups[0] if groups else ())
        self._well = {member: self._well.get(member, now) for member in home}
        if self._look_for_rivals([group for group in groups if group is not home], cause):
            return
        if self.serving is not None:
            if self.serving in self._well:
                self._plan_failback(cause)
            else:
                self._lose(cause)
        elif self._last in self._well and now < self._missing_at:
            self._enter(self._last, events.BACK_IN_TIME, cause)
        elif self._starting is None:
            self._elect(cause)
        elif self._starting not in self._well:
            self._missing_at = max(self._missing_at, self._missed_at())
            self._elect(cause)

    def _look_for_rivals(self, others: Groups, cause: int | None) -> bool:
        """Plan that those act who do not hear the one that serves. Returns whether a split has ended by this."""
        rivals = tuple(next((m for m in self.members if m in group), "") for group in others)
        if rivals == self._missing:
            return False
        self._missing = rivals
        self._split_serial += 1
        serial = self._split_serial

        def act() -> None:
            if serial == self._split_serial:
                self._rivals = rivals
                servers = " ".join(self.acting)
                self._enter(self.serving, events.SPLIT, cause, {"servers": servers})

        if rivals:
            self._runtime.clock.at(self._missed_at() + to_ticks(self._takeover_s), self.service, act)
            return False
        if not self._rivals:
            return False
        self._rivals, self._last = (), None
        self._missing_at = self._runtime.clock.now + to_ticks(self._reconcile_s)
        self._enter(None, events.RECONCILES, cause, {"wait_s": self._reconcile_s})
        self._elect(None)
        return True

    def _best(self) -> str | None:
        return next((m for m in self.members if m in self._well and m not in self._refused), None)

    def _missed_at(self) -> int:
        clock = self._runtime.clock
        return missed_at(clock.now, clock.begin, self._heartbeat_s, self._missed)

    def _lose(self, cause: int | None) -> None:
        self._last, self._missing_at = self.serving, self._missed_at()
        wait_s = to_s(self._missing_at - self._runtime.clock.now)
        self._enter(None, events.LOST, cause, {"server": self._last or "", "wait_s": wait_s})
        self._elect(None)

    def _elect(self, cause: int | None) -> None:
        """Start the best member once the loss is known; without one, wait until `update` brings one."""
        self._starting = self._best()
        self._serial += 1
        serial, candidate = self._serial, self._starting
        why = self._event if cause is None else cause
        if candidate is None:
            return

        def take_over() -> None:
            if serial != self._serial:
                return
            if self._fail_on_demand and self._luck.random() < self._fail_on_demand:
                self._refuse(candidate, why)
            else:
                self._enter(candidate, events.TAKEN_OVER, why)

        ready = max(self._runtime.clock.now, self._missing_at) + to_ticks(self._takeover_s)
        self._runtime.clock.at(ready, self.service, take_over)

    def _refuse(self, candidate: str, cause: int | None) -> None:
        """It does not start: try the next one, and have it mended."""
        self._refused.add(candidate)
        event = self._runtime.log.add(events.DOES_NOT_START, self.service, {"server": candidate}, cause=cause)
        self._runtime.crews.repair(candidate, None, event, partial(self._mended, candidate))
        self._elect(event)

    def _mended(self, candidate: str, event: int) -> None:
        self._refused.discard(candidate)
        if self.serving is not None:
            self._plan_failback(event)
        elif self._starting is None:
            self._elect(event)

    def _plan_failback(self, cause: int | None) -> None:
        best = self._best()
        if best is None or best == self.serving or self._planned == (best, self._well[best]):
            return
        self._planned = plan = (best, self._well[best])

        def fail_back() -> None:
            if self._planned == plan and self.serving is not None and (best, self._well.get(best)) == plan:
                self._enter(best, events.FAILS_BACK, cause)

        due = max(self._runtime.clock.now, plan[1] + self._failback)
        self._runtime.clock.at(due, self.service, fail_back)

    def _enter(
        self, serving: str | None, why: EventCode, cause: int | None, params: Mapping[str, Value] | None = None
    ) -> None:
        if params is None and serving is not None:
            params = {"server": serving}
        alone = "primary" if serving == self.members[0] else "standby"
        mode = "split" if self._rivals else "none" if serving is None else alone
        if mode != self.mode:
            self._event = self._runtime.mode(self.service, self.mode, mode, why, params, cause)
        elif cause is not None:
            self._event = self._runtime.log.add(why, self.service, params, kind=EventKind.NOTE, cause=cause)
        self.serving, self.mode = serving, mode
        self._starting, self._planned = None, None
        self._serial += 1
        self._serves(self.service, self._event)
        if serving is not None:
            self._plan_failback(self._event)


class Voting:
    """`voting` out of all members of the cluster must be well and hear each other; then the result counts at once.

    *primary* while all of them vote, *majority* while enough do: a member that is lost is outvoted and leaves no gap.
    *none* below that. What comes from the service comes from the best member that votes.
    """

    def __init__(self, runtime: Runtime, service: Component, serves: Serves) -> None:
        self._runtime, self._serves = runtime, serves
        self.service = service.id
        self.members = members(runtime.city, service)
        self.serving: str | None = None
        self.mode = "primary"
        self._needed = int(service.number("voting"))
        self.quorum, self.witness = False, ""  # to have so many votes is one already
        self._event: int | None = None

    @property
    def acting(self) -> tuple[str, ...]:
        return () if self.serving is None else (self.serving,)

    def begin(self, groups: Groups) -> None:
        """How many vote at the clock's begin."""
        self._count(_most(groups), None)
        self._serves(self.service, self._event)

    def update(self, groups: Groups, cause: int | None) -> None:
        """Say which members are well now and hear each other, and because of which event that changed."""
        before = self.serving
        self._count(_most(groups), cause)
        if self.serving != before:
            self._serves(self.service, self._event)

    def _count(self, well: Sequence[str], cause: int | None) -> None:
        votes = [member for member in self.members if member in well]
        enough = len(votes) >= self._needed
        mode = "primary" if len(votes) == len(self.members) else "majority" if enough else "none"
        why = {"votes": len(votes), "members": len(self.members), "needed": self._needed}
        if mode != self.mode:
            self._event = self._runtime.mode(self.service, self.mode, mode, VOTES, why, cause)
        elif enough and self.serving not in votes and cause is not None:
            self._event = self._runtime.log.add(VOTES, self.service, why, kind=EventKind.NOTE, cause=cause)
        self.mode, self.serving = mode, votes[0] if enough and votes else None


def _most(groups: Groups) -> Sequence[str]:
    """The members that hear most of the others."""
    return max(groups, key=len, default=())
