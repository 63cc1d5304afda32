"""Several networks on one map: which coordinates their files are drawn in, and how they come to lie over each other.

A file is drawn in degrees, in a plane whose reference system is known, or in a plane of its own. Which, its elements
tell: their lengths over the distances on the drawing. Files in unlike units are never taken for one drawing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from simulator.city.components import NetworkElement
from simulator.city.frame import FOOT_M, MapFrame
from simulator.city.importers.reference import Reference, frame_of
from simulator.contracts.city import Assumption
from simulator.contracts.place import metres_per_degree
from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.words import Text, Words, number

_ = Words("simulator.city")

Floats = NDArray[np.float64]

SNAP = 0.15
"""A drawing is in feet or metres if its pipes are as long as drawn within this share (assumption)."""

SHARED = 0.5
"""Networks share one drawing if their extents overlap by this share of the smaller one (assumption)."""

AS_LONG = (0.8, 2.5)
"""Coordinates that could be degrees are taken so if lines are that many times as long as the straight way between
their ends (assumption: roads and pipes make detours, and no line is shorter than straight)."""

WIDEST_DEG, AT_SEA_DEG, FINE_DEG = 2.0, 5.0, 0.01
"""And they are degrees whatever lines say if the map is no wider, lies farther from 0, 0, where drawings begin, and is
finer than these (assumption): nobody draws a plan that is small, far from its origin and on no grid."""

SOMEWHERE = (10.447683, 51.163361)
"""Longitude and latitude where no file says where the town lies: the geographic centre of Germany (assumption)."""


def could_be_degrees(points: Floats) -> bool:
    """Whether points, shape (n, 2), may be longitude and latitude."""
    return bool(len(points)) and bool((np.abs(points[:, 0]) <= 180).all() and (np.abs(points[:, 1]) <= 90).all())


@dataclass(frozen=True)
class Drawing:
    """How a network's file is drawn. `points` are those of its elements, `lines` (x1, y1, x2, y2, length in metres).

    `reference` is the system that its coordinates are in, where the file or the planner says so; `said_unit_m` the unit
    of a plane that is named.
    """

    points: Floats
    lines: Floats
    reference: Reference | None = None
    said_unit_m: float | None = None

    @classmethod
    def of(
        cls,
        elements: Iterable[NetworkElement],
        reference: Reference | None = None,
        said_unit_m: float | None = None,
    ) -> Drawing:
        """The drawing of a network's elements."""
        found = tuple(elements)
        points = np.array([[e.x, e.y] for e in found], dtype=np.float64).reshape(-1, 2)
        at = {e.network_id: (e.x, e.y) for e in found if e.ends is None}
        lines = [
            (*at[e.ends[0]], *at[e.ends[1]], e.length_m)
            for e in found
            if e.ends is not None and e.length_m and e.ends[0] in at and e.ends[1] in at
        ]
        whole = np.isfinite(points).all(axis=1)
        measured = np.array(lines, dtype=np.float64).reshape(-1, 5)
        return cls(points[whole], measured[np.isfinite(measured).all(axis=1)], reference, said_unit_m)

    @cached_property
    def degrees(self) -> bool:
        """Whether it is in longitude and latitude: as said, else if it could be and its lines are as long as that."""
        if self.reference is not None:
            return self.reference.geographic
        if self.said_unit_m is not None or not could_be_degrees(self.points):
            return False
        return (self.as_on_earth and self.on_no_grid) or AS_LONG[0] <= stretch(self.lines) <= AS_LONG[1]

    @property
    def as_on_earth(self) -> bool:
        """Whether its extent is that of a town in degrees."""
        middle = np.abs(self.points.min(axis=0) + self.points.max(axis=0)) / 2
        return bool(np.ptp(self.points, axis=0).max() <= WIDEST_DEG and middle.max() > AT_SEA_DEG)

    @property
    def on_no_grid(self) -> bool:
        """Whether most places are finer than people draw."""
        steps = self.points / FINE_DEG
        off = np.abs(steps - np.round(steps)).max(axis=1)
        return len(np.unique(self.points, axis=0)) > 1 and bool((off > 1e-6).mean() > 0.5)

    @property
    def stretched(self) -> float | None:
        """How many times as long as straight its lines are, where it is in degrees and no line can be so."""
        if not self.degrees or not len(self.lines):
            return None
        ratio = stretch(self.lines)
        return None if not ratio or AS_LONG[0] <= ratio <= AS_LONG[1] else ratio

    @property
    def on_earth(self) -> bool:
        """Whether its coordinates say where the town lies."""
        return self.degrees or self.reference is not None

    @cached_property
    def unit_m(self) -> float | None:
        """Metres in one unit of a plane, from its lines: the median of their length over the drawn distance.

        Feet or metres where it is near one of them; None where nothing is drawn.
        """
        if self.said_unit_m is not None:
            return self.said_unit_m
        drawn = np.hypot(self.lines[:, 2] - self.lines[:, 0], self.lines[:, 3] - self.lines[:, 1])
        some = drawn > 0  # not so of one that has no place
        if not some.any():
            return None
        unit_m = float(np.median(self.lines[some, 4] / drawn[some]))
        near = [known for known in (FOOT_M, 1.0) if abs(unit_m / known - 1) <= SNAP]
        return near[0] if near else float(f"{unit_m:.4g}")


def stretch(lines: Floats) -> float:
    """How many times as long as straight lines are, their ends taken as longitude and latitude; 0 where none tells.

    The median, in which each line counts as much as it covers of the map: a part that is drawn small beside its
    substation, for want of room or of data, says nothing of the scale of the whole.
    """
    if not len(lines):
        return 0.0
    east, north = metres_per_degree(float(np.median(lines[:, 1])))
    straight = np.hypot((lines[:, 2] - lines[:, 0]) * east, (lines[:, 3] - lines[:, 1]) * north)
    some = straight > 0
    ratios, covered = lines[some, 4] / straight[some], straight[some]
    if not len(ratios):
        return 0.0
    order = np.argsort(ratios, kind="stable")
    total = np.cumsum(covered[order])
    return float(ratios[order][np.searchsorted(total, total[-1] / 2)])


@dataclass(frozen=True)
class SharedMap:
    """The frame of each network (by domain), the map's origin, and what was assumed about them.

    `on_earth` says whether a file tells where the town lies.
    """

    frames: Mapping[str, MapFrame]
    longitude_deg: float
    latitude_deg: float
    assumptions: tuple[Assumption, ...]
    on_earth: bool


def share_map(drawings: Mapping[str, Drawing], place: tuple[float, float] | None) -> SharedMap:
    """Bring networks onto one map. `place` is (longitude, latitude) of its middle where no file says it.

    Networks on earth stand where they stand. Those in planes of their own whose units are alike and whose extents
    overlap are taken as drawn on one map. Others are laid over the first one, middle on middle: in their own size where
    lines tell it, else as large as it.
    """
    spots = {domain: drawing for domain, drawing in drawings.items() if len(drawing.points)}
    if not spots:
        what, fix = _("no element has coordinates"), _("give them in the network files")
        raise BadInput([Problem("import", 0, "sources", what, fix)])
    leader = next((domain for domain, drawing in spots.items() if drawing.on_earth), next(iter(spots)))
    first = spots[leader]
    notes: list[Assumption] = []
    if first.on_earth:
        longitude, latitude = _middle_on_earth(first)
    else:
        longitude, latitude = place or SOMEWHERE
    shared = [domain for domain, one in spots.items() if domain == leader or _one_drawing(one, first)]
    if first.on_earth:
        frame = _frame(first, longitude, latitude)
    else:
        unit_m = next((unit for domain in shared if (unit := spots[domain].unit_m)), 1.0)
        middle = _middle(first.points)
        frame = MapFrame(unit_m, unit_m, -unit_m * middle[0], -unit_m * middle[1])
        notes += _of_plane(unit_m, place)
    notes += [note for domain, one in spots.items() for note in _of_lines(domain, one)]
    frames = dict.fromkeys(drawings, frame)  # what is drawn nowhere is told of one by one when it is read
    for domain, one in spots.items():
        if one.on_earth:
            frames[domain] = _frame(one, longitude, latitude)
        elif domain not in shared:
            frames[domain], note = _laid_over(domain, one, leader, first, frame)
            notes.append(note)
    if len(spots) > 1:
        together = ", ".join(d for d in spots if d in shared or (spots[d].on_earth and first.on_earth))
        notes.append(Assumption(_("map"), _("drawn on one map: {names}", names=together)))
    return SharedMap(frames, longitude, latitude, tuple(notes), first.on_earth)


def _of_plane(unit_m: float, place: tuple[float, float] | None) -> list[Assumption]:
    if unit_m == 1.0:
        said = _("one unit of the coordinates is one metre")
    elif unit_m == FOOT_M:
        said = _("one unit of the coordinates is one foot")
    else:
        said = _("one unit of the coordinates is {metres} m", metres=number(unit_m, 4))
    notes = [Assumption(_("map"), said)]
    if place is None:
        notes.append(
            Assumption(_("place"), _("no file says where the town lies: the middle of Germany, for the sun only"))
        )
    return notes


def _of_lines(domain: str, one: Drawing) -> list[Assumption]:
    """What is told where lines are not as long as a map in degrees says."""
    if one.stretched is None:
        return []
    text = _(
        "its coordinates are longitude and latitude, but lines are {times} times as long as the straight way between "
        "their ends: both are taken as they are. Check the unit of lengths, or name the system with --crs.",
        times=number(one.stretched, 2),
    )
    return [Assumption(_("{domain} on the map", domain=domain), text)]


GERMANY_DEG = ((5.8, 15.1), (47.2, 55.1))
"""Longitudes and latitudes of Germany (Statistisches Jahrbuch 2019, geography). Swapped they are those of Somalia's
coast, Yemen and the sea between."""


def swapped(drawing: Drawing) -> bool:
    """Whether longitude and latitude of a town in Germany seem to have changed places."""
    if not len(drawing.points) or not (drawing.degrees or drawing.as_on_earth):
        return False
    first, second = _middle(drawing.points)
    (west, east), (south, north) = GERMANY_DEG
    return south <= first <= north and west <= second <= east


def _middle(points: Floats) -> tuple[float, float]:
    x, y = (points.min(axis=0) + points.max(axis=0)) / 2
    return float(x), float(y)


def _middle_on_earth(drawing: Drawing) -> tuple[float, float]:
    x, y = _middle(drawing.points)
    if drawing.reference is not None:
        x, y = drawing.reference.degrees(x, y)
    return round(x, 5), round(y, 5)


def _frame(drawing: Drawing, longitude: float, latitude: float) -> MapFrame:
    if drawing.degrees:
        return MapFrame.of_degrees(longitude, latitude)
    assert drawing.reference is not None
    return frame_of(drawing.reference, _middle(drawing.points), longitude, latitude)


def _one_drawing(one: Drawing, first: Drawing) -> bool:
    """Whether two files are drawn in one plane of their own: units alike, as far as known, and extents overlap."""
    if one.on_earth or first.on_earth:
        return False
    if one.unit_m and first.unit_m and abs(math.log(one.unit_m / first.unit_m)) > math.log1p(SNAP):
        return False
    return _overlap(one.points, first.points) >= SHARED


def _laid_over(domain: str, one: Drawing, leader: str, first: Drawing, frame: MapFrame) -> tuple[MapFrame, Assumption]:
    x, y = frame.to_map(first.points[:, 0], first.points[:, 1])
    subject = _("{domain} on the map", domain=domain)
    middle = _middle(one.points)
    if one.unit_m:
        scale = one.unit_m
        text = _(
            "drawn elsewhere than {leader}, or in other units: laid over it, middle on middle, in its own size "
            "(one unit is {unit} m)",
            leader=leader,
            unit=number(scale, 4),
        )
    else:
        extent = np.ptp(one.points, axis=0)
        scales = [float(np.ptp(side) / wide) for side, wide in ((x, extent[0]), (y, extent[1])) if wide > 0]
        scale = min((one for one in scales if one > 0), default=1.0)
        text = _("drawn elsewhere than {leader}: laid over it, middle on middle, as large as it", leader=leader)
    shift_x = float(x.min() + x.max()) / 2 - scale * middle[0]
    shift_y = float(y.min() + y.max()) / 2 - scale * middle[1]
    return MapFrame(scale, scale, shift_x, shift_y), Assumption(subject, text)


def _overlap(a: Floats, b: Floats) -> float:
    """Shared area of two extents, as a share of the smaller one."""
    low, high = np.maximum(a.min(axis=0), b.min(axis=0)), np.minimum(a.max(axis=0), b.max(axis=0))
    shared = float(np.prod(np.maximum(high - low, 0.0)))
    smaller = min(float(np.prod(np.ptp(a, axis=0))), float(np.prod(np.ptp(b, axis=0))))
    return shared / smaller if smaller > 0 else 0.0


Extent = tuple[float, float, float, float]
"""West, south, east, north."""


def extent_of(points: Sequence[tuple[float, float]] | Floats) -> Extent:
    """The extent of points."""
    found = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    (west, south), (east, north) = found.min(axis=0), found.max(axis=0)
    return float(west), float(south), float(east), float(north)


def spanned(extent: Extent) -> Text:
    """An extent on the map in words, in kilometres east and north of its origin."""
    west, south, east, north = (value / 1000 for value in extent)
    return _(
        "{west} to {east} km east and {south} to {north} km north",
        west=number(west),
        east=number(east),
        south=number(south),
        north=number(north),
    )
