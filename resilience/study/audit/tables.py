"""The audit as tables: one row a case, for spreadsheets and for machines."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

from resilience.judge.verdict import EXIT_CODES
from resilience.study.audit.audit import Audit
from resilience.study.audit.outcome import Outcome
from simulator.contracts.form import Form
from simulator.contracts.kinds import MEASURES
from simulator.contracts.link import LinkKind

FORM = Form("audit", 1, again="run the audit again")
"""What audit.json says of itself."""

COLUMNS = (
    "case", "group", "subject", "kind", "owner", "value", "method", "worst_sub_system", "worst_level", "depth",
    "minimum", "unit", "longest_s", "low_s", "person_hours", "levels_failing", "victims_by_graph",
    "single_point_by_graph", "single_point_by_simulation", "why_they_differ", "reason",
)  # fmt: skip
"""`depth` is the worst value of the worst level, `minimum` what is owed; seconds at a stretch and in all below it."""


def row(outcome: Outcome, audit: Audit, lang: str = "en") -> dict[str, Any]:
    """One case as a row of `COLUMNS`; what does not exist is empty."""
    worst, case = outcome.worst, outcome.case
    level = None if worst is None else audit.city.levels[worst.level]
    found: dict[str, Any] = dict.fromkeys(COLUMNS, "")
    found |= {
        "case": case.id,
        "group": case.group.value,
        "subject": case.subject,
        "kind": case.kind,
        "owner": case.owner,
        "value": outcome.value.value,
        "method": outcome.method.value,
        "person_hours": round(outcome.person_hours, 3),
        "levels_failing": " ".join(loss.level for loss in outcome.failing),
        "victims_by_graph": " ".join(f"{one.component}/{one.kind}" for one in outcome.victims),
        "single_point_by_graph": by_graph(outcome),
        "single_point_by_simulation": outcome.single_point,
        "why_they_differ": outcome.why.of(lang),
        "reason": outcome.reason.of(lang),
    }
    if worst is not None and level is not None:
        found |= {
            "worst_sub_system": audit.bench.domain(worst.level).value,
            "worst_level": worst.level,
            "depth": round(worst.worst, 6),
            "minimum": level.minimum,
            "unit": MEASURES[level.measure].unit,
            "longest_s": worst.longest_s,
            "low_s": worst.low_s,
        }
    return found


def by_graph(outcome: Outcome) -> bool:
    """Whether the graph says that somebody has every feed of a kind over this place; a drive has no second feed."""
    return any(one.kind != LinkKind.ROAD for one in outcome.victims)


def csv_text(audit: Audit, lang: str = "en") -> str:
    """All cases as CSV (RFC 4180)."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    writer.writerows(row(outcome, audit, lang) for outcome in audit.outcomes)
    return out.getvalue()


def json_text(audit: Audit, lang: str = "en") -> str:
    """The audit as JSON: settings, counts, assumptions, and every case. The same audit gives the same bytes."""
    settings, scope = audit.settings, audit.scope
    data = {
        "schema": FORM.schema,
        "city": audit.city.name,
        "value": audit.value.value,
        "exit_code": EXIT_CODES[audit.value],
        "settings": {
            "start": settings.start.isoformat(),
            "warmup_s": settings.warmup_s,
            "at_s": settings.at_s,
            "for_s": settings.for_s,
            "until_s": settings.until_s,
            "longest_s": settings.longest_s,
            "work_s": settings.work_s,
            "seed": settings.seed,
        },
        "scope": {
            "kinds": [kind.value for kind in scope.kinds],
            "components": scope.components,
            "pairs": scope.pairs,
            "makers": scope.makers,
            "limit": scope.limit,
        },
        "assumptions": [text.of(lang) for text in settings.assumptions()],
        "counts": counts(audit.outcomes),
        "pairs_spared": dict(audit.pairs_spared),
        "not_judged": sorted(audit.bench.unsteady),
        "cases": [row(outcome, audit, lang) for outcome in audit.outcomes],
    }
    return json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def counts(outcomes: Iterable[Outcome]) -> dict[str, dict[str, int]]:
    """How many cases of each group passed, failed, are open, and how many were lived through."""
    found: dict[str, Counter[str]] = {}
    for outcome in outcomes:
        group = found.setdefault(outcome.case.group.value, Counter())
        group["cases"] += 1
        group[outcome.value.value] += 1
        group[outcome.method.value] += 1
    return {name: dict(counted) for name, counted in found.items()}
