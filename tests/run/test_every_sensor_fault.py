"""Every fault of sensors, their readings and gateways' software shows in the readings and leaves nothing behind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from simulator.contracts.event import EventKind
from simulator.contracts.fault import FaultPoint
from simulator.contracts.registry import registry
from simulator.contracts.ticks import to_ticks
from simulator.coupling import Runtime
from simulator.domains.energy.catalogue import GRID_SWITCH
from simulator.domains.ict.catalogue import FIRMWARE_UPDATE
from simulator.kernel import Clock
from simulator.sensors import Label, TruthFile
from stadtwerk.library import load_named_city
from stadtwerk.runs.feed import Feed
from stadtwerk.runs.wiring import close_all, start_domains

DEMO = load_named_city("demo")

STRONG = {
    "sensor-bias": {"amount": 1e6},
    "sensor-drift": {"amount": 1e6},
    "sensor-noise": {"amount": 1e6},
    "sensor-spike": {"amount": 1e6, "share": 1.0},
    "sensor-clipping": {"lowest": 1e9, "highest": 2e9},
    "clock-skew": {"offset_s": 30.0},
    "readings-duplicated": {},
    "readings-reordered": {"share": 1.0},
    "readings-replayed": {"record_s": 60.0},
    "readings-spoofed": {"factor": 2.0},
}
CARRIERS = tuple(
    {c.kind: c.id for c in DEMO.components.values() if DEMO.measured_at(c.id) and c.kind != GRID_SWITCH}.values()
)
"""One component of each kind that carries a sensor. Positions of switches stand still: stuck ones are right."""

ROUND_S = max(cohort.period_s for cohort in DEMO.cohorts)
"""In so long every sensor is read once."""


@dataclass
class Wired:
    """The demo city with its sensors and gateways, and the labels of its readings."""

    runtime: Runtime
    labels: list[Label]
    now_s: float = 0.0

    def labels_of(self, seconds: float) -> list[Label]:
        """The labels of the time that passes now."""
        first = len(self.labels)
        self.now_s += seconds
        self.runtime.clock.run_until(to_ticks(self.now_s))
        return self.labels[first:]


@pytest.fixture(scope="module")
def wired(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wired]:
    runtime, labels = Runtime.build(DEMO, Clock(datetime(2026, 5, 12, 11), 0.0, 20 * 3600.0), 1), []
    running, feed = start_domains(runtime), Feed()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TruthFile, "add", lambda self, label: labels.append(label))
        telemetry = feed.connect(runtime, Path(tmp_path_factory.mktemp("wired")) / "readings.parquet")
        yield Wired(runtime, labels)
    telemetry.discard()
    close_all(running)


@pytest.mark.parametrize("point", [*registry().sensor_faults, *registry().report_faults], ids=lambda point: point.name)
def test_a_fault_of_sensors_shows_in_readings_is_traced_and_leaves_nothing(wired: Wired, point: FaultPoint) -> None:
    runtime, faults = wired.runtime, wired.runtime.faults
    targets = CARRIERS if point in registry().sensor_faults else tuple({cohort.gateway for cohort in DEMO.cohorts[:1]})
    first = len(runtime.log.events)
    applied = {target: faults.apply(target, point.name, "first", STRONG.get(point.name, {})) for target in targets}
    labels = wired.labels_of(ROUND_S)
    assert {label.fault for label in labels} == {point.name} and {label.cause for label in labels} == {"first"}
    effects = [event for event in runtime.log.events[first:] if event.kind is EventKind.TELEMETRY]
    assert {event.subject for event in effects} == set(targets)
    assert all(event.cause == applied[event.subject] for event in effects)
    if point in registry().sensor_faults:
        wrong = {sensor.partition("/")[0] for label in labels for sensor in label.sensors}
        assert wrong == set(targets)

    for target in targets:
        faults.clear(target, point.name, "first")
    assert wired.labels_of(ROUND_S) == []
    assert not any(faults.active(target, point.name) for target in targets)


def test_software_that_nobody_can_read_holds_readings_up_until_it_is_taken_back(wired: Wired) -> None:
    runtime, faults, gateway = wired.runtime, wired.runtime.faults, DEMO.cohorts[0].gateway

    def held() -> float:
        return runtime.quantities.value(gateway, "held_readings")

    assert held() == 0
    first = len(runtime.log.events)
    applied = faults.apply(gateway, FIRMWARE_UPDATE.name, "bad", {"faulty": True})
    wired.labels_of(150.0)
    kept = held()
    assert kept > 0
    second = faults.apply(gateway, FIRMWARE_UPDATE.name, "mended", {"payload": "v2"})
    assert held() == 0
    wired.labels_of(60.0)
    back = faults.clear(gateway, FIRMWARE_UPDATE.name, "mended")  # the bad one is what is left
    wired.labels_of(150.0)
    assert held() > 0
    over = faults.clear(gateway, FIRMWARE_UPDATE.name, "bad")
    assert held() == 0
    told = [
        event
        for event in runtime.log.events[first:]
        if event.code.startswith("telemetry.software") and event.before is None
    ]
    told = [event for event in told if event.kind is EventKind.TELEMETRY]
    assert [event.cause for event in told] == [applied, second, back, over]
    assert told[1].value == kept
