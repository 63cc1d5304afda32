"""Water, fuel and batteries over 72 hours of blackout: nothing is lost and nothing comes from nowhere.

Conservation of mass and energy. Fuel: what stood in stores, vehicles and tanks at the start is there at the end, or
on a truck, or was burnt: by generators, hours of running (from the log) times litres an hour; by vehicles, hours on
the road times litres an hour. Water: what the sources gave, less what was delivered, leaked and drained, is in the
tanks, to 1 m3, in the coupled town with all that its pumps go through. Batteries: from the loss of the mains to the
end of a battery as long as it said it had.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from simulator.city.importing import ImportSources, import_city
from simulator.contracts.city import City
from simulator.contracts.event import EventKind
from simulator.contracts.link import LinkKind
from simulator.contracts.ticks import to_s, to_ticks
from simulator.coupling.catalogue import DRIVER
from simulator.coupling.runtime import Runtime
from simulator.coupling.vehicles import VehicleKind
from simulator.domains.energy.generator import Generators
from simulator.domains.water.engine import WaterEngine
from simulator.domains.water.process import WaterProcess
from simulator.kernel import Clock
from stadtwerk.library import load_named_city
from stadtwerk.runs.wiring import close_all, start_domains
from tests.coupling.test_depot import WATCH
from tests.support.towns import component, link, runtime, town
from tests.water.networks import micropolis

HOURS = 72
RATING_L = 0.1
"""Tanks and flows are rated to a tenth of a litre; ticks of a millisecond cost far less."""

TICK_S = 0.001


def burnt_by_generators(r: Runtime) -> dict[str, float]:
    """Litres by each generator: hours between its turning on and off in the log, times its litres an hour."""
    since: dict[str, int] = {}
    litres: dict[str, float] = defaultdict(float)
    ids = {c.id: c.number("burn_l_h") for c in r.city.of_kind("generator")}
    for event in r.log.events:
        if event.kind is EventKind.MODE and event.subject in ids:
            if event.after == "running":
                since[event.subject] = event.at
            elif event.before == "running":
                litres[event.subject] += to_s(event.at - since.pop(event.subject)) / 3600.0 * ids[event.subject]
    for name, at in since.items():
        litres[name] += to_s(r.clock.now - at) / 3600.0 * ids[name]
    return litres


def fuel(r: Runtime) -> dict[str, float]:
    """Litres by where they are."""
    depots = [r.crews.depot(name) for name in r.crews.depots]
    vehicles = [one for depot in depots for one in depot.fleet]
    tanks = [r.quantities.value(c.id, "fuel_l") for c in r.city.of_kind("generator")]
    return {
        "stores of depots": sum(depot.fuel_l for depot in depots),
        "loads on trucks": sum(one.load_l for one in vehicles),
        "tanks of vehicles": sum(one.fuel_l for one in vehicles),
        "burnt by vehicles": sum(one.burnt_l for one in vehicles),
        "tanks of generators": sum(tanks),
        "burnt by generators": sum(burnt_by_generators(r).values()),
    }


def balance(title: str, before: dict[str, float], after: dict[str, float]) -> float:
    """Prints both sides. Returns what is missing in litres."""
    print(f"\n{title}: litres of fuel over {HOURS} h")
    for name, litres in before.items():
        print(f"  {name:<22}{litres:>12.2f}{after[name]:>12.2f}")
    missing = sum(before.values()) - sum(after.values())
    print(f"  {'all':<22}{sum(before.values()):>12.2f}{sum(after.values()):>12.2f}   missing {missing:.6f}")
    return missing


def batteries(r: Runtime) -> Iterator[tuple[str, float, float]]:
    """What each battery said it had when the mains went, and how long it lasted, where it was used up."""
    had: dict[tuple[str, str], tuple[int, float]] = {}
    for event in r.log.events:
        key = (event.subject, str((event.params or {}).get("link_kind", "")))
        if event.kind is EventKind.SUPPLY_LOST and event.value:
            had[key] = (event.at, event.value)
        elif event.kind is EventKind.SUPPLY_BACK:
            had.pop(key, None)
        elif event.kind is EventKind.AUTONOMY_USED and key in had:
            at, seconds = had.pop(key)
            yield event.subject, seconds, to_s(event.at - at)


def close(title: str, found: Iterable[tuple[str, float, float]]) -> int:
    """Prints the batteries that were used up and holds them. Returns how many they were."""
    rows = list(found)
    print(f"{title}: {len(rows)} batteries used up, {sum(had for _, had, _ in rows) / 3600:.4f} h in them, "
          f"{sum(lasted for _, _, lasted in rows) / 3600:.4f} h given")  # fmt: skip
    assert all(had == pytest.approx(lasted, abs=TICK_S) for _, had, lasted in rows)
    return len(rows)


def dark_town() -> City:
    """Two depots with generators of their own, three sites with small tanks, batteries, and tankers on tour."""
    parts = [component("bus", "bus"), component("tap", "pump", x_m=2000.0)]
    links = []
    for i, (tank_l, burn_l_h) in enumerate(((60.0, 10.0), (333.3, 27.7), (100.0, 3.1))):
        site, diesel = f"hall-{i}", f"diesel-{i}"
        parts += [component(site, "town-hall", x_m=1500.0 * i), component(diesel, "generator", x_m=1500.0 * i,
                  fuel_l=tank_l, tank_l=tank_l, burn_l_h=burn_l_h, fail_on_demand=0.0, delivery_l=250.0)]  # fmt: skip
        links += [link("power", "bus", site, 900.0 * (i + 1)), link("power", diesel, site)]
    for i in range(2):
        yard, diesel = f"yard-{i}", f"own-{i}"
        parts += [
            component(yard, "depot", x_m=4000.0 * i, drivers=4.0, water_tankers=2.0, fuel_store_l=2500.0),
            component(diesel, "generator", fuel_l=80.0, tank_l=80.0, burn_l_h=2.7, fail_on_demand=0.0),
        ]
        links += [link("power", "bus", yard, 1800.0), link("power", diesel, yard)]
    parts += [component(f"radio-{i}", "radio-site") for i in range(3)]
    links += [link("power", "bus", f"radio-{i}", 7200.0 * (i + 1)) for i in range(3)]
    return town(parts, links)


def test_fuel_and_batteries_of_a_small_town_balance_over_three_days() -> None:
    r = runtime(dark_town(), duration_s=HOURS * 3600.0)
    Generators(r)
    before = fuel(r)
    for _ in range(4):
        r.crews.station(WATCH, "tap", None, lambda event: None, lambda event: None, DRIVER, VehicleKind.WATER_TANKER)
    r.supply.offer("bus", LinkKind("power"), False)
    r.clock.run_until(to_ticks(HOURS * 3600.0))
    after = fuel(r)
    assert abs(balance("small town", before, after)) < RATING_L
    assert after["burnt by generators"] > 500.0 and after["burnt by vehicles"] > 500.0
    assert close("small town", batteries(r)) >= 3


WATER_M3 = 1.0


@contextmanager
def coupled(city: City, hours: float) -> Iterator[tuple[Runtime, WaterEngine]]:
    """A town from an hour before a blackout on, with its water network."""
    r = Runtime.build(city, Clock(datetime(2026, 1, 14, 17), 3600.0, hours * 3600.0), 1)
    running = start_domains(r)
    try:
        (process,) = (one for one in running if isinstance(one, WaterProcess))
        yield r, process._engine
    finally:
        close_all(running)


def blackout(r: Runtime, hours: float) -> None:
    r.clock.run_until(0)
    for substation in r.city.of_kind("substation"):
        r.faults.apply(substation.id, "substation-out", "blackout", {})
    r.clock.run_until(to_ticks(hours * 3600.0))


def water_missing(title: str, engine: WaterEngine, before_m3: float, hours: float) -> float:
    """Prints where the water went since the network's zero. Returns what is missing in m3."""
    found, stored = engine.totals, float(engine.volume_m3.sum()) - before_m3
    missing = found.kept - stored
    print(
        f"{title}: m3 of water over {hours:g} h and the hour before: in {found.supplied:.2f} "
        f"- out {found.delivered:.2f} - leak {found.leaked:.2f} - drained {found.drained:.2f} "
        f"+ at edges {found.added:.2f}; change of storage {stored:.2f}; missing {missing:.4f}"
    )
    return missing


@pytest.mark.nightly
def test_water_fuel_and_batteries_of_the_demo_city_balance_over_three_days() -> None:
    with coupled(load_named_city("demo"), HOURS) as (r, engine):
        stored = float(engine.volume_m3.sum())
        r.clock.run_until(0)
        before = fuel(r)
        blackout(r, HOURS)
        assert abs(balance("demo city", before, fuel(r))) < RATING_L
        assert close("demo city", batteries(r)) > 50
        assert abs(water_missing("demo city", engine, stored, HOURS)) < WATER_M3


def test_water_of_the_demo_city_balances_over_the_first_hours_of_a_blackout() -> None:
    with coupled(load_named_city("demo"), 6.0) as (r, engine):
        stored = float(engine.volume_m3.sum())
        blackout(r, 6.0)
        assert engine.totals.delivered > 500 and not engine.link_open[engine.network.pumps].all()
        assert abs(water_missing("demo city", engine, stored, 6.0)) < WATER_M3


@pytest.mark.nightly
def test_water_fuel_and_batteries_of_micropolis_balance_over_three_days(tmp_path: Path) -> None:
    folder = micropolis().parent
    sources = ImportSources("micropolis", water=folder / "water.inp", power=folder / "power.json")
    with coupled(import_city(sources, tmp_path / "micropolis").city, HOURS) as (r, engine):
        stored = float(engine.volume_m3.sum())
        r.clock.run_until(0)
        before = fuel(r)
        blackout(r, HOURS)
        assert abs(balance("Micropolis", before, fuel(r))) < RATING_L
        assert close("Micropolis", batteries(r)) >= 1
        assert abs(water_missing("Micropolis", engine, stored, HOURS)) < WATER_M3
