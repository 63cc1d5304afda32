"""What a gateway does, without input or output: it packs readings, numbers the packs and keeps them until told."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from gateways.gateway.aggregation import Aggregation, GroupOf
from gateways.wire.payload import Batch, Block, block_of
from simulator.contracts.sensor import Readings, SensorGroup
from simulator.contracts.ticks import to_ticks


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """How a gateway packs and keeps readings.

    `batch_period_s`: how long a pack stays open for further readings; 0 closes it with the sampling round (assumption:
    prompt readings are worth more than big packs). `batch_size`: readings at which a pack is full (1,000 records in a
    message gave the highest rate measured). `outbox_size`: readings kept while the data link is down, the oldest packs
    are dropped beyond it (assumption: 250,000, a day and more of a gateway with 100 sensors a minute).
    """

    batch_period_s: float = 0.0
    batch_size: int = 1000
    outbox_size: int = 250_000

    def __post_init__(self) -> None:
        if self.batch_period_s < 0 or self.batch_size < 1:
            raise ValueError("a batch needs a period of 0 s or more and a size of 1 or more")
        if self.outbox_size < self.batch_size:
            raise ValueError(f"an outbox of {self.outbox_size} readings cannot hold one pack of {self.batch_size}")


class GatewayCore:
    """The memory of one gateway. Times are ticks; whoever drives it says what time it is.

    `boot` counts its starts from 1 and `sequence` the packs of one boot from 0, so that a receiver tells a repetition
    from something new. Everything here is in memory: `stop` loses it. Private readings become sums before they are
    packed (`gateways.gateway.aggregation`); `group_of` makes or finds the groups of these.
    """

    def __init__(self, gateway: str, settings: GatewaySettings, group_of: GroupOf = SensorGroup) -> None:
        self.gateway = gateway
        self.sums = Aggregation(group_of)
        self.settings = settings
        self.boot = 1
        self.running = True
        self._period = to_ticks(settings.batch_period_s)
        self._sequence = 0
        self._open: list[Block] = []
        self._open_since = 0
        self._open_size = 0
        self._outbox: deque[Batch] = deque()
        self._outbox_size = 0

    @property
    def held(self) -> int:
        """Readings in memory."""
        return self._open_size + self._outbox_size

    @property
    def open_since(self) -> int | None:
        """The tick of the first reading in the open pack, None if it is empty."""
        return self._open_since if self._open else None

    def take(self, readings: Readings, now: int | None = None) -> tuple[Batch, ...]:
        """Keep readings that arrive now, by default when they were taken; of private ones what may leave. Returns the
        packs that had to be dropped to make room, oldest first."""
        fit = self.sums.through(readings)
        if fit is None:
            return ()
        readings, size = fit, self.settings.batch_size
        first, total = 0, len(readings.values)
        while first < total:
            if not self._open:
                self._open_since = readings.at if now is None else now
            end = min(total, first + size - self._open_size)
            self._open.append(block_of(readings, first, end))
            self._open_size += end - first
            first = end
            if self._open_size == size:
                self._seal()
        dropped = []
        while self.held > self.settings.outbox_size:
            dropped.append(self._pop())
        return tuple(dropped)

    def seal_due(self, now: int) -> None:
        """Close and number the open pack if its time is over."""
        if self._open and now - self._open_since >= self._period:
            self._seal()

    def waiting(self) -> tuple[Batch, ...]:
        """Numbered packs that nobody has acknowledged, oldest first."""
        return tuple(self._outbox)

    def acknowledge(self, sequence: int) -> None:
        """Forget the packs of this boot up to and including `sequence`."""
        while self._outbox and self._outbox[0].sequence <= sequence:
            self._pop()

    def stop(self) -> tuple[Batch, ...]:
        """The gateway stops: returns what it held, which is lost."""
        if self._open:
            self._seal()
        lost = self.waiting()
        self._outbox.clear()
        self._outbox_size = 0
        self.running = False
        return lost

    def start(self) -> None:
        """The gateway starts anew, with an empty memory."""
        self.boot += 1
        self._sequence = 0
        self.running = True

    def _seal(self) -> None:
        self._outbox.append(Batch(self.gateway, self.boot, self._sequence, tuple(self._open)))
        self._sequence += 1
        self._outbox_size += self._open_size
        self._open.clear()
        self._open_size = 0

    def _pop(self) -> Batch:
        pack = self._outbox.popleft()
        self._outbox_size -= len(pack)
        return pack
