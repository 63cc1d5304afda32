"""A grid behind a control room: nothing is switched and nobody comes before somebody knows; and an order does what the
grid as drawn does (pandapower tells who is supplied)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from simulator.contracts.repair import Trade
from simulator.contracts.ticks import to_ticks
from simulator.coupling import Runtime
from simulator.coupling.orders import Answer
from simulator.coupling.search import Search
from simulator.domains.energy.process import EnergyDomain
from tests.energy.support import oberrhein, quiet, written
from tests.energy.test_faults import HOUR, SWITCHES, started

RING = "grid-switch-14"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(oberrhein(), tmp_path_factory.mktemp("grid") / "power.json")


def behind_a_room(file: Path, fault: str, remote: Sequence[str] = SWITCHES) -> tuple[Runtime, EnergyDomain]:
    """Line 50 is broken at 1 h, it is 3 h, and nobody has told anybody."""
    runtime, domain = started(file, remote, hours=8.0)
    runtime.noticed.by = Search(runtime.city, runtime.log, runtime.faults, runtime.crews)
    runtime.orders.open(frozenset(remote))
    runtime.clock.run_until(HOUR)
    runtime.faults.apply("line-50", fault, "test", {})
    runtime.clock.run_until(3 * HOUR)
    return runtime, domain


def codes(runtime: Runtime) -> list[str]:
    return [event.code for event in runtime.log.events if event.at >= HOUR]


def dark(domain: EnergyDomain) -> set[str]:
    live = domain.state.parts().live
    return {domain.state.grid.bus_ids[i] for i in np.flatnonzero(~live)}


def drawn(closed: Sequence[int] = ()) -> set[str]:
    """Who is without supply in pandapower's own grid, with line 50 out and these switches closed."""
    import pandapower.topology

    net = oberrhein()
    net.line.loc[50, "in_service"] = False
    net.switch.loc[list(closed), "closed"] = True
    return {f"bus-{bus}" for bus in quiet(pandapower.topology.unsupplied_buses, net)}


def order(runtime: Runtime, switch: str, at: int) -> list[Answer]:
    answers: list[Answer] = []
    runtime.clock.run_until(at)
    runtime.orders.send("grid-control", switch, 1.0, None, answers.append)
    runtime.clock.run_until(at + to_ticks(60))
    return answers


def test_nobody_switches_before_a_room_orders_it_and_then_those_are_supplied_who_hang_on_it(file: Path) -> None:
    runtime, domain = behind_a_room(file, "line-trip")
    assert not [code for code in codes(runtime) if code.startswith(("crew", "energy.closed", "energy.remote"))]
    assert dark(domain) == drawn() != set()
    assert order(runtime, "grid-switch-34", 3 * HOUR) == [Answer.DONE]
    assert codes(runtime)[-1] == "energy.not-needed"  # both sides of it are fed
    assert order(runtime, RING, 4 * HOUR) == [Answer.DONE]
    assert dark(domain) == drawn([14]) == set()
    runtime.faults.clear("line-50", "line-trip", "test")
    runtime.clock.run_until(5 * HOUR)
    assert not domain.resupply.regions  # as on an ordinary day again


def test_a_switch_stays_open_while_its_indicator_shows_a_short_circuit(file: Path) -> None:
    runtime, domain = behind_a_room(file, "short-circuit")
    before = dark(domain)
    assert order(runtime, "grid-switch-107", 3 * HOUR) == [Answer.DONE]
    assert codes(runtime)[-1] == "energy.short-indicated"
    assert dark(domain) == before


def test_who_is_sent_to_look_finds_the_short_circuit_and_it_is_isolated(file: Path) -> None:
    runtime, domain = behind_a_room(file, "short-circuit")
    assert not [code for code in codes(runtime) if code.startswith("crew")]
    before, found = len(dark(domain)), list[bool]()
    search = runtime.noticed.by
    assert search is not None
    search.look(Trade("electric"), "line-50", 600.0, None, found.append)
    runtime.clock.run_until(6 * HOUR)
    assert found == [True]
    assert "energy.isolated" in codes(runtime)
    assert before > len(dark(domain))
    assert (
        dark(domain) == drawn([14]) == set()
    )  # who has isolated it says so, and the part behind it is fed from elsewhere
