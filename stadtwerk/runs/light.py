"""A run that leaves nothing behind but its history and verdict: no broker, no report, no folder."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from stadtwerk.runs.feed import Feed, held
from stadtwerk.runs.simulate import simulate
from stadtwerk.terminal import Terminal

if TYPE_CHECKING:
    from gateways.simulated.telemetry import Telemetry
    from resilience.judge.verdict import Verdict
    from resilience.scenario.scenario import Scenario
    from simulator.contracts.city import City
    from simulator.contracts.history import History
    from simulator.coupling import Runtime


class NoSensors(Feed):
    """A city whose sensors nobody reads. The town itself lives as it would with them: it never looks at readings."""

    gauged = False

    def connect(self, runtime: Runtime, readings: Path) -> Telemetry:
        from gateways.simulated.gateways import DataNetwork
        from gateways.simulated.telemetry import Telemetry

        return Telemetry((), 0.0, readings, None, DataNetwork(runtime.supply.works, tuple))


def needs_sensors(scenario: Scenario) -> bool:
    """Whether a scenario breaks sensors or what they report to, looks at what gateways hold back, or asks what becomes
    of readings."""
    from resilience.scenario.scenario import Delivery
    from simulator.contracts.registry import registry
    from simulator.domains.ict.catalogue import CERTIFICATE_EXPIRED, FIRMWARE_UPDATE

    points = {
        point.name
        for point in (*registry().sensor_faults, *registry().report_faults, FIRMWARE_UPDATE, CERTIFICATE_EXPIRED)
    }
    looks = [look for entry in scenario.timeline for look in (entry.evidence, entry.when) if look is not None]
    if any(isinstance(item, Delivery) for item in scenario.expectations):
        return True
    return any(entry.fault in points for entry in scenario.timeline) or any(look.quantity == held() for look in looks)


def light_run(scenario: Scenario, city: City, seed: int) -> tuple[Scenario, History, Verdict]:
    """Let the city live through a scenario and judge it. The scenario comes back as it was executed under this seed.

    Sensors are read only where the scenario needs them. Levels, events of the town and verdict are those of a whole
    run; metrics of readings are left out.
    """
    from resilience.judge.judge import judge
    from resilience.judge.metrics.table import metrics_of
    from resilience.scenario.selector import resolve
    from simulator.kernel import Clock, Streams

    resolved = resolve(scenario, city, Streams(seed).stream)
    clock = Clock(resolved.run.start, resolved.run.warmup_s, resolved.run.duration_s)
    feed = Feed() if needs_sensors(resolved) else NoSensors()
    with tempfile.TemporaryDirectory(prefix="stadtwerk-") as place:
        readings = Path(place) / "readings.parquet"
        history, _ = simulate(resolved, city, clock, seed, feed, readings, None, Terminal(quiet=True))
    verdict = judge(resolved, city, history)
    return resolved, history, replace(verdict, metrics=metrics_of(city, history, limits=scenario.run.below))
