"""Version 0: the flat JSON of gateways that are older than SenML. It is only read, and never changes again.

One object a message: `id` is the gateway, `ts` the time of all its readings in whole milliseconds of Unix time, and
`readings` maps each sensor's name, `component/quantity`, to its value in the unit that the quantity's name ends with.
`null` is a reading without a number. There is no unit, no quality and no sequence number.
"""

from __future__ import annotations

from typing import Any

import orjson

from gateways.wire.payload import WireBatch, WireReading
from gateways.wire.senml import SenmlError
from simulator.contracts.sensor import Quality

UNNUMBERED = 0
"""Boot of a pack whose sender does not number it. Its sequence is then its time in milliseconds, and has gaps."""


def read(payload: bytes) -> WireBatch:
    """The pack in a message. Raises `SenmlError`, as readers of all versions do, for what is none."""
    try:
        message: Any = orjson.loads(payload)
    except orjson.JSONDecodeError as error:
        raise SenmlError(f"not JSON: {error}") from None
    if not isinstance(message, dict):
        raise SenmlError("a message is a JSON object")
    gateway, stamp, values = message.get("id"), message.get("ts"), message.get("readings")
    if not isinstance(gateway, str) or not gateway:
        raise SenmlError(f"id must be the gateway's name, not {gateway!r}")
    if type(stamp) is not int or stamp < 0:
        raise SenmlError(f"ts must be milliseconds of Unix time, not {stamp!r}")
    if not isinstance(values, dict) or not values:
        raise SenmlError("readings must be an object with at least one reading")
    time = stamp / 1000
    return WireBatch(gateway, UNNUMBERED, stamp, tuple(_reading(name, time, values[name]) for name in values))


def _reading(name: str, time: float, value: object) -> WireReading:
    if not name:
        raise SenmlError("a reading has no name")
    if value is None:
        return WireReading(name, time, float("nan"), None, Quality.BAD)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise SenmlError(f"{name!r} must be a number or null, not {value!r}")
    return WireReading(name, time, float(value), None, Quality.GOOD)
