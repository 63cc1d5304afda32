"""What an audit has lived through already, kept beside its tables until it is done, so that an interrupted one goes on.

A file of lines: first what it all depends on, then one case a line. Where anything of the former has changed, or the
file is not whole, its cases are lived through again.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

if TYPE_CHECKING:
    from resilience.study.audit import AuditSettings, Scope
    from resilience.study.audit.outcome import Observation
    from simulator.contracts.city import City

KEPT = "kept.jsonl"
FORM = "stadtwerk/audit-kept/1"


class Kept:
    """The cases of an audit that are done, by name. Each is on the disk as soon as it is known."""

    def __init__(self, folder: Path, city: City, settings: AuditSettings, scope: Scope) -> None:
        self._path = folder / KEPT
        head = json.dumps({"form": FORM, "of": _digest(city, settings, scope)})
        self._done = _read(self._path, head)
        self.found_done = len(self._done)
        folder.mkdir(parents=True, exist_ok=True)
        with self._path.open("w", encoding="utf-8") as file:  # without a line that was cut off
            file.write(head + "\n")
            for seen in self._done.values():
                file.write(_line(seen))

    def get(self, case: str) -> Observation | None:
        return self._done.get(case)

    def add(self, seen: Observation) -> None:
        self._done[seen.case] = seen
        with self._path.open("a", encoding="utf-8") as file:
            file.write(_line(seen))

    def drop(self) -> None:
        """Everything is in the tables now."""
        self._path.unlink(missing_ok=True)


def _digest(city: City, settings: AuditSettings, scope: Scope) -> str:
    from stadtwerk.runs.basis import basis, city_digest

    files = "" if city.folder is None else city_digest(city.folder)
    return hashlib.sha256("\0".join((files, basis(), repr(settings), repr(scope))).encode()).hexdigest()


@cache
def _form() -> TypeAdapter[Any]:
    from resilience.study.audit.outcome import Observation

    return TypeAdapter(Observation)


def _line(seen: Observation) -> str:
    return _form().dump_json(seen).decode() + "\n"


def _read(path: Path, head: str) -> dict[str, Observation]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return {}
    found: dict[str, Observation] = {}
    if lines[:1] != [head]:
        return found
    for line in lines[1:]:
        try:
            seen = _form().validate_json(line)
        except ValueError:
            break  # it was being written when the audit ended
        found[seen.case] = seen
    return found
