"""Figures of the data network: how much of the time it was there, how fast a standby took over, what data were lost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from resilience.judge.courses import TOLERANCE, cut
from simulator.contracts.history import Course
from simulator.contracts.ticks import to_s


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
