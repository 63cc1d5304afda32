"""The charter report as one HTML page that needs nothing else, as Markdown for minutes, and as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resilience.judge.verdict import finite
from resilience.report.charter.content import CONCLUSIVE, CharterContent, ClauseRow, RunRow, Status
from resilience.report.charter.texts import OUTCOME, STATUS, say
from resilience.report.run.page import page_style
from resilience.report.run.wording import number
from resilience.words.terms import term
from simulator.contracts.codes import maker_words
from simulator.contracts.words import LANGUAGES, READABLE, Words, plain, unbroken

if TYPE_CHECKING:
    import jinja2

_ = Words("resilience")


@dataclass(frozen=True, slots=True)
class CharterView:
    """`overall` is the worst status; `open_runs` are runs that showed nothing conclusive."""

    overall: Status
    badge: str
    summary: str
    counts: dict[str, int]
    open_runs: tuple[RunRow, ...]
    commands: tuple[str, ...]


def charter_view(content: CharterContent, lang: str) -> CharterView:
    worst = (Status.FAILED, Status.NOT_SHOWN, Status.WEAKNESS, Status.SHOWN)
    overall = next((status for status in worst if content.count(status)), Status.NOT_SHOWN)
    runs = {(run.scenario, run.seed): run for row in content.rows for run in row.runs}
    # a run may speak to one clause and not to another; it is open if it speaks to none
    settled = {(r.scenario, r.seed) for row in content.rows for r in row.runs if r.outcome in CONCLUSIVE}
    return CharterView(
        overall,
        _badge(content, overall, lang),
        _summary(content, lang),
        {status.value: content.count(status) for status in Status},
        tuple(run for key, run in runs.items() if key not in settled),
        tuple(run.replay for run in runs.values()),
    )


def _badge(content: CharterContent, overall: Status, lang: str) -> str:
    if overall is Status.SHOWN:
        return say("badge-all", lang)
    return _counted(content, overall, lang)


def _counted(content: CharterContent, status: Status, lang: str) -> str:
    return say(f"sum-{status.value}", lang, n=str(content.count(status)))


def _summary(content: CharterContent, lang: str) -> str:
    every, shown = len(content.rows), content.count(Status.SHOWN)
    if shown == every:
        return say("all-shown", lang, all=str(every))
    said = [say("some-shown", lang, shown=str(shown), all=str(every))]
    rest = [
        _counted(content, status, lang)
        for status in (Status.WEAKNESS, Status.FAILED, Status.NOT_SHOWN)
        if content.count(status)
    ]
    return f"{said[0]} {', '.join(rest)}."


def charter_markdown(content: CharterContent, lang: str = "en") -> str:
    """The report in German (`de`) or English (`en`)."""
    return "\n".join(_lines(content, lang)) + "\n"


def _lines(c: CharterContent, lang: str) -> Iterator[str]:
    view = charter_view(c, lang)
    yield f"# {say('heading', lang, city=c.city_title.of(lang))}"
    yield ""
    yield say(
        "facts",
        lang,
        people=number(c.people, lang),
        scenarios=str(c.scenarios),
        runs=str(c.runs),
        clauses=str(len(c.rows)),
    )
    yield from ("", f"**{view.summary}**", "", f"## {say('grid', lang)}", "", say("grid-intro", lang), "")
    yield from _table(
        [say(key, lang) for key in ("clause", "status", "must-show", "found")],
        [
            (
                f"**{row.clause.title.of(lang)}** ({row.clause.id})",
                STATUS[row.status].of(lang),
                row.clause.show.of(lang),
                row.sentence.of(lang),
            )
            for row in c.rows
        ],
    )
    yield from _not_shown(c, lang)
    yield from _owners(c, lang)
    yield from ("", f"## {say('makers', lang)}", "")
    yield from _table(
        [say(key, lang) for key in ("kind", "maker", "share")],
        [(row.kind.of(lang), maker_words(row.maker).of(lang), f"{row.count} / {row.of}") for row in c.makers],
    )
    yield from ("", f"## {say('ages', lang)}", "", say("ages-intro", lang, year=str(c.reference_year)), "")
    yield from _table(
        [say(key, lang) for key in ("kind", "count", "past", "unknown-age", "oldest", "lifetime", "source")],
        [
            (
                row.kind.of(lang),
                number(row.count, lang),
                number(row.past, lang),
                number(row.unknown, lang),
                str(row.oldest_year or "–"),
                f"{number(row.lifetime_years, lang)} {say('years', lang)}",
                f"{row.source.of(lang)} ({term(row.confidence, lang)})",
            )
            for row in c.ages
        ],
    )
    yield from ("", f"## {say('details', lang)}")
    for row in c.rows:
        yield from _clause(row, lang)
    yield from ("", f"## {say('thresholds', lang)}", "")
    yield from _table(
        [say(key, lang) for key in ("limit", "value", "source", "confidence")],
        [
            (row.title.of(lang), row.value.of(lang), row.source.of(lang), term(row.confidence, lang))
            for row in c.thresholds
        ],
    )
    yield from (
        "",
        f"## {say('reproduce', lang)}",
        "",
        "```",
        c.command,
        *view.commands,
        "```",
        "",
        say("footer", lang),
    )


def _not_shown(c: CharterContent, lang: str) -> Iterator[str]:
    view = charter_view(c, lang)
    yield from ("", f"## {say('not-shown', lang)}", "")
    rows = [row for row in c.rows if row.status is Status.NOT_SHOWN]
    yield from (f"- **{row.clause.title.of(lang)}** ({row.clause.id}): {row.sentence.of(lang)}" for row in rows)
    if not rows:
        yield say("nothing-open", lang)
    if view.open_runs:
        yield from ("", f"### {say('open-runs', lang)}", "")
        yield from (f"- **{run.title.of(lang)}**: {run.sentence.of(lang)}" for run in view.open_runs)


def _owners(c: CharterContent, lang: str) -> Iterator[str]:
    yield from ("", f"## {say('owners', lang)}", "", say("owners-intro", lang))
    for owner in c.owners:
        yield from ("", f"### {owner.owner.of(lang)}", "")
        counted = ((owner.components, "components"), (owner.links, "links"), (owner.levels, "levels"))
        yield ", ".join(f"{number(count, lang)} {say(key, lang)}" for count, key in counted)
        yield ""
        for finding in owner.findings:
            word = OUTCOME[finding.outcome].of(lang)
            where = finding.scenario_title.of(lang)
            yield f"- **{finding.title.of(lang)}** ({word}): {finding.sentence.of(lang)} _{where}_"
        if not owner.findings:
            yield say("no-findings", lang)


def _clause(row: ClauseRow, lang: str) -> Iterator[str]:
    yield from ("", f"### {row.clause.title.of(lang)} ({row.clause.id}): {STATUS[row.status].of(lang)}", "")
    yield row.clause.show.of(lang)
    yield ""
    for run in row.runs:
        yield f"- **{run.title.of(lang)}** ({OUTCOME[run.outcome].of(lang)}): {run.sentence.of(lang)}"
        for figure in run.figures:
            if figure.source:
                source = f"{figure.source.of(lang)}, {term(figure.confidence, lang)}"
                yield f"  - {figure.title.of(lang)}: {figure.target.of(lang)} / {figure.actual.of(lang)} ({source})"
    for check in row.checks:
        yield f"- **{check.title.of(lang)}** ({OUTCOME_OF[check.value.value].of(lang)}): {check.reason.of(lang)}"


OUTCOME_OF = {outcome.value: words for outcome, words in OUTCOME.items()}


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{'|'.join('---' for _ in heads)}|"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', '/') for cell in row)} |"


def charter_page(content: CharterContent, lang: str = "en") -> str:
    """The page in German (`de`) or English (`en`). The same content gives the same text. Raises `ValueError`."""
    if lang not in READABLE:
        raise ValueError(f"no report in {lang!r}; there is {' and '.join(LANGUAGES)}")
    from markupsafe import Markup

    view = charter_view(content, lang)
    helpers: dict[str, Any] = {
        "t": lambda key, **values: say(key, lang, **values),
        "term": lambda name: term(name, lang),
        "num": lambda value: number(value, lang),
        "maker": lambda name: maker_words(name).of(lang),
        "anchor": lambda clause: "c-" + clause.replace("/", "-").replace(".", "-").lower(),
        "unbroken": unbroken,
        "status_words": {status.value: words for status, words in STATUS.items()},
        "outcome_words": {outcome.value: words for outcome, words in OUTCOME.items()},
        "overall": view.overall.value,
        "badge": view.badge,
        "summary": view.summary,
        "counts": view.counts,
        "open_runs": view.open_runs,
        "commands": view.commands,
        "style": Markup(page_style() + _style()),
    }
    return _environment().get_template("page.html.j2").render(c=content, lang=lang, **helpers)


@cache
def _style() -> str:
    return Path(__file__).with_name("charter.css").read_text(encoding="utf-8")


@cache
def _environment() -> jinja2.Environment:
    from resilience.report.templates import template_folder

    return template_folder(Path(__file__).parent)


FORM = "stadtwerk/charter/1"


def charter_json(content: CharterContent) -> str:
    """JSON text in both languages, the same bytes for the same content."""
    data: dict[str, Any] = {"schema": FORM, "exit_code": content.exit_code, **plain(content)}
    return json.dumps(finite(data), ensure_ascii=False, indent=2, allow_nan=False) + "\n"
