"""N-1 of a grid, after switching (network operators' planning rule: one element lost, no inadmissible interruption)."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simulator.contracts.level import ServiceLevel
from simulator.domains.energy.contingency import secure_share
from tests.energy.support import Rated, chain, component, oberrhein, run, town, written
from tests.energy.test_agreement import other


def ring(load_mw: float, rated_ka: float) -> Any:
    """Two feeders of three buses each from one busbar, joined by an open point at their far ends."""
    import pandapower as pp

    net = chain([load_mw] * 3, max_i_ka=rated_ka)
    before, other_end = 1, 4
    for i in range(3):
        bus = pp.create_bus(net, 20.0, geodata=(7.802 + i / 1000, 48.41))
        pp.create_line_from_parameters(net, before, bus, 1.0, 0.2, 0.12, 250.0, rated_ka)
        pp.create_load(net, bus, load_mw)
        before = bus
    tie = pp.create_line_from_parameters(net, other_end, before, 1.0, 0.2, 0.12, 250.0, rated_ka)
    pp.create_switch(net, before, tie, et="l", closed=False)
    return net


@pytest.mark.parametrize(("spare", "borne"), [(1.05, True), (0.95, False)])
def test_a_ring_bears_the_loss_of_its_first_line_if_one_half_carries_all(
    spare: float, borne: bool, tmp_path: Path
) -> None:
    """With a first line lost the other one carries all six loads: P = sqrt(3) U I, in the limit of no losses."""
    load_mw = 1.0
    rated_ka = spare * 6 * load_mw / (math.sqrt(3) * 20.0)
    _, domain = run(town(written(ring(load_mw, rated_ka), tmp_path / "p.json")), demand=Rated)
    found = {one.id: one for one in domain.contingencies.run()}
    first = found["line-0"]
    assert first.dark == 3 and first.closed
    assert first.held is borne
    assert (first.left_dark == 0) is borne
    assert found["line-2"].held, "the last line of a feeder leaves one bus to the other feeder: half is carried"
    assert not found["transformer-0"].held, "there is no second infeed"
    assert 0 < secure_share(tuple(found.values())) < 1


@pytest.mark.nightly  # every element of 179 buses; the small rings above are always tried
def test_open_rings_go_dark_before_they_are_switched(tmp_path: Path) -> None:
    """mv_oberrhein is run as open rings: every loss of a line leaves somebody or nobody dark, never an overload alone.

    So n-1 without switching would say that nothing is borne.
    """
    _, domain = run(town(written(oberrhein(), tmp_path / "p.json")))
    found = domain.contingencies.run()
    dark = [one for one in found if one.dark]
    assert len(dark) >= len(found) - 3
    assert any(one.held for one in dark) and any(not one.held for one in dark)
    assert all(one.loading <= 1.0 + 1e-6 and one.voltage_pu >= 0.9 for one in found if one.held)
    before = domain.state.closed.copy()
    domain.contingencies.run()
    assert (domain.state.closed == before).all(), "looking at outages operates nothing"


def test_outages_of_a_meshed_grid_agree_with_pandapower(tmp_path: Path) -> None:
    """A batch of power flows against pandapower's, one line out at a time, in rings that are closed."""
    net = oberrhein()
    net.sgen["in_service"] = False
    net.switch["closed"] = True
    _, domain = run(town(written(net, tmp_path / "p.json")), demand=Rated)
    found = {one.id: one for one in domain.contingencies.run()}
    quiet = [name for name, one in found.items() if name.startswith("line-") and not one.dark]
    assert len(quiet) > 20
    for name in quiet[::15]:
        line = int(name.removeprefix("line-"))
        net.line.at[line, "in_service"] = False
        theirs = other(net)
        net.line.at[line, "in_service"] = True
        assert found[name].voltage_pu == pytest.approx(np.nanmin(list(theirs.values())), abs=1e-5)


def test_as_a_level_of_a_run_it_falls_while_a_line_is_out(tmp_path: Path) -> None:
    """With one line out and the ring closed for it, the next loss darkens for good: n-1 is used up."""
    rated_ka = 2 * 6 / (math.sqrt(3) * 20.0)
    city = town(written(ring(1.0, rated_ka), tmp_path / "p.json"), [component("yard", "depot", 7.8, 48.4)])
    asked = ServiceLevel("secure", "power-n-1", "city", 0.7, 0)
    runtime, _ = run(replace(city, levels={**city.levels, "secure": asked}), hours=6)
    begin = runtime.levels.courses()["secure"].values[-1]
    assert begin == pytest.approx(6 / 8), "all six lines, but neither transformer nor infeed"
    runtime.faults.apply("line-0", "line-trip", "digger", {})
    runtime.clock.run_until(3 * 3_600_000)
    assert runtime.levels.courses()["secure"].values[-1] < begin
    runtime.faults.clear("line-0", "line-trip", "digger")
    runtime.clock.run_until(3 * 3_600_000 + 60_000)
    assert runtime.levels.courses()["secure"].values[-1] == begin
