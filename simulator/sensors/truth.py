"""What really was, where readings are wrong: the labels that detectors are scored with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class Label:
    """Readings that one fault made wrong at one instant.

    `taken_s` is when they were taken, in seconds from the scenario's zero, `t_s` the time that they carry; they differ
    under a wrong clock, or where a reading is sent late. `copy` tells repeated or made-up readings (1) from those that
    they stand beside (0). `true` and `read` have a value for each of `sensors`, or are empty where the fault does not
    touch values. `cause` is the timeline entry.
    """

    taken_s: float
    t_s: float
    fault: str
    cause: str
    sensors: tuple[str, ...]
    copy: int = 0
    true: tuple[float | None, ...] = ()
    read: tuple[float | None, ...] = ()


class TruthFile:
    """`truth.jsonl`: one label a line, in the order of the run. There is no file until there is a label."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: Any = None

    def add(self, label: Label) -> None:
        if self._file is None:
            self._file = self._path.open("wb")
        fields = {name: getattr(label, name) for name in Label.__slots__}
        self._file.write(orjson.dumps({name: got for name, got in fields.items() if got != ()}) + b"\n")

    def close(self) -> bool:
        """Complete the file. Returns whether there is one."""
        if self._file is not None:
            self._file.close()
        return self._file is not None


def read_labels(path: Path) -> Iterator[Label]:
    """The labels of a run. A run without wrong readings has no such file, and no labels."""
    if not path.exists():
        return
    with path.open("rb") as file:
        for line in file:
            fields: dict[str, Any] = orjson.loads(line)
            fields |= {name: tuple(fields.get(name, ())) for name in ("sensors", "true", "read")}
            yield Label(**fields)
