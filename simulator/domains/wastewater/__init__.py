"""The sewer network: manholes, sewers, lifting stations, the treatment plant, and where the water comes out.

catalogue  what all others need to know of it
events     what it logs
inp        the text of a SWMM input file
model      the network as typed arrays
engine     EPA SWMM, stepwise
station    lifting stations: what stops or holds pumps, and what stands in for them
plant      the treatment plant, and what reaches water bodies untreated
measures   what is measured, and the service levels
process    when to go on, and what the town gets to know
layout     sewers laid out by rule for a town that has none
importers  the file formats that bring a network
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.domains.wastewater.catalogue import NETWORK

if TYPE_CHECKING:
    from simulator.coupling.runtime import Running, Runtime


def start(runtime: Runtime) -> Running | None:
    """Bring the city's sewers to life; None where it has none. Raises `BadInput` for what does not fit its file."""
    if NETWORK not in runtime.city.network_files:
        return None
    from simulator.domains.wastewater.process import WastewaterProcess

    return WastewaterProcess(runtime)
