"""What the published water network gives by itself, so that nothing is owed that it never gave."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from simulator.city.layers.ground import Ground
from simulator.city.layers.levels import WATER_PRESSURE, WATER_SUPPLY
from simulator.city.networks import Networks
from simulator.city.water_file import close_water_file, open_water_file
from simulator.contracts.city import Assumption

Floats = NDArray[np.float64]

ENOUGH_M = 20.4
"""2.0 bar at ground floor (DVGW W 400-1) in metres of water."""

DAYS = 3
STEP_S = 900
MARGIN = 0.01
"""Owed is a per cent less than the worst that was seen: another time step sees a slightly other worst."""

PSI_M = 0.70307
"""Metres of water in a pound per square inch."""


@dataclass(frozen=True)
class WaterBaseline:
    """Minima by measure and subject (district or `city`), where the network gives less than is owed elsewhere."""

    minima: Mapping[tuple[str, str], float] = field(default_factory=dict)
    assumptions: tuple[Assumption, ...] = ()


def water_baseline(ground: Ground, networks: Networks) -> WaterBaseline:
    """Three days of pressure-driven hydraulics without any fault; the worst quarter of an hour counts."""
    junctions = ground.of_kind("junction")
    enough, required, delivered = _three_days(networks, [c.network_id for c in junctions])
    weight = np.array([ground.weights.get(c.id, 0.0) for c in junctions])
    minima: dict[tuple[str, str], float] = {}
    notes = []
    for subject in ("city", *(district.id for district in ground.districts)):
        mine = np.array([subject in ("city", c.district) for c in junctions], dtype=np.float64)
        supply = float(((delivered @ mine) / np.maximum(required @ mine, 1e-12)).min())
        pressure = float((enough @ (mine * weight)).min() / (mine @ weight))
        for measure, worst, owed in (
            ("water-supply", supply, WATER_SUPPLY),
            ("water-pressure", pressure, WATER_PRESSURE),
        ):
            if worst - MARGIN < owed:
                lowered = max(0.0, math.floor((worst - MARGIN) * 100) / 100)
                minima[measure, subject] = lowered
                text = f"owed is {lowered:.0%}, since the network gives {worst:.1%} at its worst without any fault"
                notes.append(Assumption(f"{measure}-{subject}", text))
    return WaterBaseline(minima, tuple(notes))


def _three_days(networks: Networks, names: list[str]) -> tuple[Floats, Floats, Floats]:
    """Whether pressure is enough, demand, and what is delivered (file's unit), each (steps, junctions)."""
    from epanet import toolkit as tk

    assert networks.water_file is not None
    project = open_water_file(networks.water_file)
    rows: list[Floats] = []
    try:
        index = [tk.getnodeindex(project, name) for name in names]
        to_m = PSI_M if int(tk.getoption(project, tk.PRESS_UNITS)) == tk.PSI else 1.0
        tk.setdemandmodel(project, tk.PDA, 0.0, ENOUGH_M / to_m, 0.5)
        tk.settimeparam(project, tk.DURATION, DAYS * 86400)
        tk.settimeparam(project, tk.HYDSTEP, STEP_S)
        tk.openH(project)
        tk.initH(project, tk.NOSAVE)
        while True:
            tk.runH(project)
            rows.append(
                np.array(
                    [
                        [tk.getnodevalue(project, i, what) for i in index]
                        for what in (tk.PRESSURE, tk.FULLDEMAND, tk.DEMAND)
                    ]
                )
            )
            if tk.nextH(project) <= 0:
                break
        tk.closeH(project)
    finally:
        close_water_file(project)
    values = np.array(rows)
    pressure, required = values[:, 0] * to_m, np.maximum(values[:, 1], 0.0)
    return (pressure >= ENOUGH_M).astype(np.float64), required, np.clip(values[:, 2], 0.0, required)
