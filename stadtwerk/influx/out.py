"""Gathers lines of a run until somebody takes them."""

from __future__ import annotations

from collections.abc import Mapping

from gateways.stores.influx import PointWriter
from gateways.stores.influx.lines import Value
from simulator.contracts.measurements import Measurement
from stadtwerk.influx.identity import RunIdentity


class Out:
    """Points of one run: adds the tags `run` and `city` and turns ticks into time."""

    def __init__(self, run: RunIdentity) -> None:
        self._run = run
        self._writer = PointWriter()
        self._lines: list[bytes] = []

    def add(self, of: Measurement, tags: Mapping[str, str], fields: Mapping[str, Value], tick: int) -> None:
        complete = {"run": self._run.name, "city": self._run.city.name, **tags}
        self._lines.append(self._writer.point(of, complete, fields, self._run.ms(tick)))

    def take(self) -> list[bytes]:
        """What has come since the last call, a line each."""
        lines, self._lines = self._lines, []
        return [line for line in lines if line]
