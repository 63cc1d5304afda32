"""Gateways in simulated time: what happens to a pack depends on the state of the town's own data network."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from gateways.core import Block, GatewayCore, GatewaySettings, Pack, block_of
from simulator.contracts.sensor import Readings
from simulator.contracts.ticks import to_ticks


@dataclass(frozen=True, slots=True)
class DataNetwork:
    """What the gateways' surroundings are like now.

    `works(gateway)`: it has power and is not broken. `latency_s()`: how long a message takes from each gateway to the
    data centre, in the order in which the gateways were given; not finite where none arrives. `reads(gateway)`: what
    the gateway's software writes can be read there.
    """

    works: Callable[[str], bool]
    latency_s: Callable[[], Sequence[float]]
    reads: Callable[[str], bool] = lambda gateway: True


@dataclass(frozen=True, slots=True)
class Fates:
    """Who is told what became of readings, each of them exactly once.

    `delivered(pack, tick)`: it arrives at `tick`. `lost(blocks)`: it never will. `state(gateway, online, boot, tick)`:
    a gateway came up or went away, as its last will would tell. Besides, `refused(pack, tick)`: it came and could not
    be read, and is kept; told once a pack.
    """

    delivered: Callable[[Pack, int], None]
    lost: Callable[[tuple[Block, ...]], None]
    state: Callable[[str, bool, int, int], None]
    refused: Callable[[Pack, int], None] = lambda pack, tick: None


class SimulatedGateways:
    """All gateways of a run, moved on by the calls of simulated time alone.

    They look at their surroundings in `take` and `advance`. So call `advance` whenever the state of a gateway, of its
    link or of its software changed, else it is noticed at the next sample only. A pack that is sent while the link is
    up arrives, and is acknowledged with its arrival if it can be read. Readings taken while a gateway does not work are
    lost, like all it held.
    """

    def __init__(
        self, gateways: Iterable[str], network: DataNetwork, fates: Fates, settings: GatewaySettings | None = None
    ) -> None:
        settings = settings or GatewaySettings()
        self._network, self._fates = network, fates
        self._cores = {gateway: GatewayCore(gateway, settings) for gateway in gateways}
        self._place = {gateway: i for i, gateway in enumerate(self._cores)}
        self._online: dict[str, bool] = {}
        self._refused: dict[str, tuple[int, int]] = {}

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
            self._move(core, now, self._network.latency_s()[self._place[core.gateway]])
        else:
            self._look(core, now)
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
        for core, latency_s in zip(self._cores.values(), self._network.latency_s(), strict=True):
            self._move(core, tick, latency_s)

    def close(self) -> tuple[Block, ...]:
        """The run is over: returns what is still held, gateway by gateway, oldest first."""
        return tuple(block for core in self._cores.values() for pack in core.stop() for block in pack.blocks)

    def _look(self, core: GatewayCore, tick: int) -> None:
        works = self._network.works(core.gateway)
        if core.running and not works:
            for pack in core.stop():
                self._fates.lost(pack.blocks)
        elif works and not core.running:
            core.start()

    def _move(self, core: GatewayCore, tick: int, latency_s: float) -> None:
        self._look(core, tick)
        online = core.running and math.isfinite(latency_s)
        if self._online.get(core.gateway) is not online:
            self._online[core.gateway] = online
            self._fates.state(core.gateway, online, core.boot, tick)
        core.seal_due(tick)
        if online and (packs := core.waiting()):
            arrival = tick + to_ticks(latency_s)
            if not self._network.reads(core.gateway):
                self._refuse(packs, arrival)
                return
            for pack in packs:
                self._fates.delivered(pack, arrival)
            core.acknowledge(packs[-1].sequence)

    def _refuse(self, packs: Sequence[Pack], arrival: int) -> None:
        """They come and nobody can read them, so nobody acknowledges them. Each is told of the first time only."""
        gateway = packs[0].gateway
        for pack in packs:
            name = (pack.boot, pack.sequence)
            if name > self._refused.get(gateway, (0, 0)):
                self._refused[gateway] = name
                self._fates.refused(pack, arrival)
