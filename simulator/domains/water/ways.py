"""Where water can come from: the ways that are open from tanks and reservoirs to every node."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulator.domains.water.model import WaterNetwork


class Ways:
    """Follows the links of a network from where there is water. Pumps and check valves let it flow one way only."""

    def __init__(self, network: WaterNetwork) -> None:
        one_way = network.check_valve.copy()
        one_way[network.pumps] = True
        ends = network.ends.tolist()
        self._count = len(network.nodes)
        self._onward: tuple[tuple[tuple[int, int], ...], ...] = tuple(
            tuple(
                (link, ends[link][1] if ends[link][0] == node else ends[link][0])
                for link in links
                if ends[link][0] == node or not one_way[link]
            )
            for node, links in enumerate(network.links_at)
        )

    def dry(self, is_open: NDArray[np.bool_], sources: NDArray[np.int64]) -> NDArray[np.bool_]:
        """The nodes (N) to which no open link (L) leads from any of these nodes."""
        opened = is_open.tolist()
        dry = [True] * self._count
        queue = sources.tolist()
        for node in queue:
            dry[node] = False
        while queue:
            for link, other in self._onward[queue.pop()]:
                if dry[other] and opened[link]:
                    dry[other] = False
                    queue.append(other)
        return np.array(dry)
