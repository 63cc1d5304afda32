"""What happened, as a sentence: the one place where an event of the log becomes words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from resilience.words.terms import fault_words, link_words, mode_words, name_of, quantity_words, trade_words
from simulator.contracts.city import City
from simulator.contracts.codes import event_codes, tasks
from simulator.contracts.duration import rounded
from simulator.contracts.event import NOWHERE, AnyRole, Counted, Event, EventKind, Role, Value, Vocabulary
from simulator.contracts.registry import registry
from simulator.contracts.words import (
    SHARE,
    Numeral,
    Text,
    Verbatim,
    Words,
    enumerated,
    joined,
    number,
    percent,
    told_apart,
)

_ = Words("resilience.words")
_c = _.context

_WORDS: Mapping[Role, Callable[[str], Text]] = {
    Role.FAULT: fault_words,
    Role.LINK_KIND: link_words,
    Role.QUANTITY: quantity_words,
    Role.TRADE: trade_words,
}
"""What the value of a parameter is called, by what it names."""

MOST_NAMED = 3
"""Components that a sentence names; of more it says that there are some."""

KIND_WORDS: Mapping[EventKind, Text] = MappingProxyType(
    {
        EventKind.RUN: _("run"),
        EventKind.TRIGGER: _("trigger"),
        EventKind.FAULT: _("fault"),
        EventKind.CLEAR: _("fault fixed"),
        EventKind.SUPPLY_LOST: _("supply lost"),
        EventKind.SUPPLY_BACK: _("supply back"),
        EventKind.AUTONOMY_USED: _("reserve used up"),
        EventKind.STOPPED: _("stopped"),
        EventKind.STARTED: _("started"),
        EventKind.MODE: _("mode"),
        EventKind.LINK_DOWN: _("link down"),
        EventKind.LINK_UP: _("link up"),
        EventKind.SWITCH: _("switching"),
        EventKind.LEVEL_LOW: _("below the required level"),
        EventKind.LEVEL_BACK: _("back at the required level"),
        EventKind.CREW: _("crew"),
        EventKind.TELEMETRY: _("telemetry"),
        EventKind.EVIDENCE: _("effect"),
        EventKind.NOTE: _("note"),
    }
)
"""What each kind of event is called. A test holds that none is missing."""


def line(event: Event, city: City) -> Text:
    """The event as a sentence that says what it is about."""
    code = event_codes().get(event.code)
    said = sentence(event, city)
    if code is not None and code.alone:
        return said.begun()
    level = city.levels.get(event.subject) if _of_level(event) else None
    subject = name_of(event.subject if level is None else level.subject, city)
    return _("{subject}: {sentence}", subject=subject, sentence=said)


def sentence(event: Event, city: City) -> Text:
    """What happened to the event's subject, without naming that; a code that nobody declares is shown as it is."""
    code = event_codes().get(event.code)
    said: Text = Verbatim(event.code)
    if code is not None:
        said = code.sentence
        if code.parameters:
            said = code.sentence.filled(
                **{name: _word(event, name, role, city) for name, role in code.parameters.items()}
            )
    if event.kind is EventKind.MODE and event.before is not None and event.after is not None:
        component = city.components.get(event.subject)
        kind = "" if component is None else component.kind
        before, after = mode_words(kind, event.before), mode_words(kind, event.after)
        if code is None:
            return joined([before, after], Verbatim(" → "))
        return _("{before} → {after} ({why})", before=before, after=after, why=said)
    return said


def _of_level(event: Event) -> bool:
    return event.kind in (EventKind.LEVEL_LOW, EventKind.LEVEL_BACK)


def _word(event: Event, name: str, role: AnyRole, city: City) -> Text:
    """The value of one parameter in words."""
    value: Value | None = event.params.get(name, getattr(event, name, None))
    if value is None:
        return _("unknown")
    if isinstance(role, Counted):
        return role.words.counted(round(float(value)))
    if isinstance(role, Vocabulary):
        return enumerated([role.words.get(word, Verbatim(word)) for word in str(value).split()])
    if isinstance(value, str):
        return _named(event, role, value, city)
    if role is Role.LEVEL:
        return _level(event, name, float(value), city)
    if role is Role.SHARE:
        return percent(float(value))
    if role is Role.SWITCHED:
        return _c("switched", "on") if value else _c("switched", "off")
    if role is Role.SECONDS:
        return Numeral(rounded(float(value)))
    return number(round(value) if role is Role.COUNT else value)


def _named(event: Event, role: Role, value: str, city: City) -> Text:
    if role is Role.COMPONENT:
        return name_of(value, city)
    if role is Role.READING:
        subject, _slash, quantity = value.rpartition("/")
        return _("{quantity} at {component}", quantity=quantity_words(quantity), component=name_of(subject, city))
    if role is Role.COMPONENTS:
        if value == NOWHERE:
            return _("place not known")
        names = value.split()
        shown = joined([name_of(one, city) for one in names[:MOST_NAMED]], Verbatim(", "))
        return shown + Verbatim(", …") if len(names) > MOST_NAMED else shown
    if role is Role.TASK:
        task = tasks().get(value)
        return Verbatim(value) if task is None else task.title
    if role is Role.MODE:
        component = city.components.get(event.subject)
        return mode_words("" if component is None else component.kind, value)
    return _WORDS[role](value) if role in _WORDS else Verbatim(value)


def _level(event: Event, name: str, value: float, city: City) -> Text:
    """A value of a service level: what there is of the service in words, what is required as a number beside it."""
    level = city.levels.get(event.subject)
    if level is None:
        return number(value)
    measure = registry().measures[level.measure]
    unit = SHARE if measure.unit == "1" and measure.higher_is_better else measure.unit
    now = value if event.value is None else event.value
    return measure.told(now, level.minimum, unit) if name == "value" else told_apart(now, level.minimum, unit)[1]
