"""The ingest service: from the brokers through the screen into the store, and the acknowledgement back."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING

from gateways.ingest.columns import WireColumns
from gateways.ingest.config import EmbeddedConfig, IngestConfig
from gateways.ingest.health import Counters, ack_message, health_message, will_message
from gateways.ingest.intake import KEEPALIVE_S, BrokerLink, Inbox, Message, held_bytes
from gateways.ingest.lease import BEAT_S, EXPIRE_S, Superseded, part_of_level
from gateways.ingest.ledger import UNNUMBERED, Verdict
from gateways.ingest.screening import DeadLetters, Flow, Reason, Refusal, Screen
from gateways.ingest.store import Backlog, Store, StoreUnavailable
from gateways.wire import topics

if TYPE_CHECKING:
    from gateways.ingest.influx_store import LinesSink

ACKS_REPEATED = 8
"""Boots of each gateway whose acknowledgement is repeated after connecting, the newest ones (assumption: a gateway with
packs of older boots is told when it sends them again)."""

ROOM_S = KEEPALIVE_S / 2
"""How long a connection waits for room in the inbox; after that it must breathe, or the broker takes it for dead."""

STORE_WAIT_S = (0.1, 5.0)
"""Shortest and longest wait before the next try to commit (assumption)."""

_STORED = (Verdict.NEW, Verdict.DUPLICATE)
_REFUSED = {
    Verdict.REPLAYED: (Reason.REPLAYED, "restart {0.boot}, seq {0.sequence} was used before, for other content"),
    Verdict.FORGOTTEN: (Reason.FORGOTTEN, "restart {0.boot} is older than all that are remembered"),
    Verdict.CROWDED: (Reason.CROWDED, "{0.gateway!r} is one gateway more than there may be"),
}


REMEMBERED_S = EXPIRE_S + 4 * BEAT_S
REMEMBERED_BYTES = 16 << 20
"""What came for other services is remembered so long and so much of it (assumptions: until a dead one is taken for
dead; some seconds of a town)."""


class Remembered:
    """The last messages for other services. Who takes over goes on with them, and need not wait until gateways send
    again what a dead service did not acknowledge; what it did write is known to the ledger."""

    def __init__(self) -> None:
        self._messages: deque[tuple[int, Message]] = deque()
        self._bytes = 0

    def put(self, part: int, message: Message) -> None:
        self._messages.append((part, message))
        self._bytes += held_bytes(message.payload)
        oldest_s = message.at_s - REMEMBERED_S
        while self._messages and (self._bytes > REMEMBERED_BYTES or self._messages[0][1].at_s < oldest_s):
            self._bytes -= held_bytes(self._messages.popleft()[1].payload)

    def take(self, parts: frozenset[int]) -> list[Message]:
        """Those of these parts, in the order in which they came."""
        taken = [message for part, message in self._messages if part in parts]
        if taken:
            self._messages = deque((part, message) for part, message in self._messages if part not in parts)
            self._bytes -= sum(held_bytes(message.payload) for message in taken)
        return taken


class IngestService:
    """One ingest service; a thread of its own commits.

    What the brokers send waits in the inbox, is screened and committed in batches, and acknowledged to its gateway on
    every broker after the commit. A message that is not taken goes to the dead letters. While the store cannot commit,
    the batch is tried again and the connections are not read. Of several services that share a store each writes the
    packs of its own gateways (`gateways.ingest.lease`), and remembers the last of the others' for when one dies.
    """

    def __init__(self, config: IngestConfig, store: Store | None = None) -> None:
        self.counters = Counters()
        self.dead = DeadLetters(config.dead_letters)
        self._config = config
        self._refused: deque[tuple[bytes, str]] = deque(maxlen=100)
        self._store = store or open_store(config, self._refused)
        self._inbox = Inbox(config.inbox_bytes)
        self._screen = Screen(config.gateways, config.message_bytes, Flow(config.messages_per_s, config.messages_burst))
        self._connected: deque[BrokerLink] = deque()
        self._newest: dict[str, tuple[int, int]] = {}
        self._backlog = Backlog()
        self._health_due = 0.0
        self._parts: frozenset[int] = frozenset()
        self._tend_due = 0.0
        self._others = Remembered()
        self._taken_over: list[Message] = []
        self._dropped_lock = threading.Lock()
        self._stopping = threading.Event()
        will = (topics.health(config.name), will_message(config.name))
        self._links = [
            BrokerLink(address, config.name, will, self._receive, self._connected.append) for address in config.brokers
        ]
        self._worker = threading.Thread(target=self._work, name="ingest-commit", daemon=True)

    @property
    def alive(self) -> bool:
        """Whether the committing thread runs."""
        return self._worker.is_alive()

    def start(self) -> None:
        """Raises `UnsafeSecret` and `OSError` for files that cannot be used. A broker that is away is waited for."""
        self._worker.start()
        for link in self._links:
            link.start()

    def stop(self, timeout_s: float = 10.0) -> None:
        """Commit and acknowledge what has been received, say that this is the end, and disconnect."""
        self._inbox.close()
        self._stopping.set()
        self._worker.join(timeout_s)
        for link in self._links:
            link.close()
        if not self._worker.is_alive():
            self._store.leave()
            self._store.close()
        self.dead.close()

    # paho's threads

    def _receive(self, topic: str, payload: bytes) -> None:
        if len(payload) > self._config.message_bytes:
            # Only so much is kept that the screen sees it to be too long.
            payload = payload[: self._config.message_bytes + 1]
        if not self._inbox.put(topic, payload, ROOM_S):
            with self._dropped_lock:
                self.counters.dropped += 1

    # the committing thread

    def _work(self) -> None:
        while True:
            stopping = self._stopping.is_set()
            try:
                self._tend()
            except Superseded as error:
                self.counters.unavailable = str(error)
                self._tell("ended")
                return
            batch = self._collect()
            if batch:
                self._settle(batch)
            while self._refused:
                self.dead.add(Reason.REFUSED, "", *self._refused.popleft())
            while self._connected:
                self._connected.popleft()
                self._acknowledge(self._marks(None))
                self._health_due = 0.0
            if time.monotonic() >= self._health_due or stopping:
                self._tell("ended" if stopping else "online")
            if stopping and not batch:
                return

    def _tend(self) -> None:
        """Renew our leases if it is time, and take over what is remembered of gateways that have become ours."""
        if time.monotonic() < self._tend_due:
            return
        try:
            parts = self._store.tend()
            self.counters.unavailable = ""
            self._taken_over += self._others.take(parts - self._parts)
            self._parts = parts
        except StoreUnavailable as error:
            self.counters.unavailable = str(error)
        self._tend_due = time.monotonic() + BEAT_S

    def _ours(self, messages: Sequence[Message]) -> list[Message]:
        """Those of our own gateways, after what we have taken over; others are remembered."""
        ours, self._taken_over = self._taken_over, []
        for message in messages:
            levels = message.topic.split("/", 3)
            part = part_of_level(levels[2]) if len(levels) > 2 else 0
            if part in self._parts:
                ours.append(message)
            else:
                self.counters.elsewhere += 1
                self._others.put(part, message)
        return ours

    def _collect(self) -> list[tuple[Message, WireColumns]]:
        """Screened packs of one batch."""
        config = self._config
        messages = self._ours(self._inbox.take(min(config.health_s, 0.2)))
        packs: list[tuple[Message, WireColumns]] = []
        rows = 0
        due = messages[0].at_s + config.batch_s if messages else 0.0
        while messages:
            for message in messages:
                self.counters.messages += 1
                screened = self._screen.pass_(message.topic, message.payload)
                if isinstance(screened, Refusal):
                    self.dead.add(screened.reason, message.topic, message.payload, screened.detail)
                else:
                    packs.append((message, screened))
                    rows += len(screened)
            left = due - time.monotonic()
            if left <= 0 or rows >= config.batch_rows or self._stopping.is_set():
                break
            messages = self._ours(self._inbox.take(left))
        return packs

    def _settle(self, batch: Sequence[tuple[Message, WireColumns]]) -> None:
        """Commit a batch, however long the store takes, then acknowledge."""
        packs = [pack for _, pack in batch]
        begun = time.monotonic()
        verdicts = self._commit(packs)
        if verdicts is None:
            return
        now = time.monotonic()
        self.counters.commit_s = max(self.counters.commit_s, now - begun)
        self.counters.lag_s = max(self.counters.lag_s, now - min(message.at_s for message, _ in batch))
        for (message, pack), verdict in zip(batch, verdicts, strict=True):
            self._count(message, pack, verdict)
        # Not for a forgery: its sender may be a gateway that lost its count, and would take its packs for stored.
        known = {
            (pack.gateway, pack.boot): None
            for pack, verdict in zip(packs, verdicts, strict=True)
            if verdict in _STORED and pack.boot != UNNUMBERED
        }
        marks = self._marks(list(dict.fromkeys(gateway for gateway, _ in known)))
        self._acknowledge({key: mark for key, mark in marks.items() if key in known})

    def _commit(self, packs: Sequence[WireColumns]) -> tuple[Verdict, ...] | None:
        """None if the service is to stop while the store cannot commit: gateways still have it all."""
        wait_s = STORE_WAIT_S[0]
        while True:
            try:
                verdicts = self._store.commit(packs)
            except StoreUnavailable as error:
                self.counters.unavailable = str(error)
                self._tell("online")
                if self._stopping.wait(wait_s):
                    return None
                wait_s = min(2 * wait_s, STORE_WAIT_S[1])
            else:
                self.counters.unavailable = ""
                return verdicts

    def _count(self, message: Message, pack: WireColumns, verdict: Verdict) -> None:
        counters = self.counters
        if verdict is Verdict.NEW:
            counters.packs += 1
            counters.readings += len(pack)
            number = pack.boot, pack.sequence
            if number < self._newest.setdefault(pack.gateway, number):
                counters.late += len(pack)
            else:
                self._newest[pack.gateway] = number
        elif verdict is Verdict.DUPLICATE:
            counters.duplicate += 1
        elif verdict is Verdict.ELSEWHERE:
            counters.elsewhere += 1
        elif verdict in _REFUSED:
            reason, detail = _REFUSED[verdict]
            self.dead.add(reason, message.topic, message.payload, detail.format(pack))
        else:
            counters.deferred += 1

    def _marks(self, gateways: list[str] | None) -> dict[tuple[str, int], int]:
        try:
            newest = ACKS_REPEATED if gateways is None else 1 << 30
            return self._store.marks(gateways, newest)
        except sqlite3.Error:
            return {}

    def _acknowledge(self, marks: dict[tuple[str, int], int]) -> None:
        for (gateway, boot), mark in marks.items():
            if mark >= 0:
                message = ack_message(gateway, boot, mark)
                for link in self._links:
                    link.publish(topics.ack(gateway), message)

    def _tell(self, state: str) -> None:
        """Publish health, and begin a new period."""
        try:
            self._backlog = self._store.backlog()
        except sqlite3.Error as error:
            self.counters.unavailable = str(error)
        brokers = {str(link.address): link.online for link in self._links}
        waiting = self._inbox.waiting_bytes
        message = health_message(
            self._config.name, state, self.counters, self.dead, self._backlog, waiting, brokers, len(self._parts)
        )
        for link in self._links:
            link.publish(topics.health(self._config.name), message, retain=True)
        self.counters.lag_s = self.counters.commit_s = 0.0
        self._health_due = time.monotonic() + self._config.health_s


def open_store(config: IngestConfig, refused: deque[tuple[bytes, str]]) -> Store:
    """The store that a configuration names. `refused` gets the lines that a database will never take, with the reason.

    Raises `OSError` or `sqlite3.Error` if its file cannot be used.
    """
    where = config.store
    if isinstance(where, EmbeddedConfig):
        from gateways.ingest.embedded_store import EmbeddedStore

        return EmbeddedStore(where.path, config.durable, where.keep_days, config.name)
    from gateways.ingest.influx_store import InfluxStore
    from gateways.stores.influx import InfluxWriter

    def sink() -> LinesSink:
        return InfluxWriter.of(where)

    def refuse(lines: bytes, reason: str) -> None:
        refused.append((lines, reason))

    return InfluxStore(
        where.outbox, sink, where.outbox_bytes, refuse, config.durable, where.tags, config.name, where.longest_wait_s
    )
