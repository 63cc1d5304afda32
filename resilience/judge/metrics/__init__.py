"""Figures of a run and of what an engine computed: pure functions, each with the source of its formula, in SI units.

formulas  resilience, robustness, rapidity (Bruneau); customer-minutes, SAIDI, SAIFI, CAIDI, energy not supplied;
          service availability, people below the pressure limit, Todini index; PCS, ECS; delays; person-hours
table     what of these a run can tell, as one table
"""

from resilience.judge.metrics.formulas import (
    Interruptions,
    MeasureHours,
    Readings,
    Resilience,
    availability,
    ecs,
    energy_not_supplied_j,
    equivalent_outage_h,
    failover_s,
    interruptions,
    litres_per_person_d,
    most_people_worse,
    pcs,
    people_below_pressure,
    person_hours_by_measure,
    person_hours_worse,
    quality,
    ratios,
    recovery_point_s,
    resilience,
    service_availability,
    share_in_time,
    todini_index,
    total_delay_s,
    travel_time_index,
)

__all__ = [
    "Interruptions",
    "MeasureHours",
    "Readings",
    "Resilience",
    "availability",
    "ecs",
    "energy_not_supplied_j",
    "equivalent_outage_h",
    "failover_s",
    "interruptions",
    "litres_per_person_d",
    "most_people_worse",
    "pcs",
    "people_below_pressure",
    "person_hours_by_measure",
    "person_hours_worse",
    "quality",
    "ratios",
    "recovery_point_s",
    "resilience",
    "service_availability",
    "share_in_time",
    "todini_index",
    "total_delay_s",
    "travel_time_index",
]
