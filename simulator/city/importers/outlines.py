"""Districts that planners bring along as GeoJSON."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from simulator.city.draft import CityDraft, DistrictDraft
from simulator.city.frame import MapFrame
from simulator.city.geojson import read_districts
from simulator.city.importers.coordinates import SharedMap
from simulator.city.where import Where
from simulator.contracts.city import Assumption
from simulator.contracts.problem import BadInput


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
        note = Assumption("districts", "outlines are in longitude and latitude")
    else:
        frame = next(iter(town.frames.values()))
        note = Assumption(
            "districts", f"outlines are drawn in the coordinates of the {next(iter(town.frames))} network"
        )
    districts, _ = read_districts(path, frame, Where(str(path)))
    return tuple(districts), (note,)
