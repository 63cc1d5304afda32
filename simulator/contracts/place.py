"""Where a place in degrees lies on the city's map, and back: an equirectangular map around the city's origin."""

from __future__ import annotations

import math

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the earth (IUGG)."""
METRES_PER_DEGREE = EARTH_RADIUS_M * math.pi / 180


def metres_per_degree(latitude_deg: float) -> tuple[float, float]:
    """Metres in one degree of longitude, and of latitude, at this latitude."""
    return METRES_PER_DEGREE * math.cos(math.radians(latitude_deg)), METRES_PER_DEGREE


def to_metres(
    longitude_deg: float, latitude_deg: float, origin_longitude_deg: float, origin_latitude_deg: float
) -> tuple[float, float]:
    """A place as (x_m, y_m), metres east and north of the map's origin."""
    east, north = metres_per_degree(origin_latitude_deg)
    return (longitude_deg - origin_longitude_deg) * east, (latitude_deg - origin_latitude_deg) * north


def to_degrees(x_m: float, y_m: float, origin_longitude_deg: float, origin_latitude_deg: float) -> tuple[float, float]:
    """A place of the map as longitude and latitude, the other way round."""
    east, north = metres_per_degree(origin_latitude_deg)
    return origin_longitude_deg + x_m / east, origin_latitude_deg + y_m / north
