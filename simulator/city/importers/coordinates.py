"""Several networks on one map: which coordinates their files are drawn in, and districts that planners bring along."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from simulator.city.components import NetworkElement
from simulator.city.draft import CityDraft, DistrictDraft
from simulator.city.frame import FOOT_M, MapFrame
from simulator.city.geojson import read_districts
from simulator.city.water_file import close_water_file, is_metric, open_water_file
from simulator.city.where import Where
from simulator.contracts.city import Assumption
from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.words import Words, number
from simulator.domains.energy.catalogue import DOMAIN as ENERGY_DOMAIN

_ = Words("simulator.city")

Floats = NDArray[np.float64]

SNAP = 0.15
"""A drawing is in feet or metres if its pipes are as long as drawn within this share (assumption)."""

SHARED = 0.5
"""Networks share one drawing if their extents overlap by this share of the smaller one (assumption)."""

SOMEWHERE = (10.447683, 51.163361)
"""Longitude and latitude where no file says where the town lies: the geographic centre of Germany (assumption)."""


@dataclass(frozen=True)
class SharedMap:
    """The frame of each network (by domain), the map's origin, and what was assumed about them."""

    frames: Mapping[str, MapFrame]
    longitude_deg: float
    latitude_deg: float
    assumptions: tuple[Assumption, ...]


def share_map(
    elements: Mapping[str, tuple[NetworkElement, ...]],
    in_degrees: bool,
    unit_m: float,
    place: tuple[float, float] | None,
) -> SharedMap:
    """Bring networks onto one map. `in_degrees`: the grid's file is in longitude and latitude.

    Networks whose extents overlap are taken as drawn on one map, in `unit_m` metres a unit (or in degrees). Others are
    laid over the first one, middle on middle, as large as it. `place` is (longitude, latitude) of the map's middle.
    """
    drawn = {domain: np.array([[e.x, e.y] for e in found]) for domain, found in elements.items()}
    drawn = {domain: points[np.isfinite(points).all(axis=1)] for domain, points in drawn.items()}
    spots = {domain: points for domain, points in drawn.items() if len(points)}
    if not spots:
        what, fix = _("no element has coordinates"), _("give them in the network files")
        raise BadInput([Problem("import", 0, "sources", what, fix)])
    leader = ENERGY_DOMAIN.value if in_degrees else next(iter(spots))
    middle = (spots[leader].min(axis=0) + spots[leader].max(axis=0)) / 2
    notes: list[Assumption] = []
    if in_degrees:
        longitude, latitude = (round(float(value), 5) for value in middle)
        frame = MapFrame.of_degrees(longitude, latitude)
    else:
        longitude, latitude = place or SOMEWHERE
        frame = MapFrame(unit_m, unit_m, -unit_m * float(middle[0]), -unit_m * float(middle[1]))
        if unit_m == 1.0:
            said = _("one unit of the coordinates is one metre")
        elif unit_m == FOOT_M:
            said = _("one unit of the coordinates is one foot")
        else:
            said = _("one unit of the coordinates is {metres} m", metres=number(unit_m, 4))
        notes.append(Assumption(_("map"), said))
        if place is None:
            notes.append(
                Assumption(_("place"), _("no file says where the town lies: the middle of Germany, for the sun only"))
            )
    frames = dict.fromkeys(elements, frame)  # what is drawn nowhere is told of one by one when it is read
    for domain, points in spots.items():
        if domain == leader:
            continue
        if _overlap(points, spots[leader]) >= SHARED:
            frames[domain] = frame
        else:
            frames[domain] = _over(points, spots[leader], frame)
            text = _("drawn elsewhere than {leader}: laid over it, middle on middle, as large as it", leader=leader)
            notes.append(Assumption(_("{domain} on the map", domain=domain), text))
    if len(spots) > 1:
        names = ", ".join(domain for domain in spots if frames[domain] == frame)
        notes.append(Assumption(_("map"), _("drawn on one map: {names}", names=names)))
    return SharedMap(frames, longitude, latitude, tuple(notes))


def unit_of_lines_m(elements: Iterable[NetworkElement]) -> float:
    """Metres in one unit of a network's coordinates, from its lines: their length over the drawn distance."""
    found = tuple(elements)
    at = {element.network_id: (element.x, element.y) for element in found if element.ends is None}
    ratios = []
    for line in found:
        if line.ends is not None and line.length_m and line.ends[0] in at and line.ends[1] in at:
            distance = math.dist(at[line.ends[0]], at[line.ends[1]])
            if distance > 0:  # not so of one that has no place
                ratios.append(line.length_m / distance)
    return _usual_unit_m(ratios)


def drawn_unit_m(water: Path) -> float:
    """Metres in one unit of an EPANET file's coordinates, from its pipes: their length over the drawn distance.

    The median over all pipes; feet or metres where it is near one of them. 1 where nothing is drawn.
    """
    from epanet import toolkit as tk

    project = open_water_file(water)
    try:
        length_m = 1.0 if is_metric(tk.getflowunits(project)) else FOOT_M
        ratios = []
        for link in range(1, tk.getcount(project, tk.LINKCOUNT) + 1):
            if tk.getlinktype(project, link) not in (tk.CVPIPE, tk.PIPE):
                continue
            try:
                (x1, y1), (x2, y2) = (tk.getcoord(project, node) for node in tk.getlinknodes(project, link))
            except Exception:  # error 254: the file gives no coordinates for this node
                continue
            distance = math.hypot(x2 - x1, y2 - y1)
            if distance > 0:
                ratios.append(tk.getlinkvalue(project, link, tk.LENGTH) * length_m / distance)
    finally:
        close_water_file(project)
    return _usual_unit_m(ratios)


def _usual_unit_m(ratios: Sequence[float]) -> float:
    """The median; feet or metres where it is near one of them. 1 where nothing is drawn."""
    if not ratios:
        return 1.0
    unit_m = float(np.median(ratios))
    near = [known for known in (FOOT_M, 1.0) if abs(unit_m / known - 1) <= SNAP]
    return near[0] if near else float(f"{unit_m:.4g}")


def _overlap(a: Floats, b: Floats) -> float:
    """Shared area of two extents, as a share of the smaller one."""
    low, high = np.maximum(a.min(axis=0), b.min(axis=0)), np.minimum(a.max(axis=0), b.max(axis=0))
    shared = float(np.prod(np.maximum(high - low, 0.0)))
    smaller = min(float(np.prod(np.ptp(a, axis=0))), float(np.prod(np.ptp(b, axis=0))))
    return shared / smaller if smaller > 0 else 0.0


def _over(points: Floats, leader: Floats, frame: MapFrame) -> MapFrame:
    x, y = frame.to_map(leader[:, 0], leader[:, 1])
    extent = np.ptp(points, axis=0)
    scales = [float(np.ptp(side) / wide) for side, wide in ((x, extent[0]), (y, extent[1])) if wide > 0]
    scale = min(scales, default=1.0)
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    shift_x = float(x.min() + x.max()) / 2 - scale * float(middle[0])
    shift_y = float(y.min() + y.max()) / 2 - scale * float(middle[1])
    return MapFrame(scale, scale, shift_x, shift_y)


def given_districts(
    path: Path, draft: CityDraft, town: SharedMap
) -> tuple[tuple[DistrictDraft, ...], tuple[Assumption, ...]]:
    """The districts of a file on the town's map: in degrees if all its points could be, else as the networks are drawn.

    Raises `BadInput` with every problem in the file.
    """
    where = Where(str(path))
    drawn, problems = read_districts(path, MapFrame(), where)
    if problems:
        raise BadInput(problems)
    points = np.array([point for district in drawn for outline in district.outlines for point in outline])
    if np.abs(points[:, 0]).max() <= 180 and np.abs(points[:, 1]).max() <= 90:
        frame = MapFrame.of_degrees(draft.longitude_deg, draft.latitude_deg)
        note = Assumption(_("districts"), _("outlines are in longitude and latitude"))
    else:
        frame = next(iter(town.frames.values()))
        text = _("outlines are drawn in the coordinates of the {domain} network", domain=next(iter(town.frames)))
        note = Assumption(_("districts"), text)
    districts, _frame = read_districts(path, frame, Where(str(path)))
    return tuple(districts), (note,)
