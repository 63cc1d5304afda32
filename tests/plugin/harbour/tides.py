"""A detector of the harbour's own: what rises more than a metre in a step."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from monitoring.detectors import Evidence, Learned, Progress
from monitoring.forecast import Scaling
from monitoring.recording import Recording
from simulator.contracts.words import Words

_ = Words("harbour")


class Tides:
    title = _("tide")
    text = _("{series} jumps to {value}")

    def learn(self, quiet: Recording, scaling: Scaling, progress: Progress) -> Learned:
        return {"highest": np.nanmax(np.abs(np.diff(quiet.values, axis=0)), axis=0)}

    def see(self, recording: Recording, scaling: Scaling, learned: Mapping[str, np.ndarray]) -> Evidence:
        rise = np.diff(recording.values, axis=0, prepend=recording.values[:1])
        unknown = np.full_like(rise, np.nan)
        return Evidence(recording.names, rise / (3 * learned["highest"]), (1.0,), np.ones((1, rise.shape[1])), unknown)
