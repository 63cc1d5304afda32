"""Water is neither made nor lost: what the sources gave, less what was delivered and leaked, is in the tanks.

And a tank runs empty at its own second: volume over outflow.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.city.loader import load_city
from simulator.contracts.link import LinkKind
from simulator.domains import water
from simulator.domains.water.engine import WaterEngine
from simulator.domains.water.hours import read_hours
from simulator.domains.water.overrides import Force
from stadtwerk.library import demo_folder
from tests.support.towns import component, link
from tests.water.networks import PUMPED, city_of, micropolis, published, world, write

HOUR = 3_600_000


def blackout(engine: WaterEngine, hours: int, hole: bool = True, begin_h: int = 2) -> tuple[float, str]:
    """All pumps stand from `begin_h` on, and a main leaks meanwhile; by how much the balance is open (m3), and a line
    that says so."""
    before = float(engine.volume_m3.sum())
    engine.advance_to(begin_h * 3600)
    for pump in engine.network.pumps.tolist():
        engine.overrides.force(pump, "dark", Force.SHUT)
    leaky = int((engine.network.mean_demand_m3_s > 0).nonzero()[0][0])
    engine.set_burst(leaky, 1e-4 if hole else 0.0)
    engine.solve()
    for t_s in range(begin_h * 3600, hours * 3600 + 1, 900):
        engine.advance_to(t_s)
    stored, all_of = float(engine.volume_m3.sum()) - before, engine.totals
    open_m3 = all_of.kept - stored
    return open_m3, (
        f"{hours} h: in {all_of.supplied:.1f} - out {all_of.delivered:.1f} - leak {all_of.leaked:.1f} + at edges "
        f"{all_of.added:.2f} = {all_of.kept:.2f} m3; change of storage {stored:.2f} m3; open {open_m3:.4f} m3"
    )


def check(path: Path, engine: WaterEngine, hours: int = 72) -> None:
    open_m3, line = blackout(engine, hours)
    print(f"\n{path.stem}: {line}")
    assert engine.totals.delivered > 0 and engine.totals.leaked > 0
    assert abs(open_m3) < 1.0
    engine.close()


@pytest.mark.parametrize("name", ["Net1", "Net3"])
def test_the_balance_of_a_blackout_closes(name: str) -> None:
    check(published(name), WaterEngine(published(name)))


@pytest.mark.nightly
def test_the_balance_of_micropolis_closes() -> None:
    check(micropolis(), WaterEngine(micropolis()))


@pytest.mark.nightly
def test_the_balance_of_the_demo_closes() -> None:
    city = load_city(demo_folder())
    assert city.water_file is not None and city.water_hours is not None
    check(city.water_file, WaterEngine(city.water_file, initial=read_hours(city.water_hours).at(0.0)))


def test_what_a_drain_lets_out_counts(tmp_path: Path) -> None:
    engine = WaterEngine(write(tmp_path, PUMPED))
    before = float(engine.volume_m3.sum())
    engine.drains.set(0, 0.001)
    engine.advance_to(3600)
    assert engine.totals.drained > 1
    assert engine.totals.kept == pytest.approx(float(engine.volume_m3.sum()) - before, abs=0.01)
    engine.close()


def test_a_tank_runs_empty_at_its_own_second(tmp_path: Path) -> None:
    """78.54 m2 from 3 m to 0.5 m are 196.35 m3; at 4 l/s they last 49,087 s, in the middle of a step of 300 s."""
    links = (link("power", "bus-1", "pump-U"), link("water", "junction-D", "hospital"))
    others = (component("bus-1", "bus"), component("hospital", "hospital", beds=10.0))
    rt = world(city_of(write(tmp_path, PUMPED), links, (), others))
    rt.supply.offer("bus-1", LinkKind("power"), False)
    running = water.start(rt)
    assert running is not None
    rt.clock.run_until(24 * HOUR)
    empty = next(event for event in rt.log.events if event.code == "water.tank-empty")
    assert empty.at / 1000 == pytest.approx(49_087, abs=2)
    lost = next(event for event in rt.log.events if event.subject == "water-junction-D-hospital")
    assert lost.at == empty.at, "who lives on the tank feels it in the same second"
    running.close()


def test_a_clock_that_opens_the_main_of_an_empty_tank_does_not_stop_the_time(tmp_path: Path) -> None:
    """At 22 o'clock EPANET opens it as often as it is solved, and it is shut again each time: once is enough. Water
    from nowhere may flow for the second after."""
    text = """
[JUNCTIONS]
A  0     0
B  1.38  125
C  0     0
D  0     0
[TANKS]
T  0  20  10  100  10  0
[PIPES]
P  T  A  1000  457.2  100  0.73  Open
[PUMPS]
U  C  D  POWER 22.3
[VALVES]
V1  A  B  12  TCV  3.52  0.54
V2  B  C  12  PSV  2.51  0.985
[CONTROLS]
LINK P OPEN AT CLOCKTIME 22
[END]
"""
    engine = WaterEngine(write(tmp_path, text))
    before = float(engine.volume_m3.sum())
    engine.advance_to(86400)
    assert engine.solves < 1000
    assert engine.totals.kept == pytest.approx(float(engine.volume_m3.sum()) - before, abs=0.1)
    engine.close()
