"""Alerts: no variables there, every run that writes just now counts."""

from __future__ import annotations

from collections.abc import Sequence

from dashboards.influxql import Where, equal, field, tag, where_of
from simulator.contracts.measurements import AFFECTED, GATEWAY, MODE, Measurement


def _alert(of: Measurement, name: str, where: Where, by: Sequence[str]) -> str:
    grouped = ", ".join(tag(of, one) for one in by)
    conditions = where_of(where)
    return f'SELECT LAST({field(of, name)}) AS "{name}" FROM "{of.name}" WHERE {conditions} GROUP BY {grouped}'


def alert_water() -> str:
    """People below the limit of what belongs to drinking water."""
    where = [equal(AFFECTED, "measure", "water-supply", "litres-per-person")]
    return _alert(AFFECTED, "people", where, ("run", "city", "measure"))


def alert_fallbacks(kind: str) -> str:
    """Fallbacks that are left behind the present mode of a lifeline; -1 once it serves nothing."""
    return _alert(MODE, "fallbacks_left", [equal(MODE, "kind", kind)], ("run", "city", "component", "district"))


def alert_silent() -> str:
    """Seconds since each gateway was heard."""
    return _alert(GATEWAY, "silent_s", [], ("run", "city", "gateway", "district"))
