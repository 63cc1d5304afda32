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
from simulator.domains.traffic.model import Floats, Programme, used_share

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

ANALYSIS_H = 0.25
"""The Highway Capacity Manual's analysis period."""

GAP_S, FOLLOW_UP_S = 6.5, 4.0
"""Least gap that a car needs to cross a street with priority, and the time between two cars that use one gap: straight
on over a street with one lane each way (Highway Capacity Manual; HBS has the same formula and gaps of its own)."""

SLOWED_S = 5.0
"""What slowing down and setting off again cost (Highway Capacity Manual)."""

UNCOORDINATED, COORDINATED = 1.0, 5 / 3
"""Platoon ratios of the Highway Capacity Manual 2000: cars come at random, or most of them while it is green."""

LONG_CYCLE_S = 120.0
"""The longest cycle that RiLSA lets a signal have: of it the least is lost between phases, so that the most pass."""

POLICE_CYCLE_S = 180.0
"""Officers give long phases. Mahalel, Gur and Shiftan (1991) saw them pass more than an actuated signal by that; the
length itself is an assumption."""

Regulate = Callable[[int, Passing | None, int | None], None]
"""Called with node, how it passes cars without its signal (None: the signal works), and the event behind."""


def yielding_veh_h(main_veh_h: float) -> float:
    """What a lane passes that gives way to so many vehicles an hour.

    c = q exp(-q t_c / 3600) / (1 - exp(-q t_f / 3600)): gaps of random traffic, as in HBS and the Highway Capacity
    Manual; 3600 / t_f where nobody has priority.
    """
    q = max(main_veh_h, 1e-6)
    return q * math.exp(-q * GAP_S / HOUR_S) / -math.expm1(-q * FOLLOW_UP_S / HOUR_S)


def yielding_delay_s(flow_veh_h: float, capacity_veh_h: float) -> float:
    """Mean control delay of those who give way, in seconds, for a flow up to the capacity.

    Highway Capacity Manual, d = 3600 / c + 900 T [(x - 1) + sqrt((x - 1)^2 + 3600 x / (450 c T))] + 5 with the degree
    of saturation x. Beyond the capacity the queue grows with time, which is the engine's part: x counts as 1.
    """
    x = min(1.0, flow_veh_h / capacity_veh_h)
    served_s = HOUR_S / capacity_veh_h
    queueing = (x - 1) + math.sqrt((x - 1) ** 2 + served_s * x / (450 * ANALYSIS_H))
    return served_s + 900 * ANALYSIS_H * queueing + SLOWED_S


def uncoordinated_delay_s(programme: Programme) -> float:
    """What a car on the main street loses more where signals do not know of each other, in seconds.

    Highway Capacity Manual 2000: uniform delay 0.5 C (1 - g/C)^2 times (1 - P) / (1 - g/C), with P = R g/C the share
    that comes while it is green; the difference between random arrivals and a good progression, on empty roads.
    """
    if len(programme.greens_s) < 2:
        return 0.0
    green = programme.greens_s[0] / programme.cycle_s * used_share(programme.cycle_s)
    uniform_s = 0.5 * programme.cycle_s * (1 - green) ** 2
    progressed = [max(0.0, 1 - ratio * green) / (1 - green) for ratio in (UNCOORDINATED, COORDINATED)]
    return uniform_s * (progressed[0] - progressed[1])


class Signals:
    """The state machine of every signal.

    A signal that works runs its programme, `central` while a control link is up and `local` otherwise. The centre
    coordinates signals with each other; a local programme does not, which costs cars on the main street some seconds.
    One that does not work is `dark`, and the signs count (StVO § 37): the main street goes through, the others give
    way, as many and as fast as gaps in its traffic allow. Police come after `police_s` if the junction is on their list
    and officers are free, and go before signs and signals (StVO § 36): they let both streets pass in turn. With a
    failed controller it is `fixed`, each phase green for as long whatever the roads carry, or `flashing`: the signs
    count, and nobody commands it.
    """

    def __init__(
        self,
        runtime: Runtime,
        programmes: Mapping[str, Programme],
        regulate: Regulate,
        flow_veh_h: Callable[[Sequence[int]], Floats],
    ) -> None:
        self._runtime = runtime
        self._flow_veh_h = flow_veh_h
        self._programmes = programmes
        self._regulate = regulate
        self._mode: dict[str, str] = {}
        runtime.faults.handle(CONTROLLER_FAILED.name, self._on_controller)
        for signal in programmes:
            self._mode[signal] = mode = self._due(signal)
            if mode == DARK:
                self._enter_dark(signal, None)
            elif mode == LOCAL:
                self._alone(signal, None)
            runtime.supply.watch(signal, self._on_change)
            runtime.orders.listen(signal, self._on_order)
        runtime.police.listen(self._on_police)

    def mode(self, signal: str) -> str:
        return self._mode[signal]

    @property
    def disturbed(self) -> bool:
        """Whether any signal does not run a programme that was made for it."""
        return any(mode not in (CENTRAL, LOCAL) for mode in self._mode.values())

    def refresh(self) -> None:
        """Let who gives way do so to the traffic of the last minutes."""
        for signal, mode in self._mode.items():
            if mode in (DARK, FLASHING):
                self._by_signs(signal, None)

    def _due(self, signal: str) -> str:
        supply = self._runtime.supply
        if not supply.works(signal):
            return DARK
        if failed := self._runtime.faults.active(signal, CONTROLLER_FAILED.name):
            return FLASHING if any(one.parameters["fallback"] == FLASHING for one in failed) else FIXED
        return CENTRAL if supply.live_links(signal, CONTROL) else LOCAL

    def _on_controller(self, target: str, fault: str, active: tuple[ActiveFault, ...], event: int) -> None:
        if target in self._mode:
            self._on_change(target, event)

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
            phases, still = len(programme.greens_s), (0.0,) * len(programme.approaches)
            greens_s = (programme.cycle_s / phases,) * phases
            self._regulate(programme.node, Passing(programme.out_veh_s, still, greens_s), event)
        elif due == LOCAL:
            self._alone(signal, event)
        else:
            self._regulate(programme.node, self._as_ordered(signal), event)

    def _on_order(self, signal: str, event: int) -> None:
        """The centre orders another cycle. A signal that it does not reach any more runs its own programme, and takes
        up what was ordered last when it is back."""
        if self._runtime.orders.order(signal) is None or self._mode[signal] != CENTRAL:
            return
        passing = self._as_ordered(signal)
        if passing is None:
            event = self._runtime.log.add(events.USUAL_CYCLE, signal, cause=event)
        else:
            event = self._runtime.log.add(events.LONG_CYCLE, signal, cause=event, value=LONG_CYCLE_S)
        self._regulate(self._programmes[signal].node, passing, event)

    def _as_ordered(self, signal: str) -> Passing | None:
        """How a signal passes cars under its centre: by its programme (None), or with the longest cycle."""
        programme = self._programmes[signal]
        if self._runtime.orders.order(signal) != 1.0 or programme.cycle_s >= LONG_CYCLE_S:
            return None
        used = used_share(LONG_CYCLE_S) if len(programme.greens_s) > 1 else 1.0
        greens_s = tuple(green * LONG_CYCLE_S / programme.cycle_s for green in programme.greens_s)
        out_veh_s = tuple(full * used for full in programme.saturation_veh_s)
        return Passing(out_veh_s, (0.0,) * len(out_veh_s), greens_s, True)

    def _alone(self, signal: str, event: int | None) -> None:
        """The signal's own programme, not coordinated with its neighbours."""
        programme = self._programmes[signal]
        delay_s = uncoordinated_delay_s(programme)
        delays_s = tuple(0.0 if group else delay_s for group in programme.groups)
        self._regulate(programme.node, Passing(programme.out_veh_s, delays_s, programme.greens_s, True), event)

    def _by_signs(self, signal: str, event: int | None) -> None:
        """Let the main street go through and the others give way to what it carries."""
        programme = self._programmes[signal]
        saturation = programme.saturation_veh_s
        flows = self._flow_veh_h(programme.approaches).tolist()
        main_veh_h = sum(flow for flow, group in zip(flows, programme.groups, strict=True) if not group)
        gaps_veh_h = yielding_veh_h(main_veh_h)
        out_veh_s, delay_s = [], []
        for full, flow, group, lanes in zip(saturation, flows, programme.groups, programme.lanes, strict=True):
            out_veh_s.append(min(full, lanes * gaps_veh_h / HOUR_S) if group else full)
            delay_s.append(yielding_delay_s(flow / lanes, gaps_veh_h) if group else 0.0)
        self._regulate(programme.node, Passing(tuple(out_veh_s), tuple(delay_s)), event)

    def _turn(self, signal: str, mode: str, why: EventCode, cause: int | None) -> int:
        before, self._mode[signal] = self._mode[signal], mode
        return self._runtime.mode(signal, before, mode, why, None, cause)

    def _enter_dark(self, signal: str, event: int | None) -> None:
        self._by_signs(signal, event)
        self._runtime.police.call(signal, event)

    def _on_police(self, signal: str, event: int) -> None:
        there, mode = self._runtime.police.at(signal), self._mode.get(signal)
        if there and mode == DARK:
            self._by_hand(signal, self._turn(signal, POLICE, events.SIGNAL_POLICED, event))
        elif not there and mode == POLICE:
            self._by_signs(signal, self._turn(signal, DARK, events.SIGNAL_UNPOLICED, event))

    def _by_hand(self, signal: str, event: int) -> None:
        """Officers let the streets pass in turn, as the signal does but in longer phases."""
        programme = self._programmes[signal]
        longer = max(1.0, POLICE_CYCLE_S / programme.cycle_s)
        two = len(programme.greens_s) > 1
        used = used_share(programme.cycle_s * longer) if two else 1.0
        out_veh_s = tuple(full * used for full in programme.saturation_veh_s)
        greens_s = tuple(green * longer for green in programme.greens_s)
        self._regulate(programme.node, Passing(out_veh_s, (0.0,) * len(out_veh_s), greens_s), event)
