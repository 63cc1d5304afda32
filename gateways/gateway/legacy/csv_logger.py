"""The plain-text file of a data logger: one reading a line, as time, name, value and unit."""

from __future__ import annotations

import codecs
import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from gateways.wire.payload import WireReading
from simulator.contracts.sensor import Quality

LONGEST_LINE = 4096
"""Bytes of a line, beyond which it is malformed and skipped (assumption; a line of a logger has less than 200)."""

CELLS = 4
_HEADS = ("time", "zeit", "timestamp", "zeitstempel")


@dataclass(frozen=True)
class Dialect:
    """How a logger writes, as its owner declares it. Nothing is guessed from the file.

    `zone` is an IANA time zone. Where clocks go back, local times repeat: the second pass is recognised by its first
    line, which lies before the one above it.
    """

    separator: str = ","
    decimal: str = "."
    time_format: str = "%Y-%m-%d %H:%M:%S"
    zone: str = "UTC"
    encoding: str = "utf-8"

    def __post_init__(self) -> None:
        if self.decimal not in (".", ","):
            raise ValueError(f"the decimal mark is '.' or ',', not {self.decimal!r}")
        if len(self.separator) != 1 or self.separator in (self.decimal, '"', "\n", "\r"):
            raise ValueError(f"{self.separator!r} cannot separate cells whose decimal mark is {self.decimal!r}")
        codecs.lookup(self.encoding)
        ZoneInfo(self.zone)

    @cached_property
    def number(self) -> re.Pattern[str]:
        """A number, without marks between thousands: 1.234 is not the same everywhere."""
        return re.compile(rf"[+-]?\d+(?:{re.escape(self.decimal)}\d+)?(?:[eE][+-]?\d+)?", re.ASCII)

    @cached_property
    def clock(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


TO_THE_MILLISECOND = Dialect(";", ".", "%Y-%m-%d %H:%M:%S.%f")
"""As loggers write that keep parts of a second, and UTC the whole year round."""


@dataclass(frozen=True, slots=True)
class Malformed:
    """A line that is no reading. `line` counts from 1."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class LogPart:
    """What stood in a piece of a file. A sensor without a value is NaN and `BAD`."""

    readings: tuple[WireReading, ...]
    malformed: tuple[Malformed, ...]


class LogReader:
    """Reads a growing file piece by piece. A line that is not complete yet is kept until its end comes."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._rest = b""
        self._too_long = False
        self._line = 0
        self._before: datetime | None = None
        self._again = False
        self._stamp, self._stamped = "", 0.0

    @property
    def pending(self) -> int:
        """Bytes of a last line that is not complete."""
        return len(self._rest)

    def feed(self, data: bytes) -> LogPart:
        """The next bytes of the file. Raises nothing, whatever they are: what is no reading is reported."""
        *lines, rest = (self._rest + data).split(b"\n")
        readings, malformed = [], []
        for raw in lines:
            self._line += 1
            if self._too_long or len(raw) > LONGEST_LINE:
                self._too_long = False
                malformed.append(Malformed(self._line, f"is longer than {LONGEST_LINE} bytes"))
                continue
            try:
                reading = self._read(raw.removesuffix(b"\r"))
            except ValueError as error:
                malformed.append(Malformed(self._line, str(error)))
            else:
                readings += [] if reading is None else [reading]
        if len(rest) > LONGEST_LINE:
            self._too_long, rest = True, b""
        self._rest = rest
        return LogPart(tuple(readings), tuple(malformed))

    def _read(self, raw: bytes) -> WireReading | None:
        """A line's reading, None for an empty line and for the head. Raises `ValueError` with what is wrong."""
        dialect = self._dialect
        try:
            text = (raw.removeprefix(codecs.BOM_UTF8) if self._line == 1 else raw).decode(dialect.encoding)
        except UnicodeDecodeError:
            raise ValueError(f"is not {dialect.encoding}") from None
        if not text.strip():
            return None
        cells = [cell.strip() for cell in text.split(dialect.separator)]
        if self._line == 1 and cells[0].lower() in _HEADS:
            return None
        if len(cells) != CELLS:
            raise ValueError(f"has {len(cells)} cells, not {CELLS}")
        stamp, name, number, unit = cells
        if not name or not name.isprintable() or not unit.isprintable():
            raise ValueError(f"{name!r} in {unit!r} is no sensor's name and unit")
        value = self._value(number)
        time = self._time(stamp)
        return WireReading(name, time, value, unit or None, Quality.BAD if math.isnan(value) else Quality.GOOD)

    def _value(self, text: str) -> float:
        if not text:
            return math.nan
        if not self._dialect.number.fullmatch(text):
            raise ValueError(f"{text!r} is no number with decimal mark {self._dialect.decimal!r}")
        value = float(text.replace(self._dialect.decimal, "."))
        if math.isinf(value):
            raise ValueError(f"{text!r} is too big")
        return value

    def _time(self, text: str) -> float:
        """Unix seconds of a local time. Raises `ValueError` for one that no clock showed."""
        if text == self._stamp:  # as in most lines: a logger writes all its sensors at once
            return self._stamped
        local = datetime.strptime(text, self._dialect.time_format)
        zone = self._dialect.clock
        first, second = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
        if first > second:
            raise ValueError(f"{text!r} does not exist in {self._dialect.zone}: clocks went forward")
        if first == second:
            self._again = False
        elif self._before is not None and local < self._before:
            self._again = True
        self._before = local
        self._stamp, self._stamped = text, (second if self._again else first).timestamp()
        return self._stamped
