"""The publisher against a real broker: everyone sees the telemetry, and nothing ever waits for the broker."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import orjson
import pyarrow.parquet as pq
import pytest

from gateways.brokers.embedded import BrokerUnavailable, EmbeddedBroker
from gateways.simulated.gateways import DataNetwork, straight
from gateways.simulated.publisher import INFLIGHT, KEEPALIVE_S, Publisher, PublisherCount
from gateways.simulated.telemetry import Software, Telemetry
from gateways.wire import topics
from gateways.wire.payload import decode_batch
from gateways.wire.versions import GatewayConfig, read_config, read_message
from tests.gateways.samples import START, Viewer, cohort, newcomer, readings
from tests.support.processes import freeze

ROOT = Path(__file__).resolve().parents[2]
TOPIC = topics.senml("gw")


@pytest.fixture
def broker() -> Iterator[EmbeddedBroker]:
    with EmbeddedBroker() as running:
        yield running


def network(latency_s: list[float]) -> DataNetwork:
    return DataNetwork(lambda gateway: True, straight(lambda: latency_s))


def started(broker: EmbeddedBroker, **more: int) -> Publisher:
    publisher = Publisher(broker.host, broker.port, broker.writer, **more)
    publisher.start()
    return publisher


def states(viewer: Viewer, gateway: str) -> list[str]:
    return [orjson.loads(m.payload)["state"] for m in viewer.on(f"/{gateway}/status")]


def test_a_subscriber_sees_the_readings_that_are_in_the_file(broker: EmbeddedBroker, tmp_path: Path) -> None:
    cohorts = [cohort("pump 1.", "gw.1 x", count=40), cohort("meter", "gw-2", count=3, unit="W")]
    out = tmp_path / "r.parquet"
    with Viewer(broker) as viewer:
        telemetry = Telemetry(cohorts, START, out, started(broker), network([0.5, math.inf]))
        for at_s in range(0, 600, 60):
            for of in cohorts:
                telemetry.take(readings(of, at_s, first=at_s / 7))
            telemetry.advance(at_s * 1000)
        summary = telemetry.close()
        assert (summary.published, summary.dropped, summary.delivered, summary.held) == (400, 0, 400, 30)
        assert viewer.wait(lambda _: len(viewer.on("/senml")) == 10)
        assert viewer.wait(lambda _: states(viewer, "stadtwerk")[-1:] == ["ended"])
        packs = [decode_batch(message.payload) for message in viewer.on("/senml")]
        # Of several retained messages that wait together only the last one is sent.
        assert states(viewer, topics.level("gw.1 x")) in (["online", "ended"], ["ended"])
        assert states(viewer, "gw-2") in (["offline", "ended"], ["ended"])
        assert {m.topic for m in viewer.on("/senml")} == {topics.senml("gw.1 x")}
    assert [(pack.gateway, pack.boot, pack.sequence) for pack in packs] == [("gw.1 x", 1, n) for n in range(10)]
    seen = {(round(r.time - START), r.sensor): (r.value, r.unit) for pack in packs for r in pack.readings}
    table = pq.read_table(out).to_pydict()
    arrived = ~np.isnan(table["delivered_s"])
    rows = zip(table["t_s"], table["sensor"], table["value"], arrived, strict=True)
    assert seen == {(t, sensor): (value, "m") for t, sensor, value, there in rows if there}


def test_a_payload_version_is_rolled_out_and_back_before_everybody_s_eyes(
    broker: EmbeddedBroker, tmp_path: Path
) -> None:
    of = cohort("roll", "gw-roll", count=3)
    with Viewer(broker) as viewer:
        telemetry = Telemetry([of], START, tmp_path / "r.parquet", started(broker), network([0.5]))
        for at_s, software in ((0, None), (60, Software("v2")), (120, Software("v2", faulty=True)), (180, Software())):
            if software is not None:
                telemetry.install("gw-roll", software, at_s * 1000)
            telemetry.take(readings(of, at_s, first=at_s))
            telemetry.advance(at_s * 1000)
        assert telemetry.close().published == 12
        assert viewer.wait(lambda _: len(viewer.on("gw-roll/senml")) == 4)
        seen, told = viewer.on("gw-roll/senml"), viewer.on("gw-roll/config")
    assert [message.topic.split("/")[1] for message in seen] == ["v1", "v2", "v1", "v1"]
    packs = [read_message(message.topic, message.payload) for message in seen]
    assert [[r.value for r in pack.readings] for pack in packs] == [[t, t + 1, t + 2] for t in (0, 60, 120, 180)]
    assert read_config(told[-1].payload) == GatewayConfig("v1")


def test_who_comes_later_finds_out_what_there_is(broker: EmbeddedBroker, tmp_path: Path) -> None:
    cohorts = [cohort("a", count=2), cohort("b", count=5, period_s=30.0)]
    publisher = started(broker)
    telemetry = Telemetry(cohorts, START, tmp_path / "r.parquet", publisher, network([0.0]))
    telemetry.take(readings(cohorts[0], 0.0))
    telemetry.advance(0)

    def informed(viewer: Viewer) -> bool:
        return all(viewer.on(ending) for ending in ("gw/meta", "gw/status", "stadtwerk/status"))

    newcomer(broker, informed)
    late = newcomer(broker, informed)
    assert late.messages
    assert all(message.retained for message in late.messages)
    meta = orjson.loads(late.on("gw/meta")[-1].payload)
    assert meta["schema"] == 1
    assert [(c["id"], c["sensors"], c["period_s"]) for c in meta["cohorts"]] == [("a", 2, 60.0), ("b", 5, 30.0)]
    assert orjson.loads(late.on("gw/status")[-1].payload)["time"] == START
    assert states(late, "stadtwerk")[-1] == "online"
    telemetry.close()


def test_a_broker_that_is_killed_costs_messages_and_never_time(broker: EmbeddedBroker) -> None:
    publisher = started(broker, queue_readings=1000)
    assert publisher.put(TOPIC, 100, lambda: b"before")
    os.kill(broker.pid, signal.SIGKILL)
    # At most 20 messages can be underway beside the 1,000 readings in the queue, the first one may still be in it; all
    # others are refused at once.
    taken = sum(publisher.put(TOPIC, 100, lambda: b"x") for _ in range(200))
    assert 9 <= taken <= 10 + 20 + 1
    assert publisher.put(TOPIC, 1000, lambda: b"x") is False
    count = publisher.close(flush_s=0.5)
    assert count.published + count.dropped == 100 + 200 * 100 + 1000
    assert count.published <= 100
    assert publisher.put(TOPIC, 1, lambda: b"x") is False, "after the end nothing is taken"


def test_a_broker_that_hangs_is_left_behind(broker: EmbeddedBroker) -> None:
    publisher = started(broker, queue_readings=10_000)
    freeze(broker.pid)
    counts: list[PublisherCount] = []
    try:
        payload, taken = b"x" * 1_000_000, 0  # more than sockets buffer
        for _ in range(10):
            taken += sum(publisher.put(TOPIC, 100, lambda: payload) for _ in range(100))
            time.sleep(0.05)  # time for the publisher's thread to take on more than it may
        assert taken <= 100 + INFLIGHT + 1
        closing = threading.Thread(target=lambda: counts.append(publisher.close(flush_s=0.2)), daemon=True)
        closing.start()
        # Far more than it takes, far less than the keep-alive that would end it otherwise.
        closing.join(KEEPALIVE_S)
    finally:
        os.kill(broker.pid, signal.SIGCONT)
    assert counts == [PublisherCount(published=0, dropped=100_000)]


def test_what_waits_is_published_when_a_broker_is_back(broker: EmbeddedBroker) -> None:
    publisher = started(broker)
    broker.stop()
    for i in range(30):
        assert publisher.put(TOPIC, 1, partial(str.encode, str(i)))
    publisher.retain(topics.status("gw"), b"there")
    second = EmbeddedBroker(port=broker.port)
    second.writer, second.viewer = broker.writer, broker.viewer
    with second:
        viewer = newcomer(second, lambda viewer: bool(viewer.on("gw/status") and viewer.on("stadtwerk/status")))
        assert [m.payload for m in viewer.on("gw/status")][-1:] == [b"there"]
        assert set(states(viewer, "stadtwerk")) == {"online"}
        count = publisher.close()
    assert (count.published, count.dropped) == (30, 0)


def test_messages_come_in_the_order_they_were_put(broker: EmbeddedBroker) -> None:
    publisher = started(broker)
    with Viewer(broker) as viewer:
        for i in range(500):
            publisher.put(TOPIC, 1, partial(str.encode, str(i)))
        assert publisher.close().published == 500
        assert viewer.wait(lambda _: len(viewer.on("/senml")) >= 500)
        assert [m.payload for m in viewer.on("/senml")] == [b"%d" % i for i in range(500)]


def test_of_retained_messages_the_last_one_stays(broker: EmbeddedBroker) -> None:
    publisher = started(broker)
    for i in range(50):
        publisher.retain(topics.status("gw"), b"%d" % i)
    publisher.close()
    viewer = newcomer(broker, lambda viewer: any(m.payload == b"49" for m in viewer.on("gw/status")))
    assert viewer.on("gw/status")[-1].payload == b"49"


def test_without_a_broker_there_is_one_clear_reason() -> None:
    with EmbeddedBroker() as short:
        host, port, login = short.host, short.port, short.writer
    with pytest.raises(BrokerUnavailable, match=f"no broker at 127.0.0.1:{port}"):
        Publisher(host, port, login).start()


def test_a_run_that_is_killed_is_offline_by_its_last_will(broker: EmbeddedBroker) -> None:
    code = (
        "import sys, time\nfrom gateways.simulated.publisher import Publisher\n"
        "from gateways.brokers.embedded import Login\n"
        "Publisher('127.0.0.1', int(sys.argv[1]), Login('gateway', sys.stdin.readline().strip())).start()\n"
        "time.sleep(600)\n"
    )
    with Viewer(broker) as viewer:
        run = subprocess.Popen(
            [sys.executable, "-c", code, str(broker.port)], stdin=subprocess.PIPE, text=True, cwd=ROOT
        )
        with run:
            assert run.stdin is not None
            run.stdin.write(broker.writer.password + "\n")
            run.stdin.flush()
            assert viewer.wait(lambda _: states(viewer, "stadtwerk") == ["online"])
            run.kill()
        assert viewer.wait(lambda _: states(viewer, "stadtwerk") == ["online", "offline"])
