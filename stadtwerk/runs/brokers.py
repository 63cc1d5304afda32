"""The MQTT brokers of a town, as its gateways find them, and certificates that run out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from simulator.contracts.link import LinkKind
from simulator.domains.ict.catalogue import CERTIFICATE_EXPIRED
from stadtwerk.runs import events

if TYPE_CHECKING:
    from gateways.simulated.reach import Way
    from gateways.simulated.telemetry import Telemetry
    from simulator.contracts.fault import ActiveFault
    from simulator.coupling import Runtime


class TownBrokers:
    """Ways from gateways to the town's brokers, the preferred one first; of two of one rank the one listed first.

    A town without brokers has one in its data centre that never fails. Call `connect` once there is telemetry.
    """

    def __init__(self, runtime: Runtime, gateways: Sequence[str]) -> None:
        from simulator.domains.ict.model import data_centre

        self._runtime, self.gateways = runtime, tuple(gateways)
        listed = sorted(runtime.city.of_kind("broker"), key=lambda broker: broker.number("rank"))
        self.brokers = tuple(broker.id for broker in listed)
        self._data_centre = data_centre(runtime.city)
        self._hosts = {broker: self._hosts_of(broker) for broker in self.brokers}
        self._expired: set[str] = set()
        self._used: dict[str, int] = {}
        self._silent: set[str] = set()
        self._causes: dict[str, int | None] = {}
        self._telemetry: Telemetry | None = None
        self._read: Callable[[], list[tuple[float, float]]] | None = None

    def ways(self) -> list[tuple[Way, ...]]:
        """Of each gateway, its ways to the brokers now."""
        from gateways.simulated.reach import Way

        runtime, admitted = self._runtime, [gateway not in self._expired for gateway in self.gateways]
        if not self.brokers:
            return [
                (Way(seconds, admits=admits, loss=loss),)
                for (seconds, loss), admits in zip(self._to_data_centre(), admitted, strict=True)
            ]
        columns = []
        for broker in self.brokers:
            found = runtime.messages.passages(self.gateways, broker)
            works, takes = runtime.supply.works(broker), broker not in self._expired
            passes = not self._data_centre or runtime.messages.reached(broker, self._data_centre)
            columns.append(
                [
                    Way(latency_s, works, takes and admits, passes, loss)
                    for (latency_s, loss), admits in zip(found, admitted, strict=True)
                ]
            )
        return list(zip(*columns, strict=True))

    def hosts(self, broker: str) -> tuple[str, ...]:
        """The servers that a broker has a data link with."""
        return self._hosts[broker]

    def runs(self, broker: str) -> bool:
        """Whether a broker's program runs: it works, and so does a server that hosts it."""
        works, hosts = self._runtime.supply.works, self._hosts[broker]
        return works(broker) and (not hosts or any(works(host) for host in hosts))

    def connect(self, telemetry: Telemetry) -> None:
        """From now on changes of gateways, brokers and certificates are told to `telemetry`."""
        self._telemetry = telemetry
        runtime, city = self._runtime, self._runtime.city
        links = [link.id for broker in self.brokers for link in city.links_into(broker)]
        for subject in (*self.gateways, *self.brokers, *links):
            runtime.supply.watch(subject, self._on_change)
        runtime.faults.handle(CERTIFICATE_EXPIRED.name, self._on_certificate)

    def used(self, gateway: str, place: int, silent: bool) -> None:
        """A gateway sends through another broker from now on: log it, but not that all begin with the preferred one.

        One that gets no acknowledgement tries one broker after the other: only the first change is logged.
        """
        before, self._used[gateway] = self._used.get(gateway, 0), place
        if before == place or (silent and gateway in self._silent):
            return
        (self._silent.add if silent else self._silent.discard)(gateway)
        code, cause = events.TRIES_BROKER if silent else events.USES_BROKER, self._causes.get(gateway)
        self._runtime.log.add(code, gateway, cause=cause, after=self.brokers[place])

    def because(self, gateway: str, event: int | None) -> None:
        """What a gateway does from now on with its brokers, it does because of this event."""
        self._causes[gateway] = event

    def wake(self, tick: int) -> None:
        """Let telemetry look again at a tick."""
        clock = self._runtime.clock
        if tick <= clock.end:
            clock.at(tick, "telemetry", self._advance)

    def _advance(self) -> None:
        if self._telemetry is not None:
            self._telemetry.advance(self._runtime.clock.now)

    def _on_change(self, subject: str, cause: int | None) -> None:
        self._blame(subject, cause)
        # The network looks again at the end of this instant; what was queued before it may not yet know.
        self._runtime.clock.soon("telemetry", self._advance)

    def _on_certificate(self, target: str, fault: str, active: tuple[ActiveFault, ...], event: int) -> None:
        runtime, telemetry = self._runtime, self._telemetry
        assert telemetry is not None
        before = target in self._expired
        (self._expired.add if active else self._expired.discard)(target)
        self._blame(target, event)
        runtime.log.add(events.LOGINS_REFUSED if active else events.LOGINS_TAKEN, target, cause=event)
        if active and not before and active[-1].parameters["reconnect"]:
            for gateway in self.gateways:
                if target == gateway:
                    telemetry.reconnect(gateway, runtime.clock.now)
                elif target in self.brokers:
                    telemetry.reconnect(gateway, runtime.clock.now, self.brokers.index(target))
        telemetry.advance(runtime.clock.now)

    def _blame(self, subject: str, event: int | None) -> None:
        for gateway in (subject,) if subject in self.gateways else self.gateways:
            self.because(gateway, event)

    def _hosts_of(self, broker: str) -> tuple[str, ...]:
        city = self._runtime.city
        ends = [link.source for link in city.links_into(broker, LinkKind.DATA)]
        ends += [link.target for link in city.links_out_of(broker, LinkKind.DATA)]
        return tuple(end for end in ends if city.components[end].kind == "server")

    def _to_data_centre(self) -> list[tuple[float, float]]:
        """Seconds from each gateway and the share of messages lost."""
        if self._read is None:
            from stadtwerk.runs.wiring import finder, gateway_latency

            find = finder(self._runtime.quantities)
            latency_s = gateway_latency(find, self.gateways)
            try:
                loss = find("loss", self.gateways)
            except KeyError:
                sound = np.zeros(len(self.gateways))
                self._read = lambda: list(zip(latency_s(), sound.tolist(), strict=True))
            else:
                self._read = lambda: list(zip(latency_s(), loss().tolist(), strict=True))
        return self._read()
