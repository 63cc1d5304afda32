"""A stand-in for a server; one gives the answers InfluxDB 2 is documented to give, and remembers what it was asked."""

from __future__ import annotations

import gzip
import json
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Asked:
    """`address` is the path with what follows it."""

    method: str
    address: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def error(status: int, code: str, message: str, **headers: str) -> Answer:
    """An error as InfluxDB 2 words it: JSON with a code and a message."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, json.dumps({"code": code, "message": message}).encode(), named)


class StandIn:
    """A server on 127.0.0.1 that gives the answers of `answer`; bodies come unpacked."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = 1 << 16  # one packet an answer

            def do_GET(self) -> None:
                self._give()

            def do_POST(self) -> None:
                self._give()

            def _give(self) -> None:
                where = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                query = {name: values[0] for name, values in parse_qs(where.query, keep_blank_values=True).items()}
                asked = Asked(str(self.command), self.path, where.path, query, dict(self.headers), body)
                answer = stand_in.answer(asked)
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                if answer.status != 204:
                    self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.url = f"{'http' if tls is None else 'https'}://127.0.0.1:{self._server.server_address[1]}"

    def answer(self, asked: Asked) -> Answer:
        raise NotImplementedError

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class FakeInflux(StandIn):
    """`answers` decides on each write; None takes all of it. `taken` holds the lines, each once."""

    def __init__(
        self, answers: Callable[[Asked], Answer | None] = lambda asked: None, tls: ssl.SSLContext | None = None
    ) -> None:
        super().__init__(tls)
        self.answers = answers
        self.asked: list[Asked] = []
        self.fetched: list[str] = []
        self.taken: dict[bytes, None] = {}

    def answer(self, asked: Asked) -> Answer:
        if asked.method == "GET":
            self.fetched.append(asked.address)
            if asked.path.startswith("/snapshot/"):
                return Answer(200, b'{"status":"ok","snapshot":"20260114-1"}')
            return Answer(204 if asked.address == "/ping" else 404)
        self.asked.append(asked)
        answer = self.answers(asked)
        if answer is None:
            self.taken.update(dict.fromkeys(asked.body.splitlines()))
        return answer or Answer(204)
