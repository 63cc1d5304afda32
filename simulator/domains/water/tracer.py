"""Where contaminated water goes: EPANET's own quality engine, beside the town's network while it is needed."""

from __future__ import annotations

from typing import Any

import numpy as np
from epanet import toolkit as tk
from numpy.typing import NDArray

from simulator.city.water_file import close_water_file
from simulator.domains.water.model import WaterNetwork
from simulator.domains.water.shadow import Shadow, buffer

QUALITY_STEP_S = 60
"""Step in which water moves along pipes (EPANET's usual tenth of a hydraulic step, rounded up)."""
CLEAN = 1e-3
"""The network is clean again when no node, tank or pipe holds a larger share of contaminated water (assumption)."""

_DAY_S = 86400.0
_NO_REACTION = 1e-12
"""EPANET leaves reactions out for good in a project that has none when it starts."""
_NO_SOURCE = 1e-12
"""A source of strength 0 is passed over, and the reservoir keeps the quality it had."""


class Tracer(Shadow):
    """A second project of the same network, which follows the first one step by step and carries the quality.

    It is handed over as it was just opened, and closed here.

    EPANET cannot begin to follow quality in the middle of a run, and to do it all the time would cost every day more
    than its hydraulics. So a second project is opened when the first contamination comes, without controls of its own;
    at each step it gets the tank levels, set-points, closures and holes of the first, and so has its flows.

    The quality is a share: the part of the water that was in a contaminated source or tank. A source has the share 1
    while it is contaminated. In a tank that is, water turns to 1 at once, as by a reaction that ends there; it is
    thinned by what flows in once the tank itself is clean. What an open drain lets out of a tank meanwhile does not
    change how its water is thinned.
    """

    def __init__(self, project: Any, of: Any, network: WaterNetwork, t_s: int, step_s: int) -> None:
        super().__init__(project, of, network)
        ph = project
        self._dirty: set[int] = set()
        links, nodes = len(network.links), len(network.nodes)
        self._node_share, self._link_share = buffer(nodes), buffer(links)
        self._set_up(t_s, step_s)
        tk.openH(ph)
        self.copy_levels()
        tk.initH(ph, tk.NOSAVE)
        tk.openQ(ph)
        tk.initQ(ph, tk.NOSAVE)
        self.sync()

    @property
    def share(self) -> NDArray[np.float64]:
        """Share of contaminated water at each node; a live view."""
        return self._node_share[1]

    @property
    def flow(self) -> NDArray[np.float64]:
        """Flow in each link in units of the file, which is that of the network it follows."""
        values = buffer(len(self._network.links))
        tk.getlinkvalues(self._ph, tk.FLOW, values[0])
        return values[1].copy()

    @property
    def clean(self) -> bool:
        """Whether nothing is contaminated and all of it is flushed out."""
        return not self._dirty and max(self.share.max(initial=0.0), self._link_share[1].max(initial=0.0)) < CLEAN

    def contaminate(self, node: int, on: bool) -> None:
        """Water in (or from) this tank or reservoir is contaminated from now on, or no longer."""
        (self._dirty.add if on else self._dirty.discard)(node)
        if self._network.node_kind[node] == "reservoir":
            tk.setnodevalue(self._ph, node + 1, tk.SOURCEQUAL, 1.0 if on else _NO_SOURCE)
        else:
            tk.setnodevalue(self._ph, node + 1, tk.TANK_KBULK, _DAY_S / QUALITY_STEP_S if on else _NO_REACTION)

    def follow(self, seconds: int) -> None:
        """Move the water on by what the followed network has lived through, with the flows it had, and look again."""
        moved = 0
        while moved < seconds:
            if moved:
                self._run()
            tk.settimeparam(self._ph, tk.HYDSTEP, seconds - moved)
            tk.settimeparam(self._ph, tk.QUALSTEP, min(QUALITY_STEP_S, seconds - moved))
            step = int(tk.nextH(self._ph))
            tk.nextQ(self._ph)
            if step <= 0:
                raise RuntimeError("EPANET's quality engine stands still")
            moved += step
        self.sync()

    def sync(self) -> None:
        """Take over how the followed network stands now, and solve that."""
        self.copy_levels()
        self.copy_links()
        self.copy_emitters()
        tk.setoption(self._ph, tk.DEMANDMULT, tk.getoption(self._of, tk.DEMANDMULT))
        self._run()
        tk.getnodevalues(self._ph, tk.QUALITY, self._node_share[0])
        tk.getlinkvalues(self._ph, tk.LINKQUAL, self._link_share[0])
        self.share[self._network.reservoirs] = 0.0  # EPANET says so only once water has moved
        self.share[list(self._dirty)] = 1.0

    def close(self) -> None:
        tk.closeQ(self._ph)
        tk.closeH(self._ph)
        close_water_file(self._ph)

    # inside

    def _set_up(self, t_s: int, step_s: int) -> None:
        ph, of, network = self._ph, self._of, self._network
        tk.settimeparam(ph, tk.HYDSTEP, step_s)
        tk.settimeparam(ph, tk.QUALSTEP, min(QUALITY_STEP_S, step_s))
        tk.settimeparam(ph, tk.PATTERNSTART, int(tk.gettimeparam(of, tk.PATTERNSTART)) + t_s)
        self.take_options()
        for index in range(tk.getcount(ph, tk.CONTROLCOUNT), 0, -1):
            tk.deletecontrol(ph, index)
        tk.setqualtype(ph, tk.CHEM, "share", "mg/L", "")
        for option, value in ((tk.BULKORDER, 1), (tk.TANKORDER, 1), (tk.WALLORDER, 1), (tk.CONCENLIMIT, 1)):
            tk.setoption(ph, option, value)
        for link, kind in enumerate(network.link_kind, 1):
            if kind == "pipe":
                tk.setlinkvalue(ph, link, tk.KBULK, 0.0)
                tk.setlinkvalue(ph, link, tk.KWALL, 0.0)
        for node, node_kind in enumerate(network.node_kind, 1):
            tk.setnodevalue(ph, node, tk.INITQUAL, 0.0)
            if _has_source(ph, node):
                tk.setnodevalue(ph, node, tk.SOURCEQUAL, 0.0)
            if node_kind == "reservoir":
                tk.setnodevalue(ph, node, tk.SOURCEQUAL, _NO_SOURCE)
                tk.setnodevalue(ph, node, tk.SOURCETYPE, tk.CONCEN)
            elif node_kind == "tank":
                tk.setnodevalue(ph, node, tk.TANK_KBULK, _NO_REACTION)

    def _run(self) -> None:
        self.solve()
        tk.runQ(self._ph)


def _has_source(project: Any, node: int) -> bool:
    try:
        tk.getnodevalue(project, node, tk.SOURCEQUAL)
    except Exception:  # "undefined source node"
        return False
    return True
