"""A traffic centre orders the longest cycle: what passes then is what the Highway Capacity Manual says."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.coupling.orders import Answer
from tests.traffic.grids import run, started
from tests.traffic.test_faults import crossing

LOST_S = 12.0
"""Two changes of phase of 6 s each."""


def shares(cycle_s: float) -> float:
    """c / s of a street, with two thirds of what is green: g / C of the Highway Capacity Manual."""
    return 2 / 3 * (cycle_s - LOST_S) / cycle_s


def test_the_longest_cycle_passes_as_much_more_as_less_of_it_is_lost(tmp_path: Path) -> None:
    world, traffic = started(crossing(tmp_path, 4000), 7200)
    signals, answers = traffic.signals, list[Answer]()
    run(world, 60)
    world.orders.open(frozenset({"signal-x"}))
    world.orders.send("centre", "signal-x", 1.0, None, answers.append)
    run(world, 120)
    assert answers == [Answer.DONE]
    (programme,) = signals._programmes.values()
    passing = signals._as_ordered("signal-x")
    assert passing is not None and passing.greens_s is not None
    assert sum(passing.greens_s) == pytest.approx(120.0)
    now = passing.out_veh_s[0] * passing.greens_s[0] / 120.0
    before = programme.out_veh_s[0] * programme.greens_s[0] / programme.cycle_s
    assert now / before == pytest.approx(shares(120.0) / shares(90.0))
    codes = [event.code for event in world.log.events]
    assert codes[-1] == "traffic.long-cycle"
    world.orders.send("centre", "signal-x", 0.0, None, answers.append)
    run(world, 180)
    assert signals._as_ordered("signal-x") is None
    assert "traffic.usual-cycle" in [event.code for event in world.log.events]


def test_a_signal_that_its_centre_does_not_reach_runs_its_own_programme_and_takes_the_order_up_again(
    tmp_path: Path,
) -> None:
    world, traffic = started(crossing(tmp_path, 800), 7200)
    answers: list[Answer] = []
    world.orders.open(frozenset({"signal-x"}))
    run(world, 60)
    world.orders.send("centre", "signal-x", 1.0, None, answers.append)
    run(world, 120)
    world.faults.apply("control-centre-signal-x", "link-cut", "x", {})
    run(world, 300)
    assert traffic.signals.mode("signal-x") == "local"
    world.orders.send("centre", "signal-x", 0.0, None, answers.append)
    assert answers == [Answer.DONE, Answer.LOST]
    world.faults.clear("control-centre-signal-x", "link-cut", "x")
    run(world, 600)
    assert traffic.signals.mode("signal-x") == "central"
    assert traffic.signals._as_ordered("signal-x") is not None
    world.orders.send("elsewhere", "signal-x", 0.0, None, answers.append)
    assert answers[-1] is Answer.REFUSED
