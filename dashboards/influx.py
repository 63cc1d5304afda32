"""A query as Grafana stores it for InfluxDB in InfluxQL: the SDK has no class for that."""

from __future__ import annotations

from typing import Any, Literal

from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models.common import DataSourceRef

UID = "stadtwerk-influx"
"""The uid of the data source, in dashboards, alert rules and provisioning."""

Format = Literal["time_series", "table"]


def source() -> DataSourceRef:
    return DataSourceRef(type_val="influxdb", uid=UID)


class InfluxQuery(Builder[Dataquery], Dataquery):
    """One query of a panel. `alias` names its series: `$tag_district`, `$col`."""

    def __init__(self, query: str, ref: str = "A", form: Format = "table", alias: str = "") -> None:
        self._query, self._ref, self._form, self._alias = query, ref, form, alias

    def build(self) -> Dataquery:
        return self

    def to_json(self) -> dict[str, Any]:
        data = {
            "refId": self._ref,
            "datasource": source(),
            "query": self._query,
            "rawQuery": True,
            "resultFormat": self._form,
        }
        return data | ({"alias": self._alias} if self._alias else {})


class InfluxNotes(Dataquery):
    """The query behind annotations. The text stands in the column `what`, tags in `tags`."""

    def __init__(self, query: str) -> None:
        self._query = query

    def to_json(self) -> dict[str, Any]:
        return {
            "refId": "Anno",
            "datasource": source(),
            "query": self._query,
            "rawQuery": True,
            "textEditor": True,
            "fromAnnotations": True,
            "textColumn": "what",
            "tagsColumn": "tags",
            "titleColumn": "",
            "timeEndColumn": "",
            "name": "",
        }
