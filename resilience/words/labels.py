"""What a component is called in each language.

A title that its owner gave stays as it is. Components without one, and those with a name of the kind that network files
and the rules of the importers give by themselves ("Bus 12", "signal at n3"), are called by what they are.
"""

from __future__ import annotations

import re

from resilience.words.terms import KIND_NAMES, words_of
from simulator.contracts.city import City
from simulator.contracts.component import Component
from simulator.contracts.words import Message, Text, Verbatim, Words, joined

_ = Words("resilience")

_NUMBERED = re.compile(r"(?:bus|line|switch|external grid|(?:\S+ )?transformer|static generator|storage) \d+", re.I)
"""How network files number what has no name."""

_GIVEN: tuple[tuple[re.Pattern[str], Message], ...] = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"server (\w+)", _("server {name}")),
        (r"switch of data room (\w+)", _("switch of data room {name}")),
        (r"control system", _("control system")),
        (r"citizens' portal", _("citizens' portal")),
        (r"core router (\d+)", _("core router {name}")),
        (r"router (.+)", _("router {name}")),
        (r"gateway (.+)", _("gateway {name}")),
        (r"signal at (.+)", _("signal at {name}")),
        (r"waterworks control room", _("waterworks control room")),
        (r"grid control", _("grid control")),
        (r"traffic control centre", _("traffic control centre")),
        (r"rescue dispatch centre", _("rescue dispatch centre")),
        (r"radio site (.+)", _("radio site {name}")),
        (r"rescue station (.+)", _("rescue station {name}")),
        (r"hospital", _("hospital")),
        (r"hospital server (\w+)", _("hospital server {name}")),
        (r"hospital information system", _("hospital information system")),
        (r"patient records", _("patient records")),
        (r"water of the hospital", _("water of the hospital")),
        (r"warning system", _("warning system")),
        (r"warning of the public", _("warning of the public")),
        (r"siren (.+)", _("siren {name}")),
        (r"loudspeaker van (\d+)", _("loudspeaker van {name}")),
        (r"town hall", _("town hall")),
        (r"emergency water supply (.+)", _("emergency water supply {name}")),
        (r"emergency well (.+)", _("emergency well {name}")),
        (r"depot (.+)", _("depot {name}")),
    )
)
"""The names that the importers' rules give, as messages."""

_GENERATOR_OF = re.compile(r"emergency generator of (.+)")


def component_words(component: Component) -> Text:
    """Its title or, where nobody gave it one of its own, its kind with the name it has in its network."""
    title = component.title
    numbered = _NUMBERED.fullmatch(title)
    if numbered or not title:
        kind = words_of(KIND_NAMES, component.kind)
        name = component.network_id or component.id.removeprefix(f"{component.kind}-")
        return _("{kind} {name}", kind=kind, name=name)
    served = _GENERATOR_OF.fullmatch(title)
    if served:
        return _("emergency generator of {served}", served=_given(served[1]))
    return _given(title)


def _given(title: str) -> Text:
    for pattern, words in _GIVEN:
        found = pattern.fullmatch(title)
        if found:
            return words.filled(name=found[1]) if found.groups() else words
    return Verbatim(title)


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
