"""Readings into a database that speaks InfluxDB's line protocol: InfluxDB 1 and 2, VictoriaMetrics.

lines     readings as line protocol, a block of columns at once, and points of the measurements beside them
queries   InfluxQL, forgetting a run, which readings are there
settings  where the database is and how to prove who one is
writer    sends lines: whether to try again, which lines will never be taken, when they are safely on disk
"""

from gateways.stores.influx.lines import LineWriter, PointWriter, to_lines
from gateways.stores.influx.settings import InfluxSettings
from gateways.stores.influx.writer import InfluxWriter, Refused, Retry

__all__ = ["InfluxSettings", "InfluxWriter", "LineWriter", "PointWriter", "Refused", "Retry", "to_lines"]
