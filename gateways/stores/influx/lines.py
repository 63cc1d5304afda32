"""Readings as InfluxDB line protocol, and points of other measurements, checked against their one declaration.

The sensor `component/quantity` of a gateway becomes `quantity,component=...,gateway=... value=...,quality=...i time`,
with time in milliseconds, and more tags where a writer has been given some. A reading without a number has no `value`,
so that counting `quality` counts every reading.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
import orjson
from numpy.typing import NDArray

from simulator.contracts.measurements import NONE, Measurement

NO_TAGS: Mapping[str, Mapping[str, str]] = MappingProxyType({})

CACHED_NAMES = 1 << 18
"""Names kept ready; beyond it all are forgotten and made anew (assumption: more sensors than an ingest service has)."""

# What line protocol has no escape for: a line break, a backslash before a delimiter, a comment sign at the beginning.
_UNSAYABLE = re.compile(r"[\x00-\x1f\x7f\\]|:(?=[0-9a-f]{2})")
_ESCAPED = re.compile(r":([0-9a-f]{2})")
_IN_MEASUREMENT = re.compile(r"[, ]")
_IN_TAG = re.compile(r"[,= ]")


def measurement(text: str) -> str:
    """A measurement's name with commas and spaces escaped. Raises `ValueError` if it is empty."""
    if not text:
        raise ValueError("a measurement needs a name")
    said = _IN_MEASUREMENT.sub(r"\\\g<0>", _sayable(text))
    return f":23{said[1:]}" if said.startswith("#") else said


def tag(text: str) -> str:
    """The value of a tag with commas, equal signs and spaces escaped. Raises `ValueError` if it is empty."""
    if not text:
        raise ValueError("a tag needs a value")
    return _IN_TAG.sub(r"\\\g<0>", _sayable(text))


def original(text: str) -> str:
    """The name that a database shows, as it was before what line protocol cannot say was written as `:hh`."""
    return _ESCAPED.sub(lambda match: chr(int(match.group(1), 16)), text)


class LineWriter:
    """Writes blocks of readings as lines. What is the same in every line of a series is made once and kept.

    `tags` are further tags of all readings of a gateway, by its id; those under "" are for gateways that are not named.
    """

    def __init__(self, tags: Mapping[str, Mapping[str, str]] = NO_TAGS) -> None:
        self._tags = tags
        self._heads: dict[tuple[str, str], bytes] = {}

    def lines(
        self,
        gateway: str,
        sensors: Sequence[str],
        times_ms: NDArray[np.int64],
        values: NDArray[np.float64],
        quality: NDArray[np.uint8],
    ) -> bytes:
        """One line for each reading, each ended by a line break. `sensors` and the columns have the same length.

        `times_ms` in milliseconds of Unix time, `values` not finite where the sensor had no number, `quality` as in
        `Quality`. Raises `ValueError` for a sensor or a gateway without a name. Not for two threads at once.
        """
        numbers = _texts(values, np.float64)
        times = _texts(times_ms, np.int64)
        flags = quality.tolist()
        heads = self._of(gateway, sensors)
        finite = np.isfinite(values)
        if finite.all() and not quality.any():
            parts = zip(heads, numbers, times, strict=True)
            return b"".join([b"%bvalue=%b,quality=0i %b\n" % part for part in parts])
        return b"".join(
            [
                b"%bvalue=%b,quality=%di %b\n" % (head, number, flag, time)
                if there
                else b"%bquality=%di %b\n" % (head, flag, time)
                for head, number, flag, time, there in zip(heads, numbers, flags, times, finite.tolist(), strict=True)
            ]
        )

    def _of(self, gateway: str, sensors: Sequence[str]) -> list[bytes]:
        heads = self._heads
        found = [heads.get((gateway, sensor)) for sensor in sensors]
        if None in found:
            if len(heads) + len(sensors) > CACHED_NAMES:
                heads.clear()
            more = self._tags.get(gateway, self._tags.get("", {}))
            found = [heads.setdefault((gateway, sensor), _head(gateway, sensor, more)) for sensor in sensors]
        return [head for head in found if head is not None]


def to_lines(
    gateway: str,
    sensors: Sequence[str],
    times_ms: NDArray[np.int64],
    values: NDArray[np.float64],
    quality: NDArray[np.uint8],
) -> bytes:
    """What a new `LineWriter` writes. For more than one block a kept one is faster."""
    return LineWriter().lines(gateway, sensors, times_ms, values, quality)


def _head(gateway: str, sensor: str, more: Mapping[str, str]) -> bytes:
    """What stands before the fields. Tags are in the order of their keys, which is how the database keeps them."""
    component, _, quantity = sensor.rpartition("/")
    tags = {**more, "gateway": gateway} | ({"component": component} if component and quantity else {})
    pairs = "".join(f",{name}={tag(tags[name])}" for name in sorted(tags))
    return f"{measurement(quantity or sensor)}{pairs} ".encode()


def _texts(column: NDArray[np.float64] | NDArray[np.int64], kind: type[np.generic]) -> list[bytes]:
    """Each number in the fewest digits that give it back."""
    if not len(column):
        return []
    plain = np.ascontiguousarray(column, dtype=kind)
    return orjson.dumps(plain, option=orjson.OPT_SERIALIZE_NUMPY)[1:-1].split(b",")


def _sayable(text: str) -> str:
    return _UNSAYABLE.sub(lambda match: f":{ord(match.group()):02x}", text)


Value = float | int | str | bool | None

_IN_TEXT = re.compile(r'["\\]')
_BREAKS = re.compile(r"[\x00-\x1f\x7f]+")


class PointWriter:
    """Writes points. What stands before the fields is made once for each series and kept."""

    def __init__(self) -> None:
        self._heads: dict[tuple[str, ...], str] = {}

    def point(self, of: Measurement, tags: Mapping[str, str], fields: Mapping[str, Value], at_ms: int) -> bytes:
        """One line, ended by a line break; empty bytes if no field has a value.

        An empty tag is written as `NONE`. A field that is None or not finite is left out. Raises `ValueError` for tags
        other than exactly those declared, and for a field that is not declared or has another type.
        """
        if tags.keys() != set(of.tags):
            raise ValueError(f"{of.name} has the tags {', '.join(of.tags)}, not {', '.join(tags)}")
        said = [f"{name}={text}" for name, value in fields.items() if (text := _field(of, name, value)) is not None]
        if not said:
            return b""
        key = (of.name, *(tags[name] for name in of.tags))
        head = self._heads.get(key)
        if head is None:
            pairs = "".join(f",{name}={tag(tags[name] or NONE)}" for name in sorted(of.tags))
            head = self._heads[key] = measurement(of.name) + pairs
        return f"{head} {','.join(said)} {at_ms}\n".encode()


def _field(of: Measurement, name: str, value: Value) -> str | None:
    try:
        kind = of.field(name).type
    except KeyError as error:
        raise ValueError(str(error)) from None
    if value is None:
        return None
    if kind == "text":
        if not isinstance(value, str):
            raise ValueError(f"{of.name}.{name} is a text, not {value!r}")
        quoted = _IN_TEXT.sub(r"\\\g<0>", _BREAKS.sub(" ", value))
        return f'"{quoted}"'
    if isinstance(value, str):
        raise ValueError(f"{of.name}.{name} is a number, not {value!r}")
    if kind == "integer":
        if value != int(value):
            raise ValueError(f"{of.name}.{name} is a whole number, not {value!r}")
        return f"{int(value)}i"
    number = float(value)
    return repr(number) if math.isfinite(number) else None
