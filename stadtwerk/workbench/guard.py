"""Who may ask the workbench: only the browser that was handed the token, and only its own page.

A plain ASGI layer, so that no kind of request passes beside it. A page of another origin that the same browser shows
cannot read answers (no CORS), cannot send anything (`Origin` on all that changes), nor reach it by a name that it
made point at this machine (`Host`). Cookies know no ports: the name of ours holds the port, and another port of
127.0.0.1 is told by its `Origin`.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlencode

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

LOCAL = ("127.0.0.1", "localhost")
READING = ("GET", "HEAD")

PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""What the page of the workbench may load: its own files."""

REPORT = (
    "sandbox allow-scripts allow-downloads; default-src 'none'; script-src 'unsafe-inline'; "
    "style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
"""What a report may do, which holds its scripts in itself: nothing that reaches the workbench."""

HEADERS = {
    "content-security-policy": PAGE,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}
"""On every answer that does not say otherwise."""


class Guard:
    """Lets through what the browser with the token asks; everything else gets 403 and learns nothing."""

    def __init__(self, app: App, token: str, port: int) -> None:
        self._app, self._token, self._port = app, token, port
        self._hosts = {f"{name}:{port}" for name in LOCAL}
        self._origins = {f"http://{host}" for host in self._hosts}
        self.cookie = f"stadtwerk-{port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # there are no sockets
            await send({"type": "websocket.close", "code": 1008})
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        asked = parse_qs(scope.get("query_string", b"").decode("latin-1"))
        if headers.get("host") not in self._hosts or not self._same_origin(scope["method"], headers):
            await _answer(send, 403)
        elif scope["method"] == "GET" and scope["path"] == "/" and self._is_token(asked.get("token", [""])[0]):
            rest = urlencode({name: values[0] for name, values in asked.items() if name != "token"})
            cookie = f"{self.cookie}={self._token}; HttpOnly; SameSite=Strict; Path=/"
            await _answer(send, 303, {"location": f"/?{rest}" if rest else "/", "set-cookie": cookie})
        elif not self._is_token(_cookie(headers.get("cookie", ""), self.cookie)):
            await _answer(send, 403)
        else:
            await self._app(scope, receive, _with_headers(send))

    def _is_token(self, said: str) -> bool:
        return hmac.compare_digest(said.encode(), self._token.encode())

    def _same_origin(self, method: str, headers: dict[str, str]) -> bool:
        """What changes something comes from our page; what only reads is at least not asked by another site."""
        origin = headers.get("origin")
        if method not in READING:
            return origin in self._origins
        return origin in (None, *self._origins) and headers.get("sec-fetch-site") not in ("cross-site", "same-site")


def _cookie(header: str, name: str) -> str:
    try:
        jar = SimpleCookie(header)
    except CookieError:
        return ""
    return jar[name].value if name in jar else ""


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = list(message.get("headers", ()))
            names = {name.lower() for name, _ in given}
            given += [(k.encode(), v.encode()) for k, v in HEADERS.items() if k.encode() not in names]
            message = {**message, "headers": given}
        await send(message)

    return sending


async def _answer(send: Send, status: int, headers: dict[str, str] | None = None) -> None:
    sending = _with_headers(send)
    body = b"" if status == 303 else b"403: start the workbench anew, and open the address that it prints\n"
    given = {"content-type": "text/plain; charset=utf-8", "content-length": str(len(body)), **(headers or {})}
    await sending(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [(k.encode("latin-1"), v.encode("latin-1")) for k, v in given.items()],
        }
    )
    await sending({"type": "http.response.body", "body": body})
