"""Asks a database in InfluxQL, and makes it forget a run."""

from __future__ import annotations

import base64
import json
import ssl
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from http import HTTPStatus
from http.client import HTTPException
from typing import Any

from gateways.stores.influx.answers import Refused, Retry
from gateways.stores.influx.settings import InfluxSettings

FIRST, LAST = "1970-01-01T00:00:00Z", "2200-01-01T00:00:00Z"


class InfluxQuestions:
    """`/query` of InfluxDB 1, and of InfluxDB 2 where a DBRP mapping makes the bucket a database.

    Raises `UnsafeSecret` if a secret cannot be read or others can read it.
    """

    def __init__(self, settings: InfluxSettings) -> None:
        self._settings = settings
        self._headers = {"Accept": "application/json"}
        token = settings.token()
        if token:
            self._headers["Authorization"] = f"Token {token}"
        if settings.user:
            login = base64.b64encode(f"{settings.user}:{settings.password()}".encode()).decode()
            self._headers["Authorization"] = f"Basic {login}"
        self._context = None
        if settings.url.startswith("https://"):
            self._context = ssl.create_default_context(cafile=str(settings.ca_file) if settings.ca_file else None)

    def series(self, text: str) -> list[dict[str, Any]]:
        """The series that one statement gives. Raises `Retry` if nobody answers, `Refused` with the reason if not."""
        form = {"db": self._settings.bucket, "epoch": "ms", "q": text}
        said = self._ask("/query", urllib.parse.urlencode(form).encode(), "application/x-www-form-urlencoded")
        try:
            result = json.loads(said)["results"][0]
        except (ValueError, LookupError, TypeError):
            raise Refused(b"", "what answers there is no database that knows InfluxQL", HTTPStatus.OK) from None
        if "error" in result:
            raise Refused(text.encode(), str(result["error"]), 400)
        return list(result.get("series", []))

    def forget(self, tag: str, value: str) -> None:
        """Delete every point whose tag has this value. Raises like `series`."""
        if self._settings.api == "v1":
            quoted = value.replace("\\", "\\\\").replace("'", "\\'")
            where = f"WHERE \"{tag}\" = '{quoted}'"
            try:
                self.series(f"DROP SERIES {where}")
            except Refused as refusal:
                if not refusal.lines_at_fault:
                    raise
                self.series(f"DELETE {where}")  # version 2, asked as version 1, knows only this
            return
        quoted = value.replace("\\", "\\\\").replace('"', '\\"')
        body = json.dumps({"start": FIRST, "stop": LAST, "predicate": f'{tag}="{quoted}"'}).encode()
        where = urllib.parse.urlencode({"org": self._settings.org, "bucket": self._settings.bucket})
        self._ask(f"/api/v2/delete?{where}", body, "application/json")

    def fetch(self, path: str, query: Mapping[str, str]) -> bytes:
        """What a path of the database answers. Raises like `series`."""
        return self._send(urllib.request.Request(f"{self._at(path)}?{urllib.parse.urlencode(query)}"), {})

    def _ask(self, path: str, body: bytes, kind: str) -> bytes:
        return self._send(urllib.request.Request(self._at(path), body, method="POST"), {"Content-Type": kind})

    def _at(self, path: str) -> str:
        return self._settings.url.rstrip("/") + path

    def _send(self, request: urllib.request.Request, more: Mapping[str, str]) -> bytes:
        for name, value in {**self._headers, **more}.items():
            request.add_header(name, value)
        try:
            with urllib.request.urlopen(request, timeout=self._settings.timeout_s, context=self._context) as response:
                return bytes(response.read())
        except urllib.error.HTTPError as error:
            reason = error.read().decode(errors="replace").strip()[:300] or str(error.reason)
            if error.code >= 500:
                raise Retry(1.0, f"{error.code}: {reason}") from None
            raise Refused(b"", reason, error.code) from None
        except (OSError, HTTPException) as error:
            raise Retry(1.0, f"no answer: {error}") from None
