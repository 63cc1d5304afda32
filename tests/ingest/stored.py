"""What stands in an embedded store, row by row."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from gateways.ingest.embedded_store import read_columns


@dataclass(frozen=True, slots=True)
class StoredReading:
    """One reading as it is in the store; `value` is NaN where the sensor had no number."""

    gateway: str
    sensor: str
    time_ms: int
    value: float
    quality: int


def read_rows(path: Path) -> list[StoredReading]:
    """All readings of an embedded store, by series and time, each (series, time) once."""
    columns = read_columns(path)
    numbers = zip(
        columns.series.tolist(),
        columns.times_ms.tolist(),
        columns.values.tolist(),
        columns.quality.tolist(),
        strict=True,
    )
    return [
        StoredReading(columns.names[series][0], columns.names[series][1], time, value, quality)
        for series, time, value, quality in numbers
    ]


def read_ledger(path: Path) -> dict[tuple[str, int], int]:
    """The ledger in an embedded store, or in an outbox for InfluxDB: see `Store.ledger`."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=10.0)) as database:
        return {
            (gateway, boot): mark for gateway, boot, mark in database.execute("select gateway, boot, mark from course")
        }
