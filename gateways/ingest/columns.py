"""A pack as columns: what ingest keeps of it, and the fast reader of today's payload."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import pairwise
from operator import itemgetter
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from gateways.wire import senml, topics
from gateways.wire.payload import SCHEMA, WireBatch, base_name, decode_batch
from gateways.wire.versions import UnknownVersion
from simulator.contracts.sensor import Quality

LATEST = 2.0**63 / 1e9
"""Unix seconds from which on a time cannot be said in 64 bits of nanoseconds, as InfluxDB does (in the year 2262)."""

COUNT_LIMIT = 1 << 53
"""Boots and sequences stay below it: JSON readers elsewhere know whole numbers up to there (RFC 8259, section 6)."""

CACHED_BYTES = 1 << 24
"""Names kept ready, as text (assumption: the sensors of a few hundred gateways)."""

_PREFIX = base_name("")[:-1]
_LEGAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9:./_-]*\Z")
"""A SenML name (RFC 8428, 4.5.1)."""

_PLAIN = 2
"""Fields of a record that is a name and a value and nothing else."""

_NAME, _VALUE = itemgetter("n"), itemgetter("v")
_FIRST = frozenset({"schema", "restart", "seq", "lowest", "bn"})
_FIELDS = frozenset({"n", "v", "vs", "t", "u", "bt", "bu", "quality"})
_NUMBERS: frozenset[type] = frozenset({float, int})
_NUMBERS_OR_NONE: frozenset[type] = frozenset({float, int, type(None)})


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Which sensors a pack's columns are of, in their order. The same one serves all packs that name the same."""

    gateway: str
    sensors: tuple[str, ...]
    digest: bytes


@dataclass(frozen=True, slots=True, eq=False)
class WireColumns:
    """A pack, in the order of time. `values` in the units of the payload, NaN where the sensor had no number.

    `times_ms` is in whole milliseconds of Unix time; `boot`, `sequence` and `lowest` are as in `WireBatch`.
    """

    layout: Layout
    boot: int
    sequence: int
    lowest: int | None
    times_ms: NDArray[np.int64]
    values: NDArray[np.float64]
    quality: NDArray[np.uint8]

    @property
    def gateway(self) -> str:
        return self.layout.gateway

    @property
    def sensors(self) -> tuple[str, ...]:
        return self.layout.sensors

    def __len__(self) -> int:
        return len(self.values)

    def digest(self) -> bytes:
        """What tells this content from any other, whichever payload version it came in."""
        whole = blake2b(self.layout.digest, digest_size=16)
        for column in (self.times_ms, self.values, self.quality):
            whole.update(np.ascontiguousarray(column).data)
        return whole.digest()


class ColumnReader:
    """Reads payloads of version 1 to columns, several times as fast as `decode_batch`, and holds the same to be valid.

    What does not look like what a `BatchEncoder` writes goes to `decode_batch`. Names checked once are kept, up
    to a bound. Beyond it, this raises `UnknownVersion` for a schema above ours, and `SenmlError` for numbers
    that no store can hold and for a sensor without a name.
    """

    def __init__(self) -> None:
        self._layouts: dict[tuple[str, str], Layout] = {}
        self._cached = 0

    def read(self, payload: bytes) -> WireColumns:
        try:
            pack = orjson.loads(payload)
        except orjson.JSONDecodeError as error:
            raise senml.SenmlError(f"not JSON: {error}") from None
        columns = self._quick(pack) if isinstance(pack, list) and pack else None
        if columns is not None:
            return columns
        _check_schema(pack)
        return columns_of(decode_batch(payload))

    def _quick(self, pack: list[Any]) -> WireColumns | None:
        """The columns of a pack whose every record is of the usual form, else None."""
        try:
            first = pack[0]
            numbers = first["schema"], first["restart"], first["seq"], first.get("lowest", first["seq"])
            base = first["bn"]
            names = list(map(_NAME, pack))
            joined = "\n".join(names)
            sizes = list(map(len, pack))
        except (KeyError, TypeError, AttributeError):
            return None
        schema, boot, sequence, lowest = numbers
        if not all(type(number) is int for number in numbers) or not 1 <= schema <= SCHEMA:
            return None
        if not (1 <= boot < COUNT_LIMIT and 0 <= lowest <= sequence < COUNT_LIMIT):
            return None
        layout = self._layout(base, joined, names)
        columns = _Columns(pack, sizes)
        if layout is None or not columns.read():
            return None
        whole = WireColumns(layout, boot, sequence, first.get("lowest"), *columns.result())
        return _in_order(whole, columns.times)

    def _layout(self, base: Any, joined: str, names: Sequence[str]) -> Layout | None:
        """The layout of these names if they are as a gateway writes them.

        Names that were checked hold no line break, so that equal text and equal count mean equal names.
        """
        if not isinstance(base, str):
            return None
        layout = self._layouts.get((base, joined))
        if layout is not None and len(layout.sensors) == len(names):
            return layout
        if not (base.startswith(_PREFIX) and base.endswith(":") and len(base) > len(_PREFIX) + 1):
            return None
        try:
            for name in names:
                if not _LEGAL.match(base + name):
                    return None
            layout = layout_of(topics.plain(base[len(_PREFIX) : -1]), tuple(map(topics.plain, names)))
        except ValueError:
            return None
        if not all(layout.sensors):
            return None
        if self._cached + len(joined) > CACHED_BYTES:
            self._layouts.clear()
            self._cached = 0
        self._layouts[base, joined] = layout
        self._cached += len(joined)
        return layout


class _Columns:
    """The numbers of a pack. Few records are more than a name and a value; only those are looked at one by one."""

    def __init__(self, pack: list[dict[str, Any]], sizes: list[int]) -> None:
        self._pack, self._sizes = pack, sizes
        self._values: list[Any] = []
        self._offsets: list[tuple[int, float]] = []
        self._starts: list[tuple[int, float]] = []
        self._flags: list[tuple[int, int]] = []
        self.times: NDArray[np.float64] = np.empty(0)

    def read(self) -> bool:
        """False if anything is unusual."""
        allowed = _NUMBERS
        try:
            self._values = list(map(_VALUE, self._pack))
            special = [i for i, size in enumerate(self._sizes) if size != _PLAIN]
        except KeyError:
            allowed = _NUMBERS_OR_NONE
            self._values = [record.get("v") for record in self._pack]
            pairs = enumerate(zip(self._sizes, self._values, strict=True))
            special = [i for i, (size, value) in pairs if size != _PLAIN or value is None]
        if not allowed.issuperset(map(type, self._values)) or not all(map(self._special, special)):
            return False
        if not self._starts or self._starts[0][0] != 0:
            return False
        bounds = [i for i, _ in self._starts] + [len(self._pack)]
        lengths = [end - begin for begin, end in pairwise(bounds)]
        self.times = np.repeat(np.array([time for _, time in self._starts], dtype=np.float64), lengths)
        for i, offset in self._offsets:
            self.times[i] += offset
        return bool((self.times >= senml.ABSOLUTE_FROM).all() and (self.times < LATEST).all())

    def result(self) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.uint8]]:
        # None becomes NaN. Zero has one sign, as in `decode_batch`, where a value is added to the base value.
        values = np.array(self._values, dtype=np.float64) + 0.0
        quality = np.zeros(len(values), dtype=np.uint8)
        for i, flag in self._flags:
            quality[i] = flag
        return np.rint(self.times * 1000.0).astype(np.int64), values, quality

    def _special(self, i: int) -> bool:
        record = self._pack[i]
        if not record.keys() <= (_FIELDS | _FIRST if i == 0 else _FIELDS):
            return False
        if ("v" in record) == ("vs" in record) or not isinstance(record.get("vs", ""), str):
            return False
        if "v" in record and record["v"] is None:
            return False
        if not (isinstance(record.get("u", ""), str) and isinstance(record.get("bu", ""), str)):
            return False
        if "bt" in record:
            if type(record["bt"]) not in _NUMBERS:
                return False
            self._starts.append((i, record["bt"]))
        if "t" in record:
            if type(record["t"]) not in _NUMBERS:
                return False
            self._offsets.append((i, record["t"]))
        if "quality" in record:
            if type(record["quality"]) is not int or not 0 <= record["quality"] <= Quality.BAD:
                return False
            self._flags.append((i, record["quality"]))
        return True


def layout_of(gateway: str, sensors: tuple[str, ...]) -> Layout:
    """The layout of these sensors of a gateway. Raises `ValueError` for a name that is no UTF-8."""
    try:
        text = orjson.dumps((gateway, sensors))
    except TypeError as error:
        raise ValueError(str(error)) from None
    return Layout(gateway, sensors, blake2b(text, digest_size=16).digest())


def columns_of(pack: WireBatch) -> WireColumns:
    """A pack of any version as columns. Raises `SenmlError` for what no store can hold."""
    if not (0 <= pack.boot < COUNT_LIMIT and 0 <= pack.sequence < COUNT_LIMIT):
        raise senml.SenmlError(f"restart {pack.boot} and seq {pack.sequence} are not both from 0 to {COUNT_LIMIT - 1}")
    if not pack.readings:
        raise senml.SenmlError("a pack without a reading")
    try:
        layout = layout_of(pack.gateway, tuple(reading.sensor for reading in pack.readings))
    except ValueError as error:
        raise senml.SenmlError(f"a name cannot be kept: {error}") from None
    if not (pack.gateway and all(layout.sensors)):
        raise senml.SenmlError("a gateway or a sensor has no name")
    times = np.array([reading.time for reading in pack.readings], dtype=np.float64)
    if not ((times >= 0) & (times < LATEST)).all():
        raise senml.SenmlError(f"a time is not from 0 to {LATEST:.0f} s of Unix time")
    values = np.array([reading.value for reading in pack.readings], dtype=np.float64)
    if np.isinf(values).any():
        raise senml.SenmlError("a value is beyond what 64 bits can say")
    quality = np.array([reading.quality for reading in pack.readings], dtype=np.uint8)
    stamps = np.rint(times * 1000.0).astype(np.int64)
    return WireColumns(layout, pack.boot, pack.sequence, pack.lowest, stamps, values, quality)


def _in_order(columns: WireColumns, times: NDArray[np.float64]) -> WireColumns:
    if (times[1:] >= times[:-1]).all():
        return columns
    order = np.argsort(times, kind="stable")
    layout = layout_of(columns.gateway, tuple(columns.sensors[i] for i in order))
    return WireColumns(
        layout,
        columns.boot,
        columns.sequence,
        columns.lowest,
        columns.times_ms[order],
        columns.values[order],
        columns.quality[order],
    )


def _check_schema(pack: Any) -> None:
    first = pack[0] if isinstance(pack, list) and pack else None
    schema = first.get("schema") if isinstance(first, dict) else None
    if type(schema) is int and schema > SCHEMA:
        raise UnknownVersion(f"schema {schema} is newer than {SCHEMA}")
