"""Curves, rates, lengths and areas against closed forms, and the classes that catalogues declare."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resilience.scenario.draws.classes import YEAR_S, curve_of, first_failure_s, rate_of
from resilience.scenario.draws.hazard import Circle, Hazard, Place, Polygons, Strip
from simulator.contracts.component import Component
from simulator.contracts.failure import Confidence, HazardType, Outage, fails_at
from simulator.contracts.registry import registry
from simulator.contracts.sources import is_assumed, source_text
from tests.resilience.town import component, tiny_city

SQUARE = ((0, 0), (100, 0), (100, 100), (0, 100))
ISLAND = ((40, 40), (60, 40), (60, 60), (40, 60))
HOUR = Outage(3600.0, 0.5, "assumption", Confidence.ASSUMPTION)


def test_a_lognormal_curve_is_the_lognormal_distribution() -> None:
    """Half fail at the median, 84 % one spread above it, 16 % one below (the normal distribution's own table)."""
    assert fails_at(2.0, 2.0, 0.3) == pytest.approx(0.5)
    assert fails_at(2.0 * math.exp(0.3), 2.0, 0.3) == pytest.approx(0.8413447, abs=1e-6)
    assert fails_at(2.0 * math.exp(-0.3), 2.0, 0.3) == pytest.approx(0.1586553, abs=1e-6)
    for intensity in np.linspace(0.1, 5, 20):
        expected = NormalDist().cdf(math.log(intensity / 2.0) / 0.3)
        assert fails_at(float(intensity), 2.0, 0.3) == pytest.approx(expected, abs=1e-12)


def test_it_agrees_with_scipy() -> None:
    lognorm = pytest.importorskip("scipy.stats").lognorm
    for intensity in np.linspace(0.1, 5, 20):
        assert fails_at(float(intensity), 0.9, 0.5) == pytest.approx(lognorm.cdf(intensity, 0.5, scale=0.9), abs=1e-12)


def test_a_step_and_nothing() -> None:
    assert [fails_at(x, 0.3, 0.0) for x in (0.0, 0.29, 0.3, 9.0)] == [0.0, 0.0, 1.0, 1.0]
    assert fails_at(0.0, 0.3, 0.5) == fails_at(-5.0, 0.3, 0.5) == 0.0


def test_two_kilometres_survive_if_both_do() -> None:
    curve = replace(registry().fragilities["storm-overhead-line"], median=45.0, beta=0.2)
    one, two = curve.probability(40.0, 1000.0), curve.probability(40.0, 2000.0)
    assert one == pytest.approx(fails_at(40.0, 45.0, 0.2))
    assert 1 - two == pytest.approx((1 - one) ** 2)
    assert curve.probability(40.0) == one  # no length known: a kilometre
    assert replace(curve, beta=0.0).probability(50.0, 10.0) == 1.0


@given(st.sampled_from(sorted(registry().fragilities)), st.floats(-50, 200), st.floats(0, 100), st.floats(0, 5000))
def test_more_is_never_less(name: str, intensity: float, more: float, length_m: float) -> None:
    curve = registry().fragilities[name]
    assert 0 <= curve.probability(intensity, length_m) <= curve.probability(intensity + more, length_m) <= 1


def test_lengths_are_lognormal() -> None:
    assert HOUR.seconds(0.5) == 3600.0
    assert HOUR.seconds(0.8413447) == pytest.approx(3600 * math.exp(0.5), abs=1)
    assert HOUR.seconds(0.0) == 107.0  # what is next to impossible is still a time: 3600 * exp(-0.5 * 7.034)
    assert HOUR.seconds(1.0) > 3600


def test_failure_rates_grow_with_age_and_past_support() -> None:
    """rate * exp(growth * (age - mean age)): doubled after ln 2 / growth years, and times the factor past support."""
    pipe = registry().rates["pipe"]
    assert pipe.per_year(40.0, 1000.0) == pytest.approx(0.076)
    assert pipe.per_year(None, 500.0) == pytest.approx(0.038)
    assert pipe.per_year(None) == 0.076  # no length known: a kilometre
    assert pipe.per_year(40.0 + math.log(2) / 0.03, 1000.0) == pytest.approx(2 * 0.076)
    assert pipe.per_year(81.0, 1000.0) == pytest.approx(0.076 * math.exp(0.03 * 41) * 2)
    assert pipe.per_year(80.0, 1000.0) == pytest.approx(0.076 * math.exp(0.03 * 40))


def test_the_first_failure_is_exponential() -> None:
    """The median of an exponential distribution is ln 2 over the rate; over a year 1 - exp(-rate) fail."""
    assert first_failure_s(0.5, 0.5) == pytest.approx(math.log(2) / 0.5 * YEAR_S)
    assert first_failure_s(0.5, 1 - math.exp(-0.5)) == pytest.approx(YEAR_S)
    assert first_failure_s(0.0, 0.9) == math.inf
    assert first_failure_s(2.0, 0.7) < first_failure_s(1.0, 0.7)


@pytest.mark.parametrize(
    ("area", "place", "expected"),
    [
        (Circle(0, 0, 100), (60, 80), 0.0),
        (Circle(0, 0, 100), (30, 40), 50.0),
        (Circle(10, 0, 100), (210, 0), -100.0),
        (Strip(((0, 0), (100, 0)), 40), (50, 5), 15.0),
        (Strip(((0, 0), (100, 0)), 40), (130, 40), -30.0),  # 3-4-5 beyond the end
        (Strip(((0, 0), (100, 0), (100, 100)), 40), (110, 50), 10.0),
        (Strip(((7, 7), (7, 7)), 40), (7, 7), 20.0),
        (Polygons((((0, 0), (100, 0), (100, 60), (0, 60)),)), (50, 20), 20.0),
        (Polygons((((0, 0), (100, 0), (100, 60), (0, 60)),)), (150, 20), -50.0),
        (Polygons((((0, 0), (9, 0), (9, 9)), ((100, 0), (140, 0), (140, 40), (100, 40)))), (110, 20), 10.0),
        (Polygons((((0, 0), (100, 0), (100, 100), (50, 10), (0, 100)),)), (50, 50), -18.0),  # in the notch of an M
        (Polygons((SQUARE,), ((ISLAND,),)), (50, 50), -10.0),  # on an island in the flood
        (Polygons((SQUARE,), ((ISLAND,),)), (20, 50), 20.0),
        (Polygons((SQUARE,), ((ISLAND,),)), (35, 50), 5.0),
        (Polygons((SQUARE, ((45, 45), (55, 45), (55, 55), (45, 55))), ((ISLAND,), ())), (50, 50), 5.0),  # a pond on it
    ],
)
def test_how_far_inside(area: Circle | Strip | Polygons, place: tuple[float, float], expected: float) -> None:
    inward_m = area.inward_m(*place)
    assert inward_m == pytest.approx(expected, abs=2.0 if expected == -18.0 else 1e-9)


def test_the_intensity_grows_inwards_from_the_border() -> None:
    flat = Hazard(HazardType.FLOOD, Place(centre=(0, 0), radius_m=200), peak=2.0)
    assert [flat.intensity(m) for m in (-1.0, 0.0, 200.0)] == [None, 2.0, 2.0]
    cone = replace(flat, edge=0.5)
    assert [cone.intensity(m) for m in (0.0, 100.0, 200.0)] == [0.5, 1.25, 2.0]
    ramp = replace(flat, edge=0.5, fade_m=50.0)
    assert [ramp.intensity(m) for m in (0.0, 25.0, 50.0, 200.0)] == [0.5, 1.25, 2.0, 2.0]
    river = Hazard(HazardType.FLOOD, Place(line=((0, 0), (9, 0)), width_m=100), peak=2.0, edge=0.0)
    assert river.intensity(25.0) == 1.0


def test_places_on_the_map() -> None:
    """A minute of latitude is a sea mile of 1,852 m (to a part in a thousand: the earth is no sphere)."""
    city = replace(tiny_city(), latitude_deg=48.0, longitude_deg=8.0)
    north = Place(rings=(((8.0, 48.0), (8.0, 48 + 1 / 60), (8.01, 48.0)),), degrees=True).in_city(city)
    assert isinstance(north, Polygons)
    (origin, top, east) = north.rings[0]
    assert origin == (0.0, 0.0)
    assert top == (0.0, pytest.approx(1852, rel=2e-3))
    assert east == (pytest.approx(0.6 * 1852 * math.cos(math.radians(48)), rel=2e-3), 0.0)
    hall = replace(city, components={"x": replace(component("x", "pump"), x_m=5.0, y_m=6.0)})
    assert Place(component="x", radius_m=9.0).in_city(hall) == Circle(5.0, 6.0, 9.0)


KNOWN_FAULTS = registry().faults


@pytest.mark.parametrize("name", [*registry().fragilities, *registry().rates])
def test_every_row_names_what_there_is(name: str) -> None:
    row = registry().fragilities.get(name) or registry().rates[name]
    point = KNOWN_FAULTS[row.fault]
    for kind in row.kinds:
        assert point in registry().types[kind].faults, (name, kind)
        assert set(row.where) <= {parameter.name for parameter in registry().types[kind].parameters}
    declared = {parameter.name: parameter for parameter in point.parameters}
    assert set(row.parameters) <= declared.keys()
    assert {p.name for p in point.parameters if p.default is None} <= set(row.parameters), "a value must be given"
    assert source_text(row.source).en and source_text(row.outage.source).en and row.outage.median_s > 0
    if row.confidence is Confidence.ASSUMPTION:
        assert is_assumed(row.source) or re.search("assumption|ERAD", source_text(row.source).en)


def test_a_class_may_ask_for_a_parameter() -> None:
    def line(overhead: bool) -> Component:
        return replace(component("line-1", "line"), parameters={"overhead": overhead})

    assert curve_of(line(True), HazardType.STORM) is registry().fragilities["storm-overhead-line"]
    assert curve_of(line(False), HazardType.STORM) is None
    assert rate_of(line(True)) is registry().rates["overhead-line"]
    assert rate_of(line(False)) is registry().rates["cable"]
    assert rate_of(component("x", "road-node")) is None
