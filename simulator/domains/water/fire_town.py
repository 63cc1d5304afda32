"""Where a town's hydrants are asked for water for fire-fighting, and how much of it is required there.

W 405 asks for it at every building, from hydrants within 300 m. To ask all hydrants all the time costs too much. So two
stand for each district: the one that serves the worst place best, and that of a typical place. What is required is the
norm, but no more than the network gives without any fault; where that is less, the city says so.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from epanet import toolkit as tk

from simulator.city.draft import CityDraft
from simulator.city.files import resolve
from simulator.city.generator.layer import Layer, join, place
from simulator.city.generator.town import Town
from simulator.city.importing import with_layer
from simulator.city.water_file import close_water_file, open_water_file
from simulator.contracts.city import Assumption, Finding
from simulator.contracts.component import Component
from simulator.contracts.level import ServiceLevel
from simulator.contracts.registry import registry
from simulator.contracts.words import Text, Verbatim, Words, joined, number, percent
from simulator.domains.traffic.catalogue import ROAD
from simulator.domains.water.baseline import DAYS
from simulator.domains.water.catalogue import (
    FIRE_WATER,
    HYDRANT,
    JUNCTION,
    LASTS,
    REQUIRED_FLOW,
    RESIDUAL,
)
from simulator.domains.water.engine import STEP_S, WaterEngine
from simulator.domains.water.fire import Draw, Hydrants, shares_of
from simulator.domains.water.hours import HOURS, Hours, read_hours
from simulator.domains.water.model import WaterNetwork
from simulator.domains.water.names import TYPICAL_HYDRANT, WORST_HYDRANT

_ = Words("simulator.domains.water")

RULE = "fire-water"
WITHIN_M = 300.0
"""A hydrant within this distance along the mains serves a building (DVGW W 405: 300 m)."""
LEAST_MAIN_M = 0.075
"""Hydrants stand at mains of DN 80 and more (DVGW W 400-1, from memory; 3 inches count as DN 80)."""
LARGEST_M3_S = 192 / 3600
"""What is asked for in the search for worst and typical places: the largest class of W 405."""
STATES = 200
"""A hydrant is asked in no more combinations of running pumps than so many, those of its lowest pressures."""
ROOM = 0.1
"""Where the undisturbed network gives less than the norm, required is so much less of what it gives in its least
favourable state (assumption: a run may last longer, and see slightly other levels of tanks)."""
AT_ONCE = 60
"""Places that one project of the network asks in turn."""


def lay(town: Town) -> CityDraft:
    """The draft with two hydrants for each district, what is required of them, and what the network does not give."""
    draft = town.draft
    if draft.water is None or not draft.water.hours:
        return draft
    path, hours = resolve(town.folder, draft.water.file), read_hours(town.folder / draft.water.hours)
    found = _chosen(town, path, hours)
    titles = {district.id: district.title for district in draft.districts}
    hydrants = tuple(
        place(
            f"{HYDRANT}-{district}-{which}",
            HYDRANT,
            at.x_m,
            at.y_m,
            town.plan.owners.water,
            name(titles[district]),
            district,
            junction=at.id,
        )
        for district, pair in found.items()
        for (which, name), at in zip((("worst", WORST_HYDRANT), ("typical", TYPICAL_HYDRANT)), pair, strict=True)
    )
    least = undisturbed(path, hours, hydrants)
    people = {district.id: district.people for district in town.ground.districts}
    levels = tuple(
        ServiceLevel(
            f"{FIRE_WATER}-{district}", FIRE_WATER, district, required(share), people[district], town.plan.owners.water,
            "fire-water",
        )
        for district, share in least.items()
        if district in people
    )  # fmt: skip
    lacking = {district: share for district, share in least.items() if district in people and share < 1}
    notes = tuple(_notes(_default(REQUIRED_FLOW), lacking))
    findings = (_finding(lacking, hydrants),) if lacking else ()
    gates = town.ground.sources(ROAD).to_all(hydrants)
    links = tuple(join(ROAD, g.id, one.id, town.plan.owners.roads) for one, g in zip(hydrants, gates, strict=True))
    draft = with_layer(draft, Layer(hydrants, links, levels=levels, assumptions=notes))
    return replace(draft, findings=(*draft.findings, *findings))


def required(share: float) -> float:
    """What is required of a district whose undisturbed network gives this share at its worst: the norm, or less."""
    return 1.0 if share >= 1 else math.floor(share * (1 - ROOM) * 1000) / 1000


def undisturbed(path: Path, hours: Hours, hydrants: Sequence[Component]) -> dict[str, float]:
    """The least share of each district, and of the city, in days without any fault: the mean of what its hydrants give,
    each in its own least favourable state of ordinary operation.

    Which pumps run decides what a hydrant gives, and a combination may come once in a fortnight, for an hour. So each
    hydrant is asked in all of them, when the pressure at it is the lowest that it has in this combination.
    """
    engine = WaterEngine(path, initial=hours.at(0.0))
    draws = [draw_of(one, engine.network) for one in hydrants]
    due = _least_favourable(engine, [draw.node for draw in draws])
    engine.close()
    engine = WaterEngine(path, initial=hours.at(0.0))
    asked = Hydrants(engine, draws)
    least = [draw.required_m3_s for draw in draws]
    try:
        for t_s in range(0, max(due, default=0) + 1, STEP_S):  # by the same steps, or the states would not come again
            engine.advance_to(t_s)
            if some := due.get(t_s):
                for which, flow in zip(some, asked.asked_m3_s(some), strict=True):
                    least[which] = min(least[which], flow)
    finally:
        asked.close()
        engine.close()
    return shares_of([one.district for one in hydrants], draws, least)


def _least_favourable(engine: WaterEngine, nodes: Sequence[int]) -> dict[int, list[int]]:
    """When (s) which of these places are to be asked: at the lowest pressure in each combination of running pumps."""
    pumps, lowest = engine.network.pumps, [dict[bytes, tuple[float, int]]() for _node in nodes]
    for t_s in range(0, DAYS * 86400 + 1, STEP_S):
        engine.advance_to(t_s)
        runs = engine.link_open[pumps].tobytes()
        for seen, pressure in zip(lowest, engine.pressure_m[list(nodes)].tolist(), strict=True):
            seen[runs] = min((pressure, t_s), seen.get(runs, (math.inf, 0)))
    due: dict[int, list[int]] = {}
    for which, seen in enumerate(lowest):
        for _pressure, t_s in sorted(seen.values())[:STATES]:
            due.setdefault(t_s, []).append(which)
    return due


def draw_of(hydrant: Component, network: WaterNetwork) -> Draw:
    """What is asked of a hydrant, with the defaults of its type where it does not say."""
    said = {one.name: one.default for one in registry().types[HYDRANT].parameters} | dict(hydrant.parameters)
    node = network.node_index[str(said[JUNCTION]).removeprefix(f"{JUNCTION}-")]
    flow, residual, lasts = (float(said[name] or 0.0) for name in (REQUIRED_FLOW, RESIDUAL, LASTS))
    return Draw(node, flow, residual, round(lasts))


def _chosen(town: Town, path: Path, hours: Hours) -> dict[str, tuple[Component, Component]]:
    """For each district the junctions of the hydrants that serve its worst and its typical place best."""
    busiest = _busiest(path, hours)
    engine = WaterEngine(path, busiest * 3600.0, initial=hours.at(busiest * 3600.0))
    network = engine.network
    homes = [c for c in town.ground.components.values() if c.kind == JUNCTION and c.id in town.ground.weights]
    known = {c.network_id: c for c in town.ground.components.values() if c.kind == JUNCTION}
    wide = network.diameter_m >= LEAST_MAIN_M
    stands = [
        n for n, links in enumerate(network.links_at) if network.node_kind[n] == JUNCTION and wide[list(links)].any()
    ]
    gives = dict(zip(stands, _available(engine, stands), strict=True))
    near = _Near(network, path)
    found: dict[str, list[tuple[float, Component]]] = {}
    for home in homes:
        around = [n for n in near.within(network.node_index[home.network_id], WITHIN_M) if n in gives]
        best = max(around, key=lambda n: (gives[n], -n), default=None)
        if best is not None:
            found.setdefault(home.district, []).append((gives[best], known[network.nodes[best]]))
    engine.close()
    ranked = {name: sorted(served, key=lambda one: (one[0], one[1].id)) for name, served in found.items()}
    order = [district.id for district in town.ground.districts if district.id in ranked]
    return {name: (ranked[name][0][1], ranked[name][len(ranked[name]) // 2][1]) for name in order}


def _busiest(path: Path, hours: Hours) -> int:
    """The hour of an ordinary day at which most is drawn."""
    engine = WaterEngine(path, initial=hours.at(0.0))
    drawn = []
    for hour in range(HOURS - 1):
        engine.advance_to(hour * 3600)
        drawn.append(float(np.maximum(engine.required_m3_s, 0.0).sum()))
    engine.close()
    return int(np.argmax(drawn))


def _available(engine: WaterEngine, nodes: Sequence[int]) -> Iterator[float]:
    """What each of these nodes gives at once, up to the largest class of W 405."""
    for begin in range(0, len(nodes), AT_ONCE):
        some = [Draw(node, LARGEST_M3_S, _default(RESIDUAL), 0) for node in nodes[begin : begin + AT_ONCE]]
        asked = Hydrants(engine, some)
        yield from asked.all_m3_s()
        asked.close()


def _default(name: str) -> float:
    value = next(one.default for one in registry().types[HYDRANT].parameters if one.name == name)
    assert isinstance(value, float)
    return value


class _Near:
    """Nodes within a distance along the pipes of a network."""

    def __init__(self, network: WaterNetwork, path: Path) -> None:
        project = open_water_file(path)
        self._network = network
        unit = network.units.length_m
        self._length_m = [
            float(tk.getlinkvalue(project, link + 1, tk.LENGTH)) * unit if kind == "pipe" else math.inf
            for link, kind in enumerate(network.link_kind)
        ]
        close_water_file(project)

    def within(self, node: int, metres: float) -> list[int]:
        reached, queue = {node: 0.0}, [(0.0, node)]
        while queue:
            gone, here = heapq.heappop(queue)
            if gone > reached[here]:
                continue
            for link in self._network.links_at[here]:
                a, b = self._network.ends[link].tolist()
                other, far = (b if a == here else a), gone + self._length_m[link]
                if far <= metres and far < reached.get(other, math.inf):
                    reached[other] = far
                    heapq.heappush(queue, (far, other))
        return sorted(reached)


def _notes(asked_m3_s: float, lacking: Mapping[str, float]) -> Iterator[Assumption]:
    yield Assumption(
        _("water for fire-fighting"),
        _(
            "{flow} m³ an hour for two hours are asked for everywhere, the usual class of DVGW W 405, as nobody says "
            "how the buildings are used; two hydrants stand for each district, that of its worst and that of a typical "
            "place, each within 300 m along mains of DN 80 or more, one at a time",
            flow=number(asked_m3_s * 3600),
        ),
    )
    if lacking:
        yield Assumption(
            _("levels of water for fire-fighting"),
            _(
                "where the network does not give it without any fault, required is {room} less than it gives in its "
                "least favourable state of {days} days: in each combination of running pumps a hydrant is asked when "
                "the pressure at it is lowest",
                room=percent(ROOM),
                days=DAYS,
            ),
        )


def _finding(lacking: Mapping[str, float], hydrants: Sequence[Component]) -> Finding:
    named: list[Text] = [Verbatim(f"{district} ") + percent(share, 0) for district, share in sorted(lacking.items())]
    text = _(
        "Water for fire-fighting by DVGW W 405 (96 m³ an hour for two hours with 1.5 bar left) is not there even "
        "without any fault: in the least favourable state of ordinary operation the hydrants of a worst and a typical "
        "place give in the mean so much of it: {named}. Required there is {room} less, so the level tells whether a "
        "fault takes away what is there, and never that W 405 is met.",
        named=joined(named, Verbatim(", ")),
        room=percent(ROOM),
    )
    return Finding(RULE, text, tuple(one.id for one in hydrants if one.district in lacking))
