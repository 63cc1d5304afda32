"""The embedded store: rows and ledger together, each reading once, shared and read by several at once."""

from __future__ import annotations

import math
import random
import sqlite3
from pathlib import Path

import pytest

from gateways.ingest import ledger as ledger_module
from gateways.ingest.embedded_store import EmbeddedStore, read_columns
from gateways.ingest.ledger import UNNUMBERED, Verdict
from gateways.ingest.store import StoreUnavailable
from tests.gateways.samples import START
from tests.ingest.stored import read_ledger, read_rows
from tests.ingest.support import columns, rows_of, written


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


def store(path: Path) -> EmbeddedStore:
    return EmbeddedStore(path, durable=False)


def test_what_is_committed_is_read_back_as_it_was(path: Path) -> None:
    here = store(path)
    assert here.commit([columns(0, values=(1.5, -0.0, math.nan))]) == (Verdict.NEW,)
    first, second, third = read_rows(path)
    assert (first.gateway, first.sensor, first.time_ms) == ("gw-1", "s0/level_m", round(START * 1000))
    assert first.value == 1.5
    assert math.copysign(1, second.value) == -1
    assert math.isnan(third.value)
    assert here.ledger() == read_ledger(path) == {("gw-1", 1): 0}
    here.close()


def test_a_repetition_is_there_once_and_after_a_restart_too(path: Path) -> None:
    here = store(path)
    assert here.commit([columns(0), columns(0), columns(1)]) == (Verdict.NEW, Verdict.DUPLICATE, Verdict.NEW)
    here.close()
    again = store(path)
    assert again.commit([columns(1), columns(0), columns(1, values=(9.0, 9.0))]) == (
        Verdict.DUPLICATE,
        Verdict.DUPLICATE,
        Verdict.REPLAYED,
    )
    assert len(read_columns(path)) == written(path) == 4
    assert {row.value for row in read_rows(path)} == {1.0, 2.0}
    assert again.backlog().lost == again.backlog().ahead == 0


def test_of_two_readings_of_one_sensor_at_one_time_the_later_pack_s_stays(path: Path) -> None:
    here = store(path)
    here.commit([columns(0, values=(1.0,)), columns(1, values=(2.0,), time_s=START)])
    here.commit([columns(2, values=(3.0,), time_s=START), columns(0, gateway="gw-2", values=(7.0,), time_s=START)])
    assert [(row.gateway, row.value) for row in read_rows(path)] == [("gw-1", 3.0), ("gw-2", 7.0)]


def test_packs_above_a_gap_wait_for_it_and_are_not_acknowledged(path: Path) -> None:
    here = store(path)
    here.commit([columns(0), columns(2), columns(3)])
    assert len(read_columns(path)) == 2
    assert here.ledger() == {("gw-1", 1): 0}
    assert here.backlog().ahead == 2
    here.close()
    again = store(path)
    again.commit([columns(1)])
    assert len(read_columns(path)) == 8
    assert again.ledger() == {("gw-1", 1): 3}
    assert again.backlog().ahead == 0
    again.commit([columns(9, lowest=8)])
    assert again.ledger() == {("gw-1", 1): 9 if again.backlog().ahead == 0 else 7}
    assert again.backlog().lost == 4


def test_each_boot_counts_for_itself(path: Path) -> None:
    here = store(path)
    here.commit([columns(0, boot=2), columns(0, boot=1), columns(1, boot=1), columns(0, boot=3)])
    assert here.ledger() == {("gw-1", 1): 1, ("gw-1", 2): 0, ("gw-1", 3): 0}
    assert here.marks(["gw-1"], newest=2) == {("gw-1", 2): 0, ("gw-1", 3): 0}
    assert here.marks(["nobody"], newest=2) == {}


def test_a_commit_that_fails_leaves_neither_rows_nor_ledger(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = store(path)
    here.commit([columns(0)])

    def broken(*_: object) -> None:
        raise sqlite3.OperationalError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(here._blocks, "append", broken)
        with pytest.raises(StoreUnavailable, match="disk full"):
            here.commit([columns(1), columns(0, gateway="gw-2")])
    assert len(read_columns(path)) == 2
    assert read_ledger(path) == {("gw-1", 1): 0}
    assert here.commit([columns(1), columns(0, gateway="gw-2")]) == (Verdict.NEW, Verdict.NEW)
    assert len(read_columns(path)) == 6


def test_two_that_share_the_file_take_each_pack_once_between_them(path: Path) -> None:
    """Packs of one gateway go to either at random, some to both, as a shared subscription and repetitions do it."""
    both, rng = (store(path), store(path)), random.Random(3)
    packs = [columns(sequence, gateway=f"gw-{sequence % 3}") for sequence in range(400) for _ in range(2)]
    rng.shuffle(packs)
    verdicts = []
    while packs:
        some, packs = packs[:5], packs[5:]
        verdicts += rng.choice(both).commit(some)
    assert verdicts.count(Verdict.NEW) == 400
    assert verdicts.count(Verdict.DUPLICATE) == 400
    assert len(rows_of(path)) == written(path) == 2, "of each gateway all but the very first has a gap before it"
    # Each gateway used every third number only, so that it is its last `lowest` that settles the rest.
    both[0].commit([columns(399 + g, gateway=f"gw-{g}", lowest=399 + g) for g in range(3)])
    assert len(rows_of(path)) == written(path) == 804
    assert {gateway: mark for (gateway, _), mark in both[1].ledger().items()} == {f"gw-{g}": 399 + g for g in range(3)}


def test_it_can_be_read_while_it_is_written(path: Path) -> None:
    here = store(path)
    for sequence in range(20):
        here.commit([columns(sequence)])
        assert len(read_columns(path)) == 2 * (sequence + 1)
        assert read_ledger(path) == {("gw-1", 1): sequence}
    part = read_columns(path, since_ms=round((START + 60) * 1000), until_ms=round((START + 180) * 1000))
    assert sorted(set(part.times_ms.tolist())) == [round((START + 60) * 1000), round((START + 120) * 1000)]


def test_boots_and_gateways_beyond_the_limits_are_refused_not_stored(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_module, "BOOTS_KEPT", 3)
    monkeypatch.setattr(ledger_module, "GATEWAY_LIMIT", 2)
    here = store(path)
    boots = [columns(0, boot=boot) for boot in (5, 6, 7, 8, 9)]
    assert set(here.commit(boots)) == {Verdict.NEW}
    assert set(here.ledger()) == {("gw-1", 7), ("gw-1", 8), ("gw-1", 9)}
    assert here.commit([columns(0, boot=6)]) == (Verdict.FORGOTTEN,)
    strangers = [columns(0, gateway=f"stranger-{i}") for i in range(3)]
    assert here.commit(strangers) == (Verdict.NEW, Verdict.CROWDED, Verdict.CROWDED)
    assert here.commit([columns(1, boot=9)]) == (Verdict.NEW,)
    assert {gateway for gateway, _ in here.ledger()} == {"gw-1", "stranger-0"}


def test_senders_without_numbers_are_stored_and_not_acknowledged(path: Path) -> None:
    here = store(path)
    old = columns(1_768_406_400_000, boot=UNNUMBERED, time_s=START)
    other = columns(1_768_406_400_000, boot=UNNUMBERED, time_s=START, values=(1.0, 2.0, 3.0))
    assert here.commit([old, old, other]) == (Verdict.NEW, Verdict.DUPLICATE, Verdict.NEW)
    here.close()
    store(path).commit([old])
    assert len(read_columns(path)) == 3, "by series and time"
    assert read_ledger(path) == {}


def test_an_empty_store_is_read_as_empty_and_a_missing_one_is_said(path: Path, tmp_path: Path) -> None:
    store(path).close()
    assert read_rows(path) == []
    with pytest.raises(sqlite3.OperationalError, match="no store"):
        read_rows(tmp_path / "missing.db")
