"""Turns a campaign file into records. A file with mistakes is refused with all of them, each at its line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from resilience.scenario.fields import Fields
from resilience.study.campaign.campaign import TODAY, Campaign, Measure, Method, Variation
from resilience.study.campaign.distribution import KINDS, Distribution
from resilience.study.campaign.schema import campaign_schema
from simulator.contracts.document import Document, schema_problems
from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.words import Said, Text

DISTRIBUTIONS = (*KINDS, "choice", "chance")
TARGETS = ("component", "components", "link", "links")
LINK_FIELDS = ("autonomy_min", "latency_ms", "loss")


def load_campaign(document: Document) -> Campaign:
    """Check one campaign file by itself and read it. Raises `BadInput` with every problem."""
    problems = check_campaign(document)
    if problems:
        raise BadInput(problems)
    return build_campaign(document)


def check_campaign(document: Document) -> list[Problem]:
    """All problems that the file itself shows; scenarios and city are looked at by `check.check_cases`."""
    structural = schema_problems(document, campaign_schema())
    found: list[Problem] = []
    top = Fields(document, (), document.data, found)
    _check_ids(top)
    for item in top.children("vary"):
        _check_variation(item, top)
    for item in top.children("measures"):
        _check_measure(item)
    runs, sampler = top.number("runs"), top.child("sampler")
    if sampler.text("method") == Method.SOBOL and runs is not None and runs >= 1 and int(runs) & (int(runs) - 1):
        below = 1 << (int(runs).bit_length() - 1)
        mend = f"write {below} or {2 * below}, or take another method"
        top.wrong("runs", f"{runs:g} is no power of two, as a Sobol sequence needs it", mend)
    refused = {(problem.line, problem.field) for problem in structural}
    return sorted({*structural, *(p for p in found if (p.line, p.field) not in refused)})


def _check_ids(top: Fields) -> None:
    for part in ("vary", "measures"):
        taken = {TODAY} if part == "measures" else set()
        for item in top.children(part):
            name = item.text("id")
            if name in taken:
                item.wrong("id", f"{name!r} is used already", "give each its own id")
            taken.add(name or "")


def _check_variation(item: Fields, top: Fields) -> None:
    named = [name for name in DISTRIBUTIONS if name in item]
    if len(named) != 1:
        what = "names no distribution" if not named else f"names {' and '.join(named)}"
        item.wrong(named[-1:] or (), what, f"write one of: {', '.join(DISTRIBUTIONS)}")
    targets = [name for name in (*TARGETS, "entry") if name in item]
    field = item.text("field")
    if len(targets) > 1:
        item.wrong(targets[-1], f"stands beside {targets[0]!r}", "vary one thing at a time")
    elif "chance" in item:
        if "entry" not in item or "field" in item:
            item.wrong("chance", "says whether a timeline entry happens", "name `entry` and no `field`")
    elif field is None:
        item.wrong((), "does not say what varies", "add `field`, with `entry` for a field of a timeline entry")
    elif targets and targets[0] != "entry":
        _check_city_field(item, targets[0], field)
    scenario = item.text("scenario")
    known = [text for _, text in top.texts("scenarios")]
    if scenario is not None and scenario not in known:
        item.unknown("scenario", "scenario", scenario, known, ", ".join(known))
    if "weights" in item:
        _check_weights(item)
    for name in named:
        if name in KINDS:
            _check_numbers(item, name)


def _check_city_field(item: Fields, target: str, field: str) -> None:
    of_link = target.startswith("link")
    if of_link and field not in LINK_FIELDS:
        item.unknown("field", "number of a link", field, LINK_FIELDS, ", ".join(LINK_FIELDS))
    elif not of_link and not field.startswith("parameters."):
        item.wrong("field", f"{field!r} is no parameter", "write parameters.NAME")


def _check_weights(item: Fields) -> None:
    weights, choices = item.data.get("weights"), item.data.get("choice")
    if not isinstance(choices, list):
        item.wrong("weights", "belongs to `choice`", "leave it out")
    elif isinstance(weights, list):
        if len(weights) != len(choices):
            item.wrong("weights", f"{len(weights)} weights for {len(choices)} choices", "give each choice its weight")
        elif not any(isinstance(w, int | float) and w > 0 for w in weights):
            item.wrong("weights", "leave nothing to choose", "give some choice a weight above 0")


def _check_numbers(item: Fields, name: str) -> None:
    """Order and signs of a distribution's numbers, and that they are all numbers or all durations."""
    raw = _raw_numbers(item, name)
    if raw is None:
        return
    timed = [isinstance(value, str) for value in raw]
    if any(timed) and not all(timed):
        item.wrong(name, "mixes durations and plain numbers", "write all with a unit, or none")
        return
    numbers = _numbers(item, name)
    if numbers is None:
        return
    at = dict(zip(KINDS[name].numbers, numbers, strict=True))
    ordered = [at[part] for part in ("least", "mode", "most") if part in at]
    if any(one > next_one for one, next_one in pairwise(ordered)):
        item.wrong(name, "is not in order", f"write them from least to most: {', '.join(KINDS[name].numbers)}")
    if name == "loguniform" and at["least"] <= 0:
        item.wrong(name, "begins at 0 or below", "begin above 0, or use uniform")
    if at.get("sd", 1.0) <= 0:
        item.wrong(name, "does not spread", "write sd above 0")
    if name == "exponential" and (at["mean"] <= 0 or at["most"] <= 0):
        item.wrong(name, "has no length", "write mean and most above 0")


def _raw_numbers(item: Fields, name: str) -> list[Any] | None:
    value = item.data.get(name)
    if isinstance(value, Mapping):
        value = [value.get(part) for part in KINDS[name].numbers]
    if not isinstance(value, list) or len(value) != len(KINDS[name].numbers):
        return None
    return list(value) if all(isinstance(v, int | float | str) for v in value) else None


def _numbers(item: Fields, name: str) -> tuple[float, ...] | None:
    """The numbers of a distribution, durations in seconds; None, with a problem, where one cannot be read."""
    raw = _raw_numbers(item, name)
    if raw is None:
        return None
    one_by_one = Fields(item.document, (*item.place, name), dict(zip(KINDS[name].numbers, raw, strict=True)), [])
    found = [one_by_one.seconds(k) if isinstance(v, str) else float(v) for k, v in one_by_one.data.items()]
    for problem in one_by_one.problems:
        item.wrong(name, problem.what, problem.mend)
    return None if any(value is None for value in found) else tuple(value for value in found if value is not None)


def _check_measure(item: Fields) -> None:
    if "add" not in item and "set" not in item:
        item.wrong((), "changes nothing", "say what it would `add` or `set`")
    for setting in item.children("set"):
        named = [name for name in TARGETS if name in setting]
        values = [name for name in ("parameters", *LINK_FIELDS) if name in setting]
        if len(named) != 1:
            setting.wrong((), "does not name one thing to set", f"name one of: {', '.join(TARGETS)}")
        elif not values:
            setting.wrong((), "gives no new value", f"write one of: parameters, {', '.join(LINK_FIELDS)}")
        for name in values if len(named) == 1 else ():
            if named[0].startswith("link") == (name == "parameters"):
                setting.wrong(name, f"is nothing that a {named[0].rstrip('s')} has", "leave it out")


def build_campaign(document: Document) -> Campaign:
    """The records of a document in which `check_campaign` has found nothing wrong."""
    top = Fields(document, (), document.data, [])
    sampler, city = top.child("sampler"), top.child("city")
    return Campaign(
        id=str(top.data["id"]),
        title=_words(top, "title"),
        question=_words(top, "question"),
        scenarios=tuple(text for _, text in top.texts("scenarios")),
        city=city.text("name") or city.text("path") or "",
        runs=int(top.data["runs"]),
        method=Method(sampler.data["method"]),
        seed=int(sampler.data["seed"]),
        seeds=tuple(top.data.get("seeds", ())),
        variations=tuple(_variation(item) for item in top.children("vary")),
        measures=tuple(_measure(item) for item in top.children("measures")),
    )


def _variation(item: Fields) -> Variation:
    targets = {name: item.data[name] for name in TARGETS if name in item}
    return Variation(
        id=str(item.data["id"]),
        field=item.text("field") or "",
        distribution=_distribution(item),
        source=str(item.data["source"]),
        entry=item.text("entry") or "",
        setting=json.dumps(targets) if targets else "",
        scenario=item.text("scenario") or "",
        title=_words(item, "title") if "title" in item else None,
    )


def _distribution(item: Fields) -> Distribution:
    if "chance" in item:
        return Distribution("chance", (float(item.data["chance"]),))
    if "choice" in item:
        choices = tuple(item.data["choice"])
        weights = tuple(float(w) for w in item.data.get("weights", [1.0] * len(choices)))
        return Distribution("choice", weights, choices)
    kind = next(name for name in KINDS if name in item)
    raw = _raw_numbers(item, kind) or []
    return Distribution(kind, _numbers(item, kind) or (), timed=any(isinstance(value, str) for value in raw))


def _measure(item: Fields) -> Measure:
    change = {name: item.data[name] for name in ("add", "set") if name in item}
    return Measure(str(item.data["id"]), _words(item, "title"), json.dumps(change), item.text("source") or "")


def _words(item: Fields, name: str) -> Text:
    both = item.child(name)
    return Said({"de": both.text("de") or "", "en": both.text("en") or ""})
