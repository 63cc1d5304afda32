"""One entry of a city folder, whether a row of a table or a node of YAML, read field by field."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from simulator.contracts.component import Value

Report = Callable[[str, str, str], None]
"""Called with field, what is wrong, how to mend it."""

PARAMETER_CELL = "write parameters as name=value; name=value"


class Fields:
    """Typed access to the values of one entry. What is wrong is reported, and a harmless value given back."""

    def __init__(self, raw: Mapping[str, Any], report: Report) -> None:
        self._raw = raw
        self._report = report

    def has(self, name: str) -> bool:
        return self._raw.get(name) not in (None, "")

    def text(self, name: str, default: str = "") -> str:
        return str(self._raw[name]) if self.has(name) else default

    def number(
        self, name: str, default: float | None = None, low: float | None = None, high: float | None = None
    ) -> float:
        """A finite number within bounds; without a default it must be there."""
        if not self.has(name):
            if default is None:
                self._report(name, "is missing", "give a number")
            return 0.0 if default is None else default
        raw = self._raw[name]
        try:
            value = float("nan") if isinstance(raw, bool) else float(raw)
        except (TypeError, ValueError):
            value = math.nan
        if not math.isfinite(value):
            self._report(name, f"{raw!r} is not a finite number", "write it like 12.5, without unit")
        elif low is not None and value < low:
            self._report(name, f"{value:g} is impossible", f"give at least {low:g}")
        elif high is not None and value > high:
            self._report(name, f"{value:g} is impossible", f"give at most {high:g}")
        else:
            return value
        return low or 0.0

    def whole(self, name: str, low: int, high: int) -> int | None:
        """A whole number within bounds, None where it is not given."""
        if not self.has(name):
            return None
        value = self.number(name, low=float(low), high=float(high))
        if value != int(value):
            self._report(name, f"{value:g} is not a whole number", "leave the decimals out")
        return int(value)

    def names(self, name: str) -> tuple[str, ...]:
        return tuple(str(item) for item in self._raw.get(name) or ())

    def listed(self, name: str) -> tuple[str, ...]:
        """Names: a list in YAML, `one; two` in a table."""
        raw = self._raw.get(name) or ()
        parts = raw.split(";") if isinstance(raw, str) else raw
        return tuple(str(part).strip() for part in parts if str(part).strip())

    def parameters(self) -> dict[str, Value]:
        """The entry's parameters: a mapping in YAML, `name=value; name=value` in a table."""
        raw = self._raw.get("parameters") or {}
        if isinstance(raw, str):
            pairs = [pair.partition("=") for pair in raw.split(";") if pair.strip()]
            for key, sign, _ in pairs:
                if not sign:
                    self._report("parameters", f"{key.strip()!r} has no value", PARAMETER_CELL)
            return {key.strip(): _typed(value.strip()) for key, sign, value in pairs if sign}
        return {str(key): value if isinstance(value, bool | str) else float(value) for key, value in raw.items()}


def _typed(text: str) -> Value:
    if text.lower() in ("yes", "true", "no", "false"):
        return text.lower() in ("yes", "true")
    try:
        return float(text)
    except ValueError:
        return text


def cell(value: Value) -> str:
    """A parameter's value as a table shows it; `Fields.parameters` reads it back."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else f"{value!r}".removesuffix(".0")
