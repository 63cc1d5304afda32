"""What a generated town has on its roads: ways for crews to each component, signals at the busiest junctions, sensors;
and what is required of its traffic.
"""

from __future__ import annotations

from simulator.city.check import CITY
from simulator.city.draft import SensorRule
from simulator.city.generator.bare_town import Nearest
from simulator.city.generator.layer import Layer, Laying, join, place
from simulator.city.generator.links import feed
from simulator.contracts.city import Assumption
from simulator.contracts.level import ServiceLevel
from simulator.contracts.registry import registry
from simulator.contracts.words import Words
from simulator.domains.energy.catalogue import POWER
from simulator.domains.traffic.catalogue import RESCUE_ARRIVAL, ROAD, SIGNAL, TRAVEL_TIME_INDEX
from simulator.domains.traffic.names import SIGNAL as SIGNAL_NAME

_ = Words("simulator.domains.traffic")


def access(town: Laying) -> Layer:
    """Road links to all components that have none yet; a road is reached at its own start.

    A duty that a cluster of machines carries stands nowhere, and nobody has to get to it.
    """
    ground = town.ground
    nodes = ground.sources(ROAD)
    if not nodes:
        return Layer()
    reached = {link.target for link in town.laid.links if link.kind == ROAD}
    nowhere = registry().types_that(lambda one: one.clustered or ROAD in one.gives)
    open_ones = [
        component
        for component in (*ground.components.values(), *town.laid.components)
        if component.kind not in nowhere and component.id not in reached
    ]
    gates = [gate.id for gate in nodes.to_all(open_ones)]
    made = []
    for component, gate in zip(open_ones, gates, strict=True):
        start = ground.ends[component.id][0] if component.kind == "road" and component.id in ground.ends else gate
        made.append(join(ROAD, start, component.id, town.plan.owners.roads))
    text = _("crews and trucks reach every component from the road node nearest to it")
    return Layer(links=tuple(made), assumptions=(Assumption(_("road access"), text),))


ARMS = 3
"""A junction has at least so many roads; with fewer there is nothing to regulate."""

BATTERY_S = (0.0, 0.0, 900.0, 1800.0)
"""Batteries of signals in turn (assumption: half have none, the newer ones 15 or 30 min)."""


def signals(town: Laying) -> Layer:
    """A signal at each of the busiest road nodes, fed by the nearest bus, reached over its road node."""
    ground, plan = town.ground, town.plan
    arms: dict[str, set[str]] = {}
    for _road, start, end in ground.edges:
        arms.setdefault(start, set()).add(end)
        arms.setdefault(end, set()).add(start)
    junctions = [node for node in ground.giving(ROAD) if len(arms.get(node.id, ())) >= ARMS]
    order = sorted(junctions, key=lambda node: (-ground.traffic.get(node.id, 0.0), node.id))
    known = ground.known(SIGNAL)
    busiest = order[: plan.signals]
    if known and junctions:
        nearest = Nearest(junctions)
        at = {nearest.at(one.x_m, one.y_m).id for one in known}
        busiest = [node for node in order if node.id in at]
    found, links = [], []
    for i, node in enumerate(busiest):
        police = i < plan.signals_with_police
        signal = place(
            f"signal-{i + 1}",
            SIGNAL,
            node.x_m,
            node.y_m,
            plan.owners.roads,
            SIGNAL_NAME(node.network_id),
            node.district,
            plan.make(i),
            police=police,
        )
        found.append(signal)
        links.append(join(ROAD, node.id, signal.id, plan.owners.roads))
        if ground.giving(POWER):
            links.append(feed(ground, signal, plan.owners.power, BATTERY_S[i % len(BATTERY_S)]))
    if not found:
        return Layer()
    minutes = ", ".join(f"{seconds / 60:g}" for seconds in BATTERY_S)
    if known:
        text = _("signals stand at {n} junctions, those nearest to the signals that are listed or mapped", n=len(found))
        return Layer(tuple(found), tuple(links), assumptions=(Assumption(_("signals"), text),))
    text = _(
        "the {n} busiest junctions of {arms} or more roads have signals, with batteries of {minutes} min in turn; "
        "police have the {listed} busiest on their list",
        n=len(found),
        arms=ARMS,
        minutes=minutes,
        listed=min(len(found), plan.signals_with_police),
    )
    return Layer(tuple(found), tuple(links), assumptions=(Assumption(_("signals"), text),))


TRAVEL_TIMES = 2.5
"""Norm travel-time-index: above 2.5 is poor (U4SSC)."""

RESCUED = 0.95
"""Norms rescue-arrival and rescue-arrival-bw: 95 % within 12 min of the end of the call, in Saxony and in
Baden-Württemberg."""


def levels(town: Laying) -> Layer:
    """What is required of the roads, where there are any."""
    if not town.ground.giving(ROAD):
        return Layer()
    people, owners = town.ground.people, town.plan.owners
    slow, rescue = TRAVEL_TIME_INDEX, RESCUE_ARRIVAL
    basis = rescue if town.plan.land == "SN" else f"{rescue}-{town.plan.land.lower()}"
    return Layer(
        levels=(
            ServiceLevel(slow, slow, CITY, TRAVEL_TIMES, people, owners.roads, slow),
            ServiceLevel(rescue, rescue, CITY, RESCUED, people, owners.rescue, basis),
        )
    )


_SPEED = "assumption: loop detectors within 3 km/h"
_QUEUE = "assumption: video detection within two vehicles"
RULES = (
    SensorRule("speed", "speed_m_s", "m/s", 0.83, 300.0, "road", share=0.5, basis=_SPEED),
    SensorRule("queue", "queue_veh", "1", 2.0, 60.0, SIGNAL, basis=_QUEUE),
)


def sensors(town: Laying) -> Layer:
    """Speeds and queues."""
    return town.measured(RULES, _("every second road carries a sensor, and every signal"))
