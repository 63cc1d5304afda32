"""With a real database: it is killed, ingest is killed, and all that was acknowledged is in the database once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateways.brokers.embedded import EmbeddedBroker
from tests.gateways.samples import START
from tests.influx.servers import VICTORIA_METRICS, VictoriaMetrics
from tests.ingest.stored import read_ledger
from tests.ingest.support import Ingest, Packs, Sender, Watcher, running, until, written

pytestmark = pytest.mark.skipif(VICTORIA_METRICS is None, reason="needs victoria-metrics")
COUNT = 20


@pytest.fixture
def database(tmp_path: Path) -> Iterator[VictoriaMetrics]:
    folder = tmp_path / "database"
    folder.mkdir()
    with VictoriaMetrics(folder) as server:
        yield server


def test_database_and_ingest_are_killed_in_the_middle_of_a_stream(
    tmp_path: Path, broker: EmbeddedBroker, database: VictoriaMetrics
) -> None:
    packs, watcher = Packs("gw-1", count=COUNT), Watcher(broker.address("viewer"))
    store = {"kind": "influx", "url": database.url, "bucket": "city", "org": "town", "outbox": "outbox.db"}
    store |= {"engine": "victoriametrics", "timeout_s": 5}
    ingest = Ingest(tmp_path, [broker.address("ingest-1")], store=store, batch_s=0.01)
    sequence = 0

    def waiting() -> int:
        return int(watcher.health.get("ingest-1", {}).get("in_outbox", -1))

    with running(ingest), Sender(packs, [broker.address("gw-1")]) as sender:

        def stream(seconds: float) -> None:
            nonlocal sequence
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                sender.take(sequence)
                sequence += 1
                time.sleep(0.004)

        assert until(lambda: waiting() >= 0)
        stream(0.4)
        database.kill()
        stream(0.4)
        assert until(sender.done), "acknowledged while the database is away"
        assert until(lambda: waiting() > 0)
        assert until(lambda: watcher.health["ingest-1"]["reason"])
        ingest.kill()
        stream(0.2)
        database.start()
        ingest.start()
        stream(0.6)
        assert until(sender.done)
        # In the file, not in the health message, which may be from before the last packs.
        assert until(lambda: written(tmp_path / "outbox.db") == 0)
        assert ingest.stop() == 0
    watcher.close()
    assert read_ledger(tmp_path / "outbox.db") == {("gw-1", 1): sequence - 1}
    expected = [[packs.value(number, i) for number in range(sequence)] for i in range(COUNT)]
    stamps = [round((START + 60 * number) * 1000) for number in range(sequence)]
    series = database.series("pressure_m_value")
    assert sorted(one["values"] for one in series) == sorted(expected), "each reading once, in order"
    assert all(one["timestamps"] == stamps for one in series)
    assert {one["metric"]["gateway"] for one in series} == {"gw-1"}
