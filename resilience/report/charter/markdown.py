"""The charter report as Markdown, for minutes and repositories."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from resilience.report.charter.content import CharterContent, ClauseRow
from resilience.report.charter.status import Status
from resilience.report.charter.texts import OUTCOME, STATUS, say
from resilience.report.charter.view import charter_view, maker_words
from resilience.report.run.wording import number
from resilience.words.terms import source_words, term


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
        [(row.kind.of(lang), maker_words(row.maker, lang), f"{row.count} / {row.of}") for row in c.makers],
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
                f"{row.lifetime_years:g} {say('years', lang)}",
                f"{source_words(row.source).of(lang)} ({term(row.confidence, lang)})",
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
            (row.title.of(lang), row.value, source_words(row.source).of(lang), term(row.confidence, lang))
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
                source = f"{source_words(figure.source).of(lang)}, {term(figure.confidence, lang)}"
                yield f"  - {figure.title.of(lang)}: {figure.target.of(lang)} / {figure.actual.of(lang)} ({source})"
    for check in row.checks:
        yield f"- **{check.title.of(lang)}** ({OUTCOME_OF[check.value.value].of(lang)}): {check.reason.of(lang)}"


OUTCOME_OF = {outcome.value: words for outcome, words in OUTCOME.items()}


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{'|'.join('---' for _ in heads)}|"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', '/') for cell in row)} |"
