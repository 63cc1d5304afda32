"""What state each signal is in: central, local, dark or regulated by police, and why."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from simulator.contracts.event import EventCode
from simulator.contracts.fault import ActiveFault
from simulator.coupling.runtime import Runtime
from simulator.domains.ict.catalogue import CONTROL
from simulator.domains.traffic import events
from simulator.domains.traffic.catalogue import CONTROLLER_FAILED
from simulator.domains.traffic.engine import Passing
from simulator.domains.traffic.model import Floats, Programme

CENTRAL, LOCAL, DARK, POLICE = "central", "local", "dark", "police"
FIXED, FLASHING = "fixed", "flashing"
_WHY = {
    CENTRAL: events.SIGNAL_CENTRAL,
    LOCAL: events.SIGNAL_LOCAL,
    FIXED: events.SIGNAL_FIXED,
    FLASHING: events.SIGNAL_FLASHING,
    DARK: events.SIGNAL_DARK,
}

HOUR_S = 3600.0

FREE_HEADWAY_S = 3.9
"""Time between two cars of one approach of an all-way stop when no others come (Highway Capacity Manual)."""

ANALYSIS_H = 0.25
"""The Highway Capacity Manual's analysis period."""

Regulate = Callable[[int, Passing | None, int | None], None]
"""Called with node, how it passes cars without its signal (None: the signal works), and the event behind."""


def stop_delay_s(flow_veh_h: float, capacity_veh_h: float, approaches: int, alone_s: float) -> float:
    """Mean control delay at an all-way stop in seconds, for a flow over all approaches up to the capacity.

    Highway Capacity Manual, d = t_s + 900 T [(x - 1) + sqrt((x - 1)^2 + h x / (450 T))] + 5, with the degree of
    saturation x, headway h and service time t_s of an approach. `alone_s` is what 5 + t_s come to where nobody else
    waits; between that and the capacity, h grows in proportion to x (assumption). Beyond the capacity the queue grows
    with time, which is the engine's part: x counts as 1.
    """
    x = min(1.0, flow_veh_h / capacity_veh_h)
    longer_s = x * max(0.0, approaches * HOUR_S / capacity_veh_h - FREE_HEADWAY_S)
    headway_s = FREE_HEADWAY_S + longer_s
    queueing = (x - 1) + math.sqrt((x - 1) ** 2 + headway_s * x / (450 * ANALYSIS_H))
    return alone_s + longer_s + 900 * ANALYSIS_H * queueing


class Signals:
    """The state machine of every signal.

    A signal that works runs its programme, `central` while a control link is up and `local` otherwise; both pass the
    same (assumption: a centre that sets the local programme gains nothing by itself). One that does not work is `dark`,
    and police come after `police_s` if the junction is on their list and officers are free. Neither passes more than
    the signal does, and under both every car stops or slows down, which costs it `dark_delay_s`, at a dark signal more
    with more traffic. With a failed controller it is `fixed`, each phase green for as long whatever the roads carry, or
    `flashing`: the signs count, and nobody commands it.
    """

    def __init__(self, runtime: Runtime, programmes: Mapping[str, Programme], regulate: Regulate) -> None:
        self._runtime = runtime
        self._programmes = programmes
        self._regulate = regulate
        self._mode: dict[str, str] = {}
        runtime.faults.handle(CONTROLLER_FAILED.name, self._on_controller)
        for signal in programmes:
            self._mode[signal] = mode = self._due(signal)
            if mode == DARK:
                self._enter_dark(signal, None)
            runtime.supply.watch(signal, self._on_change)
        runtime.police.listen(self._on_police)

    def mode(self, signal: str) -> str:
        return self._mode[signal]

    @property
    def disturbed(self) -> bool:
        """Whether any signal does not run a programme that was made for it."""
        return any(mode not in (CENTRAL, LOCAL) for mode in self._mode.values())

    def refresh(self, flow_veh_h: Callable[[Sequence[int]], Floats]) -> None:
        """Let the stop at dark signals cost what it does in the traffic of the last minutes."""
        for signal, mode in self._mode.items():
            if mode == DARK:
                self._limit(signal, "dark_veh_h", None, float(flow_veh_h(self._programmes[signal].approaches).sum()))

    def _due(self, signal: str) -> str:
        supply = self._runtime.supply
        if not supply.works(signal):
            return DARK
        if failed := self._runtime.faults.active(signal, CONTROLLER_FAILED.name):
            return FLASHING if any(one.parameters["fallback"] == FLASHING for one in failed) else FIXED
        return CENTRAL if supply.live_links(signal, CONTROL) else LOCAL

    def _on_controller(self, target: str, fault: str, active: tuple[ActiveFault, ...], event: int) -> None:
        if target not in self._mode:
            return
        before = self._mode[target]
        self._on_change(target, event)
        if active and before == self._mode[target] == FLASHING:
            self._by_signs(target, event)

    def _on_change(self, signal: str, cause: int | None) -> None:
        before, due = self._mode[signal], self._due(signal)
        if due == before or (due == DARK and before == POLICE):
            return
        event = self._turn(signal, due, _WHY[due], cause)
        programme = self._programmes[signal]
        if before in (DARK, POLICE):
            self._runtime.police.release(signal)
        if due == DARK:
            self._enter_dark(signal, event)
        elif due == FLASHING:
            self._by_signs(signal, event)
        elif due == FIXED:
            cycle_s, phases = sum(programme.greens_s), len(programme.greens_s)
            self._regulate(programme.node, Passing(None, 0.0, (cycle_s / phases,) * phases), event)
        elif before not in (CENTRAL, LOCAL):
            self._regulate(programme.node, None, event)

    def _by_signs(self, signal: str, event: int) -> None:
        """Let the junction pass what it does under flashing amber, the least that any cause says."""
        failed = self._runtime.faults.active(signal, CONTROLLER_FAILED.name)
        flashing = [one for one in failed if one.parameters["fallback"] == FLASHING]
        programme = self._programmes[signal]
        veh_s = min(programme.capacity_veh_s, *(one.number("flashing_veh_h") / HOUR_S for one in flashing))
        delay_s = max(one.number("flashing_delay_s") for one in flashing)
        self._regulate(programme.node, Passing(veh_s, delay_s), event)

    def _turn(self, signal: str, mode: str, why: EventCode, cause: int | None) -> int:
        before, self._mode[signal] = self._mode[signal], mode
        return self._runtime.mode(signal, before, mode, why, None, cause)

    def _enter_dark(self, signal: str, event: int | None) -> None:
        self._limit(signal, "dark_veh_h", event)
        self._runtime.police.call(signal, event)

    def _on_police(self, signal: str, event: int) -> None:
        there, mode = self._runtime.police.at(signal), self._mode.get(signal)
        if there and mode == DARK:
            self._limit(signal, "police_veh_h", self._turn(signal, POLICE, events.SIGNAL_POLICED, event))
        elif not there and mode == POLICE:
            self._limit(signal, "dark_veh_h", self._turn(signal, DARK, events.SIGNAL_UNPOLICED, event))

    def _limit(self, signal: str, limit: str, event: int | None, flow_veh_h: float = 0.0) -> None:
        programme, component = self._programmes[signal], self._runtime.city.components[signal]
        veh_h = min(component.number(limit), programme.capacity_veh_s * HOUR_S)
        delay_s = component.number("dark_delay_s")
        if veh_h > 0:
            delay_s = stop_delay_s(flow_veh_h, veh_h, len(programme.approaches), delay_s)
        self._regulate(programme.node, Passing(veh_h / HOUR_S, delay_s), event)
