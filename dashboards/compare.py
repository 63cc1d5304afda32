"""Before and after: two runs on each other, each from its own begin."""

from __future__ import annotations

from dashboards import palette, queries
from dashboards.page import Page, measure_variable
from dashboards.panels import DIFFERENCE, IN_HOURS, Column, Kit, PanelOf, Put, grey
from dashboards.resilience import first_measure
from simulator.contracts.words import Text, Words

_ = Words("dashboards")

SIDES = (
    ("run", _("before: ${run:text}")),
    ("run_b", _("after: ${run_b:text}")),
)
NAMES: dict[str, Text] = dict(zip(queries.SIDES, (_("before"), _("after")), strict=True))
HOURS = ("t_h", _("hours since the scenario's zero"))


def compare(lang: str) -> str:
    """The dashboard as JSON."""
    page = Page(
        "compare",
        lang,
        _(
            "Two runs on each other, each over the time since its own zero, whenever they played; figures beside each "
            "other, with what they differ by."
        ),
    )
    page.variables(measure_variable(page.kit, first_measure()), run_b=True)
    kit = page.kit
    for make, key, rows in ((_verdict, "verdict", 3), (_answer, "answer", 7)):
        for run, side in SIDES:
            panel = make(kit, run)
            panel.title(f"{panel.build().title} ({side.of(lang)})")  # type: ignore[attr-defined]
            page.put(Put(f"{key}/{run}", panel, 12, rows))
    page.put(Put("people", _people(kit), 12, 11), Put("curve", _curve(kit), 12, 11))
    page.put(Put("hours", _hours(kit), 12, 10), Put("losses", _losses(kit), 12, 10))
    page.put(Put("figures", _figures(kit), 24, 12))
    page.put(Put("redundancies", _redundancies(kit), 12, 10), Put("expectations", _expectations(kit), 12, 10))
    return page.json()


def _verdict(kit: Kit, run: str) -> PanelOf:
    return kit.stat(
        _("Verdict"),
        _("The verdict of the run."),
        queries.verdict(run),
        "none",
        grey(),
        palette.verdicts(kit.lang),
    )


def _answer(kit: Kit, run: str) -> PanelOf:
    return kit.table(
        _("Answer"),
        _("The run's answer to its question."),
        queries.about_run(kit.lang, run),
        [Column("answer", _("Answer"), wrap=True)],
    )


def _people(kit: Kit) -> PanelOf:
    return kit.trend(
        _("People affected"),
        _("People who lacked at least one service, over the time since the zero of each run."),
        HOURS,
        queries.people_since(),
        NAMES,
        "locale",
    )


def _curve(kit: Kit) -> PanelOf:
    return kit.trend(
        _("Service curve: ${measure:text}"),
        _("What the average person got of the chosen service, over the time since the zero of each run."),
        HOURS,
        queries.quality_since(),
        NAMES,
        "percentunit",
    )


def _sides(unit: str, decimals: int) -> list[Column]:
    words = NAMES | {DIFFERENCE: _("difference")}
    return [Column(name, said, unit, decimals=decimals, width=120) for name, said in words.items()]


def _by_service(kit: Kit, title: Text, description: Text, pair: queries.Pair, sides: list[Column]) -> PanelOf:
    words = palette.of_texts(palette.measure_words(kit.lang), kit.lang)
    service = Column("measure", _("Service"), mappings=words, wrap=True)
    return kit.compared(title, description, "measure", pair, [service, *sides], (queries.SIDES[0], True))


def _hours(kit: Kit) -> PanelOf:
    return _by_service(
        kit,
        _("Person-hours"),
        _("People times hours below the required level, by service."),
        queries.hours_compared(),
        _sides("locale", 0),
    )


def _losses(kit: Kit) -> PanelOf:
    return _by_service(
        kit,
        _("Lost area"),
        _(
            "Hours that the average person would have gone without the service if the loss had come in one "
            "piece, since the scenario's zero."
        ),
        queries.losses_compared(),
        _sides(IN_HOURS, 2),
    )


def _figures(kit: Kit) -> PanelOf:
    return kit.compared(
        _("Figures of both runs"),
        _("Over the whole run, from hour zero; known at its end. They are of one event and not figures of a year."),
        "name",
        queries.figures_compared(kit.lang),
        [
            Column("subject", _("Service"), width=220),
            Column("title", _("Figure"), wrap=True),
            *_sides("none", 3),
            Column("unit", _("Unit"), width=140),
        ],
        ("subject", False),
    )


def _redundancies(kit: Kit) -> PanelOf:
    return kit.compared(
        _("Fallbacks"),
        _("Each fallback that the scenarios ask for, with what was found."),
        "title",
        queries.redundancies_compared(kit.lang),
        [Column("title", _("Fallback"), wrap=True), *_verdicts(kit)],
    )


def _expectations(kit: Kit) -> PanelOf:
    return kit.compared(
        _("Expectations and checks"),
        _("Each check with its verdict in both runs."),
        "title",
        queries.expectations_compared(kit.lang),
        [Column("title", _("Check"), wrap=True), *_verdicts(kit)],
    )


def _verdicts(kit: Kit) -> list[Column]:
    words = palette.verdicts(kit.lang)
    return [Column(name, said, mappings=words, coloured=True, width=150) for name, said in NAMES.items()]
