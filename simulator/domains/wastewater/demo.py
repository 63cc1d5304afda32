"""The sewers of the demo city: laid out under its streets, fed, commanded, measured, and what is required of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from simulator.city.check import CITY
from simulator.city.components import NetworkElement
from simulator.city.draft import AS_DRAWN, CityDraft, NetworkRef, Override
from simulator.city.generator.bare_town import Nearest
from simulator.city.generator.layer import Layer, join, place, total
from simulator.city.generator.links import feed, field_link, generator_for
from simulator.city.generator.town import Town
from simulator.city.importing import with_layer
from simulator.contracts.city import Assumption
from simulator.contracts.component import Component
from simulator.contracts.level import ServiceLevel
from simulator.contracts.link import Fallback, Link
from simulator.contracts.words import Verbatim, Words, number, percent
from simulator.domains.ict.catalogue import CONTROL
from simulator.domains.traffic.catalogue import ROAD
from simulator.domains.wastewater import catalogue as c
from simulator.domains.wastewater.importers.swmm import read
from simulator.domains.wastewater.layout import Crossing, Sewers, Station, Street, lay_sewers
from simulator.domains.wastewater.names import CONTROLLER, PLANT_NAME, STATION_NAME
from simulator.domains.wastewater.requirements import CELLARS, DISPOSAL, SENSORS, TREATMENT
from simulator.domains.water.catalogue import WATER

_ = Words("simulator.domains.wastewater")

FILE = "wastewater.inp"

MAIN_PEOPLE = 20_000
"""Stations of so many people have own power (assumption)."""
MAIN_H = 24.0
"""Main stations have own power or store for more than 24 h (one operator's rule, VE München-Ost)."""
PLANT_H = 72.0
"""Fuel of the treatment plant's emergency power.

Plants of this size have diesel sets of their own that take over within seconds: Niederkassel (35,000 population
equivalents; report of its exercise, 2024), Bad Wörishofen, all larger ones of AZV Südholstein (press). Not all:
Schwerte waited for a mobile one, Celle bought its first in 2022 (press). DWA-M 320 leaves the endurance to the
operator (StEB Köln, 2024); 72 h are the aim of the BBK's framework for water and sewage (press) and of Billerbeck
(minutes of its council), Ubstadt-Weiher has fuel for 5.6 days (council paper), Berglen for 10 h (press).
"""
PLANT_SOURCE = _("emergency power: Niederkassel (exercise 2024); 72 h: aim of the BBK's framework (press)")
KWH_PERSON_A = 34.0
"""Electricity of a treatment plant a person and year (DWA, 25th comparison of municipal plants, 2012: 34.3, press)."""
EFFICIENCY = 0.5
"""Of pump and motor, as the lifting station's own default."""


def lay(town: Town) -> CityDraft:
    """The draft with a sewer network of its own file and all that goes with it."""
    sewers = _laid_out(town)
    path = town.folder / FILE
    path.write_text(sewers.text, encoding="utf-8")
    networks = {**town.draft.networks, c.NETWORK: NetworkRef(FILE, town.plan.owners.city, frame=AS_DRAWN)}
    found = {component.id: component for component in (_placed(town, element) for element in read(path))}
    stations = [(found[f"{c.STATION}-{station.name}"], station) for station in sewers.stations]
    plant = _plant(town, sewers)
    layer = total(
        [
            _supplied(town, stations, plant),
            _commanded(town, [station for station, _ in stations]),
            _own_power([pair for pair in stations if pair[1].people >= MAIN_PEOPLE]),
            generator_for(plant, plant.number("drawn_w"), PLANT_H, PLANT_SOURCE, _("load of all of its stages")),
            _required(town),
            Layer(
                (plant,),
                sensors=SENSORS,
                overrides=_named(sewers, found, [station for _, station in stations]),
                assumptions=(*sewers.assumptions, *_notes(plant, len(stations))),
            ),
        ]
    )
    layer += _accessible(town, (*found.values(), *layer.components))
    return with_layer(replace(town.draft, networks=networks), layer)


def _laid_out(town: Town) -> Sewers:
    """Crossings are the road nodes with the people whose water is taken nearest to them; streets are the roads."""
    ground = town.ground
    nodes = ground.sources(ROAD)
    homes = ground.sources(WATER).components
    at = {node.id: 0.0 for node in nodes.components}
    for home, node in zip(homes, nodes.to_all(homes), strict=True):
        at[node.id] += ground.weights.get(home.id, 0.0)
    all_of_it = sum(at.values())
    name = {node.id: node.network_id for node in nodes.components}
    crossings = {
        name[node.id]: Crossing(node.x_m, node.y_m, ground.people * at[node.id] / all_of_it)
        for node in nodes.components
    }
    streets = [
        Street(name[a], name[b], ground.components[road].length_m)
        for road, (a, b) in ground.ends.items()
        if a in name and b in name
    ]
    return lay_sewers(crossings, streets)


def _placed(town: Town, element: NetworkElement) -> Component:
    """An element of the file where it will stand; it belongs to the district of the nearest road node."""
    home = town.ground.sources(ROAD).at(element.x, element.y)
    return Component(
        element.component_id, element.kind, c.DOMAIN, element.x, element.y, home.district, town.plan.owners.city
    )


def _named(sewers: Sewers, found: Mapping[str, Component], stations: Sequence[Station]) -> dict[str, Override]:
    """Names for what the layout gave a code that is no name: outlets, weirs, the gauge, the ends of pressure mains."""
    given = {**sewers.given, **{f"{c.STATION}-{station.name}": STATION_NAME(station.name) for station in stations}}
    return {name: Override(given=code) for name, code in given.items() if name in found}


def _plant(town: Town, sewers: Sewers) -> Component:
    x, y = sewers.plant_at
    return place(
        "treatment-plant-1",
        c.PLANT,
        x + 60.0,
        y,
        town.plan.owners.city,
        PLANT_NAME(),
        town.ground.sources(ROAD).at(x, y).district,
        outfall=f"{c.OUTFALL}-{sewers.plant}",
        capacity_m3_s=round(sewers.plant_m3_s, 4),
        drawn_w=float(round(town.ground.people * KWH_PERSON_A / 8760 * 1000, -3)),
    )


def _supplied(town: Town, stations: Sequence[tuple[Component, Station]], plant: Component) -> Layer:
    owner = town.plan.owners.power
    return Layer(links=tuple(feed(town.ground, site, owner) for site in (*(s for s, _ in stations), plant)))


def _commanded(town: Town, stations: Sequence[Component]) -> Layer:
    """The control system reaches every station; without it every second one stays as it is."""
    ict = Layer(town.draft.components)
    links: list[Link] = []
    for i, station in enumerate(stations):
        fallback = Fallback.LOCAL if i % 2 == 0 else Fallback.HOLD
        links.append(join(CONTROL, CONTROLLER, station.id, station.owner, fallback=fallback))
        links.append(field_link(ict, station, town.plan.owners.ict))
    return Layer(links=tuple(links))


def _own_power(stations: Sequence[tuple[Component, Station]]) -> Layer:
    """A generator at each main station, for one of its two pumps."""
    return total(
        generator_for(
            replace(component, given=STATION_NAME(station.name)),
            9810.0 * station.pump_m3_s * station.lift_m / EFFICIENCY,
            MAIN_H,
            _("own power or store for more than 24 h: one operator's rule (VE München-Ost)"),
            _("load of one of its two pumps"),
        )
        for component, station in stations
    )


def _required(town: Town) -> Layer:
    owner = town.plan.owners.city
    places = [*((d.id, d.people) for d in town.ground.districts), (CITY, town.ground.people)]
    levels = [
        ServiceLevel(f"{measure}-{subject}", measure, subject, minimum, people, owner)
        for measure, minimum in ((c.DISPOSAL, DISPOSAL), (c.CELLARS, CELLARS))
        for subject, people in places
    ]
    levels.append(ServiceLevel(f"{c.TREATMENT}-{CITY}", c.TREATMENT, CITY, TREATMENT, town.ground.people, owner))
    return Layer(levels=tuple(levels))


def _accessible(town: Town, components: Sequence[Component]) -> Layer:
    nodes: Nearest = town.ground.sources(ROAD)
    owner = town.plan.owners.roads
    gates = nodes.to_all(components)
    return Layer(links=tuple(join(ROAD, g.id, one.id, owner) for one, g in zip(components, gates, strict=True)))


def _notes(plant: Component, stations: int) -> tuple[Assumption, ...]:
    return (
        Assumption(
            _("wastewater control"),
            _(
                "the control system commands {n} lifting stations over the data network; without it every second one "
                "keeps its pumps as they are, the others follow their levels",
                n=stations,
            ),
        ),
        Assumption(
            Verbatim(plant.id),
            _(
                "takes {capacity} l/s, twice the dry-weather peak, and {kwh} kWh a person and year: {drawn} kW, which "
                "its own emergency power carries",
                capacity=number(plant.number("capacity_m3_s") * 1000),
                kwh=KWH_PERSON_A,
                drawn=number(plant.number("drawn_w") / 1000, 6),
            ),
            _("DWA, comparison of plants 2012; DWA-A 198, from memory; assumption"),
        ),
        Assumption(
            _("levels of wastewater"),
            _(
                "required are {disposal} of people whose wastewater flows off, {cellars} whose cellars are safe, and "
                "{treated} of the discharge treated; cellar floors lie 2 m below the street",
                disposal=percent(DISPOSAL),
                cellars=percent(CELLARS),
                treated=percent(TREATMENT),
            ),
        ),
    )
