"""Two instances behind one shared subscription of a real Mosquitto share the load; one is killed, nothing is lost."""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateways.brokers.address import BrokerAddress
from tests.ingest.stored import read_ledger
from tests.ingest.support import GATEWAYS, Ingest, Packs, Sender, Watcher, rows_of, running, until, written

MOSQUITTO = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
pytestmark = pytest.mark.skipif(MOSQUITTO is None, reason="needs Mosquitto: MQTT 5 with shared subscriptions")


def start(folder: Path) -> tuple[int, subprocess.Popen[bytes]]:
    """Mosquitto on a free port; if somebody else takes that in between, on another one."""
    assert MOSQUITTO is not None
    for _ in range(10):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        config = folder / "mosquitto.conf"
        config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\n")
        process = subprocess.Popen([MOSQUITTO, "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(0.3)
        except subprocess.TimeoutExpired:
            return port, process
    raise RuntimeError("there is no free port")


@pytest.fixture
def address(tmp_path: Path) -> Iterator[BrokerAddress]:
    """Without logins: who may do what is tested elsewhere."""
    port, process = start(tmp_path)

    def listens() -> bool:
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
        except OSError:
            return False
        return True

    try:
        assert until(listens)
        yield BrokerAddress("127.0.0.1", port)
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("group", ["town", None])
def test_two_instances_on_one_ledger(tmp_path: Path, address: BrokerAddress, group: str | None) -> None:
    first = Ingest(tmp_path, [address], "ingest-1", shared_group=group)
    second = Ingest(tmp_path, [address], "ingest-2", shared_group=group)
    packs = [Packs(gateway, count=10) for gateway in GATEWAYS]
    watcher = Watcher(address)

    def received(name: str) -> int:
        return int(watcher.health.get(name, {}).get("received", 0))

    with running(first), running(second):
        assert until(lambda: {"ingest-1", "ingest-2"} <= watcher.health.keys())
        with (
            Sender(packs[0], [address]) as a,
            Sender(packs[1], [address]) as b,
            Sender(packs[2], [address]) as c,
        ):
            senders = (a, b, c)
            for sequence in range(100):
                for sender in senders:
                    sender.take(sequence)
            assert until(lambda: all(sender.done() for sender in senders))
            assert until(lambda: min(received("ingest-1"), received("ingest-2")) > 50), "both take their part"
            if group is not None:
                assert until(lambda: received("ingest-1") + received("ingest-2") >= 300)

                def once() -> bool:
                    """By what both say of themselves, which is not of the same moment."""
                    told = [dict(watcher.health[name]) for name in ("ingest-1", "ingest-2")]
                    return sum(one["received"] - one["duplicate"] for one in told) == 300

                assert until(once), "each message went to one of them"
            first.kill()
            for sequence in range(100, 200):
                for sender in senders:
                    sender.take(sequence)
            assert until(lambda: all(sender.done() for sender in senders)), "the other one goes on alone"
            assert until(lambda: watcher.health["ingest-1"]["state"] == "offline"), "its last will says so"
            first.start()
            assert until(lambda: watcher.health["ingest-1"]["state"] == "online")
            for sequence in range(200, 220):
                for sender in senders:
                    sender.take(sequence)
            assert until(lambda: all(sender.done() for sender in senders))
        assert first.stop() == second.stop() == 0
    watcher.close()
    expected: dict[tuple[str, str, int], float] = {}
    for each in packs:
        expected |= each.rows(range(220))
    assert rows_of(first.store) == expected
    assert written(first.store) == len(expected)
    assert read_ledger(first.store) == {(gateway, 1): 219 for gateway in GATEWAYS}
