"""Limits of ingest: a gateway that floods is shed and loses nothing by it; the embedded store forgets what is old."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from gateways.ingest.config import EmbeddedConfig, read_config
from gateways.ingest.embedded_store import AT_ONCE, DAY_S, LOOK_S, EmbeddedStore, Retention
from gateways.ingest.ledger import Verdict, open_database
from gateways.ingest.screening import GATEWAYS, Flow, Reason, Refusal, Screen
from simulator.contracts.problem import BadInput
from tests.ingest.stored import read_rows
from tests.ingest.support import Packs, columns

NOW_S = 1_768_406_400.0 + 100 * DAY_S


class Watch:
    """A clock that is moved by hand."""

    def __init__(self, now_s: float = 0.0) -> None:
        self.now_s = now_s

    def __call__(self) -> float:
        return self.now_s


def test_a_gateway_may_send_its_burst_and_then_its_rate() -> None:
    clock = Watch()
    flow = Flow(10.0, 5, clock)
    assert [flow.admits("g") for _ in range(7)] == [True] * 5 + [False] * 2
    assert flow.admits("other"), "each has its own"
    clock.now_s = 0.25
    assert [flow.admits("g") for _ in range(4)] == [True, True, False, False]
    clock.now_s = 1000.0
    assert [flow.admits("g") for _ in range(6)] == [True] * 5 + [False]


def test_names_made_up_do_not_fill_the_memory() -> None:
    flow = Flow(1.0, 1, Watch())
    for i in range(GATEWAYS + 10):
        flow.admits(f"g{i}")
    assert len(flow._buckets) <= GATEWAYS


def test_what_floods_is_shed_with_the_reason_and_taken_when_it_comes_again() -> None:
    clock = Watch()
    screen = Screen(None, 100_000, Flow(1.0, 3, clock))
    packs, topic = Packs("gw-1"), "city/v1/gw-1/senml"
    seen = [screen.pass_(topic, packs.payload(sequence)) for sequence in range(5)]
    shed = [found for found in seen if isinstance(found, Refusal)]
    assert [type(found) is Refusal for found in seen] == [False] * 3 + [True] * 2
    assert {found.reason for found in shed} == {Reason.FLOODING}
    assert not isinstance(screen.pass_("city/v1/gw-2/senml", Packs("gw-2").payload(0)), Refusal)
    clock.now_s = 2.0
    again = [screen.pass_(topic, packs.payload(sequence)) for sequence in (3, 4)]
    assert not any(isinstance(found, Refusal) for found in again)


def test_what_is_too_old_goes_and_the_rest_stays(tmp_path: Path) -> None:
    store = EmbeddedStore(tmp_path / "s.db")
    for sequence in range(10):
        store.commit([columns(sequence)])
    times = sorted({row.time_ms for row in read_rows(tmp_path / "s.db")})
    assert len(times) == 10
    middle_s = times[5] / 1000
    clock = Watch(middle_s + 30 * DAY_S)
    with closing(open_database(tmp_path / "s.db")) as database:
        retention = Retention(database, 30.0, clock)
        assert retention.look() == 5, "the sixth is just as old as may be"
        assert retention.look() == 0
        clock.now_s += LOOK_S - 1
        assert retention.look() == 0, "it does not look all the time"
        clock.now_s += 1 + 30 * DAY_S
        assert retention.look() == 5
    # What was deleted is still known: a repetition is none the less.
    assert store.commit([columns(3)]) == (Verdict.DUPLICATE,)
    assert read_rows(tmp_path / "s.db") == []
    store.close()


def test_much_that_is_old_goes_in_portions(tmp_path: Path) -> None:
    store = EmbeddedStore(tmp_path / "s.db", durable=False)
    for first in range(0, AT_ONCE + 10, 100):
        store.commit([columns(sequence) for sequence in range(first, min(first + 100, AT_ONCE + 10))])
    with closing(open_database(tmp_path / "s.db")) as database:
        retention = Retention(database, 1.0, Watch(NOW_S))
        assert (retention.look(), retention.look(), retention.look()) == (AT_ONCE, 10, 0)
    store.close()


def test_a_store_that_keeps_readings_for_a_time_deletes_them_as_it_commits(tmp_path: Path) -> None:
    """The samples are of January 2026: long past, by any clock that runs these tests."""
    forgetful = EmbeddedStore(tmp_path / "a.db", keep_days=1.0)
    assert forgetful.commit([columns(0)]) == (Verdict.NEW,)
    assert read_rows(tmp_path / "a.db") == []
    assert forgetful.ledger() == {("gw-1", 1): 0}, "it is acknowledged all the same"
    forgetful.close()
    with closing(sqlite3.connect(tmp_path / "a.db")) as database:
        assert database.execute("select count(*) from block").fetchone() == (0,)
    patient = EmbeddedStore(tmp_path / "b.db", keep_days=36_500.0)
    patient.commit([columns(0)])
    assert len(read_rows(tmp_path / "b.db")) > 0
    patient.close()


def test_limits_are_read_from_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "c.json").write_text(
        '{"name": "ingest-1", "brokers": [{"host": "127.0.0.1", "port": 1883}], "messages_per_s": 50,'
        ' "messages_burst": 10, "store": {"kind": "embedded", "path": "s.db", "keep_days": 30}}'
    )
    config = read_config(tmp_path / "c.json")
    assert (config.messages_per_s, config.messages_burst) == (50, 10)
    assert config.store == EmbeddedConfig(tmp_path / "s.db", 30)
    (tmp_path / "c.json").write_text(
        '{"name": "ingest-1", "brokers": [{"host": "127.0.0.1", "port": 1883}], "messages_burst": 0,'
        ' "store": {"kind": "embedded", "path": "s.db", "keep_days": -1}}'
    )
    with pytest.raises(BadInput) as bad:
        read_config(tmp_path / "c.json")
    assert {problem.field for problem in bad.value.problems} == {"messages_burst", "store.keep_days"}
