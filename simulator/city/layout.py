"""Drawing a network whose file says nothing of where things lie."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Sequence

Point = tuple[float, float]

STEP_M = 100.0
"""Distance between neighbours in a drawn layout (assumption)."""


def neighbours(edges: Sequence[tuple[int, int]]) -> dict[int, list[int]]:
    """What each node is joined to, in the order of the edges."""
    out: dict[int, list[int]] = {}
    for a, b in edges:
        out.setdefault(a, []).append(b)
        out.setdefault(b, []).append(a)
    return out


def tree(nodes: Sequence[int], edges: Sequence[tuple[int, int]], roots: Iterable[int]) -> dict[int, Point]:
    """Rings round each root: the depth gives the radius, the order of discovery the angle."""
    near = neighbours(edges)
    depth: dict[int, int] = {}
    for root in [*roots, *nodes]:
        if root in depth:
            continue
        depth[root] = 0
        queue = deque([root])
        while queue:
            node = queue.popleft()
            for other in near.get(node, ()):
                if other not in depth:
                    depth[other] = depth[node] + 1
                    queue.append(other)
    rings: dict[int, list[int]] = {}
    for node, d in depth.items():
        rings.setdefault(d, []).append(node)
    out = {}
    for d, ring in rings.items():
        radius = STEP_M * max(d, len(ring) / (2 * math.pi) if len(ring) > 1 else d)
        for i, node in enumerate(ring):
            angle = 2 * math.pi * i / len(ring)
            out[node] = (radius * math.cos(angle), radius * math.sin(angle))
    return out
