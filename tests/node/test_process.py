"""The gateway as a real process between real sockets: a field client, real brokers, an ingest that acknowledges."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import orjson
import pytest

from gateways.gateway.node import NodeConfig, NodeProcess
from gateways.gateway.node.config import save
from gateways.gateway.node.process import NodeFailed
from gateways.wire.versions import GatewayConfig, config_message
from simulator.contracts.sensor import SensorCohort, SensorGroup
from tests.node.world import FAST, START, brokers, expected, field, group, ingest, node, readings, until
from tests.support.processes import freeze


def test_what_the_field_sends_arrives_once_in_order_and_leaves_the_outbox(tmp_path: Path) -> None:
    of = group()
    with (
        brokers(1) as started,
        ingest(tmp_path, started) as service,
        node(tmp_path, [started[0].address("gateway-1")]) as process,
        field(process) as client,
    ):
        for i in range(50):
            client.send(readings(of, i))
        assert client.wait(60)
        assert until(lambda: service.rows == 250)
        assert service.series() == expected(of, range(50))
        assert service.tells(acknowledged=250, in_outbox=0)
        assert client.counts().acknowledged == 250


def test_kill_9_in_mid_stream_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """Five kills at moments drawn by a seed, while blocks keep coming. A block that is sent again is known."""
    of, draw = group(20), random.Random(7)
    kills = sorted(draw.sample(range(100, 1900), 5))
    with (
        brokers(1) as started,
        ingest(tmp_path, started) as service,
        node(tmp_path, [started[0].address("gateway-1")]) as process,
        field(process) as client,
    ):
        answered = 0
        for i in range(2000):
            if i in kills:
                # On a slow machine the field may not have found the gateway again before the next kill.
                assert until(lambda: client.counts().acknowledged > answered)  # noqa: B023
                # Frozen wherever it is, so that this block at least goes out and finds nobody to answer it.
                time.sleep(draw.uniform(0, 0.01))
                assert process.pid is not None
                freeze(process.pid)
                client.send(readings(of, i))
                assert until(lambda: len(client._out) > 0)
                process.kill()
                assert process.exit_code == -signal.SIGKILL
                process.start()
                answered = client.counts().acknowledged
            else:
                client.send(readings(of, i))
        assert client.wait(60)
        assert until(lambda: service.rows >= 40_000)
        assert service.series() == expected(of, range(2000))
        assert service.tells(in_outbox=0, restart=6)
        counts = client.counts()
        assert (counts.acknowledged, counts.dropped) == (40_000, 0)
        assert counts.resent >= 5 * 20, "each kill left a block without an answer"


def test_of_household_meters_only_sums_leave_also_after_a_restart(tmp_path: Path) -> None:
    homes = SensorCohort(
        "homes", "gateway-1", "household_w", "W", tuple(f"meter-{i}" for i in range(7)), 20.0, 900.0, group_size=5
    )
    few = SensorCohort(
        "few", "gateway-1", "household_w", "W", tuple(f"meter-x{i}" for i in range(4)), 20.0, 900.0, group_size=5
    )
    of, alone = SensorGroup((homes, few)), SensorGroup((few,))
    with (
        brokers(1) as started,
        ingest(tmp_path, started) as service,
        node(tmp_path, [started[0].address("gateway-1")]) as process,
        field(process) as client,
    ):
        for i in range(10):
            if i == 5:
                process.kill()
                process.start()
            client.send(readings(of, i))
            client.send(readings(alone, i))
        assert client.wait(60)
        assert client.counts().refused == 0
        assert until(lambda: service.rows == 20)
        expected_sum = [(START + i, pytest.approx(7 * i + 21 / 1024)) for i in range(10)]
        assert service.series() == {
            "homes/household_w_sum": expected_sum,
            "homes/covered": [(START + i, 7.0) for i in range(10)],
        }
        assert until(lambda: service.health().get("in_outbox") == 0)


def test_brokers_die_in_turn_and_come_back(tmp_path: Path) -> None:
    of = group(20)
    with (
        brokers(2) as (first, second),
        ingest(tmp_path, (first, second)) as service,
        node(tmp_path, [first.address("gateway-1"), second.address("gateway-1")]) as process,
        field(process) as client,
    ):
        addresses = [str(first.address("gateway-1")), str(second.address("gateway-1"))]

        def used(place: int) -> bool:
            return until(lambda: service.health().get("broker") == addresses[place])

        def send(begin: int) -> None:
            for i in range(begin, begin + 300):
                client.send(readings(of, i))

        send(0)
        assert used(0)
        first.kill()
        send(300)
        assert used(1)
        first.restart()
        send(600)
        assert used(0), "a preferred broker that is there again is used again"
        second.kill()
        send(900)
        first.kill()
        send(1200)
        second.restart()
        send(1500)
        assert used(1)
        first.restart()
        assert client.wait(60)
        assert until(lambda: service.rows >= 36_000), (service.rows, service.health())
        assert service.series() == expected(of, range(1800))
        assert until(lambda: service.health()["switches"] >= 3)


def test_a_broker_that_takes_everything_and_passes_nothing_on_is_left(tmp_path: Path) -> None:
    """Ingest listens to the second broker only: the first one says PUBACK to all, and no acknowledgement comes."""
    of = group()
    with (
        brokers(2) as (first, second),
        ingest(tmp_path, [second]) as service,
        node(tmp_path, [first.address("gateway-1"), second.address("gateway-1")]) as process,
        field(process) as client,
    ):
        for i in range(100):
            client.send(readings(of, i))
        assert until(lambda: service.rows == 500)
        assert service.series() == expected(of, range(100))
        assert service.tells(in_outbox=0, acknowledged=500)
        assert until(lambda: service.health()["timeouts"] >= FAST.patience)


def test_a_full_outbox_drops_the_oldest_and_says_so(tmp_path: Path) -> None:
    of = group(100)
    with brokers(1) as started:
        address = started[0].address("gateway-1")
        started[0].kill()
        with node(tmp_path, [address], outbox_readings=5000, batch_size=100) as process, field(process) as client:
            for i in range(200):
                client.send(readings(of, i))
            assert client.wait(60), "the field side is answered, broker or not"
            started[0].restart()
            with ingest(tmp_path, started) as service:
                assert until(lambda: service.rows == 5000)
                assert service.series() == expected(of, range(150, 200))
                assert service.tells(in_outbox=0, dropped=15_000)
                assert service.lost == 150, "the gap is told with the first pack behind it"


def test_acknowledgements_that_cannot_be_ours_are_ignored(tmp_path: Path) -> None:
    of = group()
    with (
        brokers(1) as started,
        ingest(tmp_path, started) as service,
        node(tmp_path, [started[0].address("gateway-1")]) as process,
        field(process) as client,
    ):
        service.acknowledges = False
        client.send(readings(of, 0))
        assert until(lambda: service.rows == 5)
        for restart, seq in ((9, 3), (1, 50), (0, 0), (1, -1)):
            said = {"schema": 1, "gateway": "gateway-1", "restart": restart, "seq": seq}
            service.publish("city/v1/gateway-1/ack", orjson.dumps(said))
        for nonsense in (b"", b"[]", b'{"gateway":"gateway-2","restart":1,"seq":0}', b"\xff" * 1000):
            service.publish("city/v1/gateway-1/ack", nonsense)
        assert service.tells(foreign=7, in_outbox=5), "one of an earlier boot is just old"
        service.acknowledges = True
        assert until(lambda: service.health().get("in_outbox") == 0), "it is sent again until the right one comes"


def test_the_payload_version_is_rolled_out_and_back(tmp_path: Path) -> None:
    """What waits in the outbox is written in the version that holds when it is sent."""
    of = group()
    with (
        brokers(1) as started,
        ingest(tmp_path, started) as service,
        node(tmp_path, [started[0].address("gateway-1")]) as process,
        field(process) as client,
    ):
        for step, version in enumerate(("v1", "v2", "v1")):
            service.configure(config_message(GatewayConfig(version)))
            assert until(lambda version=version: service.health().get("payload") == version)
            for i in range(10 * step, 10 * step + 10):
                client.send(readings(of, i))
            assert until(lambda step=step: service.rows == 50 * (step + 1))
        service.configure(b'{"schema":1,"payload":"v99"}')
        assert until(lambda: service.health().get("foreign", 0) >= 1), "at least once: it may be delivered again"
        client.send(readings(of, 30))
        assert until(lambda: service.rows == 155)
        assert service.series() == expected(of, range(31))
        assert service.versions[0] == service.versions[-1] == "v1" and "v2" in service.versions


def test_birth_last_will_and_end_are_retained(tmp_path: Path) -> None:
    with (
        brokers(1) as started,
        ingest(tmp_path, started) as service,
        node(tmp_path, [started[0].address("gateway-1")]) as process,
    ):
        assert until(lambda: [s["state"] for s in service.statuses][-1:] == ["online"])
        process.kill()
        assert until(lambda: service.statuses[-1]["state"] == "offline"), "the broker tells the last will"
        assert service.statuses[-1]["restart"] == 1
        process.start()
        assert until(lambda: (service.statuses[-1]["state"], service.statuses[-1]["restart"]) == ("online", 2))
        process.stop()
        assert process.exit_code == 0
        assert until(lambda: service.statuses[-1]["state"] == "ended")


def test_it_ends_with_its_parent(tmp_path: Path) -> None:
    """A parent that is gone without a word; on Linux the kernel kills the child, elsewhere it looks for itself."""
    with brokers(1) as started:
        settings = NodeConfig("gateway-1", (started[0].address("gateway-1"),), tmp_path / "outbox.sqlite")
        save(settings, tmp_path / "node.json")
        # A shell starts the gateway in the background and ends.
        command = f'"{sys.executable}" -m gateways.gateway.node node.json --ready ready.json & sleep 0.2; cat'
        shell = subprocess.Popen(["/bin/sh", "-c", command], cwd=tmp_path, stdin=subprocess.PIPE)
        assert until((tmp_path / "ready.json").exists)
        child = orjson.loads((tmp_path / "ready.json").read_bytes())["pid"]
        assert shell.stdin is not None
        shell.stdin.close()
        shell.wait()

        def gone() -> bool:
            try:
                os.kill(child, 0)
            except ProcessLookupError:
                return True
            state = Path(f"/proc/{child}/stat")
            return state.exists() and state.read_text().split(")")[1].split()[0] == "Z"

        assert until(gone)


def test_two_gateways_cannot_share_an_outbox(tmp_path: Path) -> None:
    with brokers(1) as started, node(tmp_path, [started[0].address("gateway-1")]) as process:
        other = NodeProcess(process.config, tmp_path / "other")
        with pytest.raises(NodeFailed, match="in use by another gateway"):
            other.start()
        assert other.exit_code == 69


def test_faulty_software_sends_what_nobody_can_read_and_its_readings_stay(tmp_path: Path) -> None:
    of = group()
    bad, good = (config_message(GatewayConfig("v2", faulty)) for faulty in (True, False))
    with (
        brokers(1) as started,
        ingest(tmp_path, started) as service,
        node(tmp_path, [started[0].address("gateway-1")], drills=True) as process,
        field(process) as client,
    ):
        service.configure(bad)
        assert until(lambda: "spoilt" in process.log.read_text())
        for i in range(20):
            client.send(readings(of, i))
        assert client.wait(60)
        assert until(lambda: service.unreadable > 0)
        assert service.rows == 0
        service.configure(good)
        assert until(lambda: service.rows == 100)
        assert service.series() == expected(of, range(20))
        assert until(lambda: service.health().get("in_outbox") == 0)


def test_a_gateway_that_is_not_set_up_for_drills_stays_with_good_software(tmp_path: Path) -> None:
    of = group()
    with (
        brokers(1) as started,
        ingest(tmp_path, started) as service,
        node(tmp_path, [started[0].address("gateway-1")]) as process,
        field(process) as client,
    ):
        service.configure(config_message(GatewayConfig("v2", faulty=True)))
        assert until(lambda: service.health().get("foreign", 0) >= 1), "at least once: it may be delivered again"
        client.send(readings(of, 0))
        assert until(lambda: service.rows == 5)
        assert (service.versions, service.unreadable) == (["v1"], 0)
