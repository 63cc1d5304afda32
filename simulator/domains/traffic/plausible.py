"""Whether roads and trips can be those of a town: a rule of plausibility."""

from __future__ import annotations

import statistics
from dataclasses import replace

import numpy as np

from simulator.city.draft import CityDraft
from simulator.city.plausibility import Trial
from simulator.city.plausible import length_problem
from simulator.city.road_file import HOUR_S, KM_H, Roads, read_roads
from simulator.contracts.city import Finding
from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.words import Words, number, percent
from simulator.domains.traffic.catalogue import ROAD_NODE, ROAD_TYPE

_ = Words("simulator.domains.traffic")

RULE = "road-trips"
LENGTHS_M = (4.0, 20_000.0)
"""Median length of roads that is believed (assumption): a car is longer than the one, and half of Berlin, 45 km across,
is as long as the other."""
SPEEDS_KM_H = (5.0, 140.0)
"""Median free speed that is believed (assumption): walking is slower than the one, no limit above the other."""
FILLED = 0.5
"""Of all lanes of the town, filled in the busiest hour though everybody drove straight: then nothing moves and the
travel-time index without any fault is beyond what any town has (assumption)."""


def roads_of_a_town(trial: Trial) -> CityDraft:
    """The rule: roads of a length and speed that none has are refused; more trips than there is room for are told."""
    files, components = trial.networks.road_files, trial.ground.components
    if files is None:
        return trial.draft
    fix = _("say the unit: --roads-length-unit, --roads-speed-unit, --roads-coordinates")
    problems = length_problem(
        (c for c in components.values() if c.kind == ROAD_TYPE), *LENGTHS_M, str(files.links), fix
    )
    roads = read_roads(files)
    speed = statistics.median(link.free_speed_m_s for link in roads.links) / KM_H
    if not SPEEDS_KM_H[0] <= speed <= SPEEDS_KM_H[1]:
        what = _("the median free speed is {speed} km/h: no road is like that", speed=number(speed))
        problems.append(Problem(str(files.links), 0, "free_speed", what, fix))
    if problems:
        raise BadInput(problems)
    filled, most = busiest(roads, trial)
    if filled <= FILLED:
        return trial.draft
    text = _(
        "In the busiest hour {trips} car trips would fill {share} of all lanes of the town if everybody drove "
        "straight: nothing moves, without any fault. Check the unit of capacities and the period that the trip table "
        "counts (--roads-trips-period).",
        trips=number(round(most)),
        share=percent(filled),
    )
    return replace(trial.draft, findings=(*trial.draft.findings, Finding(RULE, text)))


def busiest(roads: Roads, trial: Trial) -> tuple[float, float]:
    """Of the hour with most trips: which part of the lane kilometres they fill at least, and how many they are."""
    room = sum(link.capacity_veh_s * HOUR_S * link.lanes * link.length_m for link in roads.links)
    places = {c.network_id: (c.x_m, c.y_m) for c in trial.ground.components.values() if c.kind == ROAD_NODE}
    asked = [(one.start_s, one.end_s, one.trips, *places[one.origin], *places[one.destination]) for one in roads.trips]
    begin, end, count, x, y, to_x, to_y = np.array(asked, dtype=np.float64).reshape(-1, 7).T
    lasts, away_m = np.maximum(end - begin, 1.0), np.hypot(to_x - x, to_y - y)
    trips, driven = [0.0], [0.0]
    for hour in range(24):
        inside = np.minimum(end, (hour + 1) * HOUR_S) - np.maximum(begin, hour * HOUR_S)
        driving = count * np.maximum(inside, 0.0) / lasts
        trips.append(float(driving.sum()))
        driven.append(float((driving * away_m).sum()))
    return (max(driven) / room if room > 0 else 0.0), max(trips)
