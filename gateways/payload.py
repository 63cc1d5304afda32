"""What goes over the wire: a pack of ours as SenML, and the status and meta messages of a gateway."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson

from gateways import senml, topics
from gateways.core import Block, Pack
from gateways.units import registered
from simulator.contracts.sensor import Quality, SensorCohort
from simulator.contracts.ticks import to_s

SCHEMA = 1
"""Version of our own fields; it stands in every message. Receivers take this one and all before it."""


def base_name(gateway: str) -> str:
    """What stands before every sensor name of a gateway: a device URN (RFC 9039) that ends where the name begins."""
    return f"urn:dev:city:{topics.level(gateway)}:"


@dataclass(frozen=True, slots=True)
class WireReading:
    """One reading as a receiver has it. `time` in Unix seconds of the town's clock; NaN where the sensor had none."""

    sensor: str
    time: float
    value: float
    unit: str | None
    quality: Quality


@dataclass(frozen=True, slots=True)
class WirePack:
    """A pack as a receiver has it."""

    gateway: str
    boot: int
    sequence: int
    readings: tuple[WireReading, ...]


class PackEncoder:
    """Writes packs as SenML JSON. The text around the numbers is made once for each cohort id and then joined.

    The first record carries `schema`, `restart` (the gateway's boot) and `seq`; each block starts with its base time
    and unit. `quality` stands only where it is not `GOOD`; a reading without a number is the string value "none".
    """

    def __init__(self, clock_start_unix: float) -> None:
        self._start = clock_start_unix
        self._heads: dict[tuple[str, bool], tuple[bytes, ...]] = {}

    def encode(self, pack: Pack) -> bytes:
        """The payload. Not for two threads at once."""
        # A base unit cannot be taken back, so a pack with a unit that the registry lacks names units record by record.
        based = all(registered(block.cohort.unit) for block in pack.blocks)
        numbered = f'{{"schema":{SCHEMA},"restart":{pack.boot},"seq":{pack.sequence},"bn":"{base_name(pack.gateway)}",'
        head = numbered.encode()
        parts = []
        for block in pack.blocks:
            unit = registered(block.cohort.unit)
            time = orjson.dumps(self._start + to_s(block.at))
            base_unit = b',"bu":' + orjson.dumps(unit.symbol) if unit is not None and based else b""
            parts.append(head + b'"bt":' + time + base_unit + b"," + self._records(block, based)[1:])
            head = b"{"
        return b"[" + b",".join(parts) + b"]"

    def _records(self, block: Block, based: bool) -> bytes:
        """The records of one block without the enclosing brackets."""
        key = (block.cohort.id, based)
        heads = self._heads.get(key)
        if heads is None:
            heads = self._heads[key] = _heads(block.cohort, based)
        heads = heads[block.first : block.first + len(block)]
        unit = registered(block.cohort.unit)
        values = block.values if unit is None or unit.factor == 1 else block.values * unit.factor
        numbers = orjson.dumps(np.ascontiguousarray(values), option=orjson.OPT_SERIALIZE_NUMPY)[1:-1].split(b",")
        if not block.quality.any() and np.isfinite(values).all():
            return b"},".join([head + number for head, number in zip(heads, numbers, strict=True)]) + b"}"
        records = []
        for head, number, quality in zip(heads, numbers, block.quality.tolist(), strict=True):
            value = head + number if number != b"null" else head[: -len(b'"v":')] + b'"vs":"none"'
            records.append(value + (b',"quality":%d}' % quality if quality else b"}"))
        return b",".join(records)


def decode_pack(payload: bytes) -> WirePack:
    """What a `PackEncoder` wrote. Raises `SenmlError` for anything else, and for a schema above ours."""
    records = senml.decode(payload)
    fields: dict[str, Any] = orjson.loads(payload)[0]
    try:
        schema, boot, sequence, base = fields["schema"], fields["restart"], fields["seq"], fields["bn"]
    except KeyError as error:
        raise senml.SenmlError(f"record 1: no field {error}") from None
    if not all(type(number) is int for number in (schema, boot, sequence)) or schema > SCHEMA:
        raise senml.SenmlError(f"record 1: schema {schema!r}, restart {boot!r}, seq {sequence!r} cannot be used")
    prefix = base_name("")[:-1]
    if not base.startswith(prefix) or not base.endswith(":"):
        raise senml.SenmlError(f"record 1: base name {base!r} is not one of a gateway")
    try:
        gateway = topics.plain(base[len(prefix) : -1])
    except ValueError as error:
        raise senml.SenmlError(f"record 1: base name {base!r}: {error}") from None
    return WirePack(gateway, boot, sequence, tuple(_reading(record, base) for record in records))


def _reading(record: senml.Record, base: str) -> WireReading:
    try:
        quality = Quality(record.extra.get("quality", Quality.GOOD))
        sensor = topics.plain(record.name.removeprefix(base))
    except ValueError as error:
        raise senml.SenmlError(f"{record.name!r}: {error}") from None
    number = record.value if isinstance(record.value, float) else float("nan")
    return WireReading(sensor, record.time, number, record.unit, quality)


def _heads(cohort: SensorCohort, based: bool) -> tuple[bytes, ...]:
    """What stands before the number in each sensor's record."""
    unit = registered(cohort.unit)
    middle = b"" if based or unit is None else b',"u":' + orjson.dumps(unit.symbol)
    return tuple(b'{"n":' + orjson.dumps(topics.name(sensor)) + middle + b',"v":' for sensor in cohort.sensors)


def status_message(gateway: str, state: str, time: float | None = None, boot: int | None = None) -> bytes:
    """A birth, a loss or an end: `state` is online, offline or ended, `time` the town's clock in Unix seconds.

    A last will knows no time: it is written before what it tells of.
    """
    message: dict[str, Any] = {"schema": SCHEMA, "gateway": gateway, "state": state}
    if time is not None:
        message["time"] = time
    if boot is not None:
        message["restart"] = boot
    return orjson.dumps(message)


def meta_message(gateway: str, cohorts: Iterable[SensorCohort]) -> bytes:
    """What packs leave out: which cohorts a gateway serves, what they measure, how well and how often."""
    described = []
    for cohort in cohorts:
        unit = registered(cohort.unit)
        described.append(
            {
                "id": cohort.id,
                "quantity": cohort.quantity,
                "unit": cohort.unit,
                "senml_unit": unit.symbol if unit else None,
                "accuracy": cohort.accuracy,
                "period_s": cohort.period_s,
                "phase_s": cohort.phase_s,
                "sensors": len(cohort.components),
            }
        )
    return orjson.dumps({"schema": SCHEMA, "gateway": gateway, "base_name": base_name(gateway), "cohorts": described})
