"""Coordinate reference systems: what a file or a planner calls one, and where its coordinates lie on earth.

The tables and formulas are those of PROJ, through `pyproj`, which is loaded only where a system is named.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.city.files import not_installed
from simulator.city.frame import MapFrame
from simulator.contracts.place import to_metres
from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.words import Words

_ = Words("simulator.city")

Floats = NDArray[np.float64]

DEGREES = re.compile(r"(urn:ogc:def:crs:)?(OGC:.*CRS84|EPSG:{1,2}4326|EPSG:[\d.]*:4326|4326|WGS ?84|CRS84)", re.I)
"""How longitude and latitude are called: GeoJSON of old, and tables."""
_URN = re.compile(r"urn:ogc:def:crs:([A-Z]+):[\d.]*:(\w+)", re.I)


@dataclass(frozen=True)
class Reference:
    """A coordinate reference system. `transformer` takes its coordinates to longitude and latitude; None for those."""

    name: str
    transformer: Any = None

    @property
    def geographic(self) -> bool:
        """Whether its coordinates are longitude and latitude already."""
        return self.transformer is None

    def degrees(self, x: float, y: float) -> tuple[float, float]:
        """A place in longitude and latitude; infinite where it lies outside the system."""
        if self.transformer is None:
            return x, y
        longitude, latitude = self.transformer.transform(x, y)
        return float(longitude), float(latitude)

    def all_degrees(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Many places."""
        if self.transformer is None:
            return x, y
        longitude, latitude = self.transformer.transform(x, y)
        return np.asarray(longitude, dtype=np.float64), np.asarray(latitude, dtype=np.float64)


WGS84 = Reference("EPSG:4326")


def reference_of(name: str, file: Path | str, field: str) -> Reference:
    """The system that goes by a name such as EPSG:25832, 25832, or a URN of OGC. Raises `BadInput`, told of `field`."""
    if DEGREES.fullmatch(name.strip()):
        return WGS84
    said = _URN.sub(r"\1:\2", name.strip())
    said = f"EPSG:{said}" if said.isdigit() else said
    try:
        import pyproj
    except ModuleNotFoundError:
        fix = _("install it with: pip install 'stadtwerk[import]', or save the file as WGS84 (EPSG:4326)")
        raise not_installed(file, "pyproj", fix, field) from None
    try:
        system = pyproj.CRS.from_user_input(said)
        transformer = pyproj.Transformer.from_crs(system, "EPSG:4326", always_xy=True)
    except pyproj.exceptions.ProjError:
        fix = _("name it like EPSG:25832, or save the file as WGS84 (EPSG:4326)")
        what = _("{name} is no coordinate reference system", name=repr(name[:60]))
        raise BadInput([Problem(str(file), 0, field, what, fix)]) from None
    return Reference(said, transformer)


STEP_M = 100.0


def frame_of(reference: Reference, middle: tuple[float, float], longitude_deg: float, latitude_deg: float) -> MapFrame:
    """The frame of a plane on the map around a place: scaled and turned as the plane is at its middle.

    What a plane is bent over a town is left out: below 0.1 % over 20 km. The map is on a sphere, which makes it 0.3 %
    smaller than an ellipsoid's.
    """

    def at(x: float, y: float) -> tuple[float, float]:
        return to_metres(*reference.degrees(x, y), longitude_deg, latitude_deg)

    x, y = middle
    here, east, north = at(x, y), at(x + STEP_M, y), at(x, y + STEP_M)
    scale_x, scale_y = math.dist(here, east) / STEP_M, math.dist(here, north) / STEP_M
    turn_deg = math.degrees(math.atan2(east[1] - here[1], east[0] - here[0]))
    turned = MapFrame(scale_x, scale_y, 0.0, 0.0, turn_deg)
    shift_x, shift_y = turned.to_map(np.array([x]), np.array([y]))
    return MapFrame(scale_x, scale_y, here[0] - float(shift_x[0]), here[1] - float(shift_y[0]), turn_deg)
