"""What goes over the wire: a pack of ours as SenML, and the status and meta messages of a gateway."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from gateways.wire import senml, topics
from gateways.wire.senml import registered
from simulator.contracts.sensor import Quality, Readings, SensorCohort, SensorGroup
from simulator.contracts.ticks import to_s

SCHEMA = 1
"""Version of our own fields; it stands in every message. Receivers take this one and all before it."""


@dataclass(frozen=True, slots=True)
class Block:
    """Neighbouring readings of one group at one tick: `values[i]` is of the group's sensor `first + i`."""

    group: SensorGroup
    at: int
    first: int
    values: NDArray[np.float64]
    quality: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.values)


def block_of(readings: Readings, first: int = 0, end: int | None = None) -> Block:
    """A part of a group's readings, without copying them; all of it by default."""
    if first == 0 and (end is None or end == len(readings.values)):
        return Block(readings.group, readings.at, 0, readings.values, readings.quality)
    part = slice(first, end)
    return Block(readings.group, readings.at, first, readings.values[part], readings.quality[part])


@dataclass(frozen=True, slots=True)
class Batch:
    """What a gateway sends at once, in order of time. (gateway, boot, sequence) names it once and for all."""

    gateway: str
    boot: int
    sequence: int
    blocks: tuple[Block, ...]

    def __len__(self) -> int:
        return sum(len(block) for block in self.blocks)


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
class WireBatch:
    """A pack as a receiver has it.

    `boot` counts from 1; 0 means that the sender does not number its packs (see `versions`). `lowest` is the lowest
    sequence of that boot which the gateway still has; None where it does not say.
    """

    gateway: str
    boot: int
    sequence: int
    readings: tuple[WireReading, ...]
    lowest: int | None = None


class BatchEncoder:
    """Writes packs as SenML JSON. The text around the numbers is made once for each cohort id and then joined.

    The first record carries `schema`, `restart` (the gateway's boot) and `seq`; each cohort's records start with their
    base time and unit. `quality` stands only where it is not `GOOD`; a reading without a number is the string value
    "none".
    """

    def __init__(self, clock_start_unix: float) -> None:
        self._start = clock_start_unix
        self._heads: dict[tuple[str, bool], tuple[bytes, ...]] = {}

    def encode(self, pack: Batch, lowest: int | None = None) -> bytes:
        """The payload. `lowest` is the lowest sequence of its boot that the gateway still has, and is said where it is
        given. Not for two threads at once."""
        # A base unit cannot be taken back, so a pack with a unit that the registry lacks names units record by record.
        based = all(registered(unit) for block in pack.blocks for unit in _units(block))
        kept = "" if lowest is None else f'"lowest":{lowest},'
        numbered = f'{{"schema":{SCHEMA},"restart":{pack.boot},"seq":{pack.sequence},{kept}'
        head = f'{numbered}"bn":"{base_name(pack.gateway)}",'.encode()
        parts = []
        for block in pack.blocks:
            time = orjson.dumps(self._start + to_s(block.at))
            for cohort, own, here in block.group.parts(block.first, block.first + len(block)):
                unit = registered(cohort.unit)
                base_unit = b',"bu":' + orjson.dumps(unit.symbol) if unit is not None and based else b""
                records = self._records(cohort, own, block.values[here], block.quality[here], based)
                parts.append(head + b'"bt":' + time + base_unit + b"," + records[1:])
                head = b"{"
        return b"[" + b",".join(parts) + b"]"

    def _records(
        self, cohort: SensorCohort, own: slice, values: NDArray[np.float64], flags: NDArray[np.uint8], based: bool
    ) -> bytes:
        """The records of some of a cohort's sensors without the enclosing brackets."""
        key = (cohort.id, based)
        heads = self._heads.get(key)
        if heads is None:
            heads = self._heads[key] = _heads(cohort, based)
        heads = heads[own]
        unit = registered(cohort.unit)
        if unit is not None and unit.factor != 1:
            with np.errstate(over="ignore"):  # what no number can hold any more is sent as no value
                values = values * unit.factor
        numbers = orjson.dumps(np.ascontiguousarray(values), option=orjson.OPT_SERIALIZE_NUMPY)[1:-1].split(b",")
        if not flags.any() and np.isfinite(values).all():
            return b"},".join([head + number for head, number in zip(heads, numbers, strict=True)]) + b"}"
        records = []
        for head, number, quality in zip(heads, numbers, flags.tolist(), strict=True):
            value = head + number if number != b"null" else head[: -len(b'"v":')] + b'"vs":"none"'
            records.append(value + (b',"quality":%d}' % quality if quality else b"}"))
        return b",".join(records)


def decode_batch(payload: bytes) -> WireBatch:
    """What a `BatchEncoder` wrote. Raises `SenmlError` for anything else, and for a schema above ours."""
    return wire_batch(senml.loads(payload))


def wire_batch(entries: Sequence[Any]) -> WireBatch:
    """A pack from its records under the labels of JSON, however they came. Raises `SenmlError` like `decode_batch`."""
    records = senml.resolve(entries)
    fields: dict[str, Any] = entries[0]
    try:
        schema, boot, sequence, base = fields["schema"], fields["restart"], fields["seq"], fields["bn"]
    except KeyError as error:
        raise senml.SenmlError(f"record 1: no field {error}") from None
    lowest = fields.get("lowest", sequence)
    if not all(type(number) is int and number >= 0 for number in (schema, boot, sequence, lowest)):
        raise senml.SenmlError(f"record 1: schema {schema!r}, restart {boot!r}, seq {sequence!r} cannot be used")
    if schema > SCHEMA:
        raise senml.SenmlError(f"record 1: schema {schema} is newer than {SCHEMA}")
    if boot < 1 or lowest > sequence:
        raise senml.SenmlError(f"record 1: restart {boot}, seq {sequence} and lowest {lowest} do not fit together")
    prefix = base_name("")[:-1]
    if not base.startswith(prefix) or not base.endswith(":"):
        raise senml.SenmlError(f"record 1: base name {base!r} is not one of a gateway")
    try:
        gateway = topics.plain(base[len(prefix) : -1])
    except ValueError as error:
        raise senml.SenmlError(f"record 1: base name {base!r}: {error}") from None
    readings = tuple(_reading(record, base) for record in records)
    return WireBatch(gateway, boot, sequence, readings, fields.get("lowest"))


def _reading(record: senml.Record, base: str) -> WireReading:
    try:
        quality = Quality(record.extra.get("quality", Quality.GOOD))
        sensor = topics.plain(record.name.removeprefix(base))
    except ValueError as error:
        raise senml.SenmlError(f"{record.name!r}: {error}") from None
    number = record.value if isinstance(record.value, float) else float("nan")
    return WireReading(sensor, record.time, number, record.unit, quality)


def _units(block: Block) -> Iterator[str]:
    return (cohort.unit for cohort, _, _ in block.group.parts(block.first, block.first + len(block)))


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
