"""Hydraulic powers of a network at one moment, divided by the specific weight of water (m4/s), for Todini's index."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from simulator.contracts.figures import ARRIVING, GIVEN, NEEDED


def powers(
    demand_m3_s: ArrayLike,
    head_m: ArrayLike,
    pressure_m: ArrayLike,
    required_m: float,
    source_m3_s: ArrayLike,
    source_head_m: ArrayLike,
    pump_m3_s: ArrayLike = (),
    pump_gain_m: ArrayLike = (),
) -> dict[str, float]:
    """Power that arrives, that is needed, and that is put in (Todini 2000), by the names of `contracts.figures`.

    Junctions have demand q, head h = elevation + `pressure_m`, and need h* = elevation + `required_m`: sum q h arrives,
    sum q h* is needed. Sources (reservoirs) give Q at head H; pumps lift their flow by `pump_gain_m`, whose sign does
    not count. Tanks stand on neither side, as in WNTR's function of this name.
    """
    q, h = np.asarray(demand_m3_s, dtype=np.float64), np.asarray(head_m, dtype=np.float64)
    needed = float(np.dot(q, h - np.asarray(pressure_m, dtype=np.float64) + required_m))
    given = float(np.dot(np.asarray(source_m3_s, dtype=np.float64), np.asarray(source_head_m, dtype=np.float64)))
    lifted = np.abs(np.asarray(pump_gain_m, dtype=np.float64))
    given += float(np.dot(np.asarray(pump_m3_s, dtype=np.float64), lifted))
    return {ARRIVING: float(np.dot(q, h)), NEEDED: needed, GIVEN: given}
