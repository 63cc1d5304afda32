"""What a scenario file names and how it states limits: types of fields that are looked up in the city and the norms."""

from __future__ import annotations

import difflib
import re
import shlex
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import AfterValidator, PlainValidator, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError

from resilience.scenario.clauses import clauses
from resilience.scenario.entry import TARGET
from resilience.scenario.norms import norms
from resilience.scenario.scenario import Threshold, TimeLimit
from simulator.contracts.city import City
from simulator.contracts.document import Document
from simulator.contracts.fault import FaultPoint
from simulator.contracts.model import (
    DURATION_FORM,
    DURATION_HINT,
    LIST,
    TEXT,
    Mistakes,
    Name,
    by_shape,
    duration,
    no_percentage,
    unknown,
    wrong,
)
from simulator.contracts.names import near_misses, suggestion
from simulator.contracts.registry import registry
from simulator.contracts.repair import Trade
from simulator.contracts.words import LANGUAGES, Text, Words, alternatives

_ = Words("resilience")

FAULTS, KINDS, LEVELS, NORMS = (f"stadtwerk list {what}" for what in ("faults", "kinds", "levels", "norms"))
DRAWN = "drawn"
"""In place of a length: that of the component's class, drawn."""


@dataclass(frozen=True, slots=True)
class Times:
    """The run's times in seconds, as far as they can be read."""

    warmup_s: float | None = None
    duration_s: float | None = None
    heal_by_s: float | None = None

    @property
    def end_s(self) -> float | None:
        """When everything is mended at latest: heal_by, or else the end of the run."""
        return self.duration_s if self.heal_by_s is None else self.heal_by_s


@dataclass(frozen=True, slots=True)
class Course:
    """When an entry of the timeline begins, and when it is over, as far as that is written (a repair's end is not)."""

    at_s: float | None
    over_s: float | None


@dataclass(slots=True)
class World:
    """What a scenario file is read against: the city, where it is known, and what the file has said so far.

    `courses` are the entries of the timeline, `taken` says what they break and when, `ids` holds the ids of each
    part. `crews` are the trades of those that the file sends.
    """

    document: Document
    city: City | None = None
    times: Times = Times()
    courses: dict[str, Course] = field(default_factory=dict)
    taken: dict[tuple[str, str], list[tuple[float, float, str]]] = field(default_factory=dict)
    ids: dict[str, list[str]] = field(default_factory=dict)
    crews: frozenset[Trade] = frozenset()

    @property
    def whole_timeline(self) -> bool:
        """Whether there is a timeline, so that an entry which is not in it is a mistake of its own."""
        return isinstance(self.document.data.get("timeline"), list)

    def once(self, part: str, name: str | None, mistakes: Mistakes) -> None:
        """Each id of a part of the file is used once."""
        if name is None:
            return
        if name in self.ids.setdefault(part, []):
            items: Sequence[Any] = self.document.data[part]
            first = next(i for i, item in enumerate(items) if isinstance(item, dict) and item.get("id") == name)
            line = self.document.line((part, first, "id"))
            mistakes.wrong(
                "id",
                _("{name} is used twice (first in line {line})", name=repr(name), line=line),
                _("give each its own id"),
            )
        self.ids[part].append(name)


def _city(info: ValidationInfo) -> City | None:
    world = info.context
    assert isinstance(world, World), "a scenario file is read against a world"
    return world.city


def _of_city(
    noun: Text, known: Callable[[City], Collection[str]], listing: Callable[[City], str] | None = None
) -> AfterValidator:
    """A name that the city must know; any name where no city is given. `listing` is the command that shows all."""

    def check(name: str, info: ValidationInfo) -> str:
        city = _city(info)
        if city is not None and name not in known(city):
            raise no_such(noun, name, known(city), city, (listing or all_of)(city))
        return name

    return AfterValidator(check)


def all_of(city: City) -> str:
    """The command that lists everything in a city by id and name."""
    return f"stadtwerk city show {shlex.quote(city.called or city.name)} --list"


def levels_of(city: City) -> str:
    """The command that lists the service levels that a city requires."""
    return f"{LEVELS} --city {shlex.quote(city.called or city.name)}"


def no_such(noun: Text, name: str, known: Collection[str], city: City, listing: str) -> PydanticCustomError:
    """The error about a name that nothing bears. Where a title is meant, as a report shows it in place of the id, it
    says whose."""
    from resilience.words.terms import component_words

    titles: dict[str, list[str]] = {}
    there = set(known)
    places = [(one.title, one.id) for one in city.districts.values() if one.id in there]
    components = [one for one in city.components.values() if one.id in there]
    places += [(component_words(one).of(lang), one.id) for one in components for lang in LANGUAGES]
    for title, ident in dict.fromkeys(places):
        if title:
            titles.setdefault(title.casefold(), []).append(f"{ident!r} ({title})")
    said = name.casefold()
    near = [said] if said in titles else difflib.get_close_matches(said, titles, n=2, cutoff=0.8)
    meant = tuple(one for title in near for one in titles[title][:2])
    what = _("no {noun} is called {name}", noun=noun, name=repr(name))
    district = next(
        (d for d in city.districts.values() if d.id not in there and said in (d.id, d.title.casefold())), None
    )
    if district is not None:
        means = _(
            "it is a district; for what lies in it write, in place of a name, {selector} with another kind as needed "
            "(all: {listing})",
            selector=f"selector: {{kind: pump, district: {district.id}}}",
            listing=FAULTS,
        )
        return wrong(what, means)
    parts = [part for part in re.split(r"\s*[,;]\s*|\s+(?:and|und)\s+", name) if part]
    if len(parts) > 1 and any(part in there for part in parts):
        return wrong(what, _("write several as a list: {words}", words=f"[{', '.join(parts)}]"))
    if not meant:
        return unknown(noun, name, known, listing)
    return wrong(what, _("did you mean {names}? (all: {listing})", names=alternatives(meant), listing=listing))


def _one_of(
    noun: Text, known: Callable[[], Collection[str]], listing: str = "", title: Callable[[str], Text] | None = None
) -> AfterValidator:
    """A name of a catalogue; `listing` is the command that shows all, else they are told. Where a title is meant, in
    any language, it says whose."""

    def check(name: str) -> str:
        if name not in known():
            titles: dict[str, str] = {}
            for one in () if title is None else known():
                assert title is not None
                for lang in LANGUAGES:
                    said = title(one).of(lang)
                    titles.setdefault(said.casefold(), f"{one!r} ({said})")
            near = (name.casefold(),) if name.casefold() in titles else near_misses(name.casefold(), titles, 2)
            if near and not near_misses(name, known()):
                names = alternatives([titles[one] for one in near])
                fix = _("did you mean {names}? (all: {listing})", names=names, listing=listing)
                raise wrong(_("no {noun} is called {name}", noun=noun, name=repr(name)), fix)
            raise unknown(noun, name, known(), listing or ", ".join(known()))
        return name

    return AfterValidator(check)


def things(city: City) -> tuple[str, ...]:
    """What can be broken: components and links."""
    return (*city.components, *city.links)


def _values(name: str) -> Callable[[City], Collection[str]]:
    return lambda city: sorted({value for c in city.components.values() if (value := getattr(c, name))})


def _owners(city: City) -> Collection[str]:
    return sorted({one.owner for part in (city.components, city.links) for one in part.values() if one.owner})


def _trenches(city: City) -> Collection[str]:
    return sorted({name for part in (city.components, city.links) for one in part.values() for name in one.trenches})


ComponentName = Annotated[str, _of_city(_("component"), lambda city: city.components)]
ThingName = Annotated[str, _of_city(_("component or link"), things)]
PlaceName = Annotated[str, _of_city(_("component or district"), lambda city: (*city.districts, *city.components))]
DistrictName = Annotated[str, _of_city(_("district"), lambda city: city.districts)]
OwnerName = Annotated[str, _of_city(_("owner"), _owners)]
MakerName = Annotated[str, _of_city(_("vendor"), _values("maker"))]
ModelName = Annotated[str, _of_city(_("model"), _values("model"))]
FirmwareName = Annotated[str, _of_city(_("firmware"), _values("firmware"))]
TrenchName = Annotated[str, _of_city(_("trench"), _trenches)]
LevelName = Annotated[str, _of_city(_("service level"), lambda city: city.levels, levels_of)]

KindName = Annotated[
    str, _one_of(_("kind of component"), lambda: registry().types, KINDS, lambda name: registry().types[name].title)
]
FaultName = Annotated[
    str,
    _one_of(_("fault"), lambda: registry().faults, FAULTS, lambda name: registry().faults[name].title),
]
DomainName = Annotated[str, _one_of(_("domain"), lambda: registry().subsystems)]
LinkKindName = Annotated[str, _one_of(_("kind of link"), lambda: registry().links)]
TradeName = Annotated[str, _one_of(_("trade"), lambda: registry().trades)]
MeasureName = Annotated[str, _one_of(_("measure"), lambda: registry().measures, LEVELS)]
ClauseName = Annotated[str, _one_of(_("clause of the charter"), clauses)]

OneOrMore = Annotated[Annotated[Name, TEXT] | Annotated[list[Name], LIST], by_shape]
"""A name, or a list of them."""


def listed(value: str | Sequence[str] | None) -> tuple[str, ...]:
    """The names, whether one or many."""
    return () if value is None else (value,) if isinstance(value, str) else tuple(value)


def ways(name: str, value: str | Sequence[str]) -> list[tuple[tuple[str | int, ...], str]]:
    """The names in a field that holds one or many, each with the way to it."""
    return [((name,), value)] if isinstance(value, str) else [((name, i), one) for i, one in enumerate(value)]


# --- lengths and limits


def _length(value: object) -> float | str:
    return DRAWN if value == DRAWN else duration(value)


Length = Annotated[
    float | str,
    PlainValidator(_length),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": f"^drawn$|{DURATION_FORM}",
            "description": f"{DURATION_HINT.en}; or, with `hazard` or `random`, `drawn`: "
            "that of each component's class",
        }
    ),
]
"""A duration in seconds, or `drawn`."""

LIMIT_HINT = _("a number, the id of a norm, or `minimum` for each level's own declared minimum")
TIME_LIMIT_HINT = _("a duration such as '15 s', '2h' or '1h30m', or the id of a norm given in seconds")


def _limit(value: object) -> Threshold:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Threshold(float(value))
    if not isinstance(value, str):
        raise wrong(
            _("is empty") if value is None else _("{value} is not a limit", value=repr(value)),
            _("write {words}", words=LIMIT_HINT),
        )
    if value == "minimum":
        return Threshold()
    no_percentage(value)
    norm = norms().get(value)
    if re.fullmatch(r"\s*-?[0-9]+(\.[0-9]+)?\s*", value):
        raise wrong(_("{value} is a text", value=repr(value)), _("write {words} without quotes", words=value.strip()))
    if bound := re.fullmatch(r"\s*(?:[<>≤≥=]+|min\.?|max\.?|mindestens|höchstens)\s*([0-9.]+)\s*", value):
        fix = _("write {words}: the name of the field says which way", words=bound[1])
        raise wrong(_("{value} is not a limit", value=repr(value)), fix)
    if norm is None:
        raise unknown(_("norm"), value, [*norms(), "minimum"], NORMS)
    if norm.value is None:
        raise wrong(_("norm {value} has no number ({shown})", value=repr(value), shown=norm.shown), _("write a number"))
    return Threshold(norm.value, norm.id)


Limit = Annotated[
    Threshold, PlainValidator(_limit), WithJsonSchema({"type": ["number", "string"], "description": LIMIT_HINT.en})
]
"""What a level is held against."""


def _time_limit(value: object) -> TimeLimit:
    if not isinstance(value, str):
        raise wrong(
            _("is empty") if value is None else _("{value} is not a time", value=repr(value)),
            _("write {words}", words=TIME_LIMIT_HINT),
        )
    if value[:1].isdigit() or value[:1] in ("", " "):
        return TimeLimit(duration(value))
    norm = norms().get(value)
    if norm is None:
        timed = [norm.id for norm in norms().values() if norm.unit == "s"]
        raise wrong(_("{value} is neither a duration nor a norm", value=repr(value)), suggestion(value, timed, NORMS))
    if norm.unit != "s" or norm.value is None:
        raise wrong(
            _("norm {value} is not a time ({shown})", value=repr(value), shown=norm.shown),
            _("name a norm given in seconds"),
        )
    return TimeLimit(norm.value, norm.id)


Within = Annotated[
    TimeLimit, PlainValidator(_time_limit), WithJsonSchema({"type": "string", "description": TIME_LIMIT_HINT.en})
]
"""A limit in time."""


# --- states of the town


def unmeasured(quantity: str, kind: str) -> tuple[Text, Text] | None:
    """That nothing measures a quantity at a type of component, or at a district, and what is measured there; None where
    something does."""
    known = registry().quantities
    if {kind, "any"} & set(known[quantity].of):
        return None
    able = ", ".join(name for name, one in known.items() if {kind, "any"} & set(one.of))
    what = _("nothing measures {quantity} at a {kind}", quantity=repr(quantity), kind=kind)
    return what, _("measured there: {able}", able=able)


def _signal(value: str, info: ValidationInfo) -> str:
    component, dot, quantity = value.rpartition(".")
    city = _city(info)
    if not dot or not component or not quantity:
        raise wrong(
            _("{value} names no quantity of a component", value=repr(value)),
            _("write component.quantity, or target.quantity"),
        )
    mistakes = Mistakes()
    if quantity not in registry().quantities:
        mistakes.unknown((), _("quantity"), quantity, registry().quantities, ", ".join(sorted(registry().quantities)))
    if city is not None and component != TARGET:
        if component not in city.components and component not in city.districts:
            mistakes.unknown((), _("component"), component, [*city.components, *city.districts, TARGET], all_of(city))
        elif quantity in registry().quantities:
            kind = city.components[component].kind if component in city.components else "district"
            if (problem := unmeasured(quantity, kind)) is not None:
                mistakes.wrong((), *problem)
    mistakes.tell()
    return value


SignalName = Annotated[
    str, AfterValidator(_signal), WithJsonSchema({"type": "string", "pattern": r"^.+\.[A-Za-z0-9_-]+$"})
]
"""A quantity of a component, `component.quantity`."""


def point_of(fault: str | None) -> FaultPoint | None:
    """The way of failing that bears this name."""
    return None if fault is None else registry().faults.get(fault)
