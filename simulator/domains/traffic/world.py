"""The town's roads as a world of UXsim 1.15.1, C++ core: platoons, kinematic waves, route choice by travel time.

Seo, T. (2025), UXsim: lightweight mesoscopic traffic flow simulator in pure Python; doi 10.21105/joss.07617.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from typing import Any

from simulator.contracts.problem import BadInput, Problem
from simulator.domains.traffic.demand import Departures
from simulator.domains.traffic.model import Programme, RoadModel

ROUTE_UPDATE_S = 1800
"""Time between two updates of the drivers' route preferences; longer is the cheapest saving (assumption)."""

JAM_VEH_M_LANE = 0.2
"""Density of a standing queue: UXsim's default, 5 m a car."""


def require_uxsim() -> None:
    """Raises `BadInput` with what to install if the traffic engine is not there."""
    if importlib.util.find_spec("uxsim") is None:
        what = "the city has roads, but the traffic engine (uxsim) is not installed"
        raise BadInput([Problem("city.yaml", 0, "roads", what, "pip install stadtwerk[traffic]")])


def build_world(
    model: RoadModel,
    trips: Departures,
    programmes: Mapping[int, Programme],
    duration_s: float,
    seed: int,
    route_update_s: int = ROUTE_UPDATE_S,
) -> Any:
    """A UXsim world with these roads, signals and platoons, ready to run."""
    from uxsim import World  # 0.9 s, and an extra of the package

    world = World(
        name="",
        deltan=trips.size,
        # A little more than the run: at its last step UXsim would analyse every vehicle.
        tmax=duration_s + 2 * trips.size,
        duo_update_time=route_update_s,
        random_seed=seed,
        print_mode=0,
        save_mode=0,
        show_mode=0,
        vehicle_logging_timestep_interval=-1,
        cpp=True,
    )
    # After each call UXsim copies the state of every vehicle into Python. Without that, VEHICLES_LIVING,
    # VEHICLES_RUNNING and the analyzer's average speed go stale; nothing here reads them.
    world._sync_from_cpp = lambda: None
    # Nor are the grids behind UXsim's diagrams wanted, which cost a hundred megabytes for 1,500 roads.
    world._skip_analyzer_setup = True
    phase = {
        road: group
        for programme in programmes.values()
        for road, group in zip(programme.approaches, programme.groups, strict=True)
    }
    for i, name in enumerate(model.nodes):
        greens = list(programmes[i].greens_s) if i in programmes else [0]
        world.addNode(name, float(model.x_m[i]), float(model.y_m[i]), signal=greens)
    for i, name in enumerate(model.roads):
        capacity = float(model.capacity_veh_s[i])
        world.addLink(
            name,
            model.nodes[model.start[i]],
            model.nodes[model.end[i]],
            length=float(model.length_m[i]),
            free_flow_speed=float(model.free_speed_m_s[i]),
            jam_density_per_lane=JAM_VEH_M_LANE,
            number_of_lanes=int(model.lanes[i]),
            capacity_in=capacity,
            capacity_out=capacity,
            signal_group=phase.get(i, 0),
        )
    step_s = world.DELTAT
    for at_s, origin, destination in zip(
        trips.at_s.tolist(), trips.origin.tolist(), trips.destination.tolist(), strict=True
    ):
        # On a whole step, or rounding may make two platoons of one or none.
        world.addVehicle(model.nodes[origin], model.nodes[destination], int(at_s // step_s) * step_s)
    world.finalize_scenario()
    return world
