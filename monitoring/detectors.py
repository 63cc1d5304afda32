"""What finds that a reading is out of the ordinary: each detector has one kind of evidence.

A detector learns from quiet times and then says, for each row and series, how far what it sees is from the ordinary. It
keeps what it learned as named arrays, so that a baseline is data. Others bring their own by an entry point of the group
`stadtwerk.detectors` that names a `Detector`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from monitoring.episodes import MEMORIES, STAYS, limits, staying
from monitoring.forecast import Expectation, Scaling, design, learn
from monitoring.forest import Forest
from monitoring.recording import Recording
from simulator.contracts.words import Message, Text, Verbatim, Words

_ = Words("monitoring")

Floats = NDArray[np.float64]
Learned = Mapping[str, NDArray[np.generic]]
Progress = Callable[[int, int], None]

GROUP = "stadtwerk.detectors"
WEEK_S = 604_800
FEW = 10
"""A series with at most so many different values has states (a pump, a valve) instead of a course."""

STUCK_AT_LEAST = 6
"""Steps that a reading must at least stand still to be called stuck (assumption)."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a detector sees in a recording.

    Parameters: the `series` it speaks of, k of them; signed `distance` from the ordinary, shape (n, k), NaN where it
    cannot say; the `memories` of the moving averages that sum it up, and how far each may go, `limits` of the shape
    (memories, k): a score is 1 at the limit. `expected` in the unit of the series, NaN where none, shape (n, k).
    A quick score of at least `stays` keeps an alarm.
    """

    series: tuple[str, ...]
    distance: Floats
    memories: tuple[float, ...]
    limits: Floats
    expected: Floats
    stays: float = STAYS


class Detector(Protocol):
    """One kind of evidence. `kind` is its name in alarms, `text` what it says of a reading, with blanks `series`,
    `value`, `expected`."""

    kind: str
    text: Message

    def learn(self, quiet: Recording, scaling: Scaling, progress: Progress) -> Learned:
        """What is ordinary in readings without an incident."""

    def see(self, recording: Recording, scaling: Scaling, learned: Learned) -> Evidence:
        """How far each reading is from it."""


def several(values: Floats) -> int:
    return len(np.unique(values[np.isfinite(values)]))


class ByForecast:
    """A reading that does not fit the other series and what came before; see `monitoring.forecast`."""

    kind = "forecast"
    text = _("{series} reads {value}; with the other readings and what came before, {expected} was to be expected")

    def learn(self, quiet: Recording, scaling: Scaling, progress: Progress) -> Learned:
        scaled = scaling(quiet.values)
        columns, whole = design(quiet, scaled)
        targets = np.array([at for at in range(len(quiet.names)) if several(scaled[:, at]) > FEW], np.int64)
        whole = whole & np.isfinite(scaled[:, targets]).all(axis=1)
        kept: dict[str, NDArray[np.generic]] = {"targets": targets}
        if not len(targets):
            return kept
        floor = (scaling.step / scaling.spread)[targets]
        kept |= {
            "low": np.nanmin(quiet.values[:, targets], axis=0),
            "high": np.nanmax(quiet.values[:, targets], axis=0),
        }
        expectations, distance = learn(columns[whole], targets, floor, progress)
        highest = limits(distance, WEEK_S / quiet.step_s)
        kept |= {"limits": highest, "stays": np.array(staying(distance, highest))}
        for name, parts in (
            ("columns", [one.columns for one in expectations]),
            ("weights", [one.weights for one in expectations]),
        ):
            kept[name] = np.concatenate(parts)
            kept[f"{name}_ends"] = np.cumsum([len(part) for part in parts])
        for name, forests in (
            ("rest", [one.rest for one in expectations]),
            ("spread", [one.spread for one in expectations]),
        ):
            for part in ("roots", "feature", "threshold", "left", "right", "value"):
                pieces = [getattr(forest, part) for forest in forests]
                kept[f"{name}_{part}"] = np.concatenate(pieces)
            kept[f"{name}_trees"] = np.cumsum([len(forest.roots) for forest in forests])
            kept[f"{name}_nodes"] = np.cumsum([len(forest.feature) for forest in forests])
        return kept

    def see(self, recording: Recording, scaling: Scaling, learned: Learned) -> Evidence:
        targets = learned["targets"].astype(int)
        names = tuple(recording.names[at] for at in targets)
        n, k = len(recording.times_s), len(targets)
        distance, expected = np.full((n, k), np.nan), np.full((n, k), np.nan)
        if not k:
            return Evidence(names, distance, MEMORIES, np.ones((len(MEMORIES), 0)), expected)
        scaled = scaling(recording.values)
        columns, whole = design(recording, scaled)
        coarser = np.nan_to_num(np.maximum(recording.resolution() - scaling.step, 0.0)) / scaling.spread
        for place, (at, one) in enumerate(zip(targets, _expectations(learned), strict=True)):
            forecast = one.forecast(columns[whole])
            error = scaled[whole, at] - forecast
            distance[whole, place] = error / (one.usual_error(columns[whole]) + coarser[at])
            expected[whole, place] = forecast * scaling.spread[at] + scaling.centre[at]
        return Evidence(
            names, distance, MEMORIES, np.asarray(learned["limits"], float), expected, float(learned["stays"])
        )


def _expectations(learned: Learned) -> list[Expectation]:
    def split(name: str, ends: str) -> list[NDArray[np.generic]]:
        return np.split(learned[name], learned[ends].astype(int)[:-1])

    forests = {}
    for name in ("rest", "spread"):
        parts = [
            split(f"{name}_{part}", f"{name}_nodes") for part in ("feature", "threshold", "left", "right", "value")
        ]
        roots = split(f"{name}_roots", f"{name}_trees")
        forests[name] = [Forest(*one) for one in zip(roots, *parts, strict=True)]
    return [
        Expectation(*one)  # type: ignore[arg-type]
        for one in zip(
            split("columns", "columns_ends"),
            split("weights", "weights_ends"),
            forests["rest"],
            forests["spread"],
            strict=True,
        )
    ]


class ByLimit:
    """A reading beyond all that was ever read, by more than quiet times ever went beyond one another."""

    kind = "limit"
    text = _("{series} reads {value}; {expected} is the furthest it ever was")

    def learn(self, quiet: Recording, scaling: Scaling, progress: Progress) -> Learned:
        low, high, margin = [], [], []
        for column, step in zip(quiet.values.T, scaling.step, strict=True):
            seen = column[np.isfinite(column)]
            low.append(seen.min())
            high.append(seen.max())
            parts = np.array_split(seen, 4)
            beyond = [0.0]
            for at, part in enumerate(parts):
                others = np.concatenate([one for other, one in enumerate(parts) if other != at])
                beyond += [others.min() - part.min(), part.max() - others.max()]
            margin.append(max(2 * max(beyond), 0.1 * (seen.max() - seen.min()), 2 * step))
        return {"low": np.array(low), "high": np.array(high), "margin": np.array(margin)}

    def see(self, recording: Recording, scaling: Scaling, learned: Learned) -> Evidence:
        low, high, margin = (np.asarray(learned[name], float) for name in ("low", "high", "margin"))
        values = recording.values
        distance = (np.maximum(values - high, 0.0) - np.maximum(low - values, 0.0)) / margin
        nearest = np.where(values > high, high, low)
        return _direct(recording.names, distance, nearest)


class ByState:
    """A state that a pump, a valve or a switch never had."""

    kind = "state"
    text = _("{series} reads {value}, a state that it never had")

    def learn(self, quiet: Recording, scaling: Scaling, progress: Progress) -> Learned:
        rounded = np.round(quiet.values / scaling.step)
        which, states = [], []
        for at, column in enumerate(rounded.T):
            seen = column[np.isfinite(column)]
            parts = np.array_split(seen, 4)
            steady = all(
                set(part) <= set(np.concatenate([p for q, p in enumerate(parts) if q != o]))
                for o, part in enumerate(parts)
            )
            if several(column) <= FEW and steady:  # a state that only one part of the history has is none to lean on
                for state in np.unique(seen):
                    which.append(at)
                    states.append(state)
        return {"series": np.array(which, np.int64), "states": np.array(states)}

    def see(self, recording: Recording, scaling: Scaling, learned: Learned) -> Evidence:
        which = np.unique(learned["series"]).astype(int)
        names = tuple(recording.names[at] for at in which)
        distance = np.zeros((len(recording.times_s), len(which)))
        for place, at in enumerate(which):
            known = np.asarray(learned["states"], float)[learned["series"] == at]
            column = recording.values[:, at]
            coarse = np.nan_to_num(recording.resolution()[at], nan=0.0)
            nearest = np.abs(column[:, None] - known[None, :] * scaling.step[at]).min(axis=1)
            distance[:, place] = nearest > scaling.step[at] + coarse
        return _direct(names, distance, np.full_like(distance, np.nan))


class Stuck:
    """A reading that stands still for longer than it ever did."""

    kind = "stuck"
    text = _("{series} stands at {value} for longer than it ever did")

    def learn(self, quiet: Recording, scaling: Scaling, progress: Progress) -> Learned:
        rounded = np.round(quiet.values / scaling.step)
        runs = np.array([_standing(column).max() if several(column) > FEW else np.inf for column in rounded.T])
        return {"longest": runs}

    def see(self, recording: Recording, scaling: Scaling, learned: Learned) -> Evidence:
        longest = np.asarray(learned["longest"], float)
        watched = np.flatnonzero(np.isfinite(longest))
        step = np.maximum(scaling.step, np.nan_to_num(recording.resolution(), nan=0.0))
        rounded = np.round(recording.values / step)
        distance = np.zeros((len(rounded), len(watched)))
        for place, at in enumerate(watched):
            distance[:, place] = _standing(rounded[:, at]) / max(2 * longest[at], STUCK_AT_LEAST)
        return _direct(tuple(recording.names[at] for at in watched), distance, np.full_like(distance, np.nan))


def _standing(column: Floats) -> Floats:
    """How many steps each value has been the same as before."""
    run = np.zeros(len(column))
    for row in range(1, len(column)):
        run[row] = run[row - 1] + 1 if column[row] == column[row - 1] else 0
    return run


class Silent:
    """A series that sends nothing for longer than it ever did."""

    kind = "silence"
    text = _("{series} has been silent for longer than it ever was")

    def learn(self, quiet: Recording, scaling: Scaling, progress: Progress) -> Learned:
        return {"longest": np.array([_run(np.isnan(column)).max() for column in quiet.values.T])}

    def see(self, recording: Recording, scaling: Scaling, learned: Learned) -> Evidence:
        longest = np.asarray(learned["longest"], float)
        runs = np.column_stack([_run(np.isnan(column)) for column in recording.values.T])
        distance = runs / np.maximum(2 * longest, 3)
        return _direct(recording.names, distance, np.full_like(distance, np.nan))


def _run(flags: NDArray[np.bool_]) -> Floats:
    run, now = np.zeros(len(flags)), 0
    for row, one in enumerate(flags):
        now = now + 1 if one else 0
        run[row] = now
    return run


def _direct(names: tuple[str, ...], distance: Floats, expected: Floats) -> Evidence:
    """Evidence that is its own score: nothing is summed over time."""
    return Evidence(names, distance, (1.0,), np.ones((1, len(names))), expected)


OURS: tuple[Detector, ...] = (ByForecast(), ByLimit(), ByState(), Stuck(), Silent())


def detectors() -> tuple[Mapping[str, Detector], tuple[Text, ...]]:
    """Every detector by its kind, ours and others', and what is wrong with those that were left out."""
    found: dict[str, Detector] = {one.kind: one for one in OURS}
    wrong: list[Text] = []
    for point in sorted(entry_points(group=GROUP), key=lambda one: one.name):
        try:
            one = point.load()
            one = one() if isinstance(one, type) else one
            if one.kind in found:
                raise ValueError(f"the kind {one.kind!r} is there already")
            for part in ("learn", "see", "text"):
                getattr(one, part)
        except Exception as error:  # whatever somebody else's package does, the others work
            said = Verbatim(f"{type(error).__name__}: {error}")
            wrong.append(_("the detector {name} is left out ({reason})", name=point.name, reason=said))
            continue
        found[one.kind] = one
    return found, tuple(wrong)
