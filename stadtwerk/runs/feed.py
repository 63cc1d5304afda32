"""The way of the readings out of a run: sensors, gateways, the broker that anyone may listen to.

The brokers of the town are components like others: gateways find them, and their certificates run out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from simulator.contracts.event import Value
from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.quantities import Tells
from simulator.contracts.registry import registry
from simulator.contracts.words import Text, Words, number
from simulator.domains.ict.catalogue import CERTIFICATE_EXPIRED, DATA
from stadtwerk.runs import events

if TYPE_CHECKING:
    from gateways.brokers.embedded import EmbeddedBroker
    from gateways.simulated.publisher import Publisher
    from gateways.simulated.reach import Way
    from gateways.simulated.telemetry import Software, Telemetry, TelemetrySummary
    from simulator.contracts.city import City
    from simulator.contracts.fault import ActiveFault, Parameter
    from simulator.contracts.sensor import Readings
    from simulator.coupling import GaugeRecorder, Runtime
    from simulator.sensors import TruthFile
    from stadtwerk.terminal import Terminal

_ = Words("stadtwerk")


class TownBrokers:
    """Ways from gateways to the town's brokers, the preferred one first; of two of one rank the one listed first.

    A town without brokers has one in its data centre that never fails. Call `connect` once there is telemetry.
    """

    def __init__(self, runtime: Runtime, gateways: Sequence[str]) -> None:
        from simulator.domains.ict.model import data_centre

        self._runtime, self.gateways = runtime, tuple(gateways)
        listed = sorted(
            runtime.city.of_kind(*registry().types_that(lambda one: one.mqtt_broker)),
            key=lambda broker: broker.number("rank"),
        )
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
        ends = [link.source for link in city.links_into(broker, DATA)]
        ends += [link.target for link in city.links_out_of(broker, DATA)]
        machines = registry().types_that(lambda one: DATA in one.roots)
        return tuple(end for end in ends if city.components[end].kind in machines)

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


TRUTH_FILE = "truth.jsonl"
"""What was wrong with readings, and what they should have been; only where a scenario breaks sensors."""


def held() -> str:
    """The quantity that counts the readings which wait for their way."""
    return registry().telling(Tells.HELD)[0]


class Feed:
    """The broker of one run, if it has one, and what is to be told about it at the end."""

    gauged = True
    """Whether samples of stores and districts are taken, which a run folder keeps."""

    delivers = True
    """Whether the simulated gateways are those whose readings a verdict is about."""

    def __init__(self, broker: EmbeddedBroker | None = None, publisher: Publisher | None = None) -> None:
        self._broker, self._publisher = broker, publisher
        self._remarks: list[Text] = []
        self._truth: TruthFile | None = None

    def note(self, remark: Text) -> None:
        self._remarks.append(remark)

    def connect(
        self, runtime: Runtime, readings: Path, told: Callable[[Readings], Readings] | None = None
    ) -> Telemetry:
        """Put the city's sensors on the clock and their gateways behind them; from now on either can fail.

        `told` says what somebody at a gateway makes of its readings.

        What is wrong with readings is written to `truth.jsonl` beside them. Call `disconnect` at the end. Raises
        `BadInput` for sensors that read what nothing measures.
        """
        from gateways.gateway.aggregation import aggregated
        from gateways.gateway.legacy.devices import FieldDevices
        from gateways.simulated.gateways import DataNetwork
        from gateways.simulated.telemetry import Telemetry
        from simulator.contracts.registry import registry
        from simulator.coupling import Quantity
        from simulator.domains.ict.catalogue import FIRMWARE_UPDATE, PROTOCOL, REFUSED, REWRITTEN
        from simulator.sensors import Sampler, SensorFaults, Transport, TruthFile, UnreadableCohorts
        from stadtwerk.runs.wiring import finder

        city, clock, find = runtime.city, runtime.clock, finder(runtime.quantities)
        gateways = tuple(dict.fromkeys(cohort.gateway for cohort in city.cohorts))
        start_unix = clock.start.replace(tzinfo=UTC).timestamp()
        brokers = TownBrokers(runtime, gateways)
        telemetry = Telemetry(
            city.cohorts,
            start_unix,
            readings,
            self._publisher,
            DataNetwork(
                runtime.supply.works,
                brokers.ways,
                draw=lambda gateway: runtime.streams.stream(gateway, "failover"),
                wake=brokers.wake,
            ),
            software={g: software_of(city, g) for g in gateways},
            used=brokers.used,
        )
        brokers.connect(telemetry)
        for cohort in city.cohorts:
            if cohort.group_size and not aggregated(cohort):
                few: dict[str, Value] = {"cohort": cohort.id, "meters": len(cohort.components)}
                runtime.log.add(events.TOO_FEW_METERS, cohort.gateway, few | {"needed": cohort.group_size})
        runtime.quantities.register(Quantity(held(), "1", gateways, telemetry.held))
        runtime.quantities.register(Quantity(REWRITTEN, "1", gateways, telemetry.rewritten))
        runtime.quantities.register(Quantity(REFUSED, "1", gateways, telemetry.refused))
        runtime.faults.handle(FIRMWARE_UPDATE.name, SoftwareUpdates(runtime, telemetry, brokers).change)
        devices = FieldDevices({g: told_of(city, g, PROTOCOL) for g in gateways}, start_unix)
        self._truth = TruthFile(readings.with_name(TRUTH_FILE))
        lying = SensorFaults(clock, runtime.streams, city.cohorts, runtime.log, self._truth.add)
        take, advance = self.outlets(runtime, telemetry, brokers)
        transport = Transport(
            clock,
            runtime.streams,
            lambda readings, now: take(devices.through(readings if told is None else told(readings)), now),
            runtime.log,
            self._truth.add,
        )
        for point in registry().sensor_faults:
            runtime.faults.handle(point.name, lying.change)
        for point in registry().report_faults:
            runtime.faults.handle(point.name, transport.change)
        living = {link.target for kind in registry().stopping_links for link in city.links_of_kind(kind)}
        powered = {name: partial(runtime.supply.powered, name) for name in living}
        sampler = Sampler(clock, runtime.streams, city.cohorts, find, transport.take, advance, lying, powered)
        try:
            sampler.start()
        except UnreadableCohorts as unreadable:
            telemetry.discard()
            fix = _("see the quantities in: stadtwerk list quantities")
            where = str(city.folder or city.name)
            raise BadInput(Problem(where, 0, "sensors", reason, fix) for reason in unreadable.reasons) from None
        return telemetry

    def observe(self, runtime: Runtime, gauges: GaugeRecorder) -> None:
        """All stands, before the clock moves: whoever wants to see the run itself begins to look."""

    def disconnect(self) -> None:
        """The sensors are off, in whatever way the run ended: complete the file of labels."""
        if self._truth is not None:
            self._truth.close()

    def outlets(
        self, runtime: Runtime, telemetry: Telemetry, brokers: TownBrokers
    ) -> tuple[Callable[[Readings, int], None], Callable[[int], None]]:
        """Who gets the readings, with the tick at which they come, and who is told that a sampling round is over."""
        return telemetry.take, telemetry.advance

    def notes(self, summary: TelemetrySummary) -> tuple[Text, ...]:
        said: Text = _(
            "telemetry: {read} readings, {delivered} delivered, {late} of them late, {lost} lost, "
            "{held} still held by gateways",
            read=number(summary.read),
            delivered=number(summary.delivered),
            late=number(summary.late),
            lost=number(summary.lost),
            held=number(summary.held),
        )
        if summary.refused:
            said += _("; {n} could not be read at first and were sent again", n=number(summary.refused))
        if self._publisher is not None:
            said += _("; {n} published over MQTT", n=number(summary.published))
            if summary.dropped:
                said += _(", {n} dropped because the broker was too slow or gone", n=number(summary.dropped))
        return (said, *self._remarks)


class SoftwareUpdates:
    """Gets new software onto gateways and takes it back: what was applied last runs, without any what was there."""

    def __init__(self, runtime: Runtime, telemetry: Telemetry, brokers: TownBrokers) -> None:
        self._runtime, self._telemetry, self._brokers = runtime, telemetry, brokers

    def change(self, target: str, fault: str, active: tuple[ActiveFault, ...], event: int) -> None:
        """An update was applied to a gateway or cleared."""
        runtime, kept = self._runtime, 0.0
        software = software_of(runtime.city, target, active)
        if any(cohort.gateway == target for cohort in runtime.city.cohorts):
            kept = runtime.quantities.value(target, held())
            self._brokers.because(target, event)
            self._telemetry.install(target, software, runtime.clock.now)
        params: dict[str, Value] = {"payload": software.payload}
        if active and software.faulty:
            code = events.SOFTWARE_FAULTY
        else:
            code, params["kept"] = events.SOFTWARE if active else events.SOFTWARE_BACK, round(kept)
        runtime.log.add(code, target, params, cause=event, value=kept)


def software_of(city: City, gateway: str, active: tuple[ActiveFault, ...] = ()) -> Software:
    """What runs on a gateway under these updates: the last one applied, without any what the city says."""
    from gateways.simulated.telemetry import Software
    from simulator.domains.ict.catalogue import PAYLOAD

    if active:
        return Software(str(active[-1].parameters["payload"]), bool(active[-1].parameters["faulty"]))
    return Software(told_of(city, gateway, PAYLOAD))


def told_of(city: City, gateway: str, parameter: Parameter) -> str:
    """What the city says of a gateway, or else what is usual; sensors may also report to another kind of component."""
    return str(city.components[gateway].parameters.get(parameter.name, parameter.default))


@contextmanager
def open_feed(port: int | None, terminal: Terminal) -> Iterator[Feed]:
    """The embedded broker and a client that publishes to it; if they cannot start, that is said and the run goes on."""
    if port is None:
        yield Feed()
        return
    from gateways.brokers.embedded import BrokerUnavailable, EmbeddedBroker
    from gateways.simulated.publisher import Publisher

    broker = EmbeddedBroker(port or None)
    try:
        try:
            broker.start()
            publisher = Publisher(broker.host, broker.port, broker.writer)
            publisher.start()
        except BrokerUnavailable as reason:
            terminal.say(_("no broker: {reason}; the run goes on without it", reason=str(reason)))
            feed = Feed()
            feed.note(_("no readings were published: {reason}", reason=str(reason)))
        else:
            where = f"mqtt://{broker.host}:{broker.port}"
            sentence = _(
                "telemetry: {where}, topics city/#, user {user}, password {password} (read only, for this run)"
            )
            viewer = broker.viewer
            terminal.say(sentence.filled(where=where, user=str(viewer.user), password=str(viewer.password)))
            feed = Feed(broker, publisher)
        yield feed
    finally:
        broker.stop()
