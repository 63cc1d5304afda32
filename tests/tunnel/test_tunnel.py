"""The encrypted way between sensors and a gateway on another machine: who may enter, and that nothing is changed."""

from __future__ import annotations

import os
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import orjson
import pytest

from gateways.brokers.address import BrokerAddress, UnsafeSecret
from gateways.gateway.node import NodeConfig, NodeProcess, SouthboundClient
from gateways.network.tls_proxy import LOCAL, Certificate, TlsProxy, TlsProxyConfig, Way
from gateways.secrets.authority import Authority, Signed
from stadtwerk.live.reconciliation import left_in
from tests.node.world import GATEWAY, START, group, readings


def as_files(folder: Path, authority: Authority, signed: Signed) -> Certificate:
    folder.mkdir(parents=True)
    found = {"ca.crt": authority.signed.certificate, "own.crt": signed.certificate, "own.key": signed.key}
    for name, content in found.items():
        path = folder / name
        path.touch(0o600)
        path.write_bytes(content)
    return Certificate(folder / "ca.crt", folder / "own.crt", folder / "own.key")


class Echo:
    """A plain server that sends back what it hears, and remembers it."""

    def __init__(self) -> None:
        self._listener = socket.create_server((LOCAL, 0))
        self.port: int = self._listener.getsockname()[1]
        self.heard = bytearray()
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(ConnectionError):
            while chunk := connection.recv(1 << 16):
                self.heard += chunk
                connection.sendall(chunk)

    def close(self) -> None:
        self._listener.close()


@pytest.fixture
def echo() -> Iterator[Echo]:
    server = Echo()
    yield server
    server.close()


@pytest.fixture
def authority() -> Authority:
    return Authority()


@pytest.fixture
def door(tmp_path: Path, authority: Authority, echo: Echo) -> Iterator[TlsProxy]:
    shown = as_files(tmp_path / "door", authority, authority.server("gateway-d1", ["localhost"]))
    with TlsProxy(echo.port, shown, peers=("simulator",)) as opened:
        yield opened


def exchanged(port: int, sent: bytes) -> bytes:
    """What comes back; empty if the other end hangs up, which the writing side may see, too."""
    heard = bytearray()
    with socket.create_connection((LOCAL, port), 20) as connection:
        connection.settimeout(60)

        def write() -> None:
            with suppress(OSError):
                connection.sendall(sent)

        writer = threading.Thread(target=write, daemon=True)
        writer.start()
        with suppress(ConnectionError):
            while len(heard) < len(sent) and (chunk := connection.recv(1 << 16)):
                heard += chunk
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        writer.join(60)
    return bytes(heard)


def test_what_goes_in_comes_out_and_back(tmp_path: Path, authority: Authority, door: TlsProxy, echo: Echo) -> None:
    mine = as_files(tmp_path / "simulator", authority, authority.client("simulator"))
    sent = os.urandom(3_000_000)
    with Way(("localhost", door.port), mine) as way:
        assert exchanged(way.port, sent) == sent
        assert exchanged(way.port, b"again") == b"again", "each connection is one of its own"
    assert bytes(echo.heard) == sent + b"again"


@pytest.mark.parametrize("who", ["another name", "another authority", "a door's own certificate"])
def test_a_stranger_does_not_get_in(tmp_path: Path, authority: Authority, door: TlsProxy, echo: Echo, who: str) -> None:
    if who == "another name":
        signed = authority.client("gateway-d2")
    elif who == "another authority":
        signed = Authority().client("simulator")
    else:
        signed = authority.server("simulator", ["localhost"])
    with Way(("localhost", door.port), as_files(tmp_path / "stranger", authority, signed)) as way:
        assert exchanged(way.port, b"let me in\n") == b""
    assert not echo.heard


def test_plain_text_does_not_get_in(door: TlsProxy, echo: Echo) -> None:
    said = exchanged(door.port, b"a line that is not encrypted, and long enough to be none of a handshake\n")
    assert b"encrypted" not in said
    assert not echo.heard


def test_a_door_of_another_name_is_not_trusted(tmp_path: Path, authority: Authority, echo: Echo) -> None:
    shown = as_files(tmp_path / "door", authority, authority.server("gateway-d2", ["elsewhere.example.org"]))
    mine = as_files(tmp_path / "simulator", authority, authority.client("simulator"))
    with TlsProxy(echo.port, shown, ("simulator",)) as other, Way(("localhost", other.port), mine) as way:
        assert exchanged(way.port, b"readings\n") == b""
    assert not echo.heard


def test_a_target_that_is_away_is_a_hang_up_and_no_more(tmp_path: Path, authority: Authority) -> None:
    mine = as_files(tmp_path / "simulator", authority, authority.client("simulator"))
    with socket.create_server((LOCAL, 0)) as taken:
        gone = taken.getsockname()[1]
    with Way(("localhost", gone), mine) as way:
        assert exchanged(way.port, b"anyone?\n") == b""


def test_a_key_that_others_can_read_is_refused(tmp_path: Path, authority: Authority) -> None:
    mine = as_files(tmp_path / "simulator", authority, authority.client("simulator"))
    mine.key_file.chmod(0o644)
    with pytest.raises(UnsafeSecret, match=r"own\.key"):
        Way(("localhost", 1), mine)


def test_a_port_in_use_is_said(tmp_path: Path, authority: Authority, echo: Echo) -> None:
    shown = as_files(tmp_path / "door", authority, authority.server("gateway-d1", ["localhost"]))
    door = TlsProxy(1, shown, ("simulator",), port=echo.port)
    with pytest.raises(OSError, match="in use"):
        door.start()
    door.stop()


def test_a_gateway_takes_readings_from_another_machine(tmp_path: Path, authority: Authority) -> None:
    shown = as_files(tmp_path / "door", authority, authority.server(GATEWAY, ["localhost"]))
    mine = as_files(tmp_path / "simulator", authority, authority.client("simulator"))
    door = TlsProxyConfig(LOCAL, 0, shown.ca_file, shown.cert_file, shown.key_file, ("simulator",))
    away = (BrokerAddress(LOCAL, 1),)  # nothing listens there: what is acknowledged is on the gateway's own disk
    process = NodeProcess(NodeConfig(GATEWAY, away, tmp_path / "outbox.db", door=door), tmp_path / "node")
    process.start()
    try:
        port = orjson.loads((tmp_path / "node" / "ready.json").read_bytes())["door"]
        of = group(sensors=7)
        with Way(("localhost", port), mine) as way:
            client = SouthboundClient(way.port, START)
            for i in range(50):
                client.send(readings(of, i))
            assert client.wait(60)
            counts = client.close()
        assert (counts.acknowledged, counts.waiting) == (350, 0)
    finally:
        process.stop()
    assert left_in(tmp_path / "outbox.db") == 350


def test_old_versions_of_tls_are_refused(tmp_path: Path, authority: Authority) -> None:
    shown = as_files(tmp_path / "door", authority, authority.server("gateway-d1", ["localhost"]))
    assert shown.context(server=True).minimum_version >= ssl.TLSVersion.TLSv1_2
