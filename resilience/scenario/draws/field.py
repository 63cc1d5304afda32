"""The intensity of a hazard as a field: an ESRI ASCII grid in degrees, in metres of the map, or in another system."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.contracts.city import City
from simulator.contracts.place import to_degrees
from simulator.contracts.problem import BadInput, Problem, reason_of
from simulator.contracts.words import Text, Words

_ = Words("resilience")

MAP, DEGREES = "map", "EPSG:4326"
"""Coordinates of a grid: metres east and north of the city map's origin, or longitude and latitude."""
MOST_CELLS = 25_000_000
"""A grid may have so many cells: 5,000 by 5,000."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Values of cells of `cell` width from the corner (`left`, `bottom`); the first row is the northernmost. NaN: none.

    `crs` says in what its coordinates are: `map`, or a code that pyproj knows.
    """

    file: str
    left: float
    bottom: float
    cell: float
    crs: str
    values: NDArray[np.float64] = field(compare=False, repr=False)

    def at(self, x: float, y: float) -> float | None:
        """The value of the cell that holds a place, in its own coordinates; None outside, and where there is none."""
        rows, columns = self.values.shape
        column, row = math.floor((x - self.left) / self.cell), math.floor((y - self.bottom) / self.cell)
        if not (0 <= column < columns and 0 <= row < rows):
            return None
        value = float(self.values[rows - 1 - row, column])
        return None if math.isnan(value) else value


@dataclass(frozen=True, slots=True)
class Field:
    """A grid laid over a city's map."""

    grid: Grid
    longitude_deg: float
    latitude_deg: float

    def intensity(self, x_m: float, y_m: float) -> float | None:
        """The intensity at a place of the map; None where the grid has none."""
        if self.grid.crs == MAP:
            return self.grid.at(x_m, y_m)
        longitude, latitude = to_degrees(x_m, y_m, self.longitude_deg, self.latitude_deg)
        if self.grid.crs == DEGREES:
            return self.grid.at(longitude, latitude)
        return self.grid.at(*_transformer(self.grid.crs).transform(longitude, latitude))


def laid_over(grid: Grid, city: City) -> Field:
    return Field(grid, city.longitude_deg, city.latitude_deg)


@cache
def _transformer(crs: str) -> Any:
    from pyproj import Transformer

    return Transformer.from_crs(DEGREES, crs, always_xy=True)


def unknown_crs(crs: str) -> tuple[Text, Text] | None:
    """Why coordinates cannot be told in this reference system, and how to fix it; None if they can."""
    if crs in (MAP, DEGREES):
        return None
    try:
        from pyproj import CRS
    except ImportError:
        return _("needs the package pyproj"), _("install it with: pip install 'stadtwerk[import]'")
    try:
        CRS.from_user_input(crs)
    except Exception:  # pyproj's own error, which can only be named where it is installed
        what = _("{name} is no coordinate reference system", name=repr(crs[:80]))
        return what, _("write `map`, or a code such as EPSG:25832")
    return None


_HEADER = ("ncols", "nrows", "cellsize")


def read_grid(path: Path, crs: str) -> Grid:
    """An ESRI ASCII grid (as `gdal_translate -of AAIGrid` writes it). Raises `BadInput`."""
    name = str(path)

    def refused(line: int, what: Text, fix: Text) -> BadInput:
        return BadInput([Problem(name, line, "raster", what, fix)])

    try:
        lines = path.read_text(encoding="latin-1").splitlines()
    except OSError as error:
        raise refused(0, _("cannot be read ({reason})", reason=reason_of(error)), _("check the path")) from None
    head: dict[str, float] = {}
    for number, line in enumerate(lines[:7], start=1):
        word, _blank, value = line.strip().partition(" ")
        if not word[:1].isalpha():
            break
        try:
            head[word.casefold()] = float(value)
        except ValueError:
            raise refused(number, _("{value} is not a number", value=repr(line[:80])), _ASCII) from None
    missing = [one for one in _HEADER if one not in head]
    missing += [f"{axis}llcorner" for axis in "xy" if not {f"{axis}llcorner", f"{axis}llcenter"} & head.keys()]
    if missing:
        raise refused(1, _("the header lacks {names}", names=", ".join(missing)), _ASCII)
    columns, rows, cell = int(head["ncols"]), int(head["nrows"]), head["cellsize"]
    if not (0 < columns * rows <= MOST_CELLS and columns > 0 and cell > 0 and math.isfinite(cell)):
        what = _("has {columns} by {rows} cells", columns=columns, rows=rows)
        raise refused(1, what, _("cut out the town, at most {n} cells", n=MOST_CELLS))
    try:
        values = np.array([float(one) for line in lines[len(head) :] for one in line.split()], dtype=np.float64)
    except ValueError as error:
        raise refused(0, _("holds what is no number ({error})", error=reason_of(error)), _ASCII) from None
    if len(values) != columns * rows:
        what = _("holds {n} values, not {wanted}", n=len(values), wanted=columns * rows)
        raise refused(0, what, _ASCII)
    none = head.get("nodata_value", -9999.0)
    values[(values == none) | ~np.isfinite(values)] = np.nan
    corner = [head.get(f"{axis}llcorner", head.get(f"{axis}llcenter", 0.0) - cell / 2) for axis in "xy"]
    return Grid(path.name, corner[0], corner[1], cell, crs, values.reshape(rows, columns))


_ASCII = _("write an ESRI ASCII grid: gdal_translate -of AAIGrid IN OUT.asc")
