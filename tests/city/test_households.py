"""Groups of household meters: as declared, a group that is too small is withheld or reports to another gateway."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateways.gateway.aggregation import aggregated
from simulator.city.cohorts import expand
from simulator.city.draft import SensorRule
from simulator.city.loader import load_city
from simulator.contracts.problem import BadInput
from stadtwerk.library import load_named_city
from tests.city.towns import CITY, hamlet
from tests.support.towns import component

GATEWAYS = (("gateway-a", 0.0), ("gateway-b", 100.0), ("gateway-c", 1000.0))


def behind(counts: dict[float, int], too_small: str, size: int = 5) -> dict[str, int]:
    """Meters by gateway, where so many stand at each place (metres east)."""
    components = {name: component(name, "gateway", x) for name, x in GATEWAYS}
    for x, count in counts.items():
        for i in range(count):
            name = f"meter-{x:g}-{i}"
            components[name] = component(name, "household-meter", x, bus="bus-1", share=0.01)
    rule = SensorRule("homes", "household_w", "W", 20.0, 900.0, "household-meter", group_size=size, too_small=too_small)
    cohorts = expand([rule], components)
    assert all(cohort.group_size == size for cohort in cohorts)
    return {cohort.gateway: len(cohort.components) for cohort in cohorts}


def test_withheld_groups_stay_where_they_are() -> None:
    assert behind({0.0: 3, 100.0: 8}, "withhold") == {"gateway-a": 3, "gateway-b": 8}


def test_a_small_group_goes_to_the_nearest_gateway_with_meters() -> None:
    assert behind({0.0: 3, 100.0: 8, 1000.0: 9}, "merge") == {"gateway-b": 11, "gateway-c": 9}
    assert behind({0.0: 3, 100.0: 1, 1000.0: 9}, "merge") == {"gateway-c": 13}, "two small ones are still too small"
    assert behind({0.0: 3, 100.0: 2, 1000.0: 9}, "merge") == {"gateway-a": 5, "gateway-c": 9}
    assert behind({0.0: 3}, "merge") == {"gateway-a": 3}, "there is nobody to go to: it is withheld"


def test_each_district_of_the_demo_city_has_a_group_that_is_large_enough() -> None:
    city = load_named_city("demo")
    groups = [cohort for cohort in city.cohorts if cohort.group_size]
    assert {cohort.gateway for cohort in groups} == {gateway.id for gateway in city.of_kind("gateway")}
    assert all(aggregated(cohort) for cohort in groups)
    meters = city.of_kind("household-meter")
    assert sum(len(cohort.components) for cohort in groups) == len(meters) < 150
    by_bus: dict[str, float] = {}
    for meter in meters:
        by_bus[meter.text("bus")] = by_bus.get(meter.text("bus"), 0.0) + meter.number("share")
    assert max(by_bus.values()) <= 1.0, "households take no more than their substation gives"


@pytest.mark.parametrize("wrong", ["group_size: 1", "group_size: 5, too_small: ignore"])
def test_a_rule_that_would_give_households_away_is_refused(tmp_path: Path, wrong: str) -> None:
    old = "accuracy: 0.5, period_s: 300}"
    with pytest.raises(BadInput) as bad:
        load_city(hamlet(tmp_path, city=CITY.replace(old, f"accuracy: 0.5, period_s: 300, {wrong}}}")))
    assert len(bad.value.problems) == 1


def test_a_private_rule_is_read(tmp_path: Path) -> None:
    old = "accuracy: 0.5, period_s: 300}"
    new = "accuracy: 0.5, period_s: 300, group_size: 2, too_small: merge}"
    city = load_city(hamlet(tmp_path, city=CITY.replace(old, new)))
    assert {cohort.group_size for cohort in city.cohorts} == {2}
