"""Whoever has stolen an identity does not spoil the id for its owner: boots are bounded, and can be taken back."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from gateways.ingest.embedded_store import EmbeddedStore, read_columns
from gateways.ingest.ledger import NEW_BOOTS, Ledger, Verdict, open_database, transaction
from gateways.ingest.reset import main
from tests.ingest.support import Clock, columns, written


def test_only_so_many_boots_begin_and_the_owner_s_are_not_forgotten(tmp_path: Path) -> None:
    clock = Clock()
    database = open_database(tmp_path / "s.db", durable=False)
    ledger = Ledger(database, clock)

    def judge(boot: int, sequence: int = 0) -> Verdict:
        with transaction(database):
            return ledger.judge([columns(sequence, boot)])[0]

    assert judge(1) is Verdict.NEW
    said = [judge(boot) for boot in range(1_000_000, 1_000_000 + 3 * NEW_BOOTS)]
    assert said.count(Verdict.NEW) == NEW_BOOTS - 1
    assert said.count(Verdict.RESTARTS) == 2 * NEW_BOOTS + 1
    assert judge(1, 1) is Verdict.NEW, "of a boot that is known everything is taken"
    clock.now += 120.0
    assert judge(2) is Verdict.NEW, "and its owner may start again after a while"
    database.close()


def test_numbers_that_a_thief_used_are_taken_back_and_that_is_written_down(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "store.db"
    store = EmbeddedStore(path, durable=False, name="ingest-1")
    store.tend()
    owner = [columns(sequence, boot=4) for sequence in range(3)]
    store.commit(owner)
    forged = columns(0, boot=5, values=(9.0, 9.0), time_s=1e9)
    gap = columns(7, boot=6, values=(9.0, 9.0), time_s=2e9)
    assert store.commit([forged, gap]) == (Verdict.NEW, Verdict.NEW)
    true = [columns(sequence, boot=5, time_s=3e9 + sequence) for sequence in range(2)]
    assert store.commit(true[:1]) == (Verdict.REPLAYED,), "the id is spoilt"
    assert main([str(path), "gw-1", "--above", "4"]) == 64, "not without a reason"
    assert main([str(tmp_path / "none"), "gw-1", "--above", "4", "--reason", "r"]) == 64
    assert main([str(path), "gw-1", "--above", "4", "--reason", "stolen and revoked"]) == 0
    assert store.commit(true) == (Verdict.NEW, Verdict.NEW), "a service that runs notices"
    assert store.commit(owner) == (Verdict.DUPLICATE,) * 3, "what its owner sent is known as before"
    assert store.marks(["gw-1"])[("gw-1", 5)] == 1
    store.close()
    assert written(path) == 2 * (3 + 1 + 2), "what is stored stays"
    assert len(read_columns(path)) == written(path)
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("select count(*) from waiting").fetchone() == (0,)
        assert database.execute("select gateway, above, boots, reason from audit").fetchall() == [
            ("gw-1", 4, "5 6", "stolen and revoked")
        ]
    capsys.readouterr()
    assert main([str(path)]) == 0
    assert "gw-1 above 4: boots 5 6" in capsys.readouterr().out


def test_who_looks_at_a_store_of_an_earlier_version_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "store.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("create table course(gateway text)")
    before = path.read_bytes()
    assert main([str(path)]) == 0
    assert not capsys.readouterr().out
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["store.db"]
