"""Tables: which columns, in which order, in which words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from grafana_foundation_sdk.builders import table
from grafana_foundation_sdk.models import common
from grafana_foundation_sdk.models import dashboard as model

from dashboards import palette
from dashboards.influx import InfluxQuery, source
from dashboards.style import NOTHING, PanelOf, plain, prop, thresholds
from simulator.contracts.words import Text


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
        values = [prop("displayName", self.say(column.title)), prop("unit", column.unit)]
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
