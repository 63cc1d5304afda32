"""Version 2: the fields of version 1 as SenML CBOR (RFC 8428, section 6)."""

from __future__ import annotations

from collections.abc import Mapping

import cbor2
import numpy as np
from numpy.typing import NDArray

from gateways.wire import cbor, topics
from gateways.wire.payload import SCHEMA, Batch, WireBatch, base_name, wire_batch
from gateways.wire.senml import SenmlUnit, registered
from simulator.contracts.sensor import SensorCohort
from simulator.contracts.ticks import to_s

_ARRAY, _MAP = 4, 5
_VALUE = cbor2.dumps(cbor.LABELS["v"]) + b"\xfb"
_NO_NUMBER = cbor2.dumps(cbor.LABELS["vs"]) + cbor2.dumps("none")
_QUALITY = cbor2.dumps("quality")


def read(payload: bytes) -> WireBatch:
    """What an `Encoder` wrote. Raises `SenmlError` for anything else, and for a schema above ours."""
    return wire_batch(cbor.loads(payload))


class Encoder:
    """Writes packs as SenML CBOR, with the records and fields of version 1.

    Values are doubles, whatever they are, so that a record is text made once a cohort and eight bytes.
    """

    def __init__(self, clock_start_unix: float) -> None:
        self._start = clock_start_unix
        self._heads: dict[tuple[str, bool], tuple[bytes, ...]] = {}

    def encode(self, pack: Batch, lowest: int | None = None) -> bytes:
        """The payload; `lowest` as in version 1. Not for two threads at once."""
        parts = [
            (block, *part) for block in pack.blocks for part in block.group.parts(block.first, block.first + len(block))
        ]
        units = {cohort.id: registered(cohort.unit) for _, cohort, _, _ in parts}
        based = all(units.values())
        fields: dict[str, object] = {"bn": base_name(pack.gateway)}
        numbers = {"schema": SCHEMA, "restart": pack.boot, "seq": pack.sequence, "lowest": lowest}
        fields |= {name: number for name, number in numbers.items() if number is not None}
        records: list[bytes] = []
        for block, cohort, own, here in parts:
            unit = units[cohort.id]
            fields["bt"] = self._start + to_s(block.at)
            if unit is not None and based:
                fields["bu"] = unit.symbol
            heads = self._of(cohort, unit, based)[own]
            records += _records(
                heads,
                _scaled(block.values[here], unit),
                block.quality[here],
                fields,
                2 + (not based and unit is not None),
            )
            fields = {}
        return _head(_ARRAY, len(records)) + b"".join(records)

    def _of(self, cohort: SensorCohort, unit: SenmlUnit | None, based: bool) -> tuple[bytes, ...]:
        """What stands before the value in each sensor's record, without the head of its map."""
        key = (cohort.id, based)
        if key not in self._heads:
            n, u = cbor2.dumps(cbor.LABELS["n"]), cbor2.dumps(cbor.LABELS["u"])
            middle = b"" if based or unit is None else u + cbor2.dumps(unit.symbol)
            self._heads[key] = tuple(n + cbor2.dumps(topics.name(sensor)) + middle for sensor in cohort.sensors)
        return self._heads[key]


def _scaled(values: NDArray[np.float64], unit: SenmlUnit | None) -> NDArray[np.float64]:
    return values if unit is None or unit.factor == 1 else values * unit.factor


def _records(
    heads: tuple[bytes, ...],
    values: NDArray[np.float64],
    flags: NDArray[np.uint8],
    fields: Mapping[str, object],
    size: int,
) -> list[bytes]:
    """A record for each value: `size` fields in each, and `fields` besides in the first."""
    doubles = values.astype(">f8").tobytes()
    plain = _head(_MAP, size)
    if not flags.any() and np.isfinite(values).all():
        records = [plain + head + _VALUE + doubles[8 * i : 8 * i + 8] for i, head in enumerate(heads)]
    else:
        records = []
        for i, (head, finite, quality) in enumerate(
            zip(heads, np.isfinite(values).tolist(), flags.tolist(), strict=True)
        ):
            value = _VALUE + doubles[8 * i : 8 * i + 8] if finite else _NO_NUMBER
            said = _QUALITY + cbor2.dumps(quality) if quality else b""
            records.append(_head(_MAP, size + bool(quality)) + head + value + said)
    more = b"".join(cbor2.dumps(cbor.LABELS.get(label, label)) + cbor2.dumps(value) for label, value in fields.items())
    count = records[0][0] & 0x1F
    records[0] = _head(_MAP, count + len(fields)) + records[0][1:] + more
    return records


def _head(kind: int, count: int) -> bytes:
    """The first bytes of an array or a map with so many entries (RFC 8949, 3)."""
    whole = cbor2.dumps(count)
    return bytes([whole[0] | kind << 5]) + whole[1:]
