"""A second EPANET project of the town's network, which takes over how the first one stands and is asked something else.

EPANET answers one question in one run. What would be if a fire were fought now, or where the water of a tank goes, is
asked of a second project of the same network: with the tank levels, set-points, closures and holes of the first it has
its flows, and the first goes on as if nobody had asked.
"""

from __future__ import annotations

import ctypes
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from epanet import toolkit as tk
from numpy.typing import NDArray

from simulator.domains.water.model import WaterNetwork

Buffer = tuple[tk.doubleArray, NDArray[np.float64]]
"""What the toolkit is handed, and what we read."""


def buffer(n: int) -> Buffer:
    array = tk.doubleArray(max(n, 1))
    return array, np.ctypeslib.as_array((ctypes.c_double * n).from_address(int(array.cast())))


_OPEN_END_S = 2**31 - 1
_TRIES = 5
_MISSING = -1e9
_SAME = 1e-9
_OPTIONS = (tk.EMITEXPON, tk.EMITBACKFLOW, tk.UNBALANCED)


def _level(project: Any, tank: int) -> float:
    return float(tk.getnodevalue(project, tank, tk.HEAD) - tk.getnodevalue(project, tank, tk.ELEVATION))


class Shadow:
    """A project of the same network as `of`, without a will of its own. It may have more nodes and links than that
    one: junctions and links behind those of the network, tanks wherever they are by then.

    It is handed over as it was just opened. `take_options` comes before its hydraulics are opened.
    """

    def __init__(self, project: Any, of: Any, network: WaterNetwork) -> None:
        self._ph, self._of, self._network = project, of, network
        links, nodes = len(network.links), len(network.nodes)
        own_links, own_nodes = tk.getcount(project, tk.LINKCOUNT), tk.getcount(project, tk.NODECOUNT)
        wanted = (tk.STATUS, tk.SETTING, tk.MINORLOSS)
        self._link_values = {p: (buffer(links), buffer(own_links)) for p in wanted}
        self._emitters = buffer(nodes), buffer(own_nodes)
        self._tanks = tuple(
            (int(tank) + 1, int(tk.getnodeindex(project, network.nodes[tank]))) for tank in network.tanks.tolist()
        )

    def take_options(self) -> None:
        """An open end, the demand model and the options of the other project, and no rules and patterns of pumps."""
        ph, of = self._ph, self._of
        tk.setstatusreport(ph, tk.NO_REPORT)
        tk.setreport(ph, "MESSAGES NO")
        tk.settimeparam(ph, tk.DURATION, _OPEN_END_S)
        tk.settimeparam(ph, tk.REPORTSTEP, _OPEN_END_S)
        tk.setdemandmodel(ph, *tk.getdemandmodel(of))
        for option, value in zip(_OPTIONS, self.options(), strict=True):
            tk.setoption(ph, option, value)
        for index in range(tk.getcount(ph, tk.RULECOUNT), 0, -1):
            tk.deleterule(ph, index)
        for link, kind in enumerate(self._network.link_kind, 1):
            if kind == "pump":
                tk.setlinkvalue(ph, link, tk.LINKPATTERN, 0)

    def options(self) -> list[float]:
        """What is taken over of how the other project solves."""
        return [float(tk.getoption(self._of, option)) for option in _OPTIONS]

    def level(self, theirs: int) -> float:
        """The level of a tank of the other project, in its unit."""
        return _level(self._of, theirs)

    def copy_levels(self) -> None:
        for theirs, tank in self._tanks:
            level, mine = self.level(theirs), _level(self._ph, tank)
            low, high = (tk.getnodevalue(self._ph, tank, edge) for edge in (tk.MINLEVEL, tk.MAXLEVEL))
            margin = _SAME * (high - low)
            level = min(max(level, low + margin), high - margin)
            if abs(level - mine) > margin:
                tk.setnodevalue(self._ph, tank, tk.TANKLEVEL, level)

    def copy_links(self, may_open: Callable[[int], bool] | None = None) -> None:
        """As they stand there. With `may_open` a link that only EPANET has shut for the time being, because its tank is
        full or its pump had nothing to do, is as its controls want it: it may be needed now."""
        ph, network = self._ph, self._network
        for prop, (theirs, mine) in self._link_values.items():
            tk.getlinkvalues(self._of, prop, theirs[0])
            tk.getlinkvalues(ph, prop, mine[0])
        (is_open, was_open), (setting, had), (loss, lost) = (
            (theirs[1], mine[1][: len(network.links)]) for theirs, mine in self._link_values.values()
        )
        if may_open is not None:
            for link in np.flatnonzero(is_open < 0.5).tolist():
                is_open[link] = may_open(link)
        differ = (is_open != was_open) | (setting != had) | (loss != lost)
        for link in np.flatnonzero(differ).tolist():
            kind = network.link_kind[link]
            if loss[link] != lost[link] and kind != "pump":
                tk.setlinkvalue(ph, link + 1, tk.MINORLOSS, loss[link])
            runs = kind == "pump" and is_open[link] and setting[link] > 0
            acts = kind == "valve" and setting[link] > _MISSING and tk.getlinktype(ph, link + 1) != tk.GPV
            if runs or acts:
                tk.setlinkvalue(ph, link + 1, tk.SETTING, setting[link])
            elif not network.check_valve[link]:
                tk.setlinkvalue(ph, link + 1, tk.STATUS, int(is_open[link] > 0.5))

    def copy_emitters(self) -> None:
        theirs, mine = self._emitters
        tk.getnodevalues(self._of, tk.EMITTER, theirs[0])
        tk.getnodevalues(self._ph, tk.EMITTER, mine[0])
        junctions = len(self._network.nodes) - len(self._network.tanks) - len(self._network.reservoirs)
        for node in np.flatnonzero(theirs[1][:junctions] != mine[1][:junctions]).tolist():
            tk.setnodevalue(self._ph, node + 1, tk.EMITTER, theirs[1][node])

    def solve(self) -> None:
        """Solve this second."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for left in reversed(range(_TRIES)):
                try:
                    tk.runH(self._ph)
                    break
                except Exception:  # the toolkit raises nothing narrower; see the engine
                    if not left:
                        raise
