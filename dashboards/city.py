"""The city at a glance: what is wrong, since when, for how many people, and what has taken over."""

from __future__ import annotations

from dashboards import palette, queries
from dashboards.influxql import held
from dashboards.maps import legend, town_map
from dashboards.page import Page
from dashboards.panels import LONG, Column, Kit, PanelOf, Put, bad_from, grey, over, plain
from dashboards.shared import (
    MAP_NAMES,
    MINUTE,
    NAME,
    STATE,
    lasts,
    lifeline_modes,
    lifelines,
    services,
    worst_services,
)
from simulator.contracts.measurements import HOURS_SHOWN
from simulator.contracts.registry import registry
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
    # The first screen, 1,600 x 900: how bad, what carries, what nothing carries, and since when.
    page.put(
        Put("people-now", _now(kit), 4, 3),
        Put("peak", _peak(kit), 9, 3),
        Put("worst-service", _worst(kit), 4, 3),
        Put("uncovered", _uncovered(kit), 4, 3),
        Put("verdict", _verdict(kit), 3, 3),
    )
    page.put(
        Put("carried", _carried(kit), 9, 5), Put("draining", _draining(kit), 7, 5), Put("faults", _faults(kit), 8, 5)
    )
    page.put(Put("legend", legend(kit), 24, 2))
    page.put(Put("modes", lifeline_modes(kit, legend=False), 14, 9), Put("map", _map(kit), 10, 9))
    page.put(Put("services", services(kit), 12, 12), Put("people", _people(kit), 12, 12))
    page.put(Put("worst", worst_services(kit, None), 12, 10), Put("lifelines", lifelines(kit), 12, 10))
    page.put(Put("alarms", _alarms(kit), 12, 8), Put("person-hours", _hours(kit), 12, 8))
    page.put(Put("runs", _runs(kit), 24, 8))
    return page.json()


def _now(kit: Kit) -> PanelOf:
    return kit.stat(
        _("Affected now"),
        _more(
            _(
                "People who lack at least one service, held against the required level, at the end of the time shown. "
                "Once the run is over there is no such moment: what it came to stands beside."
            )
        ),
        queries.anybody("now"),
        "locale",
        bad_from(1),
        over(kit),
    )


def _peak(kit: Kit) -> PanelOf:
    return kit.stats(
        _("Most people affected at once"),
        _more(_("The most at one moment, when that was, since when anybody was affected, and for how long in all.")),
        queries.peak(),
        [
            Column("peak", _("people"), "locale"),
            Column("onset_ms", _("since"), MINUTE),
            Column("lasted_s", _("for"), LONG),
        ],
        bad_from(1),
        size=18,
    )


def _worst(kit: Kit) -> PanelOf:
    return kit.stats(
        _("Worst service"),
        _more(
            _(
                "Of the services that are below the required level for somebody, the one of least quality; once the "
                "run is over, of the whole run."
            )
        ),
        queries.worst_service(kit.lang),
        [Column("worst", _("Service"), "string")],
        plain(),
        size=16,
    )


def _uncovered(kit: Kit) -> PanelOf:
    return kit.stat(
        _("Faults without fallback"),
        _more(_("Faults in force because of which somebody is below the required level of a service.")),
        queries.anybody("uncovered"),
        "short",
        bad_from(1),
        over(kit),
    )


def _verdict(kit: Kit) -> PanelOf:
    return kit.stat(
        _("Verdict"),
        _("The verdict of the run; open while it lasts."),
        queries.verdict(),
        "none",
        grey(),
        palette.verdicts(kit.lang),
    )


def _carried(kit: Kit) -> PanelOf:
    return kit.table(
        _("Running on a fallback"),
        _(
            "What runs on a fallback at the end of the time shown, and how long what it draws on lasts at the present "
            "rate, the shortest first; {most} h stands for so long, for longer, and for what nothing is used of.",
            most=f"{HOURS_SHOWN:g}",
        ),
        queries.carried(kit.lang),
        [
            Column(f"label_{held(kit.lang)}", NAME, wrap=True),
            Column("mode", _("runs on"), width=120),
            lasts(kit, 95),
            lasts(kit, 105, least=True),
            Column("fallbacks_left", _("behind it"), width=85),
        ],
        sort=("hours_left", False),
        no_value=_("nothing on a fallback in the time shown"),
    )


def _draining(kit: Kit) -> PanelOf:
    words = {one.name: one.title for one in registry().stores.values()}
    return kit.table(
        _("Stores that run down"),
        _(
            "Fuel, batteries and tanks that something is taken from, the shortest first, at the present rate. What is "
            "taken from a water tank changes with the hour: at least is at the greatest rate of the last day, and at "
            "twice the present one while no day has been seen. All others are known to a tenth."
        ),
        queries.draining(kit.lang),
        [
            Column(f"label_{held(kit.lang)}", NAME, width=115, wrap=True),
            Column("kind", _("Store"), mappings=palette.of_texts(words, kit.lang), width=112),
            lasts(kit, 95),
            lasts(kit, 105, least=True),
        ],
        sort=("hours_left", False),
        most=30,
        no_value=_("nothing runs down in the time shown"),
    )


def _more(text: Text) -> Text:
    return _("{text} {CITY_WIDE}", text=text, CITY_WIDE=CITY_WIDE)


def _map(kit: Kit) -> PanelOf:
    return town_map(
        kit,
        _("Map"),
        _(
            "Large discs: districts by their worst service. Points: places by the worst state among the components "
            "there. Mains, roads and local substations are here only if something is wrong with them."
        ),
        None,
        MAP_NAMES,
    )


def _hours(kit: Kit) -> PanelOf:
    return kit.table(
        _("Person-hours by service"),
        _more(
            _(
                "People times the hours in which they lacked a service, since the scenario's zero. Whoever lacks two "
                "of one kind at once, a town hall and a hospital, counts twice there, and once under any service."
            )
        ),
        queries.hours_table(),
        [
            Column(
                "measure", _("Service"), mappings=palette.of_texts(palette.measure_words(kit.lang), kit.lang), wrap=True
            ),
            Column("person_hours", _("Person-hours"), "locale", decimals=0, width=140),
            Column("peak", _("Most people"), "locale", width=130),
            Column("lasted_s", _("for"), LONG, width=150),
        ],
        sort=("person_hours", True),
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
        _("All faults so far, with the services that somebody lacks because of them; those with most of them first."),
        queries.faults(kit.lang),
        [
            Column("label", _("Fault"), wrap=True),
            Column("active", STATE, mappings=active, coloured=True, width=100),
            Column("since_ms", _("since"), MINUTE, width=130),
            Column("uncovered", _("Services"), "short", width=105),
        ],
        sort=("uncovered", True),
        no_value=_("no fault in the time shown"),
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
            Column("title", _("Scenario"), wrap=True),
            Column("verdict", _("Verdict"), mappings=palette.verdicts(kit.lang), coloured=True, width=150),
            Column("answer", _("Answer"), wrap=True),
            Column("seed", _("Seed"), "none", width=80),
            Column("begin_ms", _("Begin"), "dateTimeAsIso", width=160),
            Column("end_ms", _("End"), "dateTimeAsIso", width=160),
        ],
        sort=("begin_ms", True),
    )
