"""The audit for people: one HTML page that needs nothing else, German or English; and its tables, for spreadsheets."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import resilience.report.run
from resilience.judge.losses import Reach, subject_words
from resilience.judge.verdict import EXIT_CODES, Value
from resilience.report.run.wording import duration, number, quantity
from resilience.study.audit.audit import Audit
from resilience.study.audit.cases import Group, own_fault
from resilience.study.audit.outcome import Outcome, file_name
from resilience.study.audit.words import GROUPS, TEXTS, VALUES, answer
from resilience.words.terms import component_words, link_words, term
from simulator.contracts.codes import maker_words, owner_words
from simulator.contracts.component import Component
from simulator.contracts.form import Form
from simulator.contracts.registry import registry
from simulator.contracts.words import LANGUAGES, READABLE, SHARE, Said, Words

_ = Words("resilience")

FORM = Form("audit", 1, again=_("run the audit again"))
"""What audit.json says of itself."""

COLUMNS = (
    "case", "group", "subject", "kind", "owner", "value", "method", "worst_sub_system", "worst_level", "depth",
    "minimum", "unit", "longest_s", "low_s", "person_hours", "levels_failing", "victims_by_graph",
    "single_point_by_graph", "single_point_by_simulation", "why_they_differ", "reason", "no_effect",
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
        "no_effect": outcome.no_effect,
    }
    if worst is not None and level is not None:
        found |= {
            "worst_sub_system": audit.bench.domain(worst.level).value,
            "worst_level": worst.level,
            "depth": round(worst.worst, 6),
            "minimum": level.minimum,
            "unit": registry().measures[level.measure].unit,
            "longest_s": worst.longest_s,
            "low_s": worst.low_s,
        }
    return found


def by_graph(outcome: Outcome) -> bool:
    """Whether the graph says that somebody has every feed of a kind over this place; a drive has no second feed."""
    return any(one.kind not in registry().access_links for one in outcome.victims)


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


NO_EFFECT = "no-effect"
"""Counts cases in which no level that they are judged by went otherwise: they hold, but show nothing."""


def counts(outcomes: Iterable[Outcome]) -> dict[str, dict[str, int]]:
    """How many cases of each group were felt and held, had no effect, failed or are open; and how many were lived
    through.
    """
    found: dict[str, Counter[str]] = {}
    for outcome in outcomes:
        group = found.setdefault(outcome.case.group.value, Counter())
        group["cases"] += 1
        group[NO_EFFECT if outcome.no_effect else outcome.value.value] += 1
        group[outcome.method.value] += 1
    return {name: dict(counted) for name, counted in found.items()}


MOST = 60
"""Rows that a table of the page shows; all of them stand in the CSV."""


@dataclass(frozen=True, slots=True)
class Row:
    """One case, worded."""

    value: Value
    subject: str
    id: str
    kind: str
    owner: str
    sub_system: str
    level: str
    depth: str
    owed: str
    length: str
    hours: str
    reason: str
    victims: str
    why: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one kind, the worst first; `more` are not shown."""

    title: str
    id: str
    rows: tuple[Row, ...]
    more: int


@dataclass(frozen=True, slots=True)
class OwnerRow:
    owner: str
    cases: int
    failing: int
    hours: str
    worst: str


@dataclass(frozen=True, slots=True)
class MakerRow:
    maker: str
    number: int
    share: str
    kinds: str
    value: Value
    lost: str


def worse(outcome: Outcome) -> float:
    """What cases are ranked by."""
    return outcome.person_hours


def render(audit: Audit, lang: str = "en") -> str:
    """The page. The same audit gives the same text. Raises `ValueError` for another language."""
    if lang not in READABLE:
        raise ValueError(f"no page in {lang!r}; there is {' and '.join(LANGUAGES)}")
    import jinja2
    from markupsafe import Markup

    style = Path(str(resilience.report.run.__file__)).with_name("page.css").read_text(encoding="utf-8")
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    helpers: dict[str, Any] = {
        "t": lambda key, *values: TEXTS[key].of(lang).format(*values),
        "num": lambda value: number(value, lang),
        "style": Markup(style),
    }
    return environment.get_template("audit.html.j2").render(a=audit, v=view_of(audit, lang), lang=lang, **helpers)


def view_of(audit: Audit, lang: str) -> dict[str, Any]:
    """What the page shows, worded."""
    words = _Words(audit, lang)
    single = audit.of(Group.LINK, Group.COMPONENT)
    fails = [outcome for outcome in audit.outcomes if outcome.value is Value.FAIL]
    counted = counts(audit.outcomes)
    return {
        "title": Said({"de": audit.city.title_de, "en": audit.city.title_en}).of(lang),
        "answer": answer(audit).of(lang),
        "counts": [(GROUPS[g].of(lang), counted[g.value]) for g in GROUPS if g.value in counted],
        "failures": [words.table(g, [o for o in fails if o.case.group is g]) for g in GROUPS if g.value in counted],
        "points": [
            words.points("both", [o for o in single if by_graph(o) and o.single_point]),
            words.points("only-simulation", [o for o in single if o.single_point and not by_graph(o)]),
            words.points("only-graph", [o for o in single if by_graph(o) and not o.single_point]),
        ],
        "replay": f"cases/{file_name(max(fails, key=worse).case)}.yaml" if fails else "cases/NAME.yaml",
        "owners": words.owners(audit.outcomes),
        "makers": words.makers() if audit.scope.makers else (),
        "unsteady": [words.level(name) for name in sorted(audit.bench.unsteady)],
        "spared": [(TEXTS[f"rule-{rule}"].of(lang), count) for rule, count in audit.pairs_spared.items()],
        "assumptions": [text.of(lang) for text in audit.settings.assumptions()],
        "verdict": {value.value: VALUES[value].of(lang) for value in VALUES},
    }


class _Words:
    """Names, numbers and times of one audit in one language."""

    def __init__(self, audit: Audit, lang: str) -> None:
        self._audit, self._city, self._lang = audit, audit.city, lang

    def name(self, subject: str) -> str:
        if subject in self._city.components:
            return component_words(self._city.components[subject]).of(self._lang)
        if subject in self._city.links:
            link = self._city.links[subject]
            return f"{self.name(link.source)} → {self.name(link.target)}"
        return subject

    def level(self, name: str) -> str:
        level = self._city.levels[name]
        where, reach = subject_words(level.subject, self._city)
        if reach is Reach.COMPONENT:
            return where.of(self._lang)
        return f"{registry().measures[level.measure].service.of(self._lang)} ({where.of(self._lang)})"

    def row(self, outcome: Outcome) -> Row:
        case, worst, lang = outcome.case, outcome.worst, self._lang
        depth = owed = length = level = sub_system = ""
        way = TEXTS["way-to"].of(lang) if case.group is Group.ACCESS else ""
        if worst is not None:
            promised = self._city.levels[worst.level]
            measure = registry().measures[promised.measure]
            unit = SHARE if measure.unit == "1" and measure.higher_is_better else measure.unit
            depth, owed = quantity(worst.worst, unit, lang), quantity(promised.minimum, unit, lang)
            length, level = duration(worst.longest_s, lang), self.level(worst.level)
            if len(outcome.failing) > 1:
                level += " " + TEXTS["and-more"].of(lang).format(len(outcome.failing) - 1)
            sub_system = registry().subsystems[measure.domain].title.of(lang)
        names = [f"{self.name(v.component)} ({link_words(v.kind).of(lang)})" for v in outcome.victims]
        shown = ", ".join(names[:4]) + (
            " " + TEXTS["and-more"].of(lang).format(len(names) - 4) if len(names) > 4 else ""
        )
        return Row(
            outcome.value,
            way + " + ".join(self.name(subject) for subject in case.subjects),
            case.subject,
            self.kind(case.kind),
            self.owner(case.owner),
            sub_system,
            level,
            depth,
            owed,
            length,
            number(outcome.person_hours, lang) if outcome.person_hours else "",
            outcome.reason.of(lang),
            shown,
            outcome.why.of(lang),
        )

    def kind(self, kind: str) -> str:
        return " + ".join(term(part, self._lang) for part in kind.split(" + "))

    def owner(self, owner: str) -> str:
        """One owner, or those of two things that fail together."""
        if not owner:
            return TEXTS["nobody"].of(self._lang)
        return " + ".join(owner_words(part).of(self._lang) for part in owner.split(" + "))

    def table(self, group: Group, outcomes: Iterable[Outcome]) -> Table:
        return self._table(GROUPS[group].of(self._lang), f"failing-{group.value}", outcomes)

    def points(self, key: str, outcomes: Iterable[Outcome]) -> Table:
        return self._table(TEXTS[key].of(self._lang), f"points-{key}", outcomes)

    def _table(self, title: str, name: str, outcomes: Iterable[Outcome]) -> Table:
        ranked = sorted(outcomes, key=lambda o: (-o.person_hours, -len(o.victims)))
        return Table(title, name, tuple(self.row(o) for o in ranked[:MOST]), max(0, len(ranked) - MOST))

    def owners(self, outcomes: Iterable[Outcome]) -> tuple[OwnerRow, ...]:
        """Whose links and components do not hold (charter, 3.1: clear responsibilities)."""
        found: dict[str, list[Outcome]] = {}
        for outcome in outcomes:
            if outcome.case.group is not Group.MAKER:
                found.setdefault(self.owner(outcome.case.owner), []).append(outcome)
        rows = []
        for owner, theirs in found.items():
            bad = sorted((o for o in theirs if o.value is Value.FAIL), key=lambda o: -o.person_hours)
            names = "; ".join(" + ".join(self.name(s) for s in o.case.subjects) for o in bad[:3])
            hours = sum(o.person_hours for o in bad)
            rows.append((hours, OwnerRow(owner, len(theirs), len(bad), number(hours, self._lang), names)))
        return tuple(row for _, row in sorted(rows, key=lambda item: (-item[0], item[1].owner)))

    def makers(self) -> tuple[MakerRow, ...]:
        """How much of the town is whose make, and what goes if all of that fails."""
        known = [c for c in self._city.components.values() if c.maker and own_fault(c.kind) is not None]
        rows = []
        for outcome in self._audit.of(Group.MAKER):
            maker = outcome.case.subject
            made = [c for c in known if c.maker == maker]
            kinds = sorted({c.kind for c in made})
            parts = [f"{self.kind(kind)} {quantity(_share(made, known, kind), SHARE, self._lang)}" for kind in kinds]
            lost = ", ".join(self.level(loss.level) for loss in outcome.failing[:6])
            share = quantity(len(made) / len(known), SHARE, self._lang)
            rows.append(
                MakerRow(maker_words(maker).of(self._lang), len(made), share, ", ".join(parts), outcome.value, lost)
            )
        return tuple(rows)


def _share(made: list[Component], known: list[Component], kind: str) -> float:
    return sum(c.kind == kind for c in made) / sum(c.kind == kind for c in known)
