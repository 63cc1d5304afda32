"""The town's roads: cars that queue and find their way, signals that go dark, closed roads, and how long it takes.

model    roads, junctions and signal programmes as arrays
demand   who leaves when, in platoons
world    all of that put into UXsim
engine   lets it run, closes roads, darkens signals, reads what happens
routes   shortest travel times over the roads as they are
signals  what state each signal is in, and why
rescue   whom the ambulances reach in time
process  when to look again
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.coupling.runtime import Runtime
    from simulator.domains.traffic.process import Traffic


def start(runtime: Runtime) -> Traffic | None:
    """Start the roads on a runtime: faults, signals, travel times, levels and quantities as at the clock's begin.

    Raises `BadInput` for road files or signals that cannot be, and where the traffic engine is not installed.
    """
    if runtime.city.road_files is None:
        return None
    from simulator.domains.traffic.process import Traffic

    return Traffic(runtime)


__all__ = ["start"]
