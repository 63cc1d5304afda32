"""Electricity meters of households: each reads its share of what its local substation supplies."""

from __future__ import annotations

import numpy as np

from simulator.contracts.problem import BadInput, Problem
from simulator.coupling.quantities import Quantity
from simulator.coupling.runtime import Runtime
from simulator.domains.energy.model import Floats
from simulator.domains.energy.readout import Readout

METER = "household-meter"


def register_meters(runtime: Runtime, readout: Readout, bus_at: dict[str, int]) -> None:
    """Make `household_w` readable at all meters of the city. Raises `BadInput` for one at a bus that is not there."""
    city = runtime.city
    meters = city.of_kind(METER)
    unknown = [meter for meter in meters if meter.text("bus") not in bus_at]
    if unknown:
        where = str(city.folder or city.name)
        what = "{!r} is no bus of the grid"
        raise BadInput(
            Problem(where, 0, f"{m.id}.parameters.bus", what.format(m.text("bus")), "name a bus") for m in unknown
        )
    at = np.array([bus_at[meter.text("bus")] for meter in meters], dtype=np.int64)
    share = np.array([meter.number("share") for meter in meters])

    def read() -> Floats:
        return np.asarray(readout.load[at] * share)

    runtime.quantities.register(Quantity("household_w", "W", tuple(meter.id for meter in meters), read))
