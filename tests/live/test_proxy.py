"""The link between two sockets is a real one: what is cut does not pass, what is mended does, and memory is bounded."""

from __future__ import annotations

import contextlib
import hashlib
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from gateways.network.proxy import RETRANSMIT_S, TcpProxy

SOON_S = 5.0
NEVER_S = 0.3


@pytest.fixture
def echo() -> Iterator[tuple[str, int]]:
    """A server that sends back what it gets."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(one: socket.socket) -> None:
        with one:
            try:
                while chunk := one.recv(65536):
                    one.sendall(chunk)
            except OSError:
                pass

    def accept() -> None:
        while True:
            try:
                one, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(one,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    yield listener.getsockname()[:2]
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def connect(proxy: TcpProxy) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), SOON_S)


def said(client: socket.socket, word: bytes) -> bytes:
    client.sendall(word)
    return heard(client, len(word))


def heard(client: socket.socket, size: int) -> bytes:
    got = b""
    while len(got) < size and (chunk := client.recv(size - len(got))):
        got += chunk
    return got


def test_a_megabyte_passes_unchanged_and_the_end_of_it_too(echo: tuple[str, int]) -> None:
    sent = b"".join(hashlib.sha256(bytes([i & 255, i >> 8])).digest() for i in range(32768))
    with TcpProxy(echo) as proxy, connect(proxy) as client:

        def send() -> None:
            client.sendall(sent)
            client.shutdown(socket.SHUT_WR)

        threading.Thread(target=send, daemon=True).start()
        assert heard(client, len(sent)) == sent
        assert client.recv(1) == b""


def test_a_cut_that_hangs_lets_nothing_pass_and_goes_on_where_it_was(echo: tuple[str, int]) -> None:
    with TcpProxy(echo) as proxy, connect(proxy) as client:
        assert said(client, b"before") == b"before"
        proxy.cut()
        client.sendall(b"meanwhile")
        client.settimeout(NEVER_S)
        with pytest.raises(TimeoutError):
            client.recv(1)
        with connect(proxy) as other:  # the kernel says yes, and then there is silence
            other.sendall(b"new")
            other.settimeout(NEVER_S)
            with pytest.raises(TimeoutError):
                other.recv(1)
            proxy.mend()
            other.settimeout(SOON_S)
            assert heard(other, 3) == b"new"
        client.settimeout(SOON_S)
        assert heard(client, 9) == b"meanwhile"


def test_a_cut_that_closes_ends_connections_old_and_new(echo: tuple[str, int]) -> None:
    with TcpProxy(echo) as proxy, connect(proxy) as client:
        assert said(client, b"before") == b"before"
        proxy.cut(hang=False)
        with contextlib.suppress(ConnectionResetError):
            assert client.recv(1) == b""
        with connect(proxy) as other, contextlib.suppress(ConnectionResetError):
            assert other.recv(1) == b""
        assert proxy.connections == 0
        proxy.mend()
        with connect(proxy) as again:
            assert said(again, b"after") == b"after"


def test_a_delay_holds_each_way_and_keeps_the_order(echo: tuple[str, int]) -> None:
    with TcpProxy(echo) as proxy, connect(proxy) as client:
        assert said(client, b"x") == b"x"
        proxy.delay(0.2)
        began = time.monotonic()
        client.sendall(b"first ")
        time.sleep(0.05)
        client.sendall(b"second")
        assert heard(client, 12) == b"first second"
        assert time.monotonic() - began >= 0.4  # there and back: a lower bound does not depend on the machine
    with pytest.raises(ValueError, match="no delay"):
        proxy.delay(-1.0)


def test_loss_delays_and_never_takes_a_byte_or_the_order(echo: tuple[str, int]) -> None:
    """As TCP does: every piece that is lost is sent again. Half of them are, so some of many are sure to be late."""
    with TcpProxy(echo) as proxy, connect(proxy) as client:
        assert said(client, b"x") == b"x"
        proxy.lose(0.5)
        began = time.monotonic()
        for i in range(20):
            assert said(client, b"%03d" % i) == b"%03d" % i
        assert time.monotonic() - began >= RETRANSMIT_S[0]  # of 40 pieces none lost: one in a million millions
    for share in (-0.1, 1.0):
        with pytest.raises(ValueError, match="no share"):
            proxy.lose(share)


def test_dropped_connections_are_closed_and_new_ones_taken(echo: tuple[str, int]) -> None:
    with TcpProxy(echo) as proxy, connect(proxy) as client:
        assert said(client, b"before") == b"before"
        proxy.drop()
        with contextlib.suppress(ConnectionResetError):
            assert client.recv(1) == b""
        with connect(proxy) as again:
            assert said(again, b"after") == b"after"


def test_what_is_on_its_way_is_bounded() -> None:
    """A receiver that does not read: the proxy takes its buffer full and no more, so the sender has to wait."""
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        TcpProxy(silent.getsockname()[:2], buffer_bytes=4096) as proxy,
        connect(proxy) as client,
    ):
        client.settimeout(NEVER_S)
        with pytest.raises(TimeoutError):
            for _ in range(10_000):
                client.sendall(b"x" * 65536)
        assert 0 < sum(way.size for pair in proxy._pairs for way in pair.ways) <= 2 * 4096


def test_without_a_target_a_connection_is_closed_and_the_proxy_lives() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        target = gone.getsockname()[:2]
    with TcpProxy(target) as proxy:
        for _ in range(2):
            with connect(proxy) as client, contextlib.suppress(ConnectionResetError):
                assert client.recv(1) == b""


def test_stop_closes_all_and_may_come_twice(echo: tuple[str, int]) -> None:
    proxy = TcpProxy(echo)
    proxy.start()
    with connect(proxy) as client:
        assert said(client, b"x") == b"x"
        proxy.stop()
        proxy.stop()
        with contextlib.suppress(ConnectionResetError):
            assert client.recv(1) == b""
    with pytest.raises(OSError):
        connect(proxy)
    TcpProxy(echo).stop()
