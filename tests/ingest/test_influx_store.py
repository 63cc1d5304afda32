"""The outbox for InfluxDB: nothing that was acknowledged is lost while the database is away, all is written."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from gateways.ingest.influx_store import InfluxStore
from gateways.ingest.ledger import Verdict
from gateways.stores.influx import Refused, Retry
from tests.ingest.stored import read_ledger
from tests.ingest.support import columns, until


class Database:
    """A database that forgets what was not flushed when it dies, and keeps one row by (series, time)."""

    def __init__(self) -> None:
        self.rows: dict[bytes, bytes] = {}
        self.away = False
        self.fail_in: int | None = None
        self.refuse = b""
        self.locked_out = False
        self.lines = 0
        self._unsafe: dict[bytes, bytes] = {}
        self._lock = threading.Lock()

    def write(self, lines: bytes) -> None:
        with self._lock:
            if self.locked_out:
                raise Refused(lines, "unauthorised", 401)
            self._answer()
            bad = [line for line in lines.splitlines(True) if self.refuse and self.refuse in line]
            for line in lines.splitlines(True):
                if line not in bad:
                    series, fields, stamp = line.rsplit(b" ", 2)
                    self._unsafe[series + b" " + stamp] = fields
                    self.lines += 1
            if bad:
                raise Refused(b"".join(bad), "no such field", 400)

    def flush(self) -> None:
        with self._lock:
            self._answer()
            self.rows |= self._unsafe
            self._unsafe.clear()

    def close(self) -> None:
        pass

    def _answer(self) -> None:
        if self.fail_in is not None:
            self.fail_in -= 1
            if self.fail_in < 0:
                self.fail_in = None
                self._unsafe.clear()
                raise Retry(0.01, "killed")
        if self.away:
            self._unsafe.clear()
            raise Retry(0.01, "connection refused")


@contextmanager
def opened(path: Path, database: Database, limit: int = 1 << 26, refused: list | None = None) -> Iterator[InfluxStore]:
    into = [] if refused is None else refused
    store = InfluxStore(path, lambda: database, limit, lambda lines, why: into.append((lines, why)), durable=False)
    try:
        yield store
    finally:
        store.close()


def test_away_for_a_while_and_back_all_is_written_once(tmp_path: Path) -> None:
    database = Database()
    database.away = True
    with opened(tmp_path / "outbox.db", database) as store:
        for sequence in range(200):
            assert store.commit([columns(sequence)]) == (Verdict.NEW,)
        assert store.ledger() == {("gw-1", 1): 199}, "acknowledged while the database is away"
        assert until(lambda: store.backlog().reason == "connection refused")
        assert store.backlog().outbox_rows == 400
        assert not database.rows
        database.away = False
        assert until(lambda: store.backlog().outbox_rows == 0)
        assert len(database.rows) == 400
        assert until(lambda: store.backlog().reason == "")
    assert database.lines == 400


def test_what_was_not_safe_when_the_database_died_is_written_again(tmp_path: Path) -> None:
    database = Database()
    with opened(tmp_path / "outbox.db", database) as store:
        for died in range(20):
            database.fail_in = died % 3
            store.commit([columns(2 * died), columns(2 * died + 1)])
            assert until(lambda: store.backlog().outbox_rows == 0)
    assert len(database.rows) == 80


def test_a_restart_goes_on_with_the_outbox_and_the_ledger(tmp_path: Path) -> None:
    database, path = Database(), tmp_path / "outbox.db"
    database.away = True
    with opened(path, database) as store:
        store.commit([columns(0), columns(1)])
    assert read_ledger(path) == {("gw-1", 1): 1}
    database.away = False
    with opened(path, database) as store:
        assert store.commit([columns(1)]) == (Verdict.DUPLICATE,)
        assert until(lambda: store.backlog().outbox_rows == 0)
    assert len(database.rows) == 4


def test_a_full_outbox_takes_nothing_and_loses_nothing(tmp_path: Path) -> None:
    database = Database()
    database.away = True
    wide = tuple(map(float, range(500)))
    with opened(tmp_path / "outbox.db", database, limit=400_000) as store:
        verdicts = [store.commit([columns(sequence, values=wide)])[0] for sequence in range(200)]
        taken = verdicts.count(Verdict.NEW)
        assert 20 < taken < 200
        assert verdicts == [Verdict.NEW] * taken + [Verdict.FULL] * (200 - taken)
        assert store.ledger() == {("gw-1", 1): taken - 1}
        size = sum(entry.stat().st_size for entry in tmp_path.iterdir() if entry.name.endswith(".db"))
        assert size < 500_000
        database.away = False
        assert until(lambda: store.backlog().outbox_rows == 0)
        for sequence in range(taken, 200):
            assert until(lambda sequence=sequence: store.commit([columns(sequence, values=wide)]) != (Verdict.FULL,))
        assert until(lambda: store.backlog().outbox_rows == 0)
        assert len(database.rows) == 200 * 500


def test_lines_that_the_database_never_takes_are_handed_out_and_hold_up_nothing(tmp_path: Path) -> None:
    database, refused = Database(), []
    database.refuse = b"component=s1,"
    with opened(tmp_path / "outbox.db", database, refused=refused) as store:
        store.commit([columns(0), columns(1)])
        assert until(lambda: store.backlog().outbox_rows == 0)
        assert store.backlog().refused_rows == 2
    assert len(database.rows) == 2
    assert b"".join(lines for lines, _ in refused).count(b"component=s1,") == 2
    assert refused[0][1] == "no such field"


def test_a_wrong_token_keeps_everything_until_it_is_mended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateways.ingest.influx_store.MISTAKE_S", 0.02)
    database, refused = Database(), []
    database.locked_out = True
    with opened(tmp_path / "outbox.db", database, refused=refused) as store:
        store.commit([columns(0)])
        assert until(lambda: "unauthorised" in store.backlog().reason)
        assert store.backlog().outbox_rows == 2
        database.locked_out = False
        assert until(lambda: store.backlog().outbox_rows == 0)
    assert len(database.rows) == 2
    assert not refused


def test_a_database_client_that_breaks_does_not_end_the_pump(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateways.ingest.influx_store.MISTAKE_S", 0.02)
    database, made = Database(), []

    def sink() -> Database:
        made.append(1)
        if len(made) < 3:
            raise RuntimeError("no such library")
        return database

    store = InfluxStore(tmp_path / "outbox.db", sink, 1 << 26, lambda lines, why: None, durable=False)
    store.commit([columns(0)])
    assert until(lambda: len(database.rows) == 2)
    store.close()


def test_two_that_share_an_outbox_empty_it_one_at_a_time(tmp_path: Path) -> None:
    database, path = Database(), tmp_path / "outbox.db"
    with opened(path, database) as second:
        with opened(path, database) as first:
            for sequence in range(40):
                (first, second)[sequence % 2].commit([columns(sequence)])
            assert until(lambda: first.backlog().outbox_rows == 0)
        second.commit([columns(40)])
        assert until(lambda: second.backlog().outbox_rows == 0), "whoever stays takes over"
        assert second.ledger() == {("gw-1", 1): 40}
    assert len(database.rows) == database.lines == 82


def test_names_that_nobody_uses_any_more_leave_the_outbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateways.ingest.blocks.CACHED_LAYOUTS", 10)
    database, path = Database(), tmp_path / "outbox.db"
    with opened(path, database) as store:
        for sequence in range(60):
            store.commit([columns(sequence, values=tuple(map(float, range(1 + sequence))))])
            assert until(lambda: store.backlog().outbox_rows == 0)
        with closing(sqlite3.connect(path)) as look:
            assert look.execute("select count(*) from layout").fetchone()[0] <= 12
    assert len(database.rows) == sum(range(1, 61))
