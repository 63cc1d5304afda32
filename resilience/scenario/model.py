"""A scenario file: its frame, the steady state, the fallbacks and what is expected. The timeline is a module beside.

Kinds of expectation (judged in `resilience.judge.checkers`):

    invariant        each level keeps its limit throughout the window
    level            each level keeps its limit for a share of the window, or at one moment
    recovery         each level is back at its limit, for good, so long after an origin
    budget           person-hours below the limit in sum, or time below it for each level
    link-continuity  sub-systems other than the broken ones keep their declared minimum
    delivery         readings reach the store in time
    checker          what the checker of a plug-in asks

Every required level that none of them asks for throughout is judged as well, unless the scenario opts it out under
`not_asked` (`resilience.scenario.asking` says what asking is).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, PlainValidator, WithJsonSchema

from resilience.scenario.asking import asks_throughout
from resilience.scenario.change_model import Changed
from resilience.scenario.names import (
    ClauseName,
    ComponentName,
    DistrictName,
    DomainName,
    KindName,
    LevelName,
    Limit,
    MeasureName,
    OneOrMore,
    ThingName,
    Times,
    TradeName,
    Within,
    World,
    all_of,
    levels_of,
    listed,
    unmeasured,
    ways,
)
from resilience.scenario.norms import norms
from resilience.scenario.scenario import (
    REQUIRED,
    SCHEMA,
    Budget,
    ByPlugin,
    Carries,
    CityReference,
    Control,
    Delivery,
    Expectation,
    Invariant,
    KnownWeakness,
    LevelChoice,
    LevelHolds,
    LinkContinuity,
    OptOut,
    Recovery,
    Redundancy,
    RunSettings,
    Scenario,
    Series,
    SteadyState,
    Threshold,
    TimeLimit,
    Weakness,
    Window,
)
from resilience.scenario.timeline_model import EntryFields
from simulator.contracts.city import City
from simulator.contracts.component import Domain
from simulator.contracts.crews import CrewPolicy, Priority
from simulator.contracts.duration import shown
from simulator.contracts.engine_settings import GivenSettings
from simulator.contracts.level import Measure
from simulator.contracts.model import (
    FIELDS,
    LIST,
    TEXT,
    Id,
    LocalTime,
    Mistakes,
    Model,
    Name,
    NotNegative,
    Seconds,
    Share,
    Version,
    Wording,
    by_shape,
    duration,
    wrong,
)
from simulator.contracts.registry import CHECKERS, registry
from simulator.contracts.repair import Trade
from simulator.contracts.words import Numeral, Text, Words

_ = Words("resilience")

FIRST_YEAR, LAST_YEAR = 1970, 2200
"""A run starts within these years: telemetry counts from 1970, and nobody plans beyond 2200."""
MOST_CREWS = 1000
"""Crews of one trade, at most: no town has more."""
LONGEST_S = 366 * 86400.0
"""The longest run and the longest warm-up: a year."""


# --- the frame


def _city(value: object) -> object:
    if isinstance(value, str) and value:
        way = "path" if "/" in value or value.startswith(".") else "name"
        raise wrong(
            _("{value} is a {way} by itself", value=repr(value), way=way),
            _("write city: {{{way}: {value}}}", way=way, value=value),
        )
    return value


class CityFields(Model):
    """`name` of a city of the library, or `path` of a city folder, relative to this file."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    name: Name | None = None
    path: Name | None = None

    @classmethod
    def check(cls, fields: Mapping[str, Any], context: World, mistakes: Mistakes) -> None:
        given = [name for name in ("name", "path") if name not in fields or fields[name] is not None]
        if len(given) != 1:
            what = _("has both `name` and `path`") if given else _("has neither `name` nor `path`")
            mistakes.wrong(
                given[1] if given else (), what, _("keep one of the two") if given else _("add one of the two")
            )

    def record(self) -> CityReference:
        return CityReference(self.name or "", self.path or "")


class CityAlone(Model):
    """The field `city`, which is read before the rest."""

    model_config = ConfigDict(extra="ignore")

    city: Annotated[CityFields, BeforeValidator(_city)]


def _year(start: datetime) -> datetime:
    if not FIRST_YEAR <= start.year <= LAST_YEAR:
        raise wrong(
            _("is in the year {year}", year=start.year),
            _("use a year from {first_year} to {last_year}", first_year=FIRST_YEAR, last_year=LAST_YEAR),
        )
    return start


def _not_too_long(length_s: float) -> float:
    if length_s > LONGEST_S:
        raise wrong(_("is longer than {shown}", shown=Numeral(shown(LONGEST_S))), _("run a shorter time"))
    return length_s


def _different(seeds: list[int]) -> list[int]:
    if len(set(seeds)) != len(seeds):
        raise wrong(_("names a seed twice"), _("name each seed once"))
    return seeds


class RunFields(Model):
    """When the run starts, and how long it is."""

    start: Annotated[LocalTime, AfterValidator(_year)]
    """the town's local time at the scenario's zero, such as 2026-01-14T17:00"""
    warmup: Annotated[Seconds, AfterValidator(_not_too_long)] = 0.0
    """how long the town runs before zero; 0 s if left out"""
    duration: Annotated[Seconds, AfterValidator(_not_too_long)]
    """how long the run is from zero on"""
    heal_by: Seconds | None = None
    """time from zero at which everything still broken is mended; never if left out"""
    seeds: Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=1), AfterValidator(_different)] = Field([1])
    """whole numbers; each is a run of its own, [1] if left out"""
    below: dict[str, NotNegative] = Field({})
    """limits below which the figures count people, by quantity (`pressure_m: 15`); the norm's if left out"""
    settings: GivenSettings = Field({})
    """numbers of engines that hold in this run, by sub-system and name; the city's if left out"""

    @classmethod
    def check(cls, fields: Mapping[str, Any], context: World, mistakes: Mistakes) -> None:
        duration, heal_by = fields.get("duration"), fields.get("heal_by")
        context.times = Times(fields.get("warmup"), duration, heal_by)
        if duration == 0:
            mistakes.wrong("duration", _("is nothing"), _("let the run last longer than 0 s"))
        if duration is not None and heal_by is not None and heal_by > duration:
            what = _("lies after the end of the run ({shown})", shown=Numeral(shown(duration)))
            mistakes.wrong("heal_by", what, _("heal earlier or run longer"))
        known = registry().limited_figures
        for name in fields.get("below") or ():
            if name not in known:
                mistakes.unknown(("below", name), _("quantity"), name, known, ", ".join(known))

    def record(self) -> RunSettings:
        seeds, below = tuple(self.seeds), dict(self.below)
        return RunSettings(self.start, self.warmup, self.duration, self.heal_by, seeds, below, self.settings)


class CrewFields(Model):
    """Which waiting job a free crew takes, in all depots, each depot's own way if left out; and how many crews there
    are.
    """

    priority: Literal["capacity", "people", "lifelines", "centrality", "distance", "zone", "list"] | None = None
    """what carries most, what most people lean on, lifelines first, what most ways through the network pass, what is
    reached soonest, by district, or the order of the list"""
    list_: Annotated[list[ThingName], Field(min_length=1)] | None = Field(None, alias="list")
    """components and links in the order in which they are to be mended; all others come after them"""
    zones: Annotated[list[DistrictName], Field(min_length=1)] | None = None
    """districts in the order in which they are to be mended, for priority: zone; all others come after them"""
    count: dict[TradeName, Annotated[int, Field(ge=0, le=MOST_CREWS)]] = Field({})
    """crews of each trade in the whole town by day, dealt out over its depots in turn, each with a vehicle; what is not
    named stays as the city has it"""

    @classmethod
    def check(cls, fields: Mapping[str, Any], context: World, mistakes: Mistakes) -> None:
        context.crews = frozenset(Trade(name) for name, many in (fields.get("count") or {}).items() if many)
        if any(name not in fields for name in ("priority", "list_", "zones", "count")):
            return
        priority, given = fields["priority"], {"list": fields["list_"], "zones": fields["zones"]}
        if priority is None and all(one is None for one in given.values()) and not fields["count"]:
            mistakes.wrong((), _("says nothing"), _("add `priority`, `list`, `zones` or `count`"))
        of = {"list": Priority.LIST.value, "zones": Priority.ZONE.value}
        for name, one in given.items():
            if one is None and priority == of[name]:
                what = _("asks for `{name}`, but there is none", name=name)
                mistakes.wrong("priority", what, _("add {field}: [ids, in their order]", field=name))
        for name, one in given.items():
            if one is not None and priority not in (None, of[name]):
                what = _("is not looked at with priority {priority}", priority=repr(priority))
                mistakes.wrong(name, what, _("drop it, or write priority: {name}", name=of[name]))
            for twice in [one_id for one_id in dict.fromkeys(one or ()) if (one or []).count(one_id) > 1]:
                mistakes.wrong(name, _("names {name} twice", name=repr(twice)), _("name it once"))
        if priority is None and all(one is not None for one in given.values()):
            mistakes.wrong("zones", _("stands beside `{sort}`", sort="list"), _("keep one of the two"))

    def record(self) -> CrewPolicy:
        meant = Priority.LIST if self.list_ is not None else Priority.ZONE if self.zones is not None else None
        return CrewPolicy(
            meant if self.priority is None else Priority(self.priority),
            tuple(self.list_ or ()),
            tuple(self.zones or ()),
            MappingProxyType({Trade(name): many for name, many in self.count.items()}),
        )


class WeaknessFields(Model):
    """Findings that fail, and what would cure them."""

    findings: list[str] = Field(min_length=1)
    """ids of the redundancies and expectations that fail; `required-MEASURE` for levels that the scenario does not ask
    for by itself"""
    cure: Changed
    """what would have to be added to the city, or set otherwise, so that they hold; `stadtwerk why RUN` looks for it"""


class ExpectedFields(Model):
    """Known weaknesses of the city: the run is expected to fail, by these findings alone; left out where it is to
    pass, and where nobody knows of a cure.
    """

    verdict: Literal["fail"]
    """write verdict: fail; leave `expected` out where the run is to pass"""
    weaknesses: list[WeaknessFields] = Field(min_length=1)
    """each with its cure; a suite runs it and holds that it cures"""

    @classmethod
    def check(cls, fields: Mapping[str, Any], context: World, mistakes: Mistakes) -> None:
        known = [name for part in ("redundancies", "expect") for name in context.ids.get(part, ())]
        known += [f"{REQUIRED}{measure}" for measure in registry().measures]
        seen: list[str] = []
        for place, weakness in enumerate(fields.get("weaknesses", ())):
            for number, name in enumerate(weakness.findings):
                at = ("weaknesses", place, "findings", number)
                if name not in known:
                    near = ", ".join(one for one in known if not one.startswith(REQUIRED))
                    mistakes.unknown(at, _("redundancy or expectation"), name, known, near)
                elif name in seen:
                    mistakes.wrong(at, _("{name} is named twice", name=repr(name)), _("name it once"))
                seen.append(name)

    def record(self, raw: Mapping[str, Any]) -> KnownWeakness:
        """The record; `raw` is the part as it is written."""
        written = raw["weaknesses"]
        return KnownWeakness(
            tuple(
                Weakness(tuple(one.findings), json.dumps(raw_one["cure"], sort_keys=True))
                for one, raw_one in zip(self.weaknesses, written, strict=True)
            )
        )


# --- levels and their limits


def _all(value: str) -> str:
    if value != "all":
        raise wrong(_("{value} is not `all`", value=repr(value)), _("write `all`, or a list: [{value}]", value=value))
    return value


class LevelFields(Model):
    """Every level of a measure and a domain."""

    measure: MeasureName | None = None
    """a measure, as `stadtwerk list levels` shows them"""
    domain: DomainName | None = None
    """a sub-system, such as water or energy"""


class Limited(Model):
    """What a level is held against."""

    at_least: Limit | None = None
    at_most: Limit | None = None

    @property
    def limit(self) -> Threshold:
        return self.at_least or self.at_most or Threshold()


def _check_limits(fields: Mapping[str, Any], measures: tuple[Measure, ...], mistakes: Mistakes) -> None:
    """`at_least` and `at_most` fit what is measured."""
    if all(name not in fields or fields[name] is not None for name in ("at_least", "at_most")):
        mistakes.wrong("at_most", _("has both `at_least` and `at_most`"), _("keep one of the two"))
        return
    for name in ("at_least", "at_most"):
        limit: Threshold | None = fields.get(name)
        for measure in measures if limit is not None and limit.value is not None else ():
            if measure.higher_is_better != (name == "at_least"):
                if measure.higher_is_better:
                    what, right = _("{name} is better when it is higher", name=measure.name), "at_least"
                else:
                    what, right = _("{name} is better when it is lower", name=measure.name), "at_most"
                mistakes.wrong(name, what, _("write `{right}` for it", right=right))
                break
            if limit is not None and limit.norm and norms()[limit.norm].unit != measure.unit:
                what = _(
                    "norm {norm} is in {unit}, {name} in {wanted}",
                    norm=repr(limit.norm),
                    unit=norms()[limit.norm].unit,
                    name=measure.name,
                    wanted=measure.unit,
                )
                mistakes.wrong(name, what, _("name a norm in the same unit, or write a number"))
                break
            if limit is not None and limit.value is not None and measure.is_beyond(limit.value):
                what = _("{name} is told up to {limit} only", name=measure.name, limit=f"{measure.told_to:g}")
                mistakes.wrong(name, what, _("write less"))
                break
            if limit and limit.value and limit.value > 1 and measure.higher_is_better and measure.unit == "1":
                what = _("{name} is a share of 0 to 1", name=measure.name)
                fix = _("write {words}", words=f"{limit.value / 100:g}" if limit.value <= 100 else "0.9")
                mistakes.wrong(name, what, fix)
                break


class Chosen(Model):
    """Levels that are chosen."""

    level: LevelName | None = None
    """one service level id"""
    levels: (
        Annotated[
            Annotated[str, AfterValidator(_all), TEXT]
            | Annotated[list[LevelName], Field(min_length=1), LIST]
            | Annotated[LevelFields, FIELDS],
            by_shape,
        ]
        | None
    ) = None
    """`all`, a list of service level ids, or every level of a measure and a domain"""

    @classmethod
    def check(cls, fields: Mapping[str, Any], context: World, mistakes: Mistakes) -> None:
        given = [name for name in ("level", "levels") if name not in fields or fields[name] is not None]
        if len(given) != 1:
            both = _("has both `level` and `levels`") if given else _("has neither `level` nor `levels`")
            mistakes.wrong(
                "levels" if given else (), both, _("keep one of the two") if given else _("add one of the two")
            )

    @property
    def choice(self) -> LevelChoice:
        if self.level is not None:
            return LevelChoice((self.level,))
        if isinstance(self.levels, LevelFields):
            domain = None if self.levels.domain is None else Domain(self.levels.domain)
            return LevelChoice((), self.levels.measure or "", domain)
        return LevelChoice(tuple(self.levels) if isinstance(self.levels, list) else ())


class Leveled(Chosen, Limited):
    """Levels that are chosen, with what they are held against."""

    @classmethod
    def check(cls, fields: Mapping[str, Any], context: World, mistakes: Mistakes) -> None:
        super().check(fields, context, mistakes)
        _check_limits(fields, _measures_chosen(fields, context.city, mistakes), mistakes)


class OptOutFields(Chosen):
    """Required levels that this scenario does not judge, or of which it asks less than is required, and why: the
    answer repeats it.
    """

    reason: Wording

    @classmethod
    def check(cls, fields: Mapping[str, Any], context: World, mistakes: Mistakes) -> None:
        super().check(fields, context, mistakes)
        _measures_chosen(fields, context.city, mistakes)

    def record(self) -> OptOut:
        return OptOut(self.choice, self.reason)


def _measures_chosen(fields: Mapping[str, Any], city: City | None, mistakes: Mistakes) -> tuple[Measure, ...]:
    """The measures of the levels that are chosen, as far as they can be known, without repetition."""
    level, levels = fields.get("level"), fields.get("levels")
    if isinstance(levels, LevelFields):
        found = [
            measure
            for measure in registry().measures.values()
            if levels.measure in (None, measure.name) and levels.domain in (None, measure.domain)
        ]
        if city is not None:
            owed = {one.measure for one in city.levels.values()}
            found = [measure for measure in found if measure.name in owed]
            if not found:
                mistakes.wrong(
                    "levels",
                    _("city {name} requires no such level", name=repr(city.name)),
                    _("see `{command}`", command=levels_of(city)),
                )
        return tuple(found)
    if city is None:
        return ()
    chosen = [level] if level is not None else list(city.levels) if levels == "all" else list(levels or ())
    return tuple(dict.fromkeys(registry().measures[city.levels[name].measure] for name in chosen))


class SteadyFields(Leveled):
    """What must hold before zero; otherwise the run says nothing about the faults."""

    id: Id | None = None
    for_: Seconds = Field(alias="for")
    """for how long before zero; not longer than the warm-up"""

    @classmethod
    def check(cls, fields: Mapping[str, Any], context: World, mistakes: Mistakes) -> None:
        super().check(fields, context, mistakes)
        context.once("steady_state", fields.get("id"), mistakes)
        length, warmup_s = fields.get("for_"), context.times.warmup_s
        if length is not None and warmup_s is not None and length > warmup_s:
            what = _("is longer than the warm-up ({shown})", shown=Numeral(shown(warmup_s)))
            mistakes.wrong("for", what, _("warm up longer or ask for less"))

    def record(self, number: int) -> SteadyState:
        return SteadyState(self.id or f"steady-{number}", self.choice, self.limit, self.for_)


# --- fallbacks


class CarriesFields(Limited):
    """What it must carry while it is active, at its worst moment; the declared minimum of the level if no limit is
    written.
    """

    level: LevelName | None = None
    """id of a service level; that of the component or of the facility that it belongs to if left out, for drinking
    water the litres of its district"""

    @classmethod
    def check(cls, fields: Mapping[str, Any], context: World, mistakes: Mistakes) -> None:
        if len(fields) == 3 and all(value is None for value in fields.values()):
            mistakes.wrong((), _("says nothing"), _("add `at_least` or `at_most`"))

    def record(self) -> Carries:
        return Carries(self.limit, self.level or "")


def _levels_near(component: str, city: City) -> list[str]:
    """Levels of the sub-system of a component, of its district or of the whole town: those that it may carry."""
    found = city.components[component]
    measures = registry().measures
    return [
        level.id
        for level in city.levels.values()
        if measures[level.measure].domain == found.domain
        and level.subject not in city.components
        and (level.subject == found.district or level.subject not in city.districts)
    ]


class RedundancyFields(Model):
    """A fallback, judged by the modes of a component: it is needed once the component drops below mode `primary`,
    active once it is in mode `standby`. It holds if it comes in time, carries what is required while it is active, and
    lasts.
    """

    id: Id
    title: Wording | None = None
    kind: Literal["technical", "analogue"]
    component: ComponentName
    primary: str
    """a mode of the component's kind"""
    standby: str
    """a lesser mode of the component's kind"""
    must_activate: bool = False
    """whether a run in which it was never needed is inconclusive; false if left out"""
    within: Within | None = None
    """at latest so long after the loss: a duration such as '15 s', '2h' or '1h30m', or the id of a norm given in
    seconds"""
    lasts: Within | None = None
    """holds so long, or until the primary is back: a duration such as '15 s', '2h' or '1h30m', or the id of a norm
    given in seconds; if left out, the level must be kept without it where it ends before that"""
    carries: CarriesFields | None = None
    """what it must carry; what is required of its component's level if left out"""

    @classmethod
    def check(cls, fields: Mapping[str, Any], context: World, mistakes: Mistakes) -> None:
        context.once("redundancies", fields.get("id"), mistakes)
        component, city = fields.get("component"), context.city
        if city is None or component is None:
            return
        kind = registry().types[city.components[component].kind]
        if not kind.modes:
            able = sorted(k.name for k in registry().types.values() if k.modes)
            what = _("{component} is a {name}, which has no modes", component=repr(component), name=kind.name)
            mistakes.wrong(
                "component", what, _("name a component of one of these kinds: {names}", names=", ".join(able))
            )
            return
        modes = [fields.get("primary"), fields.get("standby")]
        for field, mode in zip(("primary", "standby"), modes, strict=True):
            if mode is not None and mode not in kind.modes:
                mistakes.unknown(field, _("mode of a {name}", name=kind.name), mode, kind.modes, ", ".join(kind.modes))
        primary, standby = (kind.modes.index(mode) if mode in kind.modes else None for mode in modes)
        if primary is not None and standby is not None and standby <= primary:
            order = " > ".join(kind.modes)
            what = _("{modes} is not a lesser mode than {modes_2}", modes=repr(modes[1]), modes_2=repr(modes[0]))
            mistakes.wrong("standby", what, _("their order is {order}", order=order))
        if "carries" not in fields:  # it is wrong in itself
            return
        carries: CarriesFields | None = fields["carries"]
        level = (Carries() if carries is None else carries.record()).level_in(city, component)
        if level is None:
            what = _("no service level shows what {component} carries", component=repr(component))
            near = _levels_near(component, city) or ["..."]
            fix = _("name one: carries: {{level: {near}}}", near=" | ".join(near))
            mistakes.wrong("carries", what, fix)
        if level is None or carries is None:
            return
        inside = Mistakes()
        _check_limits(dict(carries), (registry().measures[level.measure],), inside)
        mistakes.take(("carries",), inside)

    def record(self) -> Redundancy:
        return Redundancy(
            id=self.id,
            kind=self.kind,
            component=self.component,
            primary=self.primary,
            standby=self.standby,
            must_activate=self.must_activate,
            within=self.within,
            lasts=self.lasts,
            carries=Carries() if self.carries is None else self.carries.record(),
            title=self.title,
        )


# --- what is expected


def _check_expected_id(fields: Mapping[str, Any], context: World, mistakes: Mistakes) -> None:
    context.once("expect", fields.get("id"), mistakes)


def _check_fault(fields: Mapping[str, Any], context: World, mistakes: Mistakes) -> bool:
    """Whether the timeline entry that is named is there."""
    fault = fields.get("fault")
    if fault is None or fault in context.courses or not context.whole_timeline:
        return True
    mistakes.unknown("fault", _("timeline entry"), fault, context.courses, ", ".join(context.courses))
    return False


About = Literal["n-1", "isolation"]
"""Where the point of an expectation is that the fault makes no difference: one element lost without loss (`n-1`), what
breaks stays with itself (`isolation`). The fault must then be seen to have taken effect."""


class Expected(Leveled):
    """What must hold of levels."""

    id: Id
    title: Wording | None = None

    @classmethod
    def check(cls, fields: Mapping[str, Any], context: World, mistakes: Mistakes) -> None:
        super().check(fields, context, mistakes)
        _check_expected_id(fields, context, mistakes)


class Windowed(Expected):
    """What must hold of levels in a part of the run."""

    from_: Seconds | None = Field(None, alias="from")
    """begin of the window judged; the scenario's zero if left out"""
    until: Seconds | None = None
    """end of the window judged; the end of the run if left out"""

    @classmethod
    def check(cls, fields: Mapping[str, Any], context: World, mistakes: Mistakes) -> None:
        super().check(fields, context, mistakes)
        _check_window(fields, context, mistakes)

    @property
    def window(self) -> Window:
        return Window(self.from_ or 0.0, self.until)


def _check_window(fields: Mapping[str, Any], context: World, mistakes: Mistakes) -> None:
    """A window lies within the run and has an inside."""
    begin, until, duration_s = fields.get("from_"), fields.get("until"), context.times.duration_s
    for name, value in (("from", begin), ("until", until)):
        _check_within_run(name, value, duration_s, mistakes)
    if begin is not None and until is not None and until <= begin:
        mistakes.wrong(
            "until", _("is not after `from` ({shown})", shown=Numeral(shown(begin))), _("write a later time")
        )


def _check_within_run(name: str, value: float | None, duration_s: float | None, mistakes: Mistakes) -> None:
    if value is not None and duration_s is not None and value > duration_s:
        mistakes.wrong(
            name,
            _("lies after the end of the run ({shown})", shown=Numeral(shown(duration_s))),
            _("write an earlier time"),
        )


class InvariantFields(Windowed):
    """Each level keeps its limit throughout the window. One gap may last `longest` (0 s if left out), all gaps
    `time_below` in sum (twice `longest` if left out). A gap that begins in the window counts whole.
    """

    type: Literal["invariant"]
    longest: Within | None = None
    time_below: Within | None = None
    about: About | None = None
    """`n-1` or `isolation` if the point is that the fault makes no difference"""

    @classmethod
    def check(cls, fields: Mapping[str, Any], context: World, mistakes: Mistakes) -> None:
        super().check(fields, context, mistakes)
        _check_gaps(fields, mistakes)

    def record(self) -> Expectation:
        longest, about = self.longest or TimeLimit(0.0), self.about or ""
        return Invariant(self.id, self.choice, self.limit, self.window, longest, self.title, self.time_below, about)


def _check_gaps(fields: Mapping[str, Any], mistakes: Mistakes) -> None:
    """All gaps together may not be shorter than one."""
    longest, together = fields.get("longest"), fields.get("time_below")
    if together is not None and "longest" in fields and together.seconds < (longest.seconds if longest else 0.0):
        mistakes.wrong("time_below", _("is shorter than one gap may be"), _("write at least as long as `longest`"))


END = "end"


def _moment(value: object) -> float | str:
    return END if value == END else duration(value)


Moment = Annotated[float | str, PlainValidator(_moment), WithJsonSchema({"type": "string"})]
"""A time from zero in seconds, or `end`."""


class LevelHoldsFields(Windowed):
    """Each level keeps its limit for at least `share` of the window; or, without `share`, at the time `at` (at the end
    of the run if left out).
    """

    type: Literal["level"]
    share: Share | None = None
    """share of the window's time, 0 to 1"""
    at: Moment | None = None
    """a duration such as '15 s', '2h' or '1h30m', or `end`"""
    about: About | None = None
    """`n-1` or `isolation` if the point is that the fault makes no difference"""

    @classmethod
    def check(cls, fields: Mapping[str, Any], context: World, mistakes: Mistakes) -> None:
        super().check(fields, context, mistakes)
        given = [name for name in ("share", "at", "from_", "until") if name not in fields or fields[name] is not None]
        at = fields.get("at")
        _check_within_run("at", at if isinstance(at, float) else None, context.times.duration_s, mistakes)
        if "share" in given and "at" in given:
            mistakes.wrong("at", _("has both `share` and `at`"), _("keep one of the two"))
        if "share" not in given and {"from_", "until"} & set(given):
            name = "from" if "from_" in given else "until"
            mistakes.wrong(name, _("means nothing without `share`"), _("add `share`, or judge one moment with `at`"))

    def record(self) -> Expectation:
        at_s = self.at if isinstance(self.at, float) else None
        about = self.about or ""
        return LevelHolds(self.id, self.choice, self.limit, self.share, at_s, self.window, self.title, about)


class RecoveryFields(Expected):
    """Each level is back at its limit, and stays there until the run ends, at latest `within` after the origin: `onset`
    of the fault, the moment it was `cleared`, or `heal` for the run's heal_by.
    """

    type: Literal["recovery"]
    within: Within
    after: Literal["onset", "cleared", "heal"] = "onset"
    """the origin; `onset` if left out"""
    fault: str | None = None
    """id of the timeline entry that `onset` or `cleared` speak of; the first onset, or the last clearing, of all if
    left out"""

    @classmethod
    def check(cls, fields: Mapping[str, Any], context: World, mistakes: Mistakes) -> None:
        super().check(fields, context, mistakes)
        if _check_fault(fields, context, mistakes) and "after" in fields:
            cls._check_origin(fields, fields["after"], context, mistakes)

    @classmethod
    def _check_origin(cls, fields: Mapping[str, Any], after: str, context: World, mistakes: Mistakes) -> None:
        """Refuses an origin that never comes, and a deadline that the run does not live to see."""
        fault, times = fields.get("fault"), context.times
        if after == "heal":
            if fault is not None:
                mistakes.wrong("fault", _("means nothing with `after: heal`"), _("leave it out"))
            if times.heal_by_s is None:
                mistakes.wrong("after", _("is `heal`, but the run says no `heal_by`"), _("add `heal_by` to `run`"))
        elif not context.courses and context.whole_timeline:
            what = _("is `{after}`, but the timeline is empty", after=after)
            mistakes.wrong("after", what, _("break something, or ask otherwise"))
        courses = [course for name, course in context.courses.items() if fault in (None, name)]
        known = [s for course in courses if (s := course.at_s if after == "onset" else course.over_s) is not None]
        origin = times.heal_by_s if after == "heal" else None
        if known and after != "heal":
            origin = min(known) if after == "onset" else max(known)
        limit, end = fields.get("within"), times.duration_s
        # a fault that comes after the end of the run is one mistake, not two
        if limit is not None and origin is not None and end is not None and origin < end < origin + limit.seconds:
            what = _(
                "ends {ends} after zero, the run after {end}",
                ends=Numeral(shown(origin + limit.seconds)),
                end=Numeral(shown(end)),
            )
            mistakes.wrong("within", what, _("run longer or ask for an earlier recovery"))

    def record(self) -> Expectation:
        return Recovery(self.id, self.choice, self.limit, self.within, self.after, self.fault or "", self.title)


class BudgetFields(Windowed):
    """All levels together cost at most `person_hours` (people who lack a service x time below its limit: once where two
    levels say the same of a person, districts before the whole city, a hospital by its beds, technical indicators not
    at all); each is below it for `time_below` at most in sum. At least one of the two is needed.
    """

    type: Literal["budget"]
    person_hours: NotNegative | None = None
    time_below: Within | None = None

    @classmethod
    def check(cls, fields: Mapping[str, Any], context: World, mistakes: Mistakes) -> None:
        super().check(fields, context, mistakes)
        if all(name in fields and fields[name] is None for name in ("person_hours", "time_below")):
            mistakes.wrong((), _("says neither `person_hours` nor `time_below`"), _("add one of the two"))

    def record(self) -> Expectation:
        return Budget(self.id, self.choice, self.limit, self.person_hours, self.time_below, self.window, self.title)


class LinkContinuityFields(Model):
    """From the fault's onset (from zero, if no other fault comes before it) to the end of the run, every level owed in
    sub-systems other than the broken ones stays at or above its declared minimum. A broken component's sub-system is
    its domain; a broken link's is the network that carries it (power: energy; data and control: ict; water: water;
    road: traffic). One gap may last `longest` (0 s if left out), all gaps `time_below` in sum (twice `longest` if
    left out).
    """

    id: Id
    type: Literal["link-continuity"]
    title: Wording | None = None
    fault: str | None = None
    """id of a timeline entry; all of them if left out"""
    longest: Within | None = None
    time_below: Within | None = None
    about: About | None = None
    """`n-1` or `isolation` if the point is that the fault makes no difference"""

    @classmethod
    def check(cls, fields: Mapping[str, Any], context: World, mistakes: Mistakes) -> None:
        _check_expected_id(fields, context, mistakes)
        _check_gaps(fields, mistakes)
        _check_fault(fields, context, mistakes)
        if not context.courses and context.whole_timeline:
            mistakes.wrong(
                "type", _("asks about a fault, but the timeline is empty"), _("break something, or ask otherwise")
            )

    def record(self) -> Expectation:
        longest, about = self.longest or TimeLimit(0.0), self.about or ""
        return LinkContinuity(self.id, self.fault or "", longest, self.title, self.time_below, about)


class DeliveryFields(Model):
    """No reading is lost: at least `share` of the readings that sensors take in the window reach the store, each at
    latest `within` after it was taken. Readings that are taken so late that this time is not over when the run ends are
    left out. The faults must be seen to take effect, or that nothing was lost shows nothing.
    """

    id: Id
    type: Literal["delivery"]
    title: Wording | None = None
    within: Within
    share: Share | None = None
    """all of them if left out"""
    from_: Seconds | None = Field(None, alias="from")
    """begin of the window judged; the scenario's zero if left out"""
    until: Seconds | None = None
    """end of the window judged; the end of the run if left out"""
    gateways: list[str] | None = Field(None, min_length=1)
    """only readings that come over these gateways, by id; all if left out"""

    @classmethod
    def check(cls, fields: Mapping[str, Any], context: World, mistakes: Mistakes) -> None:
        _check_expected_id(fields, context, mistakes)
        _check_window(fields, context, mistakes)
        if context.city is not None:
            known = tuple(dict.fromkeys(cohort.gateway for cohort in context.city.cohorts))
            for place, name in enumerate(fields.get("gateways") or ()):
                if name not in known:
                    mistakes.unknown(("gateways", place), _("gateway with sensors"), name, known, ", ".join(known))
        if context.city is not None and not context.city.cohorts:
            mistakes.wrong("type", _("asks about readings, but the city has no sensors"), _("ask otherwise"))

    def record(self) -> Expectation:
        share = 1.0 if self.share is None else self.share
        window = Window(self.from_ or 0.0, self.until)
        return Delivery(self.id, self.within, share, window, self.title, tuple(self.gateways or ()))


class ByPluginFields(Model):
    """What the checker of a plug-in asks of the run (stadtwerk list plugins)."""

    id: Id
    type: Literal["checker"]
    title: Wording | None = None
    checker: str = Field(description="name of the checker")
    given: dict[str, float | str | bool] = Field({}, alias="with", description="what the checker is to be told")

    @classmethod
    def check(cls, fields: Mapping[str, Any], context: World, mistakes: Mistakes) -> None:
        _check_expected_id(fields, context, mistakes)
        checkers = registry().extensions(CHECKERS)
        if fields.get("checker") not in (None, *checkers):
            mistakes.unknown("checker", _("checker"), fields["checker"], checkers, "stadtwerk list plugins")

    def record(self) -> Expectation:
        return ByPlugin(self.id, self.checker, self.given, self.title)


AnyExpectation = Annotated[
    InvariantFields
    | LevelHoldsFields
    | RecoveryFields
    | BudgetFields
    | LinkContinuityFields
    | DeliveryFields
    | ByPluginFields,
    Field(discriminator="type"),
]


# --- series


class SeriesFields(Model):
    """The course of a quantity, read from the town itself, without a sensor."""

    quantity: Name
    """a quantity, as `stadtwerk list quantities` shows them"""
    target: OneOrMore | None = None
    """id of a component or district, or a list of them; all that have the quantity if nothing is said"""
    kind: KindName | None = None
    """only components of this type"""
    domain: DomainName | None = None
    """only components of this sub-system"""
    district: DistrictName | None = None
    """only what stands in this district"""
    every: Seconds = 300.0
    """time between two values from zero on; 5 min if left out"""

    @classmethod
    def check(cls, fields: Mapping[str, Any], context: World, mistakes: Mistakes) -> None:
        known, city = registry().quantities, context.city
        quantity, target, every = fields.get("quantity"), fields.get("target"), fields.get("every")
        if every is not None and every < 1:
            mistakes.wrong("every", _("is shorter than a second"), _("write 1 s or more"))
        if quantity is not None and quantity not in known:
            mistakes.unknown("quantity", _("quantity"), quantity, known, "stadtwerk list quantities")
            return
        narrowed = [name for name in ("kind", "domain", "district") if fields.get(name) is not None]
        if target is not None and narrowed:
            mistakes.wrong(narrowed[0], _("stands beside `{sort}`", sort="target"), _("keep one of the two"))
        if city is None or quantity is None:
            return
        places = {name: one.kind for name, one in city.components.items()} | dict.fromkeys(city.districts, "district")
        of = known[quantity].of
        for way, name in ways("target", target) if target is not None else ():
            if name not in places:
                mistakes.unknown(way, _("component or district"), name, places, all_of(city))
            elif (problem := unmeasured(quantity, places[name])) is not None:
                mistakes.wrong(way, *problem)
        kind, domain, district = (str(fields.get(name) or "") for name in ("kind", "domain", "district"))
        length_s, asked = context.times.duration_s, Series(quantity, (), kind, domain, district)
        there = [name for name, its in places.items() if "any" in of or its in of]
        many = len(listed(target)) if target is not None else len(asked.among(city, there))
        if not many:
            mistakes.wrong("quantity", _("is measured at nothing that is meant"), _("name other places, or none"))
        elif length_s is not None and every and many * length_s / every > MOST_VALUES:
            what = _("comes to more than {n} values", n=MOST_VALUES)
            mistakes.wrong("every", what, _("record fewer places, or less often"))

    def record(self) -> Series:
        return Series(
            self.quantity,
            listed(self.target),
            self.kind or "",
            self.domain or "",
            self.district or "",
            self.every,
        )


MOST_VALUES = 50_000_000
"""Values that one entry of `record` may come to: some hundred megabytes while the run lasts."""


# --- the file


CheckName = Literal[
    "silence", "range", "jump", "stuck", "contradiction", "replay", "twice", "balance", "discrepancy", "limit"
]


class ScenarioFile(Model):
    """What is asked of a town: a steady start, what breaks and when, which fallbacks must carry, what must hold."""

    schema_: Version(SCHEMA) = Field(alias="schema")  # type: ignore[valid-type]
    id: Id
    title: Wording
    question: Wording
    charter: list[ClauseName] = Field([])
    """clauses of the Smart City Charter that the scenario gives evidence for"""
    sources: list[str] = Field([])
    """where the story and its numbers come from"""
    city: Annotated[CityFields, BeforeValidator(_city)]
    run: RunFields
    crews: CrewFields | None = None
    record: list[SeriesFields] = Field([])
    """quantities whose course is kept in `recorded.parquet` of the run's folder, with or without sensors"""
    control: Literal["closed-loop", "all-knowing", "blind"] | None = None
    """who acts on what: a control room on delivered readings, everybody on the truth (also if left out), or a control
    room without any readings, by timetables and what citizens report"""
    checks_off: list[CheckName] = Field([])
    """kinds of evidence that the control room does without"""
    steady_state: list[SteadyFields] = Field([])
    """what must hold before zero; otherwise the run says nothing about the faults"""
    timeline: list[EntryFields]
    """what breaks, when, and for how long"""
    redundancies: list[RedundancyFields] = Field([])
    """fallbacks, judged by the modes of a component: it is needed once the component drops below mode `primary`,
    active once it is in mode `standby`"""
    expect: list[AnyExpectation] = Field(min_length=1)
    """what must hold"""
    not_asked: list[OptOutFields] = Field([])
    """required levels that are not judged, or only as far as `expect` does; all others are: where no expectation limits
    them as strictly as is required at every moment, against their declared minimum"""
    expected: ExpectedFields | None = None

    @classmethod
    def check(cls, fields: Mapping[str, Any], context: World, mistakes: Mistakes) -> None:
        """No level is opted out and asked for throughout, or opted out twice."""
        length_s = context.times.duration_s
        if context.city is None or length_s is None or "not_asked" not in fields or "expect" not in fields:
            return
        asked: dict[str, Text] = {}
        for one in fields["expect"]:
            if not isinstance(one, InvariantFields | LevelHoldsFields | BudgetFields):
                continue
            item = one.record()
            for level in one.choice.of(context.city):
                if asks_throughout(item, level, length_s):
                    what = _("level {level} is asked for by {name}", level=repr(level.id), name=repr(item.id))
                    asked.setdefault(level.id, what)
        for number, out in enumerate(fields["not_asked"]):
            for level in out.choice.of(context.city):
                if level.id in asked:
                    mistakes.wrong(("not_asked", number), asked[level.id], _("judge it or leave it out, not both"))
                asked.setdefault(level.id, _("level {level} is opted out already", level=repr(level.id)))

    def made(self, raw: Mapping[str, Any]) -> Scenario:
        """The record; `raw` is the file as it is written."""
        return Scenario(
            id=self.id,
            title=self.title,
            question=self.question,
            city=self.city.record(),
            run=self.run.record(),
            timeline=tuple(entry.record() for entry in self.timeline),
            steady_state=tuple(item.record(number) for number, item in enumerate(self.steady_state, start=1)),
            redundancies=tuple(item.record() for item in self.redundancies),
            expectations=tuple(item.record() for item in self.expect),
            crews=None if self.crews is None else self.crews.record(),
            control=None if self.control is None else Control(self.control, tuple(self.checks_off)),
            charter=tuple(self.charter),
            sources=tuple(self.sources),
            expected=None if self.expected is None else self.expected.record(raw["expected"]),
            not_asked=tuple(item.record() for item in self.not_asked),
            record=tuple(item.record() for item in self.record),
        )
