"""SenML (RFC 8428): packs are resolved as section 4.6 says, and read and written as JSON; `cbor` does the rest.

And our units as units of the SenML registry (RFC 8428, 12.1, with RFC 8798).
"""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class SenmlUnit:
    """A registered unit, and what to multiply a value of ours with to have it in that unit."""

    symbol: str
    factor: float = 1.0


_SAME = (
    *("m", "kg", "s", "A", "K", "Hz", "N", "Pa", "J", "W", "V", "Ohm", "lx", "m2", "m3", "l", "m/s", "m/s2", "m3/s"),
    *("l/s", "W/m2", "bit/s", "lat", "lon", "pH", "dB", "count", "/", "%", "%RH", "%EL", "1/s", "1/min", "VA", "var"),
    *("Cel", "rad", "deg", "kg/m3"),
)

SENML_UNITS: dict[str, SenmlUnit] = {unit: SenmlUnit(unit) for unit in _SAME} | {
    "1": SenmlUnit("/"),
    "": SenmlUnit("/"),
    "pu": SenmlUnit("/"),
    "p.u.": SenmlUnit("/"),
    "veh": SenmlUnit("count"),
    "veh/s": SenmlUnit("1/s"),
    "veh/h": SenmlUnit("1/s", 1 / 3600),
    "°C": SenmlUnit("Cel"),
    "kW": SenmlUnit("W", 1e3),
    "MW": SenmlUnit("W", 1e6),
    "kV": SenmlUnit("V", 1e3),
    "kWh": SenmlUnit("J", 3.6e6),
    "bar": SenmlUnit("Pa", 1e5),
    "ms": SenmlUnit("s", 1e-3),
    "min": SenmlUnit("s", 60.0),
    "h": SenmlUnit("s", 3600.0),
    "m3/h": SenmlUnit("m3/s", 1 / 3600),
    "km/h": SenmlUnit("m/s", 1 / 3.6),
}
"""Registered unit by our unit. What stands here as a number without dimension is a ratio (`/`)."""


def registered(unit: str) -> SenmlUnit | None:
    """The registered unit for one of ours. None where the registry has none: then records carry no unit at all, as RFC
    8428 (4.5.2) allows, and the meta message names it."""
    return SENML_UNITS.get(unit)


VERSION = 10
"""The version of RFC 8428, and the default where a pack names none."""

ABSOLUTE_FROM = 2.0**28
"""Times from here on count from the Unix epoch, smaller ones from now (4.5.3)."""

Value = float | str | bool | bytes | None

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9:./_-]*\Z")
_VALUES = ("v", "vs", "vb", "vd")
_KNOWN = frozenset({"bn", "bt", "bu", "bv", "bs", "bver", "n", "u", "v", "vs", "vb", "vd", "s", "t", "ut"})
_NONE: Mapping[str, Any] = MappingProxyType({})


class SenmlError(ValueError):
    """A pack that may not be used, with the record (counted from 1) and the reason."""


@dataclass(frozen=True, slots=True)
class Record:
    """One resolved measurement. `time` is in Unix seconds, `sum` in the unit times seconds, `update_time` in seconds.

    `value` is None only where there is a sum instead. `extra` holds fields that the RFC does not define.
    """

    name: str
    time: float
    value: Value = None
    unit: str | None = None
    sum: float | None = None
    update_time: float | None = None
    extra: Mapping[str, Any] = field(default_factory=lambda: _NONE)


@dataclass(slots=True)
class _Base:
    """The base fields in force: each holds for its record and all after it until it is given again."""

    name: str = ""
    time: float = 0.0
    unit: str | None = None
    value: float | None = None
    sum: float | None = None
    version: int | None = None


def decode(payload: bytes | str, now: float | None = None) -> tuple[Record, ...]:
    """The resolved records of a pack, in chronological order.

    `now` (Unix seconds) is what relative times count from. Raises `SenmlError` for what is no valid pack, for a version
    above 10, for an unknown field that must be understood, and for a relative time where `now` is not given. Other
    unknown fields are kept as `extra`. A record of nothing but base fields is no measurement and yields none.
    """
    return resolve(loads(payload), now)


def loads(payload: bytes | str) -> list[Any]:
    """The records of a JSON pack as they stand there. Raises `SenmlError` for what is no array with a record."""
    try:
        pack = orjson.loads(payload)
    except orjson.JSONDecodeError as error:
        raise SenmlError(f"not JSON: {error}") from None
    if not isinstance(pack, list) or not pack:
        raise SenmlError("a pack is a JSON array with at least one record")
    return pack


def resolve(pack: Sequence[object], now: float | None = None) -> tuple[Record, ...]:
    """What `decode` returns, from records with the labels of JSON; `vd` may be octets instead of base64."""
    base = _Base()
    records = []
    for place, entry in enumerate(pack, 1):
        if not isinstance(entry, dict):
            raise SenmlError(f"record {place}: not an object")
        try:
            record = _resolve(entry, base, now)
        except SenmlError as error:
            raise SenmlError(f"record {place}: {error}") from None
        if record is not None:
            records.append(record)
    records.sort(key=lambda record: record.time)
    return tuple(records)


def encode(records: Iterable[Record]) -> bytes:
    """Resolved records as a JSON pack without base fields. Raises `SenmlError` for a record that is not valid."""
    return orjson.dumps(entries(records), default=_base64)


def entries(records: Iterable[Record]) -> list[dict[str, Any]]:
    """Resolved records as fields by their JSON label, `vd` as octets. Raises `SenmlError` like `encode`."""
    pack = []
    for record in records:
        _check_name(record.name)
        if record.time < ABSOLUTE_FROM:
            raise SenmlError(f"the time {record.time} of {record.name!r} is not absolute")
        entry: dict[str, Any] = {"n": record.name, "t": _finite(record.time, "t")}
        if record.unit is not None:
            entry["u"] = record.unit
        match record.value:
            case None if record.sum is None:
                raise SenmlError(f"{record.name!r} has neither a value nor a sum")
            case None:
                pass
            case bool():
                entry["vb"] = record.value
            case str():
                entry["vs"] = record.value
            case bytes():
                entry["vd"] = record.value
            case _:
                entry["v"] = _finite(record.value, "v")
        if record.sum is not None:
            entry["s"] = _finite(record.sum, "s")
        if record.update_time is not None:
            entry["ut"] = _finite(record.update_time, "ut")
        entry.update(record.extra)
        pack.append(entry)
    if not pack:
        raise SenmlError("a pack has at least one record")
    return pack


def _base64(value: object) -> str:
    if not isinstance(value, bytes):
        raise TypeError(f"{value!r} cannot be written as JSON")
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _resolve(entry: dict[str, Any], base: _Base, now: float | None) -> Record | None:
    _take_base(entry, base)
    values = [label for label in _VALUES if label in entry]
    if len(values) > 1:
        raise SenmlError(f"more than one value: {', '.join(values)}")
    extra = {label: value for label, value in entry.items() if label not in _KNOWN}
    for label in extra:
        if label.endswith("_"):
            raise SenmlError(f"field {label!r} must be understood, and is not")
    total = _number(entry, "s")
    if total is not None or base.sum is not None:
        total = (total or 0.0) + (base.sum or 0.0)
    if not values and total is None and base.value is None:
        if entry.keys() & {"n", "u", "t", "ut"}:
            raise SenmlError("neither a value nor a sum")
        return None
    name = base.name + _text(entry, "n", "")
    _check_name(name)
    time = base.time + (_number(entry, "t") or 0.0)
    if time < ABSOLUTE_FROM:
        if now is None:
            raise SenmlError(f"the time {time} counts from now, and nobody said when that is")
        time += now
    _finite(time, "the time")
    value: Value = None
    if values and values[0] != "v":
        value = _other_value(entry, values[0])
    elif values or (base.value is not None and total is None):
        value = _finite((_number(entry, "v") or 0.0) + (base.value or 0.0), "the value")
    if total is not None:
        _finite(total, "the sum")
    unit = _text(entry, "u", "") or base.unit
    return Record(name, time, value, unit, total, _number(entry, "ut"), MappingProxyType(extra) if extra else _NONE)


def _take_base(entry: dict[str, Any], base: _Base) -> None:
    base.name = _text(entry, "bn", base.name)
    base.unit = _text(entry, "bu", base.unit or "") or None
    if (time := _number(entry, "bt")) is not None:
        base.time = time
    if (value := _number(entry, "bv")) is not None:
        base.value = value
    if (total := _number(entry, "bs")) is not None:
        base.sum = total
    version = entry.get("bver", base.version if base.version is not None else VERSION)
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise SenmlError(f"bver must be a positive integer, not {version!r}")
    if version > VERSION:
        raise SenmlError(f"version {version} is newer than {VERSION}")
    if base.version is not None and version != base.version:
        raise SenmlError(f"version {version} differs from {base.version} before it")
    base.version = version


def _other_value(entry: dict[str, Any], label: str) -> Value:
    value = entry[label]
    if label == "vb":
        if not isinstance(value, bool):
            raise SenmlError(f"vb must be true or false, not {value!r}")
        return value
    if label == "vd" and isinstance(value, bytes):
        return value
    text = _text(entry, label, "")
    if label == "vs":
        return text
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise SenmlError("vd is not URL-safe base64") from None


def _number(entry: dict[str, Any], label: str) -> float | None:
    value = entry.get(label)
    if value is None and label not in entry:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise SenmlError(f"{label} must be a number, not {value!r}")
    return float(value)


def _text(entry: dict[str, Any], label: str, default: str) -> str:
    value = entry.get(label, default)
    if not isinstance(value, str):
        raise SenmlError(f"{label} must be a string, not {value!r}")
    return value


def _check_name(name: str) -> None:
    if not _NAME.match(name):
        raise SenmlError(f"{name!r} is no SenML name")


def _finite(value: float, label: str) -> float:
    if not math.isfinite(value):
        raise SenmlError(f"{label} is {value}, which SenML cannot say")
    return value
