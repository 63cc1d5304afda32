"""Sensors that lie: value faults in force, laid over the panels that read them, as formulas over arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from simulator.contracts.fault import ActiveFault
from simulator.contracts.registry import ANY_QUANTITY
from simulator.contracts.sensor import SensorCohort
from simulator.contracts.ticks import TICKS_PER_S, to_s
from simulator.kernel.clock import Clock
from simulator.kernel.log import EventLog
from simulator.kernel.streams import Streams
from simulator.sensors.events import WRONG_READINGS
from simulator.sensors.transport import Label

Floats = NDArray[np.float64]

BEFORE_DISPLAY = ("sensor-bias", "sensor-drift", "sensor-noise", "sensor-spike")
"""Faults of the measurement itself, in the order in which they act; the display then rounds what comes."""

OF_DISPLAY = ("sensor-stuck", "sensor-clipping", "sensor-dropout")
"""Faults of what is shown, in the order in which they act."""


def biased(values: Floats, fault: ActiveFault) -> Floats:
    """`value + amount`, or `value (1 + amount)`."""
    amount = fault.number("amount")
    return values * (1.0 + amount) if fault.parameters["form"] == "proportional" else values + amount


def drifted(values: Floats, fault: ActiveFault, since_s: Floats) -> Floats:
    """With x the time since the beginning as a share of `reached_s`: `value + amount f(x)`, where f is x, x², or
    (eˣ - 1) / (e - 1), each 0 at the beginning and 1 after `reached_s`."""
    x = since_s / fault.number("reached_s")
    form = fault.parameters["form"]
    if form == "exponential":
        with np.errstate(over="ignore"):
            grown: Floats = np.expm1(x) / np.expm1(1.0)
    else:
        grown = x * x if form == "quadratic" else x
    return values + fault.number("amount") * grown


def noisy(values: Floats, fault: ActiveFault, normal: Floats) -> Floats:
    """`normal` is standard normal."""
    return values + fault.number("amount") * normal


def spiked(values: Floats, fault: ActiveFault, uniform: Floats) -> Floats:
    """`uniform` in [0, 1): a spike below `share`, half of them downwards."""
    share, amount = fault.number("share"), fault.number("amount")
    return values + np.where(uniform < share, np.where(uniform < share / 2, -amount, amount), 0.0)


def clipped(values: Floats, fault: ActiveFault) -> Floats:
    shown: Floats = np.clip(values, fault.number("lowest"), fault.number("highest"))
    return shown


def dropped(values: Floats, fault: ActiveFault, uniform: Floats) -> Floats:
    """No value where `uniform`, in [0, 1), lies below `share`."""
    return np.where(uniform < fault.number("share"), np.nan, values)


Places = NDArray[np.intp]
Mask = NDArray[np.bool_]
Key = tuple[str, str, str, tuple[tuple[str, float | str | bool], ...]]
"""Cohort, fault, cause, parameters."""

_ORDER = {name: i for i, name in enumerate((*BEFORE_DISPLAY, *OF_DISPLAY))}


class _Effect:
    """One fault from one cause on some sensors of one cohort. Arrays have a place for each sensor of the cohort.

    Random numbers are drawn for all of the cohort's sensors at each sample, whoever of them is broken, so that no
    sensor's numbers depend on another one's fault.
    """

    def __init__(self, fault: ActiveFault, cohort: SensorCohort, stream: np.random.Generator) -> None:
        self.fault, self.cohort, self._stream = fault, cohort, stream
        self.size = len(cohort.components)
        self.since = np.zeros(self.size, dtype=np.int64)
        self.held = np.full(self.size, np.nan)
        self.broken = np.zeros(self.size, dtype=np.bool_)
        self.unseen: dict[int, int] = {}
        """Places of sensors whose fault has not shown yet, with the event of the fault."""

    def begin(self, place: int, tick: int, event: int) -> None:
        if not self.broken[place]:
            self.broken[place], self.since[place], self.held[place] = True, tick, np.nan
            self.unseen[place] = event

    def end(self, place: int) -> None:
        self.broken[place] = False
        self.unseen.pop(place, None)

    def normal(self) -> Floats:
        return self._stream.standard_normal(self.size)

    def uniform(self) -> Floats:
        return self._stream.random(self.size)


class SensorFaults:
    """The value faults of all sensors. `change` is a handler of the fault door; a panel asks `over` what befalls it.

    Each wrong reading is told as a label, and the first one of each fault is logged as the fault's effect, both only
    where somebody is to hear of it. A fault that is cleared leaves nothing behind: the sensor then reads what it would
    have read without it.
    """

    def __init__(
        self,
        clock: Clock,
        streams: Streams,
        cohorts: Iterable[SensorCohort],
        log: EventLog | None = None,
        tell: Callable[[Label], None] | None = None,
    ) -> None:
        self._clock, self._streams, self._log, self._tell = clock, streams, log, tell
        self._at: dict[str, list[tuple[SensorCohort, int]]] = {}
        for cohort in cohorts:
            for place, component in enumerate(cohort.components):
                self._at.setdefault(component, []).append((cohort, place))
        self.effects: dict[Key, _Effect] = {}
        self.version = 0
        """Counted up with every change of `effects`."""

    def over(self, cohorts: Sequence[SensorCohort]) -> PanelFaults:
        """What befalls a panel of these cohorts, now and later."""
        return PanelFaults(cohorts, self)

    def change(self, target: str, fault: str, active: tuple[ActiveFault, ...], event: int) -> None:
        """A fault came or went at a component; `active` are those of its name that are now in force there."""
        wanted: dict[Key, ActiveFault] = {}
        sensors = self._at.get(target, ())
        for one in active:
            quantity = one.parameters.get("quantity", ANY_QUANTITY)
            given = tuple(sorted(one.parameters.items()))
            wanted |= {
                (c.id, fault, one.cause, given): one for c, _ in sensors if quantity in (ANY_QUANTITY, c.quantity)
            }
        for cohort, place in sensors:
            ended = [key for key in self.effects if key[:2] == (cohort.id, fault) and key not in wanted]
            for key in ended:
                self.effects[key].end(place)
                if not self.effects[key].broken.any():
                    del self.effects[key]
            for key, one in wanted.items():
                if key[0] == cohort.id:
                    if key not in self.effects:
                        stream = self._streams.stream(cohort.id, f"fault/{fault}/{one.cause}")
                        self.effects[key] = _Effect(one, cohort, stream)
                    self.effects[key].begin(place, self._clock.now, event)
        self.version += 1

    def show(self, effect: _Effect, at: int, places: Places, true: Floats, read: Floats, other: Mask) -> None:
        """Tell that the sensors at these places of the effect's cohort have read wrong. `other` marks those that the
        fault made read something else: one that hangs at the right value is broken, but nobody sees it."""
        fault, cohort = effect.fault, effect.cohort
        for place in [place for place in places[other].tolist() if place in effect.unseen] if effect.unseen else ():
            wrong = {"quantity": str(cohort.quantity), "fault": fault.fault}
            event = effect.unseen.pop(place)
            if self._log is not None:
                self._log.add(WRONG_READINGS, cohort.components[place], wrong, cause=event)
        if self._tell is None:
            return
        sensors = tuple(f"{cohort.components[place]}/{cohort.quantity}" for place in places.tolist())
        values = tuple(value if np.isfinite(value) else None for value in read.tolist())
        self._tell(Label(to_s(at), to_s(at), fault.fault, fault.cause, sensors, 0, tuple(true.tolist()), values))


class PanelFaults:
    """The effects on one panel's cohorts, laid over its arrays in place. False while there is none."""

    def __init__(self, cohorts: Sequence[SensorCohort], faults: SensorFaults) -> None:
        self._faults = faults
        self._seen = -1
        self._effects: tuple[tuple[_Effect, Places, Places], ...] = ()
        self._touched: list[tuple[_Effect, Places, Places, Mask]] = []
        firsts, first = {}, 0
        for cohort in cohorts:
            firsts[cohort.id] = first
            first += len(cohort.components)
        self._first: Mapping[str, int] = firsts

    def __bool__(self) -> bool:
        if self._seen != self._faults.version:
            self._seen = self._faults.version
            mine = [effect for effect in self._faults.effects.values() if effect.cohort.id in self._first]
            mine.sort(key=lambda effect: _ORDER[effect.fault.fault])
            found = [(effect, np.flatnonzero(effect.broken)) for effect in mine]
            self._effects = tuple((effect, own, own + self._first[effect.cohort.id]) for effect, own in found)
        return bool(self._effects)

    def measured(self, values: Floats, at: int) -> None:
        """Lay the faults of measuring over values that the display has not rounded yet."""
        self._touched = []
        for effect, own, here in self._effects:
            if effect.fault.fault in BEFORE_DISPLAY:
                self._lay(effect, own, here, values, _measured(effect, own, values[here], at))

    def shown(self, truth: Floats, values: Floats, last: Floats, at: int) -> None:
        """Lay the faults of the display over what it shows, and tell what is wrong. `last` is what it showed before."""
        for effect, own, here in self._effects:
            if effect.fault.fault in OF_DISPLAY:
                self._lay(effect, own, here, values, _displayed(effect, own, values[here], last[here]))
        for effect, own, here, other in self._touched:
            self._faults.show(effect, at, own, truth[here], values[here], other)

    def _lay(self, effect: _Effect, own: Places, here: Places, values: Floats, changed: Floats) -> None:
        before = values[here]
        other = wrong = (changed != before) & ~(np.isnan(changed) & np.isnan(before))
        if effect.fault.fault == "sensor-stuck":
            wrong = np.ones_like(other)  # one that hangs at the right value hangs
        values[here] = changed
        if wrong.any():
            self._touched.append((effect, own[wrong], here[wrong], other[wrong]))


def _measured(effect: _Effect, own: Places, values: Floats, at: int) -> Floats:
    fault = effect.fault
    if fault.fault == "sensor-bias":
        return biased(values, fault)
    if fault.fault == "sensor-drift":
        return drifted(values, fault, (at - effect.since[own]) / TICKS_PER_S)
    if fault.fault == "sensor-noise":
        return noisy(values, fault, effect.normal()[own])
    return spiked(values, fault, effect.uniform()[own])


def _displayed(effect: _Effect, own: Places, values: Floats, last: Floats) -> Floats:
    fault = effect.fault
    if fault.fault == "sensor-clipping":
        return clipped(values, fault)
    if fault.fault == "sensor-dropout":
        return dropped(values, fault, effect.uniform()[own])
    if fault.parameters["form"] == "value":
        return np.full(len(own), fault.number("amount"))
    held = effect.held[own]
    effect.held[own] = held = np.where(np.isnan(held), np.where(np.isnan(last), values, last), held)
    return held
