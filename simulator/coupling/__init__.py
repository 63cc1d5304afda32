"""What ties the sub-systems to each other, as data: links that carry supply, faults, levels, crews.

supply      who feeds whom, what works, and how long it goes on without
faults      the fault stack: counted by cause
gauges      samples of what stores hold and districts get
levels      the true course of the service levels
travel      how long it takes to get there over the roads
crews       who drives there and works
catalogue   crews, depots, and what can befall any place: data only
runtime     what can be measured, and where; all of the above with the city and the clock, handed to every domain
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.coupling.crews import Crews
    from simulator.coupling.faults import FaultStack
    from simulator.coupling.gauges import GaugeRecorder
    from simulator.coupling.levels import LevelRecorder
    from simulator.coupling.runtime import Quantities, Quantity, Runtime
    from simulator.coupling.supply import Supply, WitnessSupply
    from simulator.coupling.travel import Travel

_HOMES = {
    "Crews": "crews",
    "FaultStack": "faults",
    "GaugeRecorder": "gauges",
    "LevelRecorder": "levels",
    "Quantities": "runtime",
    "Quantity": "runtime",
    "Runtime": "runtime",
    "Supply": "supply",
    "Travel": "travel",
    "WitnessSupply": "supply",
}


def __getattr__(name: str) -> object:
    """Import on first use: who reads the catalogue of this room loads no numpy."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


__all__ = [
    "Crews",
    "FaultStack",
    "GaugeRecorder",
    "LevelRecorder",
    "Quantities",
    "Quantity",
    "Runtime",
    "Supply",
    "Travel",
    "WitnessSupply",
]
