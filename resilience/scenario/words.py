"""What a timeline entry brings, and the state that it waits for or shows itself by, in words."""

from __future__ import annotations

from resilience.scenario.entry import Signal, TimelineEntry
from resilience.words.terms import fault_words, name_of, quantity_words
from simulator.contracts.city import City
from simulator.contracts.fault import Parameter
from simulator.contracts.words import Text, Verbatim, Words, joined, number

_ = Words("resilience")

HAZARD_NAMES: dict[str, Text] = {
    "flood": _("flood"),
    "heat": _("heat"),
    "storm": _("storm"),
    "earthquake": _("earthquake"),
}


def entry_words(entry: TimelineEntry) -> Text:
    """What a timeline entry brings, where it has no title: its hazard, failures by chance, or its fault."""
    if entry.hazard is not None:
        return HAZARD_NAMES[entry.hazard.type.value]
    if entry.wear is not None and not entry.fault:
        return _("failures by chance")
    if not entry.fault and (entry.disruption is not None or entry.cases is not None):
        return _("damage as listed")
    return fault_words(entry.fault)


def state_words(signal: Signal, target: str, city: City) -> Text:
    """`Water tank 1: level, as a share, below 0.2`."""
    name = name_of(signal.at(target), city)
    limits = []
    if signal.above is not None:
        limits.append(_("above ") + number(signal.above))
    if signal.below is not None:
        limits.append(_("below ") + number(signal.below))
    what = quantity_words(signal.quantity)
    return name + Verbatim(": ") + what + Verbatim(", ") + joined(limits, _(" and "))


def added(fix: Text, parameter: Parameter) -> Text:
    """The fix for a parameter that lacks: what to write, and what it is."""
    return fix if parameter.title is None else _("{fix} ({title})", fix=fix, title=parameter.title)
