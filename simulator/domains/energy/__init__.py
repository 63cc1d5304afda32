"""The electric grid: power flow on change, dead parts and why, re-supply, islands, emergency generators."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.coupling.runtime import Running, Runtime


def start(runtime: Runtime) -> Running | None:
    """Start the grid of a city with a power file. Raises `BadInput` for a power file that does not fit the city."""
    if runtime.city.power_file is None:
        return None
    from simulator.domains.energy.process import EnergyDomain

    return EnergyDomain(runtime)


def start_generators(runtime: Runtime) -> Running | None:
    """Start the emergency generators of a city, with or without a grid."""
    if not runtime.city.of_kind("generator"):
        return None
    from simulator.domains.energy.generator import Generators

    return Generators(runtime)
