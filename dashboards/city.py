"""The city at a glance: what is wrong, since when, for how many people, and what has taken over."""

from __future__ import annotations

from dashboards import palette, queries
from dashboards.maps import town_map
from dashboards.page import Page
from dashboards.panels import Kit, Put
from dashboards.shared import MAP_NAMES, PLACE, STATE, lifeline_modes, lifelines, services, worst_services
from dashboards.style import PanelOf, bad_from, plain
from dashboards.tables import Column
from dashboards.text import Language, Text

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
