"""How well recorded readings are watched: `python -m benchmarks.detection HISTORY.csv`.

Cross-validation on a history without incidents. Each of four contiguous parts is watched by what was learned from the
other three, as it is (false alarms) and with forged readings put into it (detection). What is forged is drawn with a
seed: the series, how (offset, drift, replay, freeze, scale), when and for how long. Printed is the score of the Battle
of the Attack Detection Algorithms (Taormina et al. 2018): half of it for the time to detection, half for the hours
that are judged rightly; by what was known at the time. Forging touches readings only, never the works behind them, so
it is harder to see than what an attack on the works leaves behind in other series.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from monitoring.baseline import learn
from monitoring.detectors import FEW, several
from monitoring.recording import Recording, read_recording
from monitoring.watch import Alarm, lasting, watch

PARTS, ATTACKS, ROUNDS = 4, 8, 3
SHORTEST, LONGEST = 24, 100
"""Rows that a forgery lasts."""

Span = tuple[int, int]


def forged(part: Recording, history: Recording, draw: np.random.Generator) -> tuple[Recording, list[Span]]:
    """A part of a history with forged readings in it, and from where to where they stand."""
    values, spans = part.values.copy(), []
    with_course = [at for at, column in enumerate(history.values.T) if several(np.round(column, 2)) > FEW]
    room = len(values) // ATTACKS
    for attack in range(ATTACKS):
        length = int(draw.integers(SHORTEST, min(LONGEST, room // 2)))
        first = attack * room + int(draw.integers(room // 8, room - length - room // 8))
        rows = slice(first, first + length)
        at = int(draw.choice(with_course))
        spread = history.values[:, at].std()
        sign = draw.choice([-1.0, 1.0])
        match draw.choice(["offset", "drift", "replay", "freeze", "scale"]):
            case "offset":
                values[rows, at] += sign * draw.uniform(0.3, 1.0) * spread
            case "drift":
                values[rows, at] += sign * np.linspace(0, draw.uniform(0.5, 1.5) * spread, length)
            case "replay":
                begin = int(draw.integers(0, len(history.values) - length))
                values[rows, at] = history.values[begin : begin + length, at]
            case "freeze":
                values[rows, at] = values[first, at]
            case _:
                values[rows, at] *= 1 + 0.15 * sign
        spans.append((first, first + length))
    return Recording(part.times_s, part.names, np.round(values, 2), part.step_s), spans


def score(alarms: Sequence[Alarm], spans: Sequence[Span], rows: int) -> tuple[float, float]:
    """The score of the competition, and the share of the attacks that were found."""
    standing, attacked = lasting(alarms, rows), np.zeros(rows, bool)
    late = []
    for first, after in spans:
        attacked[first:after] = True
        found = np.flatnonzero(standing[first:after])
        late.append(found[0] / (after - first) if len(found) else 1.0)
    rightly = (standing[attacked].mean() + (~standing[~attacked]).mean()) / 2
    return 0.5 * (1 - float(np.mean(late))) + 0.5 * float(rightly), float(np.mean([one < 1 for one in late]))


def only(recording: Recording, rows: NDArray[np.bool_]) -> Recording:
    return Recording(recording.times_s[rows], recording.names, recording.values[rows], recording.step_s)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("history", type=Path)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    history = read_recording(options.history)
    part = np.arange(len(history.times_s)) * PARTS // len(history.times_s)
    draw = np.random.default_rng(options.seed)
    scores, found, false, weeks = [], [], 0, 0.0
    for held in range(PARTS):
        quiet, watched = only(history, part != held), only(history, part == held)
        baseline = learn(quiet).baseline
        clean = Recording(watched.times_s, watched.names, np.round(watched.values, 2), watched.step_s)
        nothing = watch(baseline, clean).alarms
        false += len(nothing)
        weeks += len(watched.times_s) * watched.step_s / 604_800
        for _round in range(ROUNDS):
            recording, spans = forged(watched, quiet, draw)
            one, share = score(watch(baseline, recording).alarms, spans, len(recording.times_s))
            scores.append(one)
            found.append(share)
        print(
            f"part {held + 1} of {PARTS}: {len(nothing)} false alarms, score {np.mean(scores[-ROUNDS:]):.3f}",
            flush=True,
        )
    print(f"score {np.mean(scores):.3f} (from {min(scores):.3f} to {max(scores):.3f}), found {np.mean(found):.1%}")
    print(f"false alarms a week {false / weeks:.2f}")


if __name__ == "__main__":
    main()
