"""Readings that go astray between the sensors and their gateway: late, twice, in the wrong order, old or made up.

What really was, where readings are wrong, is kept as the labels that detectors are scored with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from simulator.contracts.event import Value
from simulator.contracts.fault import ActiveFault
from simulator.contracts.sensor import Readings, SensorGroup
from simulator.contracts.ticks import to_s, to_ticks
from simulator.kernel.clock import Clock
from simulator.kernel.log import EventLog
from simulator.kernel.streams import Streams
from simulator.sensors.events import WRONG_REPORTS


@dataclass(frozen=True, slots=True)
class Label:
    """Readings that one fault made wrong at one instant.

    `taken_s` is when they were taken, in seconds from the scenario's zero, `t_s` the time that they carry; they differ
    under a wrong clock, or where a reading is sent late. `copy` tells repeated or made-up readings (1) from those that
    they stand beside (0). `true` and `read` have a value for each of `sensors`, or are empty where the fault does not
    touch values. `cause` is the timeline entry.
    """

    taken_s: float
    t_s: float
    fault: str
    cause: str
    sensors: tuple[str, ...]
    copy: int = 0
    true: tuple[float | None, ...] = ()
    read: tuple[float | None, ...] = ()


class TruthFile:
    """`truth.jsonl`: one label a line, in the order of the run. There is no file until there is a label."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: Any = None

    def add(self, label: Label) -> None:
        if self._file is None:
            self._file = self._path.open("wb")
        fields = {name: getattr(label, name) for name in Label.__slots__}
        self._file.write(orjson.dumps({name: got for name, got in fields.items() if got != ()}) + b"\n")

    def close(self) -> bool:
        """Complete the file. Returns whether there is one."""
        if self._file is not None:
            self._file.close()
        return self._file is not None


def read_labels(path: Path) -> Iterator[Label]:
    """The labels of a run. A run without wrong readings has no such file, and no labels."""
    if not path.exists():
        return
    with path.open("rb") as file:
        for line in file:
            fields: dict[str, Any] = orjson.loads(line)
            fields |= {name: tuple(fields.get(name, ())) for name in ("sensors", "true", "read")}
            yield Label(**fields)


Sink = Callable[[Readings, int], None]
"""Takes readings that reach a gateway at a tick."""


class _Act:
    """One fault from one cause at one gateway, with what it keeps for each of the gateway's groups.

    `event` is the fault's until it has shown. Each group has its own random numbers; it is known by when it is read,
    which does not depend on the order in which cohorts were given.
    """

    def __init__(self, fault: ActiveFault, since: int, event: int, streams: Streams) -> None:
        self.fault, self.since, self.streams = fault, since, streams
        self.event: int | None = event
        self._draws: dict[SensorGroup, np.random.Generator] = {}
        self.recorded: dict[SensorGroup, list[Readings]] = {}
        self.played: dict[SensorGroup, int] = {}

    def drawn(self, group: SensorGroup) -> bool:
        """Whether it befalls this set of readings."""
        if group not in self._draws:
            first = group.cohorts[0]
            owner = f"{group.gateway}/{to_ticks(first.period_s)}/{to_ticks(first.phase_s)}"
            self._draws[group] = self.streams.stream(owner, f"fault/{self.fault.fault}/{self.fault.cause}")
        return bool(self._draws[group].random() < self.fault.number("share"))


class Transport:
    """The way of readings to their gateways. Without a fault it hands them on as they are.

    `change` is a handler of the fault door. Where somebody is to hear of it, what a fault does is logged once and told.
    Faults act in this order: old readings are played, the clock is wrong, readings wait, are doubled, are forged.
    Readings that wait are sent after the next ones of their group; the last readings of a run never wait.
    """

    def __init__(
        self,
        clock: Clock,
        streams: Streams,
        sink: Sink,
        log: EventLog | None = None,
        tell: Callable[[Label], None] | None = None,
    ) -> None:
        self._clock, self._streams, self._log, self._tell, self._sink = clock, streams, log, tell, sink
        self._acts: dict[tuple[str, str, str], _Act] = {}
        self._waiting: dict[SensorGroup, tuple[Readings, int]] = {}

    def change(self, target: str, fault: str, active: tuple[ActiveFault, ...], event: int) -> None:
        """A fault came or went at a gateway; `active` are those of its name that are now in force there."""
        now = {one.cause: one for one in active}
        for key in [key for key in self._acts if key[:2] == (target, fault) and key[2] not in now]:
            del self._acts[key]
        for cause, one in now.items():
            if (target, fault, cause) not in self._acts:
                self._acts[target, fault, cause] = _Act(one, self._clock.now, event, self._streams)

    def take(self, readings: Readings) -> None:
        """A group was read now."""
        now = readings.at
        if not self._acts and not self._waiting:
            self._sink(readings, now)
            return
        group = readings.group
        for act in self._of(group, "readings-replayed"):
            readings = self._replayed(act, readings, now)
        for act in self._of(group, "clock-skew"):
            readings = self._skewed(act, readings, now)
        waited = self._waiting.pop(group, None)
        held_by = None if waited is not None else self._to_wait(group, now)
        if held_by is not None:
            self._waiting[group] = (readings, now)
            self._label(held_by, readings, now)
            return
        self._send(readings, now, now)
        if waited is not None:
            self._send(*waited, now)

    def _send(self, readings: Readings, taken: int, now: int) -> None:
        self._sink(readings, now)
        for act in self._of(readings.group, "readings-duplicated"):
            if act.drawn(readings.group):
                self._label(act, readings, taken, copy=1)
                self._sink(readings, now)
        for act in self._of(readings.group, "readings-spoofed"):
            spoofed = readings.values * act.fault.number("factor")
            other = not np.array_equal(spoofed, readings.values, equal_nan=True)
            self._label(act, readings, taken, copy=1, other=other)
            self._sink(replace(readings, values=spoofed), now)

    def _to_wait(self, group: SensorGroup, now: int) -> _Act | None:
        """What makes these readings wait, None where nothing does."""
        drawn = [act for act in self._of(group, "readings-reordered") if act.drawn(group)]
        last = now + to_ticks(group.period_s) > self._clock.end
        return drawn[0] if drawn and not last else None

    def _skewed(self, act: _Act, readings: Readings, taken: int) -> Readings:
        fast_s = act.fault.number("offset_s") + act.fault.number("rate") * to_s(taken - act.since)
        skewed = replace(readings, at=readings.at + to_ticks(fast_s))
        self._label(act, skewed, taken, other=skewed.at != readings.at)
        return skewed

    def _replayed(self, act: _Act, readings: Readings, taken: int) -> Readings:
        recorded = act.recorded.setdefault(readings.group, [])
        if not recorded or taken - act.since < to_ticks(act.fault.number("record_s")):
            recorded.append(readings)
            return readings
        turn = act.played.get(readings.group, 0)
        act.played[readings.group] = turn + 1
        played = replace(recorded[turn % len(recorded)], at=readings.at)
        other = not np.array_equal(played.values, readings.values, equal_nan=True)
        self._label(act, played, taken, other=other)
        return played

    def _of(self, group: SensorGroup, fault: str) -> Iterable[_Act]:
        return [act for key, act in self._acts.items() if key[:2] == (group.gateway, fault)]

    def _label(self, act: _Act, readings: Readings, taken: int, copy: int = 0, other: bool = True) -> None:
        """Tell what is wrong; the first time that what is reported is `other` than without the fault, log it too."""
        fault, group = act.fault, readings.group
        if act.event is not None and other:
            wrong: dict[str, Value] = {"sensors": len(group.sensors), "fault": fault.fault}
            if self._log is not None:
                self._log.add(WRONG_REPORTS, fault.target, wrong, cause=act.event)
            act.event = None
        if self._tell is None:
            return
        self._tell(Label(to_s(taken), to_s(readings.at), fault.fault, fault.cause, group.sensors, copy))
