"""A finished run as its folder has it."""

from __future__ import annotations

import numpy as np

from simulator.contracts.history import Course, History
from stadtwerk.runs.finished import RunFolder, StoredSource


def lived(folder: RunFolder) -> History:
    """Levels and events of a run, read from its folder."""
    rows: dict[str, list[tuple[int, float, float | None]]] = {}
    source = StoredSource(folder.path)
    for at, level, value, people in source.levels():
        rows.setdefault(level, []).append((at, value, people))
    levels = {}
    for name, changes in rows.items():
        ticks, values, below = zip(*changes, strict=True)
        counted = None if below[0] is None else np.array(below)
        levels[name] = Course(np.array(ticks), np.array(values), counted)
    return History(folder.begin, folder.end, levels, tuple(source.events()), ())
