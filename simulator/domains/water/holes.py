"""Places along pipes at which a main may break: EPANET knows holes at nodes alone, so such pipes are split before."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from epanet import toolkit as tk

Place = tuple[str, float]
"""A pipe by its name in the network file, and a share of its length from its first node."""


def split(project: Any, places: Iterable[Place]) -> dict[Place, str]:
    """Put a node at each of these places along pipes, and return its name. To be called before hydraulics are opened.

    The first piece keeps the pipe's name, and with it its check valve, its local loss and whatever closes it; each
    further piece is a plain pipe of the same diameter and roughness (as WNTR's `split_pipe`). A node lies as high as
    the place on a straight line between the pipe's ends; beside a tank or source as high as the other end, because
    EPANET gives these the height of their bottom or of their water. Pipes that the network does not have are left out.
    """
    by_pipe: dict[str, set[float]] = {}
    for pipe, place in places:
        by_pipe.setdefault(pipe, set()).add(place)
    found: dict[Place, str] = {}
    for pipe in sorted(by_pipe):
        try:
            link = int(tk.getlinkindex(project, pipe))
        except Exception:  # the toolkit raises nothing narrower
            continue
        if tk.getlinktype(project, link) in (tk.PIPE, tk.CVPIPE):
            found |= _split(project, pipe, link, sorted(by_pipe[pipe]))
    return found


_COPIED = ("DIAMETER", "ROUGHNESS", "KBULK", "KWALL")


def _split(project: Any, pipe: str, link: int, places: list[float]) -> dict[Place, str]:
    ends = [tk.getnodeid(project, int(node)) for node in tk.getlinknodes(project, link)]
    low, high = _elevations(project, ends)
    length = float(tk.getlinkvalue(project, link, tk.LENGTH))
    copied = [(getattr(tk, name), tk.getlinkvalue(project, link, getattr(tk, name))) for name in _COPIED]
    found: dict[Place, str] = {}
    after, rest = ends[1], 1.0
    for place in reversed(places):
        node, piece = free_name(project, "N"), free_name(project, "P")
        tk.addnode(project, node, tk.JUNCTION)
        index = tk.getnodeindex(project, node)
        tk.setnodevalue(project, index, tk.ELEVATION, low + place * (high - low))
        tk.addlink(project, piece, tk.PIPE, node, after)
        other = tk.getlinkindex(project, piece)
        tk.setlinkvalue(project, other, tk.LENGTH, (rest - place) * length)
        for prop, value in copied:
            tk.setlinkvalue(project, other, prop, value)
        found[pipe, place] = after = node
        rest = place
    link = tk.getlinkindex(project, pipe)
    tk.setlinknodes(project, link, tk.getnodeindex(project, ends[0]), tk.getnodeindex(project, after))
    tk.setlinkvalue(project, link, tk.LENGTH, rest * length)
    return found


def _elevations(project: Any, ends: list[str]) -> tuple[float, float]:
    """Heights of the pipe itself at its two ends, in units of the file."""
    nodes = [int(tk.getnodeindex(project, end)) for end in ends]
    heights = [float(tk.getnodevalue(project, node, tk.ELEVATION)) for node in nodes]
    junctions = [h for h, node in zip(heights, nodes, strict=True) if tk.getnodetype(project, node) == tk.JUNCTION]
    if len(junctions) == 2:
        return heights[0], heights[1]
    height = junctions[0] if junctions else min(heights)
    return height, height


def free_name(project: Any, letter: str, stem: str = "hole") -> str:
    """A name that no node and no link has."""
    number = 1
    while True:
        name = f"{stem}-{letter}{number}"
        try:
            (tk.getnodeindex if letter == "N" else tk.getlinkindex)(project, name)
        except Exception:  # the toolkit raises nothing narrower
            return name
        number += 1
