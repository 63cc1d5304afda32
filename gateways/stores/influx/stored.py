"""Which readings a database has: their times, asked of the database itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from gateways.stores.influx.lines import original
from gateways.stores.influx.questions import InfluxQuestions
from gateways.stores.influx.settings import InfluxSettings

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
