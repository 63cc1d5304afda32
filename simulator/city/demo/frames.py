"""The demo city's two published networks brought onto one map."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulator.city.frame import FOOT_M, MapFrame

Floats = NDArray[np.float64]


def grid_frame(longitude: Floats, latitude: Floats) -> tuple[MapFrame, float, float]:
    """The grid stays where it stands: its frame, and the map's origin (longitude, latitude) in its middle."""
    east = round(float(longitude.min() + longitude.max()) / 2, 3)
    north = round(float(latitude.min() + latitude.max()) / 2, 3)
    return MapFrame.of_degrees(east, north), east, north


def water_frame(x: Floats, y: Floats, grid_x_m: Floats, grid_y_m: Floats) -> tuple[MapFrame, float]:
    """The water network, drawn in feet, shrunk without distortion until it fits the grid's extent, middle on middle.

    Returns the frame and how many times smaller it is drawn than it is.
    """
    width, height = float(np.ptp(x)), float(np.ptp(y))
    scale = round(min(float(np.ptp(grid_x_m)) / width, float(np.ptp(grid_y_m)) / height), 4)
    shift_x = float(grid_x_m.min() + grid_x_m.max()) / 2 - scale * float(x.min() + x.max()) / 2
    shift_y = float(grid_y_m.min() + grid_y_m.max()) / 2 - scale * float(y.min() + y.max()) / 2
    return MapFrame(scale, scale, round(shift_x, 1), round(shift_y, 1)), FOOT_M / scale
