"""The database of a live run, asked before and after it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from gateways.brokers.address import UnsafeSecret
from gateways.gateway.aggregation import all_leaving
from gateways.stores.influx.queries import StoredReadings
from gateways.stores.influx.settings import InfluxSettings
from gateways.stores.influx.writer import Refused, Retry
from simulator.contracts.problem import BadInput, Problem

if TYPE_CHECKING:
    from simulator.contracts.city import City
    from stadtwerk.influx.identity import RunIdentity

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
            mine = all_leaving([cohort for cohort in city.cohorts if cohort.gateway == gateway])
            for quantity in sorted({cohort.quantity for cohort in mine}):
                span = run.begin_ms, run.end_ms
                times = patiently(lambda g=gateway, q=quantity, s=span: stored.times(g, q, *s))  # type: ignore[misc]
                found += sum(map(len, times.values()))
    except (Retry, Refused, UnsafeSecret) as error:
        mend = "start it, or mend the login, the bucket or (InfluxDB 2) its DBRP mapping"
        raise BadInput([Problem("command line", 0, "--influx", f"cannot be asked: {error}", mend)]) from None
    return found
