"""How queries are put together, checked names, the last value, courses over time; and a query as Grafana stores it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models.common import DataSourceRef

from simulator.contracts.measurements import Measurement
from simulator.contracts.words import LANGUAGES, SOURCE

Where = Sequence[str]


def held(lang: str) -> str:
    """The language in which the database holds a text that is asked for in another one."""
    return lang if lang in LANGUAGES else SOURCE


def tag(of: Measurement, name: str) -> str:
    """A tag in quotes. Raises `KeyError` for one that the measurement does not have."""
    if name not in of.tags:
        raise KeyError(f"{of.name} has no tag {name!r}")
    return f'"{name}"'


def field(of: Measurement, name: str) -> str:
    """A field in quotes. Raises `KeyError` for one that the measurement does not have."""
    return f'"{of.field(name).name}"'


def chosen(of: Measurement, name: str, variable: str = "") -> str:
    """The tag is what the variable of its name, or another one, holds."""
    return f"{tag(of, name)} =~ /^${{{variable or name}:regex}}$/"


def equal(of: Measurement, name: str, *values: str) -> str:
    """The tag is one of these."""
    said = " OR ".join(f"{tag(of, name)} = '{value}'" for value in values)
    return said if len(values) == 1 else f"({said})"


def scope(of: Measurement, run: str = "run") -> list[str]:
    """The run and, as far as the measurement has them, city, district and owner that are chosen."""
    names = [name for name in ("city", "district", "owner") if name in of.tags]
    return [chosen(of, "run", run), *(chosen(of, name) for name in names)]


def where_of(conditions: Where, timed: bool = True) -> str:
    return " AND ".join([*conditions, "$timeFilter"] if timed else conditions)


def columns_of(of: Measurement, columns: Sequence[tuple[str, str]]) -> str:
    return "".join(f', {field(of, name)} AS "{shown}"' for name, shown in columns)


def newest(
    of: Measurement,
    name: str,
    shown: str,
    more: Sequence[tuple[str, str]] = (),
    where: Where = (),
    by: Sequence[str] = (),
    run: str = "run",
    timed: bool = True,
) -> str:
    """The last value of a field, with other fields of the same point; one row for each value of the tags `by`."""
    grouped = f" GROUP BY {', '.join(tag(of, one) for one in by)}" if by else ""
    conditions = where_of([*scope(of, run), *where], timed)
    columns = f'LAST({field(of, name)}) AS "{shown}"{columns_of(of, more)}'
    return f'SELECT {columns} FROM "{of.name}" WHERE {conditions}{grouped}'


def course(
    of: Measurement,
    function: str,
    name: str,
    shown: str,
    where: Where = (),
    by: Sequence[str] = (),
    fill: str = "none",
    less: str = "",
) -> str:
    """A field over time, by interval of the panel; one series for each value of the tags `by`.

    `less`: another field that is taken away from it.
    """
    tags = "".join(f", {tag(of, one)}" for one in by)
    conditions = where_of([*scope(of), *where])
    taken = f" - {function}({field(of, less)})" if less else ""
    what = f'SELECT {function}({field(of, name)}){taken} AS "{shown}" FROM "{of.name}"'
    return f"{what} WHERE {conditions} GROUP BY time($__interval){tags} fill({fill})"


def summed(
    of: Measurement,
    names: Sequence[tuple[str, str]],
    each: str,
    outer: str,
    where: Where = (),
    more: str = "",
) -> str:
    """Fields over time: the mean of each interval for each value of the tag `each`, then these taken together.

    `more` is a further column made of them.
    """
    inner = ", ".join(f'MEAN({field(of, name)}) AS "{name}"' for name, _ in names)
    taken = ", ".join([*(f'{outer}("{name}") AS "{shown}"' for name, shown in names), *([more] if more else [])])
    conditions = where_of([*scope(of), *where])
    rows = f'SELECT {inner} FROM "{of.name}" WHERE {conditions} GROUP BY time($__interval), {tag(of, each)} fill(none)'
    return f"SELECT {taken} FROM ({rows}) WHERE $timeFilter GROUP BY time($__interval) fill(none)"


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
