"""What the demo city's control rooms do, made from its networks: `control.yaml`.

Level controls are those that the water network's file has; each is taken over by the room that commands the pump. Zones
are what hangs together when pumps are taken away. Playbooks are ours (assumption).
"""

from __future__ import annotations

import csv
import math
import re
from collections import Counter
from pathlib import Path
from typing import Any

import networkx
import yaml

from simulator.city.frame import FOOT_M
from simulator.city.power_file import read_power_file
from simulator.city.road_file import read_roads
from simulator.contracts.city import City
from simulator.contracts.registry import registry
from simulator.domains.energy.catalogue import BUS, GRID_SWITCH, SWITCH_CLOSED, VOLTAGE
from simulator.domains.energy.catalogue import DOMAIN as ENERGY
from simulator.domains.ict.catalogue import CONTROL
from simulator.domains.ict.catalogue import DOMAIN as ICT
from simulator.domains.traffic.catalogue import QUEUE, ROAD_NODE, SIGNAL
from simulator.domains.water.catalogue import DOMAIN as WATER
from simulator.domains.water.catalogue import FLOW, JUNCTION, LEVEL, PRESSURE, PUMP, RESERVOIR, TANK

CONTROL_FILE = "control.yaml"

_CONTROL = re.compile(
    r"^ *LINK +(?P<device>\S+) +(?:OPEN|CLOSED) +IF +NODE +(?P<store>\S+) +(?P<side>BELOW|ABOVE) +(?P<at>[\d.]+)",
    re.MULTILINE,
)

LEAST_SHARE = 0.1
"""A district belongs to a zone with at least this share of the zone's junctions."""


def write_control(city: City, folder: Path) -> None:
    """Write `control.yaml` beside `city.yaml`. A city without water or pumps under a room has none."""
    if city.water_file is None:
        return
    text = city.water_file.read_text(encoding="utf-8")
    rooms = {one.id: [link.source for link in city.links_into(one.id, CONTROL)] for one in city.of_kind(PUMP)}
    if not any(rooms.values()):
        return
    runs = _runs(city.water_hours)
    levels = []
    points: dict[str, dict[str, tuple[str, float]]] = {}
    for found in _CONTROL.finditer(text):
        points.setdefault(found["device"], {})[found["side"]] = found["store"], float(found["at"]) * FOOT_M
    named = {(one.kind, one.network_id): one.id for one in city.of_kind(PUMP, TANK, JUNCTION, RESERVOIR)}
    for pump, ends in points.items():
        (tank, below), (_tank, above) = ends["BELOW"], ends["ABOVE"]
        device = named[PUMP, pump]
        if not rooms[device]:
            continue  # nobody commands it: it goes by its own controls
        levels.append(
            {
                "device": device,
                "seat": rooms[device][0],
                "reading": f"{named[TANK, tank]}/{LEVEL}",
                "below": round(below, 3),
                "above": round(above, 3),
                "timetable": runs.get(device, []),
                "shown": f"{device}/{FLOW}",
            }
        )
    seat = str(levels[0]["seat"])
    seats = [{"id": seat}]
    limits = []
    grid = next((one for one in _commanding(city, ENERGY) if one != seat), None)
    if grid is not None:
        seats.append({"id": grid})
        source = "EN 50160: supply voltage within 10 % of the nominal one"
        limits.append({"quantity": VOLTAGE, "seat": grid, "below": 0.9, "lasts": "5min", "source": source})
    queues = _queues(city)
    seats += [{"id": centre} for centre in dict.fromkeys(str(one["seat"]) for one in queues)]
    data = {
        "schema": "stadtwerk/control/1",
        "seats": seats,
        "levels": levels,
        "detours": [] if grid is None else _detours(city, grid),
        "queues": queues,
        "balances": _balances(city, text, named, seat),
        "limits": limits,
        "witnesses": [PRESSURE, LEVEL, FLOW],
        "playbooks": _playbooks(seat, grid),
    }
    head = (
        "# What the control rooms of the demo city do. The header and the schema say what may stand here.\n"
        "# Level controls and zones are those of the water network; times and playbooks are assumptions.\n"
    )
    body = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=120, default_flow_style=None)
    (folder / CONTROL_FILE).write_text(head + body, encoding="utf-8")


NEAREST = 2
"""So many voltages on each side of a ring switch are looked at (assumption)."""


def _detours(city: City, seat: str) -> list[dict[str, Any]]:
    """Ring switches that the grid's room commands, each with the voltages that are read nearest to it on either side.

    A side is what hangs on one feeder: lines without open ring points, up to the busbars of substations.
    """
    if city.power_file is None:
        return []
    file = read_power_file(city.power_file)
    rings = {one.pgm for one in file.switches}
    graph = networkx.Graph()
    graph.add_edges_from(one.ends for one in file.branches if one.table == "line" and one.pgm not in rings)
    graph.remove_nodes_from([one.busbar for one in file.substations])
    read = {name for cohort in city.cohorts if cohort.quantity == VOLTAGE for name in cohort.components}
    read &= {f"{BUS}-{one.id}" for one in file.buses}
    positions = {name for cohort in city.cohorts if cohort.quantity == SWITCH_CLOSED for name in cohort.components}
    found = []
    for switch in file.switches:
        device = f"{GRID_SWITCH}-{switch.id}"
        commanded = any(link.source == seat for link in city.links_into(device, CONTROL))
        if not commanded or device not in positions:
            continue
        sides = []
        for end in switch.ends:
            near = networkx.single_source_shortest_path_length(graph, end) if end in graph else {}
            buses = sorted((hops, bus) for bus, hops in near.items() if f"{BUS}-{bus}" in read)
            sides.append([f"{BUS}-{bus}/{VOLTAGE}" for _, bus in buses[:NEAREST]])
        if all(sides) and not set(sides[0]) & set(sides[1]):
            here, there = sides
            position = f"{device}/{SWITCH_CLOSED}"
            found.append({"device": device, "seat": seat, "position": position, "here": here, "there": there})
    return found


def _queues(city: City) -> list[dict[str, Any]]:
    """Signals that a centre commands, each with how many vehicles leave it in one cycle: what its approaches pass in
    half of it, as two phases share it (assumption)."""
    counted = {name for cohort in city.cohorts if cohort.quantity == QUEUE for name in cohort.components}
    if city.road_files is None or not counted:
        return []
    passed: dict[str, float] = {}
    for road in read_roads(city.road_files).links:
        passed[road.end] = passed.get(road.end, 0.0) + road.capacity_veh_s * road.lanes
    found = []
    for signal in city.of_kind(SIGNAL):
        seats = [link.source for link in city.links_into(signal.id, CONTROL)]
        nodes = [link.source.removeprefix(f"{ROAD_NODE}-") for link in city.links_into(signal.id)]
        rate = next((passed[node] for node in nodes if node in passed), 0.0)
        if not seats or signal.id not in counted or not rate:
            continue
        above = round(rate / 2 * signal.number("cycle_s"), 1)
        reading = f"{signal.id}/{QUEUE}"
        found.append({"device": signal.id, "seat": seats[0], "reading": reading, "above": above, "below": above / 2})
    return found


def _commanding(city: City, domain: Any) -> list[str]:
    """Rooms that command components of a sub-system."""
    links = city.links_of_kind(CONTROL)
    return list(dict.fromkeys(one.source for one in links if city.components[one.target].domain == domain))


def _runs(hours: Path | None) -> dict[str, list[int]]:
    """By pump, the hours of an ordinary day at which it runs."""
    if hours is None:
        return {}
    with hours.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))[:24]
    pumps = [name for name in rows[0] if name.startswith(f"{PUMP}-")]
    return {pump: [hour for hour, row in enumerate(rows) if float(row[pump]) > 0] for pump in pumps}


def _section(text: str, name: str) -> list[list[str]]:
    """The rows of a section of the network's file."""
    body = text.split(f"[{name}]", 1)[1].split("\n[", 1)[0]
    return [line.split() for line in body.splitlines() if line.strip() and not line.lstrip().startswith(";")]


def _balances(city: City, text: str, named: dict[tuple[str, str], str], seat: str) -> list[dict[str, Any]]:
    """A balance for each zone that hangs on pumps and tanks alone: what comes from a source itself is not measured."""
    graph = networkx.Graph()
    for section in ("PIPES", "VALVES"):
        graph.add_edges_from((row[1], row[2]) for row in _section(text, section))
    areas = {row[0]: math.pi / 4 * (float(row[5]) * FOOT_M) ** 2 for row in _section(text, "TANKS")}
    sources = {row[0] for row in _section(text, "RESERVOIRS")}
    pumps = [(row[0], row[1], row[2]) for row in _section(text, "PUMPS")]
    found = []
    for zone in networkx.connected_components(graph):
        tanks = sorted(zone & areas.keys())
        into = [pump for pump, _, end in pumps if end in zone]
        out_of = [pump for pump, begin, _ in pumps if begin in zone]
        if zone & sources or not tanks or not into:
            continue
        districts = Counter(
            city.components[named[JUNCTION, node]].district for node in zone if (JUNCTION, node) in named
        )
        total = sum(districts.values())
        middle = tanks[0]
        found.append(
            {
                "id": f"zone-{middle.lower()}",
                "title": {"en": f"Zone of tank {middle}", "de": f"Zone des Hochbehälters {middle}"},
                "seat": seat,
                "into": [f"{named[PUMP, pump]}/{FLOW}" for pump in into],
                "out_of": [f"{named[PUMP, pump]}/{FLOW}" for pump in out_of],
                "stores": [
                    {"reading": f"{named[TANK, tank]}/{LEVEL}", "area_m2": round(areas[tank], 2)} for tank in tanks
                ],
                "districts": sorted(d for d, count in districts.items() if d and count >= LEAST_SHARE * total),
            }
        )
    return sorted(found, key=lambda one: str(one["id"]))


def _playbooks(water: str, grid: str | None) -> list[dict[str, Any]]:
    known = registry()
    mains, wires, data = (str(known.subsystems[domain].trade) for domain in (WATER, ENERGY, ICT))
    books: list[dict[str, Any]] = [
        {
            "id": "leak",
            "title": {"en": "Look for a leak", "de": "Leck suchen"},
            "when": "balance",
            "then": {"send": mains, "search": "1h"},
            "how": "proposed",
        },
        *(
            {
                "id": f"gauge-{kind}",
                "title": {"en": "Look at the gauge on site", "de": "Messstelle vor Ort ansehen"},
                "when": kind,
                "seat": water,
                "then": {"send": mains, "search": "15min", "read": True},
                "how": "proposed",
                "again": "1h",
            }
            for kind in ("range", "jump", "stuck", "contradiction", "replay", "twice")
        ),
        {
            "id": "device-stands",
            "title": {
                "en": "Look after a device that does not obey",
                "de": "Nach einem Gerät sehen, das nicht gehorcht",
            },
            "when": "discrepancy",
            "seat": water,
            "then": {"send": mains, "search": "15min"},
            "how": "proposed",
            "again": "1h",
        },
        {
            "id": "dead-gateway",
            "title": {"en": "Look after a silent gateway", "de": "Nach einem stummen Gateway sehen"},
            "when": "silence",
            "lasts": "30min",
            "then": {"send": data, "search": "15min"},
            "how": "proposed",
        },
    ]
    if grid is not None:
        books.append(
            {
                "id": "no-voltage",
                "title": {"en": "Look for a fault in the grid", "de": "Netzfehler suchen"},
                "when": "limit",
                "seat": grid,
                "then": {"send": wires, "search": "30min"},
                "how": "automatic",
            }
        )
    trades = {one.trade for one in known.subsystems.values() if one.trade} | {known.trade_of_buildings}
    for trade in sorted(map(str, trades)):
        seat = grid if grid is not None and trade == wires else water
        books.append(
            {
                "id": f"report-{trade}",
                "title": {"en": "Follow up a report by citizens", "de": "Einer Meldung nachgehen"},
                "when": "report",
                "seat": seat,
                "trade": trade,
                "then": {"send": trade, "search": "1h"},
                "how": "proposed",
            }
        )
    return books
