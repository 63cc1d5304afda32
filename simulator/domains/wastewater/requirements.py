"""What towns require of their sewers where nobody says otherwise, and how they are measured."""

from __future__ import annotations

from simulator.city.draft import SensorRule
from simulator.domains.wastewater import catalogue as c

DISPOSAL, CELLARS, TREATMENT = 0.99, 0.95, 0.9
"""Shares required (assumptions: nearly everybody; one low street may be flooded; what a rain spills is little)."""

_LEVEL = "assumption: 0.25 % of a range of 10 m"
_FLOW = "assumption: electromagnetic meter, 0.5 % of a flow of 200 l/s"
_RAIN = "assumption: tipping bucket of 0.1 mm, emptied each minute"

SENSORS = (
    SensorRule("well-level", "sewage_level_m", "m", 0.025, 60.0, c.STATION, basis=_LEVEL),
    SensorRule("sewage-flow", "sewage_flow_m3_s", "m3/s", 0.001, 60.0, c.PUMP, basis=_FLOW),
    SensorRule("sewer-depth", "sewer_depth_m", "m", 0.025, 300.0, c.MANHOLE, share=0.2, basis=_LEVEL),
    SensorRule("rain", "rain_mm_h", "mm/h", 6.0, 60.0, c.RAIN_GAUGE, basis=_RAIN),
)
