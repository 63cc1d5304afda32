"""What can be measured in a town: the names that sensors and evidence of faults refer to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class QuantityName:
    """A measurable quantity. `of` are the kinds of component it exists at, or `district`, or `any`."""

    name: str
    unit: str
    of: tuple[str, ...]
    title: str


STAFFED = (
    "hospital",
    "rescue-dispatch",
    "traffic-control-centre",
    "town-hall",
    "waterworks",
    "network-control",
    "depot",
)
"""Kinds of component that people work at, and that staff can be absent from."""

QUANTITIES: dict[str, QuantityName] = {
    q.name: q
    for q in (
        QuantityName("working", "1", ("any",), "1 while the component works, else 0"),
        QuantityName("pressure_m", "m", ("junction",), "pressure, as metres of water"),
        QuantityName("demand_m3_s", "m3/s", ("junction",), "water delivered"),
        QuantityName(
            "water_age_s", "s", ("junction",), "age of the water; computed where a sensor of the city reads it"
        ),
        QuantityName("leak_m3_s", "m3/s", ("junction",), "water lost through a burst"),
        QuantityName("level_m", "m", ("tank",), "water level above the tank's bottom"),
        QuantityName("level_share", "1", ("tank",), "water level, 0 at the lowest allowed and 1 at the highest"),
        QuantityName("volume_m3", "m3", ("tank",), "water in the tank"),
        QuantityName("drain_m3_s", "m3/s", ("tank",), "water that runs out of the tank's drain"),
        QuantityName(
            "contaminated_share",
            "1",
            ("junction", "tank", "reservoir", "district"),
            "share of the water that is not drinkable; in a district, of what is delivered",
        ),
        QuantityName("flow_m3_s", "m3/s", ("pipe", "pump", "valve"), "flow, positive in the drawn direction"),
        QuantityName("pump_running", "1", ("pump",), "1 while the pump runs, else 0"),
        QuantityName("power_w", "W", ("pump", "pv", "battery", "substation"), "electric power"),
        QuantityName("voltage_pu", "1", ("bus",), "voltage, as a share of the rated one"),
        QuantityName("energised", "1", ("bus",), "1 while the bus is energised, else 0"),
        QuantityName("load_w", "W", ("bus",), "power supplied to the load at the bus"),
        QuantityName("household_w", "W", ("household-meter",), "power that the household takes"),
        QuantityName("load_asked_w", "W", ("bus",), "power that the load at the bus would draw if it were supplied"),
        QuantityName("loading_pu", "1", ("line", "transformer"), "current, as a share of the rated one"),
        QuantityName("charge_j", "J", ("battery",), "energy in the battery"),
        QuantityName("fuel_l", "l", ("generator",), "fuel in the tank"),
        QuantityName("fuel_hours", "h", ("generator",), "hours that the fuel lasts"),
        QuantityName("staff_share", "1", STAFFED, "share of the staff that is there"),
        QuantityName("crews_on_duty", "1", ("depot",), "crews on duty, at the depot or out"),
        QuantityName("fuel_trucks", "1", ("depot",), "fuel trucks that could leave"),
        QuantityName("fuel_store_l", "l", ("depot",), "fuel in the depot's store"),
        QuantityName("vehicles", "1", ("road",), "vehicles on the road"),
        QuantityName("speed_m_s", "m/s", ("road",), "mean speed"),
        QuantityName("travel_time_s", "s", ("road",), "time to drive through"),
        QuantityName("flow_veh_h", "1/h", ("road",), "vehicles that left the road, by the hour"),
        QuantityName("queue_veh", "1", ("signal",), "vehicles on the roads into the junction"),
        QuantityName("online", "1", ("gateway",), "1 while the gateway reaches the data centre, else 0"),
        QuantityName("latency_s", "s", ("gateway",), "time of a message to the data centre"),
        QuantityName("loss", "1", ("gateway",), "share of messages lost on the way to the data centre"),
        QuantityName("held_readings", "1", ("gateway",), "readings that the gateway keeps until they have arrived"),
        QuantityName("water_supply_ratio", "1", ("district",), "share of the water demand delivered"),
        QuantityName("tank_volume_m3", "m3", ("district",), "usable water in the tanks"),
        QuantityName("water_pressure_ratio", "1", ("district",), "share of people with enough water pressure"),
        QuantityName("litres_per_person_d", "l/person/d", ("district",), "drinking water for each person and day"),
    )
}
"""Every quantity by name. A test holds that domains register these and no others."""
