"""Cold-load pick-up, inverters that wait, and protection that trips on lasting overload."""

from __future__ import annotations

import math
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from simulator.contracts.ticks import to_ticks
from simulator.domains.energy.pickup import (
    FADED,
    OUTAGE_H,
    PEAK,
    THERMOSTATS,
    UNTIL_H,
    fading_factor,
    peak_factor,
    ramp,
)
from simulator.domains.energy.protection import PICKUP, trip_s
from tests.energy.support import chain, component, oberrhein, run, town, written

HOUR = to_ticks(3600)


def thermostats(outage_h: float, outside_c: float = 0.0) -> tuple[float, float]:
    """Peak over the load before, and hours until it is below 1.1, of a population of first-order thermostats.

    Ihara and Schweppe's model with the constants of the text in `pickup`, solved here anew with a random population.
    """
    chance = np.random.default_rng(1)
    many, set_c, band, dt_h = 1500, 20.0, 0.5, 1 / 30
    tau = chance.choice([65.0, 230.0], many) * chance.uniform(0.85, 1.15, many)
    power = chance.uniform(1.0, 1.5, many) * 32.0
    inside = chance.uniform(set_c - band, set_c + band, many)
    on = chance.random(many) < (set_c - outside_c) / power
    seen = []
    for step in range(int(48 / dt_h) + int(outage_h / dt_h) + int(24 / dt_h)):
        fed = not 0 <= step - int(48 / dt_h) < int(outage_h / dt_h)
        goal = outside_c + np.where(on & fed, power, 0.0)
        inside = goal + (inside - goal) * np.exp(-dt_h / tau)
        on = np.where(inside > set_c + band, False, np.where(inside < set_c - band, True, on))
        seen.append(float((power * on).sum()))
    before = float(np.mean(seen[int(36 / dt_h) : int(48 / dt_h)]))
    after = np.convolve(np.array(seen[-int(24 / dt_h) :]) / before, np.ones(8) / 8, "valid")
    return float(after.max()), float(np.argmax(after < 1.0 + FADED)) * dt_h


@pytest.mark.parametrize(("outage_h", "peak", "until_h"), list(zip(OUTAGE_H, PEAK, UNTIL_H, strict=True))[1:])
def test_the_curve_is_that_of_a_population_of_thermostats(outage_h: float, peak: float, until_h: float) -> None:
    computed, hours = thermostats(outage_h)
    assert computed == pytest.approx(peak, abs=0.15)
    assert hours == pytest.approx(until_h, abs=1.5)
    out = np.array([outage_h * 3600.0])
    assert peak_factor(out)[0] == pytest.approx(1 + THERMOSTATS * (peak - 1))
    assert fading_factor(out, np.array([until_h * 3600.0]))[0] == pytest.approx(1 + THERMOSTATS * FADED)


def test_after_six_hours_in_january_the_load_comes_back_higher_and_fades(tmp_path: Path) -> None:
    """While it is dark nothing more is asked for than on an ordinary day: what is not supplied is not made greater."""
    file = written(chain([1.0, 1.0]), tmp_path / "p.json")
    runs = []
    for out in (False, True):
        runtime, _ = run(town(file), start_at=datetime(2026, 1, 14, 15, 0), hours=30)
        if out:
            runtime.faults.apply("substation-0", "substation-out", "x", {})
        runtime.clock.run_until(6 * HOUR - 1)
        asked = runtime.quantities.value("bus-3", "load_asked_w")
        if out:
            runtime.faults.clear("substation-0", "substation-out", "x")
        loads = []
        for hour in (6, 10, 16, 28):
            runtime.clock.run_until(hour * HOUR + 2000)
            loads.append(runtime.quantities.value("bus-3", "load_w"))
        runs.append((asked, loads))
    (asked, ordinary), (asked_dark, after) = runs
    assert asked_dark == asked
    ratio = np.array(after) / np.array(ordinary)
    assert ratio[0] == pytest.approx(1 + THERMOSTATS * 0.9, abs=0.02), "1.9 between 1.8 after 4 h and 2.0 after 8 h"
    assert (np.diff(ratio) < 0).all() and ratio[-1] < 1.02


def test_inverters_wait_a_minute_and_come_back_with_a_tenth_a_minute(tmp_path: Path) -> None:
    """VDE-AR-N 4105: 60 s, then 10 % of the rating a minute; and nothing while their part is dead."""
    assert ramp(np.array([0.0, 60.0, 120.0, 360.0, 660.0, 9e9])).tolist() == [0.0, 0.0, 0.1, 0.5, 1.0, 1.0]
    runtime, _ = run(town(written(oberrhein(), tmp_path / "p.json")), start_at=datetime(2026, 6, 21, 12, 0), hours=3)
    full = runtime.quantities.value("pv-0", "power_w")
    rated = 122150.0
    for site in ("substation-0", "substation-1"):
        runtime.faults.apply(site, "substation-out", "x", {})
    runtime.clock.run_until(HOUR // 2)
    assert runtime.quantities.value("pv-0", "power_w") == 0.0
    for site in ("substation-0", "substation-1"):
        runtime.faults.clear(site, "substation-out", "x")
    seen = []
    for second in (1, 59, 121, 301, 661):
        runtime.clock.run_until(HOUR // 2 + to_ticks(second))
        seen.append(runtime.quantities.value("pv-0", "power_w"))
    assert seen[:2] == [0.0, 0.0]
    assert seen[2] == pytest.approx(0.1 * rated, rel=0.01)
    assert seen[3] == pytest.approx(0.4 * rated, rel=0.01)
    assert seen[4] == pytest.approx(full, rel=0.02)


def test_trip_times_are_those_of_the_norm() -> None:
    """IEC 60255-151, standard inverse, multiplier 1: 10.03 s at twice, 4.28 s at five times the setting."""
    assert trip_s(np.array([2.0, 5.0, 10.0])) == pytest.approx([10.03, 4.28, 2.97], abs=0.01)
    assert math.isinf(trip_s(np.array([1.0]))[0])


def test_lasting_overload_trips_and_what_hangs_on_it_goes_dark(tmp_path: Path) -> None:
    """A line that carries 1.5 of its rating, 1.25 of the setting, trips after 31 s, not at once."""
    import pandapower as pp

    net = chain([1.0, 1.0], max_i_ka=0.1)
    city = town(written(net, tmp_path / "p.json"), [component("yard", "depot", 7.8, 48.4)])
    runtime, domain = run(city, hours=3)
    domain.trips.overload.look(np.zeros(len(domain.state.grid.branch_ids)))
    line = domain.state.grid.branch_at["line-1"]
    loading = np.zeros(len(domain.state.grid.branch_ids))
    loading[line] = 1.25 * PICKUP
    domain.trips.overload.look(loading)
    expected = float(trip_s(np.array([1.25]))[0])
    assert expected == pytest.approx(31.3, abs=0.1)
    runtime.clock.run_until(to_ticks(expected) - 100)
    assert runtime.quantities.value("bus-3", "energised") == 1.0
    runtime.clock.run_until(to_ticks(expected) + 100)
    assert runtime.quantities.value("bus-3", "energised") == 0.0
    assert any(e.code == "energy.overload-trips" and e.subject == "line-1" for e in runtime.log.events)
    runtime.clock.run_until(2 * HOUR)
    assert runtime.quantities.value("bus-3", "energised") == 1.0, "a crew has closed it again"
    assert pp is not None


def test_energy_of_a_battery_that_carries_a_blackout_balances(tmp_path: Path) -> None:
    """What it held at first is what it still holds, and what it has given: to the rounding of its rating."""
    store = component("store", "battery", bus="bus-3", rated_w=2e6, energy_j=3e10, initial_share=0.9)
    runtime, _ = run(town(written(chain([0.4, 0.4]), tmp_path / "p.json"), [store]), hours=73)
    begin = runtime.quantities.value("store", "charge_j")
    runtime.faults.apply("substation-0", "substation-out", "x", {})
    given, step = 0.0, to_ticks(60)
    while runtime.clock.now < 72 * HOUR:
        runtime.clock.run_until(runtime.clock.now + 1)
        power = runtime.quantities.value("store", "power_w")
        runtime.clock.run_until(runtime.clock.now - 1 + step)
        given += power * 60.0
    left = runtime.quantities.value("store", "charge_j")
    print(f"battery over 72 h: {begin:.6g} J at first, {given:.6g} J given, {left:.6g} J left")
    assert begin - left == pytest.approx(given, abs=2e6 * 60.0), "a minute at its rating: when it runs empty within one"
    assert given > 0
