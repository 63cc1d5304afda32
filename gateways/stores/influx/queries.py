"""Asks a database in InfluxQL: which readings it has, and to forget a run."""

from __future__ import annotations

import base64
import json
import ssl
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from http.client import HTTPException
from typing import Any

from gateways.stores.influx.lines import original
from gateways.stores.influx.settings import InfluxSettings
from gateways.stores.influx.writer import Refused, Retry

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
        return self._told(text, empty=False)

    def _told(self, text: str, empty: bool) -> list[dict[str, Any]]:
        """The same; with `empty` the answer may be an empty object, as InfluxDB 2 has it for a deletion."""
        form = {"db": self._settings.bucket, "epoch": "ms", "q": text}
        said = self._ask("/query", urllib.parse.urlencode(form).encode(), "application/x-www-form-urlencoded")
        try:
            answer = json.loads(said)
            result = {} if empty and not answer else answer["results"][0]
        except (ValueError, LookupError, TypeError):
            raise Refused(b"", "what answers there is no database that knows InfluxQL", HTTPStatus.OK) from None
        if "error" in result:
            raise Refused(text.encode(), str(result["error"]), 400)
        return list(result.get("series", []))

    def forget(self, tag: str, value: str) -> None:
        """Delete every point whose tag has this value. Raises like `series`, and `Refused` with the names of what else
        went: InfluxDB 1 with its index in memory loses what was deleted and written again when the next is deleted."""
        if self._settings.api == "v1":
            before = self._values(tag)
            quoted = value.replace("\\", "\\\\").replace("'", "\\'")
            where = f"WHERE \"{tag}\" = '{quoted}'"
            try:
                self._told(f"DROP SERIES {where}", empty=True)
            except Refused as refusal:
                if not refusal.lines_at_fault:
                    raise
                self._told(f"DELETE {where}", empty=True)  # version 2, asked as version 1, knows only this
            lost = sorted({other for _name, other in before - self._values(tag)} - {value})
            if lost:
                advice = 'set index-version = "tsi1" in its configuration, and write them again'
                raise Refused(
                    b"", f"it lost {', '.join(lost)} as well, by its index in memory; {advice}", HTTPStatus.OK
                )
            return
        quoted = value.replace("\\", "\\\\").replace('"', '\\"')
        body = json.dumps({"start": FIRST, "stop": LAST, "predicate": f'{tag}="{quoted}"'}).encode()
        where = urllib.parse.urlencode({"org": self._settings.org, "bucket": self._settings.bucket})
        self._ask(f"/api/v2/delete?{where}", body, "application/json")

    def _values(self, tag: str) -> set[tuple[str, str]]:
        """The values of a tag in each measurement: of what stands in several one may be lost and the others not."""
        said = self.series(f'SHOW TAG VALUES WITH KEY = "{tag}"')
        return {(str(one["name"]), str(row[1])) for one in said for row in one["values"]}

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


SUFFIX = "_quality"
"""VictoriaMetrics makes a metric of each field; every reading has a quality."""


class StoredReadings:
    """Readings of a gateway within a span of time. InfluxDB is asked in InfluxQL (version 2 and later where a DBRP
    mapping makes the bucket a database), VictoriaMetrics by its export.

    With `run` only those that bear it as a tag. All calls raise `Retry` if nobody answers and `Refused` if the database
    will not say.
    """

    def __init__(self, settings: InfluxSettings, run: str = "") -> None:
        self._settings, self._run = settings, run
        self._questions = InfluxQuestions(settings)

    def times(self, gateway: str, quantity: str, first_ms: int, last_ms: int) -> dict[str, list[int]]:
        """Unix milliseconds of all readings of a quantity, by component ("" where a sensor has none).

        InfluxDB holds one of each series and time; of VictoriaMetrics one that is there twice is told twice, unless it
        was set to hide that.
        """
        if self._settings.engine == "victoriametrics":
            return self._exported(gateway, quantity, first_ms, last_ms)
        text = (
            f'SELECT "quality" FROM {_identifier(quantity)} WHERE "gateway" = {_text(gateway)} '
            + (f'AND "run" = {_text(self._run)} ' if self._run else "")
            + f'AND time >= {first_ms}ms AND time <= {last_ms}ms GROUP BY "component"'
        )
        found: dict[str, list[int]] = {}
        for series in self._questions.series(text):
            component = original(str(series.get("tags", {}).get("component", "")))
            found.setdefault(component, []).extend(int(row[0]) for row in series["values"])
        return found

    def _exported(self, gateway: str, quantity: str, first_ms: int, last_ms: int) -> dict[str, list[int]]:
        # What was written a moment ago is not found before this.
        self._questions.fetch("/internal/force_flush", {})
        labels = {"__name__": quantity + SUFFIX, "gateway": gateway} | ({"run": self._run} if self._run else {})
        match = "{" + ",".join(f"{name}={_label(value)}" for name, value in labels.items()) + "}"
        # Its times are taken in seconds, and the ends of the span are inside.
        span = {"match[]": match, "start": f"{first_ms / 1000:.3f}", "end": f"{last_ms / 1000:.3f}"}
        found: dict[str, list[int]] = {}
        for series in _lines(self._questions.fetch("/api/v1/export", span)):
            component = original(str(series["metric"].get("component", "")))
            found.setdefault(component, []).extend(int(at) for at in series["timestamps"])
        return found


def _lines(answer: bytes) -> Iterator[dict[str, Any]]:
    return (json.loads(line) for line in answer.splitlines() if line)


def _identifier(name: str) -> str:
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _label(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)
