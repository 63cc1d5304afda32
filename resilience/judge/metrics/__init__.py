"""Figures of a run and of what an engine computed: pure functions, each with the source of its formula, in SI units.

loss        resilience, robustness, rapidity (Bruneau)
power       customer-minutes, SAIDI, SAIFI, CAIDI, energy not supplied
water       service availability, people below the pressure limit, Todini index, litres for each person
served      PCS, ECS and equivalent outage hours
traffic     total delay, travel-time index, emergency trips in time
people      person-hours, and how many at once
ict         availability, failover time, readings lost and late, recovery point
table       what of these a run can tell, as one table
"""

from resilience.judge.metrics.ict import Readings, availability, failover_s, recovery_point_s
from resilience.judge.metrics.loss import Resilience, quality, resilience
from resilience.judge.metrics.people import MeasureHours, most_people_worse, person_hours_by_measure, person_hours_worse
from resilience.judge.metrics.power import Interruptions, energy_not_supplied_j, interruptions
from resilience.judge.metrics.served import ecs, equivalent_outage_h, pcs, ratios
from resilience.judge.metrics.traffic import share_in_time, total_delay_s, travel_time_index
from resilience.judge.metrics.water import (
    litres_per_person_d,
    people_below_pressure,
    service_availability,
    todini_index,
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
