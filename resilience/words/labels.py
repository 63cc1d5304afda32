"""What a component is called in each language.

A title that its owner gave stays as it is. Components without one, and those with a name of the kind that network files
and the rules of the importers give by themselves ("Bus 12", "signal at n3"), are called by what they are.
"""

from __future__ import annotations

import re

from resilience.words.terms import KIND_NAMES, words_of
from resilience.words.text import Text
from simulator.contracts.city import City
from simulator.contracts.component import Component
from simulator.contracts.words import Said, Verbatim, Words, joined
from simulator.contracts.words import Text as AnyText

_ = Words("resilience.words")

_NUMBERED = re.compile(r"(?:bus|line|switch|external grid|(?:\S+ )?transformer|static generator|storage) \d+", re.I)
"""How network files number what has no name."""

_GIVEN: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(english), german)
    for english, german in (
        (r"server (\w+)", r"Server \1"),
        (r"switch of data room (\w+)", r"Switch im Datenraum \1"),
        (r"control system", r"Leitsystem"),
        (r"citizens' portal", r"Bürgerportal"),
        (r"core router (\d+)", r"Kernrouter \1"),
        (r"router (.+)", r"Router \1"),
        (r"gateway (.+)", r"Gateway \1"),
        (r"signal at (.+)", r"Ampel \1"),
        (r"waterworks control room", r"Leitwarte des Wasserwerks"),
        (r"grid control", r"Netzleitstelle"),
        (r"traffic control centre", r"Verkehrsleitstelle"),
        (r"rescue dispatch centre", r"Rettungsleitstelle"),
        (r"radio site (.+)", r"Funkstandort \1"),
        (r"rescue station (.+)", r"Rettungswache \1"),
        (r"hospital", r"Krankenhaus"),
        (r"hospital server (\w+)", r"Krankenhaus-Server \1"),
        (r"hospital information system", r"Krankenhaus-Informationssystem"),
        (r"patient records", r"Patientenakten"),
        (r"water of the hospital", r"Wasser des Krankenhauses"),
        (r"warning system", r"Warnsystem"),
        (r"warning of the public", r"Warnung der Bevölkerung"),
        (r"siren (.+)", r"Sirene \1"),
        (r"loudspeaker van (\d+)", r"Lautsprecherwagen \1"),
        (r"town hall", r"Rathaus"),
        (r"emergency water supply (.+)", r"Notwasserversorgung \1"),
        (r"emergency well (.+)", r"Notbrunnen \1"),
        (r"depot (.+)", r"Betriebshof \1"),
    )
)
"""The names that the importers' rules give, with the German for each."""

_GENERATOR_OF = re.compile(r"emergency generator of (.+)")


def component_words(component: Component) -> Text:
    """Its title or, where nobody gave it one of its own, its kind with the name it has in its network."""
    title = component.title
    numbered = _NUMBERED.fullmatch(title)
    if numbered or not title:
        kind = words_of(KIND_NAMES, component.kind)
        name = component.network_id or component.id.removeprefix(f"{component.kind}-")
        return Text(f"{kind.de} {name}", f"{kind.en} {name}")
    served = _GENERATOR_OF.fullmatch(title)
    if served:
        return Text(f"Notstromaggregat ({_german(served[1])})", title)
    return Text(_german(title), title)


def _german(title: str) -> str:
    for english, german in _GIVEN:
        found = english.fullmatch(title)
        if found:
            return found.expand(german)
    return title


def name_of(subject: str, city: City) -> AnyText:
    """What people call a component, a link, a district or the town; the id where nobody has a better name."""
    if subject in city.components:
        title = component_words(city.components[subject])
        return Said({"en": title.en, "de": title.de})
    link = city.links.get(subject)
    if link is not None:
        return joined([name_of(link.source, city), name_of(link.target, city)], Verbatim(" → "))
    if subject in city.districts:
        return Verbatim(city.districts[subject].title or subject)
    return _("whole town") if subject == "city" else Verbatim(subject)
