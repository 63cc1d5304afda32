"""The water network: sources, pumps, tanks, mains, and whether water arrives.

model       the network as typed arrays
controls    EPANET's own automation, and how a link is taken off it
overrides   links that a fault, a lack of power or a lost control link takes hold of
engine      EPANET, stepwise
drains      open drains of tanks
holes       places along pipes at which these may break
floats      tanks that swing at an edge
edges       empty tanks that would go on giving water, full ones that would take some
tracer      where contaminated water goes
changes     what is on a component, turned into changes of the engine
as_written  what the settings of the hydraulics cost against the file as it is written
measures    what is measured, and the service levels
quality     what is declared of the quality of water
surveillance  how bad water is found: samples, and sensors on line
notices     what is known of bad water, and told to the people
process     when to solve again, and what the town gets to know
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.coupling.runtime import Running, Runtime


def start(runtime: Runtime, water_age: bool | None = None) -> Running | None:
    """Bring the city's water network to life. Raises `BadInput` for a file or component that does not fit it.

    The age of the water costs more than the hydraulics themselves: unless told, it is computed where a sensor reads it.
    """
    if runtime.city.water_file is None:
        return None
    if water_age is None:
        water_age = any(cohort.quantity == "water_age_s" for cohort in runtime.city.cohorts)
    from simulator.domains.water.process import WaterProcess

    return WaterProcess(runtime, water_age)
