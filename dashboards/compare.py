"""Before and after: two runs side by side."""

from __future__ import annotations

from dashboards import palette, queries
from dashboards.page import Page
from dashboards.panels import Column, Kit, PanelOf, Put, plain
from dashboards.resilience import expectations, losses, redundancies
from dashboards.shared import lifeline_modes, lifelines, services
from simulator.contracts.words import Words

_ = Words("dashboards")

SIDES = (
    ("run", _("before: ${run:text}")),
    ("run_b", _("after: ${run_b:text}")),
)


def compare(lang: str) -> str:
    """The dashboard as JSON."""
    page = Page(
        "compare",
        lang,
        _(
            "Two runs side by side: the first on the left, the second on the right. Both must lie in the "
            "chosen time; runs of the same scenario lie in the same."
        ),
    )
    page.variables(run_b=True)
    kit = page.kit
    for make, key, height in (
        (_verdict, "verdict", 4),
        (_answer, "answer", 4),
        (_people, "people", 8),
        (services, "services", 10),
        (_hours, "hours", 9),
        (losses, "losses", 9),
        (lifelines, "lifelines", 9),
        (lifeline_modes, "modes", 9),
        (redundancies, "redundancies", 7),
        (expectations, "expectations", 10),
    ):
        for run, side in SIDES:
            panel = make(kit, run)
            panel.title(f"{panel.build().title} ({side.of(lang)})")  # type: ignore[attr-defined]
            page.put(Put(f"{key}/{run}", panel, 12, height))
    return page.json()


def _verdict(kit: Kit, run: str) -> PanelOf:
    return kit.stat(
        _("Verdict"),
        _("The verdict of the run."),
        queries.verdict(run),
        "none",
        plain(),
        palette.verdicts(kit.lang),
    )


def _answer(kit: Kit, run: str) -> PanelOf:
    return kit.table(
        _("Answer"),
        _("The run's answer to its question."),
        queries.about_run(kit.lang, run),
        [Column("answer", _("Answer"))],
    )


def _people(kit: Kit, run: str) -> PanelOf:
    return kit.lines(
        _("People affected"),
        _("People who lacked at least one service."),
        [(queries.people_any_course(run), "$col")],
        "short",
        names={"people": _("people affected")},
        fill=20,
    )


def _hours(kit: Kit, run: str) -> PanelOf:
    words = palette.of_texts(palette.measure_words(kit.lang), kit.lang)
    return kit.table(
        _("Person-hours"),
        _("People times hours below the required level, by service."),
        queries.hours_table(run),
        [
            Column("measure", _("Service"), mappings=words),
            Column("person_hours", _("Person-hours"), "short", decimals=1, width=150),
            Column("people", _("People at last"), "short", width=140),
            Column("levels_below", _("Services at last"), "short", width=140),
        ],
        sort=("person_hours", True),
    )
