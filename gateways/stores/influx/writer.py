"""Sends line protocol to a database, and says whether to try again or which lines will never be taken."""

from __future__ import annotations

import base64
import gzip
import http.client
import json
import math
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, urlsplit

from gateways.stores.influx.settings import Api, Engine, InfluxSettings

LATER = frozenset({408, 425, 429, 500, 502, 503, 504})
LINES_AT_FAULT = frozenset({400, 413, 422})
LONGEST_WAIT_S = 300.0
"""A database that asks for more time than this is asked again after it (assumption)."""


class Retry(Exception):
    """The database cannot take the lines now. Writing the same ones again later does no harm."""

    def __init__(self, after_s: float, reason: str) -> None:
        super().__init__(f"{reason}; try again in {after_s:g} s")
        self.after_s = after_s
        self.reason = reason


class Refused(Exception):
    """The database will not take these lines, however often they are sent. All others of the body are written.

    `lines_at_fault` is False where not the lines are wrong but the token, the organisation, the bucket or the address:
    then nothing is written, and the lines are good once that is mended.
    """

    def __init__(self, lines: bytes, reason: str, status: int) -> None:
        super().__init__(f"{reason} (status {status}, {len(lines.splitlines())} lines)")
        self.lines = lines
        self.reason = reason
        self.status = status

    @property
    def lines_at_fault(self) -> bool:
        return self.status in LINES_AT_FAULT


def retry_after_s(headers: Mapping[str, str] | None, now: datetime | None = None) -> float | None:
    """The seconds in a Retry-After header, which may be a number or a date (RFC 9110, 10.2.3); None if it has none."""
    text = next((value for name, value in (headers or {}).items() if name.lower() == "retry-after"), "").strip()
    try:
        wait = float(text)
    except ValueError:
        try:
            at = parsedate_to_datetime(text)
        except ValueError:
            return None
        wait = ((at if at.tzinfo else at.replace(tzinfo=UTC)) - (now or datetime.now(UTC))).total_seconds()
    return min(max(wait, 0.0), LONGEST_WAIT_S) if math.isfinite(wait) else None


FIRST_WAIT_S = 0.25
LAST_WAIT_S = 30.0
"""Waits double between the two while the database is away (assumption: soon after a restart, no load if it is long)."""

ISOLATING_REQUESTS = 200
"""Requests spent on finding the lines of one body that are refused (assumption: a dozen bad lines among thousands)."""

_DROPS = ("vm_rows_invalid_total", "vm_rows_ignored_total")


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


class InfluxWriter:
    """One connection to a database. Synchronous, for one thread.

    `api`, `user` and the rest are those of `InfluxSettings`. Lines are safe when `flush` has returned, not before: keep
    them until then. InfluxDB has them in its log when `write` returns, VictoriaMetrics has not. VictoriaMetrics also
    keeps a line twice that is written twice, unless it is started with `-dedup.minScrapeInterval=1ms`; and it answers
    204 to lines that it then drops: malformed ones, which a `LineWriter` does not write, and those from before its
    retention or more than two days ahead of its clock; see `dropped`.
    """

    def __init__(
        self,
        url: str,
        org: str,
        bucket: str,
        token: str,
        timeout_s: float = 10.0,
        *,
        api: Api = "v2",
        user: str = "",
        password: str = "",
        ca_file: Path | None = None,
        gzip: bool = False,
        engine: Engine = "influxdb",
    ) -> None:
        from influxdb_client.client.influxdb_client import InfluxDBClient
        from influxdb_client.client.write_api import SYNCHRONOUS

        self._org, self._bucket, self._api, self._gzip = org, bucket, api, gzip
        # Some of the client's annotations do not allow what its documentation does, others are missing.
        client: Any = InfluxDBClient
        self._client = client(
            url,
            token or None,
            timeout=max(1, round(timeout_s * 1000)),
            enable_gzip=gzip,
            org=org,
            ssl_ca_cert=str(ca_file) if ca_file else None,
        )
        self._writes = self._client.write_api(write_options=SYNCHRONOUS)
        self._headers = {"Authorization": f"Token {token}"} if token else {}
        if user:
            self._headers["Authorization"] = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
        self._keeping = Safekeeping(url, timeout_s, self._headers, ca_file) if engine == "victoriametrics" else None
        self._failures = 0

    @classmethod
    def of(cls, settings: InfluxSettings) -> Self:
        """Raises `UnsafeSecret` if a secret cannot be read or others can read it."""
        return cls(
            settings.url,
            settings.org,
            settings.bucket,
            settings.token(),
            settings.timeout_s,
            api=settings.api,
            user=settings.user,
            password=settings.password(),
            ca_file=settings.ca_file,
            gzip=settings.gzip,
            engine=settings.engine,
        )

    def write(self, lines: bytes) -> None:
        """Write lines with times in milliseconds. Raises `Retry` or `Refused`.

        If the database calls the body malformed or too large, it is halved until the lines at fault are found and the
        others are written; `Refused` then holds those, and after `ISOLATING_REQUESTS` whatever is still among them.
        Lines that were written before a `Retry` may be written again.
        """
        refused: list[Refused] = []
        parts = [lines] if lines.strip() else []
        requests = 0
        while parts:
            part = parts.pop()
            requests += 1
            try:
                self._send(part)
            except Refused as refusal:
                if not refusal.lines_at_fault:
                    raise
                halves = _halves(part)
                if len(halves) < 2 or requests > ISOLATING_REQUESTS:
                    refused.append(refusal)
                else:
                    parts += reversed(halves)
        if refused:
            raise Refused(b"".join(one.lines for one in refused), refused[0].reason, refused[0].status)

    def flush(self) -> None:
        """Returns when a sudden end of the database no longer loses what was written.

        Raises `Retry` if that cannot be known: everything since the last flush then has to be written again, which does
        no harm. With VictoriaMetrics this takes about a tenth of a second, so flush after many writes.
        """
        if self._keeping is not None:
            try:
                self._keeping.end()
            except Retry as retry:
                raise Retry(self._wait_s(), retry.reason) from None

    def dropped(self) -> int:
        """Values that VictoriaMetrics dropped without saying so since it was started.

        By its own count, which is up to a second old; whoever else writes there is counted too. 0 for InfluxDB, which
        refuses aloud. Raises `Retry` or `Refused`.
        """
        if self._keeping is None:
            return 0
        counters = (line.rpartition(" ") for line in self._call("GET", "/metrics", {}, b"").splitlines())
        return round(sum(float(number) for name, _, number in counters if name.startswith(_DROPS)))

    def close(self) -> None:
        if self._keeping is not None:
            self._keeping.close()
        self._writes.close()
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _send(self, lines: bytes) -> None:
        if self._keeping is not None:
            with self._answer(lines):
                self._keeping.begin()
        if self._api == "v1":
            self._call("POST", "/write", {"db": self._bucket, "precision": "ms"}, lines)
            return
        from influxdb_client.domain.write_precision import WritePrecision

        with self._answer(lines):
            self._writes.write(self._bucket, self._org, lines, write_precision=WritePrecision.MS)

    def _call(self, method: str, path: str, query: Mapping[str, str], body: bytes) -> str:
        headers = {**self._headers, "Content-Type": "text/plain; charset=utf-8"}
        if body and self._gzip:
            headers["Content-Encoding"] = "gzip"
        with self._answer(body):
            self._client.api_client.call_api(
                path,
                method,
                query_params=list(query.items()),
                header_params=headers,
                body=gzip.compress(body) if body and self._gzip else body or None,
            )
        return str(self._client.api_client.last_response.data)

    @contextmanager
    def _answer(self, lines: bytes) -> Iterator[None]:
        """Turns what the client raises into `Retry` or `Refused`."""
        from influxdb_client.rest import ApiException
        from urllib3.exceptions import HTTPError

        try:
            yield
        except ApiException as error:
            if not error.status:  # the other end's certificate was not accepted
                raise Retry(self._wait_s(), f"no answer: {_one_line(str(error.reason))}") from None
            reason = _one_line(str(error.message or error.reason))
            if error.status in LATER:
                asked = retry_after_s(error.headers)
                raise Retry(self._wait_s() if asked is None else asked, f"{error.status}: {reason}") from None
            raise Refused(lines, reason, error.status) from None
        except (HTTPError, OSError, UnicodeDecodeError) as error:
            raise Retry(self._wait_s(), f"no answer: {_one_line(str(error))}") from None
        self._failures = 0

    def _wait_s(self) -> float:
        self._failures += 1
        return min(LAST_WAIT_S, FIRST_WAIT_S * 2.0 ** min(self._failures - 1, 30))


def _halves(lines: bytes) -> list[bytes]:
    """Both halves of some lines, or the only line."""
    single = lines.splitlines(keepends=True)
    middle = len(single) // 2
    return [b"".join(part) for part in (single[:middle], single[middle:]) if part]


def _one_line(text: str) -> str:
    return " ".join(text.split())[:500]
