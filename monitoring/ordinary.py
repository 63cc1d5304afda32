"""What is ordinary for a control room, learned from the readings of quiet days: how readings of different gateways
belong together, and what each zone draws at which hour.

A reading is held against each other gateway by itself, and the gateways then vote: whoever forges one of them does not
get the majority. How far the vote may be off is learned from days that it was not learned from.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from monitoring.delivered import Series
from monitoring.episodes import run
from monitoring.picture import KEPT, STEP_S
from monitoring.playbooks import Balance, ControlFile

Floats = NDArray[np.float64]

DAY = int(86400 / STEP_S)

PENALTY = 3.0
"""Weight of the ridge, in standardised units (assumption)."""

USEFUL = 0.6
"""A gateway is a witness of a series if what it cannot say of it is at most this share of how much the series moves."""

MARGIN = 2.0
"""How much further than ever on days that were not learned from a reading may be off (assumption)."""

LEAST_DAYS = 3


@dataclass(frozen=True, slots=True)
class Witness:
    """What the series of one gateway say of one series: a weighted sum, right up to `spread` (standard deviation)."""

    target: int
    sources: NDArray[np.int64]
    weights: Floats
    constant: float
    spread: float


@dataclass(frozen=True, slots=True)
class Ordinary:
    """What was learned. `limits` by series: how far a reading may be from the vote of its witnesses.

    `drawn` has a row a balance and a column a step of the day (m3/s), `beyond` how much more is out of the ordinary.
    `still` is how long each series ever read the same, in ticks; 0 for one that may stand still. `low`, `high` and
    `step` are the furthest that it ever was, and ever went in one step.
    """

    names: tuple[str, ...]
    witnesses: tuple[Witness, ...]
    limits: Mapping[int, float]
    balances: tuple[str, ...]
    drawn: Floats
    beyond: Floats
    still: NDArray[np.int64]
    low: Floats
    high: Floats
    step: Floats

    def estimates(self, seen: Floats) -> dict[int, float]:
        """What other gateways say of each series now: the median of their votes, weighted by how precise they are."""
        votes: dict[int, list[tuple[float, float]]] = {}
        for one in self.witnesses:
            said = seen[one.sources] @ one.weights + one.constant
            if np.isfinite(said):
                votes.setdefault(one.target, []).append((float(said), one.spread**-2))
        return {target: _median(sorted(found)) for target, found in votes.items()}

    def save(self, path: Path) -> None:
        """As JSON: numbers to twelve digits, which is more than they are worth."""
        data = {
            "names": self.names,
            "witnesses": [
                [one.target, one.sources.tolist(), _short(one.weights), float(f"{one.constant:.12g}"), one.spread]
                for one in self.witnesses
            ],
            "limits": [[target, limit] for target, limit in self.limits.items()],
            "balances": self.balances,
            "drawn": [_short(row) for row in self.drawn],
            "beyond": _short(self.beyond),
            "still": self.still.tolist(),
            **{name: _short(getattr(self, name)) for name in ("low", "high", "step")},
        }
        path.write_text(json.dumps(data) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Ordinary:
        """Raises `ValueError` or `KeyError` for what is none."""
        data = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            tuple(data["names"]),
            tuple(
                Witness(target, np.array(sources, np.int64), np.array(weights, float), constant, spread)
                for target, sources, weights, constant, spread in data["witnesses"]
            ),
            {int(target): float(limit) for target, limit in data["limits"]},
            tuple(data["balances"]),
            np.array(data["drawn"], float).reshape(len(data["balances"]), DAY),
            np.array(data["beyond"], float),
            np.array(data["still"], np.int64),
            *(np.array(data[name], float) for name in ("low", "high", "step")),
        )


def _short(values: Floats) -> list[float]:
    return [float(f"{value:.12g}") for value in values.tolist()]


def _median(votes: Sequence[tuple[float, float]]) -> float:
    half, passed = sum(weight for _, weight in votes) / 2, 0.0
    for value, weight in votes:
        passed += weight
        if passed >= half:
            return value
    return votes[-1][0]


def drawn(past: Sequence[Floats], balance: Balance, place: Mapping[str, int]) -> float:
    """What a zone drew in the last hour (m3/s): flows are averaged, stores counted by the slope of their level. NaN
    where something is missing."""
    if len(past) < KEPT:
        return float("nan")
    rows = np.array(past)
    total = 0.0
    for names, sign in ((balance.into, 1.0), (balance.out_of, -1.0)):
        for name in names:
            flow = rows[:, place[name]]
            total += sign * float((flow[0] / 2 + flow[1:-1].sum() + flow[-1] / 2) / (len(flow) - 1))
    t = (np.arange(len(rows)) - (len(rows) - 1) / 2) * STEP_S
    for store in balance.stores:
        level = rows[:, place[store.reading]]
        total -= store.area_m2 * float(t @ level / (t @ t))
    return total


def learn(plan: ControlFile, series: tuple[Series, ...], rows: Floats, begin_step: int) -> Ordinary:
    """What is ordinary, from a row for each step of `STEP_S` of quiet days; `begin_step` is the first row's step of
    the day. Raises `ValueError` for fewer than three days."""
    if len(rows) < LEAST_DAYS * DAY:
        raise ValueError(f"{len(rows)} steps are less than {LEAST_DAYS} days")
    place = {one.name: i for i, one in enumerate(series)}
    days = np.arange(len(rows)) // DAY
    witnesses, limits = _witnesses(plan, series, rows, days)
    table, beyond = _drawn(plan, rows, place, begin_step)
    still = np.array([_longest(column) for column in rows.T], dtype=np.int64) * round(STEP_S * 1000)
    return Ordinary(
        tuple(one.name for one in series),
        witnesses,
        limits,
        tuple(one.id for one in plan.balances),
        table,
        beyond,
        still,
        *_reach(rows),
    )


def _witnesses(
    plan: ControlFile, series: tuple[Series, ...], rows: Floats, days: NDArray[np.int64]
) -> tuple[tuple[Witness, ...], dict[int, float]]:
    usable = [
        i
        for i, one in enumerate(series)
        if one.quantity in plan.witnesses and np.isfinite(rows[:, i]).all() and rows[:, i].std() > 0
    ]
    targets = [i for i in usable if any(series[i].name == level.reading for level in plan.levels)]
    by_gateway: dict[str, list[int]] = {}
    for i in usable:
        by_gateway.setdefault(series[i].gateway, []).append(i)
    found: list[Witness] = []
    limits: dict[int, float] = {}
    for target in targets:
        y, votes = rows[:, target], []
        for gateway, sources in sorted(by_gateway.items()):
            if gateway == series[target].gateway:
                continue
            held_out = np.empty_like(y)
            for day in np.unique(days):
                inside = days != day
                weights, constant = _ridge(rows[inside][:, sources], y[inside])
                held_out[~inside] = rows[~inside][:, sources] @ weights + constant
            spread = float(np.sqrt(np.mean((y - held_out) ** 2)))
            if spread <= USEFUL * y.std():
                weights, constant = _ridge(rows[:, sources], y)
                found.append(Witness(target, np.array(sources, np.int64), weights, constant, spread))
                votes.append((held_out, spread**-2))
        if votes:
            told = np.array([_median(sorted((float(v[i]), w) for v, w in votes)) for i in range(len(y))])
            limits[target] = MARGIN * float(np.abs(y - told).max())
    return tuple(found), limits


def _ridge(x: Floats, y: Floats) -> tuple[Floats, float]:
    centre, spread = x.mean(axis=0), np.maximum(x.std(axis=0), 1e-9)
    z = (x - centre) / spread
    weights = np.linalg.solve(z.T @ z + PENALTY * np.eye(z.shape[1]), z.T @ (y - y.mean())) / spread
    return weights, float(y.mean() - centre @ weights)


def _drawn(plan: ControlFile, rows: Floats, place: Mapping[str, int], begin_step: int) -> tuple[Floats, Floats]:
    table, beyond = np.zeros((len(plan.balances), DAY)), np.zeros(len(plan.balances))
    of_day = (np.arange(len(rows)) + begin_step) % DAY
    for i, one in enumerate(plan.balances):
        course = np.array([drawn(list(rows[max(0, n - KEPT + 1) : n + 1]), one, place) for n in range(len(rows))])
        known = np.isfinite(course)
        for step in range(DAY):
            values = course[known & (of_day == step)]
            table[i, step] = values.mean() if len(values) else 0.0
        # each day against the others: the mean holds the day itself, which makes the distance smaller by so much
        count = np.array([max(2, int((known & (of_day == step)).sum())) for step in range(DAY)])
        off = np.abs(course - table[i, of_day]) * (count / (count - 1))[of_day]
        beyond[i] = MARGIN * float(off[known].max()) if known.any() else np.inf
    return table, beyond


def _reach(rows: Floats) -> tuple[Floats, Floats, Floats]:
    """The lowest and the highest of each column, and its largest step; what was never read reaches nowhere."""
    low, high, step = np.zeros(rows.shape[1]), np.zeros(rows.shape[1]), np.zeros(rows.shape[1])
    for i, column in enumerate(rows.T):
        seen = column[np.isfinite(column)]
        if len(seen) > 1:
            low[i], high[i], step[i] = seen.min(), seen.max(), np.abs(np.diff(seen)).max()
    return low, high, step


def _longest(column: Floats) -> int:
    """For how many steps it ever read the same; 0 for what has few different values and may stand still."""
    seen = column[np.isfinite(column)]
    if len(np.unique(seen)) <= len(seen) / 4:
        return 0
    return int(run(column[1:] == column[:-1]).max(initial=0)) + 1
