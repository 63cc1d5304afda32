"""From readings to alarms: raised when evidence reaches its limit, cleared when things have been quiet for a while.

An alarm has two pairs of times. `raised` and `cleared` are when the room knew; `begin` and `end` are what it says
afterwards of how long things were out of the ordinary. Nothing here looks ahead: a row is judged by what came before.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring.baseline import Baseline
from monitoring.detectors import OURS, Detector, Evidence
from monitoring.episodes import QUICK, QUIET
from monitoring.recording import Recording, written
from simulator.contracts.words import NO_TEXT, Numeral, Text, Verbatim, Words

_ = Words("monitoring")

Floats = NDArray[np.float64]

FURTHEST = 2.0
"""A single reading counts at most so many times its limit: a spike does not fill the averages for days."""

HEADS = ("raised", "begin", "end", "cleared", "kind", "series", "score", "text")


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something out of the ordinary.

    Parameters: rows of the recording in which it was `raised` and `cleared` (None while it stands), in which it began
    and ended (None while it goes on); the `kind` of evidence and its `title` for people, the `series` that showed it
    most when it was raised, the highest `score` (1 at the limit), and what to say of it.
    """

    raised: int
    begin: int
    end: int | None
    cleared: int | None
    kind: str
    title: Text
    series: str
    score: float
    text: Text


@dataclass(frozen=True, slots=True)
class Watched:
    """The alarms of a recording in the order in which they were raised, and the remarks on how it was watched."""

    alarms: tuple[Alarm, ...]
    remarks: tuple[Text, ...]


def watch(baseline: Baseline, recording: Recording, known: Mapping[str, Detector] = OURS) -> Watched:
    """Judge the rows of a recording one after the other. Its series are those of the baseline, in its order."""
    found: list[Alarm] = []
    remarks: list[Text] = []
    for kind, learned in baseline.learned.items():
        if kind in known:
            evidence = known[kind].see(recording, baseline.scaling, learned)
            found += _alarms(kind, known[kind], evidence, recording)
        else:
            remarks.append(_("what {kind} learned is not used: no such detector is installed", kind=kind))
    return Watched(tuple(sorted(found, key=lambda one: (one.raised, one.kind))), tuple(remarks))


def _alarms(kind: str, detector: Detector, evidence: Evidence, recording: Recording) -> Iterator[Alarm]:
    if not evidence.series:
        return
    memories = np.array(evidence.memories)[:, None]
    limits = evidence.limits
    furthest = FURTHEST * limits[0]
    quick = np.array([memory >= QUICK for memory in evidence.memories])
    level = np.zeros_like(limits)
    raised: int | None = None
    since = begin = last = 0
    out = False  # out of the ordinary since that row
    highest, series = 0.0, ""
    text: Text = NO_TEXT
    for row, now in enumerate(evidence.distance):
        known = np.isfinite(now)
        step = np.clip(np.where(known, now, 0.0), -furthest, furthest)
        level = np.where(known, memories * step + (1 - memories) * level, level)
        scores = np.abs(level) / limits
        top, fast = float(scores.max()), float(scores[quick].max(initial=0.0))
        if not out and top >= evidence.stays:
            since = row
        out = top >= evidence.stays
        if raised is None:
            if top >= 1:
                raised, begin, last, highest = row, since, row, top
                at = int(scores.max(axis=0).argmax())
                series, text = evidence.series[at], _told(detector, evidence, recording, row, at)
            continue
        highest = max(highest, top)
        if fast >= evidence.stays:
            last = row
        if row - last >= QUIET:
            yield Alarm(raised, begin, last, row, kind, detector.title, series, highest, text)
            raised, out, level = None, False, np.zeros_like(level)
    if raised is not None:
        yield Alarm(raised, begin, None, None, kind, detector.title, series, highest, text)


def _told(detector: Detector, evidence: Evidence, recording: Recording, row: int, at: int) -> Text:
    name = evidence.series[at]
    value = recording.values[row, recording.names.index(name)]
    return detector.text.filled(
        series=Verbatim(name), value=_figure(float(value)), expected=_figure(float(evidence.expected[row, at]))
    )


def _figure(value: float) -> Text:
    return Numeral(f"{value:.3g}") if np.isfinite(value) else Verbatim("-")


def as_csv(alarms: Sequence[Alarm], recording: Recording, lang: str) -> str:
    """The alarms as a table; times as ISO 8601 on the clock of the recording, empty while an alarm stands."""
    into = io.StringIO()
    table = csv.writer(into, lineterminator="\n")
    table.writerow(HEADS)
    for one in alarms:
        times = [one.raised, one.begin, one.end, one.cleared]
        moments = ["" if row is None else written(int(recording.times_s[row])) for row in times]
        table.writerow([*moments, one.kind, one.series, f"{one.score:.2f}", one.text.of(lang)])
    return into.getvalue()


def lasting(alarms: Sequence[Alarm], rows: int, afterwards: bool = False) -> NDArray[np.bool_]:
    """In which rows at least one alarm stood, as was known at the time, or as is said `afterwards`; shape (rows,)."""
    standing = np.zeros(rows, bool)
    for one in alarms:
        first, after = (one.begin, one.end) if afterwards else (one.raised, one.cleared)
        standing[first : rows if after is None else after + afterwards] = True
    return standing
