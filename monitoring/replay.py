"""The room again, from what a run left: delivered readings, calls, answers, and nothing else.

    python -m monitoring.replay RUN

gives every act of the room as a line of JSON. They are those that stand in the run's `control.jsonl`, byte for byte:
what the room did follows from what was delivered.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from monitoring.checks import CHECKS
from monitoring.delivered import AFTER, RECORD, Answered, Delivered, Gauge, Look, Report, Series
from monitoring.ordinary import Ordinary
from monitoring.playbooks import FILE, read_control
from monitoring.room import Room, plain
from simulator.contracts.ticks import to_ticks

ORDINARY, READINGS = "ordinary.json", "readings.parquet"


def acts(folder: Path) -> Iterator[bytes]:
    """Each act of the room as a line. Raises `OSError`, `ValueError` or `KeyError` for a folder that has none."""
    import orjson

    lines = [json.loads(line) for line in (folder / RECORD).read_bytes().splitlines()]
    head, given = lines[0], {row["t_s"]: row for row in lines[1:] if "act" not in row}
    series = tuple(Series(*one) for one in head["series"])
    ordinary = Ordinary.load(folder / ORDINARY) if (folder / ORDINARY).is_file() else None
    plan = read_control(folder / FILE)
    room = Room(plan, series, ordinary, head["midnight_s"], {kind: CHECKS[kind] for kind in head["checks"]})
    delivered = _delivered(folder / READINGS, series) if head["mode"] != "blind" else Delivered.none()
    period, first = to_ticks(plan.look), 0
    for now in range(to_ticks(head["begin_s"]) + period + AFTER, to_ticks(head["end_s"]) + 1, period):
        end = int(np.searchsorted(delivered.arrived, now - AFTER, side="left"))
        part = slice(first, end)
        row: dict[str, Any] = given.get(now / 1000, {})
        look = Look(
            now,
            Delivered(delivered.series[part], delivered.taken[part], delivered.arrived[part], delivered.values[part]),
            tuple(Report(*one) for one in row.get("reports", ())),
            tuple(Gauge(*one) for one in row.get("gauges", ())),
            tuple(Answered(*one) for one in row.get("answers", ())),
            tuple(row.get("blind", ())),
            tuple(row.get("out", ())),
        )
        first = end
        for act in plain(now, room.look(look)):
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
