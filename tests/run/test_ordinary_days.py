"""The whole town without any fault: what is required holds, on a day and over a fortnight, whenever it begins.

Nothing is required less than norms say to make this so: `tests/city/test_demo.py` and the norms behind the levels.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.contracts.registry import registry
from stadtwerk.library import load_checked
from stadtwerk.runs.light import light_run

SEASONS = {"winter": "2026-01-14", "summer": "2026-07-15"}
"""Wednesdays of BDEW's winter (1 November to 20 March) and summer (15 May to 14 September)."""

SCENARIO = """
schema: stadtwerk/scenario/1
id: ordinary
title: {{en: Nothing happens}}
question: {{en: Does the town hold what is required of it?}}
city: {{name: demo}}
run: {{start: "{day}T{hour:02d}:00", warmup: 1h, duration: {length}}}
timeline: []
expect:
  - {{id: all, type: invariant, levels: all{longest}}}
"""


def missed(folder: Path, season: str, hour: int, length: str, longest: str = "") -> tuple[str, list[str]]:
    """The verdict by the limits of each level's own rule, and the levels that were below what is required at any
    instant, with the worst value and for how many minutes in all."""
    path = folder / "ordinary.yaml"
    path.write_text(SCENARIO.format(day=SEASONS[season], hour=hour, length=length, longest=longest), encoding="utf-8")
    _, scenario, city = load_checked(path)
    _, history, verdict = light_run(scenario, city, 1)
    found = []
    assert city.levels and not [name for name in city.levels if name not in history.levels]
    for name, level in city.levels.items():
        course, sign = history.levels[name], 1 if registry().measures[level.measure].higher_is_better else -1
        low = sign * (course.values - level.minimum) < -1e-9
        if low.any():
            until = [*course.at[1:].tolist(), history.end]
            minutes = (
                sum(b - a for a, b, yes in zip(course.at.tolist(), until, low.tolist(), strict=True) if yes) / 60000
            )
            found.append(f"{name} {sign * (sign * course.values).min():.3f} for {minutes:.0f} min")
    return verdict.value.value, found


@pytest.mark.parametrize("season", SEASONS)
@pytest.mark.parametrize("hour", [0, 6, 12, 18])
def test_a_day_without_faults_violates_nothing(tmp_path: Path, season: str, hour: int) -> None:
    """Not for an instant, whatever a norm allows."""
    assert missed(tmp_path, season, hour, "24h") == ("pass", [])


@pytest.mark.nightly
@pytest.mark.parametrize("season", SEASONS)
@pytest.mark.parametrize("hour", range(24))
def test_a_fortnight_without_faults_violates_nothing(tmp_path: Path, season: str, hour: int) -> None:
    """By the limits of each rule, which every run is judged by beside what it asks: power is spared for three minutes,
    and of the year's rescue trips, whose quota is of a year, a quarter of an hour's."""
    value, found = missed(tmp_path, season, hour, "336h", ", longest: 15min")
    print(f"{season} {hour:2d}:00  {value}  {'; '.join(found) or 'nothing below what is required at any instant'}")
    assert value == "pass"
