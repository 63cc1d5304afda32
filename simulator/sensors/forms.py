"""What each value fault makes of readings, as formulas over arrays.

Kinds after Ni et al., "Sensor network data fault types", ACM Transactions on Sensor Networks 5 (2009), article 25.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulator.contracts.fault import ActiveFault

Floats = NDArray[np.float64]

BEFORE_DISPLAY = ("sensor-bias", "sensor-drift", "sensor-noise", "sensor-spike")
"""Faults of the measurement itself, in the order in which they act; the display then rounds what comes."""

OF_DISPLAY = ("sensor-stuck", "sensor-clipping", "sensor-dropout")
"""Faults of what is shown, in the order in which they act."""


def biased(values: Floats, fault: ActiveFault) -> Floats:
    """`value + amount`, or `value (1 + amount)`."""
    amount = fault.number("amount")
    return values * (1.0 + amount) if fault.parameters["form"] == "proportional" else values + amount


def drifted(values: Floats, fault: ActiveFault, since_s: Floats) -> Floats:
    """With x the time since the beginning as a share of `reached_s`: `value + amount f(x)`, where f is x, x², or
    (eˣ - 1) / (e - 1), each 0 at the beginning and 1 after `reached_s`."""
    x = since_s / fault.number("reached_s")
    form = fault.parameters["form"]
    if form == "exponential":
        with np.errstate(over="ignore"):
            grown: Floats = np.expm1(x) / np.expm1(1.0)
    else:
        grown = x * x if form == "quadratic" else x
    return values + fault.number("amount") * grown


def noisy(values: Floats, fault: ActiveFault, normal: Floats) -> Floats:
    """`normal` is standard normal."""
    return values + fault.number("amount") * normal


def spiked(values: Floats, fault: ActiveFault, uniform: Floats) -> Floats:
    """`uniform` in [0, 1): a spike below `share`, half of them downwards."""
    share, amount = fault.number("share"), fault.number("amount")
    return values + np.where(uniform < share, np.where(uniform < share / 2, -amount, amount), 0.0)


def clipped(values: Floats, fault: ActiveFault) -> Floats:
    shown: Floats = np.clip(values, fault.number("lowest"), fault.number("highest"))
    return shown


def dropped(values: Floats, fault: ActiveFault, uniform: Floats) -> Floats:
    """No value where `uniform`, in [0, 1), lies below `share`."""
    return np.where(uniform < fault.number("share"), np.nan, values)
