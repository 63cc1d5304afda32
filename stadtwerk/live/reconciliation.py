"""Every reading that a gateway acknowledged is in the store exactly once: counted, from the store itself.

A database is asked before a live run, whether its name is free, and after it.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np
import orjson
from numpy.typing import NDArray

from gateways.brokers.address import UnsafeSecret
from gateways.gateway.aggregation import all_aggregated
from gateways.ingest.blocks import unpack
from gateways.stores.influx.queries import StoredReadings
from gateways.stores.influx.settings import InfluxSettings
from gateways.stores.influx.writer import Refused, Retry
from simulator.contracts.problem import BadInput, Problem, reason_of
from simulator.contracts.words import Words

if TYPE_CHECKING:
    from simulator.contracts.city import City
    from stadtwerk.influx.places import RunIdentity

_ = Words("stadtwerk.live")

PATIENCE_S = 30.0
"""A database that does not answer is asked again for so long (assumption: time to start again)."""

T = TypeVar("T")


def patiently(ask: Callable[[], T]) -> T:
    """What a database answers. Raises `Retry` if nobody does within `PATIENCE_S`, `Refused` if it will not say."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            return ask()
        except Retry as retry:
            if time.monotonic() >= deadline:
                raise
            time.sleep(min(retry.after_s, 1.0))


def found_before(
    city: City, gateways: Sequence[str], run: RunIdentity, database: InfluxSettings | None, tagged: str
) -> int:
    """Readings of these gateways' sensors that a database has already within the run's span of time.

    `tagged`: only those that bear this as their run.

    An earlier run writes the same times. Raises `BadInput` if the database does not answer or will not say, so that
    this is known before the run.
    """
    if database is None:
        return 0
    found = 0
    try:
        stored = StoredReadings(database, tagged)
        for gateway in gateways:
            mine = all_aggregated([cohort for cohort in city.cohorts if cohort.gateway == gateway])
            for quantity in sorted({cohort.quantity for cohort in mine}):
                span = run.begin_ms, run.end_ms
                times = patiently(lambda g=gateway, q=quantity, s=span: stored.times(g, q, *s))  # type: ignore[misc]
                found += sum(map(len, times.values()))
    except (Retry, Refused, UnsafeSecret) as error:
        fix = _("start it, or fix the login, the bucket or (InfluxDB 2) its DBRP mapping")
        raise BadInput(
            [Problem("command line", 0, "--influx", _("cannot be asked: {error}", error=reason_of(error)), fix)]
        ) from None
    return found


Ints = NDArray[np.int64]


class HasSensors(Protocol):
    """A group, as far as counting needs it."""

    @property
    def sensors(self) -> Sequence[str]: ...

    def __hash__(self) -> int: ...


Acknowledged = Mapping[str, Sequence[tuple[HasSensors, int]]]
"""By gateway: group and Unix milliseconds of each block."""


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Readings, each told by gateway, sensor and time.

    `rows` are in the store, `stored` of them different. `missing` were acknowledged and are not there, `doubled` are
    there more than once. `unasked` are there without an acknowledgement: the answer was still on its way. `disordered`
    were committed after one of their series that was acknowledged later; None where the store does not show it.
    """

    acknowledged: int
    rows: int
    stored: int
    missing: int
    doubled: int
    unasked: int
    disordered: int | None

    @property
    def holds(self) -> bool:
        return not (self.missing or self.doubled or self.disordered)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Series (a place in a list of names) and Unix milliseconds of readings."""

    series: Ints
    times: Ints

    @classmethod
    def of(cls, series: list[Ints], times: list[Ints]) -> _Rows:
        empty = np.empty(0, dtype=np.int64)
        return cls(np.concatenate([empty, *series]), np.concatenate([empty, *times]))

    def distinct(self) -> NDArray[np.void]:
        return np.unique(self._pairs())

    def disordered(self, asked: _Rows) -> int:
        """Readings behind one of their series that comes later in `asked`; what is not in there does not count."""
        known, first = np.unique(asked._pairs(), return_index=True)
        mine = self._pairs()
        if not len(known) or not len(mine):
            return 0
        at = np.minimum(np.searchsorted(known, mine), len(known) - 1)
        there = known[at] == mine
        series, place = self.series[there], first[at[there]]
        order = np.argsort(series, kind="stable")
        # The highest place so far within a series: offsets keep the series apart.
        places = place[order] + series[order] * len(asked.series)
        return int(np.count_nonzero(places < np.maximum.accumulate(places)))

    def _pairs(self) -> NDArray[np.void]:
        pairs = np.empty(len(self.series), dtype=[("series", np.int64), ("time", np.int64)])
        pairs["series"], pairs["time"] = self.series, self.times
        return pairs


def reconcile(acknowledged: Acknowledged, store: Path) -> Reconciliation:
    """Compare what gateways acknowledged with an embedded store. Raises `sqlite3.Error` for what is no such file."""
    names: dict[tuple[str, str], int] = {}
    sent, there = _asked(acknowledged, names), _stored(store, names)
    asked, found = sent.distinct(), there.distinct()
    missing = len(np.setdiff1d(asked, found, assume_unique=True))
    rows = len(there.series)
    unasked = len(found) - (len(asked) - missing)
    return Reconciliation(len(asked), rows, len(found), missing, rows - len(found), unasked, there.disordered(sent))


def reconcile_by(
    acknowledged: Acknowledged, times: Callable[[str, str, int, int], Mapping[str, Sequence[int]]]
) -> Reconciliation:
    """Compare what gateways acknowledged with what a database has.

    `times(gateway, quantity, first_ms, last_ms)` gives the times of its readings of a quantity by component.
    """
    names: dict[tuple[str, str], int] = {}
    sent = _asked(acknowledged, names)
    series, found = [], []
    for gateway, blocks in acknowledged.items():
        blocks = list(blocks)
        if not blocks:
            continue
        first, last = min(at for _, at in blocks), max(at for _, at in blocks)
        sensors = {sensor for group in {group for group, _ in blocks} for sensor in group.sensors}
        for quantity in sorted({sensor.rpartition("/")[2] for sensor in sensors}):
            for component, stamps in sorted(times(gateway, quantity, first, last).items()):
                name = f"{component}/{quantity}" if component else quantity
                number = names.setdefault((gateway, name), len(names))
                series.append(np.full(len(stamps), number, dtype=np.int64))
                found.append(np.array(stamps, dtype=np.int64))
    there = _Rows.of(series, found)
    asked, different = sent.distinct(), there.distinct()
    missing = len(np.setdiff1d(asked, different, assume_unique=True))
    rows, stored = len(there.series), len(different)
    return Reconciliation(len(asked), rows, stored, missing, rows - stored, stored - (len(asked) - missing), None)


def counted(
    acknowledged: Acknowledged, store: Path | None, database: InfluxSettings | None, run: str
) -> tuple[Reconciliation | None, str]:
    """Compare what gateways acknowledged with the store, or with the database where readings bear `run`.

    None if the database does not say what it has, and then the reason.
    """
    if database is None:
        assert store is not None
        return reconcile(acknowledged, store), ""
    try:
        return patiently(lambda: reconcile_by(acknowledged, StoredReadings(database, run).times)), ""
    except (Retry, Refused) as error:
        return None, str(error)


def row_count(store: Path) -> int:
    """Rows in an embedded store, or in the outbox of ingest; 0 while there is none."""
    try:
        with closing(_open(store)) as database:
            (rows,) = database.execute("select coalesce(sum(rows), 0) from block").fetchone()
    except sqlite3.OperationalError:
        return 0
    return int(rows)


def left_in(outbox: Path) -> int:
    """Readings in the outbox of a gateway that has ended."""
    if not outbox.is_file():
        return 0
    with closing(_open(outbox)) as database:
        (readings,) = database.execute("select coalesce(sum(readings), 0) from packs").fetchone()
    return int(readings)


SEAL_S = 5.0
"""How long the end of a run waits for somebody who is just reading the store (assumption)."""


def seal(store: Path) -> None:
    """Make the store one file, without the log beside it, once no process of ours has it open.

    If somebody reads it meanwhile it is left as it is after a while, whole and readable, with the log beside it: the
    last reader takes that away.
    """
    database = sqlite3.connect(store, timeout=SEAL_S, isolation_level=None)
    with closing(database), suppress(sqlite3.OperationalError):
        database.execute("pragma wal_checkpoint(truncate)").fetchall()
        database.execute("pragma journal_mode=delete")


def _asked(acknowledged: Acknowledged, names: dict[tuple[str, str], int]) -> _Rows:
    series, times = [], []
    for gateway, blocks in acknowledged.items():
        places: dict[HasSensors, Ints] = {}
        for group, at in blocks:
            if group not in places:
                numbers = [names.setdefault((gateway, sensor), len(names)) for sensor in group.sensors]
                places[group] = np.array(numbers, dtype=np.int64)
            series.append(places[group])
            times.append(np.full(len(places[group]), at, dtype=np.int64))
    return _Rows.of(series, times)


def _stored(store: Path, names: dict[tuple[str, str], int]) -> _Rows:
    """All rows in the order in which they were committed."""
    series, times = [], []
    with closing(_open(store)) as database:
        database.execute("begin")
        layouts = {
            number: np.array([names.setdefault((gateway, s), len(names)) for s in orjson.loads(sensors)], np.int64)
            for number, gateway, sensors in database.execute("select id, gateway, sensors from layout order by id")
        }
        blocks = 'select layout, rows, first_ms, times, "values", quality from block order by id'
        for layout, *columns in database.execute(blocks):
            stamps, _, _ = unpack(*columns)
            series.append(layouts[layout])
            times.append(stamps.astype(np.int64, copy=False))
    return _Rows.of(series, times)


def _open(path: Path) -> sqlite3.Connection:
    if not path.is_file():
        raise sqlite3.OperationalError(f"there is no {path.name}")
    # Not read-only: what a killed process left in the log must be taken in.
    return sqlite3.connect(path, timeout=10.0, isolation_level=None)
