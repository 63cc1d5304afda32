"""Readings of a finished run as lines, and what became of them, gateway by gateway."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gateways.gateway.aggregation import all_aggregated
from gateways.stores.influx import LineWriter
from gateways.wire.senml import registered
from simulator.contracts.city import City
from simulator.contracts.measurements import BEAT_S, BROKER, GATEWAY, INGEST, NONE
from simulator.contracts.ticks import TICKS_PER_S, to_ticks
from stadtwerk.influx.places import Places, RunIdentity
from stadtwerk.influx.sender import Out

PART_ROWS = 1 << 18
"""Readings in memory at once (9 MB as columns)."""

BLOCK_ROWS = 20_000
"""Readings made into lines at once (assumption: 2 MB)."""

BEAT = to_ticks(BEAT_S)
SIMULATED = "simulated"
"""The broker and the ingest of a run in which they are simulated with the gateways."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def reading_tags(run: str, city: City) -> dict[str, dict[str, str]]:
    """Further tags of a reading, by its gateway: the run, the city, and the district in which the gateway stands."""
    places = Places(city)
    found = {"": {"run": run, "city": city.name, "district": NONE}}
    for gateway in dict.fromkeys(cohort.gateway for cohort in city.cohorts):
        found[gateway] = {"run": run, "city": city.name, "district": places.tags(gateway)["district"]}
    return found


def gateway_tags(places: Places, gateway: str) -> dict[str, str]:
    """Tags of what is told of a gateway itself."""
    known, label = places.tags(gateway), places.label(gateway)
    return {
        "district": known["district"],
        "owner": known["owner"],
        "gateway": gateway,
        "label_de": label.de,
        "label_en": label.en,
    }


@dataclass(frozen=True, slots=True)
class ReadingColumns:
    """Readings of a run: ticks, places in `sensors` and `gateways`, and ticks of arrival (NaN: never)."""

    sensors: tuple[str, ...]
    gateways: tuple[str, ...]
    at: Ints
    sensor: NDArray[np.int32]
    gateway: NDArray[np.int32]
    values: Floats
    quality: NDArray[np.uint8]
    delivered: Floats

    def __len__(self) -> int:
        return len(self.at)


class ReadingFile:
    """`readings.parquet`, read in parts, so that memory does not grow with the length of a run."""

    def __init__(self, path: Path) -> None:
        import pyarrow.parquet as pq

        self._file = pq.ParquetFile(path, read_dictionary=["sensor", "gateway"])

    def __len__(self) -> int:
        return int(self._file.metadata.num_rows)

    def parts(self) -> Iterator[ReadingColumns]:
        """All readings in the order of the file."""

        def names(batch: Any, column: str) -> tuple[tuple[str, ...], NDArray[np.int32]]:
            array = batch.column(column)
            indices = array.indices.to_numpy(zero_copy_only=False)
            return tuple(array.dictionary.to_pylist()), np.asarray(indices, np.int32)

        # Group by group: `iter_batches` over the whole file keeps what it has read.
        groups = (self._file.read_row_group(number) for number in range(self._file.num_row_groups))
        for batch in (batch for group in groups for batch in group.to_batches(PART_ROWS)):
            (sensors, sensor), (gateways, gateway) = names(batch, "sensor"), names(batch, "gateway")
            yield ReadingColumns(
                sensors,
                gateways,
                np.rint(_numbers(batch, "t_s") * TICKS_PER_S).astype(np.int64),
                sensor,
                gateway,
                _numbers(batch, "value"),
                batch.column("quality").to_numpy().astype(np.uint8),
                _numbers(batch, "delivered_s") * TICKS_PER_S,
            )


class ReadingLines:
    """Makes lines of what reached the data centre, in the units of the wire."""

    def __init__(self, run: RunIdentity) -> None:
        self._run = run
        self._writer = LineWriter(reading_tags(run.name, run.city))
        self._factors = _factors(run.city)

    def of(self, part: ReadingColumns) -> Iterator[tuple[bytes, int]]:
        """Blocks of lines with their number."""
        factor = np.array([self._factors.get(name, 1.0) for name in part.sensors])
        arrived = np.flatnonzero(np.isfinite(part.delivered))
        for number, gateway in enumerate(part.gateways):
            here = arrived[part.gateway[arrived] == number]
            for first in range(0, len(here), BLOCK_ROWS):
                rows = here[first : first + BLOCK_ROWS]
                sensor = part.sensor[rows]
                names = [part.sensors[i] for i in sensor.tolist()]
                values = part.values[rows] * factor[sensor]
                lines = self._writer.lines(
                    gateway, names, self._run.zero_ms + part.at[rows], values, part.quality[rows]
                )
                yield lines, len(rows)


class GatewayLines:
    """How each simulated gateway was, once a beat, and the simulated broker and ingest, through which it all goes: a
    broker through which nothing comes is not there. `add` parts of the readings in any order, then take `lines`."""

    def __init__(self, run: RunIdentity) -> None:
        self._run = run
        self._beats = np.arange(run.begin, run.end, BEAT, dtype=np.int64)
        self._periods = _periods(run.city)
        self._fates = defaultdict[str, _Fates](lambda: _Fates(self._beats))

    def add(self, part: ReadingColumns) -> None:
        periods = np.array([self._periods.get(name, BEAT) for name in part.sensors], dtype=np.int64)
        period = periods[part.sensor]
        for number, gateway in enumerate(part.gateways):
            fates = self._fates[gateway]
            here = part.gateway == number
            if here.any():
                fates.add(part.at[here], part.delivered[here], period[here])

    def lines(self) -> list[bytes]:
        run, beats = self._run, self._beats
        out, places = Out(run), Places(run.city)
        written, late, outbox, online = (np.zeros(len(beats), np.int64) for _ in range(4))
        for gateway, counted in self._fates.items():
            fates = counted.course()
            written, late, outbox = written + fates.delivered, late + fates.late, outbox + fates.outbox
            online += fates.online
            tags = gateway_tags(places, gateway)
            for i, beat in enumerate(beats.tolist()):
                out.add(GATEWAY, tags, fates.fields(i, run), beat)
        for i, beat in enumerate(beats.tolist()):
            counts = {"up": 1, "written": int(written[i]), "late": int(late[i]), "outbox": int(outbox[i])}
            nothing = dict.fromkeys(("duplicate", "rejected", "dead_letters", "lost_packs", "outbox_bytes"), 0)
            out.add(INGEST, {"ingest": SIMULATED}, {**counts, **nothing, "lag_s": 0.0, "commit_s": 0.0}, beat)
            up = int(online[i] > 0 or not self._fates)
            out.add(BROKER, {"broker": SIMULATED}, {"up": up, "gateways": int(online[i]), "state": SIMULATED}, beat)
        return out.take()


class _Fates:
    """What became of the readings of one gateway, gathered by the first beat after it."""

    def __init__(self, beats: Ints) -> None:
        self._beats = beats
        size = len(beats) + 1  # what comes after the last beat is in none
        self._taken, self._came, self._late, self._lost = (np.zeros(size, np.int64) for _ in range(4))
        self._delay_s = np.zeros(size)
        self._last = np.full(size, -np.inf)
        self._shortest = np.inf

    def add(self, at: Ints, arrival: Floats, period: Ints) -> None:
        there = np.isfinite(arrival)
        came, taken_then = arrival[there], at[there]
        self._taken += self._by_beat(at)  # what is read at the beat itself is on its way
        self._lost += self._by_beat(at[~there])
        self._came += self._by_beat(came)
        self._late += self._by_beat(came[(came - taken_then) > period[there]])
        place = np.searchsorted(self._beats, came, side="right")
        self._delay_s += np.bincount(place, (came - taken_then) / TICKS_PER_S, len(self._delay_s))
        np.maximum.at(self._last, place, came)
        self._shortest = min(self._shortest, float(period.min()) / TICKS_PER_S)

    def _by_beat(self, at: NDArray[Any]) -> Ints:
        counts = np.bincount(np.searchsorted(self._beats, at, side="right"), minlength=len(self._beats) + 1)
        return counts.astype(np.int64)

    def course(self) -> _Course:
        taken, delivered, late, lost = (
            np.cumsum(counts[:-1]) for counts in (self._taken, self._came, self._late, self._lost)
        )
        new, sums = self._came[:-1], self._delay_s[:-1]
        delay = np.divide(sums, new, out=np.full(len(new), np.nan), where=new > 0)
        last = np.maximum.accumulate(self._last[:-1])
        last = np.where(delivered > 0, last, np.nan)
        beats = self._beats
        silent = np.where(np.isfinite(last), beats - last, beats - beats[0]) / TICKS_PER_S if len(beats) else last
        quiet = silent <= 2.0 * (self._shortest if np.isfinite(self._shortest) else 0.0) + BEAT_S
        return _Course(
            taken,
            delivered,
            late,
            lost,
            taken - delivered - lost,
            quiet.astype(np.int64),
            last,
            delay,
            new / BEAT_S,
            silent,
        )


@dataclass(frozen=True, slots=True)
class _Course:
    """Of one gateway at each beat: counts so far, the last arrival, and the mean delay of what came since the last."""

    taken: Ints
    delivered: Ints
    late: Ints
    lost: Ints
    outbox: Ints
    online: Ints
    last: Floats
    delay_s: Floats
    rate_hz: Floats
    silent_s: Floats

    def fields(self, i: int, run: RunIdentity) -> Mapping[str, float | int | str | None]:
        last = self.last[i]
        return {
            "silent_s": float(self.silent_s[i]),
            "delay_s": float(self.delay_s[i]),
            "rate_hz": float(self.rate_hz[i]),
            "online": int(self.online[i]),
            "taken": int(self.taken[i]),
            "delivered": int(self.delivered[i]),
            "late": int(self.late[i]),
            "lost": int(self.lost[i]),
            "outbox": int(self.outbox[i]),
            "dropped": 0,
            "refused": 0,
            "switches": 0,
            "last_seen_ms": run.ms(round(float(last))) if np.isfinite(last) else None,
            "broker": SIMULATED if self.online[i] else "",
        }


def _factors(city: City) -> dict[str, float]:
    """What turns a sensor's unit into the one of the wire, where that is another."""
    found = {}
    for cohort in city.cohorts:
        unit = registered(cohort.unit)
        if unit is not None and unit.factor != 1.0:
            found.update(dict.fromkeys(cohort.sensors, unit.factor))
    return found


def _periods(city: City) -> dict[str, int]:
    """Ticks between two readings of each sensor, and of each sum over a group of meters."""
    cohorts = (*city.cohorts, *all_aggregated(city.cohorts))
    return {name: to_ticks(cohort.period_s) for cohort in cohorts for name in cohort.sensors}


def _numbers(table: Any, column: str) -> Floats:
    return np.asarray(table.column(column).to_numpy(), dtype=np.float64)
