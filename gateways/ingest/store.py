"""What ingest needs of a store: rows and ledger in one commit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from gateways.ingest.columns import WireColumns
from gateways.ingest.ledger import Verdict


class StoreUnavailable(Exception):
    """The store cannot commit now (the disk is full, another process holds it); nothing of the call was written."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """What a store still has before it, or missed.

    `outbox_rows` and `outbox_bytes` wait for the database. `ahead` counts packs that wait above a gap, `lost` those
    that their gateways gave up. `refused_rows` did the database refuse for good. `reason` says why the database does
    not answer.
    """

    ahead: int = 0
    lost: int = 0
    outbox_rows: int = 0
    outbox_bytes: int = 0
    refused_rows: int = 0
    reason: str = ""


class Store(Protocol):
    """Takes packs, each once. Called from one thread.

    A reading is one row by (gateway, sensor, time): the same written twice is there once, and of two different ones the
    later pack's stays, as in InfluxDB. Rows of a gateway are written in the order of its packs: one above a gap is kept
    apart until the gap is filled, or `lowest` closes it, or a later boot has begun.
    """

    def commit(self, packs: Sequence[WireColumns]) -> tuple[Verdict, ...]:
        """Rows of new packs and the ledger, atomically; what became of each pack. Raises `StoreUnavailable`."""
        ...

    def tend(self) -> frozenset[int]:
        """Renew leases (`gateways.ingest.lease`): the parts whose packs this store writes now. At least each `BEAT_S`.

        Raises `Superseded` and `StoreUnavailable`.
        """
        ...

    def leave(self) -> None:
        """Give the leases back, before `close`."""
        ...

    def ledger(self) -> dict[tuple[str, int], int]:
        """By (gateway, boot): every pack up to this sequence is committed, or its gateway no longer has it."""
        ...

    def marks(self, gateways: Iterable[str] | None, newest: int) -> dict[tuple[str, int], int]:
        """The ledger of some gateways (None: all), of each the `newest` boots only."""
        ...

    def backlog(self) -> Backlog: ...

    def close(self) -> None: ...
