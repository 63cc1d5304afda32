"""Longer trouble: a broker that hangs, brokers with certificates, a broker that is away for most of the time."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path

import pytest

from gateways.brokers.pair import mosquitto_pair
from gateways.secrets.folder import init_secrets
from tests.node.world import GATEWAY, brokers, expected, field, group, ingest, node, readings, until
from tests.support.processes import freeze

needs_mosquitto = pytest.mark.skipif(
    shutil.which("mosquitto", path=os.environ.get("PATH", "") + ":/usr/sbin") is None,
    reason="mosquitto is not installed (Debian package mosquitto)",
)


def test_a_broker_that_hangs_is_left_and_used_again_when_it_wakes_up(tmp_path: Path) -> None:
    of = group()
    with (
        brokers(2) as (first, second),
        ingest(tmp_path, (first, second)) as service,
        node(tmp_path, [first.address(GATEWAY), second.address(GATEWAY)], keepalive_s=60) as process,
        field(process) as client,
    ):
        for i in range(100):
            client.send(readings(of, i))
        assert until(lambda: service.rows == 500)
        assert first.pid is not None
        freeze(first.pid)
        try:
            for i in range(100, 200):
                client.send(readings(of, i))
            assert until(lambda: service.rows == 1000), (
                "no keep-alive has told of it: the missing acknowledgements have"
            )
            assert until(lambda: service.health().get("broker") == str(second.address(GATEWAY)))
        finally:
            os.kill(first.pid, signal.SIGCONT)
        assert until(lambda: service.health().get("broker") == str(first.address(GATEWAY)))
        for i in range(200, 300):
            client.send(readings(of, i))
        assert until(lambda: service.rows == 1500)
        assert service.series() == expected(of, range(300))


@needs_mosquitto
def test_mosquitto_with_certificates_is_killed_and_comes_back(tmp_path: Path) -> None:
    init_secrets(tmp_path / "secrets", [GATEWAY])
    of = group()
    with mosquitto_pair(tmp_path / "secrets", tmp_path / "brokers") as pair:
        first, second = pair.brokers
        with (
            ingest(tmp_path, pair.brokers) as service,
            node(tmp_path, pair.addresses(GATEWAY)) as process,
            field(process) as client,
        ):
            assert all(address.tls for address in process.config.brokers)
            for i in range(200):
                client.send(readings(of, i))
            assert until(lambda: service.rows > 0)
            first.kill()
            for i in range(200, 400):
                client.send(readings(of, i))
            assert until(lambda: service.rows == 2000), service.health()
            assert service.tells(broker=str(second.address(GATEWAY)))
            process.kill()
            second.kill()
            first.restart()
            process.start()
            for i in range(400, 600):
                client.send(readings(of, i))
            assert until(lambda: service.rows == 3000), service.health()
            assert service.series() == expected(of, range(600))


@needs_mosquitto
def test_with_the_identity_of_another_nothing_gets_out_and_nothing_is_lost(tmp_path: Path) -> None:
    """The certificate of gateway-2 does not let gateway-1 in on its branch; with its own, all of it arrives."""
    init_secrets(tmp_path / "secrets", [GATEWAY, "gateway-2"])
    of = group()
    with mosquitto_pair(tmp_path / "secrets", tmp_path / "brokers") as pair, ingest(tmp_path, pair.brokers) as service:
        with node(tmp_path, pair.addresses("gateway-2")) as process, field(process) as client:
            client.send(readings(of, 0))
            assert client.wait(60)
            assert until(lambda: b"uses mqtts" in process.log.read_bytes())
            assert not until(lambda: service.rows > 0, 1.5)
        with node(tmp_path, pair.addresses(GATEWAY)):
            assert until(lambda: service.rows == 5)


@pytest.mark.skipif(sys.platform != "linux", reason="reads the memory of a process from /proc")
def test_memory_stays_bounded_while_the_broker_is_away(tmp_path: Path) -> None:
    """400 sensors each second for an hour, 1,440,000 readings, with a broker for the last of them only."""

    def memory() -> int:
        status = Path(f"/proc/{process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) * 1024

    of = group(400)
    with brokers(1) as started:
        address = started[0].address(GATEWAY)
        started[0].kill()
        with (
            node(tmp_path, [address], outbox_bytes=1 << 20) as process,
            field(process, limit_readings=2_000_000) as client,
        ):
            course = []
            for i in range(3600):
                client.send(readings(of, i))
                if i % 600 == 599:
                    assert client.wait(60)
                    course.append(memory())
            size = sum(path.stat().st_size for path in tmp_path.glob("outbox.sqlite*"))
            assert size < 10 << 20, "the outbox of 1 MiB and SQLite's log"
            assert max(course) - course[0] < 6 << 20, course
            started[0].restart()
            with ingest(tmp_path, started) as service:
                assert until(lambda: service.health().get("in_outbox") == 0)
                # What was dropped came before what is there, reading by reading: a pack may begin within a block.
                dropped = 3600 * 400 - service.rows
                assert 200 * 400 < service.rows < 400 * 400
                whole = expected(of, range(3600))
                assert service.series() == {
                    sensor: course[(dropped - place + 399) // 400 :]
                    for place, (sensor, course) in enumerate(whole.items())
                }
                assert service.tells(in_outbox=0, dropped=dropped)
