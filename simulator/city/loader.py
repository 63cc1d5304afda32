"""A city folder as a city: read, put on one map, checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from simulator.city.amend import Amendment, amend
from simulator.city.check import (
    CITY,
    check_depots,
    check_districts,
    check_levels,
    check_links,
    check_named,
    check_networks,
    check_sensors,
)
from simulator.city.cohorts import expand
from simulator.city.draft import CityDraft, DistrictDraft
from simulator.city.generator.bare_town import BareTown
from simulator.city.networks import Networks, read_networks
from simulator.city.people import assign, district_centre, largest, people_by_demand
from simulator.city.plausibility import Trial, asked_always
from simulator.city.plausible import impossible, too_many
from simulator.city.read import CITY_FILE, OWN_NETWORKS, Reading, read_folder
from simulator.city.where import Where
from simulator.contracts.city import Assumption, City
from simulator.contracts.component import Component, District
from simulator.contracts.engine_settings import given_settings
from simulator.contracts.level import ServiceLevel
from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.registry import named, registry
from simulator.contracts.words import Words
from simulator.domains.water.catalogue import DOMAIN as WATER_DOMAIN

_ = Words("simulator.city")


def load_city(folder: Path, amendments: Sequence[Amendment] = ()) -> City:
    """Load a city folder with everything it names, and with changes that are not in it.

    Raises `BadInput` with all problems found, each at its line.
    """
    reading = read_folder(folder)
    for amendment in amendments:
        amend(reading, amendment)
    draft, where, problems = reading.draft, reading.where, list(reading.problems)
    networks, wrong = read_networks(
        folder, draft, where, reading.hidden_domains & {*OWN_NETWORKS, *registry().networks}
    )
    problems += wrong
    everything = {component.id: component for component in draft.components}
    problems += [
        where.problem(
            "components",
            name,
            "id",
            _("{name} is an element of a network file", name=repr(name)),
            _("rename the component"),
        )
        for name in everything
        if name in networks.components
    ]
    components = placed(draft.districts, {**networks.components, **everything})
    known = _Known(reading, networks)
    problems += check_networks(draft, networks.unread | reading.hidden_domains, where)
    ends = check_links(draft.links, components, known, where)
    problems += ends
    problems += check_districts(draft, components.values(), known, where)
    problems += check_levels(draft, components, known, where)
    problems += check_sensors(draft, components, known, where)
    if not ends and not reading.hidden and not reading.hidden_domains:
        # With an entry left out, a way that seems missing may only be hidden.
        problems += _checked(True, draft, components, where)
    problems += check_depots(components, draft.links, known, where)
    problems += check_named(components, known, where)
    if not known("components"):
        problems += _checked(False, draft, components, where)
    problems += _clashes(draft, networks, where)
    if not problems:
        problems += impossible(components.values(), str(folder / CITY_FILE))
    people, note, wrong = settle_people(draft, networks, components, where)
    problems += [] if "people" in reading.hidden_domains else wrong
    problems += too_many(people.values(), str(folder / CITY_FILE))
    if problems:
        raise BadInput(problems)
    districts = {d.id: _district(d, people[d.id]) for d in draft.districts}
    ground = BareTown(components, networks.weights, networks.ends, tuple(districts.values()), {})
    findings = asked_always(Trial(draft, ground, networks, folder))
    return City(
        name=draft.name,
        title_en=draft.title_en,
        title_de=draft.title_de,
        latitude_deg=draft.latitude_deg,
        longitude_deg=draft.longitude_deg,
        components=components,
        links={link.id: link for link in draft.links},
        districts=districts,
        levels={level.id: _with_people(level, districts) for level in draft.levels},
        cohorts=expand(draft.sensors, components),
        water_file=networks.water_file,
        water_hours=networks.water_hours,
        power_file=networks.power_file,
        road_files=networks.road_files,
        network_files=networks.files,
        assumptions=(*draft.assumptions, *note, *given_settings(draft.settings, _("set by the city"))),
        findings=findings,
        settings=draft.settings,
        folder=folder,
        land=draft.land,
    )


def _checked(whole: bool, draft: CityDraft, components: Mapping[str, Component], where: Where) -> list[Problem]:
    """What sub-systems find wrong with a city of theirs."""
    asked = [check for catalogue in registry().catalogues.values() for check in catalogue.checks]
    return [p for check in asked if check.whole is whole for p in named(check.run)(draft.links, components, where)]


def placed(districts: tuple[DistrictDraft, ...], components: Mapping[str, Component]) -> dict[str, Component]:
    """The components, those without a district put into the one they stand in."""
    homeless = [c for c in components.values() if not c.district] if districts else []
    at = assign(np.array([c.x_m for c in homeless]), np.array([c.y_m for c in homeless]), districts)
    home = {component.id: districts[i].id for component, i in zip(homeless, at.tolist(), strict=True)}
    return {name: replace(c, district=home[name]) if name in home else c for name, c in components.items()}


def settle_people(
    draft: CityDraft, networks: Networks, components: Mapping[str, Component], where: Where
) -> tuple[dict[str, int], tuple[Assumption, ...], list[Problem]]:
    """People per district: as the districts say, else from water demand; with a note where they were derived."""
    given = {district.id: district.people for district in draft.districts if district.people is not None}
    asked = [district.id for district in draft.districts if district.people is None]
    if not asked:
        return given, (), []
    if WATER_DOMAIN in networks.unread:
        return given | dict.fromkeys(asked, 0), (), []
    litres = draft.litres_per_person_day
    if litres is None or networks.water_file is None:
        lacking = "people: with litres_per_person_day and source" if litres is None else "a water network"
        fix = _("give people in the GeoJSON file, or add {lacking} to city.yaml", lacking=lacking)
        what = _("it is not said how many people live here")
        return given, (), [where.problem("districts", name, "people", what, fix) for name in asked]
    names = {district.id: None for district in draft.districts}
    homes = {name: components[name].district for name in networks.weights if components[name].domain == WATER_DOMAIN}
    weights = {name: networks.weights[name] for name, home in homes.items() if home in names}
    derived = people_by_demand(weights, homes, tuple(names), litres)
    empty = [name for name in asked if derived[name] <= 0]
    if empty:
        what = _("nobody lives here: the water network has no demand in this district")
        fix = _("give people in the GeoJSON file, or draw the outline otherwise")
        return given, (), [where.problem("districts", name, "people", what, fix) for name in empty]
    text = _(
        "people per district are its mean water demand divided by {litres} litres per person and day", litres=litres
    )
    note = Assumption(_("people"), text, draft.litres_source)
    return given | {name: derived[name] for name in asked}, (note,), []


class _Known:
    """Ids that may be named though the city lacks them: an entry or file with a mistake of its own hides them."""

    def __init__(self, reading: Reading, networks: Networks) -> None:
        self._hidden = reading.hidden
        self._sections = reading.hidden_domains
        lost = networks.unread | reading.hidden_domains
        self._prefixes = tuple(
            f"{kind.name}-"
            for kind in registry().types.values()
            if str(kind.domain) in lost and (kind.from_file or kind.also_in_file)
        )

    def __call__(self, name: str) -> bool:
        if name in self._sections or name in self._hidden:
            return True
        if name == "districts":
            return False
        return "components" in self._sections or name.startswith(self._prefixes)


def _clashes(draft: CityDraft, networks: Networks, where: Where) -> list[Problem]:
    """Links and districts that carry the id of a component: a fault or level could mean either."""
    fix = _("rename one of the two")
    found = [
        where.problem("links", link.id, "id", _("{id} is also a component", id=repr(link.id)), fix)
        for link in draft.links
        if link.id in networks.components
    ]
    listed = {component.id for component in draft.components}
    found += [
        where.problem("districts", district.id, "id", _("{id} is also a component", id=repr(district.id)), fix)
        for district in draft.districts
        if district.id in listed or district.id in networks.components
    ]
    return found


def _district(draft: DistrictDraft, people: int) -> District:
    x_m, y_m = district_centre(draft)
    return District(draft.id, draft.title, people, x_m, y_m, largest(draft))


def _with_people(level: ServiceLevel, districts: Mapping[str, District]) -> ServiceLevel:
    """A level for which nobody was named leans on all who live in its subject."""
    if level.people:
        return level
    if level.subject == CITY:
        return replace(level, people=sum(district.people for district in districts.values()))
    return replace(level, people=districts[level.subject].people)
