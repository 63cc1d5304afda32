"""Rows are written in the order in which a gateway numbered its packs, in whatever order these come."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from gateways.ingest import blocks
from gateways.ingest.columns import WireColumns
from gateways.ingest.embedded_store import EmbeddedStore, read_columns
from gateways.ingest.influx_store import InfluxStore
from gateways.ingest.ledger import Verdict
from gateways.ingest.store import Backlog
from tests.gateways.samples import START
from tests.ingest.support import columns, until

GATEWAYS = ("gw-1", "gw-2", "gw-3")


def packs_of(gateway: str, boots: int = 3, each: int = 20) -> list[WireColumns]:
    """A gateway's packs in its order; their times go up across boots."""
    return [
        columns(sequence, boot=boot + 1, gateway=gateway, time_s=START + 60.0 * (boot * each + sequence), lowest=0)
        for boot in range(boots)
        for sequence in range(each)
    ]


def minutes(path: Path) -> dict[str, list[int]]:
    """By gateway the minutes of its blocks, in the order in which they were written."""
    found: dict[str, list[int]] = {}
    with closing(sqlite3.connect(path)) as database:
        query = "select gateway, first_ms from block join layout on layout.id = block.layout order by block.id"
        for gateway, at in database.execute(query):
            found.setdefault(gateway, []).append((at - round(START * 1000)) // 60_000)
    return found


def left_waiting(path: Path) -> int:
    with closing(sqlite3.connect(path)) as database:
        return int(database.execute("select count(*) from waiting").fetchone()[0])


@pytest.mark.parametrize("seed", range(6))
def test_mixed_up_packs_are_written_in_order_and_once(tmp_path: Path, seed: int) -> None:
    """Within a boot any order, each twice, to either of two services that are started anew now and then."""
    rng, path = random.Random(seed), tmp_path / "store.db"
    stores = [EmbeddedStore(path, durable=False) for _ in range(2)]
    queues = []
    for gateway in GATEWAYS:
        queue = []
        for boot in (1, 2, 3):  # a gateway begins a boot when the one before is acknowledged
            some = [pack for pack in packs_of(gateway) if pack.boot == boot] * 2
            rng.shuffle(some)
            queue += some
        queues.append(queue)
    while any(queues):
        batch = []
        for _ in range(rng.randint(1, 9)):
            if queue := rng.choice([queue for queue in queues if queue] or [[]]):
                batch.append(queue.pop(0))
        which = rng.randrange(2)
        if rng.random() < 0.1:
            stores[which].close()
            stores[which] = EmbeddedStore(path, durable=False)
        before = minutes(path)
        stores[which].commit(batch)
        assert all(minutes(path)[gateway][: len(known)] == known for gateway, known in before.items())
    assert minutes(path) == {gateway: list(range(60)) for gateway in GATEWAYS}
    assert left_waiting(path) == 0
    assert stores[0].ledger() == {(gateway, boot): 19 for gateway in GATEWAYS for boot in (1, 2, 3)}
    for store in stores:
        store.close()


def test_what_a_gateway_dropped_closes_the_gap(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    store = EmbeddedStore(path, durable=False)
    store.commit([columns(0), columns(5), columns(4), columns(7)])
    assert minutes(path)["gw-1"] == [0]
    assert store.commit([columns(7, lowest=4)]) == (Verdict.DUPLICATE,)
    assert minutes(path)["gw-1"] == [0, 4, 5]
    assert store.backlog() == Backlog(ahead=1, lost=3)
    store.commit([columns(6)])
    assert minutes(path)["gw-1"] == [0, 4, 5, 6, 7]


def test_a_later_boot_ends_the_wait(tmp_path: Path) -> None:
    """The rest of the first boot was lost with the gateway's outbox: what came is there, before all that follows."""
    path = tmp_path / "store.db"
    store = EmbeddedStore(path, durable=False)
    store.commit([columns(0), columns(3), columns(2)])
    store.commit([columns(1, boot=2, time_s=START + 660), columns(0, boot=2, time_s=START + 600)])
    assert minutes(path)["gw-1"] == [0, 2, 3, 10, 11]
    assert store.ledger() == {("gw-1", 1): 0, ("gw-1", 2): 1}, "what is missing is never acknowledged"
    assert left_waiting(path) == 0
    batch = [columns(9, boot=boot, time_s=START + 60 * (20 + boot)) for boot in (4, 3)]
    store.commit(batch)
    assert minutes(path)["gw-1"][5:] == [23], "of the last boot something may still come"


def test_what_waits_is_bounded_and_the_rest_is_sent_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "store.db"
    monkeypatch.setattr(blocks, "LIMIT_BYTES", 1000)
    store = EmbeddedStore(path, durable=False)
    verdicts = [store.commit([columns(sequence)])[0] for sequence in range(1, 50)]
    taken = verdicts.count(Verdict.NEW)
    assert 5 < taken < 15
    assert verdicts == [Verdict.NEW] * taken + [Verdict.TOO_FAR] * (49 - taken)
    assert left_waiting(path) == taken
    assert store.commit([columns(0)]) == (Verdict.NEW,), "what fills the gap is always taken"
    for sequence in range(taken + 1, 50):
        assert store.commit([columns(sequence)]) == (Verdict.NEW,)
    assert minutes(path)["gw-1"] == list(range(50))
    assert left_waiting(path) == 0


def test_a_failed_commit_lets_nothing_wait(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    store = EmbeddedStore(path, durable=False)
    with closing(sqlite3.connect(path)) as other:
        other.execute("create trigger full before insert on block begin select raise(abort, 'disk full'); end")
        other.commit()
        with pytest.raises(Exception, match="disk full"):
            store.commit([columns(2), columns(0, gateway="gw-2")])
        other.execute("drop trigger full")
        other.commit()
    assert left_waiting(path) == 0
    assert store.commit([columns(2), columns(1), columns(0)]) == (Verdict.NEW,) * 3
    assert len(read_columns(path)) == 6
    assert minutes(path)["gw-1"] == [0, 1, 2]


def test_a_database_gets_the_readings_in_order_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With an outbox so small that nothing but what fills the gap may enter it, as packs that wait do not count."""
    got: list[int] = []

    class Sink:
        def write(self, lines: bytes) -> None:
            got.extend(int(line.rsplit(b" ", 1)[1]) for line in lines.splitlines() if b"component=s0," in line)

        def flush(self) -> None: ...

        def close(self) -> None: ...

    rng, packs = random.Random(1), packs_of("gw-1", boots=1, each=200)
    first, rest = packs[0], packs[1:]
    rng.shuffle(rest)
    store = InfluxStore(tmp_path / "outbox.db", Sink, 110_000, lambda lines, why: None, durable=False)
    for pack in rest:
        assert store.commit([pack]) == (Verdict.NEW,)
    assert store.backlog().ahead == 199
    assert store.backlog().outbox_rows == 0
    store.commit([first])
    assert until(lambda: len(got) == 200)
    store.close()
    assert got == sorted(got)
