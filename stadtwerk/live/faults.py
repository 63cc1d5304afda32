"""What breaks in the city breaks the real thing: processes are killed, links are cut. And drills."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial

from gateways.versions import GatewayConfig
from simulator.contracts.fault import ActiveFault
from simulator.contracts.kinds.ict import FIRMWARE_UPDATE
from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.ticks import to_s, to_ticks
from simulator.coupling import Runtime
from simulator.kernel import Clock
from stadtwerk.live.processes import Processes
from stadtwerk.live.settings import DOWN_S, Drill
from stadtwerk.telemetry import software_of


class RealFaults:
    """Holds gateways' processes and links to what the city says of them.

    A gateway that does not work, for a fault of its own or want of power, is killed and stays dead until it works
    again. One that works but reaches the data centre no more, for a cut link or whatever else broke on the way, has its
    links cut; else they are as slow as the city says. Software that is rolled out in the city is rolled out to the
    process. `latency_s` reads the seconds from each of `gateways` to the data centre, infinite where none leads.
    """

    def __init__(
        self,
        runtime: Runtime,
        processes: Processes,
        gateways: Sequence[str],
        latency_s: Callable[[], Sequence[float]],
        networked: bool,
    ) -> None:
        self._runtime, self._processes = runtime, processes
        self._gateways, self._latency_s = tuple(gateways), latency_s
        self._working = dict.fromkeys(gateways, True)
        for gateway in gateways:
            runtime.supply.watch(gateway, self._on_gateway)
        runtime.faults.handle(FIRMWARE_UPDATE.name, self._on_software)
        if networked:
            for fault in ("link-cut", "link-degraded"):
                runtime.faults.handle(fault, self._on_link)

    def look(self, cause: int | None = None) -> None:
        """Compare the city with what runs. Called at every sampling round, as what breaks far away shows up there."""
        for gateway, latency_s in zip(self._gateways, self._latency_s(), strict=True):
            works = self._runtime.supply.works(gateway)
            if works != self._working[gateway]:
                self._working[gateway] = works
                if works:
                    self._processes.revive(gateway, cause)
                else:
                    self._processes.kill(gateway, "it does not work in the city", math.inf, cause)
            if works and not math.isfinite(latency_s):
                self._processes.cut(gateway, cause)
            elif works:
                self._processes.mend(gateway, cause)
                self._processes.slow(gateway, round(latency_s, 3), cause)

    def _on_gateway(self, subject: str, cause: int | None) -> None:
        # The network looks again at the end of this instant; what was queued before it may not yet know.
        self._runtime.clock.soon("live", partial(self.look, cause))

    def _on_software(self, target: str, fault: str, active: tuple[ActiveFault, ...], event: int) -> None:
        if target in self._gateways:
            software = software_of(self._runtime.city, target, active)
            self._processes.install(target, GatewayConfig(software.payload, software.faulty), event)

    def _on_link(self, target: str, fault: str, active: tuple[ActiveFault, ...], event: int) -> None:
        self._runtime.clock.soon("live", partial(self.look, event))


def check_drills(drills: Sequence[Drill], names: Sequence[str], clock: Clock) -> None:
    """Raises `BadInput` for each drill on a process that is not there, or at a time that is not in the run."""
    problems = []
    for drill in drills:
        where = f"{drill.process}@{drill.at_s:g}"
        if drill.process not in names:
            problems.append(
                Problem("command line", 0, "--kill", f"{where}: no such process", f"there are {', '.join(names)}")
            )
        if not clock.begin <= to_ticks(drill.at_s) <= clock.end:
            span = f"use a second from {to_s(clock.begin):g} to {to_s(clock.end):g}"
            problems.append(Problem("command line", 0, "--kill", f"{where}: is outside of the run", span))
    if problems:
        raise BadInput(problems)


def plan_drills(drills: Sequence[Drill], clock: Clock, processes: Processes) -> None:
    """Put drills on the clock."""
    for drill in drills:
        clock.at(to_ticks(drill.at_s), "drill", partial(processes.kill, drill.process, "drill", DOWN_S))
