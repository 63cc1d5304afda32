"""How far approximate figures reach along the links of a city, worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resilience.judge.leaning import Spans, common, leaning, outlasting, united
from simulator.contracts.city import City
from simulator.contracts.level import ServiceLevel
from simulator.contracts.link import Link, LinkKind
from tests.resilience.town import HOUR, component, tiny_city

STRETCH: Spans = ((HOUR, 3 * HOUR),)
TINY = tiny_city()


def town(*links: tuple[str, str, str, float]) -> City:
    """A bus feeds a pump, the pump's network a hospital and the drinking water of a district; plus these links."""
    parts = [component("drinking-1", "drinking-water"), component("generator-1", "generator")]
    parts += [component("signal-1", "signal"), component("node-1", "road-node")]
    made = [
        Link(f"{kind}-{a}-{b}", LinkKind(kind), a, b, autonomy_s=reserve_s)
        for kind, a, b, reserve_s in (("water", "junction-1", "drinking-1", 0.0), *links)
    ]
    telemetry = ServiceLevel("telemetry", "telemetry", "city", 0.9, 4000)
    bare = {name: link for name, link in TINY.links.items() if link.kind == LinkKind("power")}
    return replace(
        TINY,
        components={**TINY.components, **{one.id: one for one in parts}},
        links={**bare, **{link.id: link for link in made}},
        levels={**TINY.levels, "telemetry": telemetry},
    )


def leant(city: City, network: str = "energy") -> dict[str, Spans]:
    return leaning({network: STRETCH}, city)


WATER = {"water-supply-d1", "water-supply-d2", "litres-d1"}


def test_water_leans_on_the_grid_that_feeds_its_pumps_and_drinking_water_on_that() -> None:
    found = leant(town())
    assert set(found) == {"power-supply-d1", *WATER}
    assert all(spans == STRETCH for spans in found.values())


def test_no_arrow_runs_back() -> None:
    assert set(leant(town(), "water")) == WATER
    assert set(leant(town(), "traffic")) == {"travel-time-index"}


def test_a_hospital_leans_as_far_as_its_own_reserve_does_not_reach() -> None:
    city = town(("power", "bus-1", "hospital-1", 3600.0))
    assert leant(city)["hospital-1"] == ((2 * HOUR, 3 * HOUR),)
    assert "hospital-1" not in leant(town(("power", "bus-1", "hospital-1", 7200.0)))


def test_with_a_second_source_that_is_sound_nothing_leans() -> None:
    fed = ("power", "bus-1", "hospital-1", 0.0)
    assert leant(town(fed))["hospital-1"] == STRETCH
    assert "hospital-1" not in leant(town(fed, ("power", "generator-1", "hospital-1", 0.0)))
    assert leant(town(fed, ("power", "bus-2", "hospital-1", 3600.0)))["hospital-1"] == ((2 * HOUR, 3 * HOUR),)


def test_road_access_reaches_the_level_at_its_end_and_no_further() -> None:
    city = town(("road", "node-1", "hospital-1", 0.0), ("road", "node-1", "pump-1", 0.0))
    assert set(leant(city, "traffic")) == {"travel-time-index", "hospital-1"}


def test_it_goes_on_over_as_many_sub_systems_as_there_are() -> None:
    """Grid, then signals, then traffic, then whoever needs roads."""
    city = town(("power", "bus-1", "signal-1", 600.0), ("road", "node-1", "hospital-1", 0.0))
    found = leant(city)
    later = ((HOUR + 600_000, 3 * HOUR),)
    assert found["travel-time-index"] == found["hospital-1"] == later
    assert "telemetry" not in found


@pytest.mark.parametrize("network", ["energy", "water", "traffic", "ict"])
def test_a_city_without_links_leans_on_itself_alone(network: str) -> None:
    from simulator.contracts.registry import registry

    bare = replace(TINY, links={})
    own = {lv.id for lv in bare.levels.values() if registry().measures[lv.measure].domain == network}
    assert set(leaning({network: STRETCH}, bare)) == own


SPANS = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 9)), max_size=5).map(
    lambda rows: united((a, a + n) for a, n in rows)
)


def ticks(spans: Spans) -> set[int]:
    return {tick for begin, end in spans for tick in range(begin, end)}


@given(SPANS, SPANS, st.integers(0, 12))
def test_stretches_against_sets_of_ticks(one: Spans, other: Spans, reserve: int) -> None:
    assert ticks(united(one, other)) == ticks(one) | ticks(other)
    assert ticks(common(one, other)) == ticks(one) & ticks(other)
    assert ticks(outlasting(one, reserve)) == {t for begin, end in one for t in range(begin + reserve, end)}
