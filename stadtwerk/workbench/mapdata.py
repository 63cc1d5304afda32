"""The town as its map and its lists show it: districts, things with their places, lines, and what can be broken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from resilience.scenario.norms import norms
from resilience.words.terms import kind_words, link_words, name_of
from simulator.contracts.registry import named, registry
from simulator.contracts.words import Said, Text

if TYPE_CHECKING:
    from simulator.city.components import NetworkElement
    from simulator.contracts.city import City
    from simulator.contracts.fault import FaultPoint, Parameter


def town(city: City, lang: str) -> dict[str, Any]:
    """All that the page draws and lists, as JSON in one language. Lengths are metres east and north."""
    found = registry()
    kinds = {one.kind for one in city.components.values()}
    # Where ways lead to is what the map itself shows; a line for each would hide everything else.
    links = [link for link in city.links.values() if not found.links[link.kind].access]
    return {
        "name": city.name,
        "title": Said({"en": city.title_en, "de": city.title_de}).of(lang),
        "people": city.people,
        "layers": [
            {"id": str(name), "title": one.title.of(lang), "colour": one.colour}
            for name, one in sorted(found.subsystems.items(), key=lambda item: item[1].for_people)
            if any(c.domain == name for c in city.components.values())
        ],
        "districts": [
            {
                "id": one.id,
                "title": name_of(one.id, city).of(lang),
                "people": one.people,
                "at": _place(one.x_m, one.y_m),
                "outline": [_place(x, y) for x, y in one.outline],
            }
            for one in city.districts.values()
        ],
        "kinds": {
            kind: {
                "title": kind_words(kind).of(lang),
                "glyph": found.types[kind].glyph,
                "small": found.types[kind].small,
                "faults": [fault.name for fault in found.faults_of_type[kind]],
            }
            for kind in sorted(kinds)
        },
        "flows": {
            str(kind): {"title": link_words(kind).of(lang), "faults": [f.name for f in found.links[kind].faults]}
            for kind in dict.fromkeys(link.kind for link in city.links.values())
        },
        "faults": _faults(city, lang),
        "measures": list(_measures(city, lang)),
        "things": [
            {
                "id": one.id,
                "name": name_of(one.id, city).of(lang),
                "kind": one.kind,
                "layer": str(one.domain),
                "district": one.district,
                "at": _place(one.x_m, one.y_m),
            }
            for one in city.components.values()
        ],
        "lines": {name: list(ends) for name, ends in line_ends(city)},
        "links": [{"id": one.id, "kind": str(one.kind), "from": one.source, "to": one.target} for one in links],
    }


def _place(x_m: float, y_m: float) -> list[float]:
    return [round(x_m, 1), round(y_m, 1)]


def line_ends(city: City) -> Iterator[tuple[str, tuple[str, str]]]:
    """What each main, line and road of the network files joins, both ends being components of the town."""
    for elements in _network_files(city):
        nodes = {one.network_id: one.component_id for one in elements if one.ends is None}
        for one in elements:
            if one.ends is not None:
                a, b = nodes.get(one.ends[0], ""), nodes.get(one.ends[1], "")
                if one.component_id in city.components and a in city.components and b in city.components:
                    yield one.component_id, (a, b)


def _network_files(city: City) -> Iterator[tuple[NetworkElement, ...]]:
    if city.water_file is not None:
        from simulator.city.water_file import read_water_elements

        yield read_water_elements(city.water_file)
    if city.power_file is not None:
        from simulator.city.power_file import read_power_elements

        yield read_power_elements(city.power_file)
    if city.road_files is not None:
        from simulator.city.road_file import read_road_elements

        yield read_road_elements(city.road_files)
    for name, file in city.network_files.items():
        yield tuple(named(registry().networks[name].read)(file))


def _measures(city: City, lang: str) -> Iterator[dict[str, Any]]:
    """What may be required: every measure of which the town has levels, these, and the norms in its unit."""
    for measure in registry().measures.values():
        levels = [level for level in city.levels.values() if level.measure == measure.name]
        if levels:
            yield {
                "id": measure.name,
                "title": measure.title.of(lang),
                "better": "at_least" if measure.higher_is_better else "at_most",
                "norms": [
                    {"id": norm.id, "title": f"{norm.title.of(lang)}: {norm.shown.of(lang)}"}
                    for norm in norms().values()
                    if norm.unit == measure.unit and norm.value is not None
                ],
                "levels": [{"id": level.id, "title": name_of(level.subject, city).of(lang)} for level in levels],
            }


def _faults(city: City, lang: str) -> dict[str, Any]:
    """Every fault that something of this town can have, with what it takes."""
    found = registry()
    points: dict[str, FaultPoint] = {}
    for kind in {one.kind for one in city.components.values()}:
        points |= {fault.name: fault for fault in found.faults_of_type[kind]}
    for flow in {link.kind for link in city.links.values()}:
        points |= {fault.name: fault for fault in found.links[flow].faults}
    return {
        name: {
            "title": _said(point.title, lang) or name,
            "about": _said(point.about, lang),
            "parameters": list(_parameters(point.parameters, lang)),
        }
        for name, point in points.items()
    }


def _parameters(parameters: Iterable[Parameter], lang: str) -> Iterator[dict[str, Any]]:
    for one in parameters:
        yield {
            "name": one.name,
            "title": _said(one.title, lang) or one.name,
            "unit": one.unit,
            "default": one.default,
            "choices": list(one.choices),
            "least": one.at_least,
            "most": one.at_most,
        }


def _said(text: Text | None, lang: str) -> str:
    return "" if text is None else text.of(lang)
