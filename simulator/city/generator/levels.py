"""What is required for people: one set of service levels for any town.

Nothing is required that the published water network never gave.
"""

from __future__ import annotations

import ctypes
import math
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.city.check import CITY
from simulator.city.generator.bare_town import BareTown
from simulator.city.generator.layer import Layer, TownSize
from simulator.city.networks import Networks
from simulator.city.water_file import close_water_file, open_water_file
from simulator.contracts.city import Assumption
from simulator.contracts.component import Component
from simulator.contracts.level import ServiceLevel

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
class WaterBaseline:
    """Minima by measure and subject (district or `city`), where the network gives less than is owed elsewhere."""

    minima: Mapping[tuple[str, str], float] = field(default_factory=dict)
    assumptions: tuple[Assumption, ...] = ()


def water_baseline(ground: BareTown, networks: Networks) -> WaterBaseline:
    """Pressure-driven hydraulics without any fault, from several hours of the day; the worst instant counts.

    A demand model in the file itself is kept, as the water domain does.
    """
    junctions = ground.of_kind("junction")
    subjects = ("city", *(district.id for district in ground.districts))
    member = np.array([[s in ("city", c.district) for c in junctions] for s in subjects], dtype=np.float64).T
    weight = np.array([ground.weights.get(c.id, 0.0) for c in junctions])
    names = [c.network_id for c in junctions]
    runs = [_shares(networks, names, member, weight, start, hours) for start, hours in RUNS]
    supply, pressure = np.min([run.min(axis=0) for run in runs], axis=0)
    minima: dict[tuple[str, str], float] = {}
    notes = []
    for measure, worst, owed in (("water-supply", supply, WATER_SUPPLY), ("water-pressure", pressure, WATER_PRESSURE)):
        for subject, share in zip(subjects, worst.tolist(), strict=True):
            if share - MARGIN < owed:
                lowered = max(0.0, math.floor((share - MARGIN) * 100) / 100)
                minima[measure, subject] = lowered
                text = f"owed is {lowered:.0%}, since the network gives {share:.1%} at its worst without any fault"
                notes.append(Assumption(f"{measure}-{subject}", text))
    return WaterBaseline(minima, tuple(notes))


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


WATER_SUPPLY = 0.95
WATER_PRESSURE = 0.95
POWER_SUPPLY = 0.99
ICT = 0.9
"""Shares owed (assumptions: nearly everything, with room for a single consumer or device that is out)."""

TRAVEL_TIME_INDEX = 2.5
"""Norm travel-time-index: above 2.5 is poor (U4SSC)."""

RESCUE = 0.95
"""Norm rescue-arrival: 95 % within 12 min (Saxony)."""

LITRES = 15.0
"""Norm wassv-person: litres a person and day in an emergency (1. WasSV § 2)."""

LIFELINE_LEVELS = {
    "hospital": ("hospital-1", 0.8),
    "rescue-dispatch": ("rescue-radio-1", 0.6),
    "traffic-control-centre": ("traffic-centre-1", 0.5),
    "town-hall": ("town-hall-1", 0.3),
    "waterworks": ("waterworks-1", 0.5),
    "public-warning": ("public-warning-1", 0.5),
}
"""Level and share of the duty owed of each kind of lifeline (assumptions: what its fallback still serves)."""


def level_layer(
    ground: BareTown, laid: Iterable[Component], plan: TownSize, minima: Mapping[tuple[str, str], float] | None = None
) -> Layer:
    """Service levels for the networks that there are. `minima` by (measure, subject) replace the usual ones."""
    owners, laid, honest = plan.owners, tuple(laid), minima or {}
    levels: list[ServiceLevel] = []
    notes: list[Assumption] = []
    places = [(district.id, district.people) for district in ground.districts]
    everywhere = [*places, (CITY, ground.people)]

    def add(
        name: str, measure: str, subject: str, minimum: float, people: int, owner: str, basis: str = "assumption"
    ) -> None:
        levels.append(ServiceLevel(name, measure, subject, minimum, people, owner, basis))

    if ground.of_kind("junction"):
        for subject, people in everywhere:
            minimum = honest.get(("water-supply", subject), WATER_SUPPLY)
            add(f"water-supply-{subject}", "water-supply", subject, minimum, people, owners.water)
        for subject, people in everywhere:
            minimum = honest.get(("water-pressure", subject), WATER_PRESSURE)
            add(f"water-pressure-{subject}", "water-pressure", subject, minimum, people, owners.water, "water-pressure")
        for subject, people in places:
            add(f"litres-{subject}", "litres-per-person", subject, LITRES, people, owners.water, "wassv-person")
    if ground.of_kind("bus"):
        for subject, people in everywhere:
            if subject == CITY or _has_load(ground, subject):
                add(f"power-supply-{subject}", "power-supply", subject, POWER_SUPPLY, people, owners.power)
    if ground.of_kind("road-node"):
        add(
            "travel-time-index",
            "travel-time-index",
            CITY,
            TRAVEL_TIME_INDEX,
            ground.people,
            owners.roads,
            "travel-time-index",
        )
        add("rescue-arrival", "rescue-arrival", CITY, RESCUE, ground.people, owners.rescue, "rescue-arrival")
    add("ict-availability", "ict-availability", CITY, ICT, ground.people, owners.ict)
    add("telemetry", "telemetry", CITY, ICT, ground.people, owners.ict)
    for component in laid:
        if component.kind in LIFELINE_LEVELS:
            name, minimum = LIFELINE_LEVELS[component.kind]
            add(name, "lifeline", component.id, minimum, ground.people, component.owner)
    text = (
        f"required are {WATER_SUPPLY:.0%} of water demand, {POWER_SUPPLY:.0%} of electric load, {ICT:.0%} of ICT nodes "
        "and sensors, and of lifelines what their fallback still serves; all people of the town lean on each lifeline"
    )
    notes.append(Assumption("minima of service levels", text))
    return Layer(levels=tuple(levels), assumptions=tuple(notes))


def _has_load(ground: BareTown, district: str) -> bool:
    return any(bus.district == district and ground.weights.get(bus.id, 0.0) > 0 for bus in ground.of_kind("bus"))
