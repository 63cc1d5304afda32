"""A broker on a disk that runs full, and is freed again: it works again within 30 s, by itself or by its supervisor."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateways.brokers.embedded import EmbeddedBroker
from gateways.brokers.mosquitto import MosquittoBroker
from gateways.brokers.rights import identities
from gateways.secrets.folder import init_secrets
from stadtwerk.live.plant import Journal
from stadtwerk.live.supervisor import Supervisor
from tests.brokers.clients import Client, until
from tests.brokers.conftest import need_mosquitto

D1, D2 = "gateway-d1", "gateway-d2"
WITHIN_S = 30.0
FULL_S = 15.0
pytestmark = pytest.mark.nightly


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """64 MB of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(place)]
    if os.name != "posix" or os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("nobody but root may make a disk")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def fill(disk: Path) -> Path:
    full = disk / "full"
    with full.open("wb") as file:
        try:
            while True:
                file.write(b"x" * 65536)
                file.flush()
        except OSError:
            return full


@pytest.mark.parametrize("kind", ["mosquitto", "embedded"])
def test_a_full_disk_is_survived(tmp_path: Path, disk: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    known = identities((D1, D2))
    if kind == "mosquitto":
        need_mosquitto()
        init_secrets(tmp_path / "s", (D1, D2))
        broker: MosquittoBroker | EmbeddedBroker = MosquittoBroker(tmp_path / "s", disk / "broker", autosave_s=1)
    else:
        monkeypatch.setattr(tempfile, "tempdir", str(disk))
        broker = EmbeddedBroker(identities=known)
    with Journal(tmp_path / "live.jsonl") as journal:
        supervisor = Supervisor("broker-a", broker, journal)
        supervisor.start()
        try:
            assert supervisor.wait_up(30.0)
            full = fill(disk)
            with Client(broker.address(D1)) as gateway:
                gateway.client.reconnect_delay_set(60, 60)
                for _ in range(100):
                    gateway.client.publish(f"city/v1/{D1}/meta", os.urandom(20_000), 1, retain=True)
                time.sleep(FULL_S)
            full.unlink()
            freed = time.monotonic()
            assert until(lambda: supervisor.up and broker.healthy(), WITHIN_S)
            with Client(broker.address("ingest-1")) as ingest, Client(broker.address(D2)) as other:
                assert ingest.subscribe("city/+/+/senml") == 1
                other.publish(f"city/v1/{D2}/senml", b"there again")
                assert ingest.wait(lambda: b"there again" in ingest.payloads())
            assert time.monotonic() - freed < WITHIN_S
            if kind == "mosquitto":
                assert supervisor.deaths == 0, "it acknowledges from memory"
                state = disk / "broker" / "state" / "mosquitto-a.db"
                since = time.time_ns()
                assert until(lambda: state.exists() and state.stat().st_mtime_ns > since, WITHIN_S), "and saves again"
        finally:
            supervisor.end()
            supervisor.join(20.0)
