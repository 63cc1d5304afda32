"""Findings grouped by who answers for them: the owner of the service level, component or link that they are about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from resilience.judge.verdict import Finding, Value
from resilience.report.charter.content import OwnedFinding, OwnerRow
from resilience.report.charter.evidence import CharterRun
from resilience.study.outcome import Outcome, is_known
from simulator.contracts.city import City
from simulator.contracts.words import Text, Verbatim, Words

_ = Words("resilience")

OWNER_NAMES = {
    "water utility": _("water utility"),
    "grid operator": _("grid operator"),
    "city roads department": _("city roads department"),
    "city IT department": _("city IT department"),
    "hospital trust": _("hospital trust"),
    "rescue service": _("rescue service"),
    "public-safety radio operator": _("public-safety radio operator"),
    "city administration": _("city administration"),
}
"""The neutral names that an import gives; those that a town wrote into its files stay as they are."""
NOBODY = _("nobody named")


def owner_words(owner: str) -> Text:
    return OWNER_NAMES.get(owner, Verbatim(owner)) if owner else NOBODY


def owner_rows(runs: Sequence[CharterRun], city: City) -> tuple[OwnerRow, ...]:
    """Every owner in the city, those with the most findings first, else in the city's order."""
    components = Counter(component.owner for component in city.components.values())
    links = Counter(link.owner for link in city.links.values())
    levels = Counter(level.owner for level in city.levels.values())
    found: dict[str, list[OwnedFinding]] = {}
    for run in runs:
        for finding in run.verdict.findings:
            if finding.value is not Value.PASS:
                for owner in owners_of(finding, city):
                    found.setdefault(owner, []).append(_owned(run, finding))
    names = dict.fromkeys([*levels, *components, *links, *found])
    rows = [
        OwnerRow(owner_words(name), components[name], links[name], levels[name], tuple(found.get(name, ())))
        for name in names
    ]
    return tuple(sorted(rows, key=lambda row: -len(row.findings)))


def owners_of(finding: Finding, city: City) -> tuple[str, ...]:
    """The owners of what a finding is about; one that names nothing is nobody's."""
    owners = [
        thing.owner
        for subject in finding.subjects
        for kind in (city.levels, city.components, city.links)
        if (thing := kind.get(subject)) is not None
    ]
    return tuple(dict.fromkeys(owners)) or ("",)


def _owned(run: CharterRun, finding: Finding) -> OwnedFinding:
    outcome = Outcome(finding.value.value)
    if finding.value is Value.FAIL and is_known(finding, run.scenario.expected):
        outcome = Outcome.KNOWN
    return OwnedFinding(
        run.scenario.id, run.scenario.title, finding.title, finding.reason, outcome, run.scenario.charter
    )
