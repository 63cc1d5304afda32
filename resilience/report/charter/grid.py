"""The rows of the charter report: each clause with what speaks for or against it, findings by owner, and equipment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from resilience.judge.outcome import Outcome, is_known, quoted
from resilience.judge.verdict import Finding, Value
from resilience.report.charter.content import (
    AgeRow,
    ClauseRow,
    FigureRow,
    MakerRow,
    OwnedFinding,
    OwnerRow,
    RunRow,
    Status,
    missing,
    run_need,
    status_of,
)
from resilience.report.charter.evidence import CharterRun, ClauseEvidence
from resilience.report.run.compose import target_and_actual
from resilience.scenario.clauses import Need, charter_clauses
from resilience.scenario.draws.classes import rate_of
from resilience.words.terms import kind_words
from simulator.contracts.city import City
from simulator.contracts.codes import owner_words
from simulator.contracts.component import Component
from simulator.contracts.failure import Confidence
from simulator.contracts.registry import registry
from simulator.contracts.sources import is_assumed, source_text
from simulator.contracts.words import Text, Verbatim, Words, enumerated, joined

_ = Words("resilience")


def maker_rows(city: City) -> tuple[MakerRow, ...]:
    """Each maker's share of each kind, of those whose maker is known, in the catalogue's order of kinds."""
    counts: dict[str, Counter[str]] = {}
    for component in city.components.values():
        if component.maker:
            counts.setdefault(component.kind, Counter())[component.maker] += 1
    return tuple(
        MakerRow(maker, kind_words(kind), count, sum(makers.values()))
        for kind, makers in counts.items()
        for maker, count in sorted(makers.items(), key=lambda pair: (-pair[1], pair[0]))
    )


def age_rows(city: City, year: int) -> tuple[AgeRow, ...]:
    """Classes whose usual service life is known, those with the most components past it first."""
    found: dict[str, list[Component]] = {}
    for component in city.components.values():
        known = rate_of(component)
        if known is not None:
            found.setdefault(known.id, []).append(component)
    rows = []
    for name, components in found.items():
        known = registry().rates[name]
        years = [component.year for component in components if component.year is not None]
        titles = dict.fromkeys(kind_words(component.kind) for component in components)
        rows.append(
            AgeRow(
                known.title or enumerated(list(titles)),
                len(components),
                sum(year - built > known.support_years for built in years),
                len(components) - len(years),
                min(years, default=None),
                known.support_years,
                source_text(known.support_source),
                (Confidence.ASSUMPTION if is_assumed(known.support_source) else Confidence.FOUND).value,
            )
        )
    return tuple(sorted(rows, key=lambda row: -row.past))


NOBODY = _("nobody named")


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
        OwnerRow(
            owner_words(name) if name else NOBODY,
            components[name],
            links[name],
            levels[name],
            tuple(found.get(name, ())),
        )
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


_n = _.plural

NEEDS = {
    Need.RUN: _("a conclusive scenario"),
    Need.TECHNICAL: _("a technical standby that was called upon"),
    Need.ANALOGUE: _("an analogue fallback that was called upon"),
    Need.CHECK: _("a check of data and interfaces"),
}

WORDS = {
    Outcome.PASS: _("Held"),
    Outcome.KNOWN: _("Known weakness"),
    Outcome.FAIL: _("Not held"),
}
NAMED = 3
"""Scenarios that the grid names; the details have them all."""


def clause_rows(runs: Sequence[CharterRun], checks: Sequence[ClauseEvidence]) -> tuple[ClauseRow, ...]:
    """One row for each clause, in the charter's order."""
    rows = []
    for clause in charter_clauses():
        naming = tuple(run for run in runs if clause.id in run.scenario.charter)
        its = tuple(check for check in checks if check.clause == clause.id)
        status, lacking = status_of(clause, naming, its), missing(clause, naming, its)
        need = run_need(clause)
        shown = tuple(_run_row(run, need) for run in naming)
        rows.append(ClauseRow(clause, status, _found(status, shown, its, lacking), shown, its, lacking))
    return tuple(rows)


def _run_row(run: CharterRun, need: Need) -> RunRow:
    found = run.findings(need)
    outcome = run.outcome(need)
    return RunRow(
        run.scenario.id,
        run.seed,
        run.scenario.title,
        run.scenario.question,
        outcome,
        run.judged.reason if need is Need.RUN and run.looked else _run_sentence(run, need, outcome),
        _run_sentence(run, need, outcome),
        tuple(_figure(run, finding) for finding in found if finding.needed),
        run.folder,
        run.replay,
    )


def _run_sentence(run: CharterRun, need: Need, outcome: Outcome) -> Text:
    """What a reader of the clause is told of the run."""
    found = run.findings(need)
    if outcome is Outcome.NOT_SHOWN and not run.looked:
        return _("It was not held beside the same day without its faults: nobody knows whether they mattered.")
    if need in (Need.TECHNICAL, Need.ANALOGUE):
        if not found:
            return _("No such fallback was called upon here.")
        if run.judged.outcome in (Outcome.INCONCLUSIVE, Outcome.NOT_SHOWN):
            return run.judged.reason
        missed = tuple(finding for finding in run.served(found) if finding.value is not Value.PASS)
        said = [finding.title + Verbatim(": ") + finding.reason for finding in (*found, *missed)]
        return joined(said, Verbatim(" "))
    if outcome is Outcome.KNOWN:
        worst = next((f for f in found if f.value is Value.FAIL), None)
        return run.judged.reason if worst is None else run.judged.reason + Verbatim(" ") + worst.reason
    return run.judged.reason


def _figure(run: CharterRun, finding: Finding) -> FigureRow:
    target, actual = target_and_actual(finding)
    outcome = Outcome(finding.value.value)
    if finding.value is Value.FAIL and is_known(finding, run.scenario.expected):
        outcome = Outcome.KNOWN
    limit = finding.limit
    return FigureRow(
        finding.title,
        target,
        actual,
        outcome,
        finding.reason,
        None if limit is None else limit.source,
        "" if limit is None else limit.confidence.value,
    )


def _found(
    status: Status, runs: Sequence[RunRow], checks: Sequence[ClauseEvidence], lacking: Sequence[Need]
) -> tuple[Text, ...]:
    """What fails or is weak first, then what held, then what the checks found."""
    if status is Status.NOT_SHOWN:
        wanted = enumerated([NEEDS[need] for need in lacking])
        return (_("Not shown. Missing: {wanted}.", wanted=wanted),)
    wrong = [check.reason for check in checks if check.value is Value.FAIL]
    if status is Status.FAILED and not wrong:
        wrong = [next(run.sentence for run in runs if run.outcome is Outcome.FAIL)]
    if status is Status.WEAKNESS:
        wrong = [next(run.short for run in runs if run.outcome is Outcome.KNOWN)]
    return (*wrong, *_counted(runs, checks))


def _counted(runs: Sequence[RunRow], checks: Sequence[ClauseEvidence]) -> list[Text]:
    """In which conclusive scenarios the clause held and in which it did not, and what the checks found."""
    said: list[Text] = []
    for outcome, words in WORDS.items():
        titles = {run.scenario: run.title for run in runs if run.outcome is outcome}
        if titles:
            many = _n("{n} scenario", "{n} scenarios", len(titles))
            names = enumerated([quoted(title) for title in titles.values()], NAMED)
            said.append(_("{words} in {many}: {names}.", words=words, many=many, names=names))
    said += [check.reason for check in checks if check.value is Value.PASS]
    return said
