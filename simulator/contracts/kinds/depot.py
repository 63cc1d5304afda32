"""The kind of place that crews come from."""

from __future__ import annotations

from simulator.contracts.component import Domain
from simulator.contracts.crews import Priority
from simulator.contracts.fault import Parameter
from simulator.contracts.kinds.kind import FUEL_NOT_DELIVERED, SITE_OUT, STAFF_ABSENT, Kind

KINDS = (
    Kind(
        "depot",
        Domain.CREW,
        "depot from which crews, fuel trucks and tankers leave",
        (SITE_OUT, STAFF_ABSENT, FUEL_NOT_DELIVERED),
        (
            Parameter("crews", "", 2.0, "assumption", "crews that do any work"),
            Parameter("electric_crews", "", 0.0, "assumption", "crews for grid, signals and buildings alone"),
            Parameter("water_crews", "", 0.0, "assumption", "crews for mains, pumps and wells alone"),
            Parameter("ict_crews", "", 0.0, "assumption", "crews for the data network and control rooms alone"),
            Parameter("roads_crews", "", 0.0, "assumption", "crews for roads alone"),
            Parameter("drivers", "", 0.0, "assumption", "drivers of fuel trucks who do nothing else"),
            Parameter("day_from_s", "s", 21600.0, "assumption: 06:00", "when the day shift begins"),
            Parameter("day_until_s", "s", 79200.0, "assumption: 22:00", "when the night shift begins"),
            Parameter("night_share", "1", 0.5, "assumption", "share of the crews on duty at night, rounded up"),
            Parameter("muster_s", "s", 900.0, "assumption", "time from the call until a crew leaves"),
            Parameter(
                "priority",
                "",
                Priority.LIFELINES.value,
                "assumption",
                "which waiting job a free crew takes",
                tuple(priority.value for priority in Priority),
            ),
            Parameter("priority_list", "", "", "assumption", "ids in order, with spaces between; for `priority: list`"),
            Parameter("parts", "", 4.0, "assumption", "spare parts in stock for each trade"),
            Parameter("parts_delivery_s", "s", 86400.0, "assumption", "time until a part that was used is replaced"),
            Parameter("fuel_trucks", "", 1.0, "assumption"),
            Parameter("truck_l", "l", 5000.0, "assumption", "fuel that one truck carries"),
            Parameter("fuel_store_l", "l", 20000.0, "assumption", "fuel at hand; what is used up is not replaced"),
        ),
    ),
)
