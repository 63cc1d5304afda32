"""Panels that stand on more than one page."""

from __future__ import annotations

from dashboards import palette, queries
from dashboards.panels import Kit
from dashboards.style import PanelOf
from dashboards.tables import Column
from dashboards.text import Text

STATE = Text("Zustand", "State")
PLACE = Text("Stadtteil", "District")
NAME = Text("Name", "Name")
MAP_NAMES = {
    "state": STATE,
    "sign": Text("Zeichen", "Sign"),
    "label": NAME,
    "people_below": Text("Menschen unter dem Maß", "People below"),
    "quality": Text("schlechtester Dienst", "worst service"),
}


def lifelines(kit: Kit, run: str = "run") -> PanelOf:
    """Which lifeline runs on what."""
    none, several = Text("keiner, nichts läuft mehr", "none, nothing runs"), Text("{} Wege", "{} ways")
    left = palette.of_numbers(
        [
            (-1, kit.say(none), palette.VERMILION),
            (0, kit.say(Text("keiner mehr", "none left")), palette.ORANGE),
            (1, kit.say(Text("ein Weg", "one way")), None),
            *((n, kit.say(several).format(n), None) for n in range(2, 6)),
        ]
    )
    return kit.table(
        Text("Worauf läuft was?", "What runs on what?"),
        Text(
            "Jede Einrichtung der Daseinsvorsorge mit ihrer jetzigen Betriebsweise und den Ersatzwegen, die noch "
            "dahinter "
            "liegen.",
            "Each lifeline with its present mode and the second ways that are left behind it.",
        ),
        queries.modes(kit.lang, run=run),
        [
            Column("label", NAME),
            Column("mode", Text("läuft auf", "runs on")),
            Column("state", STATE, mappings=palette.states(kit.lang), coloured=True),
            Column("fallbacks_left", Text("Ersatz bleibt", "Fallbacks left"), mappings=left, coloured=True),
        ],
        sort=("state", True),
    )


def services(kit: Kit, run: str = "run") -> PanelOf:
    """The quality of each service over time."""
    return kit.lines(
        Text("Güte der Dienste", "Quality of services"),
        Text(
            "Was der durchschnittliche Mensch von jedem Dienst bekommt: 100 % ist alles, bei Diensten ohne Anteil das "
            "geschuldete Maß.",
            "What the average person gets of each service: 100 % is all of it or, for services that are no share, "
            "what is owed.",
        ),
        [(queries.quality_course(run), "$tag_measure")],
        "percentunit",
        most=1.0,
        names=palette.measure_words(kit.lang),
    )


def worst_services(kit: Kit, domain: str | None) -> PanelOf:
    """The service levels with the least quality, and for whom."""
    yes = palette.yes_no(kit.lang, Text("✘ unter dem Maß", "✘ below"), Text("✔ eingehalten", "✔ kept"))
    return kit.table(
        Text("Schlechteste Orte", "Worst places"),
        Text(
            "Dienste nach ihrer Güte, die schlechtesten zuerst; mit dem Wert, dem geschuldeten Maß und den Menschen "
            "darunter.",
            "Services by their quality, the worst first; with the value, what is owed, and the people below it.",
        ),
        queries.worst_levels(domain),
        [
            Column("district", PLACE),
            Column(
                "measure",
                Text("Dienst", "Service"),
                mappings=palette.of_texts(palette.measure_words(kit.lang), kit.lang),
            ),
            Column("quality", Text("Güte", "Quality"), "percentunit", decimals=1, width=80),
            Column("value", Text("Wert", "Value"), "none", decimals=2, width=80),
            Column("minimum", Text("geschuldet", "owed"), "none", decimals=2, width=90),
            Column("below", STATE, mappings=yes, coloured=True, width=130),
            Column("people_below", Text("Menschen", "People"), "short", width=90),
            Column("owner", Text("Betreiber", "Owner")),
        ],
        sort=("quality", False),
        most=15,
    )


def lifeline_modes(kit: Kit, run: str = "run") -> PanelOf:
    """How each lifeline went through its modes."""
    return kit.timeline(
        Text("Daseinsvorsorge im Verlauf", "Lifelines over time"),
        Text(
            "Der Zustand jeder Einrichtung, der schlechteste in jedem Abschnitt.",
            "The state of each lifeline, the worst in each interval.",
        ),
        queries.mode_course(run),
        palette.states(kit.lang),
        "$tag_component",
        interval="1m",
    )
