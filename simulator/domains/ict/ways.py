"""Which way the readings of each gateway take to the data centre: the usual one, another one, or none."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from simulator.coupling.runtime import Runtime
from simulator.domains.ict import events
from simulator.domains.ict.model import DataGraph, Route

USUAL, OTHER, NONE = "usual-way", "other-way", "none"
_WHY = {USUAL: events.USUAL_WAY, OTHER: events.OTHER_WAY, NONE: events.NO_WAY}


class Ways:
    """The path redundancy of gateways as modes. The usual way is the fastest one at the begin.

    A gateway that has none at the begin is never on a usual way.
    """

    def __init__(self, runtime: Runtime, graph: DataGraph, routes: Mapping[str, Route | None]) -> None:
        self._runtime = runtime
        self._routes = {gateway: route for gateway, route in routes.items() if gateway in runtime.city.components}
        self._edges = {
            gateway: np.array([graph.edge[link] for link in route.links], dtype=np.int64)
            for gateway, route in self._routes.items()
            if route is not None
        }
        self._nodes = {
            gateway: np.array([graph.index[node] for node in route.nodes], dtype=np.int64)
            for gateway, route in self._routes.items()
            if route is not None
        }
        self._mode = dict.fromkeys(
            (name for name in self._routes if runtime.city.components[name].kind == "gateway"), USUAL
        )

    def update(
        self,
        works: NDArray[np.bool_],
        usable: NDArray[np.bool_],
        online: Mapping[str, bool],
        changed: Mapping[str, int | None],
        cause: int | None,
    ) -> None:
        """Look again: what works, which edges carry, which gateways reach the data centre, and what changed."""
        for gateway, before in self._mode.items():
            usual = gateway in self._edges and usable[self._edges[gateway]].all() and works[self._nodes[gateway]].all()
            mode = NONE if not online[gateway] else USUAL if usual else OTHER
            if mode == before:
                continue
            self._mode[gateway] = mode
            route = self._routes[gateway]
            on_way = (gateway,) if route is None else (*route.nodes, *route.links)
            because = next((changed[x] for x in on_way if changed.get(x) is not None), cause)
            self._runtime.mode(gateway, before, mode, _WHY[mode], None, because)
