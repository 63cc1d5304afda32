"""What goes over the wire: a pack of ours as SenML, and the status and meta messages of a gateway."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
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
    """Writes packs as SenML JSON. The text around the numbers is made once for each cohort and then joined.

    The first record carries `schema`, `restart` (the gateway's boot) and `seq`; each block starts with its base time
    and unit. `quality` stands only where it is not `GOOD`; a reading without a number is the string value "none".
    """

    def __init__(self, clock_start_unix: float) -> None:
        self._start = clock_start_unix
        self._heads = cache(_heads)

    def encode(self, pack: Pack) -> bytes:
        parts = [b"["]
        head = (
            f'{{"schema":{SCHEMA},"restart":{pack.boot},"seq":{pack.sequence},"bn":"{base_name(pack.gateway)}","bver":'
            f"{senml.VERSION},"
        ).encode()
        for block in pack.blocks:
            unit = registered(block.cohort.unit)
            # An empty base unit takes back the one before it.
            symbol = orjson.dumps(unit.symbol if unit else "")
            time = orjson.dumps(self._start + to_s(block.at))
            parts += (head, b'"bt":', time, b',"bu":', symbol, b",", self._records(block)[1:], b",")
            head = b"{"
        parts[-1] = b"]"
        return b"".join(parts)

    def _records(self, block: Block) -> bytes:
        """The records of one block without the enclosing brackets."""
        heads = self._heads(block.cohort)[block.first : block.first + len(block)]
        unit = registered(block.cohort.unit)
        values = block.values if unit is None or unit.factor == 1 else block.values * unit.factor
        plain = not block.quality.any() and bool(np.isfinite(values).all())
        numbers = orjson.dumps(np.ascontiguousarray(values), option=orjson.OPT_SERIALIZE_NUMPY)[1:-1].split(b",")
        if plain:
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
    return WirePack(topics.plain(base[len(prefix) : -1]), boot, sequence, tuple(_reading(r, base) for r in records))


def _reading(record: senml.Record, base: str) -> WireReading:
    try:
        quality = Quality(record.extra.get("quality", Quality.GOOD))
    except ValueError:
        raise senml.SenmlError(f"{record.name!r}: no such quality: {record.extra['quality']!r}") from None
    value = record.value
    number = float(value) if isinstance(value, float) else float("nan")
    return WireReading(topics.plain(record.name.removeprefix(base)), record.time, number, record.unit, quality)


def _heads(cohort: SensorCohort) -> tuple[bytes, ...]:
    return tuple(b'{"n":' + orjson.dumps(topics.name(sensor)) + b',"v":' for sensor in cohort.sensors)


def status_message(gateway: str, state: str, time: float, boot: int | None = None) -> bytes:
    """A birth, a loss or an end: `state` is online, offline or ended, `time` the town's clock in Unix seconds."""
    message: dict[str, Any] = {"schema": SCHEMA, "gateway": gateway, "state": state, "time": time}
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
