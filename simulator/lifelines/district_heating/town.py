"""A heating network laid out by rule: one plant with pumps and a store, and the densest districts on it."""

from __future__ import annotations

from simulator.city.draft import CityDraft, SensorRule
from simulator.city.generator.layer import Layer, join, place
from simulator.city.generator.links import feed
from simulator.city.generator.town import Town
from simulator.city.importing import with_layer
from simulator.contracts.city import Assumption
from simulator.contracts.level import ServiceLevel
from simulator.contracts.words import Words, percent
from simulator.domains.energy.catalogue import POWER
from simulator.domains.traffic.catalogue import ROAD
from simulator.lifelines.catalogue import SERVED
from simulator.lifelines.district_heating.catalogue import (
    HEAT,
    HEAT_W,
    HOMES,
    LEAST_C,
    LEAST_NORM,
    PLANT,
    PUMPS,
    ROOM_C,
    ROOM_TEMPERATURE,
    STORE,
    STORED_J,
)
from simulator.lifelines.district_heating.names import HOMES_NAME, PLANT_NAME, PUMPS_NAME, STORE_NAME

_ = Words("simulator.lifelines.district_heating")

SHARE_OF_PEOPLE = 0.5
"""Share of the people of a heated district whose homes are on the network (assumption)."""
DISTRICTS = 2
"""How many districts have a heating network (assumption: the densest, where pipes pay)."""
PEOPLE_PER_HOME = 2.0
"""People in a German household, rounded (Destatis: 2.0 in 2022, by way of the press)."""
HOME_W = 5000.0
"""Heat of a household at the design temperature: 9.2 MWh a year at 1,800 h (BSI-KritisV 2021, Annexes 1 and 2)."""
STORE_H = 4.0
"""Hours that the store lasts at half of the peak (assumption: no figure was found)."""
PUMP_SHARE = 0.015
"""Electric power of the pumps as a share of the heat (assumption)."""
PLANT_ELECTRIC_SHARE = 0.01
"""Electric power of burners and control as a share of the heat (assumption)."""
WARM_PLACES = 0.05
"""Places in warm rooms as a share of the people who may need one (assumption: schools and halls nearby)."""
DUTY = 0.5
"""Share of its duty that is required of heated homes (assumption: as of the other lifelines)."""
OWNER = "municipal heating"
"""Who owns it, where the town says nothing (assumption)."""


def lay_heating(town: Town) -> CityDraft:
    """The draft with a heating network. Towns without districts or grid stay as they are."""
    ground, owner = town.ground, town.plan.owners.power or OWNER
    if not ground.districts or not ground.giving(POWER):
        return town.draft
    heated = sorted(ground.districts, key=lambda d: (-d.people, d.id))[:DISTRICTS]
    people = {d.id: round(d.people * SHARE_OF_PEOPLE) for d in heated}
    peak = {name: count / PEOPLE_PER_HOME * HOME_W for name, count in people.items()}
    total_w = sum(peak.values())
    seat = heated[0]
    x_m, y_m = seat.x_m - 120.0, seat.y_m - 120.0
    plant = place(
        "heating-plant-1", PLANT, x_m, y_m, owner, PLANT_NAME(), seat.id,
        rated_w=total_w, electric_w=total_w * PLANT_ELECTRIC_SHARE,
    )  # fmt: skip
    pumps = place(
        "heating-pumps-1", PUMPS, x_m + 20.0, y_m, owner, PUMPS_NAME(), seat.id, electric_w=total_w * PUMP_SHARE
    )
    store = place(
        "heat-store-1", STORE, x_m, y_m + 20.0, owner, STORE_NAME(), seat.id,
        energy_j=STORE_H * 3600.0 * total_w / 2, rated_w=total_w,
    )  # fmt: skip
    homes = tuple(
        place(
            f"heated-homes-{d.id}", HOMES, d.x_m, d.y_m + 40.0, owner, HOMES_NAME(d.title or d.id), d.id,
            people=float(people[d.id]), peak_w=peak[d.id], warm_room_places=float(round(people[d.id] * WARM_PLACES)),
        )
        for d in heated
    )  # fmt: skip
    links = [feed(ground, one, town.plan.owners.power) for one in (plant, pumps)]
    links += [join(HEAT, plant.id, pumps.id, owner), join(HEAT, store.id, pumps.id, owner)]
    links += [join(HEAT, pumps.id, one.id, owner) for one in homes]
    sites = (plant, pumps, store, *homes)
    if ground.sources(ROAD):
        gates = ground.sources(ROAD).to_all(sites)
        roads = town.plan.owners.roads
        links += [join(ROAD, gate.id, one.id, roads) for one, gate in zip(sites, gates, strict=True)]
    levels = [
        level
        for d in heated
        for level in (
            ServiceLevel(f"room-temperature-{d.id}", ROOM_TEMPERATURE, d.id, LEAST_C, people[d.id], owner, LEAST_NORM),
            ServiceLevel(f"heated-homes-{d.id}", SERVED, f"heated-homes-{d.id}", DUTY, people[d.id], owner),
        )
    ]
    sensors = (
        SensorRule("room-temperature", ROOM_C, "°C", 0.5, 900.0, HOMES),
        SensorRule("heat-delivered", HEAT_W, "W", total_w * 0.01, 900.0, HOMES),
        SensorRule("stored-heat", STORED_J, "J", total_w * 36.0, 900.0, STORE),
    )
    text = _(
        "{share} of the people of the {n} most populous districts are on a heating network; {home} kW a household of "
        "{people}; its store lasts {store} h at half of the peak; plant and pumps have no emergency power",
        share=percent(SHARE_OF_PEOPLE),
        n=len(heated),
        home=HOME_W / 1000,
        people=PEOPLE_PER_HOME,
        store=STORE_H,
    )
    layer = Layer(
        sites,
        tuple(links),
        tuple(levels),
        sensors,
        assumptions=(Assumption(_("district heating"), text, _("assumption; BSI-KritisV 2021")),),
    )
    return with_layer(town.draft, layer)
