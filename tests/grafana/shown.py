"""What Grafana's front end makes of the rows of a query.

Frames as its data source builds them, words and colours by its own package (`schema/shown.cjs`).
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).with_name("schema") / "shown.cjs"
NODE = shutil.which("node")
INSTALLED = NODE is not None and (SCRIPT.parent / "node_modules" / "@grafana" / "data").is_dir()

_ALIAS = re.compile(r"\$(tag_\w+|col|measurement)")


@dataclass(frozen=True)
class Field:
    """A column as it is read: its name in the query, its heading, the values as they came, text and colour of each."""

    column: str
    name: str
    raw: Sequence[Any]
    texts: Sequence[str]
    colours: Sequence[str | None]


def frames(series: Sequence[Mapping[str, Any]], target: Mapping[str, Any]) -> list[dict[str, Any]]:
    """An answer of InfluxDB as Grafana's data source hands it on: one frame, or one a series and column."""
    if not series:
        return []
    if target["resultFormat"] == "table":
        tags = list(series[0].get("tags", {}))
        rows = [[*row[:1], *(one["tags"][tag] for tag in tags), *row[1:]] for one in series for row in one["values"]]
        names = ["Time", *tags, *series[0]["columns"][1:]]
        return [_frame(target, names, [list(column) for column in zip(*rows, strict=True)])]
    found = []
    for one in series:
        for place, column in enumerate(one["columns"]):
            if column == "time":
                continue
            name = _ALIAS.sub(
                lambda match, one=one, column=column: _said(match[1], one, column), target.get("alias", "")
            )
            columns = [[row[0] for row in one["values"]], [row[place] for row in one["values"]]]
            found.append(_frame(target, ["Time", name], columns))
    return found


def _said(name: str, series: Mapping[str, Any], column: str) -> str:
    if name == "col":
        return column
    return str(series["name"] if name == "measurement" else series["tags"][name.removeprefix("tag_")])


def _frame(target: Mapping[str, Any], names: Sequence[str], columns: Sequence[list[Any]]) -> dict[str, Any]:
    fields = []
    for place, (name, values) in enumerate(zip(names, columns, strict=True)):
        text = any(isinstance(value, str) for value in values)
        kind = "time" if place == 0 else "string" if text else "number"
        own = name if place == 0 or target["resultFormat"] == "table" else "Value"
        fields.append({"name": own, "type": kind, "config": {} if place == 0 else {"displayNameFromDS": name}})
    return {
        "schema": {"name": names[-1], "refId": target["refId"], "fields": fields},
        "data": {"values": list(columns)},
    }


def shown(asked: Sequence[tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]]) -> list[list[Field]]:
    """The fields of each panel with its frames."""
    said = json.dumps([{"panel": panel, "frames": list(given)} for panel, given in asked])
    command = [str(NODE), str(SCRIPT)]
    done = subprocess.run(command, input=said, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    return [
        [
            Field(
                one["column"],
                one["name"],
                one["raw"],
                [value["text"] for value in one["values"]],
                [value.get("color") for value in one["values"]],
            )
            for one in panel
        ]
        for panel in json.loads(done.stdout)
    ]
