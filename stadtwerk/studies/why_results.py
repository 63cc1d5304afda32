"""What `stadtwerk why` leaves in a run folder: `why.json`, and the part of the report that answers it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resilience.report.run.why import WhyRow, why_html
from resilience.report.templates import put_in
from resilience.study.why.options import merged
from resilience.words.changes import change_words
from resilience.words.terms import fault_words, name_of
from simulator.contracts.form import Form
from simulator.contracts.words import Said, Text, Verbatim, Words, enumerated, joined
from stadtwerk.runs.folder import put_in_place
from stadtwerk.studies.why import Why

if TYPE_CHECKING:
    from resilience.study.why.options import Change
    from resilience.study.why.search import Answer
    from simulator.contracts.city import City

_ = Words("stadtwerk")

WHY = Form("why", 1, again=_("ask `stadtwerk why` again"))
WHY_FILE, REPORT_FILE = "why.json", "report.html"


def rows(found: Why) -> tuple[WhyRow, ...]:
    """The answers in words, as the report and the terminal show them."""
    findings = {finding.id: finding for finding in found.verdict.findings}
    return tuple(
        WhyRow(
            findings[answer.finding].title,
            findings[answer.finding].reason,
            tuple(faults_words(names, found.scenario, found.city) for names in answer.without),
            tuple(change_words(change, found.city) for change in changes(answer)),
            answer.complete,
        )
        for answer in found.answers
    )


def changes(answer: Answer) -> tuple[Change, ...]:
    """Each cure as a campaign's measure would say it, the smallest first."""
    return tuple(merged(cured.change for cured in cures) for cures in answer.cured)


def faults_words(names: tuple[str, ...], scenario: Mapping[str, Any], city: City) -> Text:
    """What the scenario calls these entries of its timeline, two of them joined."""
    entries = {str(entry["id"]): entry for entry in scenario["timeline"]}
    return joined([_fault(entries[name], city) for name in names], _(" and "))


def _fault(entry: dict[str, Any], city: City) -> Text:
    if "title" in entry:
        return Said(entry["title"])
    if "fault" not in entry:
        return Verbatim(str(entry["id"]))
    targets = entry.get("target", [])
    listed = [targets] if isinstance(targets, str) else list(targets)
    if not listed:
        return fault_words(str(entry["fault"]))
    places = enumerated([name_of(str(name), city) for name in listed])
    return _("{fault} at {places}", fault=fault_words(str(entry["fault"])), places=places)


def write(found: Why, lang: str) -> Path:
    """Write both; the report only where there is one. A new answer takes the place of the one before."""
    record = {
        "schema": WHY.schema,
        "scenario": found.verdict.scenario,
        "trials": found.runs,
        "answers": [_record(answer, row) for answer, row in zip(found.answers, rows(found), strict=True)],
    }
    path = found.folder / WHY_FILE
    put_in_place(path, json.dumps(record, indent=2, ensure_ascii=False) + "\n")
    report = found.folder / REPORT_FILE
    if report.is_file():
        part = why_html(rows(found), found.folder, lang)
        put_in_place(report, put_in(report.read_text(encoding="utf-8"), part))
    return path


def _record(answer: Answer, row: WhyRow) -> dict[str, Any]:
    return {
        "finding": answer.finding,
        "title": row.title.record(),
        "reason": row.reason.record(),
        "complete": answer.complete,
        "without": [
            {"entries": list(names), "title": words.record()}
            for names, words in zip(answer.without, row.without, strict=True)
        ],
        "cures": [
            {
                "title": words.record(),
                "change": change,
                "bought": [
                    {"cure": one.option.name, "size": one.size, "places": [place.id for place in one.places]}
                    for one in cures
                ],
            }
            for cures, change, words in zip(answer.cured, changes(answer), row.cures or (), strict=True)
        ],
    }
