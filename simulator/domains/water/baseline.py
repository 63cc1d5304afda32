"""What the water network of a town gives without any fault: nothing is required that it never gave."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from simulator.city.check import CITY
from simulator.city.generator.bare_town import BareTown
from simulator.city.networks import Networks
from simulator.contracts.city import Assumption
from simulator.contracts.words import Verbatim, Words, percent
from simulator.domains.water.catalogue import TAP_PRESSURE_M, WATER, WATER_PRESSURE, WATER_SUPPLY
from simulator.domains.water.engine import STEP_S, WaterEngine
from simulator.domains.water.hours import read_hours

_ = Words("simulator.domains.water")

OWED = 0.95
"""Shares of demand and of people with enough pressure that are owed (assumption: nearly everything, with room for a
single consumer that is out)."""

Floats = NDArray[np.float64]

DAYS = 15
"""So many days without any fault are looked at, from a midnight of an ordinary day: a fortnight from any hour of the
first. The same ones for water to fight fires."""
MARGIN = 0.01
"""Owed is a per cent less than the worst that was seen: another time step sees a slightly other worst."""


@dataclass(frozen=True)
class Baseline:
    """Minima by measure and subject (district or `city`), where the network gives less than is owed elsewhere."""

    minima: Mapping[tuple[str, str], float] = field(default_factory=dict)
    assumptions: tuple[Assumption, ...] = ()


def baseline(ground: BareTown, networks: Networks) -> Baseline:
    """Pressure-driven hydraulics of ordinary days without any fault; the worst instant counts.

    A network that is not in balance has no ordinary day, and nothing of it is judged: what is owed elsewhere is owed.
    """
    if networks.water_hours is None:
        return Baseline()
    junctions = ground.giving(WATER)
    subjects = (CITY, *(district.id for district in ground.districts))
    member = np.array([[s in (CITY, c.district) for c in junctions] for s in subjects], dtype=np.float64).T
    weight = np.array([ground.weights.get(c.id, 0.0) for c in junctions])
    names = [c.network_id for c in junctions]
    supply, pressure = _shares(networks, names, member, weight).min(axis=0)
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


def _shares(networks: Networks, names: list[str], member: Floats, weight: Floats) -> Floats:
    """Share of demand delivered, and of people with enough pressure: (steps, 2, subjects).

    `member` (junctions, subjects) is 1 where a junction counts for a subject, `weight` its mean demand.
    """
    assert networks.water_file is not None and networks.water_hours is not None
    engine = WaterEngine(networks.water_file, initial=read_hours(networks.water_hours).at(0.0))
    index = np.array([engine.network.node_index[name] for name in names])
    people = weight @ member
    rows: list[Floats] = []
    try:
        for t_s in range(0, DAYS * 86400 + 1, STEP_S):
            engine.advance_to(t_s)
            required = np.maximum(engine.required_m3_s[index], 0.0)
            delivered = np.clip(engine.delivered_m3_s[index], 0.0, required)
            asked = required @ member
            supplied = np.where(asked > 1e-9, delivered @ member / np.maximum(asked, 1e-9), 1.0)
            enough = (engine.pressure_m[index] >= TAP_PRESSURE_M) * weight @ member
            rows.append(np.array([supplied, np.where(people > 0, enough / np.maximum(people, 1e-12), 1.0)]))
    finally:
        engine.close()
    return np.array(rows)
