"""Whether a town's water network, left alone, gives what is drawn and stays as it is: a rule of plausibility.

A network file often serves a snapshot or one day. Over days its tanks may run dry though nothing is broken, and a
verdict on water would then be one on the file. So the network is run without any fault until a week is like the one
before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from simulator.city.apart import Died, apart
from simulator.city.draft import CityDraft
from simulator.city.plausibility import Trial
from simulator.contracts.city import Assumption, Finding
from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.words import Text, Verbatim, Words, joined, number, percent
from simulator.domains.water.catalogue import DOMAIN, PUMP, TANK
from simulator.domains.water.engine import STEP_S, EpanetError, WaterEngine, share_of_work
from simulator.domains.water.hours import HOURS, Initial, write_hours

_ = Words("simulator.domains.water")
T = TypeVar("T")

RULE = "water-balance"
HOURS_FILE = "water-hours.csv"

DELIVERED = 0.995
"""Of the demand of a week, at least, in a network in balance (assumption: nobody is left without)."""
FLOOR, FULL = 0.01, 0.99
"""Shares of its usable height below which a tank is at its floor, and above which full, for good (assumption)."""
DRIFT_H = 1.0
"""The mean of what all tanks hold differs by no more from one week to the next, in hours of mean demand (assumption: a
run of a fortnight then begins and ends with the same store, to two hours)."""
WEEKS = 4
"""At most so many weeks are run; two at the least."""
WORK = 5e8
"""And no more hydraulic solves than this divided by the number of nodes (see `share_of_work`): about a minute and a
half of computing. It counts work and not seconds, so that the same file gives the same answer on every machine."""

CPU_S = 600
"""Processor time after which EPANET is taken to be caught within one single solution, where no work is counted."""

_DAY_S, _HOUR_S, _WEEK_D = 86400, 3600, 7

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Week:
    """One week of a network without faults. Arrays follow the network's tanks and pumps.

    `hours` are the states at the full hours of its last day, from 0 to 24 o'clock.
    """

    required_m3: float
    delivered_m3: float
    supplied_m3: float
    stored_m3: Floats
    lowest: Floats
    highest: Floats
    running: Floats
    steps: int
    hours: tuple[Initial, ...]

    @property
    def delivered(self) -> float:
        return self.delivered_m3 / self.required_m3 if self.required_m3 > 0 else 1.0


@dataclass(frozen=True)
class Balance:
    """What the weeks without faults showed; `tanks` and `pumps` are names in the network file.

    `failed` is the solver's own word where it gave up.
    """

    weeks: tuple[Week, ...]
    tanks: tuple[str, ...]
    pumps: tuple[str, ...]
    failed: str = ""

    @property
    def drift_h(self) -> float:
        """By how many hours of mean demand the store changed from the last week but one to the last."""
        before, last = self.weeks[-2:]
        change = abs(float(last.stored_m3.sum() - before.stored_m3.sum()))
        return change / (last.required_m3 / (_WEEK_D * 24)) if last.required_m3 > 0 else 0.0

    @property
    def dry(self) -> tuple[str, ...]:
        """Tanks that were at their floor in the last week."""
        return self._tanks(self.weeks[-1].lowest < FLOOR)

    @property
    def full(self) -> tuple[str, ...]:
        """Tanks that were full all week: nobody draws on them."""
        return self._tanks(self.weeks[-1].lowest > FULL)

    @property
    def idle(self) -> tuple[str, ...]:
        """Pumps that did not run all week."""
        return tuple(name for name, share in zip(self.pumps, self.weeks[-1].running, strict=True) if share <= 0)

    @property
    def holds(self) -> bool:
        """Whether the network is in balance."""
        if self.failed or len(self.weeks) < 2:
            return False
        return self.weeks[-1].delivered >= DELIVERED and not self.dry and self.drift_h <= DRIFT_H

    def _tanks(self, which: NDArray[np.bool_]) -> tuple[str, ...]:
        return tuple(name for name, yes in zip(self.tanks, which.tolist(), strict=True) if yes)


def balance_of(path: Path, weeks: int = WEEKS, work: float = WORK) -> Balance:
    """Run a network file from its own levels at midnight, until it is in balance or `weeks` have gone by."""
    engine = WaterEngine(path)
    network = engine.network
    tanks = tuple(network.nodes[node] for node in network.tanks.tolist())
    pumps = tuple(network.links[link] for link in network.pumps.tolist())
    found = Balance((), tanks, pumps)
    try:
        most = int(work / share_of_work(len(network.nodes)))
        for number_of in range(weeks):
            found = replace(found, weeks=(*found.weeks, _week(engine, number_of * _WEEK_D * _DAY_S, most)))
            if found.holds or engine.solves > most:
                break
    except EpanetError as error:
        found = replace(found, failed=str(error))
    finally:
        engine.close()
    return found


def _week(engine: WaterEngine, begin_s: int, most: int) -> Week:
    """A week from `begin_s` on. Raises `EpanetError` for the first one that takes more than `most` solves."""
    network, steps = engine.network, engine.solves
    height = np.maximum(network.tank_max_m - network.tank_min_m, 1e-9)
    moves = network.tank_max_m - network.tank_min_m > 1e-6
    required = delivered = supplied = 0.0
    stored, running = np.zeros(len(network.tanks)), np.zeros(len(network.pumps))
    lowest, highest = np.ones(len(network.tanks)), np.zeros(len(network.tanks))
    hours: list[Initial] = []
    ends = begin_s + _WEEK_D * _DAY_S
    for t_s in range(begin_s, ends + 1, STEP_S):
        engine.advance_to(t_s)
        if engine.solves > 2 * most:
            raise EpanetError(f"it switches so often that {engine.solves} solutions took it to {t_s / _DAY_S:.1f} days")
        if t_s >= ends - _DAY_S and (ends - t_s) % _HOUR_S == 0:
            hours.append(engine.state())
        if t_s == ends:
            break
        wanted = np.maximum(engine.required_m3_s, 0.0)
        required += float(wanted.sum()) * STEP_S
        delivered += float(np.minimum(engine.delivered_m3_s, wanted).sum()) * STEP_S
        supplied += float(engine.source_m3_s.sum()) * STEP_S
        stored += engine.volume_m3 - network.tank_min_volume_m3
        running += engine.link_open[network.pumps]
        share = np.where(moves, (engine.level_m - network.tank_min_m) / height, 0.5)
        np.minimum(lowest, share, out=lowest)
        np.maximum(highest, share, out=highest)
    n = (ends - begin_s) // STEP_S
    assert len(hours) == HOURS
    return Week(
        required, delivered, supplied, stored / n, lowest, highest, running / n, engine.solves - steps, tuple(hours)
    )


def in_balance(trial: Trial) -> CityDraft:
    """The rule: a network in balance begins every run at its own hour of an ordinary day; of one that is not, no level
    is judged."""
    draft, path = trial.draft, trial.networks.water_file
    if draft.water is None or path is None:
        return draft
    found = run_apart(path, balance_of)
    if not found.holds:
        return replace(draft, findings=(*draft.findings, _finding(found)))
    write_hours(trial.folder / HOURS_FILE, found.weeks[-1].hours)
    last = found.weeks[-1]
    text = _(
        "the water network was run for {days} days without faults; in the last week {share} of the demand was "
        "delivered and no tank was at its floor. A run begins with the tank levels and pumps of its hour of the last "
        "day",
        days=len(found.weeks) * _WEEK_D,
        share=percent(last.delivered, 1),
    )
    note = Assumption(_("state of the water network at the start"), text)
    return replace(
        draft,
        water=replace(draft.water, hours=HOURS_FILE),
        assumptions=(*draft.assumptions, note),
    )


def run_apart(path: Path, run: Callable[[Path], T]) -> T:
    """What `run` makes of a network's file, in a process of its own.

    Raises `BadInput` where EPANET itself breaks down on the file or comes to no end.
    """
    try:
        return apart(lambda: run(path), CPU_S)
    except Died:
        what = _("EPANET itself comes to no end, or breaks down, when it runs this network")
        fix = _("look for valves that work against each other, and for parts without any reservoir")
        raise BadInput([Problem(str(path), 0, "file", what, fix)]) from None


def _finding(found: Balance) -> Finding:
    subjects = (*(f"{TANK}-{name}" for name in (*found.dry, *found.full)), *(f"{PUMP}-{name}" for name in found.idle))
    parts = list(_parts(found))
    text = _(
        "The water network is not in balance: it was run for {days} days without any fault, and {parts}. So no level "
        "of water is judged here.",
        days=len(found.weeks) * _WEEK_D,
        parts=joined(parts, Verbatim("; ")),
    )
    return Finding(RULE, text, subjects if found.weeks else (), (DOMAIN,))


def _parts(found: Balance) -> Iterator[Text]:
    if found.failed:
        yield _("the solver gave up ({error})", error=found.failed)
    if not found.weeks:
        return
    last, day = found.weeks[-1], 1 / _WEEK_D
    if last.delivered < DELIVERED:
        yield _("in the last week {share} of the demand was delivered", share=percent(last.delivered, 1))
    yield _(
        "sources gave {supplied} m³ a day for a demand of {required} m³",
        supplied=number(round(last.supplied_m3 * day)),
        required=number(round(last.required_m3 * day)),
    )
    for text, names in (
        (_("at their floor: {names}"), found.dry),
        (_("always full: {names}"), found.full),
        (_("pumps that never ran: {names}"), found.idle),
    ):
        if names:
            yield text.filled(names=", ".join(names))
    if len(found.weeks) > 1 and found.drift_h > DRIFT_H:
        yield _("what the tanks hold drifted by {hours} h of demand in a week", hours=number(found.drift_h, 1))
