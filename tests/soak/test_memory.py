"""Eighty hours of the demo city's readings, the broker away for most of them: gateway and ingest do not grow by it.

All cohorts report to one gateway, which is more than any of its real ones has to hold. What it holds is in a file. In
memory are the last marks, the packs on their way and what ingest takes into one commit: none of it depends on how long
the broker was away.
"""

from __future__ import annotations

import dataclasses
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import numpy as np
import pytest

from gateways.ingest.embedded_store import read_columns
from simulator.contracts.sensor import Readings, SensorGroup
from stadtwerk.library import load_named_city
from tests.ingest.support import Ingest, running, until, written
from tests.node.world import GATEWAY, START, brokers, field, node

HOURS, WARM_HOURS = 80, 2
"""Of these the first two warm everything up, and the broker is there again for the last one."""

MIB = 1 << 20

GATEWAY_GROWTH = 10 * MIB
"""Marks of blocks (16,384 of some 200 bytes: 3 MiB at most), packs in flight with the client (20 of some 40 kB: 1 MiB),
the database's cache (2 MiB), and two thirds as much again for what the allocator keeps. The readings of the outage are
twice this in the packed form of the outbox, and seven times as the messages they become."""

INGEST_GROWTH = 32 * MIB
"""The window of a gateway may wait in the inbox (200 packs of some 40 kB: 8 MiB), then there is a commit of 20,000
readings and a pack, decoded (an object of some 300 bytes each: 6 MiB) and as columns, and the database's cache (2 MiB);
as much again for what the allocator keeps. The messages of the outage are more than twice this."""


class Memory:
    """The most that a process had in memory, looked at from a thread."""

    def __init__(self, **pids: int) -> None:
        self._pids = pids
        self._ending = threading.Event()
        self.peak = self.now()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def now(self) -> dict[str, int]:
        return {name: resident(pid) for name, pid in self._pids.items()}

    def __enter__(self) -> Memory:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ending.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ending.wait(0.02):
            now = self.now()
            self.peak = {name: max(most, now[name]) for name, most in self.peak.items()}


def resident(pid: int) -> int:
    """Bytes of a process that are in memory."""
    text = Path(f"/proc/{pid}/status").read_text()
    return int(text.split("VmRSS:")[1].split()[0]) * 1024


class Town:
    """The demo city's cohorts behind one gateway; every reading has a value that is there only once."""

    def __init__(self) -> None:
        found = load_named_city("demo").cohorts
        # Private ones would leave as sums; what is looked at here is what a gateway holds.
        cohorts = [dataclasses.replace(cohort, gateway=GATEWAY) for cohort in found if not cohort.group_size]
        periods = sorted({cohort.period_s for cohort in cohorts})
        self.groups = [SensorGroup(tuple(c for c in cohorts if c.period_s == period)) for period in periods]
        self.sent: list[Readings] = []

    def hours(self, first: int, end: int) -> Iterator[Readings]:
        for second in range(first * 3600, end * 3600, 60):
            for group in self.groups:
                if second % group.period_s == 0:
                    count = len(group.sensors)
                    values = second + np.arange(count) / 1024
                    readings = Readings(group, second * 1000, values, np.zeros(count, dtype=np.uint8))
                    self.sent.append(readings)
                    yield readings

    def count(self) -> int:
        return sum(len(readings.values) for readings in self.sent)


def check_store(path: Path, town: Town) -> None:
    """Every reading is there, once, with its value."""
    assert written(path) == town.count(), "not even the file holds one twice"
    stored = read_columns(path)
    places = {sensor: place for place, (_, sensor) in enumerate(stored.names)}
    assert {gateway for gateway, _ in stored.names} == {GATEWAY}
    of_group = {id(group): np.array([places[sensor] for sensor in group.sensors]) for group in town.groups}
    series = np.concatenate([of_group[id(readings.group)] for readings in town.sent])
    times = np.concatenate([np.full(len(r.values), round(START * 1000) + r.at, dtype=np.int64) for r in town.sent])
    values = np.concatenate([readings.values for readings in town.sent])
    order = np.lexsort((times, series))
    np.testing.assert_array_equal(stored.series, series[order])
    np.testing.assert_array_equal(stored.times_ms, times[order])
    np.testing.assert_array_equal(stored.values, values[order])


@pytest.mark.nightly  # tests/node/test_trouble.py always does the same with fewer readings
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_does_not_grow_while_the_broker_is_away(tmp_path: Path) -> None:
    town = Town()
    with brokers(1) as (broker,):
        ingest = Ingest(tmp_path, [broker.address("ingest-1")])
        with (
            running(ingest),
            node(tmp_path, [broker.address(GATEWAY)]) as gateway,
            field(gateway, limit_readings=10_000_000) as client,  # sent faster than any sensors would
        ):

            def hours(first: int, end: int) -> None:
                for readings in town.hours(first, end):
                    client.send(readings)
                assert client.wait(120)
                assert client.counts().acknowledged == town.count()

            hours(0, WARM_HOURS)
            assert until(lambda: written(ingest.store) == town.count(), 180)
            before = town.count()
            assert gateway.pid is not None
            with Memory(gateway=gateway.pid, ingest=ingest.pid) as memory:
                begin = memory.peak
                broker.kill()
                hours(WARM_HOURS, HOURS - 1)
                assert written(ingest.store) == before, "the broker was away: all of it waits in the gateway"
                broker.restart()
                hours(HOURS - 1, HOURS)
                assert until(lambda: written(ingest.store) >= town.count(), 180)
            grown = {name: most - begin[name] for name, most in memory.peak.items()}
            assert grown["gateway"] < GATEWAY_GROWTH, f"the gateway grew by {grown['gateway'] / MIB:.1f} MiB"
            assert grown["ingest"] < INGEST_GROWTH, f"ingest grew by {grown['ingest'] / MIB:.1f} MiB"
    check_store(ingest.store, town)
