"""From a draft with networks to the ground that rules build on, and back to a draft with all they laid."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from simulator.city.cohorts import expand
from simulator.city.draft import CityDraft, DistrictDraft, NetworkRef, Override, RoadRef, WaterRef
from simulator.city.frame import MapFrame
from simulator.city.generator.bare_town import BareTown, hull, is_thin, middles, outlines
from simulator.city.generator.layer import Layer, TownSize
from simulator.city.generator.town import generate
from simulator.city.importers.assets import Asset, far_away, overrides_of, sites_of
from simulator.city.importers.coordinates import SharedMap, share_map
from simulator.city.importers.link_rows import read_links
from simulator.city.importers.sources import (
    Gathered,
    ImportSources,
    as_given,
    converted,
    gather,
    swapped_places,
    told_of_map,
)
from simulator.city.loader import load_city, placed, settle_people
from simulator.city.networks import Networks, read_networks
from simulator.city.people import district_centre
from simulator.city.plausibility import Trial, tried
from simulator.city.plausible import impossible, too_many
from simulator.city.read import CITY_FILE
from simulator.city.where import Where
from simulator.city.write import staged, write_assumptions, write_city, write_ids
from simulator.contracts.city import Assumption, City
from simulator.contracts.component import Component, District
from simulator.contracts.level import LITRES_PERSON_D, LITRES_SOURCE
from simulator.contracts.link import Link
from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.registry import registry
from simulator.contracts.words import NO_TEXT, Verbatim, Words
from simulator.domains.energy.catalogue import BUS
from simulator.domains.energy.catalogue import DOMAIN as ENERGY_DOMAIN
from simulator.domains.ict.catalogue import GATEWAY
from simulator.domains.traffic.catalogue import DOMAIN as TRAFFIC_DOMAIN
from simulator.domains.traffic.catalogue import ROAD_NODE
from simulator.domains.water.catalogue import DOMAIN as WATER_DOMAIN
from simulator.domains.water.catalogue import JUNCTION

_ = Words("simulator.city")

BORDER_M = 300.0
"""Districts reach so far beyond the outermost components."""


def networks_of(draft: CityDraft, folder: Path) -> Networks:
    """The network elements of a draft whose files lie in `folder`. Raises `BadInput`."""
    networks, problems = read_networks(folder, draft, Where(str(folder / CITY_FILE)))
    if problems:
        raise BadInput(problems)
    return networks


def cut_into_districts(networks: Networks, count: int) -> tuple[DistrictDraft, ...]:
    """Districts `d1`… around the places where demand is, from north to south, with outlines that cover the whole map.

    Water demand decides; without water the electric load, without both the road nodes, else where anything comes from.
    """
    everything = tuple(networks.components.values())
    for kind in (JUNCTION, BUS, ROAD_NODE):
        served = [c for c in everything if c.kind == kind and networks.weights.get(c.id, 0.0) > 0]
        homes = served or [c for c in everything if c.kind == kind]
        if homes:
            break
    else:
        homes = [c for c in everything if networks.weights.get(c.id, 0.0) > 0] or list(everything)
    x, y = np.array([c.x_m for c in homes]), np.array([c.y_m for c in homes])
    weight = np.array([networks.weights.get(c.id, 1.0) for c in homes])
    count = min(count, len(np.unique(np.column_stack([x, y]), axis=0)))
    chosen = middles(x, y, weight, count)
    chosen = chosen[np.lexsort((chosen[:, 0], -chosen[:, 1]))]
    border = hull(np.array([c.x_m for c in everything]), np.array([c.y_m for c in everything]), BORDER_M)
    rings = outlines(chosen, border)
    return tuple(DistrictDraft(f"d{i + 1}", f"District {i + 1}", (ring,)) for i, ring in enumerate(rings))


def ground_of(draft: CityDraft, networks: Networks, folder: Path, traffic: Mapping[str, float]) -> BareTown:
    """The ground of a draft that has districts. Raises `BadInput` where people cannot be told."""
    where = Where(str(folder / CITY_FILE))
    components = placed(draft.districts, networks.components)
    people, _notes, problems = settle_people(draft, networks, components, where)
    problems += too_many(people.values(), str(folder / CITY_FILE))
    if problems:
        raise BadInput(problems)
    districts = tuple(
        District(d.id, d.title, people[d.id], *district_centre(d), d.outlines[0]) for d in draft.districts
    )
    return BareTown(components, networks.weights, networks.ends, districts, traffic)


def with_layer(draft: CityDraft, layer: Layer) -> CityDraft:
    """The draft with everything that the rules laid over it, and their assumptions after its own."""
    return replace(
        draft,
        components=(*draft.components, *layer.components),
        links=(*draft.links, *layer.links),
        levels=(*draft.levels, *layer.levels),
        sensors=(*draft.sensors, *layer.sensors),
        overrides={**draft.overrides, **layer.overrides},
        assumptions=(*draft.assumptions, *layer.assumptions),
    )


__all__ = ["ImportReport", "ImportSources", "import_city"]

WATTS_PERSON = 700.0
"""Mean electric load a person without water data: about 500 TWh a year for 84 million people (Germany; assumption)."""

CAR_TRIPS_PERSON_D = 3.1 * 0.43
"""Car trips a person and day without water or grid data (Mobilität in Deutschland 2017)."""

FEW, MANY, MANY_PEOPLE = 6, 8, 20_000
"""Districts that a town is cut into, and from how many people on it is cut into more (assumption)."""
PEOPLE_A_DISTRICT, MOST = 10_000, 50
"""A larger town has a district for so many people, and so many districts at most (assumption)."""

PLAN = TownSize(signals=12, signals_with_police=6)


@dataclass(frozen=True)
class ImportReport:
    """The imported city, and everything that was assumed to make it run."""

    city: City
    assumptions: tuple[Assumption, ...]


def import_city(sources: ImportSources, out: Path) -> ImportReport:
    """Make the new folder `out` from the given files. Raises `BadInput` with every problem; then nothing is written."""
    with TemporaryDirectory() as place, staged(out) as folder:
        aside, taken = Path(place), sources
        try:
            taken, sites = converted(sources, aside)
            gathered = gather(taken, folder)
            gathered.mapped = sites
            draft = _draft(taken, gathered, folder)
            write_city(draft, folder)
            city = load_city(folder)
            write_assumptions(city, folder)
            write_ids(city, folder)
        except BadInput as bad:
            given = as_given(bad, taken, folder, out)
            raise BadInput([told_of_map(problem, sources, aside) for problem in given.problems]) from None
    city = load_city(out)
    return ImportReport(city, city.assumptions)


def _draft(sources: ImportSources, gathered: Gathered, folder: Path) -> CityDraft:
    if problems := swapped_places(sources, gathered.drawings):
        raise BadInput(problems)
    town = share_map(gathered.drawings, sources.place)
    draft = _framed(sources, gathered, town)
    networks = networks_of(draft, folder)
    _somebody(sources, draft, networks, gathered.trips)
    if problems := impossible(networks.components.values(), str(folder / CITY_FILE)):
        raise BadInput(problems)
    if sources.assets is not None:
        middle = (town.longitude_deg, town.latitude_deg)
        on_earth = town.on_earth or sources.place is not None
        far = far_away(sources.assets, gathered.assets, networks.components.values(), middle, on_earth)
        if far:
            raise BadInput(far)
    assets = gathered.assets + gathered.mapped
    draft = _districts(sources, draft, networks, town)
    known, notes = _known_links(sources, draft, networks, gathered.feeds)
    draft = replace(draft, assumptions=(*draft.assumptions, *notes))
    draft = _peopled(draft, networks, gathered.trips)
    ground = ground_of(draft, networks, folder, gathered.trips)
    draft, networks = tried(Trial(draft, ground, networks, folder))
    ground = replace(ground, sites=sites_of(assets, town.longitude_deg, town.latitude_deg))
    layer = generate(ground, networks, PLAN, known)
    if sources.sensors_per_gateway:
        layer = generate(ground, networks, replace(PLAN, gateways=_gateways(ground, layer, sources)), known)
        behind = _behind(ground, layer)
        text = _(
            "as many a district as it has sensors for one of {asked} each; a sensor reports to the nearest, so the "
            "fullest of {count} has {most}",
            asked=sources.sensors_per_gateway,
            count=sum(one.kind == GATEWAY for one in layer.components),
            most=max(behind.values(), default=0),
        )
        draft = replace(draft, assumptions=(*draft.assumptions, Assumption(_("telemetry gateways"), text)))
    return _with_assets(sources, with_layer(draft, layer), networks, assets)


def _gateways(ground: BareTown, layer: Layer, sources: ImportSources) -> dict[str, int]:
    """Gateways by district: one for so many of its sensors."""
    home, in_district = {one.id: one.district for one in layer.components}, dict[str, int]()
    for gateway, count in _behind(ground, layer).items():
        in_district[home[gateway]] = in_district.get(home[gateway], 0) + count
    return {district: math.ceil(count / sources.sensors_per_gateway) for district, count in in_district.items()}


def _behind(ground: BareTown, layer: Layer) -> dict[str, int]:
    """Sensors by the gateway that they report to."""
    found: dict[str, int] = {}
    for cohort in expand(layer.sensors, {**ground.components, **{one.id: one for one in layer.components}}):
        found[cohort.gateway] = found.get(cohort.gateway, 0) + len(cohort.components)
    return found


def _with_assets(sources: ImportSources, draft: CityDraft, networks: Networks, assets: tuple[Asset, ...]) -> CityDraft:
    """The draft with what a list says of elements of the networks, and how many things stand where it says."""
    if not assets:
        return draft
    file = sources.assets or sources.road_map or Path()
    said = overrides_of(file, assets, networks.components)
    merged = dict(draft.overrides)
    for name, one in said.items():
        before = merged.get(name, Override())
        kept = {key: value for key in OF_ASSETS if (value := getattr(one, key)) is not None}
        merged[name] = replace(before, **kept, parameters={**before.parameters, **one.parameters})
    placed_there = sum(not one.id for one in assets)
    text = _("{elements} elements and {sites} sites are as listed or mapped", elements=len(said), sites=placed_there)
    note = Assumption(_("assets"), text, Verbatim(file.name))
    return replace(draft, overrides=merged, assumptions=(*draft.assumptions, note))


OF_ASSETS = ("owner", "maker", "model", "firmware", "year", "title")


def _framed(sources: ImportSources, gathered: Gathered, town: SharedMap) -> CityDraft:
    def frame(domain: str) -> MapFrame:
        return town.frames[domain]

    owners = PLAN.owners
    water = WaterRef(gathered.water, owners.water, frame=frame(WATER_DOMAIN.value)) if gathered.water else None
    energy = NetworkRef(gathered.power, owners.power, frame=frame(ENERGY_DOMAIN.value)) if gathered.power else None
    roads = None
    if gathered.roads is not None:
        roads = RoadRef(*gathered.roads, owner=owners.roads, frame=frame(TRAFFIC_DOMAIN.value))
    title = sources.title or sources.name.replace("-", " ").capitalize()
    return CityDraft(
        sources.name,
        title,
        title,
        town.latitude_deg,
        town.longitude_deg,
        LITRES_PERSON_D if water else None,
        LITRES_SOURCE if water else NO_TEXT,
        water=water,
        energy=energy,
        traffic=roads,
        networks={
            name: NetworkRef(file, owners.city, frame=frame(registry().networks[name].domain.value))
            for name, file in gathered.networks.items()
        },
        assumptions=(*gathered.assumptions, *town.assumptions),
    )


def _districts(sources: ImportSources, draft: CityDraft, networks: Networks, town: SharedMap) -> CityDraft:
    if sources.districts is not None:
        from simulator.city.importers.districts import Columns, given_districts

        columns = Columns(sources.district_id, sources.district_people)
        districts, note = given_districts(sources.districts, draft, town, networks, columns, sources.crs)
        return replace(draft, districts=districts, assumptions=(*draft.assumptions, *note))
    litres_d = _demand_m3_s(networks) * 86400.0 * 1000.0
    people = litres_d / LITRES_PERSON_D
    count = MANY if people >= MANY_PEOPLE else FEW
    count = sources.districts_count or max(count, min(MOST, round(people / PEOPLE_A_DISTRICT)))
    found = cut_into_districts(networks, count)
    text = _("none given: cut into {n} around the middles of demand (Lloyd's algorithm)", n=len(found))
    notes = [Assumption(_("districts"), text)]
    x, y = (np.array([getattr(c, axis) for c in networks.components.values()]) for axis in ("x_m", "y_m"))
    if is_thin(x, y):
        wide = _("everything lies in a line or at one place: outlines reach {width} m to every side", width=BORDER_M)
        notes.append(Assumption(_("districts"), wide))
    return replace(draft, districts=found, assumptions=(*draft.assumptions, *notes))


def _known_links(
    sources: ImportSources, draft: CityDraft, networks: Networks, feeds: Mapping[str, str]
) -> tuple[tuple[Link, ...], tuple[Assumption, ...]]:
    if sources.links is None:
        return (), ()
    links, pairs = read_links(sources.links, networks.components, feeds, PLAN.owners.power)
    if not pairs:
        return links, ()
    text = _(
        "{n} power links from {file}, without a battery; the load named there tells the bus",
        n=len(links),
        file=sources.links.name,
    )
    return links, (Assumption(_("power links of pumps"), text),)


def _peopled(draft: CityDraft, networks: Networks, trips: Mapping[str, float]) -> CityDraft:
    """People of a town without water network that says nothing of them: from its load, else from its trips."""
    if all(district.people is not None for district in draft.districts):
        return draft
    if draft.water and _demand_m3_s(networks) > 0:
        return draft
    components = placed(draft.districts, networks.components)
    loads = {c.id: networks.weights.get(c.id, 0.0) / WATTS_PERSON for c in components.values() if c.kind == BUS}
    if sum(loads.values()) > 0:
        text = _("rated electric load divided by {watts} W a person", watts=WATTS_PERSON)
        return _with_people(draft, components, loads, Assumption(_("people"), text))
    ends = {name: count / 2 / CAR_TRIPS_PERSON_D for name, count in trips.items()}
    if sum(ends.values()) > 0:
        text = _("car trips a day divided by {trips} a person and day", trips=CAR_TRIPS_PERSON_D)
        basis = _("Mobilität in Deutschland 2017")
        return _with_people(draft, components, ends, Assumption(_("people"), text, basis))
    return draft


def _demand_m3_s(networks: Networks) -> float:
    """What the town draws of its water network on average."""
    return sum(w for name, w in networks.weights.items() if name.startswith(f"{JUNCTION}-"))


def _somebody(sources: ImportSources, draft: CityDraft, networks: Networks, trips: Mapping[str, float]) -> None:
    """Refuse a town in which nothing says that anybody lives there. Raises `BadInput`, told of the file to mend."""
    loads_w = sum(networks.weights.get(c.id, 0.0) for c in networks.components.values() if c.kind == BUS)
    if sources.districts is not None or _demand_m3_s(networks) > 0 or loads_w > 0 or sum(trips.values()) > 0:
        return
    given = sources.water or sources.power or sources.roads_trips or sources.roads_net or sources.gmns
    file = str(given or next(iter(sources.networks.values())))
    if draft.water:
        what = _("no junction has a demand, so nothing tells how many people live in the town")
        fix = _("give demands in the file, or --districts with people")
        raise BadInput([Problem(file, 0, "[JUNCTIONS]", what, fix)])
    what = _("nothing tells how many people live in the town")
    raise BadInput([Problem(file, 0, "people", what, _("give --districts with people, or --water"))])


def _with_people(
    draft: CityDraft, components: Mapping[str, Component], shares: Mapping[str, float], note: Assumption
) -> CityDraft:
    people: dict[str, float] = {}
    for name, share in shares.items():
        people[components[name].district] = people.get(components[name].district, 0.0) + share
    districts = tuple(
        district
        if district.people is not None
        else replace(district, people=max(1, round(people.get(district.id, 0.0))))
        for district in draft.districts
    )
    return replace(draft, districts=districts, assumptions=(*draft.assumptions, note))
