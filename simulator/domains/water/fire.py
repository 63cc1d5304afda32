"""Water for fire-fighting: what a hydrant would give now, as long as it has to last, at the pressure that must be left.

DVGW W 405 asks for 48, 96 or 192 m3 an hour by the use of the buildings, for two hours, with 1.5 bar left in the main,
from hydrants within 300 m. Whether the network gives it hangs on tanks and pumps as they are now, and shows nowhere
else: with the pumps dark, tanks go on giving what people draw.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from epanet import toolkit as tk
from numpy.typing import NDArray

from simulator.city.check import CITY
from simulator.city.water_file import close_water_file
from simulator.coupling.runtime import Quantity, Runtime
from simulator.domains.water.catalogue import (
    DOMAIN,
    FIRE_WATER,
    FIRE_WATER_FLOW,
    FIRE_WATER_RATIO,
    HYDRANT,
    JUNCTION,
    LASTS,
    REQUIRED_FLOW,
    RESIDUAL,
)
from simulator.domains.water.engine import EMPTY_M, WaterEngine
from simulator.domains.water.holes import free_name
from simulator.domains.water.overrides import NO_FLOW_M3_S
from simulator.domains.water.shadow import Shadow, buffer
from simulator.domains.water.ways import Ways

AFTER_S = 900
"""Hydrants are asked when something broke or was switched, but not sooner after the last time than so (assumption)."""
EVERY_S = 3600
"""And once an hour, for `CALM_S` after the last such change (assumption: until then tanks are what they were)."""
CALM_S = 86400
QUIET_S = 12 * 3600
"""On days without any such change once in so long: what is required is no more than such days give (assumption)."""
MOST_SOLVES = 24
"""Two hours that take more solves are judged by what was seen till then: tanks that swing at an edge."""
ACCURACY = 1e-3
"""Of the hydraulics here, EPANET's usual one; many files ask for a finer one."""
FIGURES = 4
"""Shares are told to a hundredth of a per cent."""
DAY_S = 86400
MOST_KNOWN = 10_000
"""So many answers are kept; then it begins anew."""
_SHORT_M, _WIDE_M = 0.1, 2.0
"""The pipe behind a hydrant: it loses nothing to speak of."""


_known: dict[bytes, tuple[float, ...]] = {}
"""Answers of this process by a digest of all that they hang on: runs of one study differ in few things, and most
of these leave the water as it is."""


@dataclass(frozen=True, slots=True)
class Draw:
    """What is asked of one place: `node` of the network, a flow, the pressure that must be left there, and how long."""

    node: int
    required_m3_s: float
    residual_m: float
    lasts_s: int


class Hydrants(Shadow):
    """A second project with a way out at each place: a valve that lets no more through than is asked for, and a check
    valve into water that stands as high as the pressure that must be left.

    So one solve gives what can be drawn without falling below it. For two hours the project goes on with the demand of
    these hours, from the levels that tanks have now. Controls by level, pressure and clock act on as they do now; rules
    and plans by elapsed time do not, and a tank that runs empty stays out (assumptions: both are rare).
    """

    def __init__(self, engine: WaterEngine, draws: Sequence[Draw]) -> None:
        project, of = engine.beside()
        network = engine.network
        self._engine, self._draws = engine, tuple(draws)
        unit = network.units
        names = [self._outlet(project, unit.length_m, network.nodes[draw.node], draw, engine) for draw in draws]
        super().__init__(project, of, network)
        self._valves = [int(tk.getlinkindex(project, name)) for name in names]
        self.take_options()
        tk.setoption(project, tk.ACCURACY, max(ACCURACY, float(tk.getoption(of, tk.ACCURACY))))
        tk.settimeparam(project, tk.PATTERNSTART, engine.pattern_start_s)
        tk.settimeparam(project, tk.HYDSTEP, max(1, *(draw.lasts_s for draw in draws)))
        for valve in self._valves:
            tk.setlinkvalue(project, valve, tk.INITSTATUS, 0)
        tk.openH(project)
        self._controls = tuple(range(1, tk.getcount(project, tk.CONTROLCOUNT) + 1))
        self._of_town = repr((engine.origin, self._draws, tk.getdemandmodel(of), *self.options())).encode()
        self._ways = Ways(network)
        self._status = buffer(tk.getcount(project, tk.LINKCOUNT))

    def close(self) -> None:
        tk.closeH(self._ph)
        close_water_file(self._ph)

    def all_m3_s(self) -> list[float]:
        """What each of the places gives all the time, one at a time, at most what is asked for."""
        state = self._state()
        if state not in _known:
            if len(_known) >= MOST_KNOWN:
                _known.clear()
            _known[state] = tuple(self.asked_m3_s())
        return list(_known[state])

    def _state(self) -> bytes:
        """A digest of the town's water as it is now, as far as it is taken over here."""
        of, engine = self._of, self._engine
        digest = hashlib.sha256(self._of_town)
        for prop, (theirs, _mine) in self._link_values.items():
            tk.getlinkvalues(of, prop, theirs[0])
            digest.update(theirs[1].tobytes())
        tk.getnodevalues(of, tk.EMITTER, self._emitters[0][0])
        digest.update(self._emitters[0][1].tobytes())
        shut = np.flatnonzero(self._link_values[tk.STATUS][0][1] < 0.5).tolist()
        controls = [tk.getcontrol(of, index) for index in self._controls]
        now = (
            engine.pattern_start_s,
            self._time_of_day_s(),
            tk.getoption(of, tk.DEMANDMULT),
            [self.level(theirs) for theirs, _mine in self._tanks],
            [engine.overrides.may_open(link) for link in shut],
            [(control[4], engine.overrides.forced(control[1] - 1)) for control in controls],
            [engine.unfed(draw.node) for draw in self._draws],
        )
        digest.update(repr(now).encode())
        return digest.digest()

    def _time_of_day_s(self) -> int:
        return (int(tk.gettimeparam(self._of, tk.STARTTIME)) + self._engine.t_s) % DAY_S

    def asked_m3_s(self, of: Sequence[int] | None = None) -> list[float]:
        """The same, solved in any case; of these places alone, where they are named."""
        ph = self._ph
        tk.settimeparam(ph, tk.PATTERNSTART, self._engine.pattern_start_s)
        tk.settimeparam(ph, tk.STARTTIME, self._time_of_day_s())
        tk.setoption(ph, tk.DEMANDMULT, tk.getoption(self._of, tk.DEMANDMULT))
        for index in self._controls:
            self._copy_control(index)
        return [self._available_m3_s(i) for i in (of if of is not None else range(len(self._draws)))]

    def _copy_control(self, index: int) -> None:
        """A control acts here if it does there, and at the level that it has there."""
        kind, link, setting, node, level = tk.getcontrol(self._ph, index)
        there = tk.getcontrol(self._of, index)[4]
        if level != there and kind != tk.TIMER:
            tk.setcontrol(self._ph, index, kind, link, setting, node, there)
        acts = kind != tk.TIMER and not self._engine.overrides.forced(link - 1)
        tk.setcontrolenabled(self._ph, index, tk.TRUE if acts else tk.FALSE)

    def _available_m3_s(self, of: int) -> float:
        draw, valve, ph = self._draws[of], self._valves[of], self._ph
        if self._engine.unfed(draw.node):
            return 0.0
        unit = self._network.units.flow_m3_s
        tk.settimeparam(ph, tk.HYDSTEP, max(1, draw.lasts_s))
        tk.initH(ph, tk.INITFLOW)  # from no flows, so that the answer hangs on the town as it is alone
        self.copy_levels()
        self.copy_links(self._engine.overrides.may_open)
        self.copy_emitters()
        tk.setlinkvalue(ph, valve, tk.SETTING, draw.required_m3_s / unit)
        least, lived_s, out = draw.required_m3_s, 0, set[int]()
        for _turn in range(MOST_SOLVES):
            self.solve()
            if emptied := self._emptied(out):
                out |= emptied
                if self._dry(draw.node, out):
                    return 0.0
                continue
            least = min(least, float(tk.getlinkvalue(ph, valve, tk.FLOW)) * unit)
            if least <= 0 or lived_s >= draw.lasts_s:
                break
            tk.settimeparam(ph, tk.HYDSTEP, draw.lasts_s - lived_s)
            lived_s += int(tk.nextH(ph))
        return max(0.0, least)

    def _emptied(self, out: set[int]) -> set[int]:
        """Shut the pipes of tanks that are empty and give water all the same, as EPANET lets some, beside those that
        are out already. Rows of tanks."""
        found, network = set[int](), self._network
        for row, (_theirs, tank) in enumerate(self._tanks):
            inflow_m3_s = float(tk.getnodevalue(self._ph, tank, tk.DEMAND)) * network.units.flow_m3_s
            if row in out or inflow_m3_s > -NO_FLOW_M3_S:
                continue
            level = float(tk.getnodevalue(self._ph, tank, tk.HEAD) - tk.getnodevalue(self._ph, tank, tk.ELEVATION))
            if level * network.units.length_m <= float(network.tank_min_m[row]) + EMPTY_M:
                found.add(row)
                for link in network.links_at[int(network.tanks[row])]:
                    if network.link_kind[link] == "pipe" and not network.check_valve[link]:
                        tk.setlinkvalue(self._ph, link + 1, tk.STATUS, 0)
        return found

    def _dry(self, node: int, out: set[int]) -> bool:
        """Whether no open way leads to a node any more, without these tanks."""
        network = self._network
        tk.getlinkvalues(self._ph, tk.STATUS, self._status[0])
        is_open = self._status[1][: len(network.links)] > 0.5
        left = [int(tank) for row, tank in enumerate(network.tanks) if row not in out]
        return bool(self._ways.dry(is_open, np.array([*network.reservoirs.tolist(), *left], dtype=np.int64))[node])

    @staticmethod
    def _outlet(project: Any, unit_m: float, at: str, draw: Draw, engine: WaterEngine) -> str:
        """Build the way out at a node: check valve, valve, pipe, water outside; the name of the valve. EPANET wants a
        pipe between this valve and any other one, and between it and water outside."""

        def node(kind: int, height: float) -> str:
            name = free_name(project, "N", HYDRANT)
            tk.addnode(project, name, kind)
            tk.setnodevalue(project, tk.getnodeindex(project, name), tk.ELEVATION, height)
            return name

        def link(kind: int, a: str, b: str) -> str:
            name = free_name(project, "P", HYDRANT)
            tk.addlink(project, name, kind, a, b)
            return name

        height = float(tk.getnodevalue(project, tk.getnodeindex(project, at), tk.ELEVATION))
        before, behind = node(tk.JUNCTION, height), node(tk.JUNCTION, height)
        outside = node(tk.RESERVOIR, height + draw.residual_m / unit_m)
        pipes = link(tk.CVPIPE, at, before), link(tk.PIPE, behind, outside)
        usual = next((n for n, kind in enumerate(engine.network.link_kind, 1) if kind == "pipe"), None)
        for name in pipes:
            pipe = tk.getlinkindex(project, name)
            tk.setlinkvalue(project, pipe, tk.LENGTH, _SHORT_M / unit_m)
            tk.setlinkvalue(project, pipe, tk.DIAMETER, _WIDE_M * 1000 if unit_m == 1.0 else _WIDE_M / unit_m * 12)
            if usual is not None:
                tk.setlinkvalue(project, pipe, tk.ROUGHNESS, tk.getlinkvalue(project, usual, tk.ROUGHNESS))
        return link(tk.FCV, before, behind)


class FireWater:
    """Asks the hydrants of the town now and then and after changes, and records their levels.

    The level of a district is the mean over its hydrants of what each gives of what is asked for (assumption: the worst
    and the typical one count alike).
    """

    def __init__(self, runtime: Runtime, engine: WaterEngine, where: Mapping[str, int]) -> None:
        self._rt, self._engine = runtime, engine
        city = runtime.city
        hydrants = city.of_kind(HYDRANT)
        self._draws = tuple(
            Draw(where[one.text(JUNCTION)], one.number(REQUIRED_FLOW), one.number(RESIDUAL), round(one.number(LASTS)))
            for one in hydrants
        )
        self._shadow: Hydrants | None = None
        self._last_s: int | None = None
        self._changed, self._change_s = False, -CALM_S
        self.flow_m3_s: NDArray[np.float64] = np.zeros(len(hydrants))
        self._district = [one.district for one in hydrants]
        self._ratio = np.ones(len(city.districts))
        if not hydrants:
            return
        names = tuple(one.id for one in hydrants)
        runtime.quantities.register(Quantity(FIRE_WATER_FLOW, "m3/s", names, lambda: self.flow_m3_s))
        runtime.quantities.register(Quantity(FIRE_WATER_RATIO, "1", tuple(city.districts), lambda: self._ratio))
        self._levels = tuple(level for level in city.levels_of(DOMAIN) if level.measure == FIRE_WATER)

    def close(self) -> None:
        if self._shadow is not None:
            self._shadow.close()

    def changed(self) -> None:
        """Something broke, was mended or switched."""
        self._changed, self._change_s = True, self._engine.t_s

    def look(self, cause: int | None) -> None:
        """Ask the hydrants if it is time to."""
        if not self._draws:
            return
        now_s = self._engine.t_s
        usual_s = EVERY_S if now_s - self._change_s < CALM_S else QUIET_S
        if self._last_s is not None and now_s - self._last_s < (AFTER_S if self._changed else usual_s):
            return
        self._last_s, self._changed = now_s, False
        if self._shadow is None:
            self._shadow = Hydrants(self._engine, self._draws)
        self.flow_m3_s[:] = self._shadow.all_m3_s()
        shares = self.shares()
        for i, district in enumerate(self._rt.city.districts):
            self._ratio[i] = shares.get(district, 1.0)
        for level in self._levels:
            self._rt.levels.record(level.id, shares.get(level.subject, 1.0), cause)

    def shares(self) -> dict[str, float]:
        """What there is of what is asked for, by district and (by no name of a district) for the whole city."""
        return shares_of(self._district, self._draws, self.flow_m3_s.tolist())


def shares_of(districts: Sequence[str], draws: Sequence[Draw], flows_m3_s: Sequence[float]) -> dict[str, float]:
    """The mean share of each district's hydrants, and of all under `city`."""
    found: dict[str, list[float]] = {}
    for district, draw, flow in zip(districts, draws, flows_m3_s, strict=True):
        share = min(1.0, flow / draw.required_m3_s) if draw.required_m3_s > 0 else 1.0
        for name in (district, CITY):
            found.setdefault(name, []).append(share)
    return {name: round(sum(shares) / len(shares), FIGURES) for name, shares in found.items()}
