"""What `city show` finds: districts, components and links of a town by id and by the name people know them by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from resilience.words.terms import kind_words, link_words, name_of
from simulator.contracts.city import City
from simulator.contracts.names import suggestion
from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.words import LANGUAGES, Text, Words, number
from stadtwerk.terminal import Terminal

_ = Words("stadtwerk")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for: `text` in an id or a name of any language, a kind and a district by id or by name.

    What is empty is not asked for.
    """

    text: str = ""
    kind: str = ""
    district: str = ""


def show_things(city: City, asked: Asked, terminal: Terminal) -> None:
    """Print what matches, with the ids that scenarios take; cable trenches where everything is listed.

    Raises `BadInput` for a kind or a district that the town does not have.
    """
    kind, district = _known(city, asked)

    def named(ident: str) -> bool:
        said = [ident, *(name_of(ident, city).of(lang) for lang in LANGUAGES)]
        return not asked.text or any(asked.text.casefold() in name.casefold() for name in said)

    def name(ident: str) -> str:
        return terminal.said(name_of(ident, city))

    places, rows, links = [], [], []
    for place in city.districts.values():
        if not kind and district in ("", place.id) and named(place.id):
            places.append((place.id, name(place.id), terminal.said(number(place.people))))
    for one in city.components.values():
        if kind in ("", one.kind) and district in ("", one.district) and named(one.id):
            rows.append((one.id, name(one.id), one.kind, one.district, one.owner))
    for link in city.links.values():
        inside = {city.components[end].district for end in (link.source, link.target)}
        if kind in ("", link.kind) and (not district or district in inside) and named(link.id):
            links.append((link.id, name(link.id), link.kind.value, ", ".join(sorted(filter(None, inside)))))
    heads = (_("id"), _("name"), _("kind"), _("district"), _("owner"))
    _table(terminal, _("districts"), (_("id"), _("name"), _("people")), places)
    _table(terminal, _("components"), heads, rows)
    _table(terminal, _("links"), heads[:-1], links)
    if asked == Asked():
        trenches = Counter(
            name for part in (city.components, city.links) for one in part.values() for name in one.trenches
        )
        cables = [(trench, terminal.said(number(n))) for trench, n in sorted(trenches.items())]
        _table(terminal, _("cable trenches"), (_("trench"), _("cables")), cables)
    if not (rows or links or places):
        terminal.say(_("Nothing in this town is called so."))


def _table(terminal: Terminal, title: Text, heads: tuple[Text, ...], rows: Sequence[tuple[str, ...]]) -> None:
    if rows:
        counted = _("{title} ({n})", title=title, n=number(len(rows)))
        terminal.table(terminal.said(counted), [terminal.said(head) for head in heads], rows)


def _known(city: City, asked: Asked) -> tuple[str, str]:
    """Kind and district as ids. Raises `BadInput` with both mistakes."""
    kinds = {one.kind: kind_words(one.kind) for one in city.components.values()}
    kinds |= {str(link.kind): link_words(link.kind) for link in city.links.values()}
    titles = {one.id: (one.title,) for one in city.districts.values()}
    wrong: list[Problem] = []
    found = (
        _one("--kind", asked.kind, {k: tuple(w.of(lang) for lang in LANGUAGES) for k, w in kinds.items()}, wrong),
        _one("--district", asked.district, titles, wrong),
    )
    if wrong:
        raise BadInput(wrong)
    return found


def _one(option: str, said: str, known: Mapping[str, tuple[str, ...]], wrong: list[Problem]) -> str:
    meant = [
        ident for ident, names in known.items() if said.casefold() in (ident, *(name.casefold() for name in names))
    ]
    if said and not meant:
        what = _("nothing in this town is {name}", name=repr(said))
        wrong.append(Problem("command line", 0, option, what, suggestion(said, set(_all(known)), ", ".join(known))))
    return meant[0] if said and meant else ""


def _all(known: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    for ident, names in known.items():
        yield from (ident, *names)
