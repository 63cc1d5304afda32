"""What the water network of a town gives without any fault: nothing is required that it never gave."""

from __future__ import annotations

import ctypes
import math
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.city.check import CITY
from simulator.city.generator.bare_town import BareTown
from simulator.city.networks import Networks
from simulator.city.water_file import close_water_file, open_water_file
from simulator.contracts.city import Assumption
from simulator.contracts.words import Verbatim, Words, percent
from simulator.domains.water.catalogue import WATER, WATER_PRESSURE, WATER_SUPPLY

_ = Words("simulator.domains.water")

OWED = 0.95
"""Shares of demand and of people with enough pressure that are owed (assumption: nearly everything, with room for a
single consumer that is out)."""

Floats = NDArray[np.float64]

ENOUGH_M = 20.4
"""2.0 bar at ground floor (DVGW W 400-1) in metres of water."""

RUNS = ((0, 72), (4, 24), (8, 24), (12, 24), (16, 24), (20, 24))
"""Runs without any fault: the hour at which each starts, with the file's own tank levels, and its length in hours."""

STEP_S = 300
MARGIN = 0.01
"""Owed is a per cent less than the worst that was seen: another time step sees a slightly other worst."""

HARD_TRIALS = 10
"""Trials more where a file says to stop when an instant does not balance."""

PSI_M = 0.70307
"""Metres of water in a pound per square inch."""


@dataclass(frozen=True)
class Baseline:
    """Minima by measure and subject (district or `city`), where the network gives less than is owed elsewhere."""

    minima: Mapping[tuple[str, str], float] = field(default_factory=dict)
    assumptions: tuple[Assumption, ...] = ()


def baseline(ground: BareTown, networks: Networks) -> Baseline:
    """Pressure-driven hydraulics without any fault, from several hours of the day; the worst instant counts.

    A demand model in the file itself is kept, as the water domain does.
    """
    junctions = ground.giving(WATER)
    subjects = (CITY, *(district.id for district in ground.districts))
    member = np.array([[s in (CITY, c.district) for c in junctions] for s in subjects], dtype=np.float64).T
    weight = np.array([ground.weights.get(c.id, 0.0) for c in junctions])
    names = [c.network_id for c in junctions]
    runs = [_shares(networks, names, member, weight, start, hours) for start, hours in RUNS]
    supply, pressure = np.min([run.min(axis=0) for run in runs], axis=0)
    minima: dict[tuple[str, str], float] = {}
    notes = []
    for measure, worst, owed in ((WATER_SUPPLY, supply, OWED), (WATER_PRESSURE, pressure, OWED)):
        for subject, share in zip(subjects, worst.tolist(), strict=True):
            if share - MARGIN < owed:
                lowered = max(0.0, math.floor((share - MARGIN) * 100) / 100)
                minima[measure, subject] = lowered
                text = _(
                    "required is {lowered}, since the network gives {share} at its worst without any fault",
                    lowered=percent(lowered),
                    share=percent(share, 1),
                )
                notes.append(Assumption(Verbatim(f"{measure}-{subject}"), text))
    return Baseline(minima, tuple(notes))


def _shares(networks: Networks, names: list[str], member: Floats, weight: Floats, start_h: int, hours: int) -> Floats:
    """Share of demand delivered, and of people with enough pressure: (steps, 2, subjects).

    `member` (junctions, subjects) is 1 where a junction counts for a subject, `weight` its mean demand.
    """
    from epanet import toolkit as tk

    assert networks.water_file is not None
    project = open_water_file(networks.water_file)
    rows: list[Floats] = []
    try:
        nodes = tk.getcount(project, tk.NODECOUNT)
        index = np.array([tk.getnodeindex(project, name) - 1 for name in names])
        to_m = PSI_M if int(tk.getoption(project, tk.PRESS_UNITS)) == tk.PSI else 1.0
        _set_up(project, to_m, start_h, hours)
        people = weight @ member
        buffer = tk.doubleArray(nodes)
        values = np.ctypeslib.as_array((ctypes.c_double * nodes).from_address(int(buffer.cast())))

        def read(what: int) -> Floats:
            tk.getnodevalues(project, what, buffer)
            taken: Floats = values[index]
            return taken

        tk.openH(project)
        tk.initH(project, tk.NOSAVE)
        with warnings.catch_warnings():  # EPANET warns of low pressure: how much of it there is, is what is asked here
            warnings.simplefilter("ignore")
            while True:
                tk.runH(project)
                required = np.maximum(read(tk.FULLDEMAND), 0.0)
                delivered = np.clip(read(tk.DEMAND), 0.0, required)
                asked = required @ member
                supplied = np.where(asked > 1e-9, delivered @ member / np.maximum(asked, 1e-9), 1.0)
                enough = (read(tk.PRESSURE) * to_m >= ENOUGH_M) * weight @ member
                rows.append(np.array([supplied, np.where(people > 0, enough / np.maximum(people, 1e-12), 1.0)]))
                if tk.nextH(project) <= 0:
                    break
            tk.closeH(project)
    finally:
        close_water_file(project)
    return np.array(rows)


def _set_up(project: Any, to_m: float, start_h: int, hours: int) -> None:
    from epanet import toolkit as tk

    if tk.getdemandmodel(project)[0] != tk.PDA:
        tk.setdemandmodel(project, tk.PDA, 0.0, ENOUGH_M / to_m, 0.5)
    if tk.getoption(project, tk.UNBALANCED) < 0:
        tk.setoption(project, tk.UNBALANCED, HARD_TRIALS)
    tk.settimeparam(project, tk.DURATION, hours * 3600)
    tk.settimeparam(project, tk.REPORTSTEP, hours * 3600)
    tk.settimeparam(project, tk.HYDSTEP, STEP_S)
    shift = start_h * 3600 - int(tk.gettimeparam(project, tk.STARTTIME))
    tk.settimeparam(project, tk.PATTERNSTART, (int(tk.gettimeparam(project, tk.PATTERNSTART)) + shift) % 86400)
    tk.settimeparam(project, tk.STARTTIME, start_h * 3600)
