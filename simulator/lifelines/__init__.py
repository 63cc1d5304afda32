"""What people lean on when the networks fail: each a state machine with a technical or analogue fallback.

lifeline         what all of them have in common: a mode, a share of the duty served, a reason
hospital         mains, battery, generator, by hand, none
patient_records  of a hospital: online, on paper
hospital_water   of a hospital: network, roof tank, tankers
rescue           rescue dispatch and its radio: trunked, isolated cell, direct mode, runners
drinking_water   one district's water: network, boiled, tank, wells and tankers, bottles
public_warning   phones, sirens, loudspeaker vans
traffic_control  traffic control centre: central, local programmes, police
town_hall        online, paper counter
waterworks       the waterworks' control room: central, by hand, local
site             what works or does not: depot, well, rescue station, siren, van
process          starts all that a city has
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.coupling.runtime import Runtime
    from simulator.lifelines.process import Lifelines


def start(runtime: Runtime) -> Lifelines:
    """Start every lifeline of the city, after the domains, so that what these can measure is there to be read."""
    from simulator.lifelines.process import Lifelines

    return Lifelines(runtime)


__all__ = ["start"]
