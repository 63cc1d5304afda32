"""A page for each sub-system that declares one, all in one order: map, supply, worst places, equipment, depletion."""

from __future__ import annotations

from dashboards import palette, queries
from dashboards.influxql import held
from dashboards.maps import legend, town_map
from dashboards.page import Page
from dashboards.panels import IN_HOURS, SAMPLED, Column, Kit, PanelOf, Put, bad_from, display_name
from dashboards.shared import AT_LEAST, MAP_NAMES, NAME, STATE, lifeline_modes, lifelines, place, worst_services
from simulator.contracts.catalogue import Page as Declared
from simulator.contracts.component import Domain
from simulator.contracts.measurements import HOURS_SHOWN
from simulator.contracts.registry import registry
from simulator.contracts.words import Words

_ = Words("dashboards")

UNSERVED = _("unserved")
SHARE = _("Share that arrives, by district")


def domain_page(domain: Domain, lang: str) -> str:
    """The dashboard of a sub-system as JSON."""
    declared = registry().pages[domain]
    page = Page(domain, lang, declared.description)
    page.variables()
    page.notes()
    kit = page.kit
    page.row(_("Map"))
    people, hours, quality = _figures(kit, domain)
    page.put(people, hours)
    page.put(Put("legend", legend(kit), 24, 2))
    page.put(Put("map", _map(kit, domain), 12, 14), quality)
    page.row(_("Supply and demand"))
    page.put(*_supply(kit, domain, declared))
    page.row(_("Worst places"))
    page.put(*_worst(kit, domain, declared))
    page.row(_("Equipment"))
    page.put(*_equipment(kit, domain))
    if declared.depletes:
        page.row(_("How long will it last?"))
        page.put(*_depletion(kit, domain))
    return page.json()


def _map(kit: Kit, domain: Domain) -> PanelOf:
    return town_map(
        kit,
        _("Map"),
        _(
            "Places by the worst state among the components of this sub-system there. What there are hundreds of "
            "(mains, junctions, roads) is here only if something is wrong with it."
        ),
        domain,
        MAP_NAMES,
    )


def _measures(domain: Domain) -> list[str]:
    return [name for name, measure in registry().measures.items() if measure.domain == domain]


def _figures(kit: Kit, domain: Domain) -> tuple[Put, ...]:
    measures, words = _measures(domain), palette.measure_words(kit.lang)
    people = kit.stat(
        _("Most people affected at once"),
        _("The most people below the required level at one moment, by service, since the scenario's zero."),
        queries.people_of(measures),
        "locale",
        bad_from(1),
        alias="$tag_measure",
    )
    hours = kit.stat(
        _("Person-hours so far"),
        _("People times hours below the required level since the scenario's zero, by service."),
        queries.hours_of(measures),
        "locale",
        alias="$tag_measure",
    )
    course = kit.lines(
        _("Quality of services"),
        _("What the average person gets; 100 % is all that is required."),
        [(queries.quality_course(measures), "$tag_measure")],
        "percentunit",
        most=1.0,
        names={name: words[name] for name in measures},
    )
    for one in (people, hours):
        for name in measures:
            one = one.override_by_name(name, [display_name(words[name].of(kit.lang))])  # type: ignore[attr-defined]
    return Put("people", people, 12, 4), Put("hours", hours, 12, 4), Put("quality", course, 12, 14)


def _supply(kit: Kit, domain: Domain, declared: Declared) -> tuple[Put, ...]:
    if declared.balance is None:
        served = kit.lines(
            _("Service against the required level"),
            _("The quality of each service; below 100 % the minimum is missed or only a part is served."),
            [(queries.level_course(kit.lang, domain), f"$tag_label_{held(kit.lang)}")],
            "percentunit",
            most=1.0,
        )
        return (
            Put("served", served, 24, 10),
            Put("modes", lifeline_modes(kit), 24, 10),
            Put("lifelines", lifelines(kit), 24, 10),
        )
    balance = declared.balance
    names = [(name, name) for name in balance.names]
    course = kit.lines(
        _("Supply against demand"),
        balance.description,
        [(queries.balance(domain, names, balance.over_districts), "$col")],
        balance.unit,
        interval=SAMPLED,
        names=dict(balance.names) | ({"unserved": UNSERVED} if balance.over_districts == "SUM" else {}),
    )
    share = kit.lines(
        SHARE,
        _("The worst of each district in each interval."),
        [(queries.share_course(domain), "$tag_district")],
        "percentunit",
        most=1.0,
        interval=SAMPLED,
    )
    return Put("balance", course, 12, 10), Put("share", share, 12, 10)


def _worst(kit: Kit, domain: Domain, declared: Declared) -> tuple[Put, ...]:
    places = worst_services(kit, domain)
    if declared.readings is None:
        return (Put("worst", places, 24, 9),)
    readings = declared.readings
    sensors = kit.table(
        readings.title,
        _("From readings as they arrived: what sensors report wrongly or not at all is wrong or missing here."),
        queries.worst_readings(readings.quantity, readings.function),
        [
            Column("component", _("Sensor at")),
            Column("gateway", _("Gateway")),
            Column("value", _("Value"), readings.unit, decimals=2, width=110),
            Column("Time", _("Time"), "dateTimeAsIso", width=160),
        ],
        sort=("value", readings.function == "MAX"),
        most=15,
    )
    return Put("worst", places, 14, 10), Put("sensors", sensors, 10, 10)


def _equipment(kit: Kit, domain: Domain) -> tuple[Put, ...]:
    lang = kit.lang
    timeline = kit.timeline(
        _("State by kind"),
        _("The worst state among all components of a kind, in each interval."),
        queries.class_course(lang, domain),
        palette.states(lang),
        f"$tag_kind_{held(lang)}",
    )
    counts = kit.table(
        _("Components by state"),
        _("How many components of each kind are in which state now."),
        queries.class_table(lang, domain),
        [
            Column(f"kind_{held(lang)}", _("Kind")),
            Column("total", _("all"), "short", width=70),
            *(Column(state.name.lower(), words, "short", width=195) for state, (words, _, _) in palette.STATES.items()),
        ],
        sort=("failed", True),
    )
    single = kit.table(
        _("Components, the worst first"),
        _("The state of each component at the end of the time shown, and since when."),
        queries.equipment(lang, domain),
        [
            Column("label", NAME, wrap=True),
            Column("what", _("Kind")),
            place(kit),
            Column("state", STATE, mappings=palette.states(lang), coloured=True, width=150),
            Column("faults", _("Faults"), "short", width=90),
            Column("since_ms", _("since"), "dateTimeAsIso", width=160),
            Column("owner", _("Owner")),
        ],
        sort=("state", True),
        most=50,
    )
    return Put("classes", timeline, 24, 9), Put("counts", counts, 24, 9), Put("equipment", single, 24, 9)


def _depletion(kit: Kit, domain: Domain) -> tuple[Put, ...]:
    lang = kit.lang
    cap = f"{HOURS_SHOWN:g}"
    until = _(
        "Hours until the store is empty at the present use; {cap} means: so long or longer, or nothing "
        "is used. For backup batteries: how long they last if power is lost now.",
        cap=cap,
    )
    course = kit.lines(
        _("Hours left"),
        until,
        [(queries.depletion_course(lang, domain), f"$tag_label_{held(lang)} ($tag_kind)")],
        IN_HOURS,
        most=HOURS_SHOWN,
        interval=SAMPLED,
    )
    draining = palette.yes_no(lang, _("▼ draining"), _("– steady"))
    stores = kit.table(
        _("Stores, the shortest first"),
        until,
        queries.depletion_table(lang, domain),
        [
            Column(f"label_{held(lang)}", NAME, wrap=True),
            Column(
                "kind",
                _("Store"),
                mappings=palette.of_texts({one.name: one.title for one in registry().stores.values()}, lang),
                width=130,
            ),
            place(kit),
            Column("hours_left", _("Hours"), IN_HOURS, decimals=1, width=100),
            Column("hours_least", AT_LEAST, IN_HOURS, decimals=1, width=100),
            Column("draining", STATE, mappings=draining, coloured=True, width=130),
            Column("amount", _("Amount"), "short", decimals=1, width=90),
            Column("unit", _("Unit"), width=80),
        ],
        sort=("hours_left", False),
        most=30,
    )
    return Put("hours-left", course, 12, 10), Put("stores", stores, 12, 10)
