"""A shape for each kind of component; the colour says the domain, so that kinds differ without colour too."""

from __future__ import annotations

from simulator.contracts.kinds import KINDS

SHAPES: dict[str, str] = {
    "pump": "M-4.5 0A4.5 4.5 0 1 0 4.5 0A4.5 4.5 0 1 0 -4.5 0Z",
    "tank": "M-6 -5H6L3.5 5H-3.5Z",
    "reservoir": "M0 -7C4 -2 5 0 5 2A5 5 0 0 1 -5 2C-5 0 -4 -2 0 -7Z",
    "valve": "M-5 -4L5 4V-4L-5 4Z",
    "substation": "M-6 -6H6V6H-6Z",
    "bus": "M-2 -2H2V2H-2Z",
    "generator": "M0 -6L6 5H-6Z",
    "pv": "M0 -4L4 0L0 4L-4 0Z",
    "battery": "M-6 -3H5V-1.5H6.5V1.5H5V3H-6Z",
    "signal": "M-2 -4A2 2 0 0 1 2 -4V4A2 2 0 0 1 -2 4Z",
    "server": "M-6 0L-3 -5H3L6 0L3 5H-3Z",
    "router": "M-4.5 0L-2 -4H2L4.5 0L2 4H-2Z",
    "switch": "M-3.5 0L-1.7 -3H1.7L3.5 0L1.7 3H-1.7Z",
    "radio-site": "M-6 -5H6L1.2 1V6H-1.2V1Z",
    "gateway": "M-4 4V-4L4 0Z",
    "broker": "M-4 0L0 -4L4 0L0 4ZM-1.5 0A1.5 1.5 0 1 0 1.5 0A1.5 1.5 0 1 0 -1.5 0Z",
    "hospital": "M-2 -6H2V-2H6V2H2V6H-2V2H-6V-2H-2Z",
    "rescue-dispatch": "M0 -7L2 -2H7L3 1.5L4.5 6.5L0 3.5L-4.5 6.5L-3 1.5L-7 -2H-2Z",
    "rescue-station": "M0 -5L1.4 -1.4H5L2.1 1L3.2 4.6L0 2.5L-3.2 4.6L-2.1 1L-5 -1.4H-1.4Z",
    "emergency-well": "M0 -5C3 -1 3.5 0 3.5 1.5A3.5 3.5 0 0 1 -3.5 1.5C-3.5 0 -3 -1 0 -5Z",
    "traffic-control-centre": "M-6 -1L0 -6L6 -1V5H-6Z",
    "town-hall": "M-6 5V-2H-4V-6H-1.5V-2H1.5V-6H4V-2H6V5Z",
    "waterworks": "M-6 5V-5L-2 -1V-5L2 -1V-5L6 -1V5Z",
    "network-control": "M-6 -5H6V2H1V5H-1V2H-6Z",
    "depot": "M-6 4A6 6 0 0 1 6 4Z",
}
"""SVG paths around (0, 0), about 12 wide. Kinds that are not here are too many to draw one by one."""

FAILED = "M-7 -7L7 7M7 -7L-7 7"
"""The mark of what failed: a cross over the shape."""


def domain_class(kind: str) -> str:
    """The CSS class that colours the shape."""
    return f"dom-{KINDS[kind].domain.value}" if kind in KINDS else "dom-none"
