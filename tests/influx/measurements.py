"""Every measurement that is declared, by name."""

from __future__ import annotations

from simulator.contracts import measurements

MEASUREMENTS = {one.name: one for one in vars(measurements).values() if isinstance(one, measurements.Measurement)}
