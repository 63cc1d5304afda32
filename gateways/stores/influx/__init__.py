"""Readings into a database that speaks InfluxDB's line protocol: InfluxDB 1 and 2, VictoriaMetrics.

lines     readings as line protocol, a block of columns at once
points    points of the measurements beside readings
safekeeping  when VictoriaMetrics has what was written on disk
questions  InfluxQL, and forgetting a run
stored    which readings a database has
settings  where the database is and how to prove who one is
answers   what a database's answer means: try again, or never
writer    sends lines, and says whether to try again, or which lines will never be taken
"""

from gateways.stores.influx.answers import Refused, Retry
from gateways.stores.influx.lines import LineWriter, to_lines
from gateways.stores.influx.points import PointWriter
from gateways.stores.influx.settings import InfluxSettings
from gateways.stores.influx.writer import InfluxWriter

__all__ = ["InfluxSettings", "InfluxWriter", "LineWriter", "PointWriter", "Refused", "Retry", "to_lines"]
