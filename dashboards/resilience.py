"""A resilience run: what broke, what took over, what was lost, and what was found."""

from __future__ import annotations

from dashboards import palette, queries
from dashboards.influxql import held
from dashboards.page import Page, measure_variable
from dashboards.panels import IN_HOURS, IN_SECONDS, Column, Kit, PanelOf, Put, plain
from dashboards.shared import lifeline_modes, place
from simulator.contracts.figures import Formula
from simulator.contracts.registry import registry
from simulator.contracts.words import Words

_ = Words("dashboards")


def first_measure() -> str:
    """The measure shown until somebody chooses another: the one whose interruptions are counted."""
    return next(
        name
        for name, one in registry().measures.items()
        if any(kind.formula is Formula.INTERRUPTIONS for kind in one.figures)
    )


EVENTS = (
    "fault",
    "clear",
    "mode",
    "level-low",
    "level-back",
    "autonomy-used",
    "crew",
    "evidence",
    "run",
    "switch",
    "trigger",
)
"""Events of the log that a person reads; links and supplies going up and down are in events.jsonl."""


def resilience(lang: str) -> str:
    """The dashboard as JSON."""
    page = Page(
        "resilience",
        lang,
        _("One run: what was broken, what took over, what was lost, what was found."),
    )
    page.variables(measure_variable(page.kit, first_measure()))
    page.notes()
    kit = page.kit
    page.put(Put("verdict", _verdict(kit), 4, 8), Put("about", _about(kit), 20, 8))
    page.put(Put("classes", _classes(kit), 24, 24))
    page.put(Put("lifelines", lifeline_modes(kit), 24, 11))
    page.put(Put("curve", _curve(kit), 16, 11), Put("losses", losses(kit), 8, 11))
    page.put(Put("redundancies", redundancies(kit), 14, 9), Put("activations", _activations(kit), 10, 9))
    page.put(Put("expectations", expectations(kit), 24, 11))
    page.put(Put("figures", figures(kit), 24, 11))
    page.put(Put("events", _events(kit), 24, 12))
    return page.json()


def _verdict(kit: Kit) -> PanelOf:
    return kit.stat(
        _("Verdict"),
        _("Pass, fail, inconclusive; open while the run lasts."),
        queries.verdict(),
        "none",
        plain(),
        palette.verdicts(kit.lang),
    )


def _about(kit: Kit) -> PanelOf:
    report = [(_("Open the report"), "${__data.fields.report}")]
    return kit.table(
        _("Question, answer, report"),
        _(
            "What the run asks and what it answers. The report is where the last column says; an address in "
            "it can be clicked (`push --report`)."
        ),
        queries.about_run(kit.lang),
        [
            Column("question", _("Question"), wrap=True),
            Column("answer", _("Answer"), wrap=True),
            Column("report", _("Report"), links=report, width=260),
            Column("digest", _("Digest"), width=160),
        ],
    )


def _classes(kit: Kit) -> PanelOf:
    return kit.timeline(
        _("State by kind of component"),
        _(
            "The worst state among all components of a kind: normal, degraded, technical fallback, analogue "
            "fallback, failed."
        ),
        queries.class_course(kit.lang),
        palette.states(kit.lang),
        f"$tag_kind_{held(kit.lang)}",
    )


def _curve(kit: Kit) -> PanelOf:
    return kit.lines(
        _("Service curve: ${measure:text}"),
        _(
            "What the average person got of the chosen service. The filled area is what was lost (loss of "
            "resilience after Bruneau et al. 2003)."
        ),
        [(queries.curve("target", "target"), "$col"), (queries.curve("quality", "quality"), "$col")],
        "percentunit",
        most=1.05,
        names={"target": _("required"), "quality": _("served")},
        shaded=("target", "quality"),
    )


def losses(kit: Kit) -> PanelOf:
    """The lost area of every service."""
    words = palette.of_texts(palette.measure_words(kit.lang), kit.lang)
    return kit.table(
        _("Lost area"),
        _(
            "Hours that the average person would have gone without the service if the loss had come in one "
            "piece, since the scenario's zero."
        ),
        queries.loss_table(),
        [
            Column("measure", _("Service"), mappings=words, wrap=True),
            Column("loss_h", _("lost"), IN_HOURS, decimals=2, width=100),
            Column("quality", _("last"), "percentunit", decimals=1, width=90),
        ],
        sort=("loss_h", True),
    )


def redundancies(kit: Kit) -> PanelOf:
    """Fallbacks with their verdict and the reason for it."""
    return kit.table(
        _("Fallbacks"),
        _("Each fallback that the scenario asks for, with what was found."),
        queries.redundancies(kit.lang),
        [
            Column("title", _("Fallback"), width=230, wrap=True),
            Column("kind", _("Kind"), mappings=palette.of_texts(palette.REDUNDANCY_KINDS, kit.lang), width=90),
            Column("verdict", _("Verdict"), mappings=palette.verdicts(kit.lang), coloured=True, width=150),
            Column("limit_s", _("Limit"), IN_SECONDS, width=90),
            Column("reason", _("Finding"), wrap=True),
        ],
        sort=("verdict", False),
        no_value=_("this scenario asks for no fallback"),
    )


def _activations(kit: Kit) -> PanelOf:
    return kit.table(
        _("Activation against its limit"),
        _(
            "The bar is the share of the limit that the change-over took; full means the limit is used up, "
            "vermilion that it is exceeded. Only what was needed is here."
        ),
        queries.activations(kit.lang),
        [
            Column("title", _("Fallback")),
            Column("activation_s", _("took"), IN_SECONDS, decimals=1, width=90),
            Column("limit_s", _("Limit"), IN_SECONDS, decimals=0, width=90),
            Column(
                "used_share",
                _("Share of limit"),
                "percentunit",
                decimals=0,
                gauge=True,
                width=170,
            ),
        ],
        sort=("used_share", True),
        no_value=_("no fallback was needed"),
    )


def expectations(kit: Kit) -> PanelOf:
    """Findings with their verdict."""
    return kit.table(
        _("Expectations and checks"),
        _(
            "Each check with its verdict and finding; open while the run lasts. The margin is what lies between figure "
            "and limit, as a share of the limit; it holds in so many of the small changes that `stadtwerk robust` "
            "tried."
        ),
        queries.expectations(kit.lang),
        [
            Column("verdict", _("Verdict"), mappings=palette.verdicts(kit.lang), coloured=True, width=150),
            Column("category", _("Kind"), mappings=palette.of_texts(palette.CATEGORIES, kit.lang), width=160),
            Column("title", _("Check"), width=320),
            Column("margin", _("Margin"), "percentunit", decimals=0, width=90),
            Column("holds", _("holds in"), width=90),
            Column("tried", _("of"), width=70),
            Column("reason", _("Finding"), wrap=True),
        ],
        sort=("category", True),
    )


def figures(kit: Kit) -> PanelOf:
    """The published figures of a run."""
    return kit.table(
        _("Figures of the run"),
        _(
            "Over the whole run, from hour zero; known at its end. "
            "They are of this one event and not figures of a year."
        ),
        queries.figures(kit.lang),
        [
            Column("subject", _("Service"), width=240),
            Column("title", _("Figure")),
            Column("value", _("Value"), decimals=3, width=140),
            Column("unit", _("Unit"), width=120),
        ],
        sort=("subject", False),
    )


def _events(kit: Kit) -> PanelOf:
    kinds = {
        "fault": _("fault"),
        "clear": _("cleared"),
        "mode": _("mode"),
        "level-low": _("below"),
        "level-back": _("back"),
        "autonomy-used": _("autonomy used"),
        "crew": _("crew"),
        "evidence": _("evidence"),
        "run": _("run"),
        "switch": _("switching"),
        "trigger": _("trigger"),
    }
    return kit.table(
        _("Events"),
        _("The last 300 events, the newest first. All are in the run's events.jsonl."),
        queries.event_table(kit.lang, EVENTS),
        [
            Column("Time", _("Time"), "dateTimeAsIso", width=170),
            Column("kind", _("Kind"), mappings=palette.of_texts(kinds, kit.lang), width=140),
            place(kit, 120),
            Column("title", _("Event"), width=380),
            Column("text", _("Details"), wrap=True),
        ],
    )
