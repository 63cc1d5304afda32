"""A town lives through a scenario: the part that a run, its twin and its variants share."""

from __future__ import annotations

import gc
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.contracts.history import History
from simulator.contracts.words import Numeral, Words
from stadtwerk.runs.control import ControlRoom, plan_of
from stadtwerk.runs.events import BEGIN, END, WARM
from stadtwerk.runs.feed import Feed
from stadtwerk.runs.recorded import Recorder
from stadtwerk.terminal import Terminal

if TYPE_CHECKING:
    from gateways.simulated.telemetry import TelemetrySummary
    from resilience.scenario.scenario import Scenario
    from simulator.contracts.city import City
    from simulator.coupling import Runtime
    from simulator.coupling.runtime import Running
    from simulator.kernel import Clock

_ = Words("stadtwerk")


def room_for(scenario: Scenario, city: City, terminal: Terminal) -> Callable[[Runtime], ControlRoom] | None:
    """Makes the control room that a scenario asks for, if it does, once there is a runtime. Raises `BadInput` for a
    city without.

    What is ordinary is learned from quiet days of the city first, unless it is known.
    """
    from monitoring.checks import CHECKS
    from stadtwerk.runs.ordinary import ordinary_of

    asked = scenario.control
    if asked is None or not asked.has_room:
        return None
    plan = plan_of(city)
    sees = asked.mode != "blind" and not CHECKS.keys() <= set(asked.without)
    ordinary = None if not sees else ordinary_of(scenario, city, plan, simulate, terminal)
    return lambda runtime: ControlRoom(runtime, asked, plan, ordinary)


def simulate(
    scenario: Scenario,
    city: City,
    clock: Clock,
    seed: int,
    feed: Feed,
    readings: Path,
    speed: float | None,
    terminal: Terminal,
    started: Callable[[Runtime, tuple[Running, ...]], None] = lambda *_: None,
    prepared: Scenario | None = None,
    watched: frozenset[str] = frozenset(),
) -> tuple[History, TelemetrySummary]:
    """Let the city live through the scenario. `started` is called when all domains stand, before the clock moves.

    The networks are prepared for the faults of the scenario, or of that other one which is `prepared`. Entries that are
    only `watched` break nothing; it is looked for their evidence as if they had.
    """
    from resilience.inject.foreseen import foreseen
    from resilience.inject.injector import build_injector
    from simulator.contracts.engine_settings import with_settings
    from simulator.coupling import GaugeRecorder, Runtime
    from simulator.kernel import Pace
    from stadtwerk.runs.wiring import close_all, start_domains

    city = with_settings(city, scenario.run.settings)
    room = room_for(scenario, city, terminal)
    runtime = Runtime.build(city, clock, seed, foreseen=foreseen([prepared or scenario], city))
    runtime.log.add(BEGIN, scenario.id, after=city.name)

    def warm() -> None:
        runtime.log.add(WARM, scenario.id)

    clock.at(0, "run", warm)
    asked = scenario.record if feed.gauged else ()
    with terminal.working(_("starting the networks")):
        running = start_domains(runtime)
    control: ControlRoom | None = None
    try:
        control = None if room is None else room(runtime)
        injector = build_injector(
            scenario,
            city,
            runtime.faults,
            clock,
            runtime.quantities.value,
            runtime.crews.repair if control is None else control.repair,
            runtime.log.add,
            watched,
            runtime.networks.segment,
        )
        if scenario.crews is not None:
            runtime.crews.set_policy(scenario.crews)
        telemetry = feed.connect(runtime, readings, None if control is None else control.told)
        if control is not None:
            control.connect(telemetry, readings.parent)
        gauges = GaugeRecorder(runtime)
        if control is not None:
            control.record(gauges)
        if feed.gauged:
            gauges.start()
        feed.observe(runtime, gauges)
        recorder = Recorder(runtime, asked)
        recorder.start()
        started(runtime, running)
        try:
            pace = Pace(speed)
            gc.freeze()  # what stands now stands to the end: looking through it for garbage is in vain
            with terminal.progress(clock) as progress:
                pace.drive(clock, progress)
        except BaseException:
            telemetry.discard()
            raise
    finally:
        gc.unfreeze()
        feed.disconnect()
        if control is not None:
            control.close()
        close_all(running)
    if speed is not None and pace.lag_s > 1.0:
        feed.note(_("the run fell behind the wall clock by up to {lag}", lag=Numeral(f"{pace.lag_s:.1f} s")))
    runtime.log.add(END, scenario.id)
    summary = telemetry.close()
    levels, events = runtime.levels.courses(), runtime.log.events
    history = History(
        clock.begin,
        clock.end,
        levels,
        events,
        injector.executed,
        injector.signals,
        gauges.since(0),
        runtime.consumers.recorded(),
        telemetry.deliveries() if feed.delivers else None,
        recorder.kept() if asked else None,
    )
    return history, summary
