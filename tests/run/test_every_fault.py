"""Every fault of every kind in the demo city takes effect, is traced, and leaves nothing behind when cleared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pytest

from simulator.contracts.city import City
from simulator.contracts.event import Event, EventKind
from simulator.contracts.fault import FaultPoint
from simulator.contracts.link import LinkKind
from simulator.contracts.registry import registry
from simulator.contracts.ticks import to_ticks
from simulator.coupling import Runtime
from simulator.domains.ict.catalogue import CERTIFICATE_EXPIRED, FIRMWARE_UPDATE
from simulator.kernel import Clock
from stadtwerk.library import load_named_city
from stadtwerk.runs.wiring import close_all, start_domains

STAFFED = registry().quantities["staff_share"].of
"""Types of component that people work at."""

IN_FORCE_S, OVERLAP_S, AFTER_S = 600, 60, 900
STILL_M3_S = 1e-4
GIVEN = {"vehicles": 200.0, "factor": 1.5, "area_m2": 0.005, "notice": "boil", "loss": 0.25, "delay_s": 0.3}
LOSSES = {EventKind.STOPPED, EventKind.LINK_DOWN, EventKind.SUPPLY_LOST}
FIRST, LAST = ("pv", "road"), ("reservoir",)
"""Plants and roads come first, from late morning on: at night nothing shines and nobody drives. Sources come last."""
LINGERING = {("tank", "tank-contaminated"), ("reservoir", "source-contaminated")}
"""Very last: what they leave in the mains is flushed out for days; see the tests of the water domain for that."""


@dataclass
class Town:
    """The demo city, running."""

    runtime: Runtime
    now_s: float = 0.0

    def pass_time(self, seconds: float) -> None:
        self.now_s += seconds
        self.runtime.clock.run_until(to_ticks(self.now_s))

    def value(self, component: str, quantity: str) -> float:
        return self.runtime.quantities.value(component, quantity)

    def root(self, event: Event) -> Event:
        return self.runtime.log.trace(event.id)[0]

    def state(self) -> dict[str, object]:
        """What is up, works, is live and online: all that has to come back."""
        supply, city = self.runtime.supply, self.runtime.city
        seen: dict[str, object] = {name: supply.link_up(name) for name in city.links}
        seen |= {name: supply.works(name) for name in city.components}
        seen |= {f"{bus.id}.energised": self.value(bus.id, "energised") for bus in city.of_kind("bus")}
        seen |= {f"{gate.id}.online": self.value(gate.id, "online") for gate in city.of_kind("gateway")}
        return seen


def flow_at_node(town: Town, node: str) -> float:
    """The water through all pipes, pumps and valves at a tank or source, in m3/s; ends read from the network file."""
    city = town.runtime.city
    assert city.water_file is not None
    name, section, total = city.components[node].network_id, "", 0.0
    for line in city.water_file.read_text(encoding="utf-8").splitlines():
        cells = line.split(";")[0].split()
        if line.startswith("["):
            section = line.strip("[] \n").lower().rstrip("s")
        elif section in ("pipe", "pump", "valve") and len(cells) > 2 and name in cells[1:3]:
            total += abs(town.value(f"{section}-{cells[0]}", "flow_m3_s"))
    return total


def any_leak(town: Town, target: str) -> bool:
    junctions = town.runtime.city.of_kind("junction")
    return bool(np.any(town.runtime.quantities.find(junctions[0].id, "leak_m3_s").read() > 0))


EFFECTS: dict[tuple[str, str], Callable[[Town, str], bool]] = {
    ("junction", "burst"): lambda t, x: t.value(x, "leak_m3_s") > 0,
    ("pipe", "burst"): any_leak,
    ("junction", "isolated"): lambda t, x: t.value(x, "pressure_m") == 0,
    ("pipe", "isolated"): lambda t, x: t.value(x, "flow_m3_s") == 0,
    ("tank", "isolated"): lambda t, x: flow_at_node(t, x) < STILL_M3_S,
    ("reservoir", "isolated"): lambda t, x: flow_at_node(t, x) < STILL_M3_S,
    ("valve", "valve-stuck"): lambda t, x: t.value(x, "flow_m3_s") == 0,
    ("tank", "tank-drained"): lambda t, x: t.value(x, "drain_m3_s") > 0,
    ("tank", "tank-contaminated"): lambda t, x: t.value(x, "contaminated_share") == 1,
    ("reservoir", "source-contaminated"): lambda t, x: t.value(x, "contaminated_share") == 1,
    ("reservoir", "source-lost"): lambda t, x: flow_at_node(t, x) < STILL_M3_S,
    ("substation", "substation-out"): lambda t, x: t.value(x, "power_w") == 0,
    ("substation", "cold-spell"): lambda t, x: t.value(x, "outdoor_temperature_c") < -10,
    ("substation", "heat-spell"): lambda t, x: t.value(x, "outdoor_temperature_c") > 30,
    ("pv", "pv-loss"): lambda t, x: t.value(x, "power_w") == 0,
    ("bus", "bus-out"): lambda t, x: t.value(x, "energised") == 0,
    ("line", "line-trip"): lambda t, x: t.value(x, "loading_pu") == 0,
    ("line", "short-circuit"): lambda t, x: t.value(x, "loading_pu") == 0,
    ("substation", "substation-flooded"): lambda t, x: t.value(x, "power_w") == 0,
    ("line", "feeder-out"): lambda t, x: t.value(x, "loading_pu") == 0,
    ("transformer", "transformer-out"): lambda t, x: t.value(x, "loading_pu") == 0,
    **{
        (kind, fault): lambda t, x: (
            not any(t.runtime.supply.link_up(link.id) for link in t.runtime.city.links_out_of(x, LinkKind("control")))
        )
        for kind, fault in (
            ("waterworks", "loss-of-control"),
            ("network-control", "loss-of-control"),
            ("traffic-control-centre", "loss-of-control"),
            ("traffic-control-centre", "flooding"),
        )
    },
    **{(kind, "staff-absent"): lambda t, x: t.value(x, "staff_share") < 1 for kind in STAFFED},
    ("rain-gauge", "heavy-rain"): lambda t, x: t.value(x, "rain_mm_h") > 0,
    ("sewer", "sewer-blocked"): lambda t, x: t.value(x, "sewage_flow_m3_s") == 0,
    ("treatment-plant", "biology-out"): lambda t, x: t.value(x, "treated_share") < 1,
    ("heated-homes", "cold-spell"): lambda t, x: t.value(x, "outdoor_temperature_c") < -10,
    ("depot", "fuel-not-delivered"): lambda t, x: t.value(x, "fuel_trucks") == 0,
    ("link", "link-cut"): lambda t, x: not t.runtime.supply.link_up(x),
    ("link", "link-degraded"): lambda t, x: t.value(t.runtime.city.links[x].target, "loss") >= 0.25,
}
LOGGED = {("road", "road-closed"), ("road", "road-narrowed"), ("server", "flooding")}
LOGGED |= {(kind, "set-point-tampered") for kind in ("pump", "valve", "waterworks")}
LOGGED |= {("pump", "commands-replayed"), ("waterworks", "commands-replayed"), ("gateway", "false-data")}
LOGGED |= {("patient-records", "records-out"), ("public-warning", "warning-out")}
LOGGED |= {("waterworks", "peak-demand")}
LOGGED |= {("road-node", "demand-surge"), ("signal", "controller-failed")}
LOGGED |= {(kind, "loss-of-view") for kind in ("waterworks", "network-control", "traffic-control-centre")}
"""What they do depends on who drives there or is to be commanded; that they are in force stands in the log."""
LATENT = {("grid-switch", "switch-stuck"), ("line", "protection-fails"), ("generator", "fuel-not-delivered")}
LATENT |= {("rescue-dispatch", "direct-mode-fails"), ("police-station", "police-elsewhere")}
LATENT |= {("patient-records", "forms-missing"), ("hospital-water", "no-tankers")}
LATENT |= {("lifting-station", "no-suction-trucks"), ("heated-homes", "warm-rooms-closed")}
LATENT |= {("drinking-water", fault) for fault in ("no-tankers", "notice-withheld", "bottles-missing")}
"""Show only when what they break is needed; see the tests of energy, wastewater, crews and lifelines."""


def cases(city: City) -> Iterator[tuple[str, str, FaultPoint]]:
    """One target of each kind for each of its faults; links by kind and by what they lead to."""
    kinds = dict.fromkeys([*FIRST, *(c.kind for c in city.components.values() if c.kind not in LAST)])
    yield from (
        (kind, _lively(city, kind), point)
        for kind in kinds
        for point in _own(kind)
        if (kind, point.name) not in LINGERING
    )
    yield from _link_cases(city)
    own = [(kind, _lively(city, kind), point) for kind in LAST for point in _own(kind)]
    yield from (case for case in own if (case[0], case[2].name) not in LINGERING)
    for kind, fault in sorted(LINGERING):
        yield kind, _lively(city, kind), next(point for point in _own(kind) if point.name == fault)


def _own(kind: str) -> tuple[FaultPoint, ...]:
    """What can happen to the component itself.

    What happens to sensors, their readings and gateways' software stands in `test_every_sensor_fault.py`, what happens
    to certificates in `test_brokers.py`.
    """
    others = (FIRMWARE_UPDATE, CERTIFICATE_EXPIRED, *registry().report_faults)
    return tuple(point for point in registry().types[kind].faults if point not in others)


def _link_cases(city: City) -> Iterator[tuple[str, str, FaultPoint]]:
    seen = set()
    for link in city.links.values():
        what = (link.kind, "" if link.kind == LinkKind("road") else city.components[link.target].kind)
        for point in registry().links[link.kind].faults:
            if point.name == "link-degraded" and what[1] != "gateway":
                continue  # what it does is measured at gateways
            if (what, point.name) not in seen and not _from_generator(city, link.source):
                seen.add((what, point.name))
                yield "link", link.id, point


def _from_generator(city: City, source: str) -> bool:
    return city.components[source].kind == "generator"  # its link is down anyway until it runs


def _lively(city: City, kind: str) -> str:
    """A component of the kind where something flows on an ordinary day."""
    named = {"junction": "junction-J-592", "pipe": "pipe-P-522", "valve": "valve-~@RV-3", "reservoir": "reservoir-R-1"}
    return named.get(kind, city.of_kind(kind)[0].id)


DEMO = load_named_city("demo")
CASES = tuple(cases(DEMO))
PARAMETERS = [pytest.param(*case, id=f"{case[1]}-{case[2].name}") for case in CASES]


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    runtime = Runtime.build(DEMO, Clock(datetime(2026, 5, 12, 11), 600.0, 200 * 3600.0), 1)
    running = start_domains(runtime)
    runtime.clock.run_until(0)
    yield Town(runtime)
    close_all(running)


@pytest.fixture(scope="module")
def sound(town: Town) -> dict[str, object]:
    return town.state()


def test_there_is_a_case_for_every_fault_that_the_city_declares() -> None:
    declared = {(c.kind, point.name) for c in DEMO.components.values() for point in registry().faults_of_type[c.kind]}
    declared |= {("link", point.name) for link in DEMO.links.values() for point in registry().links[link.kind].faults}
    of_sensors = {(c.kind, point.name) for c in DEMO.components.values() for point in registry().sensor_faults}
    of_reports = {("gateway", point.name) for point in (FIRMWARE_UPDATE, *registry().report_faults)}
    of_reports |= {(kind, CERTIFICATE_EXPIRED.name) for kind in ("gateway", "broker")}
    assert {(kind, point.name) for kind, _, point in CASES} | of_sensors | of_reports == declared


@pytest.mark.parametrize(("kind", "target", "point"), PARAMETERS)
def test_a_fault_takes_effect_is_traced_and_leaves_nothing(
    town: Town, sound: dict[str, object], kind: str, target: str, point: FaultPoint
) -> None:
    runtime, faults = town.runtime, town.runtime.faults
    given = {p.name: GIVEN[p.name] for p in point.parameters if p.name in GIVEN}
    effect = EFFECTS.get((kind, point.name), lambda t, x: not t.runtime.supply.works(x))
    shows = (kind, point.name) not in LOGGED | LATENT
    assert not (shows and effect(town, target)), "in force before it was applied"

    first = len(runtime.log.events)
    applied = faults.apply(target, point.name, "first", given)
    town.pass_time(IN_FORCE_S)
    assert effect(town, target) or not shows
    events = runtime.log.events[first:]
    if (kind, point.name) in LOGGED:
        assert any(event.cause == applied for event in events)
    for event in events:
        if event.kind in LOSSES:
            assert town.root(event).id == applied, (event, runtime.log.trace(event.id))

    faults.apply(target, point.name, "second", given)
    faults.clear(target, point.name, "first")
    town.pass_time(OVERLAP_S)
    assert effect(town, target) or not shows, "gone though a second cause is there"

    cleared = faults.clear(target, point.name, "second")
    town.pass_time(AFTER_S)
    assert runtime.log.events[cleared].kind is EventKind.CLEAR
    assert not faults.active(target, point.name)
    if (kind, point.name) in LINGERING:
        return
    assert not (shows and effect(town, target)), "still in force after the last cause is gone"
    now = town.state()
    assert [name for name in sound if now[name] != sound[name]] == []
