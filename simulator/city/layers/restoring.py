"""How substations come back after an outage: in steps, lifelines first."""

from __future__ import annotations

from simulator.city.draft import Override
from simulator.city.layers.ground import Ground
from simulator.city.layers.layer import Layer
from simulator.contracts.city import Assumption

STEPS = 3.0
"""Steps in which a dark area comes back (assumption)."""
STEP_S = 300.0
"""Time between two of them (assumption)."""


def restoring_layer(ground: Ground) -> Layer:
    """Every substation takes its dark area back in steps, because all at once would draw too much."""
    substations = ground.of_kind("substation")
    if not substations:
        return Layer()
    parameters = {"restore_steps": STEPS, "restore_step_s": STEP_S}
    text = f"after an outage its dark area comes back in {STEPS:g} steps, {STEP_S / 60:g} min apart, lifelines first"
    return Layer(
        overrides={one.id: Override(parameters=parameters) for one in substations},
        assumptions=(Assumption("substations", text),),
    )
