"""How much each part of the water network carries, for those who ask what is worth most to mend."""

from __future__ import annotations

import math
from collections.abc import Mapping

from simulator.domains.water.model import WaterNetwork

USUAL_M_S = 1.0
"""Speed of the water in a main (assumption: usual design speeds are 0.5 to 2 m/s)."""


def capacities(network: WaterNetwork, kinds: Mapping[str, str], where: Mapping[str, int]) -> dict[str, float]:
    """Flow in m3/s by component id: a pipe's cross-section at a usual speed; what stands between pipes has its largest.

    `kinds` and `where` give each component's kind and its place among the nodes or links.
    """
    pipe = [math.pi / 4 * diameter**2 * USUAL_M_S for diameter in network.diameter_m.tolist()]
    at_node = [max((pipe[link] for link in links), default=0.0) for links in network.links_at]
    found = {}
    for name, place in where.items():
        if kinds[name] in ("junction", "tank", "reservoir"):
            found[name] = at_node[place]
        elif kinds[name] == "pipe":
            found[name] = pipe[place]
        else:
            found[name] = max(at_node[int(node)] for node in network.ends[place])
    return found
