"""Absent staff: each lifeline serves the share of its duty that those who are left can, in whatever mode it is."""

from __future__ import annotations

import pytest

from simulator.contracts.registry import registry
from simulator.coupling.catalogue import STAFF_ABSENT
from tests.ict.town import course, modes, run_to
from tests.lifelines.test_town import CITY, LIFELINES, running

STAFFED = (
    "hospital",
    "rescue-dispatch",
    "rescue-station",
    "police-station",
    "traffic-control-centre",
    "town-hall",
    "waterworks",
    "network-control",
    "depot",
)
"""Types of component that people work at."""

MANNED = tuple(name for name in LIFELINES if CITY.components[name].kind in STAFFED)


def test_the_kinds_with_staff_are_those_that_declare_its_absence() -> None:
    assert {kind.name for kind in registry().types.values() if STAFF_ABSENT in kind.faults} == set(STAFFED)
    assert set(registry().quantities["staff_share"].of) == set(STAFFED)


@pytest.mark.parametrize("lifeline", MANNED)
def test_what_is_served_sinks_with_the_staff_and_comes_back(lifeline: str) -> None:
    runtime, _ = running()
    run_to(runtime, 10)
    runtime.faults.apply(lifeline, "staff-absent", "flu", {"share": 0.4})
    run_to(runtime, 20)
    runtime.faults.apply(lifeline, "staff-absent", "strike", {"share": 0.5})
    run_to(runtime, 30)
    runtime.faults.clear(lifeline, "staff-absent", "flu")
    run_to(runtime, 40)
    runtime.faults.clear(lifeline, "staff-absent", "strike")
    run_to(runtime, 50)
    expected = [(0.0, 1.0), (10.0, pytest.approx(0.6)), (20.0, pytest.approx(0.3)), (30.0, 0.5), (40.0, 1.0)]
    assert course(runtime, f"lifeline-{lifeline}") == expected
    assert modes(runtime, lifeline) == []
