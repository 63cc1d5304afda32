"""A case as a scenario file, to be run again by itself with all its events and its report."""

from __future__ import annotations

import re
from typing import Any

from resilience.scenario.scenario import CityReference, Scenario
from resilience.study.audit.cases import Case, Group, Lasts, scenario_of
from resilience.study.audit.outcome import Outcome
from resilience.study.audit.settings import AuditSettings
from simulator.contracts.duration import shown
from simulator.contracts.words import Text

CLAUSES = {
    Group.COMPONENT: "3.3/technical-redundancy",
    Group.LIFELINE: "3.3/analogue-redundancy",
    Group.MAKER: "3.3/vendor-independence",
}
"""The charter's clause that a case is evidence for; cut links and ways in are `3.3/subsystem-continuity`."""


def file_name(case: Case) -> str:
    """A name for a file, and the scenario's id: what the schema allows, and still readable."""
    return re.sub(r"[^a-z0-9._-]+", "-", case.id.lower()).strip("-._")


def scenario_text(outcome: Outcome, settings: AuditSettings, city: CityReference) -> str:
    """YAML text of a scenario that breaks what the case breaks, and asks for the levels that failed in it."""
    import yaml

    case = outcome.case
    asked = scenario_of(case, settings, city)
    levels = [loss.level for loss in outcome.failing] or "all"
    held = {"id": "held", "type": "invariant", "levels": levels, "longest": shown(settings.longest_s)}
    data: dict[str, Any] = {
        "schema": "stadtwerk/scenario/1",
        "id": file_name(case),
        "title": _both(asked.title),
        "question": _both(asked.question),
        "charter": [CLAUSES.get(case.group, "3.3/subsystem-continuity")],
        "sources": [text.en for text in settings.assumptions()],
        "city": {"name": city.name} if city.name else {"path": city.path},
        "run": {
            "start": settings.start.isoformat(timespec="minutes"),
            "warmup": shown(settings.warmup_s),
            "duration": shown(settings.until_s),
            "seeds": [settings.seed],
        },
        "timeline": _timeline(asked, settings),
        "expect": [held],
    }
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=120)


def _timeline(asked: Scenario, settings: AuditSettings) -> list[dict[str, Any]]:
    rows = []
    for entry in asked.timeline:
        row: dict[str, Any] = {"id": entry.id, "at": shown(entry.at_s), "fault": entry.fault}
        row["target"] = list(entry.targets)
        if entry.for_s is not None:
            row["for"] = shown(entry.for_s)
        if entry.id.endswith(f"-{Lasts.MENDED}"):
            row["repair"] = {"work": shown(settings.work_s)}
        rows.append(row)
    return rows


def _both(text: Text) -> dict[str, str]:
    return text.record()
