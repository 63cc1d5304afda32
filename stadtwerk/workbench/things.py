"""One component, as who clicks on it is told: what it is, what it needs, what hangs on it, and its fallbacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from resilience.report.run.wording import duration, number, plain, quantity
from resilience.words.terms import kind_words, link_words, mode_words, name_of
from simulator.contracts.codes import owner_words
from simulator.contracts.registry import registry
from simulator.contracts.words import SHARE, Words

if TYPE_CHECKING:
    from simulator.contracts.city import City
    from simulator.contracts.component import Component
    from simulator.contracts.link import Link

_ = Words("stadtwerk.workbench")

SECONDS = "s"
WAYS_SHOWN = 3
"""Ways to a place that are told: it has dozens, and they are told apart on the map."""


def thing(city: City, name: str, lang: str) -> dict[str, Any] | None:
    """What is told of one component, as JSON in one language; None where the town has none of this id."""
    one = city.components.get(name)
    if one is None:
        return None
    kind = registry().types[one.kind]
    return {
        "id": one.id,
        "name": name_of(one.id, city).of(lang),
        "kind": kind_words(one.kind).of(lang),
        "facts": _facts(city, one, lang),
        "needs": [_link(city, link, link.source, lang) for link in _told(city.links_into(one.id))],
        "serves": [_link(city, link, link.target, lang) for link in _told(city.links_out_of(one.id))],
        "modes": [mode_words(one.kind, mode.name).of(lang) for mode in kind.ladder],
        "levels": [
            {"id": level.id, "text": _level(level.measure, level.minimum, level.people, lang)}
            for level in city.levels.values()
            if level.subject in (one.id, one.district if kind.district_measures else one.id)
        ],
    }


def _told(links: tuple[Link, ...]) -> list[Link]:
    """All links but the many ways there, of which the first few stand for the rest."""
    ways = [link for link in links if registry().links[link.kind].access]
    return [link for link in links if link not in ways] + ways[:WAYS_SHOWN]


def _link(city: City, link: Link, other: str, lang: str) -> dict[str, Any]:
    """A link by what flows over it and to whom; how long the target goes on without it, if it can at all."""
    said = ""
    if link.autonomy_s > 0:
        said = _("goes on for {time} without it", time=duration(link.autonomy_s, lang)).of(lang)
    return {
        "id": link.id,
        "kind": str(link.kind),
        "flow": link_words(link.kind).of(lang),
        "other": other,
        "name": name_of(other, city).of(lang),
        "endurance": said,
    }


def _facts(city: City, one: Component, lang: str) -> list[list[str]]:
    rows = [(_("district"), name_of(one.district, city).of(lang) if one.district else "")]
    rows += [(_("owner"), owner_words(one.owner).of(lang) if one.owner else ""), (_("vendor"), one.maker)]
    facts = [[head.of(lang), value] for head, value in rows if value]
    facts.append([_("id").of(lang), one.id])
    for parameter in registry().types[one.kind].parameters:
        value = one.parameters.get(parameter.name)
        if value is None or parameter.title is None:
            continue
        facts.append([parameter.title.of(lang), _value(value, parameter.unit, lang)])
    return facts


def _value(value: float | str | bool, unit: str, lang: str) -> str:
    if isinstance(value, bool):
        return (_("yes") if value else _("no")).of(lang)
    if isinstance(value, str):
        return value
    if unit == SECONDS:
        return duration(value, lang)
    return quantity(value, unit, lang) if unit not in ("", "1") else plain(value, lang)


def _level(measure: str, minimum: float, people: float, lang: str) -> str:
    declared = registry().measures[measure]
    least = quantity(minimum, SHARE if declared.unit == "1" else declared.unit, lang)
    said = _("{measure}: {minimum} required, for {people} people") if people else _("{measure}: {minimum} required")
    return said.filled(measure=declared.title, minimum=least, people=number(people, lang)).of(lang)
