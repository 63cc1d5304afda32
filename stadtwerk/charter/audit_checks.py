"""What an audit found, as evidence: links cut, core components failed, lifelines without their technology."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from resilience.judge.verdict import Figure, Value
from resilience.report.charter.evidence import ClauseEvidence
from resilience.report.charter.owners import owner_words
from resilience.study.audit.case import Group
from resilience.study.audit.tables import FORM
from resilience.words.labels import component_words
from resilience.words.text import Text, enumerated, number
from simulator.contracts.city import City
from simulator.contracts.problem import BadInput, Problem

AUDIT_FILE = "audit.json"

CLAUSES = {
    Group.LINK: (
        "3.3/subsystem-continuity",
        Text("Jede Verbindung einzeln getrennt", "Every link cut by itself"),
        Text("Verbindungen", "links"),
    ),
    Group.COMPONENT: (
        "3.3/technical-redundancy",
        Text("Jedes Kernbauteil einzeln ausgefallen", "Every core component failed by itself"),
        Text("Kernbauteile", "core components"),
    ),
    Group.LIFELINE: (
        "3.3/analogue-redundancy",
        Text("Jede Daseinsvorsorge ohne Technik", "Every lifeline without its technology"),
        Text("Dienste der Daseinsvorsorge", "lifelines"),
    ),
    Group.MAKER: (
        "3.3/vendor-independence",
        Text("Alles eines Herstellers zugleich ausgefallen", "Everything of one maker failed at once"),
        Text("Hersteller", "makers"),
    ),
}
"""Which clause each group of cases speaks to, what the check is called, and what its cases are."""
NAMED = 4
"""Failing cases that are named, those with the most person-hours first."""


def check_audits(folders: Sequence[Path], city: City) -> tuple[ClauseEvidence, ...]:
    """One check for each group of cases in each audit. Raises `BadInput` for one that cannot be read, or of another
    city."""
    found: list[ClauseEvidence] = []
    for folder in folders:
        data = _read(folder / AUDIT_FILE, city)
        for group in CLAUSES:
            cases = [case for case in data["cases"] if case["group"] == group.value]
            if cases:
                found.append(_check(group, cases, city))
    return tuple(found)


def _read(path: Path, city: City) -> dict[str, Any]:
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if data["schema"] != FORM:
            raise ValueError(f"has the form {data['schema']!r}, not {FORM!r}")
        town = data["city"]
    except (OSError, ValueError, KeyError) as error:
        raise BadInput([Problem(str(path), 0, "audit", f"cannot be read ({error})", "run the audit again")]) from None
    if town != city.name:
        what = f"is of {town!r}, the runs are of {city.name!r}"
        raise BadInput([Problem(str(path), 0, "audit", what, "name an audit of the same city")])
    return data


def _check(group: Group, cases: Sequence[dict[str, Any]], city: City) -> ClauseEvidence:
    clause, title, what = CLAUSES[group]
    failed = sorted((c for c in cases if c["value"] == Value.FAIL), key=lambda c: -float(c["person_hours"] or 0))
    open_ = sum(case["value"] == Value.INCONCLUSIVE for case in cases)
    every, wrong = number(len(cases)), number(len(failed))
    figures = (
        Figure("cases", float(len(cases)), "1"),
        Figure("failed", float(len(failed)), "1"),
        Figure("open", float(open_), "1"),
    )
    left = Text(f" {open_} blieben offen.", f" {open_} remained open.") if open_ else Text("", "")
    if not failed:
        told = Text(
            f"{every.de} {what.de} geprüft: Keiner dieser Ausfälle drückt eine Leistung zu lange unter ihr Mindestmaß.",
            f"{every.en} {what.en} tried: none of these losses takes a service below its minimum for too long.",
        )
        value = Value.PASS if open_ < len(cases) else Value.INCONCLUSIVE
        return ClauseEvidence(clause, f"audit-{group}", title, value, told + left, figures)
    worst = enumerated([_named(case, city) for case in failed[:NAMED]], NAMED)
    told = Text(
        f"{every.de} {what.de} geprüft, {wrong.de} davon sind einzelne Schwachstellen. Am meisten kosten: {worst.de}.",
        f"{every.en} {what.en} tried, {wrong.en} of them are single points of failure. The most costly: {worst.en}.",
    )
    return ClauseEvidence(clause, f"audit-{group}", title, Value.FAIL, told + left, figures)


def _named(case: dict[str, Any], city: City) -> Text:
    subject, owner = str(case["subject"]), owner_words(str(case["owner"]))
    name = Text(subject, subject)
    if subject in city.components:
        name = component_words(city.components[subject])
    elif subject in city.links:
        link = city.links[subject]
        source, target = (component_words(city.components[end]) for end in (link.source, link.target))
        name = Text(f"{source.de} → {target.de}", f"{source.en} → {target.en}")
    return Text(f"{name.de} ({owner.de})", f"{name.en} ({owner.en})")
