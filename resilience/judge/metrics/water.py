"""Figures of a water network at one moment, or over a time, from what a hydraulic engine computed."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

SECONDS_A_DAY = 86400.0


def service_availability(delivered_m3_s: ArrayLike, expected_m3_s: ArrayLike) -> Floats:
    """Water service availability, delivered / expected (Ostfeld et al. 2002): elementwise, NaN where none is expected.

    Sum over time, over junctions or both beforehand for the availability of a junction, an instant or the network.
    """
    got, asked = np.asarray(delivered_m3_s, dtype=np.float64), np.asarray(expected_m3_s, dtype=np.float64)
    found = np.full(np.broadcast(got, asked).shape, np.nan)
    np.divide(got, asked, out=found, where=asked != 0)
    return found


def people_below_pressure(pressure_m: ArrayLike, people: ArrayLike, limit_m: float) -> float:
    """People at junctions whose pressure is below the limit, in metres of water: 20.4 m are 2.0 bar (DVGW W 400-1)."""
    low = np.asarray(pressure_m, dtype=np.float64) < limit_m
    return float(np.asarray(people, dtype=np.float64)[low].sum())


def todini_index(
    demand_m3_s: ArrayLike,
    head_m: ArrayLike,
    pressure_m: ArrayLike,
    required_m: float,
    source_m3_s: ArrayLike,
    source_head_m: ArrayLike,
    pump_m3_s: ArrayLike = (),
    pump_gain_m: ArrayLike = (),
) -> float:
    """Resilience index of a looped network at one moment (Todini 2000), the share of surplus power that is not lost.

        (sum q h - sum q h*) / (sum Q H + sum pump power - sum q h*)

    Junctions have demand q, head h = elevation + `pressure_m`, and need h* = elevation + `required_m`. Sources
    (reservoirs) give Q at head H; pumps lift their flow by `pump_gain_m`, whose sign does not count. Powers are divided
    by the specific weight of water. Tanks stand on neither side, as in WNTR's function of this name. NaN where there is
    no power to spare.
    """
    q, h = np.asarray(demand_m3_s, dtype=np.float64), np.asarray(head_m, dtype=np.float64)
    needed = float(np.dot(q, h - np.asarray(pressure_m, dtype=np.float64) + required_m))
    given = float(np.dot(np.asarray(source_m3_s, dtype=np.float64), np.asarray(source_head_m, dtype=np.float64)))
    lifted = np.abs(np.asarray(pump_gain_m, dtype=np.float64))
    given += float(np.dot(np.asarray(pump_m3_s, dtype=np.float64), lifted))
    return (float(np.dot(q, h)) - needed) / (given - needed) if given != needed else float("nan")


def litres_per_person_d(delivered_m3: float, people: int, window_s: float) -> float:
    """Litres for each person and day, to be held against norm wassv-person (1. WasSV § 2).

    Raises `ValueError` for nobody or no time.
    """
    if people <= 0 or window_s <= 0:
        raise ValueError("litres for each person and day need people and time")
    return delivered_m3 * 1000.0 / people / (window_s / SECONDS_A_DAY)
