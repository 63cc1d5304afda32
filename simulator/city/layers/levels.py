"""What is owed to people: one set of service levels for any town."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from simulator.city.check import CITY
from simulator.city.layers.ground import Ground
from simulator.city.layers.layer import Layer
from simulator.city.layers.plan import Plan
from simulator.contracts.city import Assumption
from simulator.contracts.component import Component
from simulator.contracts.level import ServiceLevel

WATER_SUPPLY = 0.95
WATER_PRESSURE = 0.95
POWER_SUPPLY = 0.99
ICT = 0.9
"""Shares owed (assumptions: nearly everything, with room for a single consumer or device that is out)."""

TRAVEL_TIME_INDEX = 2.5
"""Norm travel-time-index: above 2.5 is poor (U4SSC)."""

RESCUE = 0.95
"""Norm rescue-arrival: 95 % within 12 min (Saxony)."""

LITRES = 15.0
"""Norm wassv-person: litres a person and day in an emergency (1. WasSV § 2)."""

LIFELINE_LEVELS = {
    "hospital": ("hospital-1", 0.8),
    "rescue-dispatch": ("rescue-radio-1", 0.6),
    "traffic-control-centre": ("traffic-centre-1", 0.5),
    "town-hall": ("town-hall-1", 0.3),
    "waterworks": ("waterworks-1", 0.5),
    "public-warning": ("public-warning-1", 0.5),
}
"""Level and share of the duty owed of each kind of lifeline (assumptions: what its fallback still serves)."""


def level_layer(
    ground: Ground, laid: Iterable[Component], plan: Plan, minima: Mapping[tuple[str, str], float] | None = None
) -> Layer:
    """Service levels for the networks that there are. `minima` by (measure, subject) replace the usual ones."""
    owners, laid, honest = plan.owners, tuple(laid), minima or {}
    levels: list[ServiceLevel] = []
    notes: list[Assumption] = []
    places = [(district.id, district.people) for district in ground.districts]
    everywhere = [*places, (CITY, ground.people)]

    def add(
        name: str, measure: str, subject: str, minimum: float, people: int, owner: str, basis: str = "assumption"
    ) -> None:
        levels.append(ServiceLevel(name, measure, subject, minimum, people, owner, basis))

    if ground.of_kind("junction"):
        for subject, people in everywhere:
            minimum = honest.get(("water-supply", subject), WATER_SUPPLY)
            add(f"water-supply-{subject}", "water-supply", subject, minimum, people, owners.water)
        for subject, people in everywhere:
            minimum = honest.get(("water-pressure", subject), WATER_PRESSURE)
            add(f"water-pressure-{subject}", "water-pressure", subject, minimum, people, owners.water, "water-pressure")
        for subject, people in places:
            add(f"litres-{subject}", "litres-per-person", subject, LITRES, people, owners.water, "wassv-person")
    if ground.of_kind("bus"):
        for subject, people in everywhere:
            if subject == CITY or _has_load(ground, subject):
                add(f"power-supply-{subject}", "power-supply", subject, POWER_SUPPLY, people, owners.power)
    if ground.of_kind("road-node"):
        add(
            "travel-time-index",
            "travel-time-index",
            CITY,
            TRAVEL_TIME_INDEX,
            ground.people,
            owners.roads,
            "travel-time-index",
        )
        add("rescue-arrival", "rescue-arrival", CITY, RESCUE, ground.people, owners.rescue, "rescue-arrival")
    add("ict-availability", "ict-availability", CITY, ICT, ground.people, owners.ict)
    add("telemetry", "telemetry", CITY, ICT, ground.people, owners.ict)
    for component in laid:
        if component.kind in LIFELINE_LEVELS:
            name, minimum = LIFELINE_LEVELS[component.kind]
            add(name, "lifeline", component.id, minimum, ground.people, component.owner)
    text = (
        f"required are {WATER_SUPPLY:.0%} of water demand, {POWER_SUPPLY:.0%} of electric load, {ICT:.0%} of ICT nodes "
        "and sensors, and of lifelines what their fallback still serves; all people of the town lean on each lifeline"
    )
    notes.append(Assumption("minima of service levels", text))
    return Layer(levels=tuple(levels), assumptions=tuple(notes))


def _has_load(ground: Ground, district: str) -> bool:
    return any(bus.district == district and ground.weights.get(bus.id, 0.0) > 0 for bus in ground.of_kind("bus"))
