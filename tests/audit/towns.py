"""A small town with every sub-system and real engines, healthy by design, into which weaknesses can be planted."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import MappingProxyType

from simulator.city.importers.pandapower_grid import import_pandapower
from simulator.city.power_file import read_power_elements
from simulator.city.road_file import Trips, read_road_elements, write_roads
from simulator.city.water_file import read_water_elements
from simulator.contracts.city import City
from simulator.contracts.component import Component, District
from simulator.contracts.level import ServiceLevel
from simulator.contracts.link import Link, LinkKind
from simulator.contracts.registry import registry
from simulator.contracts.sensor import SensorCohort
from tests.support.towns import component, link, town
from tests.traffic.grids import grid

WATER = """
[JUNCTIONS]
S  10  0
A  10  3
B  12  3
[RESERVOIRS]
R  10
[TANKS]
T  50  3  0.5  6  3.5  0
[PIPES]
P1  S  A  300  300  120  0  Open
P2  A  B  300  300  120  0  Open
P3  B  T  300  300  120  0  Open
P4  S  T  500  300  120  0  Open
P5  S  B  500  300  120  0  Open
[PUMPS]
U  R  S  HEAD H
[CURVES]
H  12  60
[CONTROLS]
LINK U OPEN IF NODE T BELOW 3
LINK U CLOSED IF NODE T ABOVE 5
[OPTIONS]
Units LPS
Headloss H-W
[TIMES]
Duration 24:00
[END]
"""
"""A pump fills a small tank (10 m2) that lasts the town for one to two hours."""

ROADS = {"d1": "n00", "d2": "n11"}
FED = (
    "pump-U", "server-a", "server-b", "router-1", "router-2", "gateway-1", "gateway-2", "radio-site-1", "signal-1",
    "waterworks-1", "traffic-centre-1", "rescue-dispatch-1", "hospital-1", "town-hall-1", "network-control-1",
)  # fmt: skip
"""What hangs on both busbars."""
ONLINE = (
    "gateway-1", "gateway-2", "radio-site-1", "pump-U", "signal-1", "waterworks-1", "traffic-centre-1",
    "rescue-dispatch-1", "town-hall-1", "hospital-1", "network-control-1",
)  # fmt: skip
"""What is reached over both routers."""


@cache
def _grid(folder: Path) -> Path:
    """Two infeeds, each with its transformer and busbar, a line between the two and a third station on both."""
    import pandapower as pp

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        net = pp.create_empty_network()
        bars = []
        for x in (0.0, 1.0):
            high = pp.create_bus(net, 110.0, geodata=(x, 0.0))
            bars.append(pp.create_bus(net, 20.0, geodata=(x, 0.1)))
            pp.create_ext_grid(net, high)
            pp.create_transformer(net, high, bars[-1], "25 MVA 110/20 kV")
        third = pp.create_bus(net, 20.0, geodata=(0.5, 0.1))
        line = {"r_ohm_per_km": 0.2, "x_ohm_per_km": 0.12, "c_nf_per_km": 250.0, "max_i_ka": 0.3}
        for bar in bars:
            pp.create_line_from_parameters(net, bar, third, 1.0, **line)
            pp.create_load(net, bar, 0.2)
        pp.create_load(net, third, 0.5)
        path = folder / "power.json"
        import_pandapower(net, path)
    return path


def _parts() -> list[Component]:
    return [
        component("network-control-1", "network-control"),
        component("router-1", "router"),
        component("router-2", "router"),
        component("server-a", "server", cluster="data", rank=1.0),
        component("server-b", "server", cluster="data", rank=2.0),
        component("portal", "service", cluster="data"),
        component("gateway-1", "gateway"),
        component("gateway-2", "gateway"),
        component("radio-site-1", "radio-site"),
        component("signal-1", "signal"),
        component("waterworks-1", "waterworks"),
        component("traffic-centre-1", "traffic-control-centre"),
        component("rescue-dispatch-1", "rescue-dispatch", direct_s=120.0),
        component("hospital-1", "hospital", beds=20.0),
        component("generator-1", "generator", fuel_l=500.0, tank_l=600.0, burn_l_h=20.0),
        component("town-hall-1", "town-hall", activate_s=120.0),
        component("drinking-water-d1", "drinking-water", activate_s=120.0, tankers=0.0),
        *(
            component(f"emergency-well-{i}", "emergency-well") for i in range(1, 6)
        ),  # three are enough for 15 l a person
        component("depot-1", "depot"),
        component("depot-2", "depot"),
        component("rescue-station-1", "rescue-station"),
        component("rescue-station-2", "rescue-station"),
    ]


def _links(parts: Iterable[Component]) -> list[Link]:
    made = [link("power", bar, name) for name in FED for bar in ("bus-1", "bus-3")]
    made += [link("power", "generator-1", "hospital-1", autonomy_s=900.0)]
    made += [link("data", router, name) for name in ONLINE for router in ("router-1", "router-2")]
    made += [link("data", server, router) for server in ("server-a", "server-b") for router in ("router-1", "router-2")]
    made += [
        link("control", "waterworks-1", "pump-U"),
        link("control", "traffic-centre-1", "signal-1"),
        link("control", "rescue-dispatch-1", "radio-site-1"),
        link("control", "portal", "town-hall-1"),
        link("water", "junction-A", "hospital-1", autonomy_s=4 * 3600.0),
        link("water", "junction-A", "drinking-water-d1"),
    ]
    far = {"rescue-station-2", "depot-2"}
    roads = [part.id for part in parts if part.kind not in ("road-node", "service")]
    made.append(link("road", "road-node-n11", "reservoir-R"))
    return made + [link("road", "road-node-n11" if name in far else "road-node-n00", name) for name in roads]


def _levels() -> list[ServiceLevel]:
    owed = (
        ("water-supply", "city", 0.9), ("power-supply", "city", 0.9), ("rescue-arrival", "city", 0.95),
        ("travel-time-index", "city", 2.5), ("ict-availability", "city", 0.7), ("telemetry", "city", 0.5),
        ("lifeline", "waterworks-1", 0.5), ("lifeline", "traffic-centre-1", 0.5),
        ("lifeline", "rescue-dispatch-1", 0.25),
        ("lifeline", "hospital-1", 0.5), ("lifeline", "town-hall-1", 0.3), ("litres-per-person", "d1", 15.0),
    )  # fmt: skip
    return [ServiceLevel(f"{m}-{s}", m, s, least, 2000, "town") for m, s, least in owed]


def whole_town(
    folder: Path, without: Iterable[str] = (), more: Iterable[Link] = (), extra: Iterable[Component] = ()
) -> City:
    """The town. `without` are ids of links or components to be left out, `more` and `extra` what comes on top."""
    left_out = set(without)
    water = folder / "water.inp"
    water.write_text(WATER, encoding="utf-8")
    power = _grid(folder)
    nodes, roads = grid(2)
    trips = [Trips("n00", "n11", 7 * 3600.0, 9 * 3600.0, 200.0), Trips("n11", "n00", 7 * 3600.0, 9 * 3600.0, 200.0)]
    files = write_roads(folder, nodes, roads, trips)
    of_files = [*read_water_elements(water), *read_power_elements(power), *read_road_elements(files)]
    parts = [
        Component(
            e.component_id, e.kind, registry().types[e.kind].domain, e.x, e.y, "d1", "town", network_id=e.network_id,
            parameters=MappingProxyType(
                {p.name: p.default for p in registry().types[e.kind].parameters if p.default is not None}
                | dict(e.parameters)
            ),
        )
        for e in of_files
    ] + _parts() + list(extra)  # fmt: skip
    parts = [part for part in parts if part.id not in left_out]
    kept = {part.id for part in parts}
    links = [ln for ln in [*_links(parts), *more] if ln.id not in left_out and {ln.source, ln.target} <= kept]
    links = [replace(ln, owner=f"owner of {ln.kind}") for ln in links]
    cohorts = tuple(
        SensorCohort(f"pressure-{i}", f"gateway-{i}", "pressure_m", "m", (f"junction-{at}",), 0.1, 300.0)
        for i, at in ((1, "A"), (2, "B"))
    )
    made = replace(town(parts, links, _levels()), water_file=water, power_file=power, road_files=files, cohorts=cohorts)
    people = {"d1": District("d1", "One", 1500, 0.0, 0.0), "d2": District("d2", "Two", 500, 300.0, 300.0)}
    return replace(made, districts=MappingProxyType(people))


POWER, DATA, ROAD = LinkKind("power"), LinkKind("data"), LinkKind("road")
