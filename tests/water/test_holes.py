"""Where along a pipe a hole is decides what leaks, and whether people still get their water."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import brentq

from simulator.contracts.level import ServiceLevel
from simulator.domains import water
from simulator.domains.water.engine import WaterEngine
from tests.water.networks import FINELY, city_of, published, world, write

LONG_MAIN = f"""
[JUNCTIONS]
A  10  {{demand}}
[RESERVOIRS]
R  60
[PIPES]
P  R  A  2000  200  120  0  Open
{FINELY}"""
HOLE = {"area_m2": 0.002}


def by_hand(place: float) -> float:
    """m3/s out of a hole of 20 cm2 in a main of 2 km, DN 200, C 120, from water 50 m above it: Hazen-Williams down to
    the hole, and an orifice there, q = Cd A sqrt(2 g h)."""

    def left(q: float) -> float:
        lost = 10.667 * 120**-1.852 * 0.2**-4.871 * place * 2000 * q**1.852
        return 0.75 * 0.002 * math.sqrt(2 * 9.81 * max(50 - lost, 0.0)) - q

    return float(brentq(left, 0.0, 1.0))


def leaking(path: Path, place: float) -> float:
    rt = world(city_of(path), foreseen=(("pipe-P", "burst", HOLE | {"place": place}),))
    running = water.start(rt)
    assert running is not None
    rt.faults.apply("pipe-P", "burst", "x", HOLE | {"place": place})
    rt.clock.run_until(1000)
    found = rt.quantities.value("pipe-P", "leak_m3_s")
    rt.faults.clear("pipe-P", "burst", "x")
    rt.clock.run_until(2000)
    assert rt.quantities.value("pipe-P", "leak_m3_s") == 0.0
    running.close()
    return found


def test_a_hole_leaks_what_two_formulas_give_at_its_place(tmp_path: Path) -> None:
    path = write(tmp_path, LONG_MAIN.format(demand=0))
    for place in (0.05, 0.5, 0.95):
        assert leaking(path, place) == pytest.approx(by_hand(place), rel=0.005)
    assert by_hand(0.05) > 1.2 * by_hand(0.95), "an end node would be wrong by that"


def test_a_share_of_the_cross_section_is_that_hole(tmp_path: Path) -> None:
    """20 cm2 are 6.37 % of the cross-section of DN 200, which is 314 cm2."""
    path, section_m2 = write(tmp_path, LONG_MAIN.format(demand=0)), math.pi / 4 * 0.2**2
    hole = {"area_share": 0.002 / section_m2, "place": 0.5}
    rt = world(city_of(path), foreseen=(("pipe-P", "burst", hole),))
    running = water.start(rt)
    assert running is not None
    rt.faults.apply("pipe-P", "burst", "x", hole)
    rt.faults.apply("junction-A", "burst", "y", {"area_share": 0.0})
    rt.clock.run_until(1000)
    assert rt.quantities.value("pipe-P", "leak_m3_s") == pytest.approx(by_hand(0.5), rel=0.005)
    running.close()


@pytest.mark.parametrize(("place", "holds"), [(0.1, True), (0.9, False)])
def test_the_place_decides_whether_people_get_their_water(tmp_path: Path, place: float, holds: bool) -> None:
    level = ServiceLevel("supply", "water-supply", "city", 0.95, 1000)
    burst = ("pipe-P", "burst", HOLE | {"place": place})
    rt = world(city_of(write(tmp_path, LONG_MAIN.format(demand=45)), levels=(level,)), foreseen=(burst,))
    running = water.start(rt)
    assert running is not None
    rt.faults.apply(*burst[:2], "x", burst[2])
    rt.clock.run_until(600_000)
    assert bool(min(rt.levels.courses()["supply"].values) >= 0.95) is holds
    running.close()


def test_two_holes_in_one_pipe_are_two(tmp_path: Path) -> None:
    path = write(tmp_path, LONG_MAIN.format(demand=5))
    both = tuple(("pipe-P", "burst", HOLE | {"place": place}) for place in (0.2, 0.8))
    rt = world(city_of(path), foreseen=both)
    running = water.start(rt)
    assert running is not None
    seen = []
    for name, (target, fault, parameters) in zip("ab", both, strict=True):
        rt.faults.apply(target, fault, name, parameters)
        rt.clock.run_until(rt.clock.now + 1000)
        seen.append(rt.quantities.value("pipe-P", "leak_m3_s"))
    assert seen[1] > 1.2 * seen[0]
    rt.faults.clear("pipe-P", "burst", "a")
    rt.clock.run_until(rt.clock.now + 1000)
    assert 0 < rt.quantities.value("pipe-P", "leak_m3_s") < seen[0]
    rt.faults.apply("pipe-P", "isolated", "c", {})
    rt.clock.run_until(rt.clock.now + 1000)
    assert rt.quantities.value("pipe-P", "leak_m3_s") == 0.0
    running.close()


@pytest.mark.parametrize("name", ["Net3", pytest.param("ky10", marks=pytest.mark.nightly)])
def test_a_network_prepared_for_breaks_lives_the_same_day(name: str) -> None:
    """Tanks keep their controls though every index behind a new junction moves, and nothing flows otherwise."""
    path = published(name)
    whole = WaterEngine(path)
    pipes = [link for link, kind in zip(whole.network.links, whole.network.link_kind, strict=True) if kind == "pipe"]
    prepared = WaterEngine(path, holes=[(pipe, place) for pipe in pipes[::20] for place in (0.3, 0.5)])
    node = [prepared.network.node_index[name] for name in whole.network.nodes]
    for t_s in range(0, 86401, 3600):
        for engine in (whole, prepared):
            engine.advance_to(t_s)
        assert prepared.level_m == pytest.approx(whole.level_m, abs=0.02)
        apart = np.abs(prepared.delivered_m3_s[node] - whole.delivered_m3_s)
        assert apart.max() < 1e-4
    assert len(prepared.network.nodes) > len(whole.network.nodes)
    whole.close()
    prepared.close()
