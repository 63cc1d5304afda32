"""The runs of a campaign that are done: one committed row each, so that neither kill nor power cut takes one back.

At the end all are one Parquet file, a row for each, in the order of cases and measures.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.contracts.duration import seconds
from simulator.contracts.form import Form
from simulator.contracts.problem import BadInput, Problem, reason_of
from simulator.contracts.words import Words

if TYPE_CHECKING:
    from resilience.study.campaign.campaign import Campaign, CampaignRun, Case

_ = Words("stadtwerk")

RECORDS_FILE = "records.sqlite"

VERSION = 1
"""The form of the store, in the file as `user_version`. Stores from before it was kept there have 0, and this form."""


@dataclass(frozen=True, slots=True)
class Record:
    """A run that is done: its figures as JSON text, or why it has none."""

    figures: str
    error: str = ""


class RecordStore:
    """Records by the key of their job. Written by one process, the campaign's own."""

    def __init__(self, path: Path) -> None:
        """Open or make a store. Raises `BadInput` for one of a later form, and for a file that is none."""
        self._db = sqlite3.connect(path, isolation_level=None)
        try:
            had = int(self._db.execute("PRAGMA user_version").fetchone()[0])
        except sqlite3.DatabaseError as error:
            self._db.close()
            what, fix = (
                _("is no store of records ({error})", error=reason_of(error)),
                _("name another folder with --out"),
            )
            raise BadInput([Problem(str(path), 0, "file", what, fix)]) from None
        if had > VERSION:
            self._db.close()
            what = _(
                "is version {had}, and this program understands versions up to {version}", had=had, version=VERSION
            )
            fix = _("go on with the newer stadtwerk that wrote it, or name another folder with --out")
            raise BadInput([Problem(str(path), 0, "version", what, fix)])
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")  # committed means on the disk
        self._db.execute("CREATE TABLE IF NOT EXISTS runs (key TEXT PRIMARY KEY, figures TEXT, error TEXT) STRICT")
        self._db.execute(f"PRAGMA user_version={VERSION}")

    def put(self, key: str, record: Record) -> None:
        """Commit one record; a later one of the same key takes its place."""
        self._db.execute("INSERT OR REPLACE INTO runs VALUES (?, ?, ?)", (key, record.figures, record.error))

    def get(self, key: str) -> Record | None:
        row = self._db.execute("SELECT figures, error FROM runs WHERE key = ?", (key,)).fetchone()
        return None if row is None else Record(*row)

    def keys(self) -> set[str]:
        return {key for (key,) in self._db.execute("SELECT key FROM runs")}

    def close(self) -> None:
        self._db.close()


@contextmanager
def held(out: Path) -> Iterator[RecordStore]:
    """The records in a campaign's folder, which is made if need be; nobody else may write there meanwhile.

    Raises `BadInput` where `out` is something else than a campaign's folder, or another campaign is writing there.
    """
    import fcntl

    if out.exists() and not (out / RECORDS_FILE).exists() and not (out.is_dir() and not any(out.iterdir())):
        what = _("exists and is not the folder of a campaign")
        raise BadInput([Problem(str(out), 0, "--out", what, _("name another folder"))])
    with contextlib.ExitStack() as stack:
        try:
            out.mkdir(parents=True, exist_ok=True)
            handle = os.open(out, os.O_RDONLY)
            stack.callback(os.close, handle)
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            what, fix = _("another campaign is writing there"), _("wait for it, or name another folder")
            raise BadInput([Problem(str(out), 0, "--out", what, fix)]) from None
        except OSError as error:
            what = _("cannot be made ({reason})", reason=reason_of(error))
            raise BadInput([Problem(str(out), 0, "--out", what, _("check the path"))]) from None
        store = RecordStore(out / RECORDS_FILE)
        stack.callback(store.close)
        yield store


DATASET_FILE = "runs.parquet"

RESULT = Form("campaign-result", 1, again=_("run the campaign again"))
"""What campaign.json says of the data set and the report beside it."""

DRAWN, SERVICE, LEVEL, FINDING, METRIC = "drawn.", "person_hours.", "level.", "finding.", "metric."
"""How the names of columns begin that a campaign has several of."""


def rows_of(campaign: Campaign, runs: Sequence[CampaignRun]) -> list[dict[str, Any]]:
    """The runs as flat rows. Fields that a run does not have are left out; `losses` is a list of records."""
    return [_row(campaign, run) for run in runs]


def _row(campaign: Campaign, run: CampaignRun) -> dict[str, Any]:
    row: dict[str, Any] = {
        "case": run.case.number,
        "measure": run.measure,
        "scenario": campaign.scenarios[run.case.scenario],
        "seed": run.case.seed,
        "error": run.error,
        **_drawn(campaign, run.case),
    }
    figures = run.figures
    if figures is None:
        return row
    row |= {
        "verdict": figures.verdict,
        "person_hours": figures.person_hours,
        "service_hours": figures.service_hours,
        "most_people": figures.most_people,
        "recovery_s": figures.recovery_s,
        **{SERVICE + name: hours for name, hours in figures.services.items()},
    }
    for level in figures.levels:
        row |= {
            f"{LEVEL}{level.id}.worst": level.worst if level.worst == level.worst else None,
            f"{LEVEL}{level.id}.below_s": level.below_s,
            f"{LEVEL}{level.id}.person_hours": level.person_hours,
        }
    row |= {FINDING + name: value for name, value in figures.findings.items()}
    row |= {METRIC + name: value for name, value in figures.metrics.items()}
    row["losses"] = [
        {
            "faults": [{"entry": one.entry, "target": one.target, "fault": one.fault} for one in loss.broken],
            "level": loss.level,
            "person_hours": loss.person_hours,
        }
        for loss in figures.losses
    ]
    return row


def _drawn(campaign: Campaign, case: Case) -> dict[str, Any]:
    """The drawn values by variation, durations in seconds."""
    values = dict(case.values)
    return {
        f"{DRAWN}{v.id}_s" if v.distribution.timed else DRAWN + v.id: (
            seconds(str(values[v.id])) if v.distribution.timed else values[v.id]
        )
        for v in campaign.variations
        if v.id in values
    }


def digest_of_rows(rows: Sequence[dict[str, Any]]) -> str:
    """The digest of the content, whatever wrote the file: SHA-256 over the rows as JSON lines."""
    digest = hashlib.sha256()
    for row in rows:
        digest.update(json.dumps(row, ensure_ascii=False, allow_nan=False).encode() + b"\n")
    return digest.hexdigest()


def write_dataset(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    """Write the file aside and put it in place. Columns come in the order in which rows first have them."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = list(dict.fromkeys(name for row in rows for name in row if name != "losses"))
    columns: dict[str, Any] = {name: _column([row.get(name) for row in rows], name) for name in names}
    fault = pa.struct([(name, pa.string()) for name in ("entry", "target", "fault")])
    loss = pa.struct([("faults", pa.list_(fault)), ("level", pa.string()), ("person_hours", pa.float64())])
    columns["losses"] = pa.array([row.get("losses") for row in rows], type=pa.list_(loss))
    aside = path.with_name(f".{path.name}.partial")
    pq.write_table(pa.table(columns), aside, compression="zstd")
    aside.rename(path)


def _column(values: list[Any], name: str) -> Any:
    """A column of one type: whole numbers, numbers, true and false, or texts; what is mixed becomes text."""
    import pyarrow as pa

    types = {type(value) for value in values if value is not None}
    if (
        name.startswith((SERVICE, LEVEL, METRIC))
        or name in ("person_hours", "service_hours", "recovery_s")
        or types == {int, float}
    ):
        return pa.array(values, type=pa.float64())
    if len(types) > 1:
        values = [None if value is None else str(value) for value in values]
    return pa.array(values)
