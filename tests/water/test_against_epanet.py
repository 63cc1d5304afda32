"""Without faults the water domain is EPANET: the same pressures and tank levels on published networks."""

from __future__ import annotations

import warnings
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from epanet import toolkit as tk
from numpy.typing import NDArray

from simulator.city.demo_water import write_water
from simulator.domains import water
from tests.water.networks import MIDNIGHT, city_of, micropolis, published, world

M_PER_FT, PSI_PER_FT = 0.3048, 0.4333
STEPS = 288


def epanet_alone(path: Path) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Pressures (m) of all junctions and levels (m) of all tanks at every 300 s of a day, by the toolkit itself."""
    ph = tk.createproject()
    tk.open(ph, str(path), "/dev/null", "")
    tk.settimeparam(ph, tk.DURATION, 86400)
    tk.settimeparam(ph, tk.HYDSTEP, 300)
    # the solver stops at an accuracy of 1e-4, so even the last bit of a setting moves results by more than 1e-6
    tk.setdemandmodel(ph, tk.PDA, 0.0, 20.4 * (PSI_PER_FT / M_PER_FT), 0.5)
    kinds = [tk.getnodetype(ph, i + 1) for i in range(tk.getcount(ph, tk.NODECOUNT))]
    junctions = [i + 1 for i, kind in enumerate(kinds) if kind == tk.JUNCTION]
    tanks = [i + 1 for i, kind in enumerate(kinds) if kind == tk.TANK]
    pressures, levels = [], []
    tk.openH(ph)
    tk.initH(ph, tk.NOSAVE)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        t = tk.runH(ph)
        for goal in range(0, STEPS * 300 + 1, 300):
            while t < goal:
                tk.settimeparam(ph, tk.HYDSTEP, goal - t)
                tk.nextH(ph)
                t = tk.runH(ph)
            pressures.append([tk.getnodevalue(ph, n, tk.PRESSURE) / PSI_PER_FT * M_PER_FT for n in junctions])
            heads = [tk.getnodevalue(ph, n, tk.HEAD) - tk.getnodevalue(ph, n, tk.ELEVATION) for n in tanks]
            levels.append([h * M_PER_FT for h in heads])
    tk.closeH(ph)
    tk.close(ph)
    tk.deleteproject(ph)
    return np.array(pressures), np.array(levels)


@pytest.mark.parametrize("name", ["Net3", "ky4", "demo"])
def test_a_day_without_faults_is_epanet_alone(name: str, tmp_path: Path) -> None:
    """On networks whose tanks stay off their edges, where EPANET alone makes or loses water (see `test_mass`), and on
    the demo city's own, of which three tanks fill up that day through mains long enough for EPANET to shut them."""
    path = published(name) if name != "demo" else tmp_path / "water.inp"
    if name == "demo":
        write_water(path)
    pressures, levels = epanet_alone(path)
    city = city_of(path)
    runtime = world(city)
    running = water.start(runtime)
    pressure = runtime.quantities.find(city.of_kind("junction")[0].id, "pressure_m")
    level = runtime.quantities.find(city.of_kind("tank")[0].id, "level_m")
    for step in range(STEPS + 1):
        runtime.clock.run_until(step * 300_000)
        assert pressure.read() == pytest.approx(pressures[step], abs=1e-6)
        assert level.read() == pytest.approx(levels[step], abs=1e-6)
    running.close()
    assert np.ptp(levels, axis=0).max() > 0.5, "the day must be one in which tanks move"
    assert running.solves < (1.2 if name != "demo" else 2.5) * STEPS, "pumps are switched, and tanks fill, in between"


def test_split_run_is_whole_run() -> None:
    city = city_of(published("Net3"))
    seen = []
    for stops in ([86_400_000], [1, 7_000_123, 7_200_000, 50_000_500, 86_400_000]):
        runtime = world(city)
        running = water.start(runtime)
        for stop in stops:
            runtime.clock.run_until(stop)
        seen.append(runtime.quantities.find("junction-10", "pressure_m").read().copy())
        running.close()
    assert np.array_equal(seen[0], seen[1])


def test_a_run_that_begins_later_has_the_demand_of_that_hour() -> None:
    city = city_of(published("ky10"))
    early, late = world(city), world(city, start=MIDNIGHT + timedelta(hours=19), warmup_s=3600.0)
    runs = [water.start(early), water.start(late)]
    early.clock.run_until(18 * 3_600_000 + 600_000)
    late.clock.run_until(-3_600_000 + 600_000)
    demands = [rt.quantities.find("junction-J-1", "demand_m3_s").read() for rt in (early, late)]
    midnight = world(city)
    runs.append(water.start(midnight))
    wanted = early.quantities.find("junction-J-1", "pressure_m").read() > 21.0
    wanted &= late.quantities.find("junction-J-1", "pressure_m").read() > 21.0
    assert wanted.mean() > 0.8
    assert demands[0][wanted] == pytest.approx(demands[1][wanted], rel=1e-3, abs=1e-8)
    drawn = demands[0] > 0
    other = midnight.quantities.find("junction-J-1", "demand_m3_s").read()
    assert not np.allclose(other[drawn], demands[0][drawn], rtol=0.05)
    for run in runs:
        run.close()


def test_micropolis_lives_a_day() -> None:
    city = city_of(micropolis())
    runtime = world(city)
    running = water.start(runtime)
    pressure = runtime.quantities.find("junction-W_JIN0", "pressure_m")
    levels = []
    for hour in range(25):
        runtime.clock.run_until(hour * 3_600_000)
        assert np.isfinite(pressure.read()).all()
        levels.append(runtime.quantities.value("tank-W_T1", "level_m"))
    running.close()
    assert max(levels) - min(levels) > 0.3
