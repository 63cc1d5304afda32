"""The real gateway, two real brokers and real ingest: each is killed in the middle of a stream, no reading is lost."""

from __future__ import annotations

import random
import time
from pathlib import Path

from tests.ingest.stored import read_ledger, read_rows
from tests.ingest.support import Ingest, running, until, written
from tests.node.world import GATEWAY, brokers, field, group, node, readings


def test_gateway_brokers_and_ingest_are_killed_in_turn(tmp_path: Path) -> None:
    of, count, draw = group(20), 0, random.Random(5)
    with brokers(2) as (first, second):
        ingest = Ingest(tmp_path, [first.address("ingest-1"), second.address("ingest-1")], batch_s=0.01)
        with (
            running(ingest),
            node(tmp_path, [first.address(GATEWAY), second.address(GATEWAY)]) as process,
            field(process) as client,
        ):

            def stream(seconds: float) -> None:
                nonlocal count
                end = time.monotonic() + seconds
                while time.monotonic() < end:
                    client.send(readings(of, count))
                    count += 1
                    time.sleep(0.002)

            def killing_ingest() -> None:
                ingest.kill()
                stream(0.2)
                ingest.start()

            def killing_the_gateway() -> None:
                process.kill()
                stream(0.1)
                process.start()

            def killing_a_broker(which: int) -> None:
                (first, second)[which].kill()
                stream(0.3)
                (first, second)[which].restart()

            stream(0.5)
            for step in (
                killing_ingest,
                killing_the_gateway,
                lambda: killing_a_broker(0),
                killing_ingest,
                lambda: killing_a_broker(1),
                killing_the_gateway,
            ):
                step()
                stream(0.3 + draw.random() / 3)
            assert client.wait(60)
            counts = client.counts()
            assert (counts.acknowledged, counts.dropped) == (20 * count, 0)
            assert until(lambda: written(ingest.store) >= 20 * count)
            boots = {boot for _, boot in read_ledger(ingest.store)}
            assert boots == {1, 2, 3}
            assert written(ingest.store) == 20 * count
    stored = [(row.sensor, row.value) for row in read_rows(ingest.store)]
    assert stored == [(sensor, i + k / 1024) for k, sensor in enumerate(of.sensors) for i in range(count)]
