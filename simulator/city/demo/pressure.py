"""What pressure the published water network gives in truth, so that nothing is owed that it never gave."""

from __future__ import annotations

import math

import numpy as np

from simulator.city.layers.ground import Ground
from simulator.city.layers.levels import WATER_PRESSURE
from simulator.city.networks import Networks
from simulator.city.water_file import close_water_file, open_water_file
from simulator.contracts.city import Assumption

ENOUGH_M = 20.4
"""2.0 bar at ground floor (DVGW W 400-1) in metres of water."""

HOURS = 48
PSI_M = 0.70307
"""Metres of water in a pound per square inch."""


def pressure_minimum(ground: Ground, networks: Networks) -> tuple[dict[str, float], Assumption]:
    """Owed share of people with enough pressure, by district and for the city, where the network gives less than usual.

    Two days of pressure-driven hydraulics without any fault; the worst hour counts, rounded down to a per cent.
    """
    from epanet import toolkit as tk

    assert networks.water_file is not None
    project = open_water_file(networks.water_file)
    try:
        junctions = ground.of_kind("junction")
        index = [tk.getnodeindex(project, c.network_id) for c in junctions]
        to_m = PSI_M if int(tk.getoption(project, tk.PRESS_UNITS)) == tk.PSI else 1.0
        tk.setdemandmodel(project, tk.PDA, 0.0, ENOUGH_M / to_m, 0.5)
        tk.settimeparam(project, tk.DURATION, HOURS * 3600)
        tk.openH(project)
        tk.initH(project, tk.NOSAVE)
        shares: list[np.ndarray[tuple[int, ...], np.dtype[np.bool_]]] = []
        while True:
            tk.runH(project)
            shares.append(np.array([tk.getnodevalue(project, i, tk.PRESSURE) * to_m >= ENOUGH_M for i in index]))
            if tk.nextH(project) <= 0:
                break
        tk.closeH(project)
    finally:
        close_water_file(project)
    enough = np.array(shares, dtype=np.float64)
    weight = np.array([ground.weights.get(c.id, 0.0) for c in junctions])
    worst: dict[str, float] = {}
    for subject in ("city", *(d.id for d in ground.districts)):
        mine = np.array([subject in ("city", c.district) for c in junctions]) * weight
        worst[subject] = float((enough @ mine).min() / mine.sum())
    lower = {name: math.floor(share * 100) / 100 for name, share in worst.items() if share < WATER_PRESSURE}
    listed = ", ".join(f"{name} {share:.0%}" for name, share in lower.items())
    text = f"owed is 2 bar for {WATER_PRESSURE:.0%} of people" + (
        f"; where the published network gives less by itself, what it gives in its worst hour of two days: {listed}"
        if lower
        else ", which the published network gives everywhere"
    )
    return lower, Assumption("water pressure", text, "water-pressure")
