"""How the trips of a day spread over its hours, for trip tables that do not say."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.city.road_file import HOUR_S, Trips
from simulator.contracts.city import Assumption

HOURLY_WEIGHT = (
    *(0.6, 0.4, 0.3, 0.3, 0.5, 1.7, 4.4, 7.4, 6.6, 5.0, 4.9, 5.2),
    *(5.6, 5.6, 5.9, 6.8, 7.9, 8.2, 6.9, 5.3, 3.9, 3.0, 2.0, 1.2),
)
"""Weight of each hour of a working day (assumption: a morning peak at 7, a higher and longer one at 16 to 18)."""

HOURLY_ASSUMPTION = Assumption(
    "car trips by hour",
    "the trip table does not say when people drive: it is taken as one working day and spread over the hours with a "
    f"morning peak at 7 ({HOURLY_WEIGHT[7] / sum(HOURLY_WEIGHT):.1%}) and an evening peak at 17 "
    f"({HOURLY_WEIGHT[17] / sum(HOURLY_WEIGHT):.1%})",
)


def spread(origin: str, destination: str, trips: float) -> Iterator[Trips]:
    """The trips of a day from one node to another as twenty-four windows of an hour."""
    total = sum(HOURLY_WEIGHT)
    for hour, weight in enumerate(HOURLY_WEIGHT):
        yield Trips(origin, destination, hour * HOUR_S, (hour + 1) * HOUR_S, trips * weight / total)
