"""What things in a town are called, as their catalogues say, and the few names that belong to nobody."""

from __future__ import annotations

import re

from simulator.contracts.city import City
from simulator.contracts.codes import given_words
from simulator.contracts.component import Component, Domain
from simulator.contracts.link import LinkKind
from simulator.contracts.registry import registry
from simulator.contracts.repair import Trade
from simulator.contracts.words import Text, Verbatim, Words, joined

_ = Words("resilience")
_c = _.context

OTHER_NAMES: dict[str, Text] = {
    "found": _("found in the source"),
    "secondary": _("second-hand"),
    "memory": _("to be checked"),
    "assumption": _("assumption"),
    "steady-state": _("steady state"),
    "execution": _("execution"),
    "evidence": _("evidence of the fault"),
    "approximation": _("approximate figures"),
    "difference": _("difference from the twin"),
    "redundancy": _("fallback"),
    "required": _("required level"),
    "expectation": _("expectation"),
    "technical": _("technical"),
    "analogue": _("analogue"),
}


def kind_words(kind: str) -> Text:
    """What a type of component is called."""
    found = registry().types.get(kind)
    return Verbatim(kind) if found is None else found.title


def fault_words(fault: str) -> Text:
    """What a fault is called."""
    found = registry().faults.get(fault)
    return Verbatim(fault) if found is None else found.title


def link_words(kind: str) -> Text:
    """What flows over a kind of link."""
    found = registry().links.get(LinkKind(kind))
    return Verbatim(kind) if found is None else found.title


def trade_words(trade: str) -> Text:
    """What a trade of crews is called."""
    found = registry().trades.get(Trade(trade))
    return Verbatim(trade) if found is None else found.title


def quantity_words(quantity: str) -> Text:
    """What a quantity is called."""
    found = registry().quantities.get(quantity)
    return Verbatim(quantity) if found is None else found.title


def mode_words(kind: str, mode: str) -> Text:
    """What a mode of a type of component is called."""
    of = registry().types.get(kind)
    found = None if of is None else of.mode(mode)
    return Verbatim(mode) if found is None else found.title


def term(name: str, lang: str) -> str:
    """What a type of component, fault, kind of link, sub-system, confidence or category is called in one language."""
    found = registry()
    titled = (
        found.types.get(name)
        or found.faults.get(name)
        or found.links.get(LinkKind(name))
        or found.subsystems.get(Domain(name))
    )
    return (OTHER_NAMES.get(name, Verbatim(name)) if titled is None else titled.title).of(lang)


def component_words(component: Component) -> Text:
    """Its title, or the name that a rule gave it, or else its kind with the name it has in its network.

    What programs put before names, signs and the kind itself, is left out: `~@Pump-1` is pump 1.
    """
    if component.title:
        return Verbatim(component.title)
    if component.given:
        return given_words(component.given)
    kind = kind_words(component.kind)
    name = component.network_id or component.id
    bare = re.sub(rf"^\W*(?:{re.escape(component.kind)}-)?", "", name, flags=re.IGNORECASE)
    return _("{kind} {name}", kind=kind, name=bare or name)


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
