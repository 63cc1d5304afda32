"""Reasons of modes that no scenario that ships comes to."""

from __future__ import annotations

from datetime import datetime

import pytest

from simulator.contracts.event import Event, EventKind
from simulator.coupling.runtime import Runtime
from tests.ict.town import component, run_to, town
from tests.lifelines.test_centres import at, running


def reasons(runtime: Runtime, subject: str) -> list[tuple[str | None, str]]:
    modes: list[Event] = [e for e in runtime.log.events if e.kind is EventKind.MODE and e.subject == subject]
    return [(event.after, event.code) for event in modes]


@pytest.mark.parametrize(
    ("kind", "codes"),
    [("traffic-control-centre", "traffic-control"), ("waterworks", "waterworks")],
)
def test_a_control_room_that_commands_nothing_is_as_well_as_its_house(kind: str, codes: str) -> None:
    runtime = running(town([component("room", kind)]))
    at(runtime, 100, "room", "site-out")
    at(runtime, 200, "room", "site-out", clear=True)
    run_to(runtime, 300)
    assert reasons(runtime, "room") == [("none", f"{codes}.out"), ("central", f"{codes}.works")]


def test_when_the_staff_leaves_nobody_is_at_the_counter_of_the_town_hall() -> None:
    open_at = datetime(2024, 1, 10, 10, 0)
    runtime = running(town([component("hall", "town-hall", activate_s=60.0)]), open_at)
    at(runtime, 100, "hall", "ransomware")
    run_to(runtime, 300)
    runtime.faults.apply("hall", "staff-absent", "test", {"share": 1.0})
    run_to(runtime, 400)
    codes = [("none", "town-hall.setting-up"), ("paper", "town-hall.paper"), ("none", "town-hall.nobody")]
    assert reasons(runtime, "hall") == codes
