"""What UXsim itself counted, road by road and vehicle by vehicle."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.domains.traffic.engine import Engine


def entered(engine: Engine) -> NDArray[np.float64]:
    """Vehicles that entered each road since the run began."""
    last = int(engine._world.T) - 1
    return np.array([road.get_cum_arrival_np()[last] if last >= 0 else 0.0 for road in engine._roads])


def left(engine: Engine) -> NDArray[np.float64]:
    """Vehicles that left each road since the run began, at a junction or at the end of their trip."""
    last = int(engine._world.T) - 1
    return np.array([road.get_cum_departure_np()[last] if last >= 0 else 0.0 for road in engine._roads])


def vehicles(engine: Engine) -> list[Any]:
    """UXsim's vehicles, one for each platoon, in the order in which they set out."""
    engine._world._register_new_cpp_vehicles()
    return list(engine._world.VEHICLES.values())


def arrived(engine: Engine) -> int:
    """Vehicles that ended their trip since the run began."""
    return sum(vehicle.state == "end" for vehicle in vehicles(engine)) * engine.platoon
