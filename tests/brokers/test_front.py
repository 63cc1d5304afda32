"""Idle connections: what stands before the door of gateways throws them out, and the inner door has its own room."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

import pytest

from gateways.brokers.address import BrokerAddress
from gateways.brokers.front import HELLO_S, front_config
from gateways.brokers.mosquitto import MosquittoBroker
from gateways.secrets.folder import init_secrets
from tests.brokers.clients import Client, lets_in, until
from tests.brokers.conftest import need_mosquitto
from tests.influx.servers import free_port

HAPROXY = shutil.which("haproxy", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
IDLE = 2100
STRANGER = "127.0.0.2"
pytestmark = [
    pytest.mark.nightly,
    pytest.mark.skipif(HAPROXY is None, reason="haproxy is not installed (Debian package haproxy)"),
]


@dataclass
class Site:
    broker: MosquittoBroker
    port: int

    def front(self, identity: str) -> BrokerAddress:
        return replace(self.broker.address(identity), port=self.port)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    need_mosquitto()
    folder = tmp_path_factory.mktemp("site")
    init_secrets(folder / "s", tuple(f"g{n}" for n in range(8)))
    with MosquittoBroker(folder / "s", folder / "data") as broker:
        port = free_port()
        text = front_config(replace(broker._settings(), name="mosquitto-a"), "127.0.0.1")
        config = folder / "haproxy.cfg"
        config.write_text(text.replace("bind 127.0.0.1:8883", f"bind 127.0.0.1:{port}"))
        with subprocess.Popen([str(HAPROXY), "-f", str(config), "-db"], stderr=subprocess.DEVNULL) as front:
            made = Site(broker, port)
            try:
                assert until(lambda: lets_in(made.front("g0")))
                yield made
            finally:
                front.terminate()


STRANGE = """
import socket, sys
port, count, first = int(sys.argv[1]), int(sys.argv[2]), bytes.fromhex(sys.argv[3])
lines = []
for _ in range(count):
    line = socket.socket()
    line.bind((sys.argv[4], 0))
    line.settimeout(2.0)
    try:
        line.connect(("127.0.0.1", port))
        line.sendall(first)
    except OSError:
        pass
    lines.append(line)
print("open", flush=True)
sys.stdin.read()
"""


@contextmanager
def idle(port: int, first: bytes = b"") -> Iterator[None]:
    """Connections from a strange address that say no more than this; by a process of their own, as paho's `select`
    knows no more than 1,024 sockets."""
    command = [sys.executable, "-c", STRANGE, str(port), str(IDLE), first.hex(), STRANGER]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as stranger:
        assert stranger.stdout is not None
        assert stranger.stdout.readline() == b"open\n"
        yield
        stranger.kill()


def hello() -> bytes:
    """The first word of TLS."""
    into, out = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with suppress(ssl.SSLWantReadError):
        context.wrap_bio(into, out).do_handshake()
    return out.read()


def shakes_hands(address: BrokerAddress) -> bool:
    """Whether the broker as much as begins to speak to one who has a certificate."""
    context = ssl.create_default_context(cafile=str(address.ca_file))
    context.load_cert_chain(str(address.cert_file), str(address.key_file))
    try:
        with socket.create_connection((address.host, address.port), 5.0) as line:
            context.wrap_socket(line, server_hostname=address.host).close()
    except OSError:
        return False
    return True


@pytest.mark.parametrize("first", [b"", hello()], ids=["bare", "after ClientHello"])
def test_every_real_login_works_beside_2100_idle_connections(site: Site, first: bytes) -> None:
    begun = time.monotonic()
    with idle(site.port, first):
        assert [lets_in(site.front(f"g{n}")) for n in range(8)] == [True] * 8
        assert [lets_in(site.broker.address(name)) for name in ("ingest-1", "control", "watch")] == [True] * 3
        time.sleep(max(0.0, begun + HELLO_S + 1.0 - time.monotonic()))
        assert [lets_in(site.front(f"g{n}")) for n in range(8)] == [True] * 8


def test_without_it_gateways_are_locked_out_and_the_inner_door_is_not(site: Site) -> None:
    """What was measured before: 0 of 8."""
    with idle(site.broker.port):
        assert not any(shakes_hands(site.broker.address(f"g{n}")) for n in range(8))
        assert [lets_in(site.broker.address(name)) for name in ("ingest-1", "control", "watch")] == [True] * 3
        with Client(site.broker.address("ingest-1")) as ingest:
            assert ingest.subscribe("city/+/+/senml") == 1
