"""EPANET as a stepwise engine: whole seconds from its own zero, open-ended, pressure-driven, SI on the way out."""

from __future__ import annotations

import ctypes
import hashlib
import math
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from epanet import _toolkit
from epanet import toolkit as tk
from numpy.typing import NDArray

from simulator.city.water_file import close_water_file, open_water_file
from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.words import Words, number
from simulator.domains.water.catalogue import EXPONENT, MINIMUM_PRESSURE, REQUIRED_PRESSURE, SETTINGS, STEP
from simulator.domains.water.controls import Automation
from simulator.domains.water.drains import GRAVITY_M_S2, Drains
from simulator.domains.water.edges import Edges
from simulator.domains.water.floats import Floats
from simulator.domains.water.holes import Place, split
from simulator.domains.water.hours import Initial
from simulator.domains.water.model import M_PER_FT, WaterNetwork
from simulator.domains.water.overrides import Overrides
from simulator.domains.water.shadow import buffer
from simulator.domains.water.tracer import Tracer
from simulator.domains.water.ways import Ways

_DEFAULTS = {one.name: float(one.default) for one in SETTINGS if isinstance(one.default, float)}
STEP_S = int(_DEFAULTS[STEP])
LEAST_APART_M = 0.1
"""EPANET takes no two pressures for its demand model that lie nearer to each other (in units of the file)."""

BUSY_STEPS = 10 * 86400 // STEP_S
"""A day with more hydraulic steps than so many is told of: ten times the usual number (assumption). Where tanks or
controls swing, the run is as right as the file, but slow, and the swinging is hardly meant."""

_ = Words("simulator.domains.water")

ASIDE_NODES = 1000
"""What is done for each solution beside solving it takes as long as that of a network of so many nodes (measured)."""


def share_of_work(nodes: int) -> int:
    """The work of one solution of a network, counted in nodes."""
    return nodes + ASIDE_NODES


_OPEN_END_S = 2**31 - 1
_TRIES = 5
_UNSOLVABLE = 110
_EXTRA_TRIALS = 10
_STILL_M3_S = 1e-5
"""Flows that change by less than 0.01 l/s in the last iteration have settled (assumption)."""
_DAY_S = 86400
EMPTY_M = 0.0005 * M_PER_FT
"""EPANET lets nothing out of a tank whose level is so near its lowest."""


@dataclass(slots=True)
class Totals:
    """Water since the engine's zero, in m3: from the reservoirs, to consumers, out of holes, out of drains of tanks,
    and what tanks at an edge were given by `Floats`."""

    supplied: float = 0.0
    delivered: float = 0.0
    leaked: float = 0.0
    drained: float = 0.0
    added: float = 0.0

    @property
    def kept(self) -> float:
        """What must be in the tanks beyond what was in them at the beginning."""
        return self.supplied - self.delivered - self.leaked - self.drained + self.added


class EpanetError(RuntimeError):
    """The solver failed and trying again did not help. Carries EPANET's code and text."""


class WaterEngine:
    """One EPANET project that is advanced to any whole second and changed in between.

    Arrays are live views, refreshed by every solve: `pressure_m`, `head_m`, `required_m3_s`, `delivered_m3_s`,
    `leak_m3_s` (N nodes), `flow_m3_s`, `link_open` (L links), `level_m`, `volume_m3`, `inflow_m3_s` (tanks),
    `pump_power_w` (pumps), `source_m3_s` (what each reservoir gives), `drawn_m3` (what consumers at each of N nodes got
    since the engine's zero),
    `age_s` (N nodes, only with `water_age`), `contaminated_share` (N nodes; `traced` says
    whether any water is or was contaminated and is not flushed out yet). Nodes to which no open way leads from a
    reservoir, or from a tank with water, surely get none: they have pressure and delivery 0, where EPANET itself gives
    a number that means nothing.

    `undetermined` counts the other junctions with demand that water could reach, if EPANET had not shut all ways there
    itself for the time being, as it does with a pump that it starves: its figures there mean nothing.
    `balanced` is false where EPANET found no solution within the file's accuracy, however often it was asked.

    `larger` are tanks, by their name in the file, that hold so many times as much as the file says. With `initial` the
    network begins in that state, else with the levels of the file. `holes` are places along pipes at which these may
    break: only there a hole is where it is said to be.

    `pressures` are settings of the demand model by name: what is left out is as in a file that is driven by pressure
    itself, else the default.

    `busy` is the number of hydraulic steps of the last full day, where that is more than `BUSY_STEPS`, else 0.

    Raises `BadInput` for a file that EPANET refuses, `EpanetError` when a solve fails for good.
    """

    def __init__(
        self,
        path: Path,
        time_of_day_s: float = 0.0,
        pressures: Mapping[str, float] = MappingProxyType({}),
        water_age: bool = False,
        step_s: int = STEP_S,
        larger: Mapping[str, float] = MappingProxyType({}),
        initial: Initial | None = None,
        holes: Iterable[Place] = (),
    ) -> None:
        self._path, self._larger, self._holes = path, larger, tuple(holes)
        self._ph, split_at = self._opened()
        ph = self._ph
        self.network = network = WaterNetwork.of(ph, split_at)
        self._units, self._step_s, self._initial = network.units, step_s, initial
        self.t_s = 0
        self.solves = 0
        self.water_age = water_age
        self._bursts: dict[int, float] = {}
        self._tracer: Tracer | None = None
        self.drains, self._floats = Drains(ph, network), Floats(ph, network)
        self.totals = Totals()
        self.drawn_m3 = np.zeros(len(network.nodes))
        self._no_consumer = np.isin(np.arange(len(network.nodes)), [*network.reservoirs, *network.tanks])
        self.busy = 0
        self._day, self._steps = 0, 0
        self.balanced = True
        self.undetermined = 0
        self.demand_factor = 1.0
        self.reads = 0
        self._ways = Ways(network)
        self._seen: tuple[bytes, bytes, bytes] | None = None
        self._dry = self._loose = np.zeros(len(network.nodes), dtype=bool)
        self._set_up(time_of_day_s, pressures)
        nodes, links = len(network.nodes), len(network.links)
        self._node_raw = {p: buffer(nodes) for p in (tk.HEAD, tk.FULLDEMAND, tk.DEMANDFLOW, tk.DEMAND)}
        self._leak_raw, self._volume_raw = buffer(nodes), buffer(nodes)
        self._link_raw = {p: buffer(links) for p in (tk.FLOW, tk.STATUS, tk.ENERGY)}
        self._age_raw = buffer(nodes)
        self.pressure_m, self.head_m = np.zeros(nodes), np.zeros(nodes)
        self.required_m3_s, self.delivered_m3_s, self.leak_m3_s = np.zeros(nodes), np.zeros(nodes), np.zeros(nodes)
        self.flow_m3_s, self.link_open = np.zeros(links), np.zeros(links, dtype=bool)
        self.level_m, self.volume_m3 = np.zeros(len(network.tanks)), np.zeros(len(network.tanks))
        self.inflow_m3_s, self.pump_power_w = np.zeros(len(network.tanks)), np.zeros(len(network.pumps))
        self.source_m3_s = np.zeros(len(network.reservoirs))
        self.age_s, self.contaminated_share = np.zeros(nodes), np.zeros(nodes)
        self._sources = np.concatenate([network.reservoirs, network.tanks])
        self._run()
        self._read()

    def close(self) -> None:
        if self._tracer is not None:
            self._tracer.close()
        tk.closeH(self._ph)
        if self.water_age:
            tk.closeQ(self._ph)
        close_water_file(self._ph)

    # time

    def advance_to(self, t_s: int) -> None:
        """Live on to `t_s` with everything as it is now; the state is then solved at that second and read."""
        if t_s < self.t_s:
            raise ValueError(f"the water network is at {self.t_s} s already, it cannot go back to {t_s} s")
        if t_s == self.t_s:
            return
        self._floats.begin()
        while self.t_s < t_s:
            since = self.t_s
            self._count(since)
            left = self._pattern_step_s - (since + self._pattern_start_s) % self._pattern_step_s
            self._set_step(min(1 if self._edges.opened_again else self._step_s, t_s - since, left))
            lived_s = int(tk.nextH(self._ph))
            self._add_up(lived_s)
            if self.water_age:
                tk.nextQ(self._ph)
            self._floats.still(lived_s)
            self.totals.added = self._floats.added_m3
            if self.drains:
                self.drains.let_out(lived_s)
                self.totals.drained += float(self.drains.rate_m3_s.sum()) * lived_s
            self._run()
            if self._tracer is not None:
                self._tracer.follow(self.t_s - since)
            if self.t_s <= since:
                raise EpanetError(f"EPANET stands still at {since} s")
            self.overrides.follow(since, self.t_s)
            self._read()  # to see where no water comes any more, also within a period

    def approach(self, t_s: int) -> bool:
        """Live on through all that EPANET itself will switch until `t_s`, by the steps that it would take anyway;
        whether there was any.

        Up to `t_s` everything then stays as it is, but the state is that of the last of these seconds. In a network
        with rules, which nobody can foresee, it is that of `t_s`.
        """
        if self._ruled:
            self.advance_to(t_s)
            return True
        since = self.t_s
        while self.t_s < t_s:
            grid_s = self._step_s - self.t_s % self._step_s
            left = self._pattern_step_s - (self.t_s + self._pattern_start_s) % self._pattern_step_s
            self._set_step(min(grid_s, left))
            after_s = _next_event_s(self._ph)
            if self.t_s + after_s > t_s:
                break
            self.advance_to(self.t_s + after_s)
        return self.t_s > since

    def reread(self) -> None:
        """Take over what was changed without a solve: links that are shut where nothing flows."""
        self._read()

    def solve(self) -> None:
        """Solve this same second again, after a change."""
        self._run()
        if self._tracer is not None:
            self._tracer.sync()
        self._read()

    def state(self) -> Initial:
        """The state to begin another run of this network with."""
        names = [self.network.nodes[node] for node in self.network.tanks.tolist()]
        return self._automation.state(dict(zip(names, self.level_m.tolist(), strict=True)))

    def beside(self) -> tuple[Any, Any]:
        """A second project of this network as it was opened, to be closed by the caller, and this one, to take over
        how it stands."""
        return self._opened()[0], self._ph

    @property
    def origin(self) -> str:
        """What its projects are opened from: the file's digest, larger tanks, places at which pipes may break."""
        digest = hashlib.sha256(self._path.read_bytes()).hexdigest()
        return repr((digest, sorted(self._larger.items()), self._holes))

    @property
    def pattern_start_s(self) -> int:
        """Where in its patterns of demand the network is now."""
        return self._pattern_start_s + self.t_s

    def unfed(self, node: int) -> bool:
        """Whether no open way leads to a node from where there is water."""
        return bool(self._dry[node] or self._loose[node])

    @property
    def traced(self) -> bool:
        return self._tracer is not None

    # changes, in force from the next `solve`; links are overridden through `overrides`

    def set_burst(self, node: int, area_m2: float) -> None:
        """A hole in the main at a node; `area_m2` is its area times the discharge coefficient, 0 mends it.

        Orifice formula q = Cd A sqrt(2 g h), as an emitter q = C h^0.5. In a file that has emitters with another
        exponent the coefficient is set so that the flow is that of the orifice at the pressure of this instant.
        """
        if area_m2 > 0:
            self._bursts[node] = area_m2
        else:
            self._bursts.pop(node, None)
        c = area_m2 * math.sqrt(2 * GRAVITY_M_S2)
        if self._exponent != 0.5:
            c *= max(float(self.pressure_m[node]), 1.0) ** (0.5 - self._exponent)
        own = self._own_emitter[node]
        value = own + c / self._units.flow_m3_s / self._units.pressure_per_m**self._exponent
        tk.setnodevalue(self._ph, node + 1, tk.EMITTER, value)

    def hole_m2(self, node: int) -> float:
        """The area of all holes at a junction, times their discharge coefficients."""
        return self._bursts.get(node, 0.0)

    def set_demand(self, factor: float) -> None:
        """Everybody takes `factor` times the water of an ordinary day."""
        self.demand_factor = factor
        tk.setoption(self._ph, tk.DEMANDMULT, self._demand * factor)

    def contaminate(self, node: int, on: bool) -> None:
        """Water in a tank, or from a reservoir, is contaminated from now on, or no longer: what is in the network then
        still has to be flushed out."""
        if self._tracer is None:
            self._tracer = Tracer(self._opened()[0], self._ph, self.network, self.t_s, self._step_s)
        self._tracer.contaminate(node, on)

    # inside

    def _opened(self) -> tuple[Any, dict[Place, str]]:
        """A project of the network as it is here: with larger tanks, and pipes split where they may break."""
        project = open_water_file(self._path)
        for tank, factor in self._larger.items():
            _enlarge(project, tank, factor)
        return project, split(project, self._holes)

    def _set_up(self, time_of_day_s: float, pressures: Mapping[str, float]) -> None:
        ph, network = self._ph, self.network
        tk.setstatusreport(ph, tk.NO_REPORT)
        tk.setreport(ph, "MESSAGES NO")
        tk.settimeparam(ph, tk.DURATION, _OPEN_END_S)
        tk.settimeparam(ph, tk.REPORTSTEP, _OPEN_END_S)  # before HYDSTEP, which may not be longer
        tk.settimeparam(ph, tk.HYDSTEP, self._step_s)
        self._quality_step_s = min(int(tk.gettimeparam(ph, tk.QUALSTEP)), self._step_s)
        shift = (round(time_of_day_s) - int(tk.gettimeparam(ph, tk.STARTTIME))) % _DAY_S
        self._pattern_start_s = int(tk.gettimeparam(ph, tk.PATTERNSTART)) + shift
        self._pattern_step_s = int(tk.gettimeparam(ph, tk.PATTERNSTEP))
        tk.settimeparam(ph, tk.PATTERNSTART, self._pattern_start_s)
        tk.settimeparam(ph, tk.STARTTIME, round(time_of_day_s) % _DAY_S)
        self._drive_by_pressure(pressures)
        _, low, high, exponent = tk.getdemandmodel(ph)
        self.minimum_pressure_m = low / self._units.pressure_per_m
        self.required_pressure_m = high / self._units.pressure_per_m
        self.pressure_exponent = float(exponent)
        if tk.getoption(ph, tk.UNBALANCED) < 0:  # "stop" would end the run at the first hard instant
            tk.setoption(ph, tk.UNBALANCED, _EXTRA_TRIALS)
        self._demand = float(tk.getoption(ph, tk.DEMANDMULT))
        self._own_emitter = np.array([tk.getnodevalue(ph, i + 1, tk.EMITTER) for i in range(len(network.nodes))])
        self._emitters = np.flatnonzero(self._own_emitter > 0).tolist()
        if not self._own_emitter.any():
            tk.setoption(ph, tk.EMITEXPON, 0.5)
            tk.setoption(ph, tk.EMITBACKFLOW, tk.FALSE)  # a hole lets water out, not in
        self._exponent = float(tk.getoption(ph, tk.EMITEXPON))
        self._accuracy = float(tk.getoption(ph, tk.ACCURACY))
        self._ruled = tk.getcount(ph, tk.RULECOUNT) > 0
        automation = Automation(ph, network, round(time_of_day_s) % _DAY_S)
        if shift:
            automation.shift(shift)
        if self._initial is not None:
            automation.begin(self._initial)
        self._automation, self.overrides = automation, Overrides(ph, network, automation)
        self._edges = Edges(ph, network, self.overrides)
        if self.water_age:
            tk.setqualtype(ph, tk.AGE, "", "", "")
        tk.openH(ph)
        tk.initH(ph, tk.NOSAVE)
        if self.water_age:
            tk.openQ(ph)
            tk.initQ(ph, tk.NOSAVE)

    def _drive_by_pressure(self, given: Mapping[str, float]) -> None:
        """Demand by pressure: with what is given, else as the file has it, else by default."""
        model, low, high, exponent = tk.getdemandmodel(self._ph)
        per_m = self._units.pressure_per_m
        own = {MINIMUM_PRESSURE: low / per_m, REQUIRED_PRESSURE: high / per_m, EXPONENT: exponent}
        meant = {**(own if model == tk.PDA else _DEFAULTS), **given}
        if model == tk.PDA and not given:
            return
        low, high = meant[MINIMUM_PRESSURE] * per_m, meant[REQUIRED_PRESSURE] * per_m
        if high - low < LEAST_APART_M:
            tk.close(self._ph)
            tk.deleteproject(self._ph)
            raise BadInput([_too_near(self._path, meant)])
        tk.setdemandmodel(self._ph, tk.PDA, low, high, meant[EXPONENT])

    def _add_up(self, lived_s: int) -> None:
        """Add what flowed in the step that EPANET has just taken; it solved for these flows at the step's beginning."""
        raw, flows = self._node_raw[tk.DEMAND]
        tk.getnodevalues(self._ph, tk.DEMAND, raw)
        unit = self._units.flow_m3_s * lived_s
        sources, tanks = float(flows[self.network.reservoirs].sum()), float(flows[self.network.tanks].sum())
        nobody = self._dry | self._loose  # where no way leads, or EPANET has shut all, its numbers mean nothing
        dry = float(flows[nobody].sum())
        out = float(flows.sum()) - sources - tanks - dry
        leak = 0.0
        if leaks := [*self._emitters, *self._bursts]:
            tk.getnodevalues(self._ph, tk.EMITTERFLOW, self._leak_raw[0])
            leak = sum(float(self._leak_raw[1][node]) for node in leaks if not nobody[node])
        own = np.where(nobody | self._no_consumer, 0.0, flows)
        for node in leaks:
            own[node] -= 0.0 if nobody[node] else self._leak_raw[1][node]
        self.drawn_m3 += own * unit
        self.totals.supplied -= sources * unit
        self.totals.leaked += leak * unit
        self.totals.delivered += (out - leak) * unit

    @property
    def tank_filled(self) -> NDArray[np.bool_]:
        """Whether each tank lets water out: nearer to its lowest level than 0.15 mm EPANET takes it for empty."""
        return np.asarray(self.level_m > self.network.tank_min_m + EMPTY_M)

    def next_empty_s(self, within_s: int, rows: Sequence[int]) -> int | None:
        """In how many seconds the first of these tanks (rows of `network.tanks`) will be empty, going on as now; None
        if none will be within that time."""
        first: int | None = None
        for row in rows:
            falls = self.drains.rate_m3_s[row] - self.inflow_m3_s[row]
            left = self.volume_m3[row] - self.network.tank_min_volume_m3[row]
            if falls * within_s > left:
                after_s = max(1, round(float(left / falls)))
                first = after_s if first is None else min(first, after_s)
        return first if first is not None and first < within_s else None

    def _count(self, t_s: int) -> None:
        if t_s // _DAY_S > self._day:
            self.busy = self._steps if self._steps > BUSY_STEPS else 0
            self._day, self._steps = t_s // _DAY_S, 0
        self._steps += 1

    def _set_step(self, step_s: int) -> None:
        if int(tk.gettimeparam(self._ph, tk.HYDSTEP)) != step_s:
            tk.settimeparam(self._ph, tk.HYDSTEP, step_s)
            if self.water_age:  # a short hydraulic step shortens the quality step for good
                tk.settimeparam(self._ph, tk.QUALSTEP, min(self._quality_step_s, step_s))

    def _run(self) -> None:
        self.overrides.start_again()
        self._solve()
        turn = 0
        while self.overrides.look() or self._edges.look(turn):
            self._solve()
            turn += 1
        if self.water_age:
            tk.runQ(self._ph)

    def _solve(self) -> None:
        with warnings.catch_warnings():  # EPANET warns of low pressure: that is what we are here to see
            warnings.simplefilter("ignore")
            for left in reversed(range(_TRIES)):
                try:
                    self.t_s = int(tk.runH(self._ph))
                except Exception as error:  # the toolkit raises nothing narrower
                    if f"Error {_UNSOLVABLE}" not in str(error) or not left:
                        raise EpanetError(f"water network at {self.t_s} s: {error}") from None
                    continue
                # After a hard change one go may not balance; the next starts from where that one ended. A network
                # without water never balances, and one that wakes up from that may look still at first: ask twice.
                exact = float(tk.getstatistic(self._ph, tk.RELATIVEERROR)) <= self._accuracy
                self.balanced = exact or self._is_still()
                if exact or (self.balanced and left < _TRIES - 1):
                    break
        self.solves += 1

    def _is_still(self) -> bool:
        return float(tk.getstatistic(self._ph, tk.MAXFLOWCHANGE)) * self._units.flow_m3_s <= _STILL_M3_S

    def _read(self) -> None:
        ph, units, network = self._ph, self._units, self.network
        for prop, (array, _) in self._node_raw.items():
            tk.getnodevalues(ph, prop, array)
        for prop, (array, _) in self._link_raw.items():
            tk.getlinkvalues(ph, prop, array)
        np.multiply(self._node_raw[tk.HEAD][1], units.length_m, out=self.head_m)
        np.subtract(self.head_m, network.elevation_m, out=self.pressure_m)
        np.multiply(self._node_raw[tk.FULLDEMAND][1], units.flow_m3_s, out=self.required_m3_s)
        np.multiply(self._node_raw[tk.DEMANDFLOW][1], units.flow_m3_s, out=self.delivered_m3_s)
        np.multiply(self._link_raw[tk.FLOW][1], units.flow_m3_s, out=self.flow_m3_s)
        np.greater(self._link_raw[tk.STATUS][1], 0.5, out=self.link_open)
        self.link_open[list(self.overrides.choked)] = False
        idle = list(self.overrides.idle)
        self.link_open[idle], self.flow_m3_s[idle] = False, 0.0
        self.source_m3_s[:] = -self._node_raw[tk.DEMAND][1][network.reservoirs] * units.flow_m3_s
        if len(network.tanks):
            tk.getnodevalues(ph, tk.TANKVOLUME, self._volume_raw[0])
            self.level_m[:] = self.pressure_m[network.tanks]
            self.volume_m3[:] = self._volume_raw[1][network.tanks] * units.volume_m3
            self.inflow_m3_s[:] = self._node_raw[tk.DEMAND][1][network.tanks] * units.flow_m3_s
        self.pump_power_w[:] = self._link_raw[tk.ENERGY][1][network.pumps] * 1000.0 * self.link_open[network.pumps]
        self.leak_m3_s[:] = 0.0
        if leaks := [*self._emitters, *self._bursts]:  # a mended hole leaves its last flow in EPANET's read-out
            tk.getnodevalues(ph, tk.EMITTERFLOW, self._leak_raw[0])
            self.leak_m3_s[leaks] = self._leak_raw[1][leaks] * units.flow_m3_s
        if self._tracer is not None:
            self.contaminated_share[:] = self._tracer.share
            if self._tracer.clean:
                self._tracer.close()
                self._tracer = None
                self.contaminated_share[:] = 0.0
        self.delivered_m3_s[self._sources] = 0.0
        self.required_m3_s[self._sources] = 0.0
        self._find_dry()
        for of_node in (self.pressure_m, self.delivered_m3_s, self.leak_m3_s):
            of_node[self._dry] = 0.0
        if self.water_age:
            tk.getnodevalues(ph, tk.QUALITY, self._age_raw[0])
            np.multiply(self._age_raw[1], 3600.0, out=self.age_s)  # EPANET counts age in hours
        self.reads += 1

    def _find_dry(self) -> None:
        """See which nodes surely get no water, and count those of which nobody can say."""
        network, could = self.network, self.link_open.copy()
        for link in np.flatnonzero(~self.link_open).tolist():
            could[link] = self.overrides.may_open(link)
        filled = self.tank_filled
        seen = (self.link_open.tobytes(), could.tobytes(), filled.tobytes())
        if seen == self._seen:
            return
        self._seen = seen
        sources = np.concatenate([network.reservoirs, network.tanks[filled]])
        self._dry = self._ways.dry(could, sources)
        self._dry[self._sources] = False  # the level of a tank is its own
        self._loose = self._ways.dry(self.link_open, sources) & ~self._dry
        self.undetermined = int((self._loose & (network.mean_demand_m3_s > 0)).sum())


def _too_near(path: Path, meant: Mapping[str, float]) -> Problem:
    what = _(
        "with the network file's own limits a minimum pressure of {low} m and a required one of {high} m leave nothing "
        "between them",
        low=number(meant[MINIMUM_PRESSURE], 1),
        high=number(meant[REQUIRED_PRESSURE], 1),
    )
    return Problem(str(path), 0, MINIMUM_PRESSURE, what, _("give both in the settings of water"))


@cache
def _library() -> ctypes.CDLL:
    return ctypes.CDLL(_toolkit.__file__)


def _next_event_s(project: Any) -> int:
    """How long EPANET's next step takes: until a tank is full or empty, a control acts or the step set is over.

    The toolkit's own wrapper cannot hand over where the answer goes to, so the library under it is asked.
    """
    event, after_s, index = ctypes.c_int(), ctypes.c_long(), ctypes.c_int()
    library = _library()
    answers = (ctypes.byref(one) for one in (event, after_s, index))
    if library.EN_timetonextevent(ctypes.c_void_p(int(project)), *answers):
        raise EpanetError("EPANET does not say when its next event is")
    return after_s.value


def _enlarge(project: Any, tank: str, factor: float) -> None:
    """Make a tank hold `factor` times as much between the same levels: a wider basin, or a volume curve of its own."""
    node = tk.getnodeindex(project, tank)
    curve = int(tk.getnodevalue(project, node, tk.VOLCURVE))
    if not curve:
        diameter, least = (tk.getnodevalue(project, node, p) for p in (tk.TANKDIAM, tk.MINVOLUME))
        tk.setnodevalue(project, node, tk.TANKDIAM, diameter * math.sqrt(factor))
        tk.setnodevalue(project, node, tk.MINVOLUME, least * factor)
        return
    points = [tk.getcurvevalue(project, curve, i + 1) for i in range(tk.getcurvelen(project, curve))]
    name = f"{tank[:20]}-larger"
    tk.addcurve(project, name)
    own = tk.getcurveindex(project, name)
    for i, (depth, volume) in enumerate(points):
        tk.setcurvevalue(project, own, i + 1, depth, volume * factor)
    tk.setnodevalue(project, node, tk.VOLCURVE, own)
