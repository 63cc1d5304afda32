"""What finds that a reading is out of the ordinary: each detector has one kind of evidence.

A detector learns from quiet times and then says, for each row and series, how far what it sees is from the ordinary. It
keeps what it learned as named arrays, so that a baseline is data. Whoever opens the room gives it the detectors: those
that ship, and those that plug-ins bring.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from monitoring.episodes import MEMORIES, STAYS, limits, run, staying
from monitoring.forecast import Expectation, Scaling, design, learn
from monitoring.forest import Forest
from monitoring.recording import Recording
from simulator.contracts.words import Message, Text, Words

_ = Words("monitoring")

Floats = NDArray[np.float64]
Learned = Mapping[str, NDArray[np.generic]]
Progress = Callable[[int, int], None]

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
    """One kind of evidence. `title` names it to people, `text` is what it says of a reading, with blanks `series`,
    `value`, `expected`."""

    @property
    def title(self) -> Text: ...

    @property
    def text(self) -> Message: ...

    def learn(self, quiet: Recording, scaling: Scaling, progress: Progress) -> Learned:
        """What is ordinary in readings without an incident."""

    def see(self, recording: Recording, scaling: Scaling, learned: Learned) -> Evidence:
        """How far each reading is from it."""


def several(values: Floats) -> int:
    """How many different values there are."""
    return len(np.unique(values[np.isfinite(values)]))


def _held_out(seen: Floats) -> Iterator[tuple[Floats, Floats]]:
    """Each quarter of a series, and the three others."""
    parts = np.array_split(seen, 4)
    for at, part in enumerate(parts):
        yield part, np.concatenate(parts[:at] + parts[at + 1 :])


class ByForecast:
    """A reading that does not fit the other series and what came before; see `monitoring.forecast`."""

    title = _("forecast")
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
        coarser = np.fmax(recording.resolution - scaling.step, 0.0) / scaling.spread
        rows = columns[whole]
        for place, (at, one) in enumerate(zip(targets, _expectations(learned), strict=True)):
            forecast = one.forecast(rows)
            error = scaled[whole, at] - forecast
            distance[whole, place] = error / (one.usual_error(rows) + coarser[at])
            expected[whole, place] = forecast * scaling.spread[at] + scaling.centre[at]
        # what is told stays within what there ever was: a straight line knows no empty pipe
        expected = np.clip(expected, np.asarray(learned["low"], float), np.asarray(learned["high"], float))
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

    title = _("limit")
    text = _("{series} reads {value}; {expected} is the furthest it ever was")

    def learn(self, quiet: Recording, scaling: Scaling, progress: Progress) -> Learned:
        low, high, margin = [], [], []
        for column, step in zip(quiet.values.T, scaling.step, strict=True):
            seen = column[np.isfinite(column)]
            low.append(seen.min())
            high.append(seen.max())
            beyond = [0.0]
            for part, others in _held_out(seen):
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

    title = _("state")
    text = _("{series} reads {value}, a state that it never had")

    def learn(self, quiet: Recording, scaling: Scaling, progress: Progress) -> Learned:
        rounded = np.round(quiet.values / scaling.step)
        which, states = [], []
        for at, column in enumerate(rounded.T):
            seen = column[np.isfinite(column)]
            steady = all(set(part) <= set(others) for part, others in _held_out(seen))
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
            nearest = np.abs(column[:, None] - known[None, :] * scaling.step[at]).min(axis=1)
            distance[:, place] = nearest > scaling.step[at] + recording.resolution[at]
        return _direct(names, distance)


class Stuck:
    """A reading that stands still for longer than it ever did."""

    title = _("stands still")
    text = _("{series} stands at {value} for longer than it ever did")

    def learn(self, quiet: Recording, scaling: Scaling, progress: Progress) -> Learned:
        rounded = np.round(quiet.values / scaling.step)
        runs = np.array([_standing(column).max() if several(column) > FEW else np.inf for column in rounded.T])
        return {"longest": runs}

    def see(self, recording: Recording, scaling: Scaling, learned: Learned) -> Evidence:
        longest = np.asarray(learned["longest"], float)
        watched = np.flatnonzero(np.isfinite(longest))
        step = np.fmax(scaling.step, recording.resolution)
        rounded = np.round(recording.values / step)
        distance = np.zeros((len(rounded), len(watched)))
        for place, at in enumerate(watched):
            distance[:, place] = _standing(rounded[:, at]) / max(2 * longest[at], STUCK_AT_LEAST)
        return _direct(tuple(recording.names[at] for at in watched), distance)


def _standing(column: Floats) -> Floats:
    """How many steps each value has been the same as before."""
    return run(np.concatenate([[False], column[1:] == column[:-1]]))


class Silent:
    """A series that sends nothing for longer than it ever did."""

    title = _("silence")
    text = _("{series} has been silent for longer than it ever was")

    def learn(self, quiet: Recording, scaling: Scaling, progress: Progress) -> Learned:
        return {"longest": np.array([run(np.isnan(column)).max() for column in quiet.values.T])}

    def see(self, recording: Recording, scaling: Scaling, learned: Learned) -> Evidence:
        longest = np.asarray(learned["longest"], float)
        runs = np.column_stack([run(np.isnan(column)) for column in recording.values.T])
        distance = runs / np.maximum(2 * longest, 3)
        return _direct(recording.names, distance)


def _direct(names: tuple[str, ...], distance: Floats, expected: Floats | None = None) -> Evidence:
    """Evidence that is its own score: nothing is summed over time."""
    expected = np.full_like(distance, np.nan) if expected is None else expected
    return Evidence(names, distance, (1.0,), np.ones((1, len(names))), expected)


OURS: Mapping[str, Detector] = {
    "forecast": ByForecast(),
    "limit": ByLimit(),
    "state": ByState(),
    "stuck": Stuck(),
    "silence": Silent(),
}
"""The detectors that ship, by the kind of their evidence."""
