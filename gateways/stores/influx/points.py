"""Points of the measurements beside readings, as line protocol: checked against their one declaration."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from gateways.stores.influx.lines import measurement, tag
from simulator.contracts.measurements import NONE, Measurement

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
