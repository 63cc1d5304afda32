"""From a draft with networks to the ground that rules build on, and back to a draft with all they laid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from simulator.city.draft import CityDraft, DistrictDraft
from simulator.city.layers.ground import Ground
from simulator.city.layers.layer import Layer
from simulator.city.layers.partition import hull, middles, outlines
from simulator.city.loader import placed, settle_people
from simulator.city.networks import Networks, read_networks
from simulator.city.people import district_centre
from simulator.city.read import CITY_FILE
from simulator.city.where import Where
from simulator.contracts.component import District
from simulator.contracts.problem import BadInput

BORDER_M = 300.0
"""Districts reach so far beyond the outermost components."""


def networks_of(draft: CityDraft, folder: Path) -> Networks:
    """The network elements of a draft whose files lie in `folder`. Raises `BadInput`."""
    networks, problems = read_networks(folder, draft, Where(str(folder / CITY_FILE)))
    if problems:
        raise BadInput(problems)
    return networks


def cut_into_districts(networks: Networks, count: int) -> tuple[DistrictDraft, ...]:
    """Districts `d1`… around the places where demand is, from north to south, with outlines that cover the whole map.

    Water demand decides; without water the electric load, without both the road nodes.
    """
    everything = tuple(networks.components.values())
    for kind in ("junction", "bus", "road-node"):
        served = [c for c in everything if c.kind == kind and networks.weights.get(c.id, 0.0) > 0]
        homes = served or [c for c in everything if c.kind == kind]
        if homes:
            break
    x, y = np.array([c.x_m for c in homes]), np.array([c.y_m for c in homes])
    weight = np.array([networks.weights.get(c.id, 1.0) for c in homes])
    count = min(count, len(np.unique(np.column_stack([x, y]), axis=0)))
    chosen = middles(x, y, weight, count)
    chosen = chosen[np.lexsort((chosen[:, 0], -chosen[:, 1]))]
    border = hull(np.array([c.x_m for c in everything]), np.array([c.y_m for c in everything]), BORDER_M)
    rings = outlines(chosen, border)
    return tuple(DistrictDraft(f"d{i + 1}", f"District {i + 1}", (ring,)) for i, ring in enumerate(rings))


def ground_of(draft: CityDraft, networks: Networks, folder: Path, traffic: Mapping[str, float]) -> Ground:
    """The ground of a draft that has districts. Raises `BadInput` where people cannot be told."""
    where = Where(str(folder / CITY_FILE))
    components = placed(draft.districts, networks.components)
    people, _, problems = settle_people(draft, networks, components, where)
    if problems:
        raise BadInput(problems)
    districts = tuple(
        District(d.id, d.title, people[d.id], *district_centre(d), d.outlines[0]) for d in draft.districts
    )
    return Ground(components, networks.weights, networks.ends, districts, traffic)


def with_layer(draft: CityDraft, layer: Layer) -> CityDraft:
    """The draft with everything that the rules laid over it, and their assumptions after its own."""
    return replace(
        draft,
        components=(*draft.components, *layer.components),
        links=(*draft.links, *layer.links),
        levels=(*draft.levels, *layer.levels),
        sensors=(*draft.sensors, *layer.sensors),
        overrides={**draft.overrides, **layer.overrides},
        assumptions=(*draft.assumptions, *layer.assumptions),
    )
