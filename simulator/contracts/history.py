"""What a run leaves for those who judge it: the true course of service levels, and the event log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from simulator.contracts.event import Event


@dataclass(frozen=True, slots=True)
class Course:
    """A value over time as a step function: `values[i]` holds from `at[i]` (ticks) until `at[i+1]`.

    Of a service level that is counted person by person, `people` are those for whom it is worse than its minimum.
    """

    at: NDArray[np.int64]
    values: NDArray[np.float64]
    people: NDArray[np.float64] | None = None

    def value_at(self, tick: int) -> float:
        """The value in force at `tick`; NaN before the first one was recorded."""
        i = int(np.searchsorted(self.at, tick, side="right")) - 1
        return float(self.values[i]) if i >= 0 else float("nan")


@dataclass(frozen=True, slots=True)
class Gauges:
    """What stores held and what districts got, as step functions, in the order of time.

    Row i says that the quantity `names[place[i]]` (a subject and a quantity) is `values[i]` from the tick `at[i]` on.
    """

    names: tuple[tuple[str, str], ...]
    at: NDArray[np.int64]
    place: NDArray[np.int32]
    values: NDArray[np.float64]

    @classmethod
    def none(cls) -> Gauges:
        return cls((), np.empty(0, np.int64), np.empty(0, np.int32), np.empty(0))


Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Consumers:
    """What each consumer of one network required and got, as step functions from the scenario's zero on.

    `required[i]`, `supplied[i]` and the rows of `measured` hold from the tick `at[i]` until `at[i + 1]`, in the order
    of `names`; rows that are alike are one array. `people` are the residents behind each consumer, `unit` is that of
    both supplies. `measured` has more quantities of each consumer in single precision, `totals` figures of the whole
    network, one a tick.
    """

    measure: str
    unit: str
    names: tuple[str, ...]
    people: Floats
    at: NDArray[np.int64]
    required: tuple[Floats, ...]
    supplied: tuple[Floats, ...]
    measured: Mapping[str, tuple[NDArray[np.float32], ...]] = field(default_factory=lambda: MappingProxyType({}))
    totals: Mapping[str, Floats] = field(default_factory=lambda: MappingProxyType({}))


LOST, HELD = -(2**62), -(2**62) - 1
"""In place of a tick, which may lie before zero."""


@dataclass(frozen=True, slots=True)
class Deliveries:
    """What became of the readings of a run's sensors, pack by pack.

    Row i are `count[i]` readings that bear the tick `taken[i]` and reached the store at the tick `stored[i]`; which is
    `LOST` where they were lost on the way, and `HELD` where a gateway still kept them when the run ended. They came
    over the gateway `names[gateway[i]]`; who does not know leaves both empty.
    """

    taken: NDArray[np.int64]
    stored: NDArray[np.int64]
    count: NDArray[np.int64]
    gateway: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Executed:
    """One fault as it was really executed, to be compared with what the scenario asked for. Ticks; None = never.

    `shown_at` is when a sign that the fault declares was seen at the broken thing, in the quantity `shown_by`. `looked`
    says that its signs could be measured there, `idle` that none of them could show: there was nothing to stop.
    `just_so` says that what was seen of it is seen no later in the run without its timeline entry: others did it.
    `apart` is when, and which level, first went otherwise than in the run without its timeline entry, where nothing
    else was seen of it.
    """

    entry: str
    target: str
    fault: str
    applied_at: int | None
    cleared_at: int | None
    evidence_at: int | None
    evidence_asked: bool
    shown_at: int | None = None
    shown_by: str = ""
    looked: bool = False
    idle: bool = False
    just_so: bool = False
    apart: tuple[int, str] | None = None


@dataclass(frozen=True, slots=True)
class History:
    """The truth of one run. Ticks are milliseconds from the scenario's zero; warm-up lies before it.

    `consumers` holds, by measure, those who hang on the network behind it, where that was recorded. `signals` holds, by
    (timeline entry, `component.quantity`), each signal that a fault waited for, as it was seen until the fault came.
    `deliveries` is what became of the readings; None where nobody read the sensors. `recorded` are the series that a
    scenario asks for, sample by sample; None where it asks for none.
    """

    begin: int
    end: int
    levels: Mapping[str, Course]
    events: tuple[Event, ...]
    executed: tuple[Executed, ...]
    signals: Mapping[tuple[str, str], Course] = field(default_factory=lambda: MappingProxyType({}))
    gauges: Gauges = field(default_factory=Gauges.none)
    consumers: Mapping[str, Consumers] = field(default_factory=lambda: MappingProxyType({}))
    deliveries: Deliveries | None = None
    recorded: Gauges | None = None
