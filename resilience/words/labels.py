"""What a component is called in each language.

A title that its owner gave stays as it is. Components without one have the name that a rule gave them, as words, or are
called by what they are.
"""

from __future__ import annotations

from resilience.words.terms import kind_words
from simulator.contracts.city import City
from simulator.contracts.codes import given_words
from simulator.contracts.component import Component
from simulator.contracts.words import Text, Verbatim, Words, joined

_ = Words("resilience")


def component_words(component: Component) -> Text:
    """Its title, or the name that a rule gave it, or else its kind with the name it has in its network."""
    if component.title:
        return Verbatim(component.title)
    if component.given:
        return given_words(component.given)
    kind = kind_words(component.kind)
    name = component.network_id or component.id.removeprefix(f"{component.kind}-")
    return _("{kind} {name}", kind=kind, name=name)


def name_of(subject: str, city: City) -> Text:
    """What people call a component, a link, a district or the town; the id where nobody has a better name."""
    if subject in city.components:
        return component_words(city.components[subject])
    link = city.links.get(subject)
    if link is not None:
        return joined([name_of(link.source, city), name_of(link.target, city)], Verbatim(" → "))
    if subject in city.districts:
        return Verbatim(city.districts[subject].title or subject)
    return _("whole town") if subject == "city" else Verbatim(subject)
