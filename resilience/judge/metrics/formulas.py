"""Figures of a run and of what an engine computed: pure functions, each with the source of its formula, in SI units."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from resilience.judge.time_series import TOLERANCE, Steps, cut, spells
from simulator.contracts.history import Course
from simulator.contracts.level import ServiceLevel
from simulator.contracts.registry import registry


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
    measure = registry().measures[level.measure]
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
    supplies: Iterable[tuple[Course, float]], served: float, start: int, end: int, sustained_s: float = SUSTAINED_S
) -> Interruptions:
    """Customer-minutes, SAIDI, SAIFI and CAIDI of a scenario (IEEE 1366) from (share supplied, people) of consumers.

    `served` are the people of all consumers, also of those who are left out because they lacked nothing. People stand
    for customers (assumption), and the unsupplied share of a consumer for that share of its people. A stretch below
    full supply counts if it lasts `sustained_s`; as interrupted count the most at any moment of it. Raises
    `NotRecorded`, and `ValueError` if nobody is served.
    """
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


def not_supplied(supplied: ArrayLike, required: ArrayLike, lengths_s: ArrayLike) -> float:
    """Energy not supplied (ENS) in joules for W: the integral of max(0, required - supplied), consumer by consumer.

    Rows are moments that last `lengths_s`, columns consumers. Billinton and Allan, "Reliability Evaluation of Power
    Systems" (1996).
    """
    missing = np.clip(np.asarray(required, np.float64) - np.asarray(supplied, np.float64), 0.0, None)
    return float(np.dot(np.asarray(lengths_s, np.float64), missing.reshape(len(missing), -1).sum(axis=1)))


Floats = NDArray[np.float64]


def ratios(supplied: ArrayLike, required: ArrayLike) -> Floats:
    """min(supplied / required, 1) for each component, in their order; NaN where nothing is required."""
    s, r = np.asarray(supplied, dtype=np.float64), np.asarray(required, dtype=np.float64)
    found = np.full(np.broadcast(s, r).shape, np.nan)
    np.divide(np.clip(s, 0.0, r), r, out=found, where=r > 0)
    return found


def pcs(supplied: ArrayLike, required: ArrayLike) -> float:
    """Prioritised consumer serviceability of one moment: sum of min(supplied, required) / sum required over consumers.

    Balakrishnan and Cassottana 2022 (InfraRisk), where "required" is the supply of the undisturbed network. Who needs
    much weighs much. 1 where nothing is required. Same units for both (m3/s, W).
    """
    s, r = np.asarray(supplied, dtype=np.float64), np.asarray(required, dtype=np.float64)
    asked = r > 0
    total = float(r[asked].sum())
    return float(np.clip(s[asked], 0.0, r[asked]).sum()) / total if total else 1.0


def ecs(supplied: ArrayLike, required: ArrayLike) -> float:
    """Equitable consumer serviceability of one moment: the mean of `ratios` over the consumers who require anything.

    Balakrishnan and Cassottana 2022 (InfraRisk), where "required" is the supply of the undisturbed network. Every
    consumer weighs the same. 1 where nothing is required.
    """
    found = ratios(supplied, required)
    found = found[~np.isnan(found)]
    return float(found.mean()) if len(found) else 1.0


def equivalent_outage_h(served: Course, start: int, end: int) -> float:
    """Hours of a full outage that would cost as much: the integral of 1 - `served` over a fixed window, in hours.

    `served` is a share over time (`pcs`, `ecs`, or one component's ratio), held from each change to the next: a step
    function, not a line between its points. Raises `NotRecorded`.
    """
    steps = cut(served, start, end)
    clipped = np.clip(steps.values, 0.0, 1.0)
    return float(np.dot(1.0 - clipped, steps.lengths_s)) / 3600.0


def service_availability(delivered_m3_s: ArrayLike, expected_m3_s: ArrayLike) -> Floats:
    """Water service availability, delivered / expected (Ostfeld et al. 2002): elementwise, NaN where none is expected.

    Sum over time, over junctions or both beforehand for the availability of a junction, an instant or the network.
    """
    got, asked = np.asarray(delivered_m3_s, dtype=np.float64), np.asarray(expected_m3_s, dtype=np.float64)
    found = np.full(np.broadcast(got, asked).shape, np.nan)
    np.divide(got, asked, out=found, where=asked != 0)
    return found


def todini_index(arriving: float, needed: float, given: float) -> float:
    """Resilience index of a looped network at one moment (Todini 2000), the share of surplus power that is not lost.

    The power that arrives at the consumers, that they need, and that sources and pumps put in, in one unit. NaN where
    there is no power to spare.
    """
    return (arriving - needed) / (given - needed) if given != needed else float("nan")


@dataclass(frozen=True, slots=True)
class Readings:
    """What became of the sensors' readings: `late` ones are among the `delivered`; `held` were with a gateway at the
    end, so that they are neither lost nor delivered.
    """

    read: int
    delivered: int
    late: int
    lost: int
    held: int

    @property
    def lost_share(self) -> float:
        """Share of all readings that nobody will ever see; 0 where nothing was read."""
        return self.lost / self.read if self.read else 0.0

    @property
    def late_share(self) -> float:
        """Share of the delivered ones that came late; 0 where nothing was delivered."""
        return self.late / self.delivered if self.delivered else 0.0


def availability(up: Course, start: int, end: int) -> float:
    """Up-time over total time, or the mean share that was up (mean availability, ITU-T E.800).

    Raises `NotRecorded`.
    """
    steps = cut(up, start, end)
    return steps.integral() / float(steps.lengths_s.sum())
