"""VictoriaMetrics holds the last seconds in memory: how to have them written down, and to know that it was in time."""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, urlsplit

from gateways.stores.influx.answers import Retry


class Safekeeping:
    """Makes what was written since `begin` survive a sudden end of VictoriaMetrics.

    It answers a write before the lines are on disk; what came within the last seconds (5 measured with 1.79) is gone
    after kill -9, and `/internal/force_flush` changes nothing in that. A snapshot does: it is only made of what is on
    disk, so everything in memory is written first. It is deleted at once.

    A process that was started anew in the meantime would also make a snapshot, without what the one before had in
    memory. So `begin` opens a connection before the first write and `end` asks over the very same one, which no other
    process can answer. A proxy in between would break this; go to the database directly.
    """

    def __init__(self, url: str, timeout_s: float, headers: Mapping[str, str], ca_file: Path | None = None) -> None:
        self._url = urlsplit(url)
        self._timeout_s, self._headers, self._ca_file = timeout_s, dict(headers), ca_file
        self._line: http.client.HTTPConnection | None = None
        self._leftover: list[str] = []

    def begin(self) -> None:
        """Writing begins, unless it has begun already. Raises `OSError` if the database does not take a connection."""
        if self._line is None:
            line = self._connection()
            line.connect()
            line.auto_open = 0  # a connection that has ended stays ended
            self._line = line

    def end(self) -> None:
        """Returns when everything written since `begin` is on disk.

        Raises `Retry` if that cannot be known: everything since `begin` then has to be written again.
        """
        line, self._line = self._line, None
        if line is None:
            return
        try:
            self._leftover.append(str(self._get(line, "/snapshot/create")["snapshot"]))
            while self._leftover:
                self._get(line, f"/snapshot/delete?snapshot={quote(self._leftover[-1])}")
                self._leftover.pop()
        except (OSError, http.client.HTTPException, ValueError, KeyError) as error:
            reason = f"{type(error).__name__}: {error}"
            raise Retry(0.0, f"the database may have ended since the first write ({reason})") from None
        finally:
            line.close()

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None

    def _connection(self) -> http.client.HTTPConnection:
        host, port = self._url.hostname or "", self._url.port
        if self._url.scheme == "https":
            context = ssl.create_default_context(cafile=None if self._ca_file is None else str(self._ca_file))
            return http.client.HTTPSConnection(host, port, timeout=self._timeout_s, context=context)
        return http.client.HTTPConnection(host, port, timeout=self._timeout_s)

    def _get(self, line: http.client.HTTPConnection, path: str) -> dict[str, object]:
        line.request("GET", self._url.path.rstrip("/") + path, headers=self._headers)
        response = line.getresponse()
        body = response.read()
        answer = json.loads(body) if response.status == 200 else None
        if not isinstance(answer, dict) or answer.get("status") != "ok":
            raise ValueError(f"status {response.status}: {body[:200]!r}")
        return answer
