"""The demo city's two published networks brought onto one map."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulator.city.frame import FOOT_M, MapFrame

Floats = NDArray[np.float64]

TURN_DEG = 15
"""Step of the turns tried for the water network (assumption: finer steps bring no one nearer to speak of)."""


def grid_frame(longitude: Floats, latitude: Floats) -> tuple[MapFrame, float, float]:
    """The grid stays where it stands: its frame, and the map's origin (longitude, latitude) in its middle."""
    east = round(float(longitude.min() + longitude.max()) / 2, 3)
    north = round(float(latitude.min() + latitude.max()) / 2, 3)
    return MapFrame.of_degrees(east, north), east, north


def water_frame(x: Floats, y: Floats, people: Floats, grid_x_m: Floats, grid_y_m: Floats) -> tuple[MapFrame, float]:
    """The water network, drawn in feet, turned and shrunk without distortion until it fits the grid's extent.

    Both networks serve the same people, so of the turns in steps of `TURN_DEG` the one is taken that brings people
    (`people` at each x, y) nearest to local substations in the mean. Returns the frame and how many times smaller
    the network is drawn than it is.
    """
    best: tuple[float, MapFrame, float] | None = None
    for turn in range(0, 360, TURN_DEG):
        across, along = MapFrame(rotate_deg=turn).to_map(x, y)
        scale = round(float(min(np.ptp(grid_x_m) / np.ptp(across), np.ptp(grid_y_m) / np.ptp(along))), 4)
        shift_x = round(_middle(grid_x_m) - scale * _middle(across), 1)
        shift_y = round(_middle(grid_y_m) - scale * _middle(along), 1)
        frame = MapFrame(scale, scale, shift_x, shift_y, float(turn))
        distance = float(np.average(_to_nearest(*frame.to_map(x, y), grid_x_m, grid_y_m), weights=people))
        if best is None or distance < best[0]:
            best = distance, frame, FOOT_M / scale
    assert best is not None
    return best[1:]


def _middle(values: Floats) -> float:
    return float(values.min() + values.max()) / 2


def _to_nearest(x_m: Floats, y_m: Floats, other_x_m: Floats, other_y_m: Floats) -> Floats:
    """Distance in metres from each place to the nearest of the others."""
    nearest: Floats = np.hypot(x_m[:, None] - other_x_m, y_m[:, None] - other_y_m).min(axis=1)
    return nearest
