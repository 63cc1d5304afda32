"""Rows of a power-grid-model dataset while a pandapower net is read, and what had to be assumed meanwhile."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from simulator.contracts.city import Assumption

Row = dict[str, Any]


def number(row: Row, column: str, default: float = 0.0) -> float:
    """A cell as a float; `default` where the column is missing, empty or not a number."""
    value = row.get(column)
    try:
        out = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return default
    return default if math.isnan(out) else out


def text(row: Row, column: str) -> str:
    """A cell as text, empty where the column is missing or empty."""
    value = row.get(column)
    return "" if value is None or str(value) in ("None", "<NA>", "nan") else str(value)


@dataclass
class Tables:
    """The PGM input tables under way. Ids are unique over all tables, as PGM asks."""

    frequency_hz: float
    rows: dict[str, list[Row]] = field(default_factory=dict)
    assumptions: list[Assumption] = field(default_factory=list)
    node_of: dict[int, int] = field(default_factory=dict)
    rated_kv: dict[int, float] = field(default_factory=dict)
    _next: int = 0

    def add(self, table: str, **values: Any) -> int:
        """One more row; returns its id."""
        self.rows.setdefault(table, []).append({"id": self._next, **values})
        self._next += 1
        return self._next - 1

    def assume(self, subject: str, words: str, basis: str = "assumption") -> None:
        self.assumptions.append(Assumption(subject, words, basis))

    def assume_of(self, subject: str, names: list[str], words: str, basis: str = "assumption") -> None:
        """One assumption about many elements, if there are any: how many, and the first of them by name."""
        if names:
            first = ", ".join(names[:5]) + (", …" if len(names) > 5 else "")
            self.assume(subject, f"{len(names)} ({first}): {words}", basis)

    def dataset(self) -> str:
        """The tables in power-grid-model's JSON form."""
        from power_grid_model import ComponentType, DatasetType, initialize_array
        from power_grid_model.utils import json_serialize

        data = {}
        for table, rows in self.rows.items():
            array = initialize_array(DatasetType.input, ComponentType[table], len(rows))
            for column in rows[0]:
                array[column] = [row[column] for row in rows]
            data[ComponentType[table]] = array
        return str(json_serialize(data, dataset_type=DatasetType.input, use_compact_list=True, indent=-1))


def in_service(net: Any, table: str) -> Iterator[tuple[int, Row]]:
    """The rows of a pandapower table that are in service, as (index, row)."""
    frame = net.get(table)
    if frame is None or not len(frame):
        return
    for index, row in zip(frame.index, frame.to_dict("records"), strict=True):
        if bool(row.get("in_service", True)):
            yield int(index), row


def count(net: Any, table: str) -> int:
    frame = net.get(table)
    return 0 if frame is None or not hasattr(frame, "columns") else len(frame)
