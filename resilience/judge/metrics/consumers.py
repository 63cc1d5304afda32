"""The published figures of what every consumer of a network got, held against what it required or usually gets."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from resilience.judge.metrics.formulas import (
    SUSTAINED_S,
    Interruptions,
    ecs,
    interruptions,
    not_supplied,
    pcs,
    ratios,
    service_availability,
    todini_index,
)
from resilience.judge.time_series import NotRecorded, Steps, cut
from simulator.contracts.figures import ARRIVING, GIVEN, NEEDED
from simulator.contracts.history import Consumers, Course
from simulator.contracts.words import Words

_ = Words("resilience")

Floats = NDArray[np.float64]


class Against(StrEnum):
    """What a supply is held against: what consumers required, or what they got in the same run without its faults."""

    REQUIRED = "required"
    UNDISTURBED = "undisturbed"


@dataclass(frozen=True, slots=True)
class Supply:
    """What consumers got of what was due to them: row i holds from `edges[i]` to `edges[i + 1]` (ticks)."""

    edges: NDArray[np.int64]
    due: tuple[Floats, ...]
    got: tuple[Floats, ...]

    @property
    def lengths_s(self) -> Floats:
        return np.diff(self.edges) / 1000.0

    def over_time(self, of: dict[int, float]) -> Course:
        """Values by the number of the row, as a course."""
        return Course(self.edges[:-1], np.array([of[i] for i in range(len(self.due))]))


def supply(run: Consumers, end: int, undisturbed: Consumers | None = None) -> Supply:
    """From the scenario's zero to `end`, against what was required or against the `undisturbed` run.

    Raises `NotRecorded` if the two do not have the same consumers, or if either begins later.
    """
    if undisturbed is None:
        steps = _rows(run, end)
        at = steps.values.astype(np.int64)
        return Supply(steps.edges, tuple(run.required[i] for i in at), tuple(run.supplied[i] for i in at))
    if run.names != undisturbed.names:
        raise NotRecorded(_("the undisturbed run has other consumers"))
    mine, theirs = _rows(run, end), _rows(undisturbed, end)
    edges = np.union1d(mine.edges, theirs.edges)
    of_mine = mine.values[np.searchsorted(mine.edges, edges[:-1], side="right") - 1].astype(np.int64)
    of_theirs = theirs.values[np.searchsorted(theirs.edges, edges[:-1], side="right") - 1].astype(np.int64)
    return Supply(edges, tuple(undisturbed.supplied[i] for i in of_theirs), tuple(run.supplied[i] for i in of_mine))


def _rows(of: Consumers, end: int) -> Steps:
    """Which row of the record holds when."""
    return cut(Course(of.at, np.arange(len(of.at), dtype=np.float64)), 0, end)


def serviceability(found: Supply) -> tuple[Course, Course]:
    """PCS and ECS over time. Equal rows are computed once."""
    known: dict[tuple[int, int], tuple[float, float]] = {}
    p, e = {}, {}
    for i, (due, got) in enumerate(zip(found.due, found.got, strict=True)):
        key = id(due), id(got)
        if key not in known:
            known[key] = (1.0, 1.0) if due is got else (pcs(got, due), ecs(got, due))
        p[i], e[i] = known[key]
    return found.over_time(p), found.over_time(e)


def missing(found: Supply) -> float:
    """What was due and did not come, over the whole time: unit x seconds."""
    return sum(
        not_supplied([got], [due], [length])
        for due, got, length in zip(found.due, found.got, found.lengths_s.tolist(), strict=True)
        if due is not got
    )


def supplied_share(found: Supply) -> float | None:
    """What came over what was due, of all consumers over the whole time; None where nothing was due."""
    due = sum(float(row.sum()) * s for row, s in zip(found.due, found.lengths_s.tolist(), strict=True))
    came = sum(
        float(np.minimum(got, row).sum()) * s
        for row, got, s in zip(found.due, found.got, found.lengths_s.tolist(), strict=True)
    )
    return float(service_availability(came, due)) if due > 0 else None


def interrupted(run: Consumers, end: int, sustained_s: float = SUSTAINED_S) -> Interruptions | None:
    """The indices of IEEE 1366 over the residents behind each consumer; None where nobody lives behind any."""
    served = float(run.people.sum())
    if served <= 0:
        return None
    found = supply(run, end)
    short = np.zeros(len(run.names), dtype=np.bool_)
    for due, got in zip(found.due, found.got, strict=True):
        if due is not got:
            short |= got < due
    places = np.flatnonzero(short & (run.people > 0))
    shares = np.array([_share(due, got, places) for due, got in zip(found.due, found.got, strict=True)])
    courses = ((Course(found.edges[:-1], shares[:, i]), float(run.people[at])) for i, at in enumerate(places))
    return interruptions(courses, served, 0, end, sustained_s)


def _share(due: Floats, got: Floats, places: NDArray[np.intp]) -> Floats:
    """What of its due each of these consumers got; all of it where nothing was due."""
    return np.nan_to_num(ratios(got[places], due[places]), nan=1.0)


def below(run: Consumers, quantity: str, limit: float, end: int) -> Course:
    """The people at consumers where a quantity is below a limit, over time. Raises `NotRecorded`."""
    if quantity not in run.measured:
        raise NotRecorded(_("{quantity} was not recorded", quantity=quantity))
    steps = _rows(run, end)
    people = [float(run.people[run.measured[quantity][i] < limit].sum()) for i in steps.values.astype(int)]
    return Course(steps.edges[:-1], np.array(people))


def surplus(run: Consumers, end: int) -> Course:
    """Todini's index over time, moments without any power to spare left out. Raises `NotRecorded`."""
    if not {ARRIVING, NEEDED, GIVEN} <= set(run.totals):
        raise NotRecorded(_("the powers of the network were not recorded"))
    steps = _rows(run, end)
    rows = steps.values.astype(int)
    powers = (run.totals[name][rows] for name in (ARRIVING, NEEDED, GIVEN))
    values = np.array([todini_index(*row) for row in zip(*powers, strict=True)])
    known = np.isfinite(values)
    return Course(steps.edges[:-1][known], values[known])
