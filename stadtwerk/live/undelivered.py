"""What a live run has not delivered: kept on disk from its first reading on, until it is delivered."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from simulator.contracts.form import Form
from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.sensor import SensorGroup
from simulator.contracts.words import Words
from stadtwerk.runs.folder import UNDELIVERED

_ = Words("stadtwerk.live")

RESUME = Form("resume", 1, again=_("run it again"))
LIVE = Form("live", 1, again=_("run it again"))
"""live.json: what became of the readings."""

STORE, RECORD, JOURNAL = "store.sqlite", "live.json", "live.jsonl"
_RESUME, _OUTBOXES, _INGEST = "resume.json", "outboxes", "ingest.db"


def write_record(folder: Path, record: Mapping[str, Any]) -> None:
    """Write live.json."""
    text = orjson.dumps({"schema": LIVE.schema, **record}, option=orjson.OPT_INDENT_2)
    (folder / RECORD).write_bytes(text + b"\n")


@dataclass(frozen=True, slots=True)
class Sensors:
    """The sensors of one group, as far as counting needs them."""

    sensors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Resumable:
    """What must be known to go on. `payloads`: gateways, and what each writes. `store`: "embedded" or the address of a
    database, where readings bear `run` and `tags`. `acknowledged` is None where the run did not end in order: then it
    is not known what must be there."""

    payloads: Mapping[str, str]
    brokers: str
    store: str
    run: str
    tags: Mapping[str, Mapping[str, str]]
    acknowledged: Mapping[str, list[tuple[Sensors, int]]] | None = None


class Kept:
    """The folder of a run's outboxes, and of the store while the run goes on. It is open to this user only.

    It lies beside the run folder, which is put in place at the end, and stays there if the run is interrupted or
    killed; of a run that ended it goes into the run folder if something was left, and else away.
    """

    def __init__(self, out: Path) -> None:
        self.out = out
        self.place = out.with_name(f"{out.name}.{UNDELIVERED}")

    @property
    def outboxes(self) -> Path:
        return self.place / _OUTBOXES

    def store(self, embedded: bool) -> Path:
        """What ingest writes: the store itself, or the outbox before a database."""
        return self.place / (STORE if embedded else _INGEST)

    def begin(self, resumable: Resumable) -> None:
        """Raises `BadInput` if an earlier run left something here that is not delivered."""
        if self.outboxes.exists():
            what = _("holds readings of an earlier run that were not delivered")
            fix = _("`stadtwerk live --resume {out}`, or name another folder with --out", out=str(self.out))
            raise BadInput([Problem(str(self.place), 0, "--out", what, fix)])
        shutil.rmtree(self.place, ignore_errors=True)
        self.place.mkdir(mode=0o700, parents=True)
        self.write(resumable)

    def write(self, resumable: Resumable) -> None:
        (self.place / _RESUME).write_bytes(_text(resumable))

    def drop(self) -> None:
        shutil.rmtree(self.place, ignore_errors=True)

    def settle(self, left: bool) -> None:
        """The run folder is in place: the store belongs there, and what is left of the rest, if anything is."""
        for name in (f"{STORE}-wal", STORE):  # the log is there while somebody reads
            if (self.place / name).exists():
                (self.place / name).replace(self.out / name)
        if left:
            self.place.rename(self.out / UNDELIVERED)
        else:
            self.drop()


@dataclass(frozen=True, slots=True)
class Left:
    """What an earlier run left: `base` has its record and journal, `place` its outboxes."""

    base: Path
    place: Path
    resumable: Resumable

    @property
    def outboxes(self) -> Path:
        return self.place / _OUTBOXES

    @property
    def store(self) -> Path:
        return self.base / STORE if self.resumable.store == "embedded" else self.place / _INGEST

    def delivered(self) -> None:
        """Nothing is left any more."""
        if self.base != self.place:
            shutil.rmtree(self.place)
            return
        shutil.rmtree(self.outboxes)
        for name in (_INGEST, f"{_INGEST}-wal", f"{_INGEST}-shm", _RESUME):
            (self.place / name).unlink(missing_ok=True)


def find_left(run: Path) -> Left:
    """What the run at this folder left, whether it ended, was interrupted or killed. Raises `BadInput`."""
    run = run.resolve()
    for base, place in (
        (run, run / UNDELIVERED),
        (beside := run.with_name(f"{run.name}.{UNDELIVERED}"), beside),
        (run, run),
    ):
        if (place / _RESUME).is_file() and (place / _OUTBOXES).is_dir():
            return Left(base, place, _read(place / _RESUME))
    what = _("is no live run that left something undelivered")
    raise BadInput([Problem(str(run), 0, "--resume", what, _("name the folder of one"))])


def acknowledged_by(blocks: Mapping[str, Sequence[tuple[SensorGroup, int]]]) -> dict[str, list[tuple[Sensors, int]]]:
    """The same, without what a count does not need."""
    known: dict[SensorGroup, Sensors] = {}
    return {
        gateway: [(known.setdefault(group, Sensors(tuple(group.sensors))), at) for group, at in of]
        for gateway, of in blocks.items()
    }


def _text(of: Resumable) -> bytes:
    groups: dict[Sensors, int] = {}
    blocks: dict[str, list[tuple[int, int]]] | None = None
    if of.acknowledged is not None:
        blocks = {}
        for gateway, told in of.acknowledged.items():
            blocks[gateway] = [(groups.setdefault(group, len(groups)), at) for group, at in told]
    document: dict[str, Any] = {
        "schema": RESUME.schema,
        "payloads": of.payloads,
        "brokers": of.brokers,
        "store": of.store,
        "run": of.run,
        "tags": of.tags,
        "groups": [group.sensors for group in groups],
        "acknowledged": blocks,
    }
    return orjson.dumps(document)


def _read(path: Path) -> Resumable:
    record, _version = RESUME.load(path)
    groups = [Sensors(tuple(sensors)) for sensors in record["groups"]]
    told = record["acknowledged"]
    acknowledged = None if told is None else {g: [(groups[n], at) for n, at in blocks] for g, blocks in told.items()}
    return Resumable(
        record["payloads"], record["brokers"], record["store"], record["run"], record["tags"], acknowledged
    )
