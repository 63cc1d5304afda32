"""The service against a real broker: acknowledged after the commit, refused with a reason, never stopped."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import orjson
import pytest

from gateways.brokers.embedded import EmbeddedBroker
from gateways.ingest.columns import WireColumns
from gateways.ingest.config import EmbeddedConfig, IngestConfig
from gateways.ingest.embedded_store import EmbeddedStore
from gateways.ingest.ledger import Verdict
from gateways.ingest.screening import Reason
from gateways.ingest.service import IngestService
from gateways.ingest.store import StoreUnavailable
from gateways.wire import topics
from tests.ingest.stored import read_ledger
from tests.ingest.support import Packs, Sender, Watcher, rows_of, until


@contextmanager
def serving(
    folder: Path, *brokers: EmbeddedBroker, store: EmbeddedStore | None = None, **more: object
) -> Iterator[IngestService]:
    addresses = tuple(broker.address("ingest-1") for broker in brokers)
    where = EmbeddedConfig(folder / "store.db")
    config = IngestConfig("ingest-1", addresses, where, dead_letters=folder / "dead.jsonl", health_s=0.1, **more)
    service = IngestService(config, store)
    service.start()
    try:
        # The broker grants a subscription before it is in force, so tests send until something has come, or again.
        assert until(lambda: all(link.online for link in service._links))
        yield service
    finally:
        service.stop()


def quiet(sender: Sender, for_s: float = 1.0) -> int:
    """How many acknowledgements came, once none has come for a while."""
    heard, since = len(sender.acks), time.monotonic()
    while time.monotonic() - since < for_s:
        time.sleep(0.05)
        if len(sender.acks) != heard:
            heard, since = len(sender.acks), time.monotonic()
    return heard


def test_out_of_order_and_twice_each_is_stored_once(tmp_path: Path, broker: EmbeddedBroker) -> None:
    packs = Packs("gw-1")
    order = [3, 1, 1, 2, 5, 5, 4, 0]
    with serving(tmp_path, broker) as service, Sender(packs, [broker.address("gw-1")]) as sender:
        sender.take(0)
        assert until(sender.done)
        for sequence in order:
            sender.publish(topics.senml("gw-1"), packs.payload(sequence))
        assert until(lambda: sender.acked == 5 and service.counters.messages >= 1 + len(order))
        # Batch 0 may have been sent more than once before.
        assert until(lambda: service.counters.duplicate == service.counters.messages - 6 >= 3)
        assert service.counters.readings == 6 * packs.count
        assert service.counters.late == 3 * packs.count, "1, 2 and 4 came after higher ones"
        stored = rows_of(tmp_path / "store.db")
        assert stored == packs.rows(range(6))
        assert all(ack["schema"] == 1 and ack["gateway"] == "gw-1" and ack["restart"] == 1 for ack in sender.acks)
    assert read_ledger(tmp_path / "store.db") == {("gw-1", 1): 5}


def test_nothing_is_acknowledged_before_it_is_committed(tmp_path: Path, broker: EmbeddedBroker) -> None:
    """The store is away for a while: no acknowledgement meanwhile, and the batch is written once when it is back."""

    class Away(EmbeddedStore):
        tries, back = 0, False

        def commit(self, packs: Sequence[WireColumns]) -> tuple[Verdict, ...]:
            self.tries += 1
            if not self.back:
                raise StoreUnavailable("disk full")
            return super().commit(packs)

    store, packs = Away(tmp_path / "store.db"), Packs("gw-1")
    with serving(tmp_path, broker, store=store) as service, Sender(packs, [broker.address("gw-1")]) as sender:
        for sequence in range(5):
            sender.take(sequence)
        assert until(lambda: store.tries >= 3)
        assert not sender.acks
        assert service.counters.unavailable == "disk full"
        store.back = True
        assert until(sender.done)
        assert rows_of(tmp_path / "store.db") == packs.rows(range(5))
        assert until(lambda: service.counters.unavailable == "")


def test_replayed_and_spoofed_messages_are_refused_recorded_and_change_nothing(
    tmp_path: Path, broker: EmbeddedBroker
) -> None:
    mine, other = Packs("gw-1"), Packs("gw-2")
    with (
        serving(tmp_path, broker) as service,
        Sender(mine, [broker.address("gw-1")]) as sender,
        Sender(other, [broker.address("gw-2")]) as second,
    ):
        for sequence in range(3):
            sender.take(sequence)
            second.take(sequence)
        assert until(lambda: sender.done() and second.done())
        before = rows_of(tmp_path / "store.db")
        # The broker's rights end at the branch: what stands in the payload only ingest can check.
        second.publish(topics.senml("gw-2"), mine.payload(3, offset=0.5))
        sender.publish(topics.senml("gw-1"), mine.payload(1, offset=0.5))
        sender.publish(topics.senml("gw-1"), mine.payload(1))
        assert until(lambda: service.dead.counts == {Reason.SPOOFED: 1, Reason.REPLAYED: 1})
        assert until(lambda: service.counters.duplicate >= 1)
        assert [ack["seq"] for ack in sender.acks if ack["seq"] > 2] == []
        assert rows_of(tmp_path / "store.db") == before
        sender.take(3)
        assert until(sender.done), "the genuine pack 3 is still taken"
    records = [orjson.loads(line) for line in (tmp_path / "dead.jsonl").read_bytes().splitlines()]
    assert {(record["reason"], record["topic"]) for record in records} == {
        ("spoofed", "city/v1/gw-2/senml"),
        ("replayed", "city/v1/gw-1/senml"),
    }


def test_a_forgery_is_not_answered(tmp_path: Path, broker: EmbeddedBroker) -> None:
    """A gateway that lost its count must not take the readings it now sends for stored."""
    packs = Packs("gw-1")
    with serving(tmp_path, broker) as service, Sender(packs, [broker.address("gw-1")]) as sender:
        for sequence in range(5):
            sender.take(sequence)
        assert until(sender.done)
        heard = quiet(sender)
        sender.publish(topics.senml("gw-1"), packs.payload(0, offset=0.5))
        assert until(lambda: service.dead.counts[Reason.REPLAYED] == 1)
        assert quiet(sender) == heard


def test_what_a_gateway_had_to_drop_does_not_hold_up_the_rest(tmp_path: Path, broker: EmbeddedBroker) -> None:
    packs = Packs("gw-1")
    with serving(tmp_path, broker) as service, Sender(packs, [broker.address("gw-1")]) as sender:
        sender.take(0)
        assert until(sender.done)
        sender.publish(topics.senml("gw-1"), packs.payload(9))
        time.sleep(0.3)
        assert sender.acked == 0
        sender.publish(topics.senml("gw-1"), packs.payload(10, lowest=8))
        assert until(lambda: service._backlog.lost == 7)
        assert sender.acked in {0, 7}
        sender.publish(topics.senml("gw-1"), packs.payload(8, lowest=8))
        assert until(lambda: sender.acked == 10)
        assert until(lambda: service._backlog.ahead == 0)
        assert service._backlog.lost == 7


def test_a_gateway_on_either_of_two_brokers_is_told_on_both_and_again_after_connecting(tmp_path: Path) -> None:
    from gateways.brokers.rights import identities
    from tests.ingest.support import GATEWAYS, INGESTS

    known = identities(GATEWAYS, INGESTS)
    with EmbeddedBroker(identities=known) as first, EmbeddedBroker(identities=known) as second:
        packs = Packs("gw-1")
        both = [first.address("gw-1"), second.address("gw-1")]
        with serving(tmp_path, first, second), Sender(packs, both[:1]) as a, Sender(packs, both[1:]) as b:
            a.take(0)
            assert until(lambda: a.acked == b.acked == 0)
            second.kill()
            a.take(1)
            assert until(lambda: a.acked == 1)
            heard = len(b.acks)
            second.start()
            # Whichever of the two connects again last: ingest repeats at each connection, and on each duplicate.
            assert until(lambda: len(b.acks) > heard or b._clients[0].is_connected())
            b.take(1)
            assert until(lambda: b.acked == 1)
        with Sender(packs, both[:1]) as a:
            # Its own subscription may not be in force yet when ingest connects for the first time.
            for _ in range(20):
                with serving(tmp_path, first, second):
                    if until(lambda: a.acked == 1, 3.0):
                        break
            assert a.acked == 1, "without a message, by connecting"


def test_health_is_retained_and_ends_with_the_service(tmp_path: Path, broker: EmbeddedBroker) -> None:
    packs = Packs("gw-3")
    with serving(tmp_path, broker), Sender(packs, [broker.address("gw-3")]) as sender:
        for sequence in range(3):
            sender.take(sequence)
        assert until(sender.done)
        sender.publish("city/v1/gw-3/senml", b"rubbish")
        watcher = Watcher(broker.address("viewer"))
        assert until(lambda: watcher.health.get("ingest-1", {}).get("rejected") == {"malformed": 1})
        health = watcher.health["ingest-1"]
        assert health["state"] == "online"
        assert health["written"] == 3 * packs.count
        assert health["received"] >= 4
        assert {health[name] for name in ("in_outbox", "lost_packs", "dropped", "late")} == {0}
        assert 0 <= health["lag_s"] < 60
        assert list(health["brokers"].values()) == [True]
    assert until(lambda: watcher.health["ingest-1"]["state"] == "ended")
    watcher.close()


@pytest.mark.parametrize("size", [100_001, 200_000])
def test_a_message_larger_than_allowed_is_refused(tmp_path: Path, broker: EmbeddedBroker, size: int) -> None:
    packs = Packs("gw-1")
    with (
        serving(tmp_path, broker, message_bytes=100_000) as service,
        Sender(packs, [broker.address("gw-1")]) as sender,
    ):
        sender.take(0)
        assert until(sender.done)
        sender.publish(topics.senml("gw-1"), b"[" * size)
        assert until(lambda: service.dead.counts[Reason.OVERSIZED] == 1)
        sender.take(1)
        assert until(sender.done)
