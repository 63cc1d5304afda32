"""The city at a glance: what is wrong, since when, for how many people, and what has taken over."""

from __future__ import annotations

from dashboards import palette, queries
from dashboards.maps import town_map
from dashboards.page import Page
from dashboards.panels import Column, Kit, PanelOf, Put, bad_from, plain
from dashboards.text import Language, Text

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
CITY_WIDE = Text(
    "Für die ganze Stadt; Stadtteil und Betreiber wirken hier nicht.",
    "For the whole city; district and owner have no effect.",
)


def city(lang: Language) -> str:
    """The dashboard as JSON."""
    page = Page(
        "city",
        lang,
        Text(
            "Was ist gestört, seit wann, für wie viele Menschen, und was ist eingesprungen?",
            "What is wrong, since when, for how many people, and what has taken over?",
        ),
    )
    page.variables()
    page.notes()
    kit = page.kit
    page.put(*_figures(kit))
    page.put(
        Put("map", _map(kit), 12, 14),
        Put("lifelines", lifelines(kit), 12, 8),
        Put("alarms", _alarms(kit), 12, 6),
    )
    page.put(Put("services", services(kit), 12, 10), Put("people", _people(kit), 12, 10))
    page.put(Put("worst", worst_services(kit, None), 12, 10), Put("faults", _faults(kit), 12, 10))
    page.put(Put("modes", lifeline_modes(kit), 24, 9))
    page.put(Put("runs", _runs(kit), 24, 8))
    return page.json()


def _figures(kit: Kit) -> tuple[Put, ...]:
    people = Text(
        "Menschen, denen gerade wenigstens ein Dienst fehlt, gemessen am Mindestmaß, das ihnen geschuldet ist.",
        "People who now lack at least one service, held against the minimum they are owed.",
    )
    hours = Text(
        "Menschen mal Stunden, in denen ihnen wenigstens ein Dienst fehlte, seit dem Beginn des Szenarios.",
        "People times the hours in which they lacked at least one service, since the scenario's zero.",
    )
    levels = Text("Dienste, die gerade unter ihrem Mindestmaß liegen.", "Services that are below their minimum now.")
    faults = Text(
        "Störungen, die gerade in Kraft sind, je Anlage und Ursache einzeln gezählt.",
        "Faults in force now, counted for each component and cause.",
    )
    verdict = Text("Das Ergebnis des Laufs; offen, solange er läuft.", "The verdict of the run; open while it lasts.")
    return (
        Put(
            "people-now",
            kit.stat(
                Text("Betroffene Menschen", "People affected"),
                _more(people),
                queries.people_now(),
                "short",
                bad_from(1),
            ),
            5,
            4,
        ),
        Put(
            "person-hours",
            kit.stat(
                Text("Personenstunden bisher", "Person-hours so far"),
                _more(hours),
                queries.person_hours(),
                "short",
                plain(),
            ),
            5,
            4,
        ),
        Put(
            "levels-below",
            kit.stat(
                Text("Dienste unter dem Maß", "Services below minimum"),
                _more(levels),
                queries.levels_below(),
                "short",
                bad_from(1),
            ),
            5,
            4,
        ),
        Put(
            "faults-now",
            kit.stat(
                Text("Störungen in Kraft", "Faults in force"),
                _more(faults),
                queries.faults_in_force(),
                "short",
                bad_from(1),
            ),
            5,
            4,
        ),
        Put(
            "verdict",
            kit.stat(
                Text("Ergebnis", "Verdict"), verdict, queries.verdict(), "none", plain(), palette.verdicts(kit.lang)
            ),
            4,
            4,
        ),
    )


def _more(text: Text) -> Text:
    return Text(f"{text.de} {CITY_WIDE.de}", f"{text.en} {CITY_WIDE.en}")


def _map(kit: Kit) -> PanelOf:
    return town_map(
        kit,
        Text("Karte", "Map"),
        Text(
            "Große Scheiben: Stadtteile nach ihrem schlechtesten Dienst. Punkte: Anlagen. ! eingeschränkt, T "
            "technischer "
            "Ersatz, A analoger Ersatz, ✕ ausgefallen. Leitungen, Straßen und Ortsnetzstationen stehen hier nur, wenn "
            "ihnen etwas fehlt.",
            "Large discs: districts by their worst service. Points: components. ! degraded, T technical fallback, A "
            "analogue "
            "fallback, ✕ failed. Mains, roads and local substations are here only if something is wrong with them.",
        ),
        queries.map_components(kit.lang),
        queries.map_districts(),
        MAP_NAMES,
    )


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
            Column("mode", Text("läuft auf", "runs on"), mappings=palette.of_texts(palette.MODES, kit.lang)),
            Column("state", STATE, mappings=palette.states(kit.lang), coloured=True),
            Column("fallbacks_left", Text("Ersatz bleibt", "Fallbacks left"), mappings=left, coloured=True),
        ],
        sort=("state", True),
    )


def _alarms(kit: Kit) -> PanelOf:
    return kit.alarms(
        Text("Anstehende Alarme", "Active alarms"),
        Text(
            "Alarmregeln, die gerade ausgelöst sind oder gleich auslösen. Die Regeln sehen auf die letzten Minuten; "
            "ein "
            "alter Lauf löst sie nicht aus, außer er wurde mit `--now` geschrieben.",
            "Alert rules that fire now or are about to. They look at the last minutes; an old run does not fire "
            "them unless "
            "it was written with `--now`.",
        ),
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


def _people(kit: Kit) -> PanelOf:
    return kit.lines(
        Text("Betroffene Menschen im Verlauf", "People affected over time"),
        _more(
            Text(
                "Menschen unter dem Mindestmaß, je Dienst. Wer in einem betroffenen Stadtteil wohnt, zählt.",
                "People below the minimum, by service. Who lives in a district that is below counts.",
            )
        ),
        [(queries.people_course(), "$tag_measure")],
        "short",
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


def _faults(kit: Kit) -> PanelOf:
    active = palette.yes_no(kit.lang, Text("✘ in Kraft", "✘ in force"), Text("✔ behoben", "✔ cleared"))
    return kit.table(
        Text("Störungen", "Faults"),
        Text(
            "Alle Störungen des Laufs bis jetzt, die geltenden zuerst.",
            "All faults of the run so far, those in force first.",
        ),
        queries.faults(kit.lang),
        [
            Column("label", Text("Störung", "Fault")),
            Column("active", STATE, mappings=active, coloured=True, width=110),
            Column("Time", Text("Stand", "As of"), "dateTimeAsIso", width=160),
            Column("district", PLACE, width=110),
            Column("owner", Text("Betreiber", "Owner")),
        ],
        sort=("active", True),
        no_value=Text("keine Störung in diesem Lauf", "no fault in this run"),
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


def _runs(kit: Kit) -> PanelOf:
    times = "from=${__data.fields.begin_ms.numeric}&to=${__data.fields.end_ms.numeric}"
    target = f"/d/stadtwerk-resilience-{kit.lang}?var-run=${{__data.fields.run}}&{times}"
    return kit.table(
        Text("Läufe in der Datenbank", "Runs in the database"),
        Text(
            "Alle Läufe, auch außerhalb der gewählten Zeit. Ein Klick auf den Namen öffnet den Lauf in seiner Zeit.",
            "All runs, also outside the chosen time. A click on the name opens a run in its own time.",
        ),
        queries.all_runs(kit.lang),
        [
            Column("run", Text("Lauf", "Run"), links=[(Text("Lauf öffnen", "Open the run"), target)], width=200),
            Column("title", Text("Szenario", "Scenario")),
            Column(
                "verdict", Text("Ergebnis", "Verdict"), mappings=palette.verdicts(kit.lang), coloured=True, width=150
            ),
            Column("answer", Text("Antwort", "Answer")),
            Column("seed", Text("Startwert", "Seed"), "none", width=80),
            Column("begin_ms", Text("Beginn", "Begin"), "dateTimeAsIso", width=160),
            Column("end_ms", Text("Ende", "End"), "dateTimeAsIso", width=160),
        ],
        sort=("begin_ms", True),
    )
