"""Loss of resilience after Bruneau: what a quality q(t), 0 to 1, went through."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from resilience.judge.courses import TOLERANCE, Steps, cut
from simulator.contracts.history import Course
from simulator.contracts.kinds import MEASURES
from simulator.contracts.level import ServiceLevel


@dataclass(frozen=True, slots=True)
class Resilience:
    """What a level's quality q(t), 0 to 1, went through.

    `loss_s` is the integral of 1 - q; `resilience` is 1 - loss / length of the window; `robustness` is the least q;
    `rapidity_per_s` is the share regained per second, None if nothing was lost or nothing came back.
    """

    loss_s: float
    resilience: float
    robustness: float
    rapidity_per_s: float | None


def quality(course: Course, level: ServiceLevel) -> Course:
    """q(t), 0 to 1: a share as it is; anything else against its declared minimum, 1 while that is met.

    Shares are the measures in unit `1` that are better when higher. Measuring the others against what is owed
    (v / minimum, or minimum / v where less is better) is an assumption.
    """
    measure = MEASURES[level.measure]
    values = course.values
    if measure.higher_is_better and measure.unit != "1":
        values = values / level.minimum if level.minimum > 0 else np.ones_like(values)
    elif not measure.higher_is_better:
        values = level.minimum / np.maximum(values, TOLERANCE)
    return Course(course.at, np.clip(values, 0.0, 1.0))


def resilience(q: Course, start: int, end: int) -> Resilience:
    """Loss of resilience, robustness and rapidity of a quality q(t) within a window (Bruneau et al. 2003).

    Rapidity is the slope of the recovery: what was regained from the last fall to the least q until the highest q after
    it, divided by the time between. Resourcefulness is not simulated. Raises `NotRecorded`.
    """
    steps = cut(q, start, end)
    total = float(steps.lengths_s.sum())
    loss = total - steps.integral()
    least = float(steps.values.min())
    return Resilience(loss, 1.0 - loss / total, least, _rapidity(steps))


def _rapidity(steps: Steps) -> float | None:
    least = steps.values <= steps.values.min() + TOLERANCE
    lowest = int(np.flatnonzero(least)[-1])
    after = steps.values[lowest + 1 :]
    if not len(after):
        return None
    first = lowest
    while first > 0 and least[first - 1]:
        first -= 1
    regained = lowest + 1 + int(np.argmax(after))
    passed_s = float(steps.edges[regained] - steps.edges[first]) / 1000.0
    return float(steps.values[regained] - steps.values[lowest]) / passed_s
