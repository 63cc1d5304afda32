"""What HTML and Markdown show beside the content itself: counts, the summary, words by language."""

from __future__ import annotations

from dataclasses import dataclass

from resilience.report.charter.content import CharterContent, RunRow
from resilience.report.charter.status import Status
from resilience.report.charter.texts import say
from resilience.study.outcome import Outcome

MAKER_DE = "Hersteller"


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
    settled = {(r.scenario, r.seed) for row in content.rows for r in row.runs if r.outcome is not Outcome.INCONCLUSIVE}
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


def maker_words(maker: str, lang: str) -> str:
    """A maker's name; the neutral `maker A` of an import is said in the language."""
    return maker.replace("maker ", f"{MAKER_DE} ", 1) if lang == "de" and maker.startswith("maker ") else maker
