"""Figures of a run and of what an engine computed: pure functions, each with the source of its formula, in SI units.

formulas   resilience, robustness, rapidity (Bruneau); customer-minutes, SAIDI, SAIFI, CAIDI, energy not supplied;
           service availability, Todini index; PCS, ECS; availability
consumers  these of what every consumer of a network got
table      what of these a run can tell, as one table
"""

from resilience.judge.metrics.formulas import (
    Interruptions,
    Readings,
    Resilience,
    availability,
    ecs,
    equivalent_outage_h,
    interruptions,
    not_supplied,
    pcs,
    quality,
    ratios,
    resilience,
    service_availability,
    todini_index,
)

__all__ = [
    "Interruptions",
    "Readings",
    "Resilience",
    "availability",
    "ecs",
    "equivalent_outage_h",
    "interruptions",
    "not_supplied",
    "pcs",
    "quality",
    "ratios",
    "resilience",
    "service_availability",
    "todini_index",
]
