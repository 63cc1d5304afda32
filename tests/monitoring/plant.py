"""A small waterworks with a known course: what is out of the ordinary in it was put there."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

NAMES = ("level", "inflow", "pump", "demand", "pressure")


def course(hours: int, seed: int) -> NDArray[np.float64]:
    """Level in m, inflow and demand in l/s, pump 0 or 1, pressure in m, hour by hour; shape (hours, 5).

    A tank of 120 m2: a pump of 40 l/s starts below 2 m and stops above 4 m; demand follows the hour of the day. The
    pressure at the foot is the level and a loss that goes with the square of the demand.
    """
    draw = np.random.default_rng(seed)
    level, pump, rows = 3.0, 0, []
    for hour in range(hours):
        demand = 15 + 8 * np.sin(2 * np.pi * (hour % 24 - 6) / 24) + draw.normal(0, 0.8)
        pump = 1 if level < 2 else 0 if level > 4 else pump
        inflow = 40.0 * pump + draw.normal(0, 0.3) * pump
        rows.append([level, inflow, pump, demand, 30 + level - 0.002 * demand**2 + draw.normal(0, 0.01)])
        level += (inflow - demand) * 3.6 / 120
    return np.array(rows)


def write(path: Path, values: NDArray[np.float64], form: str = "%Y-%m-%dT%H:%M:%S") -> Path:
    """As CSV, with a column of labels, from 3 January 2025 on."""
    lines = ["time," + ",".join(NAMES) + ",label"]
    for hour, row in enumerate(values):
        moment = datetime(2025, 1, 3) + timedelta(hours=hour)
        lines.append(",".join([moment.strftime(form), *(f"{value:.3f}" for value in row), "0"]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
