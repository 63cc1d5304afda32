"""Wells and tankers by way and queue, against Sphere's numbers and sums by hand."""

from __future__ import annotations

import numpy as np
import pytest

from simulator.contracts.registry import registry
from simulator.coupling.calls import DETOUR
from simulator.lifelines.drinking_water.points import Homes, Point, handed_out, stops

SPHERE_M = 500.0
"""Nobody lives farther than that from a water point."""


def homes(*places: tuple[float, float]) -> Homes:
    """On one street: metres along it, and people."""
    x_m, people = (np.array(column, dtype=np.float64) for column in zip(*places, strict=True))
    return Homes(x_m, np.zeros(len(x_m)), people)


def default(kind: str, name: str) -> float:
    (one,) = [one for one in registry().types[kind].parameters if one.name == name]
    return float(one.default or 0.0)


def test_defaults_are_those_of_sphere() -> None:
    """500 m; 250 people at a tap of 7.5 l/min, 500 at a hand pump of 17 l/min, open for 8 h: about 15 l each."""
    assert default("drinking-water", "reach_m") == SPHERE_M
    open_s = default("drinking-water", "hours_s")
    assert default("drinking-water", "tap_l_s") * open_s / 250 == pytest.approx(15.0, rel=0.05)
    assert default("emergency-well", "tap_l_s") * open_s / 500 == pytest.approx(15.0, rel=0.1)


def test_nobody_walks_farther_than_he_can() -> None:
    street = homes((0.0, 100.0), (SPHERE_M / DETOUR - 1.0, 100.0), (SPHERE_M / DETOUR + 1.0, 100.0))
    got = handed_out(street, np.full(3, 50.0), [Point(0.0, 0.0, 1e6)], SPHERE_M)
    assert got.tolist() == [50.0, 50.0, 0.0]


def test_a_queue_leaves_each_the_same_and_none_more_than_he_wants() -> None:
    """8,160 l for 500 people: 100 want 5 l each, the others share the rest."""
    got = handed_out(homes((0.0, 100.0), (10.0, 400.0)), np.array([5.0, 50.0]), [Point(0.0, 0.0, 8160.0)], SPHERE_M)
    assert got == pytest.approx([5.0, (8160 - 500) / 400])


def test_what_is_handed_out_is_never_more_than_points_give() -> None:
    rng = np.random.default_rng(1)
    many = Homes(rng.uniform(0, 2000, 60), rng.uniform(0, 2000, 60), rng.uniform(1, 90, 60))
    points = [Point(float(x), float(y), 9000.0) for x, y in rng.uniform(0, 2000, (7, 2))]
    wanted = rng.uniform(0, 50, 60)
    got = handed_out(many, wanted, points, SPHERE_M)
    assert (got <= wanted + 1e-9).all()
    assert (got * many.people).sum() <= 7 * 9000.0 * (1 + 1e-9)


def test_two_points_side_by_side_are_as_one_twice_as_large() -> None:
    street, wanted = homes((0.0, 100.0), (50.0, 300.0)), np.array([50.0, 20.0])
    one = handed_out(street, wanted, [Point(0.0, 0.0, 4000.0)], SPHERE_M)
    two = handed_out(street, wanted, [Point(0.0, 0.0, 2000.0)] * 2, SPHERE_M)
    assert two == pytest.approx(one)


def test_tankers_stop_where_most_people_have_no_well_in_reach() -> None:
    street = homes((0.0, 900.0), (2000.0, 200.0), (2100.0, 250.0), (5000.0, 300.0), (9000.0, 10.0))
    lacking = np.array([True, True, True, True, False])
    well = Point(0.0, 0.0, 8000.0)
    assert stops(street, lacking, [well], SPHERE_M, 2) == [2, 3], "450 people around 2,100 m, then 300 at 5,000 m"
    assert stops(street, lacking, [well], SPHERE_M, 9) == [2, 3], "nobody lacks water anywhere else"
