"""What is changed in a city, as a campaign's measure says it, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from resilience.words.terms import kind_words, link_words, name_of
from simulator.contracts.city import City
from simulator.contracts.component import Component, Value
from simulator.contracts.cure import Cure
from simulator.contracts.fault import Parameter
from simulator.contracts.link import Link, LinkKind
from simulator.contracts.registry import registry
from simulator.contracts.words import SHARE, Text, Verbatim, Words, enumerated, joined, number, quantity

_ = Words("resilience")

NAMED = 6
"""Places that are named one by one; more are counted."""

S_PER_MIN = 60.0


def change_words(change: Mapping[str, Any], city: City) -> Text:
    """What would be bought, with what stands there today: `emergency power for 6 h at radio site Hafen (today 2 h)`.

    `city` is the one that is not changed.
    """
    added = change.get("add", {})
    parts = [*_components(added.get("components", ())), *_links(added.get("links", ()), city)]
    return joined([*parts, *_settings(change.get("set", ()), city)], Verbatim("; "))


def _components(rows: Sequence[Mapping[str, Any]]) -> Iterable[Text]:
    for row in rows:
        yield (
            Verbatim(str(row["title"])) if row.get("title") else _("another {kind}", kind=kind_words(str(row["kind"])))
        )


def _links(rows: Sequence[Mapping[str, Any]], city: City) -> Iterable[Text]:
    by_kind: dict[str, list[Text]] = {}
    for row in rows:
        ends = [name_of(str(row[end]), city) for end in ("source", "target")]
        by_kind.setdefault(str(row["kind"]), []).append(joined(ends, Verbatim(" → ")))
    for kind, ways in by_kind.items():
        found = registry().links.get(LinkKind(kind))
        title = found.second if found is not None and found.second is not None else link_words(kind)
        yield _("{title}: {ways}", title=title, ways=enumerated(ways, NAMED))


def _settings(entries: Sequence[Mapping[str, Any]], city: City) -> Iterable[Text]:
    """Places that get the same are named together."""
    reserves: dict[tuple[str, float], list[Link]] = {}
    numbers: dict[tuple[str, str, Value], list[Component]] = {}
    others: dict[tuple[str, str, float], list[Link]] = {}
    for entry in entries:
        for link in chosen_links(entry, city):
            if "autonomy_min" in entry:
                reserves.setdefault((str(link.kind), float(entry["autonomy_min"])), []).append(link)
            for name in ("latency_ms", "loss"):
                if name in entry:
                    others.setdefault((str(link.kind), name, float(entry[name])), []).append(link)
        for component in chosen_components(entry, city):
            for name, value in entry.get("parameters", {}).items():
                if not _goes_along(component, name, entry["parameters"]):
                    numbers.setdefault((component.kind, name, value), []).append(component)
    for (kind, minutes), links in reserves.items():
        yield _reserve(kind, minutes, links, city)
    for (kind, name, value), components in numbers.items():
        yield _number(kind, name, value, components, city)
    for (kind, name, worth), links in others.items():
        ways = enumerated([name_of(link.id, city) for link in links], NAMED)
        yield _("{kind}, {name} {value}: {ways}", kind=link_words(kind), name=name, value=number(worth), ways=ways)


def chosen_links(entry: Mapping[str, Any], city: City) -> list[Link]:
    """The links of the city that an entry under `set` means."""
    if "link" in entry:
        return [city.links[entry["link"]]] if entry["link"] in city.links else []
    wanted = entry.get("links")
    return [] if wanted is None else [link for link in city.links.values() if _link_matches(link, wanted, city)]


def _link_matches(link: Link, wanted: Mapping[str, str], city: City) -> bool:
    def value(name: str) -> str:
        end, _sign, kind = name.rpartition("_")
        return city.components[getattr(link, end)].kind if kind == "kind" and end else str(getattr(link, name))

    return all(value(name) == given for name, given in wanted.items())


def chosen_components(entry: Mapping[str, Any], city: City) -> list[Component]:
    """The components that an entry under `set` means."""
    if "component" in entry:
        return [city.components[entry["component"]]] if entry["component"] in city.components else []
    wanted = entry.get("components")
    if wanted is None:
        return []
    return [c for c in city.components.values() if all(str(getattr(c, name)) == v for name, v in wanted.items())]


def _reserve(kind: str, minutes: float, links: Sequence[Link], city: City) -> Text:
    found = registry().links.get(LinkKind(kind))
    title = found.reserve.title if found is not None and found.reserve is not None else link_words(kind)
    places = _places([name_of(link.target, city) for link in links])
    return _(
        "{title} for {time} instead of {today} at {places}",
        title=title,
        time=quantity(minutes * S_PER_MIN, "s"),
        places=places,
        today=_range([link.autonomy_s for link in links], "s"),
    )


def _places(names: list[Text]) -> Text:
    """The only place by its name; several with their number before the names, of which the first are told."""
    listed = enumerated(names, NAMED)
    return listed if len(names) == 1 else _("{n} places ({names})", n=number(len(names)), names=listed)


def _goes_along(component: Component, name: str, given: Mapping[str, Value]) -> bool:
    """Whether a parameter only grows with another one that is bought."""
    cures = (_cure(component.kind, other) for other in given)
    return any(cure is not None and name in cure.also for cure in cures)


def _declared(kind: str, name: str) -> Parameter | None:
    found = registry().types.get(kind)
    return None if found is None else next((p for p in found.parameters if p.name == name), None)


def _cure(kind: str, name: str) -> Cure | None:
    parameter = _declared(kind, name)
    return None if parameter is None else parameter.cure


def _number(kind: str, name: str, value: Value, components: Sequence[Component], city: City) -> Text:
    parameter, cure = _declared(kind, name), _cure(kind, name)
    places = _places([name_of(component.id, city) for component in components])
    title: Text = Verbatim(name) if cure is None else cure.title
    today = [
        component.parameters.get(name, None if parameter is None else parameter.default) for component in components
    ]
    if isinstance(value, bool | str):
        return _("{title} at {places}", title=title, places=places)
    unit = "" if parameter is None else SHARE if parameter.unit == "1" else parameter.unit
    before = [float(one) for one in today if one is not None and not isinstance(one, str)]
    return _(
        "{title} at {places}: {value} instead of {today}",
        title=title,
        places=places,
        value=quantity(float(value), unit),
        today=_range(before or [0.0], unit),
    )


def _range(values: Sequence[float], unit: str) -> Text:
    low, high = quantity(min(values), unit), quantity(max(values), unit)
    return low if low == high else _("{low} to {high}", low=low, high=high)
