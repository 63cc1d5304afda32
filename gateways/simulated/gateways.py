"""Gateways in simulated time: what happens to a pack depends on the state of the town's own data network."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from gateways.gateway.core import GatewayCore, GatewaySettings
from gateways.gateway.failover import Draw, LinkSettings
from gateways.simulated.reach import Reach, Told, Way
from gateways.wire.payload import Batch, Block, block_of
from simulator.contracts.sensor import Readings
from simulator.contracts.ticks import TICKS_PER_S, to_s, to_ticks

Ways = Callable[[], Sequence[Sequence[Way]]]
"""Of each gateway, its ways to the brokers in the order of preference."""


def straight(latency_s: Callable[[], Sequence[float]]) -> Ways:
    """The ways of a town without brokers of its own: each gateway has one, in the data centre, that never fails.

    `latency_s` gives seconds to the data centre, not finite where no message gets through.
    """
    return lambda: [(Way(seconds),) for seconds in latency_s()]


@dataclass(frozen=True, slots=True)
class DataNetwork:
    """What the gateways' surroundings are like now.

    `works(gateway)`: it has power and is not broken. `ways()` are in the order in which the gateways were given.
    `reads(gateway)`: what the gateway's software writes can be read by ingest. `draw(gateway)` gives the random numbers
    that spread the waits of many. `wake(tick)` asks for a call of `advance` then.
    """

    works: Callable[[str], bool]
    ways: Ways
    reads: Callable[[str], bool] = lambda gateway: True
    draw: Callable[[str], Draw] = random.Random
    wake: Callable[[int], None] = lambda tick: None


@dataclass(frozen=True, slots=True)
class Fates:
    """Who is told what became of readings, each of them exactly once.

    `delivered(pack, tick)`: it arrives at `tick`. `lost(blocks)`: it never will. `state(gateway, online, boot, tick)`:
    a gateway came up or went away, as its last will would tell. Besides, `refused(pack, tick)`: it came and could not
    be read, and is kept; told once a pack. `used(gateway, broker, silent)`: it sends through this one from now on.
    """

    delivered: Callable[[Batch, int], None]
    lost: Callable[[tuple[Block, ...]], None]
    state: Callable[[str, bool, int, int], None]
    refused: Callable[[Batch, int], None] = lambda pack, tick: None
    used: Callable[[str, int, bool], None] = lambda gateway, broker, silent: None


class SimulatedGateways:
    """All gateways of a run, moved on by the calls of simulated time alone.

    They look at their surroundings in `take` and `advance`. So call `advance` whenever the state of a gateway, of its
    way to a broker or of its software changed, else it is noticed at the next sample only. What happens between two
    calls (a login, a time-out, a try of another broker) happens at its own time, in the surroundings of the first one.
    Readings taken while a gateway does not work are lost, like all it held.
    """

    def __init__(
        self,
        gateways: Iterable[str],
        network: DataNetwork,
        fates: Fates,
        settings: GatewaySettings | None = None,
        link: LinkSettings | None = None,
    ) -> None:
        settings = settings or GatewaySettings()
        self._network, self._fates, self._link = network, fates, link or LinkSettings()
        self._cores = {gateway: GatewayCore(gateway, settings) for gateway in gateways}
        self._place = {gateway: i for i, gateway in enumerate(self._cores)}
        self._draws = {gateway: network.draw(gateway) for gateway in self._cores}
        self._reach: dict[str, Reach] = {}
        self._online: dict[str, bool] = {}
        self._refused: dict[str, tuple[int, int]] = {}
        self._wake_at = -math.inf

    def held(self) -> list[int]:
        """Readings in each gateway, in the order in which they were given."""
        return [core.held for core in self._cores.values()]

    def take(self, readings: Readings, now: int | None = None) -> int:
        """A group's readings reach their gateway now, by default when they were taken. Returns how many of them may
        leave it: private ones do so as sums.

        Raises `KeyError` for a gateway that is not among those given.
        """
        core = self._cores[readings.group.gateway]
        now = readings.at if now is None else now
        if core.open_since is not None and core.open_since < now:
            self._move(core, now, self._network.ways()[self._place[core.gateway]])
        else:
            self._look(core, now)
            if core.gateway in self._reach:
                self._reach[core.gateway].pass_time(to_s(now))  # before there is more to send
        leaving = core.sums.through(readings)
        if leaving is None:
            return 0
        if core.running:
            for dropped in core.take(leaving, now):
                self._fates.lost(dropped.blocks)
        else:
            self._fates.lost((block_of(leaving),))
        return len(leaving.values)

    def advance(self, tick: int) -> None:
        """Let every gateway look around and send what it may: at the end of a sampling round, or after a change."""
        for core, ways in zip(self._cores.values(), self._network.ways(), strict=True):
            self._move(core, tick, ways)
        self._ask_to_be_woken(tick)

    def drop(self, gateway: str, tick: int, broker: int | None = None) -> None:
        """The connections of a gateway end, or that with one broker, and it has to log in anew."""
        core = self._cores[gateway]
        self._move(core, tick, self._network.ways()[self._place[gateway]])
        if core.running:
            self._reach[gateway].drop(to_s(tick), broker)
        self._ask_to_be_woken(tick)

    def close(self) -> tuple[Block, ...]:
        """The run is over: returns what is still held, gateway by gateway, oldest first."""
        return tuple(block for core in self._cores.values() for pack in core.stop() for block in pack.blocks)

    def _look(self, core: GatewayCore, tick: int) -> None:
        works = self._network.works(core.gateway)
        if core.running and not works:
            if core.gateway in self._reach:
                self._reach.pop(core.gateway).pass_time(to_s(tick))
            for pack in core.stop():
                self._fates.lost(pack.blocks)
            self._state(core, False, to_s(tick))
        elif works and not core.running:
            core.start()

    def _move(self, core: GatewayCore, tick: int, ways: Sequence[Way]) -> None:
        self._look(core, tick)
        if not core.running:
            self._state(core, False, to_s(tick))
            return
        if core.gateway not in self._reach:
            self._reach[core.gateway] = self._started(core, len(ways))
        self._reach[core.gateway].pass_time(to_s(tick))
        core.seal_due(tick)
        self._reach[core.gateway].look(ways, self._network.reads(core.gateway), to_s(tick))
        if core.gateway not in self._online:
            self._state(core, self._reach[core.gateway].online, to_s(tick))

    def _started(self, core: GatewayCore, brokers: int) -> Reach:
        gateway = core.gateway
        told = Told(
            lambda pack, t: self._fates.delivered(pack, to_ticks(t)),
            self._refuse,
            partial(self._state, core),
            partial(self._fates.used, gateway),
        )
        return Reach(core, brokers, self._link, self._draws[gateway], told, at_once=core.boot == 1)

    def _state(self, core: GatewayCore, online: bool, t: float) -> None:
        if self._online.get(core.gateway) is not online:
            self._online[core.gateway] = online
            self._fates.state(core.gateway, online, core.boot, to_ticks(t))

    def _refuse(self, pack: Batch, arrival: float) -> None:
        """It comes and nobody can read it, so nobody acknowledges it. Each is told of the first time only."""
        name = (pack.boot, pack.sequence)
        if name > self._refused.get(pack.gateway, (0, 0)):
            self._refused[pack.gateway] = name
            self._fates.refused(pack, to_ticks(arrival))

    def _ask_to_be_woken(self, tick: int) -> None:
        """For what happens by itself before the next sample, where a gateway is in need of it and it can help."""
        needy = (r for name, r in self._reach.items() if (r.between or self._cores[name].held) and r.hopeful)
        due = min((reach.due() for reach in needy), default=math.inf)
        if math.isfinite(due):
            wake_at = max(tick + 1, math.ceil(due * TICKS_PER_S))
            if not tick < self._wake_at <= wake_at:
                self._wake_at = wake_at
                self._network.wake(wake_at)
