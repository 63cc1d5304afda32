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
from typing import Any

from resilience.scenario.entry_loader import build_entry
from resilience.scenario.fields import Fields
from resilience.scenario.reading import needed_seconds, needed_text, needed_words, title_of
from resilience.scenario.scenario import (
    Budget,
    Carries,
    Case,
    CityReference,
    Expectation,
    Invariant,
    KnownWeakness,
    LevelChoice,
    LevelHolds,
    LinkContinuity,
    Recovery,
    Redundancy,
    RunSettings,
    Scenario,
    SteadyState,
    Threshold,
    TimeLimit,
    TimelineEntry,
    Window,
)
from resilience.scenario.semantics import check_scenario
from simulator.contracts.city import City
from simulator.contracts.component import Domain
from simulator.contracts.crews import CrewPolicy, Priority
from simulator.contracts.document import Document, load_document
from simulator.contracts.duration import shown
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
        id=needed_text(top, "id"),
        title=needed_words(top, "title"),
        question=needed_words(top, "question"),
        city=city_reference(document) or CityReference(),
        run=RunSettings(
            start=datetime.fromisoformat(needed_text(run, "start")),
            warmup_s=0.0 if warmup is None else warmup,
            duration_s=needed_seconds(run, "duration"),
            heal_by_s=run.seconds("heal_by"),
            seeds=tuple(run.data.get("seeds", (1,))),
        ),
        timeline=tuple(build_entry(item) for item in top.children("timeline")),
        steady_state=tuple(_steady(item, i) for i, item in enumerate(top.children("steady_state"), start=1)),
        redundancies=tuple(_redundancy(item) for item in top.children("redundancies")),
        expectations=tuple(_EXPECTATIONS[needed_text(item, "type")](item) for item in top.children("expect")),
        crews=_crews(top.child("crews")) if "crews" in top else None,
        charter=tuple(text for _, text in top.texts("charter")),
        sources=tuple(text for _, text in top.texts("sources")),
        expected=_expected(top.child("expected")) if "expected" in top else None,
    )


def executed_text(document: Document, scenario: Scenario, seed: int, city: str | None = None) -> str:
    """The file as it was executed: with one seed, with targets in place of selectors, and with every draw as it came.

    Where something was drawn, `cases` stand beside it: whoever reads the file again draws nothing.
    `city` is the name or folder of the city that was given instead of the scenario's own.
    """
    import yaml

    data: dict[str, Any] = dict(document.data)
    data["run"] = dict(data["run"]) | {"seeds": [seed]}
    if city is not None:
        data["city"] = {"path" if Path(city).exists() else "name": city}
    resolved = {entry.id: entry for entry in scenario.timeline}
    data["timeline"] = [_as_executed(item, resolved[item["id"]]) for item in data["timeline"]]
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=120)


def _as_executed(item: Mapping[str, Any], entry: TimelineEntry) -> dict[str, Any]:
    if entry.cases is not None:
        return {**item, "cases": [_case(case) for case in entry.cases]}
    if "selector" not in item:
        return dict(item)
    found = {"target": list(entry.targets), "selected": True}
    return {key: value for k, v in item.items() for key, value in (found if k == "selector" else {k: v}).items()}


def _case(case: Case) -> dict[str, Any]:
    out: dict[str, Any] = {"target": case.target, "fault": case.fault, "at": shown(case.at_s)}
    if case.for_s is not None:
        out["for"] = shown(case.for_s)
    if case.work_s is not None:
        out["work"] = shown(case.work_s)
    if case.parameters:
        out["parameters"] = dict(case.parameters)
    return out


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


def _expected(item: Fields) -> KnownWeakness:
    return KnownWeakness(tuple(text for _, text in item.texts("findings")), needed_words(item, "reason"))


def _steady(item: Fields, place: int) -> SteadyState:
    return SteadyState(
        item.text("id") or f"steady-{place}", _levels(item), _threshold(item), needed_seconds(item, "for")
    )


def _crews(item: Fields) -> CrewPolicy:
    listed = tuple(text for _, text in item.texts("list"))
    return CrewPolicy(Priority(item.text("priority") or Priority.LIST), listed)


def _carries(item: Fields) -> Carries | None:
    if "carries" not in item:
        return None
    asked = item.child("carries")
    return Carries(_threshold(asked), asked.text("level") or "")


def _redundancy(item: Fields) -> Redundancy:
    return Redundancy(
        id=needed_text(item, "id"),
        kind=needed_text(item, "kind"),
        component=needed_text(item, "component"),
        primary=needed_text(item, "primary"),
        standby=needed_text(item, "standby"),
        must_activate=bool(item.data.get("must_activate", False)),
        within=_time_limit(item, "within"),
        lasts=_time_limit(item, "lasts"),
        carries=_carries(item),
        title=title_of(item),
    )


def _invariant(item: Fields) -> Expectation:
    longest = _time_limit(item, "longest") or TimeLimit(0.0)
    return Invariant(needed_text(item, "id"), _levels(item), _threshold(item), _window(item), longest, title_of(item))


def _level(item: Fields) -> Expectation:
    at = None if item.text("at") == "end" else item.seconds("at")
    return LevelHolds(
        needed_text(item, "id"),
        _levels(item),
        _threshold(item),
        item.number("share"),
        at,
        _window(item),
        title_of(item),
    )


def _recovery(item: Fields) -> Expectation:
    within = _time_limit(item, "within")
    if within is None:
        raise TypeError("'within' is no time: this document was not checked")
    after, fault = item.text("after") or "onset", item.text("fault") or ""
    return Recovery(needed_text(item, "id"), _levels(item), _threshold(item), within, after, fault, title_of(item))


def _budget(item: Fields) -> Expectation:
    hours, below = item.number("person_hours"), _time_limit(item, "time_below")
    return Budget(needed_text(item, "id"), _levels(item), _threshold(item), hours, below, _window(item), title_of(item))


def _link_continuity(item: Fields) -> Expectation:
    longest = _time_limit(item, "longest") or TimeLimit(0.0)
    return LinkContinuity(needed_text(item, "id"), item.text("fault") or "", longest, title_of(item))


_EXPECTATIONS: Mapping[str, Callable[[Fields], Expectation]] = {
    "invariant": _invariant,
    "level": _level,
    "recovery": _recovery,
    "budget": _budget,
    "link-continuity": _link_continuity,
}
