"""What goes over the socket of the field side: JSON lines, in both directions.

    -> {"group": 0, "cohorts": [{"id": ..., "gateway": ..., "quantity": ..., "unit": ..., "components": [...], ...}]}
    -> {"n": 1, "group": 0, "at_unix": 1767225600.0, "values": [1.5, null], "quality": [0, 2]}
    <- {"ok": 1}

A group is described once a connection, under a number that the sender chooses. `n` rises on each connection. `ok` means
that every block up to that number is on the gateway's disk. `quality` may be left out if all readings are good. A block
that cannot be used is answered with {"refused": n, "why": ...} and counts as done, as are all blocks of a group whose
sensors are another gateway's. After a line that makes no sense at all, {"refused": null, "why": ...}, the gateway hangs
up.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from gateways.gateway.node.frames import cohorts_from
from simulator.contracts.sensor import Quality, SensorCohort, SensorGroup
from simulator.contracts.ticks import to_s, to_ticks

HOST = "127.0.0.1"
LINE_BYTES = 4 << 20
"""The longest line: some 200,000 readings (assumption)."""


class BadLine(ValueError):
    """A line that makes no sense; `n` is the number of its block, if it has one."""

    def __init__(self, why: str, n: int | None = None) -> None:
        super().__init__(why)
        self.n = n


@dataclass(frozen=True, slots=True)
class Described:
    """A group gets its number on this connection."""

    group: int
    cohorts: tuple[SensorCohort, ...]


@dataclass(frozen=True, slots=True)
class Sent:
    """A block of readings; `at` in milliseconds of Unix time."""

    n: int
    group: int
    at: int
    values: NDArray[np.float64]
    quality: NDArray[np.uint8]


def describe(group: int, cohorts: Iterable[SensorCohort]) -> bytes:
    return orjson.dumps({"group": group, "cohorts": [dataclasses.asdict(cohort) for cohort in cohorts]}) + b"\n"


def block(n: int, group: int, at: int, values: NDArray[np.float64], quality: NDArray[np.uint8]) -> bytes:
    fields: dict[str, Any] = {"n": n, "group": group, "at_unix": to_s(at), "values": np.ascontiguousarray(values)}
    if quality.any():
        fields["quality"] = quality.tolist()
    return orjson.dumps(fields, option=orjson.OPT_SERIALIZE_NUMPY) + b"\n"


def read(line: bytes) -> Described | Sent:
    """What one line says. Raises `BadLine`."""
    try:
        fields = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise BadLine(f"not JSON: {error}") from None
    if not isinstance(fields, dict) or type(fields.get("group")) is not int:
        raise BadLine("a line is a JSON object with the number of a group")
    if "cohorts" in fields:
        try:
            return Described(fields["group"], cohorts_from(orjson.dumps(fields["cohorts"])))
        except ValueError as error:
            raise BadLine(str(error)) from None
    n, at = fields.get("n"), fields.get("at_unix")
    if type(n) is not int or n < 0:
        raise BadLine("a block has a number n, 0 or more")
    if isinstance(at, bool) or not isinstance(at, int | float) or not (math.isfinite(at) and abs(at) < 1e12):
        raise BadLine(f"at_unix {at!r} is no Unix time", n)
    values = _array(fields.get("values"), n)
    return Sent(n, fields["group"], to_ticks(at), values, _flags(fields.get("quality"), len(values), n))


def mismatch(sent: Sent, group: SensorGroup) -> str | None:
    """Why a block cannot belong to its group, None if it can."""
    wanted = sum(len(cohort.components) for cohort in group.cohorts)
    return None if wanted == len(sent.values) else f"{len(sent.values)} values for {wanted} sensors"


def _array(values: object, n: int) -> NDArray[np.float64]:
    if not isinstance(values, list) or not values:
        raise BadLine("values are no list with at least one number", n)
    try:
        array = np.array(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise BadLine("values are not all numbers or null", n) from None
    if array.ndim != 1:
        raise BadLine("values are lists in a list", n)
    return array


def _flags(quality: object, count: int, n: int) -> NDArray[np.uint8]:
    if quality is None:
        return np.zeros(count, dtype=np.uint8)
    if not isinstance(quality, list) or len(quality) != count:
        raise BadLine("quality is no list as long as values", n)
    if not all(type(flag) is int and flag in _QUALITIES for flag in quality):
        raise BadLine("quality is not made of 0, 1 and 2", n)
    return np.array(quality, dtype=np.uint8)


_QUALITIES = frozenset(int(quality) for quality in Quality)
