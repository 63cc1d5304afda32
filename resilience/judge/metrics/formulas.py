"""Figures of a run and of what an engine computed: pure functions, each with the source of its formula, in SI units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from resilience.judge.time_series import TOLERANCE, Steps, cut, spells, time_worse_s
from simulator.contracts.city import City
from simulator.contracts.history import Course, History
from simulator.contracts.level import ServiceLevel
from simulator.contracts.registry import registry
from simulator.contracts.ticks import to_s


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


@dataclass(frozen=True, slots=True)
class MeasureHours:
    """Person-hours below the declared minimum, by measure. `levels` were counted.

    Who leans on two levels of one measure (two lifelines) counts for each in the person-hours. `most_people` were
    without at the worst moment, never more than live in the city.
    """

    measure: str
    person_hours: float
    most_people: int
    levels: tuple[str, ...]


def person_hours_worse(
    course: Course, limit: float, higher_is_better: bool, people: int, start: int, end: int
) -> float:
    """People times the hours during which their level is worse than the limit. Raises `NotRecorded`."""
    return people * time_worse_s(course, limit, higher_is_better, start, end) / 3600.0


def most_people_worse(levels: Sequence[ServiceLevel], history: History, start: int, end: int) -> int:
    """The most people whose level is below its declared minimum at one moment.

    Groups of people are added up: an upper bound where they overlap.
    """
    changes: list[tuple[int, int]] = []
    for level in levels:
        higher = registry().measures[level.measure].higher_is_better
        for spell in spells(history.levels[level.id], level.minimum, higher, start, end):
            changes += [(spell.begin, level.people), (spell.end, -level.people)]
    now, most = 0, 0
    for _, change in sorted(changes):  # at one tick those who are served again leave first
        now += change
        most = max(most, now)
    return most


def person_hours_by_measure(city: City, history: History, start: int, end: int) -> tuple[MeasureHours, ...]:
    """Person-hours below the declared minimum for each measure, in the catalogue's order.

    Where a measure is owed to districts as well as to the whole city, only districts count, so that nobody is counted
    twice. Levels that were not recorded over the whole window are left out.
    """
    rows = []
    for name, measure in registry().measures.items():
        owed = [level for level in city.levels.values() if level.measure == name]
        if any(level.subject in city.districts for level in owed):
            owed = [level for level in owed if level.subject in city.districts]
        known = [
            level
            for level in owed
            if level.id in history.levels
            and len(history.levels[level.id].at)
            and history.levels[level.id].at[0] <= start
        ]
        if not known:
            continue
        hours = sum(
            person_hours_worse(
                history.levels[level.id], level.minimum, measure.higher_is_better, level.people, start, end
            )
            for level in known
        )
        most = min(city.people, most_people_worse(known, history, start, end))
        rows.append(MeasureHours(name, hours, most, tuple(level.id for level in known)))
    return tuple(rows)


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


Floats = NDArray[np.float64]


def ratios(supplied: ArrayLike, required: ArrayLike) -> Floats:
    """min(supplied / required, 1) for each component, in their order; NaN where nothing is required."""
    s, r = np.asarray(supplied, dtype=np.float64), np.asarray(required, dtype=np.float64)
    found = np.full(np.broadcast(s, r).shape, np.nan)
    np.divide(np.clip(s, 0.0, r), r, out=found, where=r > 0)
    return found


def pcs(supplied: ArrayLike, required: ArrayLike) -> float:
    """Prioritised consumer serviceability: sum of min(supplied, required) / sum required, of one moment.

    Who needs much weighs much. 1 where nothing is required. Same units for both (m3/s, W).
    """
    s, r = np.asarray(supplied, dtype=np.float64), np.asarray(required, dtype=np.float64)
    asked = r > 0
    total = float(r[asked].sum())
    return float(np.clip(s[asked], 0.0, r[asked]).sum()) / total if total else 1.0


def ecs(supplied: ArrayLike, required: ArrayLike) -> float:
    """Equitable consumer serviceability: the mean of `ratios` over who requires anything, of one moment.

    Everybody weighs the same. 1 where nothing is required.
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


RESCUE_LIMIT_S = 12 * 60.0
"""Norm rescue-arrival: within 12 minutes, as Saxony rules (secondary source)."""


def total_delay_s(actual_s: ArrayLike, free_s: ArrayLike) -> float:
    """Vehicle-seconds lost: sum over trips of max(0, actual - free-flow travel time) (Highway Capacity Manual)."""
    actual, free = np.asarray(actual_s, dtype=np.float64), np.asarray(free_s, dtype=np.float64)
    return float(np.clip(actual - free, 0.0, None).sum())


def travel_time_index(actual_s: ArrayLike, free_s: ArrayLike) -> float:
    """Actual over free-flow travel time of all trips together (U4SSC indicators: <= 1.5 good, > 2.5 poor).

    Raises `ValueError` where nobody travels.
    """
    free = float(np.asarray(free_s, dtype=np.float64).sum())
    if free <= 0:
        raise ValueError("nobody travels: a travel-time index does not exist")
    return float(np.asarray(actual_s, dtype=np.float64).sum()) / free


def share_in_time(drive_s: ArrayLike, limit_s: float = RESCUE_LIMIT_S) -> float:
    """Share of emergency trips within the limit; one that never arrives is infinite. 1 where nobody called."""
    trips = np.asarray(drive_s, dtype=np.float64)
    return float((trips <= limit_s).mean()) if len(trips) else 1.0


SECONDS_A_DAY = 86400.0


def service_availability(delivered_m3_s: ArrayLike, expected_m3_s: ArrayLike) -> Floats:
    """Water service availability, delivered / expected (Ostfeld et al. 2002): elementwise, NaN where none is expected.

    Sum over time, over junctions or both beforehand for the availability of a junction, an instant or the network.
    """
    got, asked = np.asarray(delivered_m3_s, dtype=np.float64), np.asarray(expected_m3_s, dtype=np.float64)
    found = np.full(np.broadcast(got, asked).shape, np.nan)
    np.divide(got, asked, out=found, where=asked != 0)
    return found


def people_below_pressure(pressure_m: ArrayLike, people: ArrayLike, limit_m: float) -> float:
    """People at junctions whose pressure is below the limit, in metres of water: 20.4 m are 2.0 bar (DVGW W 400-1)."""
    low = np.asarray(pressure_m, dtype=np.float64) < limit_m
    return float(np.asarray(people, dtype=np.float64)[low].sum())


def todini_index(
    demand_m3_s: ArrayLike,
    head_m: ArrayLike,
    pressure_m: ArrayLike,
    required_m: float,
    source_m3_s: ArrayLike,
    source_head_m: ArrayLike,
    pump_m3_s: ArrayLike = (),
    pump_gain_m: ArrayLike = (),
) -> float:
    """Resilience index of a looped network at one moment (Todini 2000), the share of surplus power that is not lost.

        (sum q h - sum q h*) / (sum Q H + sum pump power - sum q h*)

    Junctions have demand q, head h = elevation + `pressure_m`, and need h* = elevation + `required_m`. Sources
    (reservoirs) give Q at head H; pumps lift their flow by `pump_gain_m`, whose sign does not count. Powers are divided
    by the specific weight of water. Tanks stand on neither side, as in WNTR's function of this name. NaN where there is
    no power to spare.
    """
    q, h = np.asarray(demand_m3_s, dtype=np.float64), np.asarray(head_m, dtype=np.float64)
    needed = float(np.dot(q, h - np.asarray(pressure_m, dtype=np.float64) + required_m))
    given = float(np.dot(np.asarray(source_m3_s, dtype=np.float64), np.asarray(source_head_m, dtype=np.float64)))
    lifted = np.abs(np.asarray(pump_gain_m, dtype=np.float64))
    given += float(np.dot(np.asarray(pump_m3_s, dtype=np.float64), lifted))
    return (float(np.dot(q, h)) - needed) / (given - needed) if given != needed else float("nan")


def litres_per_person_d(delivered_m3: float, people: int, window_s: float) -> float:
    """Litres for each person and day, to be held against norm wassv-person (1. WasSV § 2).

    Raises `ValueError` for nobody or no time.
    """
    if people <= 0 or window_s <= 0:
        raise ValueError("litres for each person and day need people and time")
    return delivered_m3 * 1000.0 / people / (window_s / SECONDS_A_DAY)


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


def failover_s(up: Course, onset: int, end: int, limit: float = 1.0) -> float | None:
    """Seconds from a fault's onset until the service is regained for the first time after it was lost.

    0 if it was never below `limit`, None if it was not back at `end`. Raises `NotRecorded`.
    """
    steps = cut(up, onset, end)
    down = np.flatnonzero(steps.values < limit - TOLERANCE)
    if not len(down):
        return 0.0
    back = np.flatnonzero(steps.values[down[0] :] >= limit - TOLERANCE)
    return to_s(int(steps.edges[down[0] + back[0]]) - onset) if len(back) else None


def recovery_point_s(taken: ArrayLike, kept: ArrayLike, onset: int) -> float | None:
    """Seconds of data lost before a failure: from its onset back to the newest reading taken by then that was kept.

    `taken` are ticks, `kept` says of each whether it was stored in the end. The recovery point of ISO 22301, as it came
    out and not as it was planned. None if nothing from before the onset was kept.
    """
    times, stored = np.asarray(taken, dtype=np.int64), np.asarray(kept, dtype=bool)
    before = times[stored & (times <= onset)]
    return to_s(onset - int(before.max())) if len(before) else None
