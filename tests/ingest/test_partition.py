"""Services that share a store share the gateways: one writes what is of a gateway, another takes over if it dies."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateways.brokers.embedded import EmbeddedBroker
from gateways.brokers.rights import identities
from gateways.ingest.embedded_store import EmbeddedStore
from gateways.ingest.intake import Message
from gateways.ingest.lease import ALL, EXPIRE_S, Leases, Superseded, part_of
from gateways.ingest.ledger import Verdict, open_database, transaction
from gateways.ingest.service import REMEMBERED_BYTES, Remembered
from tests.ingest.stored import read_ledger
from tests.ingest.support import (
    INGESTS,
    Clock,
    Ingest,
    Packs,
    Sender,
    Watcher,
    columns,
    rows_of,
    running,
    until,
    written,
)

GATEWAYS = tuple(f"gw-{n}" for n in range(1, 9))
TAKEN_OVER_S = 5.0


class Town:
    """Services on one file, each with a clock of its own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.clocks: dict[str, Clock] = {}
        self.leases: dict[str, Leases] = {}

    def start(self, name: str) -> Leases:
        clock = self.clocks[name] = Clock()
        self.leases[name] = Leases(open_database(self.path, durable=False), name, clock)
        return self.leases[name]

    def pass_s(self, seconds: float) -> None:
        for clock in self.clocks.values():
            clock.now += seconds

    def held(self, name: str) -> frozenset[int]:
        lease = self.leases[name]
        with transaction(lease._database):
            return lease.held()


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path / "store.db")


def test_one_has_all_two_share_evenly_and_no_part_is_held_twice(town: Town) -> None:
    first = town.start("a")
    assert first.tend() == ALL
    second = town.start("b")
    assert not second.tend(), "none is free before the other gives them back"
    assert len(first.tend()) == len(ALL) // 2
    assert second.tend() == ALL - town.held("a")


def test_who_is_dead_is_replaced_after_a_while_and_not_before(town: Town) -> None:
    first, second = town.start("a"), town.start("b")
    for lease in (first, second, first, second):
        lease.tend()
    half = town.held("b")
    town.pass_s(EXPIRE_S - 0.1)
    assert second.tend() == half
    town.pass_s(0.2)
    assert second.tend() == ALL
    assert not town.held("a"), "a sleeper that wakes holds nothing, whatever it believes"
    assert first.tend() == frozenset(), "and gets its share back when the other one has given it back"
    assert len(second.tend()) == len(first.tend()) == len(ALL) // 2


def test_a_clock_that_stands_still_or_jumps_never_makes_two_writers(town: Town) -> None:
    first, second = town.start("a"), town.start("b")
    for number in range(60):
        town.clocks["a"].now += (0.0, 10.0, 0.6)[number % 3]
        town.clocks["b"].now += (0.6, 0.0, 9.0, 3.1)[number % 4]
        (first, second)[number % 2].tend()
        assert not town.held("a") & town.held("b")


def test_a_new_process_of_the_same_name_goes_on_at_once_and_the_old_one_ends(town: Town) -> None:
    old = town.start("a")
    old.tend()
    new = town.start("a")
    assert new.tend() == ALL
    with pytest.raises(Superseded):
        old.tend()


def test_who_leaves_is_not_waited_for(town: Town) -> None:
    first, second = town.start("a"), town.start("b")
    first.tend()
    second.tend()
    first.release()
    assert second.tend() == ALL


def test_a_store_that_lost_its_lease_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    first, second = (EmbeddedStore(path, durable=False, name=name) for name in ("a", "b"))
    first.tend()
    pack = columns(0)
    assert first.commit([pack]) == (Verdict.NEW,)
    first.leave()
    assert part_of(pack.gateway) in second.tend()
    assert first.commit([columns(1)]) == (Verdict.ELSEWHERE,)
    assert second.commit([columns(0), columns(1)]) == (Verdict.DUPLICATE, Verdict.NEW)
    assert written(path) == 2 * len(pack)


def test_one_message_beyond_all_that_is_remembered_is_not_remembered() -> None:
    others = Remembered()
    others.put(0, Message("t", b"x" * REMEMBERED_BYTES, 0.0))
    assert others.take(ALL) == []
    kept = Message("t", b"y", 1.0)
    others.put(0, kept)
    assert others.take(ALL) == [kept]


@pytest.fixture
def broker() -> Iterator[EmbeddedBroker]:
    with EmbeddedBroker(identities=identities(GATEWAYS)) as broker:
        yield broker


def both(folder: Path, broker: EmbeddedBroker) -> tuple[Ingest, Ingest]:
    first, second = (Ingest(folder, [broker.address(name)], name) for name in INGESTS)
    return first, second


def terms(path: Path) -> dict[int, tuple[str, int]]:
    with contextlib.closing(sqlite3.connect(path)) as database:
        return {part: (owner, term) for part, owner, term in database.execute("select part, owner, term from lease")}


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "asleep"])
def test_a_standby_takes_over_and_nothing_is_lost_or_written_twice(
    tmp_path: Path, broker: EmbeddedBroker, how: signal.Signals
) -> None:
    first, second = both(tmp_path, broker)
    packs = [Packs(gateway, count=10) for gateway in GATEWAYS]
    watcher = Watcher(broker.address("viewer"))

    def parts(name: str) -> int:
        return int(watcher.health.get(name, {}).get("parts", -1))

    with contextlib.ExitStack() as stack:
        for service in (first, second):
            stack.enter_context(running(service))
        assert until(lambda: parts("ingest-1") == parts("ingest-2") == 8), "they share the gateways"
        senders = [stack.enter_context(Sender(each, [broker.address(each.gateway)])) for each in packs]
        for sequence in range(40):
            for sender in senders:
                sender.take(sequence)
        assert until(lambda: all(sender.done() for sender in senders))
        assert until(lambda: min(watcher.health[name]["packs"] for name in INGESTS) > 0), "both write"
        before = terms(first.store)
        os.kill(first.pid, how)
        begun = time.monotonic()
        for sequence in range(40, 60):
            for sender in senders:
                sender.take(sequence)
        assert until(lambda: all(sender.done() for sender in senders))
        gap_s = time.monotonic() - begun
        assert gap_s < TAKEN_OVER_S, gap_s
        after = terms(first.store)
        assert {owner for owner, _ in after.values()} == {"ingest-2"}
        assert all(after[part][1] > term for part, (owner, term) in before.items() if owner == "ingest-1")
        if how == signal.SIGSTOP:
            os.kill(first.pid, signal.SIGCONT)
            assert until(lambda: parts("ingest-1") == 8), "it is there again, with its share"
            for sequence in range(60, 70):
                for sender in senders:
                    sender.take(sequence)
            assert until(lambda: all(sender.done() for sender in senders))
            assert first.stop() == 0
        assert second.stop() == 0
    watcher.close()
    count = 70 if how == signal.SIGSTOP else 60
    expected: dict[tuple[str, str, int], float] = {}
    for each in packs:
        expected |= each.rows(range(count))
    assert rows_of(first.store) == expected
    assert written(first.store) == len(expected), "each once"
    assert read_ledger(first.store) == {(gateway, 1): count - 1 for gateway in GATEWAYS}
