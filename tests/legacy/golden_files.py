"""Files that old devices wrote, and what they mean. They stay readable for ever, and are never changed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from gateways.wire.payload import WireReading

GOLDEN = Path(__file__).parent / "golden"


def expected(name: str) -> str:
    return (GOLDEN / f"{name}.expected").read_text(encoding="utf-8")


def lines(readings: Iterable[WireReading]) -> str:
    """Readings as the `.expected` files have them: time, value, unit, quality and name."""
    return "".join(f"{r.time!r} {r.value!r} {r.unit} {r.quality.value} {r.sensor}\n" for r in readings)
