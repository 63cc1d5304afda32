"""A resilience run: what broke, what took over, what was lost, and what was found."""

from __future__ import annotations

from dashboards import palette, queries
from dashboards.page import Page, measure_variable
from dashboards.panels import Kit, Put
from dashboards.shared import lifeline_modes
from dashboards.style import PanelOf, plain
from dashboards.tables import Column
from dashboards.text import Language, Text
from simulator.contracts.measurements import CURVE

FIRST_MEASURE = "power-supply"
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


def resilience(lang: Language) -> str:
    """The dashboard as JSON."""
    page = Page(
        "resilience",
        lang,
        Text(
            "Ein Lauf: was gestört wurde, was einsprang, was verloren ging, was herauskam.",
            "One run: what was broken, what took over, what was lost, what was found.",
        ),
    )
    label = page.kit.say(Text("Dienst der Kurve", "Service of the curve"))
    page.variables(measure_variable(label, queries.values_of(CURVE, "measure"), FIRST_MEASURE))
    page.notes()
    kit = page.kit
    page.put(Put("verdict", _verdict(kit), 4, 5), Put("about", _about(kit), 20, 5))
    page.put(Put("classes", _classes(kit), 24, 15))
    page.put(Put("lifelines", lifeline_modes(kit), 24, 9))
    page.put(Put("curve", _curve(kit), 16, 11), Put("losses", losses(kit), 8, 11))
    page.put(Put("redundancies", redundancies(kit), 14, 9), Put("activations", _activations(kit), 10, 9))
    page.put(Put("expectations", expectations(kit), 24, 11))
    page.put(Put("events", _events(kit), 24, 12))
    return page.json()


def _verdict(kit: Kit) -> PanelOf:
    return kit.stat(
        Text("Ergebnis", "Verdict"),
        Text(
            "Bestanden, nicht bestanden, nicht schlüssig; offen, solange der Lauf dauert.",
            "Pass, fail, inconclusive; open while the run lasts.",
        ),
        queries.verdict(),
        "none",
        plain(),
        palette.verdicts(kit.lang),
    )


def _about(kit: Kit) -> PanelOf:
    report = [(Text("Bericht öffnen", "Open the report"), "${__data.fields.report}")]
    return kit.table(
        Text("Frage, Antwort, Bericht", "Question, answer, report"),
        Text(
            "Was der Lauf fragt und was er antwortet. Der Bericht liegt, wo die letzte Spalte es sagt; eine Adresse "
            "darin "
            "lässt sich anklicken (`push --report`).",
            "What the run asks and what it answers. The report is where the last column says; an address in it can "
            "be clicked "
            "(`push --report`).",
        ),
        queries.about_run(kit.lang),
        [
            Column("question", Text("Frage", "Question")),
            Column("answer", Text("Antwort", "Answer")),
            Column("report", Text("Bericht", "Report"), links=report, width=260),
            Column("digest", Text("Prüfsumme", "Digest"), width=160),
        ],
    )


def _classes(kit: Kit) -> PanelOf:
    return kit.timeline(
        Text("Zustand je Anlagenart", "State by kind of component"),
        Text(
            "Der schlechteste Zustand unter allen Anlagen einer Art: normal, eingeschränkt, technischer Ersatz, "
            "analoger "
            "Ersatz, ausgefallen.",
            "The worst state among all components of a kind: normal, degraded, technical fallback, analogue "
            "fallback, failed.",
        ),
        queries.class_course(kit.lang),
        palette.states(kit.lang),
        f"$tag_kind_{kit.lang}",
    )


def _curve(kit: Kit) -> PanelOf:
    return kit.lines(
        Text("Kurve des Dienstes: ${measure:text}", "Service curve: ${measure:text}"),
        Text(
            "Was der durchschnittliche Mensch von dem gewählten Dienst bekam. Die gefüllte Fläche ist, was verloren "
            "ging "
            "(Verlust an Resilienz nach Bruneau u. a. 2003).",
            "What the average person got of the chosen service. The filled area is what was lost (loss of "
            "resilience after "
            "Bruneau et al. 2003).",
        ),
        [(queries.curve("target", "target"), "$col"), (queries.curve("quality", "quality"), "$col")],
        "percentunit",
        most=1.05,
        names={"target": Text("geschuldet", "owed"), "quality": Text("erbracht", "served")},
        shaded=("target", "quality"),
    )


def losses(kit: Kit, run: str = "run") -> PanelOf:
    """The lost area of every service."""
    words = palette.of_texts(palette.measure_words(kit.lang), kit.lang)
    return kit.table(
        Text("Verlorene Fläche", "Lost area"),
        Text(
            "Stunden, in denen der durchschnittliche Mensch den Dienst ganz entbehrt hätte, wenn der Verlust am Stück "
            "gekommen wäre, seit dem Beginn des Szenarios.",
            "Hours that the average person would have gone without the service if the loss had come in one piece, "
            "since the "
            "scenario's zero.",
        ),
        queries.loss_table(run),
        [
            Column("measure", Text("Dienst", "Service"), mappings=words),
            Column("loss_h", Text("verloren", "lost"), "h", decimals=2, width=100),
            Column("quality", Text("zuletzt", "last"), "percentunit", decimals=1, width=90),
        ],
        sort=("loss_h", True),
    )


def redundancies(kit: Kit, run: str = "run") -> PanelOf:
    """Second ways with their verdict and the reason for it."""
    return kit.table(
        Text("Ersatzwege", "Second ways"),
        Text(
            "Jeder Ersatzweg, den das Szenario verlangt, mit dem Befund.",
            "Each second way that the scenario asks for, with what was found.",
        ),
        queries.redundancies(kit.lang, run),
        [
            Column("title", Text("Ersatzweg", "Second way"), width=230),
            Column(
                "kind", Text("Art", "Kind"), mappings=palette.of_texts(palette.REDUNDANCY_KINDS, kit.lang), width=90
            ),
            Column(
                "verdict", Text("Ergebnis", "Verdict"), mappings=palette.verdicts(kit.lang), coloured=True, width=150
            ),
            Column("limit_s", Text("Frist", "Limit"), "s", width=90),
            Column("reason", Text("Befund", "Finding")),
        ],
        sort=("verdict", False),
        no_value=Text("dieses Szenario verlangt keinen Ersatzweg", "this scenario asks for no second way"),
    )


def _activations(kit: Kit) -> PanelOf:
    return kit.table(
        Text("Umschaltzeit gegen die Frist", "Activation against its limit"),
        Text(
            "Der Balken ist der Anteil der Frist, den das Umschalten brauchte; voll heißt: Frist verbraucht, in "
            "Zinnober: "
            "überschritten. Nur was gebraucht wurde, steht hier.",
            "The bar is the share of the limit that the change-over took; full means the limit is used up, "
            "vermilion that it is "
            "exceeded. Only what was needed is here.",
        ),
        queries.activations(kit.lang),
        [
            Column("title", Text("Ersatzweg", "Second way")),
            Column("activation_s", Text("gebraucht", "took"), "s", decimals=1, width=90),
            Column("limit_s", Text("Frist", "Limit"), "s", decimals=0, width=90),
            Column(
                "used_share",
                Text("Anteil der Frist", "Share of limit"),
                "percentunit",
                decimals=0,
                gauge=True,
                width=170,
            ),
        ],
        sort=("used_share", True),
        no_value=Text("kein Ersatzweg wurde gebraucht", "no second way was needed"),
    )


def expectations(kit: Kit, run: str = "run") -> PanelOf:
    """Findings with their verdict."""
    return kit.table(
        Text("Erwartungen und Prüfungen", "Expectations and checks"),
        Text(
            "Jede Prüfung mit Ergebnis und Befund; offen, solange der Lauf dauert.",
            "Each check with its verdict and finding; open while the run lasts.",
        ),
        queries.expectations(kit.lang, run),
        [
            Column(
                "verdict", Text("Ergebnis", "Verdict"), mappings=palette.verdicts(kit.lang), coloured=True, width=150
            ),
            Column("category", Text("Art", "Kind"), mappings=palette.of_texts(palette.CATEGORIES, kit.lang), width=160),
            Column("title", Text("Prüfung", "Check"), width=320),
            Column("reason", Text("Befund", "Finding")),
        ],
        sort=("category", True),
    )


def _events(kit: Kit) -> PanelOf:
    kinds = {
        "fault": Text("Störung", "fault"),
        "clear": Text("behoben", "cleared"),
        "mode": Text("Betriebsweise", "mode"),
        "level-low": Text("unter dem Maß", "below"),
        "level-back": Text("wieder im Maß", "back"),
        "autonomy-used": Text("Vorrat verbraucht", "autonomy used"),
        "crew": Text("Trupp", "crew"),
        "evidence": Text("Wirkung", "evidence"),
        "run": Text("Lauf", "run"),
        "switch": Text("Schalthandlung", "switching"),
        "trigger": Text("Auslöser", "trigger"),
    }
    return kit.table(
        Text("Ereignisse", "Events"),
        Text(
            "Die letzten 300 Ereignisse, das neueste zuerst. Alle stehen in events.jsonl des Laufs.",
            "The last 300 events, the newest first. All are in the run's events.jsonl.",
        ),
        queries.event_table(kit.lang, EVENTS),
        [
            Column("Time", Text("Zeit", "Time"), "dateTimeAsIso", width=170),
            Column("kind", Text("Art", "Kind"), mappings=palette.of_texts(kinds, kit.lang), width=140),
            Column("district", Text("Stadtteil", "District"), width=120),
            Column("title", Text("Ereignis", "Event"), width=380),
            Column("text", Text("Einzelheiten", "Details")),
        ],
    )
