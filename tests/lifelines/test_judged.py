"""Second ways as a scenario judges them, on towns that live through an outage: in time, long enough, with enough."""

from __future__ import annotations

from dataclasses import replace

import pytest

from resilience.judge.judge import judge
from resilience.judge.verdict import Category, Value
from resilience.scenario.scenario import Carries, Redundancy, Threshold, TimeLimit
from simulator.contracts.component import Value as Given
from simulator.contracts.history import History
from simulator.contracts.link import LinkKind
from simulator.contracts.ticks import to_ticks
from simulator.coupling.runtime import Runtime
from simulator.domains import ict
from simulator.domains.energy import start_generators
from simulator.lifelines import start
from tests.ict.town import component, data, level, power, run_to, town, world
from tests.lifelines.test_inside_hospital import HOUR_S, LOST_S, clinic, lose, running
from tests.resilience.town import scenario

END_S = 24 * HOUR_S


def verdict(runtime: Runtime, item: Redundancy) -> Value:
    """The finding on one redundancy over the first day of a run."""
    run_to(runtime, END_S)
    clock = runtime.clock
    past = History(clock.begin, to_ticks(END_S), runtime.levels.courses(), runtime.log.events, ())
    asked = scenario(redundancies=[item], duration_s=END_S)
    (finding,) = judge(asked, runtime.city, past).of(Category.REDUNDANCY)
    return finding.value


def item(
    component: str,
    primary: str,
    standby: str,
    within_s: float,
    lasts_s: float | None,
    least: float = 0.0,
    of: str = "",
) -> Redundancy:
    """A fallback that must carry at least `least` of the level `of` (empty: its component's own)."""
    lasts = None if lasts_s is None else TimeLimit(lasts_s)
    carries = Carries(Threshold(least), of)
    return Redundancy("r", "analogue", component, primary, standby, True, TimeLimit(within_s), lasts, carries)


@pytest.mark.parametrize(
    ("lost", "asked", "expected"),
    [
        # water by tanker: for a day, with 0.8 of care; without deliveries only for six hours; or never asked for
        (["water"], item("water", "network", "tanker", 3 * HOUR_S, 12 * HOUR_S, 0.8), Value.PASS),
        (
            ["water"],
            item("water", "network", "tanker", HOUR_S, 12 * HOUR_S),
            Value.FAIL,
        ),  # the roof tank carries longer
        (["water", "water:no-tankers"], item("water", "network", "tanker", 3 * HOUR_S, 12 * HOUR_S), Value.FAIL),
        ([], item("water", "network", "tanker", 3 * HOUR_S, 12 * HOUR_S), Value.INCONCLUSIVE),
        # paper records: after ten minutes, with three quarters of care
        (["records:records-out"], item("records", "online", "paper", 900.0, 12 * HOUR_S, 0.7), Value.PASS),
        (["records:records-out"], item("records", "online", "paper", 900.0, 12 * HOUR_S, 0.8), Value.FAIL),
        (["records:records-out", "records:forms-missing"], item("records", "online", "paper", 900.0, None), Value.FAIL),
        # ventilation by hand: six hours, not seven, and nobody does it when nobody is there
        (["power"], item("clinic", "mains", "manual", 900.0, 6 * HOUR_S), Value.PASS),
        (["power"], item("clinic", "mains", "manual", 900.0, 7 * HOUR_S), Value.FAIL),
        (["power", "clinic:staff-absent"], item("clinic", "mains", "manual", 900.0, HOUR_S), Value.FAIL),
        # the server's standby
        (["server:node-out"], item("his", "primary", "standby", 30.0, None), Value.FAIL),  # there is no second server
    ],
)
def test_the_hospital(lost: list[str], asked: Redundancy, expected: Value) -> None:
    runtime = running(clinic())
    lose(runtime, *lost)
    assert verdict(runtime, asked) is expected


@pytest.mark.parametrize(
    ("generator", "expected"),
    [
        ({}, Value.PASS),
        ({"fail_on_demand": 1.0}, Value.FAIL),
        ({"fuel_l": 50.0}, Value.FAIL),  # five hours of fuel, and no depot to bring more
        ({"start_s": 20.0}, Value.FAIL),
    ],
)
def test_a_generator_that_must_run_for_a_working_day(generator: dict[str, Given], expected: Value) -> None:
    given: dict[str, Given] = {"fuel_l": 500.0, "tank_l": 500.0, "burn_l_h": 10.0, "fail_on_demand": 0.0} | generator
    parts = [component("bus", "bus"), component("clinic", "hospital", beds=1.0), component("gen", "generator", **given)]
    city = town(parts, [power("bus", "clinic", 60.0), power("gen", "clinic")], levels=[level("lifeline", "clinic")])
    runtime = world(city)
    start_generators(runtime)
    start(runtime)
    runtime.clock.at(to_ticks(LOST_S), "test", lambda: runtime.supply.offer("bus", LinkKind("power"), False))
    own = item("gen", "standby", "running", 15.0, 8 * HOUR_S, of="lifeline-clinic")
    assert verdict(runtime, own) is expected
    past = replace(own, component="clinic", primary="mains", standby="generator")
    assert verdict(runtime, past) is expected


def test_two_out_of_three_and_a_hot_standby() -> None:
    parts = [component(name, "server", cluster="x", rank=i) for i, name in enumerate("abc", start=1)]
    parts += [component("vote", "service", cluster="x", voting=2.0), component("router", "router")]
    parts.append(component("hot", "service", cluster="x", standby="hot"))
    served = [level("ict-availability", name, 0.0) for name in ("vote", "hot")]
    runtime = world(town(parts, [data("router", name) for name in "abc"], levels=served))
    ict.start(runtime)
    runtime.clock.at(to_ticks(LOST_S), "test", lambda: runtime.faults.apply("a", "node-out", "x", {}))
    run_to(runtime, END_S)
    assert verdict(runtime, item("vote", "primary", "majority", 0.0, HOUR_S)) is Value.PASS
    assert verdict(runtime, item("hot", "primary", "standby", 3.0, HOUR_S)) is Value.PASS  # three heartbeats missed
    assert verdict(runtime, item("hot", "primary", "standby", 2.0, HOUR_S)) is Value.FAIL
