"""Builds the content of the charter report from a city, runs of scenarios on it, and checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from resilience.report.charter.content import CharterContent, SourceRow
from resilience.report.charter.evidence import CharterRun, ClauseEvidence
from resilience.report.charter.grid import age_rows, clause_rows, maker_rows, owner_rows
from resilience.scenario.norms import norms
from simulator.contracts.city import City
from simulator.contracts.words import Said


def compose_charter(
    city: City,
    runs: Sequence[CharterRun],
    checks: Sequence[ClauseEvidence],
    command: str,
    versions: Mapping[str, str],
) -> CharterContent:
    """The content of one report. Runs are shown in the order in which they come. Raises `ValueError` without runs."""
    if not runs:
        raise ValueError("a charter report needs at least one run")
    year = reference_year(runs)
    used = {f.limit.norm for run in runs for f in run.verdict.findings if f.limit is not None}
    return CharterContent(
        city.name,
        Said({"de": city.title_de or city.name, "en": city.title_en or city.name}),
        city.people,
        len(runs),
        len({run.scenario.id for run in runs}),
        year,
        clause_rows(runs, checks),
        owner_rows(runs, city),
        maker_rows(city),
        age_rows(city, year),
        tuple(SourceRow(n.title, n.shown, n.source, n.confidence.value) for n in norms().values() if n.id in used),
        command,
        tuple(versions.items()),
    )


def reference_year(runs: Sequence[CharterRun]) -> int:
    """The year of the latest run, against which the age of components is counted."""
    return max(run.scenario.run.start.year for run in runs)
