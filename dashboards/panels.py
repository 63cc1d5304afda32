"""Panels and tables: a title, a unit, columns in words, and what is said where there is nothing to show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from grafana_foundation_sdk.builders import common as build
from grafana_foundation_sdk.builders import dashboard as build_dashboard
from grafana_foundation_sdk.builders import stat, statetimeline, table, timeseries
from grafana_foundation_sdk.builders.dashboard import Panel as AnyPanel
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import common
from grafana_foundation_sdk.models import dashboard as model

from dashboards import palette
from dashboards.influxql import InfluxQuery, source
from simulator.contracts.words import Text, Words

_ = Words("dashboards")

PanelOf = Builder[model.Panel]
"""A panel that is not finished yet."""

NOTHING = _("nothing here")
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


def bad_from(value: float) -> build_dashboard.ThresholdsConfig:
    """Green below, vermilion from this value on."""
    return thresholds((None, palette.GREEN), (value, palette.VERMILION))


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
    links: Sequence[tuple[Text, str]] = field(default=())


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
        panel = (
            table.Panel()
            .title(self.say(title))
            .description(self.say(description))
            .datasource(source())
            .with_target(InfluxQuery(query))
            .unit("none")
            .thresholds(plain())
            .no_value(self.say(no_value))
            .show_header(True)
            .cell_height(common.TableCellHeight.SM)
        )
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
        panel = panel.with_transformation(
            model.DataTransformerConfig(
                id_val="filterFieldsByName", options={"include": {"names": [c.name for c in columns]}}
            )
        ).with_transformation(
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
        if column.mappings:
            values.append(prop("mappings", list(column.mappings)))
        if column.decimals is not None:
            values.append(prop("decimals", column.decimals))
        if column.width is not None:
            values.append(prop("custom.width", column.width))
        if column.coloured:
            values.append(prop("custom.cellOptions", {"type": "color-text"}))
        if column.gauge:
            values.append(prop("custom.cellOptions", {"type": "gauge", "mode": "basic", "valueDisplayMode": "text"}))
            values += [prop("min", 0), prop("max", 1)]
            values.append(prop("thresholds", thresholds((None, palette.GREEN), (1.0, palette.VERMILION)).build()))
        if column.links:
            links = [{"title": self.say(words), "url": url, "targetBlank": False} for words, url in column.links]
            values.append(prop("links", links))
        return values


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
            stat.Panel()
            .title(self.say(title))
            .description(self.say(description))
            .datasource(source())
            .with_target(InfluxQuery(query, form="time_series", alias=alias))
            .unit(unit)
            .decimals(decimals)
            .mappings(list(mappings))
            .thresholds(limits or plain())
            .color_scheme(by_threshold())
            .no_value(self.say(NOTHING))
            .reduce_options(build.ReduceDataOptions().calcs(["lastNotNull"]).values(False))
            .graph_mode(common.BigValueGraphMode.NONE)
            .color_mode(common.BigValueColorMode.VALUE)
        )

    def lines(
        self,
        title: Text,
        description: Text,
        queries: Sequence[tuple[str, str]],
        unit: str,
        most: float | None = None,
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
            .min(0)
            .line_interpolation(common.LineInterpolation.STEP_AFTER)
            .line_width(2)
            .fill_opacity(fill)
            .show_points(common.VisibilityMode.NEVER)
            .span_nulls(True)
            .color_scheme(build_dashboard.FieldColor().mode(model.FieldColorModeId.PALETTE_CLASSIC_BY_NAME))
            .legend(
                build.VizLegendOptions()
                .display_mode(common.LegendDisplayMode.TABLE)
                .placement(common.LegendPlacement.BOTTOM)
                .show_legend(True)
                .calcs(["min", "max", "lastNotNull"])
            )
            .tooltip(build.VizTooltipOptions().mode(common.TooltipDisplayMode.MULTI).sort(common.SortOrder.ASCENDING))
        )
        for i, (query, alias) in enumerate(queries):
            panel = panel.with_target(InfluxQuery(query, chr(ord("A") + i), "time_series", alias))
        if most is not None:
            panel = panel.max(most)
        if limit is not None:
            panel = panel.thresholds(thresholds((None, "transparent"), (limit, palette.VERMILION))).thresholds_style(
                build.GraphThresholdsStyleConfig().mode(common.GraphThresholdsStyleMode.DASHED)
            )
        else:
            panel = panel.thresholds(thresholds((None, palette.BLUE)))
        for i, (name, words) in enumerate((names or {}).items()):
            given = [
                prop("displayName", self.say(words)),
                prop("color", {"mode": "fixed", "fixedColor": palette.SERIES[i % len(palette.SERIES)]}),
                prop("custom.lineStyle", _DASHES[i % len(_DASHES)]),
            ]
            if shaded is not None and names is not None and name == shaded[0]:
                # The other line goes by what it is called on the panel.
                given += [prop("custom.fillBelowTo", self.say(names[shaded[1]])), prop("custom.fillOpacity", 35)]
            panel = panel.override_by_name(name, given)
        return panel

    def timeline(
        self,
        title: Text,
        description: Text,
        query: str,
        mappings: Sequence[model.ValueMapping],
        alias: str,
        interval: str = SAMPLED,
    ) -> PanelOf:
        """States over time, a row each, with the state's word in it.

        By fixed colour: coloured by thresholds, the front end would merge by them and forget the words.
        """
        return (
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
                .show_legend(True)
            )
        )

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


_DASHES: tuple[dict[str, Any], ...] = (
    {"fill": "solid"},
    {"fill": "dash", "dash": [10, 6]},
    {"fill": "dash", "dash": [2, 5]},
)
