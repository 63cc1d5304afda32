"""What the town's sensors make of the truth: cohorts of like sensors, sampled and disturbed as NumPy arrays.

sampler    when each cohort is read; those read together, with their noise: truth in, readings out
faults     sensors that lie: which faults are in force where
transport  readings that go astray on the way to their gateway, and labels of what was wrong
catalogue  how sensors lie, and how readings go astray: data only
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.sensors.faults import SensorFaults
    from simulator.sensors.sampler import Panel, Sampler, UnreadableCohorts
    from simulator.sensors.transport import Label, Transport, TruthFile, read_labels

_HOMES = {
    "SensorFaults": "faults",
    "Panel": "sampler",
    "Sampler": "sampler",
    "UnreadableCohorts": "sampler",
    "Transport": "transport",
    "Label": "transport",
    "TruthFile": "transport",
    "read_labels": "transport",
}


def __getattr__(name: str) -> object:
    """Import on first use: who reads the catalogue of this room loads no numpy."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


__all__ = ["Label", "Panel", "Sampler", "SensorFaults", "Transport", "TruthFile", "UnreadableCohorts", "read_labels"]
