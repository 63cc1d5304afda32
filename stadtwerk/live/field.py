"""Readings of one gateway on their way to its process, and which of them it has acknowledged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gateways.gateway.node import FieldClient
from simulator.contracts.sensor import Readings, SensorGroup

LIMIT_READINGS = 1_000_000
"""Readings that wait for a gateway that is away; further ones are dropped and counted (assumption: some 16 MB)."""


@dataclass(frozen=True, slots=True)
class FieldSums:
    """Readings: sent = acknowledged + waiting + refused. `dropped` were never sent, as too many waited already."""

    sent: int = 0
    acknowledged: int = 0
    waiting: int = 0
    refused: int = 0
    dropped: int = 0
    resent: int = 0

    def __add__(self, other: FieldSums) -> FieldSums:
        return FieldSums(
            self.sent + other.sent,
            self.acknowledged + other.acknowledged,
            self.waiting + other.waiting,
            self.refused + other.refused,
            self.dropped + other.dropped,
            self.resent + other.resent,
        )


class Field:
    """The field side of one gateway, as the city's sensors see it. `take` never waits.

    Remembers of each block its group and tick, so that `acknowledged` can say afterwards what the gateway answered for.
    What is dropped is dropped before it gets a number: an answer up to a number is then true of each block up to it.
    """

    def __init__(self, gateway: str, port: int, clock_start_unix: float, limit: int = LIMIT_READINGS) -> None:
        self.gateway = gateway
        self._limit = limit
        self._sent: list[tuple[SensorGroup, int]] = []
        self._upto = -1
        self._dropped = 0
        self._client = FieldClient(port, clock_start_unix, limit_readings=2 * limit, acknowledged=self._answered)

    def take(self, readings: Readings) -> None:
        """Hand a block on, whose arrays must not change later."""
        if self._client.counts().waiting + len(readings.values) > self._limit:
            self._dropped += len(readings.values)
            return
        self._sent.append((readings.group, readings.at))
        self._client.send(readings)

    def wait(self, timeout_s: float) -> bool:
        """Wait until everything is answered; whether it is."""
        return self._client.wait(timeout_s)

    def sums(self) -> FieldSums:
        counts = self._client.counts()
        return FieldSums(
            counts.sent,
            counts.acknowledged,
            counts.waiting,
            counts.refused,
            self._dropped + counts.dropped,
            counts.resent,
        )

    def acknowledged(self) -> Iterator[tuple[SensorGroup, int]]:
        """Group and tick of each block that the gateway has answered for."""
        yield from self._sent[: self._upto + 1]

    def close(self) -> None:
        self._client.close()

    def _answered(self, n: int) -> None:
        self._upto = max(self._upto, n)
