"""Two runs side by side."""

from __future__ import annotations

import math
from collections.abc import Sequence

from resilience.judge.figures import LevelFigures
from resilience.judge.losses import shown_unit
from resilience.judge.verdict import Category, Finding, Metric
from resilience.report.pages import Page, Section, Table
from resilience.report.run.wording import duration, number, quantity
from resilience.study.campaign.words import amount, signed
from resilience.study.comparison.campaigns import RunSide, say
from resilience.words.terms import fault_words
from simulator.contracts.registry import registry
from simulator.contracts.words import SHARE

Pair = tuple[LevelFigures | None, LevelFigures | None]
SIDES = ("A", "B")


def compare_runs(a: RunSide, b: RunSide, lang: str = "en") -> Page:
    """The page. Levels, checks and metrics are matched by id; what only one has stands beside a dash."""
    levels = _levels(a, b)
    differing = [pair for pair in levels if _differs(pair)]
    findings = _findings(a, b)
    changed = [pair for pair in findings if _word(pair[0], lang) != _word(pair[1], lang)]
    told = [
        say(
            "differences",
            lang,
            changed=number(len(changed), lang),
            checks=number(len(findings), lang),
            levels=number(len(differing), lang),
            all=number(len(levels), lang),
        ),
        say(
            "hours",
            lang,
            a=amount(a.figures.service_hours, lang),
            b=amount(b.figures.service_hours, lang),
            difference=signed(b.figures.service_hours - a.figures.service_hours, lang),
        ),
    ]
    if a.digest == b.digest:
        told = [say("same", lang)]
    elif a.verdict.scenario != b.verdict.scenario:
        told.insert(0, say("other-question", lang, a=a.verdict.title.of(lang), b=b.verdict.title.of(lang)))
    lead = ((say("answer", lang), tuple(told)),)
    sections = [
        _verdicts(a, b, lang),
        _checks(findings, changed, lang),
        _redundancies(findings, lang),
        _level_section(levels, differing, lang),
        _figures(a, b, lang),
    ]
    faults = _faults(a, b, lang)
    if faults is not None:
        sections.append(faults)
    facts = f"A: {a.name} · B: {b.name}"
    return Page(lang, say("kicker", lang), say("title-runs", lang), facts, lead, tuple(sections))


def _verdicts(a: RunSide, b: RunSide, lang: str) -> Section:
    heads = ("run", "verdict", "answer", "city", "seed", "digest")
    rows = tuple(
        (
            f"{sign}: {side.verdict.title.of(lang)}",
            say(side.verdict.value.value, lang),
            side.verdict.answer.of(lang),
            side.city,
            str(side.seed),
            side.digest[:16],
        )
        for sign, side in zip(SIDES, (a, b), strict=True)
    )
    return Section("verdicts", say("verdicts", lang), tables=(Table(_said(heads, lang), rows, names=6),))


FindingPair = tuple[Finding | None, Finding | None]


def _findings(a: RunSide, b: RunSide) -> list[FindingPair]:
    sides = [{(f.category, f.id): f for f in side.verdict.findings} for side in (a, b)]
    keys = dict.fromkeys(key for side in sides for key in side)
    return [(sides[0].get(key), sides[1].get(key)) for key in keys]


def _word(finding: Finding | None, lang: str) -> str:
    if finding is None:
        return say("not-there", lang)
    return say(finding.value.value if finding.needed else "not-needed", lang)


def _title(pair: FindingPair, lang: str) -> str:
    return next(finding.title.of(lang) for finding in pair if finding is not None)


def _checks(findings: Sequence[FindingPair], changed: Sequence[FindingPair], lang: str) -> Section:
    heads = (say("check", lang), *SIDES, *(say("reason-in", lang, side=side) for side in SIDES))
    tables = []
    if changed:
        rows = tuple(
            (
                _title(pair, lang),
                *(_word(finding, lang) for finding in pair),
                *("–" if finding is None else finding.reason.of(lang) for finding in pair),
            )
            for pair in changed
        )
        tables.append(Table(heads, rows, say("checks-changed", lang), names=5))
    same = [pair for pair in findings if pair not in changed]
    if same:
        rows = tuple((_title(pair, lang), _word(pair[0], lang)) for pair in same)
        heads = (say("check", lang), say("verdict", lang))
        tables.append(Table(heads, rows, say("checks-same", lang), names=2))
    return Section("checks", say("checks", lang), tables=tuple(tables))


def _redundancies(findings: Sequence[FindingPair], lang: str) -> Section:
    title = say("redundancies", lang)
    asked = [p for p in findings if any(f is not None and f.category is Category.REDUNDANCY for f in p)]
    if not asked:
        return Section("redundancies", title, (say("no-redundancies", lang),))
    heads = (say("redundancy", lang), *SIDES, *(say("reason-in", lang, side=side) for side in SIDES))
    rows = tuple(
        (
            _title(pair, lang),
            *(_word(finding, lang) for finding in pair),
            *("–" if finding is None else finding.reason.of(lang) for finding in pair),
        )
        for pair in asked
    )
    return Section("redundancies", title, tables=(Table(heads, rows, names=5),))


def _levels(a: RunSide, b: RunSide) -> list[Pair]:
    sides = [{level.id: level for level in side.figures.levels} for side in (a, b)]
    return [(sides[0].get(name), sides[1].get(name)) for name in dict.fromkeys(n for side in sides for n in side)]


def _differs(pair: Pair) -> bool:
    one, other = pair
    if one is None or other is None:
        return True
    same_worst = one.worst == other.worst or (math.isnan(one.worst) and math.isnan(other.worst))
    return not same_worst or one.below_s != other.below_s or one.person_hours != other.person_hours


def _hours(level: LevelFigures | None) -> float:
    return 0.0 if level is None else level.person_hours


def _level_section(levels: Sequence[Pair], differing: Sequence[Pair], lang: str) -> Section:
    title = say("levels", lang)
    if not differing:
        return Section("levels", title, (say("levels-none", lang),))
    heads = (
        say("level", lang),
        say("owed", lang),
        *(say(key, lang, side=side) for key in ("worst-in", "below-in", "hours-in") for side in SIDES),
        say("difference", lang),
    )
    rows = []
    for pair in sorted(differing, key=lambda pair: -abs(_hours(pair[1]) - _hours(pair[0]))):
        known = next(level for level in pair if level is not None)
        measure = registry().measures[known.measure]
        service = measure.title
        unit = shown_unit(measure)
        rows.append(
            (
                f"{service.of(lang)}, {known.title.of(lang)}",
                quantity(known.minimum, unit, lang),
                *("–" if level is None else quantity(level.worst, unit, lang) for level in pair),
                *("–" if level is None or not level.below_s else duration(level.below_s, lang) for level in pair),
                *("–" if level is None else amount(level.person_hours, lang) for level in pair),
                signed(_hours(pair[1]) - _hours(pair[0]), lang),
            )
        )
    same = len(levels) - len(differing)
    notes = (say("levels-same", lang, n=number(same, lang)),) if same else ()
    return Section("levels", title, tables=(Table(heads, tuple(rows)),), notes=notes)


def _figures(a: RunSide, b: RunSide, lang: str) -> Section:
    def back(value: float | None) -> str:
        return say("not-recovered", lang) if value is None else duration(value, lang)

    one, other = a.figures, b.figures
    rows: list[tuple[str, ...]] = [
        (
            say("service-hours", lang),
            amount(one.service_hours, lang),
            amount(other.service_hours, lang),
            signed(other.service_hours - one.service_hours, lang),
        ),
        (
            say("person-hours", lang),
            amount(one.person_hours, lang),
            amount(other.person_hours, lang),
            signed(other.person_hours - one.person_hours, lang),
        ),
        (
            say("most-people", lang),
            number(one.most_people, lang),
            number(other.most_people, lang),
            signed(other.most_people - one.most_people, lang),
        ),
        (say("recovery", lang), back(one.recovery_s), back(other.recovery_s), ""),
    ]
    sides = [{(m.id, m.subject.en, m.against): m for m in side.verdict.metrics} for side in (a, b)]
    for key in dict.fromkeys(key for side in sides for key in side):
        pair = (sides[0].get(key), sides[1].get(key))
        shown = [_metric(metric, lang) for metric in pair]
        if shown[0] != shown[1]:
            known = next(metric for metric in pair if metric is not None)
            rows.append((f"{known.full_title.of(lang)}: {known.subject.of(lang)}", *shown, ""))
    heads = (say("figure", lang), *SIDES, say("difference", lang))
    return Section("figures", say("figures", lang), tables=(Table(heads, tuple(rows)),))


def _metric(metric: Metric | None, lang: str) -> str:
    if metric is None or metric.value is None:
        return "–"
    if metric.unit == "s":
        return duration(metric.value, lang)
    if metric.unit == SHARE:
        return quantity(metric.value, SHARE, lang)
    return amount(metric.value, lang) if metric.unit == "person-h" else quantity(metric.value, metric.unit, lang)


def _faults(a: RunSide, b: RunSide, lang: str) -> Section | None:
    only = [(sign, broken) for sign, one, other in (("A", a, b), ("B", b, a))
            for broken in one.figures.broken if broken not in other.figures.broken]  # fmt: skip
    if not only:
        return None
    heads = (say("fault", lang), say("where", lang), say("in", lang))
    rows = tuple((fault_words(broken.fault).of(lang), broken.target, sign) for sign, broken in only)
    return Section("faults", say("faults", lang), tables=(Table(heads, rows, names=3),))


def _said(keys: Sequence[str], lang: str) -> tuple[str, ...]:
    return tuple(say(key, lang) for key in keys)
