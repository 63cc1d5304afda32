"""What reaches the control room and what leaves it, as records. Times are ticks (ms) of the town's clock.

Nothing else gets in: the room knows the readings that were delivered, what citizens report, what devices and crews
answer, and which of its seats can see and work.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

RECORD = "control.jsonl"
"""What the room got beside readings, and all that it did, in the folder of a run."""

AFTER = 1000
"""The room looks a second after each round of readings: what had come before that round is known for certain then."""

Ticks = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Series:
    """One sensor as the room knows it: what it reads and where, through which gateway, and how often."""

    name: str
    component: str
    quantity: str
    gateway: str
    period_s: float
    district: str = ""


@dataclass(frozen=True, slots=True)
class Delivered:
    """Readings in the order in which they came: place in the room's list of series, when taken, when here, value."""

    series: NDArray[np.int32]
    taken: Ticks
    arrived: Ticks
    values: Floats

    def __len__(self) -> int:
        return len(self.series)

    @classmethod
    def none(cls) -> Delivered:
        return cls(np.empty(0, np.int32), np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))

    @classmethod
    def in_order(cls, series: NDArray[np.int32], taken: Ticks, arrived: Ticks, values: Floats) -> Delivered:
        """Readings put in the order in which they came; of one instant they stay as they are."""
        order = np.argsort(arrived, kind="stable")
        return cls(series[order], taken[order], arrived[order], values[order])


@dataclass(frozen=True, slots=True)
class Report:
    """Somebody calls: something of this trade is out of order in this district. More is not known."""

    trade: str
    district: str


@dataclass(frozen=True, slots=True)
class Gauge:
    """Somebody on site has read a gauge with his own eyes, and says what it shows."""

    series: str
    value: float


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of a command, as the room hears of it."""

    command: int
    result: str


@dataclass(frozen=True, slots=True)
class Look:
    """All that is new since the last look. `blind` seats see no readings now, `out` seats do not work at all."""

    at: int
    delivered: Delivered = field(default_factory=Delivered.none)
    reports: tuple[Report, ...] = ()
    gauges: tuple[Gauge, ...] = ()
    answers: tuple[Answered, ...] = ()
    blind: tuple[str, ...] = ()
    out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Raised:
    """An alarm. `subject` is a component, gateway, district or balance; `kind` the evidence; `score` 1 at the limit.

    `series` are those that show it, `districts` where to look. `alarm` counts from 1.
    """

    alarm: int
    kind: str
    subject: str
    seat: str
    score: float
    series: tuple[str, ...] = ()
    districts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """An operator has taken note of an alarm, so long after it was raised."""

    alarm: int
    after_s: float


@dataclass(frozen=True, slots=True)
class Cleared:
    """What raised an alarm has been away for long enough."""

    alarm: int


@dataclass(frozen=True, slots=True)
class Command:
    """An order to a device (`device`, `setting`), or to send a crew of a trade to look for something in districts.

    `alarm` and `playbook` say why: 0 and empty where the reading `reading` of a level control led to it, `believed` as
    it was: measured, estimated from other readings, reckoned from what flowed in and out since it was believed or read
    on site, or none so that the timetable counts. A crew reads the `gauges`, if there are any, and looks around there.
    """

    command: int
    seat: str
    device: str = ""
    setting: float = 0.0
    trade: str = ""
    districts: tuple[str, ...] = ()
    gauges: tuple[str, ...] = ()
    search_s: float = 0.0
    alarm: int = 0
    playbook: str = ""
    automatic: bool = True
    reading: str = ""
    value: float | None = None
    believed: str = ""


Act = Raised | Acknowledged | Cleared | Command
