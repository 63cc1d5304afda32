"""What is ordinary in a city, for its control room: learned from the quiet week before a scenario, and kept.

In that week a control room without any checks switches the pumps: controls of their own, that see every level at once,
run them in other phases, and what is ordinary then is not what the room sees.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.contracts.ticks import to_s
from simulator.contracts.words import Words
from stadtwerk.runs.control import Intake, series_of
from stadtwerk.runs.feed import Feed
from stadtwerk.runs.kept import keep, place
from stadtwerk.terminal import Terminal

if TYPE_CHECKING:
    from gateways.simulated.telemetry import Telemetry
    from monitoring.ordinary import Ordinary
    from monitoring.playbooks import ControlFile
    from resilience.scenario.scenario import Scenario
    from simulator.contracts.city import City
    from simulator.contracts.sensor import Readings
    from simulator.coupling import Runtime

_ = Words("stadtwerk.runs")

DAYS = 7
"""So that every day of the week is among them."""

WARMUP_S = 7200.0
SEED = 0
"""Quiet days have weather and noise of their own: no run that is judged is learned from."""

Simulate = Callable[..., Any]


class Quiet(Feed):
    """Keeps what a control room would see, step by step."""

    gauged = False

    def __init__(self, city: City) -> None:
        from monitoring.picture import Picture

        super().__init__()
        self.series = series_of(city)
        self.picture, self._intake = Picture(self.series), Intake(self.series)
        self.rows: list[Any] = []
        self.begin_step = 0

    def connect(
        self, runtime: Runtime, readings: Path, told: Callable[[Readings], Readings] | None = None
    ) -> Telemetry:
        from monitoring.checks import STEP
        from monitoring.delivered import AFTER
        from monitoring.ordinary import DAY

        telemetry = super().connect(runtime, readings, told)
        telemetry.listen(self._intake.delivered)
        clock, fresh = runtime.clock, self.picture.fresh()
        self.begin_step = int(clock.time_of_day_s(0) // to_s(STEP)) % DAY

        def look() -> None:
            if telemetry.known_to < clock.now - AFTER:
                telemetry.advance(clock.now)
            self.picture.take(self._intake.taken(clock.now - AFTER))
            row = self.picture.step(clock.now, fresh)
            if clock.now >= 0:
                self.rows.append(row)
            if clock.now + STEP <= clock.end:
                clock.at(clock.now + STEP, "learning", look)

        clock.at(clock.begin + STEP + AFTER, "learning", look)
        return telemetry


def ordinary_of(
    scenario: Scenario, city: City, plan: ControlFile, simulate: Simulate, terminal: Terminal | None = None
) -> Ordinary:
    """What is ordinary in this city in the season of a scenario; from the user's cache where it is known."""
    from monitoring.checks import CHECKS
    from monitoring.ordinary import Ordinary, learn
    from monitoring.replay import ORDINARY
    from resilience.scenario.scenario import Control
    from simulator.kernel import Clock

    midnight = scenario.run.start.replace(hour=0, minute=0, second=0, microsecond=0)
    start = midnight - timedelta(days=7)
    path = place("ordinary", city, [start.isoformat(), _as_it_is(city)])
    if path is not None:
        try:
            known = Ordinary.load(path)
            path.touch()
            return known
        except (OSError, ValueError, KeyError):
            pass
    run = replace(scenario.run, start=start, warmup_s=WARMUP_S, duration_s=DAYS * 86400.0, heal_by_s=None)
    control = Control("closed-loop", tuple(CHECKS))
    quiet = replace(scenario, run=run, timeline=(), crews=None, expectations=(), control=control)
    feed = Quiet(city)
    say = terminal or Terminal(quiet=True)
    with say.working(_("learning what is ordinary from quiet days")), tempfile.TemporaryDirectory() as there:
        clock = Clock(run.start, run.warmup_s, run.duration_s)
        simulate(quiet, city, clock, SEED, feed, Path(there) / "readings.parquet", None, Terminal(quiet=True))
        saved = Path(there) / ORDINARY
        learn(plan, feed.series, np.array(feed.rows), feed.begin_step).save(saved)
        if path is not None:
            keep(path, {".json": saved.read_bytes()})
        return Ordinary.load(saved)  # to as many digits as it is kept and replayed with


def _as_it_is(city: City) -> str:
    """A digest of what can be otherwise than in the city's folder, as by a measure that is tried out."""
    parts = (city.components, city.links, city.districts, city.cohorts, city.settings)
    return hashlib.sha256(repr(parts).encode()).hexdigest()
