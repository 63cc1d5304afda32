"""Panels and tables: a title, a unit, columns in words, and what is said where there is nothing to show."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from grafana_foundation_sdk.builders import common as build
from grafana_foundation_sdk.builders import dashboard as build_dashboard
from grafana_foundation_sdk.builders import stat, statetimeline, table, timeseries, trend
from grafana_foundation_sdk.builders.dashboard import Panel as AnyPanel
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import common
from grafana_foundation_sdk.models import dashboard as model

from dashboards import palette
from dashboards.influxql import InfluxQuery, source
from dashboards.queries import SIDES
from simulator.contracts.measurements import OVER
from simulator.contracts.words import Text, Words

_ = Words("dashboards")

PanelOf = Builder[model.Panel]
"""A panel that is not finished yet."""

NOTHING = _("nothing in the time shown")
DIFFERENCE = "difference"
"""The column of what two runs differ by."""
EMPTY = "–"
"""In a cell without a value."""


def prop(name: str, value: object) -> model.DynamicConfigValue:
    return model.DynamicConfigValue(id_val=name, value=value)


def display_name(name: str) -> model.DynamicConfigValue:
    return prop("displayName", name)


def thresholds(*steps: tuple[float | None, str]) -> build_dashboard.ThresholdsConfig:
    """Colours from a value on; the first step has none."""
    made = [model.Threshold(value=value, color=colour) for value, colour in steps]
    return build_dashboard.ThresholdsConfig().mode(model.ThresholdsMode.ABSOLUTE).steps(made)


def plain() -> build_dashboard.ThresholdsConfig:
    return thresholds((None, palette.BLUE))


def grey() -> build_dashboard.ThresholdsConfig:
    return thresholds((None, palette.GREY))


def bad_from(value: float) -> build_dashboard.ThresholdsConfig:
    """Green from 0 on, vermilion from this value on; grey where there is no such number."""
    return thresholds((None, palette.GREY), (0.0, palette.GREEN), (value, palette.VERMILION))


def over(kit: TableKit) -> list[model.ValueMapping]:
    """In place of a number of the present moment, once the run is over."""
    return palette.of_numbers([(OVER, kit.say(_("run is over")), palette.GREY)])


def fixed() -> build_dashboard.FieldColor:
    """Grey, where no word of a value says another colour."""
    return build_dashboard.FieldColor().mode(model.FieldColorModeId.FIXED).fixed_color(palette.GREY)


def by_threshold() -> build_dashboard.FieldColor:
    return build_dashboard.FieldColor().mode(model.FieldColorModeId.THRESHOLDS)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: what it is called, its unit, its words, how wide."""

    name: str
    title: Text
    unit: str = "none"
    mappings: Sequence[model.ValueMapping] = ()
    width: int | None = None
    coloured: bool = False
    decimals: int | None = None
    gauge: bool = False
    wrap: bool = False
    links: Sequence[tuple[Text, str]] = field(default=())

    def empty(self) -> list[model.ValueMapping]:
        """What there is not is grey, where values have a colour; a difference to what there is not is none."""
        matches = [model.SpecialValueMatch.NULL] if self.coloured else []
        matches += [model.SpecialValueMatch.NA_N] if self.name == DIFFERENCE else []
        looks = model.ValueMappingResult(text=EMPTY, color=palette.GREY)
        return [
            model.SpecialValueMap(options=model.DashboardSpecialValueMapOptions(match=match, result=looks))
            for match in matches
        ]


class TableKit:
    """Makes tables in one language."""

    def __init__(self, lang: str) -> None:
        self.lang = lang

    def say(self, text: Text) -> str:
        return text.of(self.lang)

    def table(
        self,
        title: Text,
        description: Text,
        query: str,
        columns: Sequence[Column],
        sort: tuple[str, bool] | None = None,
        most: int | None = None,
        no_value: Text = NOTHING,
    ) -> PanelOf:
        """Rows with these columns in this order. `sort`: by which column, and whether the greatest come first."""
        return self._rows(title, description, (query,), columns, (), sort, most, no_value)

    def _rows(
        self,
        title: Text,
        description: Text,
        queries: Sequence[str],
        columns: Sequence[Column],
        before: Sequence[model.DataTransformerConfig],
        sort: tuple[str, bool] | None,
        most: int | None = None,
        no_value: Text = NOTHING,
    ) -> PanelOf:
        """A table of what queries and the transformations `before` come to."""
        panel = (
            table.Panel()
            .title(self.say(title))
            .description(self.say(description))
            .datasource(source())
            .unit("none")
            .thresholds(plain())
            .no_value(self.say(no_value))
            .show_header(True)
            .cell_height(common.TableCellHeight.SM)
        )
        for ref, query in zip("AB", queries, strict=False):
            panel = panel.with_target(InfluxQuery(query, ref))
        for transformation in before:
            panel = panel.with_transformation(transformation)
        if sort is not None:
            panel = panel.with_transformation(
                model.DataTransformerConfig(
                    id_val="sortBy", options={"fields": {}, "sort": [{"field": sort[0], "desc": sort[1]}]}
                )
            )
        if most is not None:
            panel = panel.with_transformation(
                model.DataTransformerConfig(id_val="limit", options={"limitField": str(most)})
            )
        # The order of tags in an answer is not defined, so it is said here; what is not named stays out.
        panel = panel.with_transformation(_only([column.name for column in columns])).with_transformation(
            model.DataTransformerConfig(
                id_val="organize",
                options={
                    "excludeByName": {},
                    "indexByName": {c.name: i for i, c in enumerate(columns)},
                    "renameByName": {},
                    "includeByName": {},
                },
            )
        )
        for column in columns:
            panel = panel.override_by_name(column.name, self._column(column))
        return panel

    def _column(self, column: Column) -> list[model.DynamicConfigValue]:
        # What stands in an empty panel is not what stands in an empty cell.
        values = [prop("displayName", self.say(column.title)), prop("unit", column.unit), prop("noValue", EMPTY)]
        mappings = [*column.mappings, *column.empty()]
        if mappings:
            values.append(prop("mappings", mappings))
        if column.decimals is not None:
            values.append(prop("decimals", column.decimals))
        if column.width is not None:
            values.append(prop("custom.width", column.width))
        if column.coloured:
            values.append(prop("custom.cellOptions", {"type": "color-text"}))
        if column.wrap:
            values.append(prop("custom.cellOptions", {"type": "auto", "wrapText": True}))
        if column.gauge:
            values.append(prop("custom.cellOptions", {"type": "gauge", "mode": "basic", "valueDisplayMode": "text"}))
            values += [prop("min", 0), prop("max", 1)]
            values.append(prop("thresholds", thresholds((None, palette.GREEN), (1.0, palette.VERMILION)).build()))
        if column.links:
            links = [{"title": self.say(words), "url": url, "targetBlank": False} for words, url in column.links]
            values.append(prop("links", links))
        return values


IN_HOURS = "suffix:h"
IN_SECONDS = "suffix:s"
"""Units of time without words: Grafana's own durations are English on every page."""
LONG = "dthms"
"""What takes minutes to days."""

MIN_INTERVAL = "1m"
"""Levels are written once a minute, so a shorter interval would have gaps."""
SAMPLED = "5m"
"""What is sampled every five minutes."""


@dataclass(frozen=True, slots=True)
class Put:
    """A panel with its place on the page: `key` makes its id, `w` of 24 columns, `h` rows."""

    key: str
    panel: PanelOf
    w: int
    h: int


class Kit(TableKit):
    """Makes panels in one language."""

    def _figures(
        self, title: Text, description: Text, query: InfluxQuery, unit: str, limits: build_dashboard.ThresholdsConfig
    ) -> stat.Panel:
        """A panel of numbers, each the last there is, in the colour of its value."""
        return (
            stat.Panel()
            .title(self.say(title))
            .description(self.say(description))
            .datasource(source())
            .with_target(query)
            .unit(unit)
            .thresholds(limits)
            .color_scheme(by_threshold())
            .no_value(self.say(NOTHING))
            .graph_mode(common.BigValueGraphMode.NONE)
            .color_mode(common.BigValueColorMode.VALUE)
        )

    def stat(
        self,
        title: Text,
        description: Text,
        query: str,
        unit: str,
        limits: build_dashboard.ThresholdsConfig | None = None,
        mappings: Sequence[model.ValueMapping] = (),
        decimals: int = 0,
        alias: str = "$col",
    ) -> PanelOf:
        """One number, or one for each series, with its colour behind its word."""
        return (
            self._figures(
                title, description, InfluxQuery(query, form="time_series", alias=alias), unit, limits or plain()
            )
            .decimals(decimals)
            .mappings(list(mappings))
            .reduce_options(_last())
        )

    def stats(
        self,
        title: Text,
        description: Text,
        query: str,
        columns: Sequence[Column],
        limits: build_dashboard.ThresholdsConfig,
        size: float = 20,
    ) -> PanelOf:
        """Several columns of one row beside each other, each with what it is called; the first by its limits."""
        fields = "|".join(re.escape(self.say(column.title)) for column in columns)  # it goes by what they are called
        panel = (
            self._figures(title, description, InfluxQuery(query), columns[0].unit, grey())
            .reduce_options(_last().fields(f"/^({fields})$/"))
            .orientation(common.VizOrientation.VERTICAL)
            .text(build.VizTextDisplayOptions().value_size(size))
            .text_mode(common.BigValueTextMode.VALUE_AND_NAME if len(columns) > 1 else common.BigValueTextMode.VALUE)
        )
        for place, column in enumerate(columns):
            given = self._column(column)
            panel = panel.override_by_name(
                column.name, [*given, prop("thresholds", (plain() if place else limits).build())]
            )
        return panel

    def compared(
        self,
        title: Text,
        description: Text,
        key: str,
        queries: tuple[str, str],
        columns: Sequence[Column],
        sort: tuple[str, bool] | None = None,
    ) -> PanelOf:
        """A table of two runs, row by row by what is in the column `key`."""
        differ = any(column.name == DIFFERENCE for column in columns)
        return self._rows(title, description, queries, columns, _joined(key, differ), sort)

    def trend(
        self,
        title: Text,
        description: Text,
        key: tuple[str, Text],
        queries: tuple[str, str],
        names: dict[str, Text],
        unit: str,
    ) -> PanelOf:
        """Two runs on the same axes, over a number in place of the time."""
        panel = (
            trend.Panel()
            .title(self.say(title))
            .description(self.say(description))
            .datasource(source())
            .x_field(key[0])
            .unit(unit)
            .min(0)
            .no_value(self.say(NOTHING))
            .thresholds(plain())
            .line_interpolation(common.LineInterpolation.STEP_AFTER)
            .line_width(2)
            .show_points(common.VisibilityMode.NEVER)
            .span_nulls(True)
            .legend(_legend())
            .tooltip(build.VizTooltipOptions().mode(common.TooltipDisplayMode.MULTI).sort(common.SortOrder.NONE))
        )
        for ref, query in zip("AB", queries, strict=True):
            panel = panel.with_target(InfluxQuery(query, ref))
        for transformation in (*_joined(key[0]), _only([key[0], *names])):
            panel = panel.with_transformation(transformation)
        panel = panel.override_by_name(key[0], [display_name(self.say(key[1])), prop("unit", IN_HOURS)])
        for i, (name, words) in enumerate(names.items()):
            panel = panel.override_by_name(name, self._line(i, words))
        return panel

    def lines(
        self,
        title: Text,
        description: Text,
        queries: Sequence[tuple[str, str]],
        unit: str,
        most: float | None = None,
        least: float | None = 0,
        interval: str = MIN_INTERVAL,
        names: dict[str, Text] | None = None,
        limit: float | None = None,
        fill: int = 0,
        shaded: tuple[str, str] | None = None,
    ) -> PanelOf:
        """Courses over time. `queries` are queries with the name of their series; `names` says what series are called.

        `shaded`: the area from the first of two series that have names down to the second is filled.
        """
        panel = (
            timeseries.Panel()
            .title(self.say(title))
            .description(self.say(description))
            .datasource(source())
            .interval(interval)
            .unit(unit)
            .no_value(self.say(NOTHING))
            .line_interpolation(common.LineInterpolation.STEP_AFTER)
            .line_width(2)
            .fill_opacity(fill)
            .show_points(common.VisibilityMode.NEVER)
            .span_nulls(True)
            .color_scheme(build_dashboard.FieldColor().mode(model.FieldColorModeId.PALETTE_CLASSIC_BY_NAME))
            .legend(_legend().sort_by("Min").sort_desc(False))
            .tooltip(build.VizTooltipOptions().mode(common.TooltipDisplayMode.MULTI).sort(common.SortOrder.ASCENDING))
        )
        for i, (query, alias) in enumerate(queries):
            panel = panel.with_target(InfluxQuery(query, chr(ord("A") + i), "time_series", alias))
        if least is not None:
            panel = panel.min(least)
        if most is not None:
            panel = panel.max(most)
        if limit is not None:
            panel = panel.thresholds(thresholds((None, "transparent"), (limit, palette.VERMILION))).thresholds_style(
                build.GraphThresholdsStyleConfig().mode(common.GraphThresholdsStyleMode.DASHED)
            )
        else:
            panel = panel.thresholds(plain())
        for i, (name, words) in enumerate((names or {}).items()):
            given = self._line(i, words)
            if shaded is not None and names is not None and name == shaded[0]:
                # The other line goes by what it is called on the panel.
                given += [prop("custom.fillBelowTo", self.say(names[shaded[1]])), prop("custom.fillOpacity", 35)]
            panel = panel.override_by_name(name, given)
        return panel

    def _line(self, i: int, words: Text) -> list[model.DynamicConfigValue]:
        """What the line at a place is called, with its colour and dashes."""
        look = {"mode": "fixed", "fixedColor": palette.SERIES[i % len(palette.SERIES)]}
        dashes = prop("custom.lineStyle", _DASHES[i % len(_DASHES)])
        return [display_name(self.say(words)), prop("color", look), dashes]

    def timeline(
        self,
        title: Text,
        description: Text,
        query: str,
        mappings: Sequence[model.ValueMapping],
        alias: str,
        interval: str = SAMPLED,
        legend: bool = True,
    ) -> PanelOf:
        """States over time, a row each, with the state's word in it.

        By fixed colour: coloured by thresholds, the front end would merge by them and forget the words.
        """
        panel = (
            statetimeline.Panel()
            .title(self.say(title))
            .description(self.say(description))
            .datasource(source())
            .with_target(InfluxQuery(query, form="time_series", alias=alias))
            .interval(interval)
            .unit("none")
            .mappings(list(mappings))
            .color_scheme(fixed())
            .no_value(self.say(NOTHING))
            .merge_values(True)
            .show_value(common.VisibilityMode.AUTO)
            .row_height(0.85)
            .fill_opacity(80)
            .legend(
                build.VizLegendOptions()
                .display_mode(common.LegendDisplayMode.LIST)
                .placement(common.LegendPlacement.BOTTOM)
                .show_legend(legend)
            )
        )
        options: Any = panel._internal.options
        options.per_page = 0  # all rows at once, without a bar to turn pages; the SDK takes 1 at least
        return panel

    def alarms(self, title: Text, description: Text) -> PanelOf:
        """The alert rules that are not quiet. The SDK has no builder for this panel."""
        options = {
            "viewMode": "list",
            "groupMode": "default",
            "groupBy": [],
            "maxItems": 20,
            "sortOrder": 3,
            "dashboardAlerts": False,
            "alertName": "",
            "alertInstanceLabelFilter": "",
            "stateFilter": {
                "firing": True,
                "pending": True,
                "noData": True,
                "normal": False,
                "error": True,
                "recovering": True,
            },
        }
        return AnyPanel().type("alertlist").title(self.say(title)).description(self.say(description)).options(options)


def _last() -> build.ReduceDataOptions:
    return build.ReduceDataOptions().calcs(["lastNotNull"]).values(False)


def _legend() -> build.VizLegendOptions:
    """A table below the lines."""
    return (
        build.VizLegendOptions()
        .display_mode(common.LegendDisplayMode.TABLE)
        .placement(common.LegendPlacement.BOTTOM)
        .show_legend(True)
        .calcs(["min", "max"])
    )


def _only(names: Sequence[str]) -> model.DataTransformerConfig:
    return model.DataTransformerConfig(id_val="filterFieldsByName", options={"include": {"names": list(names)}})


def _joined(key: str, differ: bool = False) -> list[model.DataTransformerConfig]:
    """Rows of two runs with the same `key` made one; `differ`: with what the second run is less the first."""
    made = [model.DataTransformerConfig(id_val="joinByField", options={"byField": key, "mode": "outer"})]
    if differ:
        before, after = SIDES
        binary = {"left": after, "operator": "-", "right": before}
        options = {"mode": "binary", "binary": binary, "alias": DIFFERENCE, "replaceFields": False}
        made.append(model.DataTransformerConfig(id_val="calculateField", options=options))
    return made


_DASHES: tuple[dict[str, Any], ...] = (
    {"fill": "solid"},
    {"fill": "dash", "dash": [10, 6]},
    {"fill": "dash", "dash": [2, 5]},
)
