"""Sends line protocol to a database, and says whether to try again or which lines will never be taken."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from gateways.stores.influx.answers import LATER, Refused, Retry, retry_after_s
from gateways.stores.influx.safekeeping import Safekeeping
from gateways.stores.influx.settings import Api, Engine, InfluxSettings

FIRST_WAIT_S = 0.25
LAST_WAIT_S = 30.0
"""Waits double between the two while the database is away (assumption: soon after a restart, no load if it is long)."""

ISOLATING_REQUESTS = 200
"""Requests spent on finding the lines of one body that are refused (assumption: a dozen bad lines among thousands)."""

_DROPS = ("vm_rows_invalid_total", "vm_rows_ignored_total")


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

    def ping(self) -> bool:
        """Whether the database answers."""
        return bool(self._client.ping())

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
