"""Draws a campaign's cases: points of the unit cube, spread by a sampler, read through the distributions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from resilience.study.campaign.campaign import Campaign, Case, Method


def unit_points(method: Method, runs: int, dimensions: int, seed: int) -> NDArray[np.float64]:
    """So many points of the unit cube, one a row. Sobol points are scrambled (Owen 1998)."""
    rng = np.random.default_rng(seed)
    if dimensions == 0:
        return np.empty((runs, 0))
    if method is Method.MONTE_CARLO:
        return rng.random((runs, dimensions))
    from scipy.stats import qmc  # costs half a second, and only a campaign needs it

    if method is Method.SOBOL:
        points: NDArray[np.float64] = qmc.Sobol(dimensions, rng=rng).random(runs)
    else:
        points = qmc.LatinHypercube(dimensions, rng=rng).random(runs)
    return points


def cases(campaign: Campaign) -> tuple[Case, ...]:
    """All cases, by number. They depend on the campaign alone.

    Scenarios take turns, and the seeds take turns within each. A variation of one scenario costs a dimension for all,
    so that adding a scenario moves nothing.
    """
    points = unit_points(campaign.method, campaign.runs, len(campaign.variations), campaign.seed)
    found = []
    for number, point in enumerate(points.tolist()):
        turn, scenario = divmod(number, len(campaign.scenarios))
        seed = campaign.seeds[turn % len(campaign.seeds)] if campaign.seeds else _own_seed(campaign.seed, number)
        values = tuple(
            (variation.id, variation.distribution.value(u))
            for variation, u in zip(campaign.variations, point, strict=True)
            if variation.scenario in ("", campaign.scenarios[scenario])
        )
        found.append(Case(number, scenario, seed, values))
    return tuple(found)


def _own_seed(seed: int, number: int) -> int:
    """A seed for one case; never that of another case or campaign, but by chance."""
    return int(np.random.SeedSequence((seed, number)).generate_state(1)[0])
