"""Interruptions of power: figures of one scenario, never to be read as figures of a year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from resilience.judge.courses import cut, spells
from simulator.contracts.history import Course

SUSTAINED_S = 180.0
"""An interruption counts from this long on: 3 min in Germany (BNetzA, norm saidi-sustained); IEEE 1366 says 5 min."""


@dataclass(frozen=True, slots=True)
class Interruptions:
    """Of this scenario alone. Minutes; None where nobody was interrupted.

    `customer_minutes` lost by all together, `customers_interrupted` as often as it happened to each; `saidi_min`
    minutes of interruption for each person served, `saifi` interruptions for each person served, `caidi_min` minutes
    for each interruption of a person.
    """

    customer_minutes: float
    customers_interrupted: float
    saidi_min: float
    saifi: float
    caidi_min: float | None


def interruptions(
    supplies: Sequence[tuple[Course, int]], start: int, end: int, sustained_s: float = SUSTAINED_S
) -> Interruptions:
    """Customer-minutes, SAIDI, SAIFI and CAIDI of a scenario (IEEE 1366) from (share supplied, people) of districts.

    People stand for customers (assumption), and the unsupplied share of a district for that share of its people. A
    stretch below full supply counts if it lasts `sustained_s`; as interrupted count the most at any moment of it.
    Raises `NotRecorded`, and `ValueError` if nobody is served.
    """
    served = sum(people for _, people in supplies)
    if served <= 0:
        raise ValueError("nobody is served: an index for each person does not exist")
    minutes, interrupted = 0.0, 0.0
    for course, people in supplies:
        for spell in spells(course, 1.0, True, start, end):
            if spell.length_s >= sustained_s:
                steps = cut(course, spell.begin, spell.end)
                minutes += people * (spell.length_s - steps.integral()) / 60.0
                interrupted += people * (1.0 - spell.worst)
    caidi = minutes / interrupted if interrupted else None
    return Interruptions(minutes, interrupted, minutes / served, interrupted / served, caidi)


def energy_not_supplied_j(demand_w: Course, supplied_w: Course, start: int, end: int) -> float:
    """Energy not supplied (ENS) in joules: the integral of max(0, demand - supplied) over a window.

    Billinton and Allan, "Reliability Evaluation of Power Systems" (1996). Raises `NotRecorded`.
    """
    edges = np.union1d(cut(demand_w, start, end).edges, cut(supplied_w, start, end).edges)
    missing = [max(0.0, demand_w.value_at(int(at)) - supplied_w.value_at(int(at))) for at in edges[:-1]]
    return float(np.dot(missing, np.diff(edges))) / 1000.0
