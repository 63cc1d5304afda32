"""Turns a scenario file into records. A file with mistakes is refused with all of them, each at its line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from resilience.scenario.disruption import as_scenario
from resilience.scenario.model import CityAlone, ScenarioFile
from resilience.scenario.names import DRAWN, World
from resilience.scenario.scenario import Case, CityReference, Scenario, TimelineEntry
from simulator.contracts.city import City
from simulator.contracts.document import Document, load_document
from simulator.contracts.duration import shown
from simulator.contracts.model import read, read_version
from simulator.contracts.problem import BadInput, Problem


def load_question(path: Path) -> Document:
    """A scenario file, or what a disruption file alone asks for. Raises `BadInput`."""
    if path.suffix.casefold() != ".csv":
        return load_document(path)
    return Document(str(path), as_scenario(path), {})


def load_scenario(path: Path, city: City | None = None, shown_as: str | None = None) -> Scenario:
    """Read and check one scenario file, with a city against that too. Raises `BadInput` with every problem."""
    scenario, problems = read_scenario(load_document(path, shown_as), city)
    if scenario is None:
        raise BadInput(problems)
    return scenario


def read_scenario(document: Document, city: City | None = None) -> tuple[Scenario | None, list[Problem]]:
    """The records of a scenario file, or None with all that is wrong with it, sorted by line.

    Without a city only what the file itself says is checked.
    """
    problems = read_version(document, "stadtwerk/scenario", 1)
    if problems:
        return None, problems
    found, problems = read(ScenarioFile, document, World(document, city))
    return None if found is None else found.made(document.data), problems


def check_scenario(document: Document, city: City | None = None) -> list[Problem]:
    """All problems of a scenario file, sorted by line; empty if there are none."""
    return read_scenario(document, city)[1]


def build_scenario(document: Document) -> Scenario:
    """The records of a document whose city is known to fit. Raises `BadInput` if the file itself is wrong."""
    scenario, problems = read_scenario(document)
    if scenario is None:
        raise BadInput(problems)
    return scenario


def city_reference(document: Document) -> CityReference | None:
    """The city that a file names, even if the rest of the file is broken; None if it names none."""
    found, _ = read(CityAlone, document, World(document))
    return None if found is None else found.city.record()


def executed_text(document: Document, scenario: Scenario, seed: int, city: str | None = None) -> str:
    """The file as it was executed: with one seed, with targets in place of selectors, and with every draw as it came.

    Where something was drawn, `cases` stand beside it: whoever reads the file again draws nothing.
    `city` is the name or folder of the city that was given instead of the scenario's own.
    """
    import yaml

    data: dict[str, Any] = dict(document.data)
    data["run"] = dict(data["run"]) | {"seeds": [seed]}
    if city is not None:
        data.pop("expected", None)  # a weakness is one of the city that the scenario was written for
        data["city"] = {"path" if Path(city).exists() else "name": city}
    resolved = {entry.id: entry for entry in scenario.timeline}
    data["timeline"] = [_as_executed(item, resolved[item["id"]]) for item in data["timeline"]]
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=120)


def _as_executed(item: Mapping[str, Any], entry: TimelineEntry) -> dict[str, Any]:
    if entry.isolation is not None and entry.isolation.valves is not None:  # a file beside the scenario is not here
        item = {**item, "isolation": {**item["isolation"], "valves": [list(one) for one in entry.isolation.valves]}}
    if entry.hazard is not None and entry.hazard.place.grid is not None:  # the file of the field is not here either
        item = {key: value for key, value in item.items() if key != "hazard" and (key, value) != ("for", DRAWN)}
        if "repair" in item:
            item["repair"] = {key: value for key, value in item["repair"].items() if (key, value) != ("work", DRAWN)}
    if entry.cases is not None:
        rest = {key: value for key, value in item.items() if key != "disruption"}
        rest |= {"left_out": list(entry.left_out)} if entry.left_out else {}
        return {**rest, "cases": [_case(case) for case in entry.cases]}
    asked = next((name for name in ("selector", "isolate") if name in item), None)
    if asked is None:
        return dict(item)
    found: dict[str, Any] = {} if "fault" in item else {"fault": entry.fault}
    found |= {"target": list(entry.targets), "selected": True}
    return {key: value for k, v in item.items() for key, value in (found if k == asked else {k: v}).items()}


def _case(case: Case) -> dict[str, Any]:
    out: dict[str, Any] = {"target": case.target, "fault": case.fault, "at": shown(case.at_s)}
    if case.for_s is not None:
        out["for"] = shown(case.for_s)
    if case.work_s is not None:
        out["work"] = shown(case.work_s)
    if case.parameters:
        out["parameters"] = dict(case.parameters)
    return out
