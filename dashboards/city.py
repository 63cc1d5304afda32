"""The city at a glance: what is wrong, since when, for how many people, and what has taken over."""

from __future__ import annotations

from dashboards import palette, queries
from dashboards.maps import town_map
from dashboards.page import Page
from dashboards.panels import Column, Kit, PanelOf, Put, bad_from, plain
from dashboards.shared import MAP_NAMES, PLACE, STATE, lifeline_modes, lifelines, services, worst_services
from simulator.contracts.words import Text, Words

_ = Words("dashboards")

CITY_WIDE = _("For the whole city; district and owner have no effect.")


def city(lang: str) -> str:
    """The dashboard as JSON."""
    page = Page(
        "city",
        lang,
        _("What is wrong, since when, for how many people, and what has taken over?"),
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
    people = _("People who now lack at least one service, held against the required level.")
    hours = _("People times the hours in which they lacked at least one service, since the scenario's zero.")
    levels = _("Services that are below their minimum now.")
    faults = _("Faults in force now, counted for each component and cause.")
    verdict = _("The verdict of the run; open while it lasts.")
    return (
        Put(
            "people-now",
            kit.stat(
                _("People affected"),
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
                _("Person-hours so far"),
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
                _("Services below minimum"),
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
                _("Faults in force"),
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
            kit.stat(_("Verdict"), verdict, queries.verdict(), "none", plain(), palette.verdicts(kit.lang)),
            4,
            4,
        ),
    )


def _more(text: Text) -> Text:
    return _("{text} {CITY_WIDE}", text=text, CITY_WIDE=CITY_WIDE)


def _map(kit: Kit) -> PanelOf:
    return town_map(
        kit,
        _("Map"),
        _(
            "Large discs: districts by their worst service. Points: components. ! degraded, T technical "
            "fallback, A analogue fallback, ✕ failed. Mains, roads and local substations are here only if "
            "something is wrong with them."
        ),
        queries.map_components(kit.lang),
        queries.map_districts(),
        MAP_NAMES,
    )


def _alarms(kit: Kit) -> PanelOf:
    return kit.alarms(
        _("Active alarms"),
        _(
            "Alert rules that fire now or are about to. They look at the last minutes; an old run does not "
            "fire them unless it was written with `--now`."
        ),
    )


def _people(kit: Kit) -> PanelOf:
    return kit.lines(
        _("People affected over time"),
        _more(_("People below the minimum, by service. Who lives in a district that is below counts.")),
        [(queries.people_course(), "$tag_measure")],
        "short",
        names=palette.measure_words(kit.lang),
    )


def _faults(kit: Kit) -> PanelOf:
    active = palette.yes_no(kit.lang, _("✘ in force"), _("✔ cleared"))
    return kit.table(
        _("Faults"),
        _("All faults of the run so far, those in force first."),
        queries.faults(kit.lang),
        [
            Column("label", _("Fault")),
            Column("active", STATE, mappings=active, coloured=True, width=110),
            Column("Time", _("As of"), "dateTimeAsIso", width=160),
            Column("district", PLACE, width=110),
            Column("owner", _("Owner")),
        ],
        sort=("active", True),
        no_value=_("no fault in this run"),
    )


def _runs(kit: Kit) -> PanelOf:
    times = "from=${__data.fields.begin_ms.numeric}&to=${__data.fields.end_ms.numeric}"
    target = f"/d/stadtwerk-resilience-{kit.lang}?var-run=${{__data.fields.run}}&{times}"
    return kit.table(
        _("Runs in the database"),
        _("All runs, also outside the chosen time. A click on the name opens a run in its own time."),
        queries.all_runs(kit.lang),
        [
            Column("run", _("Run"), links=[(_("Open the run"), target)], width=200),
            Column("title", _("Scenario")),
            Column("verdict", _("Verdict"), mappings=palette.verdicts(kit.lang), coloured=True, width=150),
            Column("answer", _("Answer")),
            Column("seed", _("Seed"), "none", width=80),
            Column("begin_ms", _("Begin"), "dateTimeAsIso", width=160),
            Column("end_ms", _("End"), "dateTimeAsIso", width=160),
        ],
        sort=("begin_ms", True),
    )
