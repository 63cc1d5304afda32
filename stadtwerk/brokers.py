"""The MQTT brokers of a town, as its gateways find them, and certificates that run out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from simulator.contracts.event import EventKind
from simulator.contracts.kinds.ict import CERTIFICATE_EXPIRED

if TYPE_CHECKING:
    from gateways.reach import Way
    from gateways.telemetry import Telemetry
    from simulator.contracts.fault import ActiveFault
    from simulator.coupling import Runtime


class TownBrokers:
    """Ways from gateways to the town's brokers, the preferred one first; of two of one rank the one listed first.

    A town without brokers has one in its data centre that never fails. Call `connect` once there is telemetry.
    """

    def __init__(self, runtime: Runtime, gateways: Sequence[str]) -> None:
        from simulator.domains.ict.model import data_centre

        self._runtime, self._gateways = runtime, tuple(gateways)
        listed = sorted(runtime.city.of_kind("broker"), key=lambda broker: broker.number("rank"))
        self.brokers = tuple(broker.id for broker in listed)
        self._data_centre = data_centre(runtime.city)
        self._expired: set[str] = set()
        self._used: dict[str, int] = {}
        self._silent: set[str] = set()
        self._causes: dict[str, int | None] = {}
        self._telemetry: Telemetry | None = None

    def ways(self) -> list[tuple[Way, ...]]:
        """Of each gateway, its ways to the brokers now."""
        from gateways.reach import Way

        runtime, admitted = self._runtime, [gateway not in self._expired for gateway in self._gateways]
        if not self.brokers:
            return [
                (Way(seconds, admits=admits),) for seconds, admits in zip(self._to_data_centre(), admitted, strict=True)
            ]
        columns = []
        for broker in self.brokers:
            seconds = runtime.messages.latency_s(self._gateways, broker)
            works, takes = runtime.supply.works(broker), broker not in self._expired
            passes = not self._data_centre or runtime.messages.reached(broker, self._data_centre)
            columns.append(
                [Way(s, works, takes and admits, passes) for s, admits in zip(seconds, admitted, strict=True)]
            )
        return list(zip(*columns, strict=True))

    def expired(self, name: str) -> bool:
        """Whether the certificate of a gateway or broker has run out."""
        return name in self._expired

    def connect(self, telemetry: Telemetry) -> None:
        """From now on changes of gateways, brokers and certificates are told to `telemetry`."""
        self._telemetry = telemetry
        runtime, city = self._runtime, self._runtime.city
        links = [link.id for broker in self.brokers for link in city.links_into(broker)]
        for subject in (*self._gateways, *self.brokers, *links):
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
        what = "gets no acknowledgement and tries" if silent else "sends through"
        name, cause = self.brokers[place], self._causes.get(gateway)
        self._runtime.log.add(EventKind.TELEMETRY, gateway, f"{what} {name}", cause=cause, after=name)

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
        what = "logins are refused" if active else "logins are taken again"
        runtime.log.add(EventKind.TELEMETRY, target, what, cause=event)
        if active and not before and active[-1].parameters["reconnect"]:
            for gateway in self._gateways:
                if target == gateway:
                    telemetry.reconnect(gateway, runtime.clock.now)
                elif target in self.brokers:
                    telemetry.reconnect(gateway, runtime.clock.now, self.brokers.index(target))
        telemetry.advance(runtime.clock.now)

    def _blame(self, subject: str, event: int | None) -> None:
        for gateway in (subject,) if subject in self._gateways else self._gateways:
            self.because(gateway, event)

    def _to_data_centre(self) -> Sequence[float]:
        from stadtwerk.wiring import finder, gateway_latency

        return gateway_latency(finder(self._runtime.quantities), self._gateways)()
