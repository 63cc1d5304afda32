"""The runs of a campaign that are done: one committed row each, so that neither kill nor power cut takes one back."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from simulator.contracts.problem import BadInput, Problem

FILE = "records.sqlite"

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
            what, mend = f"is no store of records ({error})", "name another folder with --out"
            raise BadInput([Problem(str(path), 0, "file", what, mend)]) from None
        if had > VERSION:
            self._db.close()
            what = f"is version {had}, and this program understands versions up to {VERSION}"
            mend = "go on with the newer stadtwerk that wrote it, or name another folder with --out"
            raise BadInput([Problem(str(path), 0, "version", what, mend)])
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

    if out.exists() and not (out / FILE).exists() and not (out.is_dir() and not any(out.iterdir())):
        what = "exists and is not the folder of a campaign"
        raise BadInput([Problem(str(out), 0, "--out", what, "name another folder")])
    with contextlib.ExitStack() as stack:
        try:
            out.mkdir(parents=True, exist_ok=True)
            handle = os.open(out, os.O_RDONLY)
            stack.callback(os.close, handle)
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            what, mend = "another campaign is writing there", "wait for it, or name another folder"
            raise BadInput([Problem(str(out), 0, "--out", what, mend)]) from None
        except OSError as error:
            what = f"cannot be made ({error.strerror})"
            raise BadInput([Problem(str(out), 0, "--out", what, "check the path")]) from None
        store = RecordStore(out / FILE)
        stack.callback(store.close)
        yield store
