"""Files that old devices wrote, and what they mean. They stay readable for ever, and are never changed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from gateways.gateway.legacy.csv_logger import Dialect, LogPart, LogReader
from gateways.wire.payload import WireReading

GOLDEN = Path(__file__).parent / "golden"

INTERNATIONAL = Dialect()
GERMAN = Dialect(";", ",", "%d.%m.%Y %H:%M:%S", "Europe/Berlin", "cp1252")
"""As German loggers and spreadsheets write."""


def read_log(data: bytes, dialect: Dialect) -> LogPart:
    """All of a file. A last line without its end is left out: the logger may still be writing it."""
    return LogReader(dialect).feed(data)


def expected(name: str) -> str:
    return (GOLDEN / f"{name}.expected").read_text(encoding="utf-8")


def lines(readings: Iterable[WireReading]) -> str:
    """Readings as the `.expected` files have them: time, value, unit, quality and name."""
    return "".join(f"{r.time!r} {r.value!r} {r.unit} {r.quality.value} {r.sensor}\n" for r in readings)
