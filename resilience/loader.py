"""Turns a scenario file into records. A file with mistakes is refused with all of them, each at its line.

Kinds of expectation, as the file says them (defined in `checkers`, field by field in the JSON Schema):

    invariant        each level keeps its limit throughout the window
    level            each level keeps its limit for a share of the window, or at one moment
    recovery         each level is back at its limit, for good, so long after an origin
    budget           person-hours below the limit in sum, or time below it for each level
    link-continuity  sub-systems other than the broken ones keep their declared minimum
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from resilience.fields import Fields
from resilience.scenario import (
    Budget,
    CityReference,
    Evidence,
    Expectation,
    Invariant,
    LevelChoice,
    LevelHolds,
    LinkContinuity,
    Recovery,
    Redundancy,
    Repair,
    RunSettings,
    Scenario,
    Selector,
    SteadyState,
    Threshold,
    TimeLimit,
    TimelineEntry,
    Window,
)
from resilience.semantics import check_scenario
from resilience.text import Text
from simulator.contracts.city import City
from simulator.contracts.component import Domain
from simulator.contracts.document import Document, load_document
from simulator.contracts.problem import BadInput


def load_scenario(path: Path, city: City | None = None, shown_as: str | None = None) -> Scenario:
    """Read and check one scenario file, with a city against that too. Raises `BadInput` with every problem."""
    document = load_document(path, shown_as)
    problems = check_scenario(document, city)
    if problems:
        raise BadInput(problems)
    return build_scenario(document)


def city_reference(document: Document) -> CityReference | None:
    """The city that a file names, even if the rest of the file is broken; None if it names none."""
    city = Fields(document, ("city",), document.data.get("city") if isinstance(document.data, Mapping) else None, [])
    name, path = city.text("name") or "", city.text("path") or ""
    return CityReference(name, path) if name or path else None


def build_scenario(document: Document) -> Scenario:
    """The records of a document in which `check_scenario` has found nothing wrong."""
    top = Fields(document, (), document.data, [])
    run = top.child("run")
    warmup = run.seconds("warmup")
    return Scenario(
        id=_text(top, "id"),
        title=_words(top, "title"),
        question=_words(top, "question"),
        city=city_reference(document) or CityReference(),
        run=RunSettings(
            start=datetime.fromisoformat(_text(run, "start")),
            warmup_s=0.0 if warmup is None else warmup,
            duration_s=_seconds(run, "duration"),
            heal_by_s=run.seconds("heal_by"),
            seeds=tuple(run.data.get("seeds", (1,))),
        ),
        timeline=tuple(_entry(item) for item in top.children("timeline")),
        steady_state=tuple(_steady(item, i) for i, item in enumerate(top.children("steady_state"), start=1)),
        redundancies=tuple(_redundancy(item) for item in top.children("redundancies")),
        expectations=tuple(_EXPECTATIONS[_text(item, "type")](item) for item in top.children("expect")),
        charter=tuple(text for _, text in top.texts("charter")),
        sources=tuple(text for _, text in top.texts("sources")),
    )


def executed_text(document: Document, scenario: Scenario, seed: int, city: str | None = None) -> str:
    """The file as it was executed: with one seed, and with targets in place of selectors.

    `city` is the name or folder of the city that was given instead of the scenario's own.
    """
    import yaml

    data: dict[str, Any] = dict(document.data)
    data["run"] = dict(data["run"]) | {"seeds": [seed]}
    if city is not None:
        data["city"] = {"path" if Path(city).exists() else "name": city}
    targets = {entry.id: list(entry.targets) for entry in scenario.timeline}
    data["timeline"] = [
        {("target" if k == "selector" else k): (targets[item["id"]] if k == "selector" else v) for k, v in item.items()}
        for item in data["timeline"]
    ]
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=120)


def _text(item: Fields, name: str) -> str:
    value = item.text(name)
    if value is None:
        raise TypeError(f"{name!r} is no text: this document was not checked")
    return value


def _seconds(item: Fields, name: str) -> float:
    value = item.seconds(name)
    if value is None:
        raise TypeError(f"{name!r} is no duration: this document was not checked")
    return value


def _words(item: Fields, name: str) -> Text:
    both = item.child(name)
    return Text(_text(both, "de"), _text(both, "en"))


def _title(item: Fields) -> Text | None:
    return _words(item, "title") if "title" in item else None


def _time_limit(item: Fields, name: str) -> TimeLimit | None:
    found = item.time_limit(name)
    return None if found is None else TimeLimit(*found)


def _threshold(item: Fields) -> Threshold:
    found = item.limit("at_least" if "at_least" in item else "at_most")
    return Threshold() if found is None else Threshold(*found)


def _levels(item: Fields) -> LevelChoice:
    if item.child("levels").data:
        chooser = item.child("levels")
        domain = chooser.text("domain")
        return LevelChoice((), chooser.text("measure") or "", Domain(domain) if domain else None)
    if item.text("levels") == "all":
        return LevelChoice()
    return LevelChoice(tuple(text for _, text in (*item.texts("level"), *item.texts("levels"))))


def _window(item: Fields) -> Window:
    return Window(item.seconds("from") or 0.0, item.seconds("until"))


def _steady(item: Fields, place: int) -> SteadyState:
    return SteadyState(item.text("id") or f"steady-{place}", _levels(item), _threshold(item), _seconds(item, "for"))


def _entry(item: Fields) -> TimelineEntry:
    selector = None
    if "selector" in item:
        by = item.child("selector")
        domain, wanted = by.text("domain"), by.number("random")
        selector = Selector(
            kind=by.text("kind") or "",
            domain=Domain(domain) if domain else None,
            district=by.text("district") or "",
            owner=by.text("owner") or "",
            maker=by.text("maker") or "",
            model=by.text("model") or "",
            firmware=by.text("firmware") or "",
            random=None if wanted is None else int(wanted),
        )
    repair = None
    if "repair" in item:
        work = item.child("repair")
        repair = Repair(_seconds(work, "work"), work.text("depot") or "", work.text("site") or "")
    evidence = None
    if "evidence" in item:
        seen = item.child("evidence")
        component, _, quantity = _text(seen, "signal").rpartition(".")
        evidence = Evidence(component, quantity, seen.number("below"), seen.number("above"), _seconds(seen, "within"))
    parameters = {
        name: float(value) if isinstance(value, int) and not isinstance(value, bool) else value
        for name, value in item.child("parameters").data.items()
    }
    return TimelineEntry(
        id=_text(item, "id"),
        at_s=_seconds(item, "at"),
        fault=_text(item, "fault"),
        targets=tuple(text for _, text in item.texts("target")),
        selector=selector,
        for_s=item.seconds("for"),
        repair=repair,
        parameters=MappingProxyType(parameters),
        evidence=evidence,
        title=_title(item),
    )


def _redundancy(item: Fields) -> Redundancy:
    return Redundancy(
        id=_text(item, "id"),
        kind=_text(item, "kind"),
        component=_text(item, "component"),
        primary=_text(item, "primary"),
        standby=_text(item, "standby"),
        must_activate=bool(item.data.get("must_activate", False)),
        within=_time_limit(item, "within"),
        lasts=_time_limit(item, "lasts"),
        title=_title(item),
    )


def _invariant(item: Fields) -> Expectation:
    longest = _time_limit(item, "longest") or TimeLimit(0.0)
    return Invariant(_text(item, "id"), _levels(item), _threshold(item), _window(item), longest, _title(item))


def _level(item: Fields) -> Expectation:
    at = None if item.text("at") == "end" else item.seconds("at")
    return LevelHolds(
        _text(item, "id"), _levels(item), _threshold(item), item.number("share"), at, _window(item), _title(item)
    )


def _recovery(item: Fields) -> Expectation:
    within = _time_limit(item, "within")
    if within is None:
        raise TypeError("'within' is no time: this document was not checked")
    after, fault = item.text("after") or "onset", item.text("fault") or ""
    return Recovery(_text(item, "id"), _levels(item), _threshold(item), within, after, fault, _title(item))


def _budget(item: Fields) -> Expectation:
    hours, below = item.number("person_hours"), _time_limit(item, "time_below")
    return Budget(_text(item, "id"), _levels(item), _threshold(item), hours, below, _window(item), _title(item))


def _link_continuity(item: Fields) -> Expectation:
    longest = _time_limit(item, "longest") or TimeLimit(0.0)
    return LinkContinuity(_text(item, "id"), item.text("fault") or "", longest, _title(item))


_EXPECTATIONS: Mapping[str, Callable[[Fields], Expectation]] = {
    "invariant": _invariant,
    "level": _level,
    "recovery": _recovery,
    "budget": _budget,
    "link-continuity": _link_continuity,
}
