"""The room again, from what a run left: delivered readings, calls, answers, and nothing else.

    python -m monitoring.replay RUN

gives every act of the room as a line of JSON. They are those that stand in the run's `control.jsonl`, byte for byte:
what the room did follows from what was delivered.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from monitoring.checks import CHECKS
from monitoring.delivered import AFTER, RECORD, Act, Answered, Delivered, Gauge, Look, Report, Series
from monitoring.ordinary import Ordinary
from monitoring.playbooks import FILE, ControlFile, read_control
from monitoring.room import Room, plain
from simulator.contracts.ticks import to_ticks

ORDINARY, READINGS = "ordinary.json", "readings.parquet"


@dataclass(frozen=True)
class Recorded:
    """What a room got in a run: its plan, what was ordinary, and its looks."""

    head: Mapping[str, Any]
    plan: ControlFile
    series: tuple[Series, ...]
    ordinary: Ordinary | None
    looks: tuple[Look, ...]

    @classmethod
    def of(cls, folder: Path) -> Recorded:
        """Raises `OSError`, `ValueError` or `KeyError` for a folder of a run without a room."""
        lines = [json.loads(line) for line in (folder / RECORD).read_bytes().splitlines()]
        head, given = lines[0], {row["t_s"]: row for row in lines[1:] if "act" not in row}
        series = tuple(Series(*one) for one in head["series"])
        ordinary = Ordinary.load(folder / ORDINARY) if (folder / ORDINARY).is_file() else None
        plan = read_control(folder / FILE)
        delivered = _delivered(folder / READINGS, series) if head["mode"] != "blind" else Delivered.none()
        period, first, looks = to_ticks(plan.look), 0, list[Look]()
        for now in range(to_ticks(head["begin_s"]) + period + AFTER, to_ticks(head["end_s"]) + 1, period):
            end = int(np.searchsorted(delivered.arrived, now - AFTER, side="left"))
            looks.append(_look(now, _part(delivered, slice(first, end)), given.get(now / 1000, {})))
            first = end
        return cls(head, plan, series, ordinary, tuple(looks))

    def acts(self, plan: ControlFile | None = None) -> Iterator[tuple[int, tuple[Act, ...]]]:
        """What a room does with these looks, by this plan or the one of then, with the tick at which it does it."""
        checks = {kind: CHECKS[kind] for kind in self.head["checks"]}
        room = Room(plan or self.plan, self.series, self.ordinary, self.head["midnight_s"], checks)
        for look in self.looks:
            yield look.at, room.look(look)


def _part(whole: Delivered, part: slice) -> Delivered:
    return Delivered(whole.series[part], whole.taken[part], whole.arrived[part], whole.values[part])


def _look(now: int, delivered: Delivered, row: Mapping[str, Any]) -> Look:
    return Look(
        now,
        delivered,
        tuple(Report(*one) for one in row.get("reports", ())),
        tuple(Gauge(*one) for one in row.get("gauges", ())),
        tuple(Answered(*one) for one in row.get("answers", ())),
        tuple(row.get("blind", ())),
        tuple(row.get("out", ())),
    )


def acts(folder: Path) -> Iterator[bytes]:
    """Each act of the room as a line. Raises `OSError`, `ValueError` or `KeyError` for a folder that has none."""
    import orjson

    for now, done in Recorded.of(folder).acts():
        for act in plain(now, done):
            yield orjson.dumps(act) + b"\n"


def recorded(folder: Path) -> Iterator[bytes]:
    """The acts that the run wrote down."""
    for line in (folder / RECORD).read_bytes().splitlines(keepends=True)[1:]:
        if b'"act":' in line:
            yield line


def _delivered(path: Path, series: tuple[Series, ...]) -> Delivered:
    """What was delivered, in the order in which it came; of one instant as it stands in the file."""
    import pyarrow.parquet as pq

    table = pq.read_table(path, columns=["t_s", "sensor", "value", "delivered_s"])
    column = table["sensor"].combine_chunks()
    place = {one.name: i for i, one in enumerate(series)}
    own = np.array([place.get(name, -1) for name in column.dictionary.to_pylist()], dtype=np.int32)
    sensor = own[column.indices.to_numpy()]
    came = table["delivered_s"].to_numpy()
    mine = (sensor >= 0) & np.isfinite(came)
    taken = np.rint(table["t_s"].to_numpy()[mine] * 1000).astype(np.int64)
    arrived = np.rint(came[mine] * 1000).astype(np.int64)
    return Delivered.in_order(sensor[mine], taken, arrived, table["value"].to_numpy()[mine])


if __name__ == "__main__":
    for one in acts(Path(sys.argv[1])):
        sys.stdout.buffer.write(one)
