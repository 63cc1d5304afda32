"""The telemetry of a run behind three calls: readings in, time goes on, the end."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from gateways.gateway.aggregation import aggregated
from gateways.gateway.core import GatewaySettings
from gateways.simulated.gateways import DataNetwork, Fates, SimulatedGateways
from gateways.simulated.publisher import Publisher
from gateways.stores.parquet import ReadingStore
from gateways.wire import payload, topics
from gateways.wire.payload import Batch, Block
from gateways.wire.versions import DEFAULT, VERSIONS, BatchWriter, GatewayConfig, config_message, encoder
from simulator.contracts.history import HELD, LOST, Deliveries
from simulator.contracts.sensor import Readings, SensorCohort
from simulator.contracts.ticks import to_s, to_ticks


@dataclass(frozen=True, slots=True)
class TelemetrySummary:
    """Readings by what became of them: read = delivered + lost + held.

    `late`: delivered more than one period of their sensor after they were taken. `lost`: with a gateway that stopped,
    or from a full outbox. Private readings count as the sums that leave. `held`: still in a gateway when the run ended.
    `published` and `dropped` count what went to the broker; both are 0 without one. `digest` is that of the Parquet
    file's rows. `refused` of the readings came in packs that could not be read, and were kept to be sent again.
    """

    read: int
    delivered: int
    late: int
    lost: int
    held: int
    published: int
    dropped: int
    digest: str
    refused: int = 0


@dataclass(frozen=True, slots=True)
class Software:
    """What runs on a gateway: the payload version that it writes, and whether it spoils what it writes."""

    payload: str = DEFAULT
    faulty: bool = False


class Telemetry:
    """Takes what sensors read through the town's gateways to the Parquet file and, if there is one, to the broker.

    `clock_start_unix` is the town's wall clock at tick 0 in Unix seconds. `network` tells the state of the gateways'
    surroundings, in the order in which the cohorts name them first; what it says of software is not asked for. All that
    happens follows from the calls' order and ticks, never from the wall clock. Call `advance` at the end of each
    sampling round and when a gateway or its link changed. `software` is what runs on gateways at the start, by id,
    where it is not the usual. `used` is called with a gateway and the place of the broker that it sends through from
    now on.
    """

    def __init__(
        self,
        cohorts: Iterable[SensorCohort],
        clock_start_unix: float,
        out_file: Path,
        publisher: Publisher | None,
        network: DataNetwork,
        settings: GatewaySettings | None = None,
        software: Mapping[str, Software] = MappingProxyType({}),
        used: Callable[[str, int, bool], None] = lambda gateway, broker, silent: None,
    ) -> None:
        self._start, self._publisher = clock_start_unix, publisher
        self._writers: dict[str, BatchWriter] = {}
        self._by_gateway: dict[str, list[SensorCohort]] = {}
        for cohort in cohorts:
            self._by_gateway.setdefault(cohort.gateway, []).extend(aggregated(cohort))
        self._software = {gateway: software.get(gateway, Software()) for gateway in self._by_gateway}
        self._store = ReadingStore(out_file, chain.from_iterable(self._by_gateway.values()))
        self._gateways = SimulatedGateways(
            self._by_gateway,
            replace(network, reads=lambda gateway: not self._software[gateway].faulty),
            Fates(self._delivered, self._lost, self._state, self._spoilt, used),
            settings,
        )
        self._usual = {gateway: one.payload for gateway, one in self._software.items()}
        self._rewritten, self._unread = dict.fromkeys(self._by_gateway, 0), dict.fromkeys(self._by_gateway, 0)
        self._place = {gateway: place for place, gateway in enumerate(self._by_gateway)}
        self._fates = array("q")
        self._read = self._arrived = self._late = self._gone = self._refused = 0
        self._tick: int | None = None
        self._listeners: list[Callable[[Batch, int], None]] = []
        if publisher is not None:
            for gateway, served in self._by_gateway.items():
                publisher.retain(topics.meta(gateway), payload.meta_message(gateway, served))

    @property
    def known_to(self) -> int:
        """The tick up to which it is known what was delivered."""
        return -(2**62) if self._tick is None else self._tick

    def listen(self, delivered: Callable[[Batch, int], None]) -> None:
        """Tell of each pack that is delivered, with the tick at which it comes."""
        self._listeners.append(delivered)

    def take(self, readings: Readings, now: int | None = None) -> None:
        """A group was read, and its readings reach the gateway now, by default when they were taken.

        Raises `KeyError` if its gateway is not one of the cohorts given at the start.
        """
        self._tick = readings.at if now is None else now
        self._read += self._gateways.take(readings, now)

    def advance(self, tick: int) -> None:
        """It is `tick` now: gateways close due packs and send what they may."""
        self._tick = tick
        self._gateways.advance(tick)

    def install(self, gateway: str, software: Software, tick: int) -> None:
        """A gateway gets other software, at once, and goes on with what it holds: an outbox is on disk.

        Packs that nobody could read are written again by the software that runs when they are sent again. Raises
        `KeyError` for a gateway of no cohort, `UnknownVersion` for a payload version that nobody writes.
        """
        self._writer(software.payload)
        before, self._software[gateway] = self._software[gateway], software
        self._usual[gateway] = before.payload
        if self._publisher is not None and software.payload != before.payload:
            self._publisher.retain(topics.config(gateway), config_message(GatewayConfig(software.payload)))
        self.advance(tick)

    def reconnect(self, gateway: str, tick: int, broker: int | None = None) -> None:
        """The connections of a gateway end, or that with one broker, and it logs in anew.

        Raises `KeyError` for a gateway of no cohort.
        """
        self._tick = tick
        self._gateways.drop(gateway, tick, broker)

    def held(self) -> NDArray[np.float64]:
        """Readings that each gateway keeps now, in the order in which the cohorts name them first."""
        return np.array(self._gateways.held(), dtype=np.float64)

    def rewritten(self) -> NDArray[np.float64]:
        """Readings that each gateway delivered in another payload version than before its last change of software."""
        return np.array(list(self._rewritten.values()), dtype=np.float64)

    def refused(self) -> NDArray[np.float64]:
        """Readings of each gateway that came in packs that nobody could read."""
        return np.array(list(self._unread.values()), dtype=np.float64)

    def deliveries(self) -> Deliveries | None:
        """What became of all readings, once it is closed; None where there were no sensors."""
        if not self._by_gateway:
            return None
        taken, stored, count, gateway = np.array(self._fates, dtype=np.int64).reshape(-1, 4).T
        return Deliveries(taken, stored, count, gateway, tuple(self._by_gateway))

    def close(self, flush_s: float = 5.0) -> TelemetrySummary:
        """The run is over. Gateways send what is due once more, the file is completed, the publisher closed."""
        if self._tick is not None:
            self._gateways.advance(self._tick)
        held = 0
        for block in self._gateways.close():
            held += len(block)
            self._fate(block, HELD)
            self._store.add(block, None)
        digest = self._store.close()
        published = dropped = 0
        if self._publisher is not None:
            for gateway in self._by_gateway:
                ended = payload.status_message(gateway, "ended", self._unix(self._tick or 0))
                self._publisher.retain(topics.status(gateway), ended)
            self._publisher.retain(
                topics.status(topics.RUN), payload.status_message(topics.RUN, "ended", self._unix(0))
            )
            count = self._publisher.close(flush_s)
            published, dropped = count.published, count.dropped
        return TelemetrySummary(
            self._read, self._arrived, self._late, self._gone, held, published, dropped, digest, self._refused
        )

    def discard(self) -> None:
        """The run failed: no file is left, nothing more is published."""
        self._store.discard()
        if self._publisher is not None:
            self._publisher.close(0.0)

    def _delivered(self, pack: Batch, tick: int) -> None:
        for block in pack.blocks:
            self._store.add(block, tick)
            self._fate(block, tick)
            if tick - block.at > to_ticks(block.group.period_s):
                self._late += len(block)
        self._arrived += len(pack)
        for listener in self._listeners:
            listener(pack, tick)
        if self._software[pack.gateway].payload != self._usual[pack.gateway]:
            self._rewritten[pack.gateway] += len(pack)
        if self._publisher is not None:
            version = self._software[pack.gateway].payload
            topic = VERSIONS[version].topic(pack.gateway)
            self._publisher.put(topic, len(pack), partial(self._writer(version).encode, pack))

    def _fate(self, block: Block, stored: int) -> None:
        self._fates.extend((block.at, stored, len(block), self._place[block.group.gateway]))

    def _spoilt(self, pack: Batch, tick: int) -> None:
        self._refused += len(pack)
        self._unread[pack.gateway] += len(pack)

    def _writer(self, version: str) -> BatchWriter:
        if version not in self._writers:
            self._writers[version] = encoder(version, self._start)
        return self._writers[version]

    def _lost(self, blocks: tuple[Block, ...]) -> None:
        for block in blocks:
            self._gone += len(block)
            self._fate(block, LOST)
            self._store.add(block, None)

    def _state(self, gateway: str, online: bool, boot: int, tick: int) -> None:
        if self._publisher is not None:
            state = "online" if online else "offline"
            message = payload.status_message(gateway, state, self._unix(tick), boot)
            self._publisher.retain(topics.status(gateway), message)

    def _unix(self, tick: int) -> float:
        return self._start + to_s(tick)
