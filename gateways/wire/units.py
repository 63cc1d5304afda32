"""Our units as units of the SenML registry (RFC 8428, 12.1, with RFC 8798)."""

from __future__ import annotations

from dataclasses import dataclass


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
