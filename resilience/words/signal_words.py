"""A state that a fault waits for, in words."""

from __future__ import annotations

from resilience.scenario.entry import Signal
from resilience.words.labels import component_words
from resilience.words.terms import quantity_words
from simulator.contracts.city import City
from simulator.contracts.words import Text, Verbatim, Words, joined, number

_ = Words("resilience")


def state_words(signal: Signal, target: str, city: City) -> Text:
    """`Water tank 1: level, as a share, below 0.2`."""
    subject = signal.at(target)
    name = component_words(city.components[subject]) if subject in city.components else Verbatim(subject)
    if subject in city.districts:
        name = Verbatim(city.districts[subject].title or subject)
    limits = []
    if signal.above is not None:
        limits.append(_("above ") + number(signal.above))
    if signal.below is not None:
        limits.append(_("below ") + number(signal.below))
    what = quantity_words(signal.quantity)
    return name + Verbatim(": ") + what + Verbatim(", ") + joined(limits, _(" and "))
