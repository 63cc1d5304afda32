"""One call for a crew, from the call to the end of the work."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import simpy

from simulator.contracts.event import Task
from simulator.contracts.repair import RepairClass, Trade
from simulator.kernel.streams import Streams

Done = Callable[[int], None]
"""Called with the event of the finished work."""
Delivered = Callable[[int, float], None]
"""Called with the event of the finished work and the litres that were brought."""


@dataclass(eq=False, slots=True)
class Job:
    """A crew of `trade` is to drive to `target` and work there on `broken` for `work_s` seconds.

    `parts` are taken along from the depot's stock, and `fuel_l` litres of fuel by truck. `depot` is the only one asked
    (None: any). With `over` the crew stays until that comes. `said` are the reasons for waiting that are in the log
    already. `because` stays the event that the call came from, while `cause` is what the log says last.
    """

    task: Task
    target: str
    broken: str
    trade: Trade
    work_s: float
    cause: int | None
    finished: Delivered
    serial: int
    depot: str | None = None
    parts: int = 0
    fuel_l: float = 0.0
    over: simpy.Event | None = None
    said: set[str] = field(default_factory=set)
    because: int | None = None

    def __post_init__(self) -> None:
        self.because = self.cause


def drawn_work_s(streams: Streams, work: RepairClass, entry: str, broken: str, again: int = 1) -> float:
    """Seconds of work on site, drawn for this job alone: lognormal, with the median and spread of its class.

    `entry` is the one of the timeline that broke it, if one did. `again` counts the jobs: what breaks twice does not
    take the same time twice.
    """
    purpose = f"work of repair of {broken}" + (f" [{entry}]" if entry else "") + (f" {again}" if again > 1 else "")
    draw = streams.stream(broken, purpose).standard_normal()
    return work.median_s * math.exp(work.sigma * float(draw))
