"""What people lean on when the networks fail: each a state machine with a technical or analogue fallback.

One folder a thing, each with a `catalogue` (what it is, as data) and its state machines:
hospital         mains, battery, generator, by hand, none; its records and its water
rescue           rescue dispatch and its radio: trunked, isolated cell, direct mode, runners
drinking_water   one district's water: network, boiled, tank, wells and tankers, bottles
public_warning   phones, sirens, loudspeaker vans
traffic_control  traffic control centre: central, local programmes, police
town_hall        online, paper counter
waterworks       the waterworks' control room: central, by hand, local

What they share:
catalogue        the sub-system of the lifelines, and what is owed of each
lifeline         a mode, a share of the duty served, a reason
control_centre   who commands things over control links
site             what works or does not: depot, well, rescue station, siren, van
process          starts all that a city has
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.lifelines.catalogue import DOMAIN

if TYPE_CHECKING:
    from simulator.coupling.runtime import Runtime
    from simulator.lifelines.process import Lifelines


def start(runtime: Runtime) -> Lifelines | None:
    """Start every lifeline of the city, after the domains, so that what these can measure is there to be read."""
    if not any(component.domain == DOMAIN for component in runtime.city.components.values()):
        return None
    from simulator.lifelines.process import Lifelines

    return Lifelines(runtime)


__all__ = ["start"]
