"""Panels that stand on more than one page."""

from __future__ import annotations

from dashboards import palette, queries
from dashboards.influxql import held
from dashboards.panels import IN_HOURS, Column, Kit, PanelOf
from simulator.contracts.measurements import CITY, HOURS_SHOWN
from simulator.contracts.registry import registry
from simulator.contracts.words import Text, Words

_ = Words("dashboards")

STATE = _("State")
PLACE = _("District")
NAME = _("Name")
LASTS = _("lasts for")
AT_LEAST = _("at least")
MINUTE = "time:YYYY-MM-DD HH:mm"
"""An instant in a narrow column."""


def place(kit: Kit, width: int = 110) -> Column:
    """Where something is: a district, or the whole town."""
    return Column("district", PLACE, mappings=palette.of_texts({CITY: _("whole town")}, kit.lang), width=width)


def lasts(kit: Kit, width: int = 110, least: bool = False) -> Column:
    """Hours left at the present rate, or at least."""
    most = kit.say(_("{hours} h or more", hours=f"{HOURS_SHOWN:g}"))
    mappings = palette.of_numbers([(HOURS_SHOWN, most, None)])
    name, title = ("hours_least", AT_LEAST) if least else ("hours_left", LASTS)
    return Column(name, title, IN_HOURS, mappings=mappings, decimals=1, width=width)


MAP_NAMES = {
    "state": STATE,
    "components": _("Components here"),
    "district": PLACE,
    "label": NAME,
    "people_below": _("People below"),
    "quality": _("worst service"),
}


def lifelines(kit: Kit) -> PanelOf:
    """Which lifeline runs on what."""
    none, several = _("none, nothing runs"), _("{} ways")
    left = palette.of_numbers(
        [
            (-1, kit.say(none), palette.VERMILION),
            (0, kit.say(_("none left")), palette.ORANGE),
            (1, kit.say(_("one way")), None),
            *((n, kit.say(several).format(n), None) for n in range(2, 6)),
        ]
    )
    return kit.table(
        _("What runs on what?"),
        _("Each lifeline with its present mode and the fallbacks that are left behind it."),
        queries.modes(kit.lang),
        [
            Column(f"label_{held(kit.lang)}", NAME, wrap=True),
            Column("mode", _("runs on"), width=130, wrap=True),
            Column("state", STATE, mappings=palette.states(kit.lang), coloured=True, width=175),
            lasts(kit, 125),
            Column("fallbacks_left", _("Fallbacks left"), mappings=left, coloured=True, width=185),
        ],
        sort=("state", True),
    )


def _with_units(lang: str) -> dict[str, Text]:
    """What measures are called, with the unit of their values unless they are shares or indices."""
    units = {name: measure.unit for name, measure in registry().measures.items() if measure.unit != "1"}
    named = palette.measure_words(lang)
    return named | {name: _("{service} in {unit}", service=named[name], unit=unit) for name, unit in units.items()}


def services(kit: Kit) -> PanelOf:
    """The quality of each service over time."""
    return kit.lines(
        _("Quality of services"),
        _(
            "What the average person gets of each service: 100 % is all of it or, for services that are no "
            "share, the required level."
        ),
        [(queries.quality_course(), "$tag_measure")],
        "percentunit",
        most=1.0,
        names=palette.measure_words(kit.lang),
    )


def worst_services(kit: Kit, domain: str | None) -> PanelOf:
    """The service levels with the least quality, and for whom."""
    yes = palette.yes_no(kit.lang, _("✘ below"), _("✔ kept"))
    return kit.table(
        _("Worst places"),
        _("Services by their quality, the worst first; with the value, the required level, and the people below it."),
        queries.worst_levels(domain),
        [
            place(kit),
            Column(
                "measure",
                _("Service"),
                mappings=palette.of_texts(_with_units(kit.lang), kit.lang),
                wrap=True,
            ),
            Column("quality", _("Quality"), "percentunit", decimals=1, width=90),
            Column("value", _("Value"), "none", decimals=2, width=80),
            Column("minimum", _("required"), "none", decimals=2, width=90),
            Column("below", STATE, mappings=yes, coloured=True, width=135),
            Column("people_below", _("People"), "locale", width=90),
        ],
        sort=("quality", False),
        most=15,
    )


def lifeline_modes(kit: Kit, legend: bool = True) -> PanelOf:
    """How each lifeline went through its modes."""
    return kit.timeline(
        _("Lifelines over time"),
        _("The state of each lifeline, the worst in each interval."),
        queries.mode_course(kit.lang),
        palette.states(kit.lang),
        f"$tag_label_{held(kit.lang)}",
        interval="1m",
        legend=legend,
    )
