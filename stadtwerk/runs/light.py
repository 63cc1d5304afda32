"""A run that leaves nothing behind but its history and verdict: no broker, no report, no folder."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
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
    from simulator.contracts.sensor import Readings
    from simulator.coupling import Runtime


class NoSensors(Feed):
    """A city whose sensors nobody reads. The town itself lives as it would with them: it never looks at readings."""

    gauged = False

    def connect(
        self, runtime: Runtime, readings: Path, told: Callable[[Readings], Readings] | None = None
    ) -> Telemetry:
        from gateways.simulated.gateways import DataNetwork
        from gateways.simulated.telemetry import Telemetry

        return Telemetry((), 0.0, readings, None, DataNetwork(runtime.supply.works, tuple))


def needs_sensors(scenario: Scenario) -> bool:
    """Whether a scenario breaks sensors or what they report to, looks at what gateways hold back, asks what becomes
    of readings, or has a control room that acts on them."""
    from resilience.scenario.scenario import Delivery
    from simulator.contracts.registry import registry
    from simulator.domains.ict.catalogue import CERTIFICATE_EXPIRED, FIRMWARE_UPDATE

    if scenario.control is not None and scenario.control.mode == "closed-loop":
        return True
    points = registry().faults_of_data | {FIRMWARE_UPDATE.name, CERTIFICATE_EXPIRED.name}
    looks = [look for entry in scenario.timeline for look in (entry.evidence, entry.when) if look is not None]
    if any(isinstance(item, Delivery) for item in scenario.expectations):
        return True
    return any(entry.fault in points for entry in scenario.timeline) or any(look.quantity == held() for look in looks)


def lived(
    scenario: Scenario,
    city: City,
    seed: int,
    feed: Feed,
    duration_s: float | None = None,
    prepared: Scenario | None = None,
    watched: frozenset[str] = frozenset(),
) -> History:
    """Let the city live through a resolved scenario, or through its first seconds, and say nothing of it.

    `prepared` and `watched` are those of `simulate`.
    """
    from simulator.kernel import Clock

    run = scenario.run
    clock = Clock(run.start, run.warmup_s, run.duration_s if duration_s is None else duration_s)
    with tempfile.TemporaryDirectory(prefix="stadtwerk-") as place:
        readings, quiet = Path(place) / "readings.parquet", Terminal(quiet=True)
        history, _ = simulate(
            scenario, city, clock, seed, feed, readings, None, quiet, prepared=prepared, watched=watched
        )
    return history


def feed_for(scenario: Scenario) -> Feed:
    """The city's sensors, where the scenario needs them."""
    return Feed() if needs_sensors(scenario) else NoSensors()


def light_run(
    scenario: Scenario, city: City, seed: int, seen: Callable[[Scenario, History], History] = lambda _, history: history
) -> tuple[Scenario, History, Verdict]:
    """Let the city live through a scenario and judge it. The scenario comes back as it was executed under this seed.

    Sensors are read only where the scenario needs them. Levels, events of the town and verdict are those of a whole
    run; metrics of readings are left out. `seen` may add to the history before it is judged.
    """
    from resilience.judge.judge import judge
    from resilience.judge.metrics.table import metrics_of
    from resilience.scenario.selector import resolve
    from simulator.kernel import Streams

    resolved = resolve(scenario, city, Streams(seed).stream)
    history = seen(resolved, lived(resolved, city, seed, feed_for(resolved)))
    verdict = judge(resolved, city, history)
    return resolved, history, replace(verdict, metrics=metrics_of(city, history, limits=scenario.run.below))
