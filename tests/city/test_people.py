"""Points in districts, and people shared out among them."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.city.draft import DistrictDraft
from simulator.city.frame import MapFrame, to_degrees
from simulator.city.generator.bare_town import hull, middles, nearest_middle, outlines
from simulator.city.people import assign, centre, inside, people_by_demand

L_SHAPE = ((0.0, 0.0), (4.0, 0.0), (4.0, 1.0), (1.0, 1.0), (1.0, 3.0), (0.0, 3.0))


def winding(x: float, y: float, ring: tuple[tuple[float, float], ...]) -> bool:
    """Inside by the sum of angles, which is another way than crossing edges."""
    angles = [math.atan2(b - y, a - x) for a, b in ring]
    turns = [
        (after - before + math.pi) % (2 * math.pi) - math.pi
        for before, after in zip(angles, [*angles[1:], angles[0]], strict=True)
    ]
    return abs(sum(turns)) > math.pi


def test_inside_agrees_with_the_winding_number() -> None:
    points = np.random.default_rng(1).uniform(-1, 5, (2000, 2))
    found = inside(points[:, 0], points[:, 1], L_SHAPE)
    assert found.tolist() == [winding(x, y, L_SHAPE) for x, y in points]
    assert 0.1 < found.mean() < 0.5


def test_centre_of_an_l_shape() -> None:
    # Two rectangles: 4 x 1 around (2, 0.5) and 1 x 2 around (0.5, 2).
    assert centre(L_SHAPE) == pytest.approx(((4 * 2 + 2 * 0.5) / 6, (4 * 0.5 + 2 * 2) / 6))


def test_outside_all_districts_the_nearest_centre_decides() -> None:
    square = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
    far = tuple((x + 10, y) for x, y in square)
    districts = [DistrictDraft("a", "A", (square,)), DistrictDraft("b", "B", (far,))]
    x, y = np.array([0.5, 10.5, 4.0, 8.0]), np.array([0.5, 0.5, 9.0, -9.0])
    assert assign(x, y, districts).tolist() == [0, 1, 0, 1]


def test_districts_of_several_parts() -> None:
    square = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
    far = tuple((x + 10, y) for x, y in square)
    middle = tuple((x + 5, y) for x, y in square)
    districts = [DistrictDraft("a", "A", (square, far)), DistrictDraft("b", "B", (middle,))]
    assert assign(np.array([10.5, 5.5]), np.array([0.5, 0.5]), districts).tolist() == [0, 1]


@given(st.lists(st.floats(0, 1e-1), min_size=1, max_size=40), st.floats(20, 500))
def test_people_add_up_to_the_towns_demand(demand: list[float], litres: float) -> None:
    weights = {f"j{i}": value for i, value in enumerate(demand)}
    homes = {name: f"d{i % 3}" for i, name in enumerate(weights)}
    people = people_by_demand(weights, homes, ("d0", "d1", "d2"), litres)
    assert sum(people.values()) == round(
        sum(sum(w for n, w in weights.items() if homes[n] == d) * 8.64e7 / litres for d in people)
    )
    for district, count in people.items():
        exact = sum(w for n, w in weights.items() if homes[n] == district) * 8.64e7 / litres
        assert abs(count - exact) <= 1.0 + 1e-6


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.integers(2, 7))
def test_outlines_meet_without_overlap_and_cover_all_points(seed: int, count: int) -> None:
    points = np.random.default_rng(seed).uniform(0, 1000, (120, 2))
    chosen = middles(points[:, 0], points[:, 1], np.ones(120), count)
    border = hull(points[:, 0], points[:, 1], 50.0)
    rings = outlines(chosen, border)
    hits = np.array([inside(points[:, 0], points[:, 1], ring) for ring in rings])
    near = nearest_middle(points, chosen)
    distances = np.sort(np.hypot(*(points[:, None] - chosen[None]).transpose(2, 0, 1)), axis=1)
    clear = distances[:, 1] - distances[:, 0] > 0.1  # outlines are rounded to a centimetre
    assert (hits.sum(axis=0)[clear] == 1).all()
    assert (hits.argmax(axis=0)[clear] == near[clear]).all()


@pytest.mark.parametrize(("columns", "rows", "factor"), [(2, 3, 0.3048), (3, 3, 1.0), (5, 7, 333.333), (4, 4, 0.1)])
def test_outlines_around_middles_on_a_grid_are_its_squares(columns: int, rows: int, factor: float) -> None:
    """Four middles are as near to each inner corner; the share of the area is known."""
    x, y = np.meshgrid(np.arange(columns) * 3280.84 * factor, np.arange(rows) * 3400.0 * factor)
    chosen = np.column_stack([x.ravel(), y.ravel()])
    wide, high = 3280.84 * factor, 3400.0 * factor
    border = ((-wide / 2, -high / 2), (x.max() + wide / 2, -high / 2), (x.max() + wide / 2, y.max() + high / 2))
    rings = outlines(chosen, (*border, (-wide / 2, y.max() + high / 2)))
    for (a, b), ring in zip(chosen, rings, strict=True):
        assert shapely.Polygon(ring).bounds == pytest.approx(
            (a - wide / 2, b - high / 2, a + wide / 2, b + high / 2), abs=0.02
        )
        assert shapely.Polygon(ring).area == pytest.approx(wide * high, rel=1e-3)


def test_each_middle_is_the_mean_of_its_part() -> None:
    points = np.random.default_rng(7).uniform(0, 1000, (200, 2))
    weight = np.random.default_rng(8).uniform(0.1, 2, 200)
    chosen = middles(points[:, 0], points[:, 1], weight, 5)
    label = nearest_middle(points, chosen)
    for i in range(5):
        assert chosen[i] == pytest.approx(np.average(points[label == i], axis=0, weights=weight[label == i]))


def test_degrees_there_and_back() -> None:
    frame = MapFrame.of_degrees(7.8, 48.4)
    x, y = frame.to_map(np.array([7.9]), np.array([48.5]))
    assert to_degrees(float(x[0]), float(y[0]), 7.8, 48.4) == pytest.approx((7.9, 48.5), abs=1e-12)
    # A degree of latitude is 60 nautical miles of 1,852 m.
    assert float(y[0]) == pytest.approx(0.1 * 60 * 1852, rel=2e-3)


def test_a_frame_scales_turns_and_shifts() -> None:
    frame = MapFrame(2.0, 3.0, 10.0, 20.0, 90.0)
    x, y = frame.to_map(np.array([1.0]), np.array([1.0]))
    assert (float(x[0]), float(y[0])) == pytest.approx((10.0 - 3.0, 20.0 + 2.0))
