"""What the settings of the hydraulics cost against a network's file as it is written: a rule of plausibility.

A file mostly delivers whatever is asked for at any pressure, in steps of an hour. Here demand hangs on pressure, in
shorter steps. Each of these numbers is an assumption about the town, so each is told with the figure that it makes: the
first day is run by EPANET alone as the file has it, and again with one number after the other.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
from epanet import toolkit as tk
from numpy.typing import NDArray

from simulator.city.draft import CityDraft
from simulator.city.plausibility import Trial
from simulator.city.water_file import close_water_file, open_water_file
from simulator.contracts.city import Assumption
from simulator.contracts.fault import Parameter
from simulator.contracts.sources import source_text
from simulator.contracts.words import NO_TEXT, Numeral, Text, Verbatim, Words, number, percent
from simulator.domains.water.balance import run_apart
from simulator.domains.water.catalogue import (
    EXPONENT,
    LEAK,
    MINIMUM_PRESSURE,
    REQUIRED_PRESSURE,
    SETTINGS,
    STEP,
)
from simulator.domains.water.drains import GRAVITY_M_S2
from simulator.domains.water.engine import LEAST_APART_M, share_of_work
from simulator.domains.water.model import Units
from simulator.domains.water.shadow import buffer

_ = Words("simulator.domains.water")

DAY_S = 86400
WORK = 1e8
"""A day is given up when it takes more hydraulic solves than this divided by the number of nodes (`share_of_work`):
some 20 seconds of computing. It counts work and not seconds, so that the same file gives the same answer on every
machine."""
HOLE_M2 = 0.001
"""The hole whose leak is told: 10 cm2, as that of a main that breaks by chance (assumption)."""
LINEAR = 1.0
"""The other exponent that is used for demand by pressure; with it the cost of ours is told."""


@dataclass(frozen=True, slots=True)
class Model:
    """How a day is run; None: as the file has it. Pressures in m."""

    low_m: float | None = None
    high_m: float = 0.0
    exponent: float = 0.5
    step_s: int | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """What a day came to. `pressure_m` is the mean at the taps by demand, `levels_m` how the tanks stood at its end."""

    required_m3: float
    delivered_m3: float
    pressure_m: float
    levels_m: NDArray[np.float64]
    step_s: int
    by_pressure: bool
    emitters: int


def day_of(path: Path, model: Model) -> Day | None:
    """The first day of a network by EPANET alone; None where it finds no solution, or none in good time."""
    project = open_water_file(path)
    try:
        units = Units.of(project)
        step_s, by_pressure = _set_up(project, units, model)
        tk.openH(project)
        tk.initH(project, tk.NOSAVE)
        try:
            return _lived(project, units, step_s, by_pressure)
        except Exception:  # the toolkit raises nothing narrower
            return None
        finally:
            tk.closeH(project)
    finally:
        close_water_file(project)


def _set_up(project: Any, units: Units, model: Model) -> tuple[int, bool]:
    tk.setstatusreport(project, tk.NO_REPORT)
    tk.setreport(project, "MESSAGES NO")
    tk.settimeparam(project, tk.DURATION, DAY_S)
    own = int(tk.gettimeparam(project, tk.HYDSTEP))
    if model.step_s is not None:
        tk.settimeparam(project, tk.HYDSTEP, model.step_s)
    by_pressure = tk.getdemandmodel(project)[0] == tk.PDA
    if model.low_m is not None:
        low = model.low_m * units.pressure_per_m
        high = max(model.high_m * units.pressure_per_m, low + LEAST_APART_M)
        tk.setdemandmodel(project, tk.PDA, low, high, model.exponent)
    if tk.getoption(project, tk.UNBALANCED) < 0:  # "stop" would end the day at the first hard instant
        tk.setoption(project, tk.UNBALANCED, 10)
    return own if model.step_s is None else model.step_s, by_pressure


def _lived(project: Any, units: Units, step_s: int, by_pressure: bool) -> Day | None:
    nodes = tk.getcount(project, tk.NODECOUNT)
    kinds = np.array([tk.getnodetype(project, node + 1) for node in range(nodes)])
    taps, tanks = np.flatnonzero(kinds == tk.JUNCTION), np.flatnonzero(kinds == tk.TANK)
    raw = {what: buffer(nodes) for what in (tk.FULLDEMAND, tk.DEMANDFLOW, tk.PRESSURE)}
    elevation = np.array([tk.getnodevalue(project, node + 1, tk.ELEVATION) for node in range(nodes)])
    required = delivered = head = 0.0
    solves, now = 0, 0
    while True:
        with warnings.catch_warnings():  # EPANET warns of low pressure: that is what is looked for
            warnings.simplefilter("ignore")
            now = int(tk.runH(project))
        solves += 1
        if solves * share_of_work(nodes) > WORK:
            return None
        for what, (array, _values) in raw.items():
            tk.getnodevalues(project, what, array)
        asked, got = (np.maximum(raw[what][1][taps], 0.0) for what in (tk.FULLDEMAND, tk.DEMANDFLOW))
        after_s = int(tk.nextH(project))
        if after_s <= 0 or now >= DAY_S:
            break
        lived_s = min(after_s, DAY_S - now)
        required += float(asked.sum()) * lived_s
        delivered += float(np.minimum(got, asked).sum()) * lived_s
        head += float(np.dot(asked, raw[tk.PRESSURE][1][taps])) * lived_s
    levels = np.array([tk.getnodevalue(project, int(tank) + 1, tk.HEAD) for tank in tanks]) - elevation[tanks]
    emitters = sum(tk.getnodevalue(project, int(node) + 1, tk.EMITTER) > 0 for node in taps)
    unit = units.flow_m3_s
    mean_m = head / required / units.pressure_per_m if required > 0 else 0.0
    return Day(required * unit, delivered * unit, mean_m, levels * units.length_m, step_s, by_pressure, int(emitters))


def settings_told(trial: Trial) -> CityDraft:
    """The rule: each setting stands among the assumptions, with what it costs."""
    draft, path = trial.draft, trial.networks.water_file
    if draft.water is None or path is None:
        return draft
    notes = run_apart(path, lambda file: tuple(told(file)))
    return replace(draft, assumptions=(*draft.assumptions, *notes))


def told(path: Path) -> Iterator[Assumption]:
    """An assumption for each setting that the file does not make itself."""
    by_name = {one.name: one for one in SETTINGS}
    value = {name: float(one.default) for name, one in by_name.items() if isinstance(one.default, float)}
    low, high, step_s = value[MINIMUM_PRESSURE], value[REQUIRED_PRESSURE], int(value[STEP])
    written = day_of(path, Model())
    if written is not None and written.by_pressure:
        ours = day_of(path, Model(step_s=step_s))
    else:
        at_once = day_of(path, Model(low, low))
        full = day_of(path, Model(low, high, value[EXPONENT]))
        linear = day_of(path, Model(low, high, LINEAR))
        ours = day_of(path, Model(low, high, value[EXPONENT], step_s))
        yield _of(by_name[REQUIRED_PRESSURE], _required(at_once, full))
        yield _of(by_name[MINIMUM_PRESSURE], _minimum(written, at_once))
        yield _of(by_name[EXPONENT], _exponent(full, linear))
        written = full if full is not None else written
    yield _of(by_name[STEP], _step(written, ours))
    yield _of(by_name[LEAK], _leak(written, value[LEAK]))


UNKNOWN = _("what that costs is not known: EPANET alone does not get through a day of this file")


def _of(one: Parameter, cost: Text) -> Assumption:
    assert isinstance(one.default, float)
    unit = "" if one.unit in ("", "1") else f" {one.unit}"
    value = Numeral(f"{one.default:g}") + Verbatim(unit)
    return Assumption(one.title or NO_TEXT, _("{value}: {cost}", value=value, cost=cost), source_text(one.source))


def _less(more: Day, less: Day) -> dict[str, Text]:
    lost = round(max(0.0, more.delivered_m3 - less.delivered_m3), 1)
    share = lost / more.required_m3 if more.required_m3 > 0 else 0.0
    return {"lost": number(lost), "share": percent(share, 2), "required": number(round(more.required_m3))}


def _required(at_once: Day | None, full: Day | None) -> Text:
    if at_once is None or full is None:
        return UNKNOWN
    return _(
        "the file as written delivers everything at any pressure; by this number alone {lost} m³ less are delivered on "
        "its first day, {share} of {required} m³",
        **_less(at_once, full),
    )


def _minimum(written: Day | None, at_once: Day | None) -> Text:
    if written is None or at_once is None:
        return UNKNOWN
    return _(
        "the file as written delivers without pressure too; by this number alone {lost} m³ less are delivered on its "
        "first day, {share} of {required} m³",
        **_less(written, at_once),
    )


def _exponent(full: Day | None, linear: Day | None) -> Text:
    if full is None or linear is None:
        return UNKNOWN
    return _(
        "the file as written has none; with 1, the other one in use, {lost} m³ less would be delivered on its first "
        "day, {share} of {required} m³",
        **_less(full, linear),
    )


def _step(written: Day | None, ours: Day | None) -> Text:
    if written is None or ours is None:
        return UNKNOWN
    furthest = float(np.abs(written.levels_m - ours.levels_m).max(initial=0.0))
    return _(
        "the file as written has {step} s; from one to the other {moved} m³ more or less are delivered on its first "
        "day, and at its end tanks stand up to {furthest} m otherwise",
        step=number(written.step_s),
        moved=number(round(abs(written.delivered_m3 - ours.delivered_m3), 1)),
        furthest=number(round(furthest, 2)),
    )


def _leak(written: Day | None, coefficient: float) -> Text:
    if written is None:
        return UNKNOWN
    leak_m3_h = 3600 * coefficient * HOLE_M2 * sqrt(2 * GRAVITY_M_S2 * max(written.pressure_m, 0.0))
    return _(
        "the file as written has no holes (its {emitters} emitters keep their own numbers); one of 10 cm² at the mean "
        "pressure of its first day, {pressure} m, costs {leak} m³ an hour",
        emitters=number(written.emitters),
        pressure=number(round(written.pressure_m, 1)),
        leak=number(round(leak_m3_h, 1)),
    )
