"""Every campaign that ships can be run: its scenarios, its draws and its measures fit the city."""

from __future__ import annotations

from itertools import groupby

import pytest

from stadtwerk.library import campaign_names, find_campaign
from stadtwerk.studies.campaigns.plan import plan_campaign


@pytest.mark.parametrize("name", campaign_names())
def test_a_campaign_that_ships_is_sound(name: str) -> None:
    plan = plan_campaign(find_campaign(name))
    assert len(plan.campaign.measures) >= 3
    assert all(variation.source for variation in plan.campaign.variations)
    for _, runs in groupby(plan.runs, key=lambda run: run.case.number):
        first, *others = (run.job for run in runs)
        assert all((job.scenario, job.seed, job.city.settings) == (first.scenario, first.seed, first.city.settings)
                   for job in others)  # fmt: skip
        assert len({job.key for job in (first, *others)}) == 1 + len(others), "two measures are the same"
    assert plan.runs[0].job.command.startswith(f"stadtwerk campaign {name} ")
