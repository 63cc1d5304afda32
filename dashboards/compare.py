"""Before and after: two runs side by side."""

from __future__ import annotations

from dashboards import palette, queries
from dashboards.page import Page
from dashboards.panels import Kit, Put
from dashboards.resilience import expectations, losses, redundancies
from dashboards.shared import lifeline_modes, lifelines, services
from dashboards.style import PanelOf, plain
from dashboards.tables import Column
from dashboards.text import Language, Text

SIDES = (
    ("run", Text("vorher: ${run:text}", "before: ${run:text}")),
    ("run_b", Text("nachher: ${run_b:text}", "after: ${run_b:text}")),
)


def compare(lang: Language) -> str:
    """The dashboard as JSON."""
    page = Page(
        "compare",
        lang,
        Text(
            "Zwei Läufe nebeneinander: links der erste, rechts der zweite. Beide müssen in der gewählten Zeit "
            "liegen; Läufe "
            "desselben Szenarios liegen in derselben.",
            "Two runs side by side: the first on the left, the second on the right. Both must lie in the chosen "
            "time; runs of "
            "the same scenario lie in the same.",
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
        Text("Ergebnis", "Verdict"),
        Text("Das Ergebnis des Laufs.", "The verdict of the run."),
        queries.verdict(run),
        "none",
        plain(),
        palette.verdicts(kit.lang),
    )


def _answer(kit: Kit, run: str) -> PanelOf:
    return kit.table(
        Text("Antwort", "Answer"),
        Text("Die Antwort des Laufs auf seine Frage.", "The run's answer to its question."),
        queries.about_run(kit.lang, run),
        [Column("answer", Text("Antwort", "Answer"))],
    )


def _people(kit: Kit, run: str) -> PanelOf:
    return kit.lines(
        Text("Betroffene Menschen", "People affected"),
        Text("Menschen, denen wenigstens ein Dienst fehlte.", "People who lacked at least one service."),
        [(queries.people_any_course(run), "$col")],
        "short",
        names={"people": Text("betroffene Menschen", "people affected")},
        fill=20,
    )


def _hours(kit: Kit, run: str) -> PanelOf:
    words = palette.of_texts(palette.measure_words(kit.lang), kit.lang)
    return kit.table(
        Text("Personenstunden", "Person-hours"),
        Text(
            "Menschen mal Stunden unter dem geschuldeten Maß, je Dienst.",
            "People times hours below what is owed, by service.",
        ),
        queries.hours_table(run),
        [
            Column("measure", Text("Dienst", "Service"), mappings=words),
            Column("person_hours", Text("Personenstunden", "Person-hours"), "short", decimals=1, width=150),
            Column("people", Text("Menschen zuletzt", "People at last"), "short", width=140),
            Column("levels_below", Text("Dienste zuletzt", "Services at last"), "short", width=140),
        ],
        sort=("person_hours", True),
    )
