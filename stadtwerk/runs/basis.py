"""What the results of a run depend on beside its scenario and seed: the city's files, our own source, the libraries."""

from __future__ import annotations

import functools
import hashlib
import json
from pathlib import Path

OUR_ROOMS = ("simulator", "monitoring", "gateways", "resilience", "stadtwerk")


def city_digest(folder: Path) -> str:
    """A digest of all files in a city folder. Networks inside installed packages are covered by their versions."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


@functools.cache
def basis() -> str:
    """A digest of our own source, of plug-ins, and of the versions of everything that a result can depend on."""
    from stadtwerk.runs.folder import plugins, versions

    root = Path(__file__).resolve().parents[2]
    digest = hashlib.sha256(json.dumps([versions(), plugins()]).encode())
    for room in OUR_ROOMS:
        for path in sorted(path for path in (root / room).rglob("*") if path.suffix in (".py", ".yaml")):
            digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
