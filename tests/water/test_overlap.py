"""Faults of the water network in any overlapping order leave the same end state."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.contracts.city import City
from simulator.contracts.registry import registry
from simulator.contracts.ticks import to_ticks
from simulator.domains import water
from tests.support.towns import component, link
from tests.water.networks import FINELY, city_of, world, write

NETWORK = f"""
[JUNCTIONS]
A  10  5
B  12  5
C  10  5
[RESERVOIRS]
R  20
[PUMPS]
U  R  A  HEAD H
[PIPES]
P1  A  B  200  200  120  0  Open
P2  B  C  200  200  120  0  Open
[VALVES]
V  B  C  150  TCV  2000  0
[CURVES]
H  20  40
{FINELY}"""
"""No tank: what was is forgotten once the mains are flushed, which takes minutes."""

PARAMETERS = {"area_m2": 0.001, "factor": 1.5}
ROOM = component("works", "waterworks")
COMMANDED = ("pump-U", "valve-V")
QUANTITIES = ("pressure_m", "demand_m3_s", "leak_m3_s", "contaminated_share", "flow_m3_s", "pump_running")


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    path = write(tmp_path_factory.mktemp("net"), NETWORK)
    return city_of(path, tuple(link("control", "works", x, fallback="hold") for x in COMMANDED), others=(ROOM,))


OF_TOWN = {
    "junction-B": "junction",
    "pipe-P1": "pipe",
    "pump-U": "pump",
    "valve-V": "valve",
    "reservoir-R": "reservoir",
}
POINTS = [(name, point) for name, kind in OF_TOWN.items() for point in registry().types[kind].faults]
POINTS += [("works", point) for point in registry().types["waterworks"].faults]
TURNS = st.lists(st.tuples(st.sampled_from(POINTS), st.integers(0, 5000), st.integers(1, 5000)), max_size=8)


def end_state(city: City, turns: list[tuple[tuple[str, object], int, int]]) -> dict[str, np.ndarray]:
    rt = world(city, duration_s=6 * 3600.0)
    running = water.start(rt)
    for n, ((target, point), at_s, for_s) in enumerate(turns):
        given_here = {p.name: PARAMETERS[p.name] for p in point.parameters if p.name in PARAMETERS}  # type: ignore[attr-defined]
        name = point.name  # type: ignore[attr-defined]
        rt.clock.at(to_ticks(at_s), "on", partial(rt.faults.apply, target, name, f"{n}", given_here))
        rt.clock.at(to_ticks(at_s + for_s), "off", partial(rt.faults.clear, target, name, f"{n}"))
    rt.clock.run_until(to_ticks(5 * 3600))
    seen = {}
    for name in QUANTITIES:
        place = {"flow_m3_s": "pipe-P1", "pump_running": "pump-U"}.get(name, "junction-A")
        seen[name] = rt.quantities.find(place, name).read().copy()
    assert not running._engine.traced, "nothing is followed any more"
    running.close()
    return seen


@settings(max_examples=30, deadline=None)
@given(turns=TURNS)
def test_faults_in_any_overlapping_order_leave_the_network_as_it_was(
    city: City, turns: list[tuple[tuple[str, object], int, int]]
) -> None:
    plain, after = end_state(city, []), end_state(city, turns)
    for name, values in plain.items():
        assert after[name] == pytest.approx(values, abs=1e-5), name
