"""Which faults of a grid are seen to act: each that took something, and all that took it together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resilience.inject.injector import build_injector
from resilience.judge.judge import judge
from resilience.judge.verdict import Category, Finding, Value
from resilience.scenario.scenario import TimelineEntry
from simulator.contracts.event import EventKind
from simulator.contracts.history import History
from tests.energy.support import component, power, run, town, written
from tests.resilience.town import scenario

HOUR_S = 3600.0


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two parallel lines to a bus with a load, one line on to the next bus, one that is open at both ends, and one that
    is open at its far end alone."""
    import pandapower as pp

    net = pp.create_empty_network()
    high = pp.create_bus(net, 110.0, geodata=(7.8, 48.4))
    first, second, third = (pp.create_bus(net, 20.0, geodata=(7.801 + i / 1000, 48.4)) for i in range(3))
    pp.create_ext_grid(net, high)
    pp.create_transformer(net, high, first, "25 MVA 110/20 kV")
    line = {"r_ohm_per_km": 0.2, "x_ohm_per_km": 0.12, "c_nf_per_km": 250.0, "max_i_ka": 0.3}
    for a, b in ((first, second), (first, second), (second, third), (first, third), (first, third)):
        pp.create_line_from_parameters(net, a, b, 1.0, **line)
    pp.create_switch(net, first, 3, "l", closed=False)
    pp.create_switch(net, third, 3, "l", closed=False)
    pp.create_switch(net, third, 4, "l", closed=False)
    pp.create_load(net, second, 0.5)
    pp.create_load(net, third, 0.5)
    return written(net, tmp_path_factory.mktemp("grid") / "power.json")


def judged(file: Path, faults: Sequence[tuple[str, str]], at_s: float = 60.0) -> tuple[dict[str, Finding], History]:
    """The evidence of faults that come at one instant, in this order."""
    clinic = component("clinic", "hospital", beds=5.0)
    runtime, _domain = run(town(file, [clinic], [power("bus-3", "clinic")]), hours=1.0)
    entries = [TimelineEntry(f"e-{target}", at_s, fault, (target,)) for target, fault in faults]
    asked = scenario(timeline=entries)
    doors = runtime.faults, runtime.clock, runtime.quantities.value, runtime.crews.repair, runtime.log.add
    injector = build_injector(asked, runtime.city, *doors)
    runtime.clock.run_until(runtime.clock.end)
    past = History(0, runtime.clock.end, runtime.levels.courses(), runtime.log.events, injector.executed)
    found = judge(asked, runtime.city, past).of(Category.EVIDENCE)
    return {finding.id.removeprefix("e-"): finding for finding in found}, past


def test_a_redundant_line_that_trips_without_loss_is_seen_to_trip(file: Path) -> None:
    """The N-1 case: its own current is gone, and nobody noticed."""
    found, past = judged(file, [("line-0", "line-trip")])
    assert not [event for event in past.events if event.kind is EventKind.LEVEL_LOW]
    assert found["line-0"].value is Value.PASS


@pytest.mark.parametrize("line", ["line-3", "line-4"])
def test_a_line_that_carried_nothing_is_missed_by_nobody(file: Path, line: str) -> None:
    """The one open at its far end is under voltage and charges itself, but nothing passes through it."""
    found, _ = judged(file, [(line, "line-trip")])
    assert found[line].value is Value.INCONCLUSIVE
    assert "There was nothing for it to change" in found[line].reason.en


@pytest.mark.parametrize("order", [1, -1])
def test_what_two_faults_did_together_is_put_down_to_both(file: Path, order: int) -> None:
    """Neither of the two parallel lines alone would have darkened anything."""
    both = [("line-0", "line-trip"), ("line-1", "line-trip")][::order]
    found, past = judged(file, both)
    assert {finding.value for finding in found.values()} == {Value.PASS}
    (low,) = [event for event in past.events if event.kind is EventKind.LEVEL_LOW]
    behind, waiting = set(), list(low.causes)
    while waiting:
        event = past.events[waiting.pop()]
        waiting += event.causes
        if event.kind is EventKind.FAULT:
            behind.add(event.subject)
    assert behind == {"line-0", "line-1"}


CARRYING = ("bus-1", "bus-2", "bus-3", "line-0", "line-1", "line-2", "substation-0")
KIND = {"bus": "bus-out", "line": "line-trip", "substation": "substation-out", "clinic": "site-out"}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from((*CARRYING, "line-3")), min_size=1, max_size=8, unique=True))
def test_each_of_many_faults_in_one_solve_has_its_own_evidence(file: Path, targets: list[str]) -> None:
    """Whatever fails with it and in whatever order: a thing that carried current is seen to fail, an idle one not."""
    found, _ = judged(file, [(target, KIND[target.partition("-")[0]]) for target in targets])
    assert {name: finding.value is Value.PASS for name, finding in found.items()} == {
        name: name in CARRYING for name in targets
    }
