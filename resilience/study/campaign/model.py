"""A campaign file as it is written: read, checked, explained and documented by one declaration, and made records."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Annotated, Any, Literal, TypeVar

import orjson
from pydantic import Field, ValidationError, ValidationInfo, field_validator

from resilience.scenario.change_model import LINK_FIELDS, TARGETS, Added, Changed, Chosen, Setting
from resilience.study.campaign.campaign import TODAY, Campaign, Measure, Method, Variation
from resilience.study.campaign.distribution import KINDS, Distribution
from simulator.contracts.component import Value
from simulator.contracts.document import Document
from simulator.contracts.duration import seconds
from simulator.contracts.model import (
    DURATION_HINT,
    NUMBER,
    TEXT,
    Mistakes,
    Model,
    Name,
    Share,
    Version,
    Wording,
    by_shape,
    problems_of,
    read_version,
)
from simulator.contracts.problem import BadInput, Problem, reason_of
from simulator.contracts.words import Verbatim, Words, enumerated

_ = Words("resilience")

SCHEMA, VERSION = "stadtwerk/campaign", 1

DISTRIBUTIONS = (*KINDS, "choice", "chance")

M = TypeVar("M", bound=Model)

Id = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._~@-]*$", description="letters, digits, dots, dashes and underscores")
]
Seed = Annotated[int, Field(ge=0)]
Quantity = Annotated[
    Annotated[float, NUMBER] | Annotated[str, TEXT],
    by_shape,
    Field(description="a number, or a duration such as '15min'"),
]


@dataclass(slots=True)
class Told:
    """What earlier parts of the file say, for those that come after."""

    scenarios: list[str] = field(default_factory=list)
    ids: dict[str, set[str]] = field(default_factory=lambda: {"vary": set(), "measures": {TODAY}})

    def once(self, part: str, name: str | None, mistakes: Mistakes) -> None:
        if name is not None and name in self.ids[part]:
            mistakes.wrong("id", _("{name} is used already", name=repr(name)), _("give each its own id"))
        self.ids[part].add(name or "")


class CityNamed(Model):
    """The city to run in, by `name` or by `path` of a folder relative to this file."""

    name: str | None = None
    path: str | None = None

    @classmethod
    def check(cls, fields: Mapping[str, Any], context: Told, mistakes: Mistakes) -> None:
        if {"name", "path"} <= fields.keys() and (fields["name"] is None) == (fields["path"] is None):
            mistakes.wrong((), _("does not name one city"), _("write name: or path:, one of the two"))


class Sampler(Model):
    """How cases are drawn."""

    method: Literal["latin-hypercube", "sobol", "monte-carlo"]
    """how cases are spread over the distributions"""
    seed: Seed
    """all draws follow from it"""


class Normal(Model):
    """Normal between two limits."""

    mean: Quantity
    sd: Quantity
    least: Quantity
    most: Quantity


class Exponential(Model):
    """Exponential up to a limit; the mean is that of the uncut distribution."""

    mean: Quantity
    most: Quantity


class VariationEntry(Chosen):
    """One thing that differs from case to case."""

    id: Id
    title: Wording | None = None
    scenario: str | None = None
    """only in this one of the scenarios"""
    entry: str | None = None
    """the timeline entry that varies, by its id"""
    field: str | None = None
    """what varies: a field of the entry (at, for, target, parameters.area_m2), of the scenario (run.start), or of the
    city (autonomy_min, parameters.fuel_l)"""
    source: str = Field(min_length=1)
    """where the distribution comes from; `assumption` if it is yours"""
    uniform: list[Quantity] | None = Field(None, min_length=2, max_length=2)
    """write [least, most]"""
    loguniform: list[Quantity] | None = Field(None, min_length=2, max_length=2)
    """write [least, most], both above 0"""
    triangular: list[Quantity] | None = Field(None, min_length=3, max_length=3)
    """write [least, most likely, most]"""
    normal: Normal | None = None
    exponential: Exponential | None = None
    integers: list[int] | None = Field(None, min_length=2, max_length=2)
    """write [least, most], whole numbers, all as likely"""
    choice: list[Value] | None = Field(None, min_length=1)
    """one of these values"""
    weights: list[Annotated[float, Field(ge=0)]] | None = Field(None, min_length=1)
    """how likely each choice is beside the others; all the same if left out"""
    chance: Share | None = None
    """how likely it is (0 to 1) that the entry happens at all"""

    @classmethod
    def check(cls, fields: Mapping[str, Any], context: Told, mistakes: Mistakes) -> None:
        context.once("vary", fields.get("id"), mistakes)
        named = [name for name in DISTRIBUTIONS if fields.get(name) is not None]
        if len(named) > 1 or (not named and fields.keys() >= set(DISTRIBUTIONS)):
            what = (
                _("names {names}", names=enumerated([Verbatim(name) for name in named]))
                if named
                else _("names no distribution")
            )
            mistakes.wrong(named[-1:], what, _("write one of: {names}", names=", ".join(DISTRIBUTIONS)))
        _check_target(fields, mistakes)
        scenario, known = fields.get("scenario"), context.scenarios
        if scenario is not None and known and scenario not in known:
            mistakes.unknown("scenario", _("scenario"), scenario, known, ", ".join(known))
        if fields.get("weights") is not None and "choice" in fields:
            _check_weights(fields["weights"], fields["choice"], mistakes)
        for name in named:
            if name in KINDS:
                _check_numbers(name, fields[name], mistakes)

    def variation(self, raw: Mapping[str, Any]) -> Variation:
        """The record; `raw` is the entry as it is written."""
        targets = {name: raw[name] for name in TARGETS if name in raw}
        return Variation(
            id=self.id,
            field=self.field or "",
            distribution=self._distribution(raw),
            source=self.source,
            entry=self.entry or "",
            setting=json.dumps(targets) if targets else "",
            scenario=self.scenario or "",
            title=self.title,
        )

    def _distribution(self, raw: Mapping[str, Any]) -> Distribution:
        if self.chance is not None:
            return Distribution("chance", (self.chance,))
        if self.choice is not None:
            return Distribution("choice", tuple(self.weights or [1.0] * len(self.choice)), tuple(raw["choice"]))
        kind = next(name for name in KINDS if getattr(self, name) is not None)
        numbers = _numbers(kind, getattr(self, kind))
        timed = any(isinstance(value, str) for value in numbers)
        return Distribution(kind, tuple(seconds(v) if isinstance(v, str) else float(v) for v in numbers), timed=timed)


def _check_target(fields: Mapping[str, Any], mistakes: Mistakes) -> None:
    targets = [name for name in (*TARGETS, "entry") if fields.get(name) is not None]
    varied = fields.get("field")
    if len(targets) > 1:
        mistakes.wrong(
            targets[-1], _("stands beside {targets}", targets=repr(targets[0])), _("vary one thing at a time")
        )
    elif fields.get("chance") is not None:
        if targets != ["entry"] or varied is not None:
            mistakes.wrong("chance", _("says whether a timeline entry happens"), _("name `entry` and no `field`"))
    elif varied is None:
        if "field" in fields and "chance" in fields:
            what, fix = _("does not say what varies"), _("add `field`, with `entry` for a field of a timeline entry")
            mistakes.wrong((), what, fix)
    elif targets and targets[0].startswith("link") and varied not in LINK_FIELDS:
        mistakes.unknown("field", _("number of a link"), varied, LINK_FIELDS, ", ".join(LINK_FIELDS))
    elif targets and targets[0].startswith("component") and not varied.startswith("parameters."):
        mistakes.wrong("field", _("{varied} is no parameter", varied=repr(varied)), _("write parameters.NAME"))


def _check_weights(weights: list[float], choices: list[Value] | None, mistakes: Mistakes) -> None:
    if choices is None:
        mistakes.wrong("weights", _("belongs to `choice`"), _("leave it out"))
    elif len(weights) != len(choices):
        mistakes.wrong(
            "weights",
            _("{n} weights for {choices} choices", n=len(weights), choices=len(choices)),
            _("give each choice its weight"),
        )
    elif not any(weight > 0 for weight in weights):
        mistakes.wrong("weights", _("leave nothing to choose"), _("give some choice a weight above 0"))


def _numbers(name: str, written: list[Any] | Model) -> list[float | str]:
    """The numbers of a distribution, in the order of `KINDS`."""
    return [getattr(written, part) for part in KINDS[name].numbers] if isinstance(written, Model) else written


def _check_numbers(name: str, written: list[Any] | Model, mistakes: Mistakes) -> None:
    """Order and signs of a distribution's numbers, and that they are all numbers or all durations."""
    numbers = _numbers(name, written)
    timed = [isinstance(value, str) for value in numbers]
    if any(timed) and not all(timed):
        mistakes.wrong(name, _("mixes durations and plain numbers"), _("write all with a unit, or none"))
        return
    try:
        plain = [seconds(value) if isinstance(value, str) else float(value) for value in numbers]
    except ValueError as error:
        mistakes.wrong(name, reason_of(error), DURATION_HINT)
        return
    at = dict(zip(KINDS[name].numbers, plain, strict=True))
    ordered = [at[part] for part in ("least", "mode", "most") if part in at]
    if any(one > next_one for one, next_one in pairwise(ordered)):
        mistakes.wrong(
            name,
            _("is not in order"),
            _("write them from least to most: {names}", names=", ".join(KINDS[name].numbers)),
        )
    if name == "loguniform" and at["least"] <= 0:
        mistakes.wrong(name, _("begins at 0 or below"), _("begin above 0, or use uniform"))
    if at.get("sd", 1.0) <= 0:
        mistakes.wrong(name, _("does not spread"), _("write sd above 0"))
    if name == "exponential" and (at["mean"] <= 0 or at["most"] <= 0):
        mistakes.wrong(name, _("has no length"), _("write mean and most above 0"))


class MeasureEntry(Changed):
    """What might be done; it is run on the same cases as the town of today."""

    id: Id
    title: Wording
    source: str | None = None
    """where the figures of the measure come from"""

    @classmethod
    def check(cls, fields: Mapping[str, Any], context: Told, mistakes: Mistakes) -> None:
        context.once("measures", fields.get("id"), mistakes)
        super().check(fields, context, mistakes)

    def measure(self, raw: Mapping[str, Any]) -> Measure:
        """The record; `raw` is the entry as it is written."""
        change = {name: raw[name] for name in ("add", "set") if name in raw}
        return Measure(self.id, self.title, json.dumps(change), self.source or "")


class CampaignFile(Model):
    """Many runs of a scenario under drawn conditions, and what each candidate measure would buy."""

    schema_: Version(f"{SCHEMA}/{VERSION}") = Field(alias="schema")  # type: ignore[valid-type]
    id: Id
    title: Wording
    question: Wording
    scenarios: list[Name] = Field(min_length=1)
    """names of scenarios that ship, or files (*.yaml) relative to this one; they take turns"""
    city: CityNamed | None = None
    """the city to run them in; their own if left out"""
    runs: int = Field(ge=1, le=1_000_000)
    """how many cases are drawn; each is run today and once for each measure"""
    sampler: Sampler
    seeds: list[Seed] | None = Field(None, min_length=1)
    """seeds of the runs, which take turns; if left out, each case has a seed of its own"""
    vary: list[VariationEntry] = Field([])
    """what differs from case to case"""
    measures: list[MeasureEntry] = Field([])
    """what might be done"""

    @field_validator("scenarios", "seeds")
    @classmethod
    def _each_once(cls, value: list[Any] | None, info: ValidationInfo) -> list[Any] | None:
        mistakes = Mistakes()
        for number, one in enumerate(value or ()):
            if one in (value or ())[:number]:
                mistakes.wrong((number,), _("{one} is named twice", one=repr(one)), _("name it once"))
        mistakes.tell()
        if info.field_name == "scenarios" and isinstance(info.context, Told):
            info.context.scenarios = list(value or ())
        return value

    @classmethod
    def check(cls, fields: Mapping[str, Any], context: Told, mistakes: Mistakes) -> None:
        if {"runs", "sampler"} <= fields.keys() and fields["sampler"].method == Method.SOBOL:
            runs = fields["runs"]
            if runs & (runs - 1):
                below = 1 << (runs.bit_length() - 1)
                fix = _("write {one} or {other}, or take another method", one=below, other=2 * below)
                mistakes.wrong("runs", _("{runs} is no power of two, as a Sobol sequence needs it", runs=runs), fix)


@dataclass(frozen=True, slots=True)
class Parts:
    """What can be read of a campaign file whatever is wrong with the rest of it, each by its place in its list.

    `city` is the field that names the city (`name` or `path`) and what it says; None if there is none, or it is broken.
    `changes` are what measures would change. Of a broken one they are what can be tried nevertheless, each row at its
    place and None where there is nothing to try: of its settings only what they name, with a value that fits.
    `entries` are the timeline entries that vary, each with the scenario that is meant, and `named` what variations name
    that are broken themselves: changes that change nothing.
    """

    scenarios: Mapping[int, str]
    city: tuple[str, str] | None
    variations: Mapping[int, Variation]
    changes: Mapping[int, Mapping[str, Any]]
    entries: Mapping[int, tuple[str, str]]
    named: Mapping[int, Mapping[str, Any]]


def read_campaign(document: Document) -> tuple[Campaign | None, Parts, list[Problem]]:
    """The records of one campaign file, or None with all that is wrong with it; and what can be read of it anyway.

    Scenarios and city are not looked at: the names of what they hold are held against `Parts`, so that a writer is told
    of every mistake in one go.
    """
    if problems := read_version(document, SCHEMA, VERSION):
        return None, _parts(None), problems
    raw = document.data
    try:
        file = CampaignFile.model_validate_json(orjson.dumps(raw), context=Told())
    except ValidationError as error:
        return None, _parts(raw), problems_of(error, document, CampaignFile)
    city = file.city
    found = Campaign(
        id=file.id,
        title=file.title,
        question=file.question,
        scenarios=tuple(file.scenarios),
        city="" if city is None else city.name or city.path or "",
        runs=file.runs,
        method=Method(file.sampler.method),
        seed=file.sampler.seed,
        seeds=tuple(file.seeds or ()),
        variations=tuple(v.variation(one) for v, one in zip(file.vary, raw.get("vary", ()), strict=True)),
        measures=tuple(m.measure(one) for m, one in zip(file.measures, raw.get("measures", ()), strict=True)),
    )
    return found, _parts(raw), []


def load_campaign(document: Document) -> Campaign:
    """One campaign file by itself. Raises `BadInput` with every problem."""
    campaign, _parts, problems = read_campaign(document)
    if campaign is None:
        raise BadInput(problems)
    return campaign


def _parts(raw: Any) -> Parts:
    def of(name: str) -> list[tuple[int, Any]]:
        listed = raw.get(name) if isinstance(raw, Mapping) else None
        return list(enumerate(listed)) if isinstance(listed, list) else []

    city = _entry(CityNamed, raw.get("city")) if isinstance(raw, Mapping) else None
    named = None if city is None else ("path", city.path) if city.name is None else ("name", city.name)
    variations = {place: entry.variation(one) for place, one in of("vary") if (entry := _entry(VariationEntry, one))}
    return Parts(
        {place: one for place, one in of("scenarios") if isinstance(one, str) and one},
        None if named is None or named[1] is None else (named[0], named[1]),
        variations,
        {place: _change(one) for place, one in of("measures") if isinstance(one, Mapping)},
        {place: (_text(one, "entry"), _text(one, "scenario")) for place, one in of("vary")},
        {p: what for p, one in of("vary") if p not in variations and (what := _named(one)) is not None},
    )


def _change(raw: Mapping[str, Any]) -> dict[str, Any]:
    """What a measure would change of the city, as far as it can be tried."""
    if _entry(MeasureEntry, raw) is not None:
        return {name: raw[name] for name in ("add", "set") if name in raw}

    def rows(of: Any, name: str) -> list[Any]:
        listed = of.get(name) if isinstance(of, Mapping) else None
        return listed if isinstance(listed, list) else []

    add = {
        part: [one if _text(one, "id") else None for one in rows(raw.get("add"), part)] for part in Added.model_fields
    }
    return {"add": add, "set": [one if _entry(Setting, one) else _named(one) for one in rows(raw, "set")]}


def _text(raw: Any, name: str) -> str:
    said = raw.get(name) if isinstance(raw, Mapping) else None
    return said if isinstance(said, str) else ""


def _named(raw: Any) -> dict[str, Any] | None:
    """What a broken part names of the city, as a change of it; of its values only parameters, which have names, too."""
    if not isinstance(raw, Mapping):
        return None
    targets = [name for name in TARGETS if name in raw]
    target = {name: raw[name] for name in targets}
    if len(targets) != 1 or _entry(Chosen, target) is None:
        return None
    if targets[0].startswith("link"):
        return target | {"loss": 0.0}
    given = {"parameters": raw.get("parameters")}
    return target | (given if _entry(Setting, target | given) else {"parameters": {}})


def _entry(model: type[M], value: Any) -> M | None:
    """A part of the file that is whole by itself, None if it is not."""
    try:
        return model.model_validate_json(orjson.dumps(value), context=Told())
    except ValidationError:
        return None
