"""Readings of a finished run as lines, and what became of them, gateway by gateway."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gateways.stores.influx import LineWriter
from gateways.wire.senml import registered
from simulator.contracts.city import City
from simulator.contracts.measurements import BEAT_S, BROKER, GATEWAY, INGEST, NONE
from simulator.contracts.ticks import TICKS_PER_S, to_ticks
from stadtwerk.influx.places import Places, RunIdentity
from stadtwerk.influx.sender import Out

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


def read_readings(path: Path) -> ReadingColumns:
    """`readings.parquet` as columns."""
    import pyarrow.parquet as pq

    table = pq.read_table(path, read_dictionary=["sensor", "gateway"]).combine_chunks()

    def names(column: str) -> tuple[tuple[str, ...], NDArray[np.int32]]:
        array = table.column(column).combine_chunks()
        array = array.chunk(0) if hasattr(array, "chunk") and array.num_chunks else array
        if not len(array):
            return (), np.empty(0, np.int32)
        return tuple(array.dictionary.to_pylist()), np.asarray(array.indices.to_numpy(zero_copy_only=False), np.int32)

    (sensors, sensor), (gateways, gateway) = names("sensor"), names("gateway")
    return ReadingColumns(
        sensors,
        gateways,
        np.rint(_numbers(table, "t_s") * TICKS_PER_S).astype(np.int64),
        sensor,
        gateway,
        _numbers(table, "value"),
        table.column("quality").to_numpy().astype(np.uint8),
        _numbers(table, "delivered_s") * TICKS_PER_S,
    )


def reading_lines(run: RunIdentity, readings: ReadingColumns) -> Iterator[tuple[bytes, int]]:
    """What reached the data centre, as blocks of lines with their number, in the units of the wire."""
    writer = LineWriter(reading_tags(run.name, run.city))
    factors = _factors(run.city)
    factor = np.array([factors.get(name, 1.0) for name in readings.sensors])
    arrived = np.flatnonzero(np.isfinite(readings.delivered))
    for number, gateway in enumerate(readings.gateways):
        here = arrived[readings.gateway[arrived] == number]
        for first in range(0, len(here), BLOCK_ROWS):
            rows = here[first : first + BLOCK_ROWS]
            sensor = readings.sensor[rows]
            names = [readings.sensors[i] for i in sensor.tolist()]
            values = readings.values[rows] * factor[sensor]
            yield (
                writer.lines(gateway, names, run.zero_ms + readings.at[rows], values, readings.quality[rows]),
                len(rows),
            )


def gateway_lines(run: RunIdentity, readings: ReadingColumns) -> list[bytes]:
    """How each simulated gateway was, once a beat, and the simulated broker and ingest, through which it all goes: a
    broker through which nothing comes is not there."""
    out, places = Out(run), Places(run.city)
    beats = np.arange(run.begin, run.end, BEAT, dtype=np.int64)
    periods = _periods(run.city, readings)
    written = np.zeros(len(beats), np.int64)
    late_sum = np.zeros(len(beats), np.int64)
    outbox = np.zeros(len(beats), np.int64)
    online = np.zeros(len(beats), np.int64)
    for number, gateway in enumerate(readings.gateways):
        here = readings.gateway == number
        fates = _Fates.of(readings, here, periods, beats)
        written, late_sum, outbox = written + fates.delivered, late_sum + fates.late, outbox + fates.outbox
        online += fates.online
        tags = gateway_tags(places, gateway)
        for i, beat in enumerate(beats.tolist()):
            out.add(GATEWAY, tags, fates.fields(i, run), beat)
    for i, beat in enumerate(beats.tolist()):
        counts = {"up": 1, "written": int(written[i]), "late": int(late_sum[i]), "outbox": int(outbox[i])}
        nothing = dict.fromkeys(("duplicate", "rejected", "dead_letters", "lost_packs", "outbox_bytes"), 0)
        out.add(INGEST, {"ingest": SIMULATED}, {**counts, **nothing, "lag_s": 0.0, "commit_s": 0.0}, beat)
        up = int(online[i] > 0 or not readings.gateways)
        out.add(BROKER, {"broker": SIMULATED}, {"up": up, "gateways": int(online[i]), "state": SIMULATED}, beat)
    return out.take()


@dataclass(frozen=True, slots=True)
class _Fates:
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

    @classmethod
    def of(cls, readings: ReadingColumns, here: NDArray[np.bool_], periods: Ints, beats: Ints) -> _Fates:
        at, arrival = readings.at[here], readings.delivered[here]
        there = np.isfinite(arrival)
        order = np.argsort(arrival[there], kind="stable")
        came, taken_then = arrival[there][order], at[there][order]
        was_late = (came - taken_then) > periods[readings.sensor[here][there][order]]
        taken = np.searchsorted(np.sort(at), beats, side="left")  # what is read at the beat itself is on its way
        delivered = np.searchsorted(came, beats, side="left")
        lost = np.searchsorted(np.sort(at[~there]), beats, side="left")
        late = np.concatenate(([0], np.cumsum(was_late)))[delivered]
        sums = np.concatenate(([0.0], np.cumsum((came - taken_then) / TICKS_PER_S)))
        new = np.diff(delivered, prepend=0)
        delay = np.divide(np.diff(sums[delivered], prepend=0.0), new, out=np.full(len(beats), np.nan), where=new > 0)
        last = np.where(delivered > 0, came[np.maximum(delivered - 1, 0)] if len(came) else np.nan, np.nan)
        silent = np.where(np.isfinite(last), beats - last, beats - beats[0]) / TICKS_PER_S
        shortest = float(periods[readings.sensor[here]].min()) / TICKS_PER_S if here.any() else 0.0
        quiet = silent <= 2.0 * shortest + BEAT_S
        return cls(
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


def _periods(city: City, readings: ReadingColumns) -> Ints:
    """Ticks between two readings of each sensor; of one that is no sensor of the city, such as a sum over
    a group of meters, the shortest time between two."""
    known = {name: to_ticks(cohort.period_s) for cohort in city.cohorts for name in cohort.sensors}
    periods = np.array([known.get(name, 0) for name in readings.sensors], dtype=np.int64)
    for place in np.flatnonzero(periods == 0):
        at = np.unique(readings.at[readings.sensor == place])
        periods[place] = np.diff(at).min() if len(at) > 1 else to_ticks(BEAT_S)
    return periods


def _numbers(table: Any, column: str) -> Floats:
    return np.asarray(table.column(column).to_numpy(), dtype=np.float64)
