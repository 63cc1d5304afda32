"""What each series should be at a moment, given all the others, what came before and the hour of the day.

A town's series hang together: tanks by their balances, pumps by their curves, two instruments that see the same thing.
None of that is told here; it is learned. A straight line (ridge regression) takes what is proportional, boosted trees
take what is left, and a second forest says how far off the forecast usually is in such a situation. A reading is then
judged by its distance from the forecast in units of that spread.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from os import cpu_count

import numpy as np
from numpy.typing import NDArray

from monitoring.forest import Forest, grow, load_learner
from monitoring.recording import Recording

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CARRY = 3
"""So many steps a missing reading of another series is replaced by its last value (assumption)."""

COLUMNS = 120
"""At most so many other columns a forecast leans on, the most correlated ones: keeps the work of large plants
linear."""

FOLDS = 4
"""Contiguous parts of the history, each forecast by what was learned from the others."""

RIDGE = 1e-5
"""Weight of the ridge a row: only keeps columns that say the same from blowing up."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """How one series is forecast: the columns of the design that it leans on, the weights of the straight line (the
    last one is the constant), the forest on what is left, and the forest of the logarithm of the spread."""

    columns: Ints
    weights: Floats
    rest: Forest
    spread: Forest

    def forecast(self, design: Floats) -> Floats:
        return _forecast(design[:, self.columns], self.weights, self.rest)

    def usual_error(self, design: Floats) -> Floats:
        return np.exp(self.spread.predict(design[:, self.columns]))


@dataclass(frozen=True, slots=True)
class Scaling:
    """How readings become the columns of a design: rounded to `step`, less `centre`, over `spread`; shape (m,)."""

    step: Floats
    centre: Floats
    spread: Floats

    def __call__(self, values: Floats) -> Floats:
        return (np.round(values / self.step) * self.step - self.centre) / self.spread


def carried(values: Floats, most: int = CARRY) -> Floats:
    """Missing values replaced by the last ones before, at most so many rows later; shape (n, m)."""
    filled = values.copy()
    for _step in range(most):
        missing = np.isnan(filled[1:])
        if not missing.any():
            break
        before = filled[:-1].copy()
        filled[1:][missing] = before[missing]
    return filled


def design(recording: Recording, scaled: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """All series now, all series a step before, and the hour of the day as two waves: shape (n, 2 m + 4); and the rows
    that are whole. The first row, and any after a gap in the clock, has nothing before it."""
    now = carried(scaled)
    before = np.full_like(now, np.nan)
    before[1:] = now[:-1]
    before[1:][np.diff(recording.times_s) != recording.step_s] = np.nan
    turn = 2 * np.pi * (recording.times_s % 86_400) / 86_400
    hours = np.column_stack([wave(k * turn) for k in (1, 2) for wave in (np.sin, np.cos)])
    columns = np.column_stack([now, before, hours])
    whole = np.isfinite(columns).all(axis=1)
    return np.where(np.isfinite(columns), columns, 0.0), whole


def learn(
    columns: Floats,
    targets: Ints,
    floor: Floats,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[list[Expectation], Floats]:
    """Learn the expectation of each target, and what its distances are where it was not learned from.

    Parameters: the whole rows of a `design`, shape (n, c); the columns that are to be forecast, shape (k,); the least
    spread of each, shape (k,). Returns the expectations, learned from all rows, and the distances of each row from the
    forecast of the folds that it is not in, in units of the spread learned there too, shape (n, k).
    """
    load_learner()  # threads must not find it half imported
    n = len(columns)
    fold = np.arange(n) * FOLDS // n
    done = 0

    def one(at: int) -> tuple[Expectation, Floats]:
        target = int(targets[at])
        used = _columns(columns, target)
        rows, wanted = columns[:, used], columns[:, target]
        error = np.empty(n)
        for held in range(FOLDS):
            known = fold != held
            weights, rest = _fit(rows[known], wanted[known])
            error[~known] = wanted[~known] - _forecast(rows[~known], weights, rest)
        size = np.log(np.abs(error) + floor[at])
        distance = np.empty(n)
        for held in range(FOLDS):
            known = fold != held
            distance[~known] = error[~known] / np.exp(_spread(rows[known], size[known]).predict(rows[~known]))
        weights, rest = _fit(rows, wanted)
        return Expectation(used, weights, rest, _spread(rows, size)), distance

    found: list[tuple[Expectation, Floats]] = []
    with ThreadPoolExecutor(cpu_count() or 1) as threads:  # the learner works outside Python's lock
        for pair in threads.map(one, range(len(targets))):
            found.append(pair)
            done += 1
            progress(done, len(targets))
    return [expectation for expectation, _distance in found], np.column_stack([distance for _, distance in found])


def _columns(columns: Floats, target: int) -> Ints:
    others = np.array([at for at in range(columns.shape[1]) if at != target and columns[:, at].std() > 0])
    if len(others) <= COLUMNS:
        return others
    like = np.abs([np.corrcoef(columns[:, at], columns[:, target])[0, 1] for at in others])
    return np.sort(others[np.argsort(-like, kind="stable")[:COLUMNS]])


def _fit(rows: Floats, wanted: Floats) -> tuple[Floats, Forest]:
    whole = np.column_stack([rows, np.ones(len(rows))])
    square = whole.T @ whole + RIDGE * len(rows) * np.eye(whole.shape[1])
    weights: Floats = np.asarray(np.linalg.solve(square, whole.T @ wanted), np.float64)
    return weights, grow(rows, wanted - whole @ weights, trees=40, leaves=16, least=20)


def _forecast(rows: Floats, weights: Floats, rest: Forest) -> Floats:
    line: Floats = rows @ weights[:-1] + weights[-1]
    return line + rest.predict(rows)


def _spread(rows: Floats, size: Floats) -> Forest:
    return grow(rows, size, trees=30, leaves=8, least=60)
