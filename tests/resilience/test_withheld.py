"""What the city's own data are at odds with is not judged, and only that."""

from __future__ import annotations

from dataclasses import replace

import pytest

from resilience.judge.judge import judge
from resilience.judge.verdict import Finding, Value
from resilience.scenario.scenario import Invariant, LevelChoice, Threshold, TimeLimit
from simulator.contracts.city import Finding as Odd
from simulator.contracts.component import Domain
from simulator.contracts.words import Verbatim
from tests.resilience.town import course, history, scenario, tiny_city

CITY = tiny_city()
WATER = next(level.id for level in CITY.levels.values() if level.measure == "water-supply")
OTHER = next(level.id for level in CITY.levels.values() if level.measure not in ("water-supply", "water-pressure"))
ODD = Odd("water-balance", Verbatim("the tanks run dry by themselves"), ("tank-1",), (Domain("water"),))


def judged(level: str, value: float, *odd: Odd) -> Finding:
    item = Invariant("asked", LevelChoice((level,)), Threshold(0.5), longest=TimeLimit(0.0))
    past = history(levels={level: course((-3600.0, value))}, events=(), end=3_600_000)
    city = replace(CITY, findings=odd)
    (found,) = [
        one for one in judge(scenario(expectations=[item], duration_s=3600.0), city, past).findings if one.id == "asked"
    ]
    return found


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_a_level_of_water_is_inconclusive_and_says_why(value: float) -> None:
    sound, withheld = judged(WATER, value), judged(WATER, value, ODD)
    assert sound.value is (Value.PASS if value else Value.FAIL)
    assert withheld.value is Value.INCONCLUSIVE
    assert withheld.reason.en == "Not shown: the tanks run dry by themselves"


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_all_else_is_judged_as_ever(value: float) -> None:
    assert judged(OTHER, value, ODD) == judged(OTHER, value)
    assert judged(WATER, value, replace(ODD, withholds=())) == judged(WATER, value)
