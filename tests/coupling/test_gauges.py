"""Samples of what stores hold and districts get: only what changed, and a run is the same with them."""

from __future__ import annotations

import numpy as np
import pytest

from simulator.coupling import GaugeRecorder, Quantity
from simulator.coupling.gauges import PERIOD_S
from tests.support.towns import component, link, runtime, town


def rows(recorder: GaugeRecorder, subject: str, quantity: str) -> list[tuple[float, float]]:
    gauges = recorder.since(0)
    place = gauges.names.index((subject, quantity))
    here = gauges.place == place
    return list(zip((gauges.at[here] / 1000).tolist(), gauges.values[here].tolist(), strict=True))


def test_what_changes_is_taken_down_when_it_changes() -> None:
    world = runtime(town([component("tank", "tank")]))
    volume = np.array([100.0])
    world.quantities.register(Quantity("volume_m3", "m3", ("tank",), volume.view))
    world.clock.at(400_000, "drain", lambda: volume.__setitem__(0, 90.0))
    world.clock.at(1_000_000, "unknown", lambda: volume.__setitem__(0, np.nan))
    recorder = GaugeRecorder(world)
    recorder.start()
    world.clock.run_until(1_300_000)
    assert rows(recorder, "tank", "volume_m3") == [(0.0, 100.0), (2 * PERIOD_S, 90.0)]
    assert recorder.samples == 5
    later = recorder.since(2)
    assert later.at.tolist() == [600_000]
    assert recorder.since(3).at.tolist() == []


def test_districts_get_the_sum_over_what_stands_there() -> None:
    city = town([component(*named) for named in (("bus-1", "bus"), ("bus-2", "bus"), ("sun", "pv"), ("road", "road"))])
    world = runtime(city)
    register = world.quantities.register
    register(Quantity("load_w", "W", ("bus-1", "bus-2"), lambda: np.array([3.0, 4.0])))
    register(Quantity("power_w", "W", ("sun",), lambda: np.array([5.0])))
    register(Quantity("speed_m_s", "m/s", ("road",), lambda: np.array([13.0])))
    recorder = GaugeRecorder(world)
    recorder.start()
    world.clock.run_until(0)
    assert rows(recorder, "d1", "load_w") == [(0.0, 7.0)]
    assert rows(recorder, "d1", "pv_w") == [(0.0, 5.0)]
    assert rows(recorder, "d1", "mean_speed_m_s") == [(0.0, 13.0)]


def test_a_battery_behind_a_link_runs_down_and_the_log_is_the_same_with_the_samples() -> None:
    def lived(with_samples: bool) -> tuple[list[tuple[float, float]], tuple[object, ...]]:
        city = town(
            [component("source", "generator", fuel_l=1.0, tank_l=1.0, burn_l_h=1.0), component("site", "radio-site")],
            [link("power", "source", "site", 1200.0)],
        )
        world = runtime(city)
        recorder = GaugeRecorder(world)
        if with_samples:
            recorder.start()
        world.clock.at(300_000, "cut", lambda: world.faults.apply("power-source-site", "link-cut", "test", {}) and None)
        world.clock.run_until(1_800_000)
        return rows(recorder, "site", "power_autonomy_s") if with_samples else [], world.log.events

    samples, events = lived(True)
    assert samples == [(0.0, 1200.0), (600.0, pytest.approx(900.0)), (900.0, 600.0), (1200.0, 300.0), (1500.0, 0.0)]
    assert events == lived(False)[1]
    assert any(event.kind == "autonomy-used" for event in events)  # type: ignore[attr-defined]
