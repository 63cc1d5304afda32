"""A dashboard: its variables, links and annotations, and panels from left to right, row by row."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from functools import cache
from typing import Any

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import dashboard as model

from dashboards import queries
from dashboards.influxql import InfluxNotes, source
from dashboards.palette import GREY, PURPLE, VERMILION, measure_words
from dashboards.panels import Kit, Put
from simulator.contracts.measurements import ANY, COMPONENT, DISTRICT, RUN
from simulator.contracts.registry import registry
from simulator.contracts.words import PSEUDO, Text, Words

_ = Words("dashboards")

TAG = "stadtwerk"
COLUMNS = 24


@cache
def page_titles() -> dict[str, Text]:
    """Every dashboard by its key, in the order in which one reads them; sub-systems declare their own."""
    return {
        "city": _("City at a glance"),
        **{domain.value: page.title for domain, page in registry().pages.items()},
        "control-room": _("Control room"),
        "resilience": _("Resilience run"),
        "health": _("Data health"),
        "compare": _("Before and after"),
    }


OTHER_LANGUAGE: dict[str, tuple[str, str]] = {
    "de": ("en", "English"),
    "en": ("de", "Deutsch"),
    PSEUDO: ("de", f"⟦{PSEUDO}⟧"),
}

LANGUAGE_NAMES: dict[str, str] = {"de": "Deutsch", "en": "English"}


def uid(key: str, lang: str) -> str:
    """The uid of a page: the same in every build. Raises `KeyError` for a page that does not exist."""
    if key not in page_titles():
        raise KeyError(key)
    return f"{TAG}-{key}-{lang}"


def panel_id(key: str) -> int:
    """The same number for the same panel, wherever it stands on its page."""
    return zlib.crc32(key.encode()) % 1_000_000 + 1


class Page:
    """Builds one dashboard in one language."""

    def __init__(self, key: str, lang: str, description: Text) -> None:
        self.key, self.lang, self.kit = key, lang, Kit(lang)
        other, name = OTHER_LANGUAGE[lang]
        say = self.kit.say
        self._board = (
            build.Dashboard(say(_("Stadtwerk: {page}", page=page_titles()[key])))
            .uid(uid(key, lang))
            .description(say(description))
            .tags([TAG, lang])
            .timezone("utc")
            .time("now-24h", "now")
            .refresh("30s")
            .tooltip(model.DashboardCursorSync.CROSSHAIR)
            .readonly()
            .link(_pages_link(say(_("Pages")), lang))
            .link(
                build.DashboardLink(name)
                .type(model.DashboardLinkType.LINK)
                .url(f"/d/{uid(key, other)}")
                .icon("external link")
                .tooltip(name)
                .tags([])
                .as_dropdown(False)
                .target_blank(False)
                .include_vars(True)
                .keep_time(True)
            )
        )
        self._x = self._y = self._row_h = 0
        self._ids: set[int] = set()

    def variables(self, *others: build.CustomVariable, run_b: bool = False) -> None:
        """Run, city, district and owner, and what this page has beside them."""
        say = self.kit.say
        self._board = self._board.with_variable(_runs_variable("run", say(_("Run"))))
        if run_b:
            other = _runs_variable("run_b", say(_("Run to compare")))
            self._board = self._board.with_variable(other)
        for name, label, of in (
            ("city", _("City"), RUN),
            ("district", _("District"), DISTRICT),
            ("owner", _("Owner"), COMPONENT),
        ):
            made = _variable(name, say(label), queries.values_of(of, name), multi=True)
            self._board = self._board.with_variable(made)
        for variable in others:
            self._board = self._board.with_variable(variable)

    def notes(self, fallbacks: bool = True) -> None:
        """Faults, their end, and what took over, as annotations."""
        say = self.kit.say
        self._note(say(_("Faults")), ("fault",), VERMILION)
        self._note(say(_("Faults cleared")), ("clear",), GREY, switch=False)
        if fallbacks:
            self._note(say(_("Modes")), ("mode",), PURPLE, shown=False)

    def row(self, title: Text) -> None:
        """A heading over the panels that follow."""
        self._break()
        row = build.Row(self.kit.say(title)).id(self._take(f"{self.key}/row/{title.en}"))
        self._board = self._board.with_row(row.grid_pos(model.GridPos(h=1, w=COLUMNS, x=0, y=self._y)))
        self._y += 1

    def put(self, *puts: Put) -> None:
        """Panels beside each other, as long as they fit."""
        for put in puts:
            if self._x + put.w > COLUMNS:
                self._break()
            place = model.GridPos(h=put.h, w=put.w, x=self._x, y=self._y)
            panel: Any = put.panel
            self._board = self._board.with_panel(panel.id(self._take(f"{self.key}/{put.key}")).grid_pos(place))
            self._x += put.w
            self._row_h = max(self._row_h, put.h)

    def json(self) -> str:
        """The dashboard as Grafana reads it from a file."""
        data = json.loads(json.dumps(self._board.build(), cls=JSONEncoder))
        # What the SDK adds of its own accord and Grafana's schema does not know, or not any more.
        for annotation in data["annotations"].setdefault("list", []):
            del annotation["placement"]  # it would hide every annotation in a menu
        for link in data["links"]:
            del link["placement"]  # and these
        for panel in data["panels"]:
            if panel["type"] == "table":
                panel["options"].pop("footer", None)
        for variable in data["templating"]["list"]:
            for name in ("auto", "auto_min", "auto_count"):
                variable.pop(name, None)
            if variable["type"] == "query":
                variable["query"] = {"refId": f"var-{variable['name']}", "query": variable.pop("definition")}
        return json.dumps(data, indent=2, ensure_ascii=False, sort_keys=True) + "\n"

    def _note(self, name: str, kinds: Sequence[str], colour: str, shown: bool = True, switch: bool = True) -> None:
        note = build.AnnotationQuery().name(name).datasource(source()).enable(shown).hide(not switch).icon_color(colour)
        note._internal.target = InfluxNotes(queries.notes(self.lang, kinds))
        self._board = self._board.annotation(note)

    def _break(self) -> None:
        self._y += self._row_h
        self._x = self._row_h = 0

    def _take(self, key: str) -> int:
        number = panel_id(key)
        if number in self._ids:
            raise ValueError(f"two panels of {self.key} have the id {number}: give {key!r} another key")
        self._ids.add(number)
        return number


def _variable(name: str, label: str, query: str, multi: bool = False) -> build.QueryVariable:
    made = (
        build.QueryVariable(name)
        .label(label)
        .datasource(source())
        .query(query)
        .definition(query)
        .refresh(model.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(model.VariableSort.ALPHABETICAL_ASC)
        .multi(multi)
        .include_all(multi)
    )
    if multi:
        every = model.VariableOption(text="All", value="$__all", selected=True)
        made = made.all_value(".*").current(every)
    return made


def _runs_variable(name: str, label: str) -> build.QueryVariable:
    """A variable for one run, the newest until somebody chooses: the order is that of the answer."""
    return _variable(name, label, queries.runs()).sort(model.VariableSort.DISABLED)


def measure_variable(kit: Kit, first: str) -> build.CustomVariable:
    """A variable for the one measure whose curve is shown, which is chosen by what it is called."""
    named = {name: words.of(kit.lang) for name, words in measure_words(kit.lang).items() if name != ANY}
    options = [model.VariableOption(text=words, value=name, selected=name == first) for name, words in named.items()]
    return (
        build.CustomVariable("measure")
        .label(kit.say(_("Service of the curve")))
        .values(", ".join(f"{words} : {name}" for name, words in named.items()))
        .options(options)
        .current(next(option for option in options if option.value == first))
    )


def _pages_link(title: str, lang: str) -> build.DashboardLink:
    return (
        build.DashboardLink(title)
        .type(model.DashboardLinkType.DASHBOARDS)
        .icon("external link")
        .tooltip(title)
        .tags([TAG, lang])
        .as_dropdown(True)
        .target_blank(False)
        .include_vars(True)
        .keep_time(True)
    )
