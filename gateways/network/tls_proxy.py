"""An encrypted way over a network between two that speak plain TCP on their own machines.

A gateway takes readings on 127.0.0.1 only. Where sensors are on another machine, a `TlsProxy` beside the gateway takes
encrypted connections from those who show a certificate of our own authority; a `Way` beside the sensors leads there.
Whoever uses them notices nothing: each end talks to a port of its own machine.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Awaitable
from dataclasses import dataclass
from types import TracebackType
from typing import Annotated, Any, ClassVar, Self

from annotated_types import Interval, MinLen

from gateways.brokers.address import read_secret
from simulator.contracts.problem import Unfit
from simulator.contracts.settings import STRICT, FileName
from simulator.contracts.words import Words

_ = Words("gateways")

LOCAL = "127.0.0.1"
CHUNK_BYTES = 1 << 16
CONNECTIONS = 64
"""Connections at once (assumption); more are closed at once."""

HANDSHAKE_S = 10.0
"""Time that a stranger has to show who it is (assumption)."""

START_S = 10.0
STOP_S = 5.0

_Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True, slots=True)
class Certificate:
    """Who one is, as files: the authority that both ends trust, one's own certificate, and its key."""

    __pydantic_config__: ClassVar[Any] = STRICT

    ca_file: FileName
    cert_file: FileName
    key_file: FileName

    def context(self, server: bool) -> ssl.SSLContext:
        """For one end. Raises `UnsafeSecret` for a key that others can read, `ssl.SSLError` or `OSError` for none."""
        read_secret(self.key_file)
        purpose = ssl.Purpose.CLIENT_AUTH if server else ssl.Purpose.SERVER_AUTH
        context = ssl.create_default_context(purpose, cafile=str(self.ca_file))
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_cert_chain(str(self.cert_file), str(self.key_file))
        return context


@dataclass(frozen=True, slots=True)
class TlsProxyConfig:
    """Where a gateway takes readings from another machine: the address it binds, who it is, and whom it lets in."""

    __pydantic_config__: ClassVar[Any] = STRICT

    host: Annotated[str, MinLen(1)]
    port: Annotated[int, Interval(ge=0, le=65535)]
    ca_file: FileName
    cert_file: FileName
    key_file: FileName
    peers: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.peers:
            raise Unfit(_("lets nobody in, and is of no use"), _("name who may connect"), "peers")

    @property
    def certificate(self) -> Certificate:
        return Certificate(self.ca_file, self.cert_file, self.key_file)


class _End:
    """One end, in a thread of its own between `start` and `stop`. `port` is where it listens."""

    def __init__(self, host: str, port: int, context: ssl.SSLContext | None) -> None:
        self.port = port
        self._host, self._context = host, context
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name=f"tunnel-{port}", daemon=True)

    def start(self) -> None:
        """Listen. Raises `OSError` if the port cannot be had."""
        self._thread.start()
        self._ready.wait(START_S)
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        """Close everything. May be called twice, and before `start`."""
        if self._thread.is_alive():
            with contextlib.suppress(RuntimeError):  # it has just ended by itself
                self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(STOP_S)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    async def _onward(self) -> _Stream:
        raise NotImplementedError

    def _admits(self, writer: asyncio.StreamWriter) -> bool:
        return True

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.set_exception_handler(lambda loop, context: None)  # a stranger's broken handshake is no news
        try:
            self._loop.run_until_complete(self._listen())
        except OSError as error:
            self._failure = error
            self._loop.close()
            return
        finally:
            self._ready.set()
        try:
            self._loop.run_forever()
        finally:
            self._loop.run_until_complete(self._close())
            self._loop.close()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(
            self._serve,
            self._host,
            self.port,
            ssl=self._context,
            ssl_handshake_timeout=None if self._context is None else HANDSHAKE_S,
        )
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None or len(self._open) >= CONNECTIONS or not self._admits(writer):
            writer.close()
            return
        self._open.add(task)
        far: asyncio.StreamWriter | None = None
        with contextlib.suppress(OSError, asyncio.CancelledError):
            try:
                far_reader, far = await self._onward()
                await _both((_pump(reader, far), _pump(far_reader, writer)))
            finally:
                for one in (writer, far):
                    if one is not None:
                        one.close()
        self._open.discard(task)


class TlsProxy(_End):
    """Takes encrypted connections for a port of this machine, from whoever shows the certificate of one of `peers`."""

    def __init__(
        self, target_port: int, certificate: Certificate, peers: tuple[str, ...], host: str = LOCAL, port: int = 0
    ) -> None:
        super().__init__(host, port, certificate.context(server=True))
        self._target, self._peers = target_port, peers

    async def _onward(self) -> _Stream:
        return await asyncio.open_connection(LOCAL, self._target)

    def _admits(self, writer: asyncio.StreamWriter) -> bool:
        shown = writer.get_extra_info("peercert") or {}
        names = {value for part in shown.get("subject", ()) for name, value in part if name == "commonName"}
        return bool(names & set(self._peers))


class Way(_End):
    """A port of this machine that leads to the `TlsProxy` at `target`, whose name is checked by its certificate."""

    def __init__(self, target: tuple[str, int], certificate: Certificate, port: int = 0) -> None:
        super().__init__(LOCAL, port, None)
        self._target, self._outward = target, certificate.context(server=False)

    async def _onward(self) -> _Stream:
        host, port = self._target
        return await asyncio.open_connection(
            host, port, ssl=self._outward, server_hostname=host, ssl_handshake_timeout=HANDSHAKE_S
        )


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while chunk := await source.read(CHUNK_BYTES):
        sink.write(chunk)
        await sink.drain()


async def _both(pumps: tuple[Awaitable[None], Awaitable[None]]) -> None:
    """Until either direction has ended: neither side has a use for half a conversation."""
    tasks = [asyncio.ensure_future(pump) for pump in pumps]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
