"""What breaks in the city breaks the real thing: processes are killed, links are cut. And drills."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

from gateways.wire.versions import GatewayConfig
from simulator.contracts.fault import ActiveFault
from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.registry import registry
from simulator.contracts.ticks import to_s, to_ticks
from simulator.contracts.words import Numeral, Words
from simulator.coupling import Runtime
from simulator.domains.ict.catalogue import CERTIFICATE_EXPIRED, DATA, FIRMWARE_UPDATE
from simulator.kernel import Clock
from stadtwerk.live.plant import Plant, Wire
from stadtwerk.live.settings import BROKERS, DOWN_S, Drill
from stadtwerk.runs.feed import TownBrokers, software_of

_ = Words("stadtwerk.live")


class RealFaults:
    """Holds processes and links to what the city says of its gateways and brokers.

    A gateway or broker that does not run, for a fault of its own or want of power, is killed and stays dead until it
    works again. What passes nothing between a gateway and a broker, or a broker and ingest, for a cut link or whatever
    else broke on the way, is cut; else it is as slow and lossy as the city says. Software that is rolled out in the
    city is rolled out to the process, and certificates that run out there run out here.

    There are two brokers: the first two of the city in the order of preference. A city with one has no other, and one
    with none has both in its data centre.
    """

    def __init__(
        self,
        runtime: Runtime,
        processes: Plant,
        gateways: Sequence[str],
        brokers: TownBrokers,
        places: Sequence[int],
    ) -> None:
        self._runtime, self._processes, self._brokers = runtime, processes, brokers
        self._gateways = dict(zip(gateways, places, strict=True))
        self._named = dict(zip(brokers.brokers, BROKERS, strict=False))
        self._working = dict.fromkeys((*gateways, *self._named), True)
        for gateway in gateways:
            runtime.supply.watch(gateway, self._on_change)
        for broker in self._named:
            for name in (broker, *brokers.hosts(broker)):
                runtime.supply.watch(name, self._on_change)
        runtime.faults.handle(FIRMWARE_UPDATE.name, self._on_software)
        runtime.faults.handle(CERTIFICATE_EXPIRED.name, self._on_certificate)
        for point in registry().links[DATA].faults:
            runtime.faults.handle(point.name, self._on_link)

    def look(self, cause: int | None = None) -> None:
        """Compare the city with what runs. Called at every sampling round, as what breaks far away shows up there."""
        ways = self._brokers.ways()
        for broker, process in self._named.items():
            self._keep(broker, process, self._brokers.runs(broker), cause)
        for gateway, place in self._gateways.items():
            works = self._runtime.supply.works(gateway)
            self._keep(gateway, gateway, works, cause)
            if works:
                wires = [Wire(round(way.latency_s, 3), way.loss if way.loss < 1 else 0.0) for way in ways[place]]
                self._processes.wire(gateway, self._both(wires), cause)
        passing = [Wire(0.0 if way.passes else math.inf) for way in ways[0]] if ways else []
        for ingest in self._processes.ingests:
            self._processes.wire(ingest, self._both(passing or [Wire()]), cause)

    def _both(self, wires: Sequence[Wire]) -> Sequence[Wire]:
        """The ways to the two real brokers."""
        if not self._named:
            return [wires[0]] * len(BROKERS)
        return (*wires, Wire(math.inf))[: len(BROKERS)]

    def _keep(self, name: str, process: str, works: bool, cause: int | None) -> None:
        if works != self._working[name]:
            self._working[name] = works
            if works:
                self._processes.revive(process, cause)
            else:
                self._processes.kill(process, "it does not work in the city", math.inf, cause)

    def _on_change(self, subject: str, cause: int | None) -> None:
        # The network looks again at the end of this instant; what was queued before it may not yet know.
        self._runtime.clock.soon("live", partial(self.look, cause))

    def _on_software(self, target: str, fault: str, active: tuple[ActiveFault, ...], event: int) -> None:
        if target in self._gateways:
            software = software_of(self._runtime.city, target, active)
            self._processes.install(target, GatewayConfig(software.payload, software.faulty), event)

    def _on_certificate(self, target: str, fault: str, active: tuple[ActiveFault, ...], event: int) -> None:
        name = self._named.get(target, target)
        if name not in BROKERS and name not in self._gateways:
            return
        if active:
            self._processes.expire(name, bool(active[-1].parameters["reconnect"]), event)
        else:
            self._processes.renew(name, event)

    def _on_link(self, target: str, fault: str, active: tuple[ActiveFault, ...], event: int) -> None:
        self._runtime.clock.soon("live", partial(self.look, event))


def check_drills(drills: Sequence[Drill], names: Sequence[str], clock: Clock) -> None:
    """Raises `BadInput` for each drill on a process that is not there, or at a time that is not in the run."""
    problems = []
    for drill in drills:
        where = f"{drill.process}@{drill.at_s:g}"
        if drill.process not in names:
            problems.append(
                Problem(
                    "command line",
                    0,
                    "--kill",
                    _("{where}: no such process", where=where),
                    _("there are {names}", names=", ".join(names)),
                )
            )
        if not clock.begin <= to_ticks(drill.at_s) <= clock.end:
            span = _(
                "use a second from {to_s} to {to_s_2}",
                to_s=Numeral(f"{to_s(clock.begin):g}"),
                to_s_2=Numeral(f"{to_s(clock.end):g}"),
            )
            problems.append(
                Problem("command line", 0, "--kill", _("{where}: is outside of the run", where=where), span)
            )
    if problems:
        raise BadInput(problems)


def plan_drills(drills: Sequence[Drill], clock: Clock, processes: Plant) -> None:
    """Put drills on the clock."""
    for drill in drills:
        clock.at(to_ticks(drill.at_s), "drill", partial(processes.kill, drill.process, "drill", DOWN_S))
