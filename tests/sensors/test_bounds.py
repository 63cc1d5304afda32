"""Readings stay within what can be, and a sensor without power is silent; by hand from the noise of a seed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from simulator.city.generator.layer import Layer, Laying
from simulator.contracts.component import Component, Domain
from simulator.contracts.registry import registry
from simulator.contracts.sensor import Quality, Readings, SensorCohort
from simulator.coupling import Runtime
from simulator.coupling.runtime import Quantity
from simulator.domains.energy.catalogue import BATTERY, POWER
from simulator.domains.energy.town import sensors
from simulator.kernel import Clock, Streams
from simulator.sensors import Sampler
from simulator.sensors.sampler import Panel
from stadtwerk.library import load_named_city
from tests.support.towns import component, link, town

NOON = datetime(2026, 1, 14, 12)

NEVER_BELOW_NOTHING = (
    "pressure_m", "level_m", "voltage_pu", "loading_pu", "speed_m_s", "queue_veh", "fuel_l", "battery_left_s",
)  # fmt: skip
"""A gauge pressure transmitter starts at 0 bar; no depth, speed, count or stock lies below nothing."""


def cohort(quantity: str, count: int = 200) -> SensorCohort:
    return SensorCohort("c", "gw", quantity, "", tuple(f"x-{i}" for i in range(count)), 2.0, 60.0)


@pytest.mark.parametrize("quantity", NEVER_BELOW_NOTHING)
def test_noise_does_not_make_the_impossible(quantity: str) -> None:
    never_below_nothing(quantity)


def never_below_nothing(quantity: str) -> None:
    """At a truth of 0 half of the normal errors are below it: those show 0, the others are as they were."""
    (readings,) = Panel([cohort(quantity)], Streams(1)).read(np.zeros(200), 0)
    assert readings.values.min() == 0.0
    assert 70 < int((readings.values == 0.0).sum()) < 130
    (flow,) = Panel([cohort("flow_m3_s")], Streams(1)).read(np.zeros(200), 0)
    assert np.array_equal(np.maximum(flow.values, 0.0), readings.values), "a meter that can run backwards does"
    assert registry().quantities[quantity].least == 0.0


def test_a_sensor_at_what_has_no_power_gives_no_value_and_the_others_go_on() -> None:
    clock, taken = Clock(datetime(2026, 1, 14), 0.0, 300.0), list[Readings]()
    dark_from = 120_000
    powered = {"x-1": lambda: clock.now < dark_from}
    sampler = Sampler(
        clock, Streams(1), [cohort("pressure_m", 3)], lambda q, c: lambda: np.full(3, 50.0), taken.append,
        powered=powered,
    )  # fmt: skip
    sampler.start()
    clock.run_until(clock.end)
    for readings in taken:
        dark = readings.at >= dark_from
        assert readings.quality.tolist() == [Quality.GOOD, Quality.BAD if dark else Quality.GOOD, Quality.GOOD]
        assert np.isnan(readings.values).tolist() == [False, dark, False]


def test_a_generated_town_is_seen_as_a_control_room_sees_one() -> None:
    """Vattenfall Hamburg saw 300 to 500 of 7,000 local substations in 2014 and aimed at 2,500 by 2022: never all."""
    demo = load_named_city("demo")
    seen = Counter(cohort.quantity for cohort in demo.cohorts for _ in cohort.components)
    assert 300 / 7000 <= seen["voltage_pu"] / len(demo.of_kind("bus")) <= 2500 / 7000 + 0.01
    assert seen["fuel_l"] == len(demo.of_kind("generator"))
    assert seen["switch_closed"] == len(demo.of_kind("grid-switch"))
    assert 0 < seen["power_w"] < len(demo.of_kind("pv"))
    backed = {link.target for link in demo.links.values() if link.kind == "power" and link.autonomy_s > 0}
    assert {*demo.of_kind("mobile-site"), *demo.of_kind("telephone-exchange")} <= {
        demo.components[one] for one in backed
    }
    assert seen["battery_left_s"] == len(backed), "whoever has a battery knows how long it lasts"


def test_grid_batteries_report_their_state_of_charge() -> None:
    """All of them, to 3 % of what the one in the middle holds; a town without any has no such sensor."""
    stores = [
        Component(f"store-{i}", BATTERY, Domain("energy"), 0.0, 0.0, "", parameters={"energy_j": 1e9 * i})
        for i in (3, 1, 2)
    ]

    def rules(there: list[Component]) -> list[tuple[str, str, float]]:
        ground = SimpleNamespace(components={one.id: one for one in there}, of_kind=lambda kind: there)
        laying = Laying(cast(Any, ground), cast(Any, None), cast(Any, None), Layer())
        return [(rule.kind, rule.quantity, rule.accuracy) for rule in sensors(laying).sensors]

    assert rules(stores) == [(BATTERY, "charge_j", 0.03 * 2e9)]
    assert rules([]) == []


def test_a_battery_reports_what_is_left_and_is_silent_when_it_is_empty() -> None:
    """Half an hour at a mobile site whose power is cut after five minutes: 20 min left a quarter of an hour later."""
    parts = [component("bus", "bus"), component("site", "mobile-site")]
    runtime = Runtime.build(town(parts, [link("power", "bus", "site", 1800.0)]), Clock(NOON, 0.0, 3600.0), seed=1)
    left = Quantity("battery_left_s", "s", ("site",), lambda: np.array([runtime.supply.autonomy_left_s("site", POWER)]))
    runtime.quantities.register(left)
    taken = list[Readings]()
    sampler = Sampler(
        runtime.clock, Streams(1), [replace(cohort("battery_left_s", 1), components=("site",), accuracy=0.0)],
        lambda q, c: left.read, taken.append, powered={"site": lambda: runtime.supply.powered("site")},
    )  # fmt: skip
    sampler.start()
    runtime.clock.at(300_000, "cut", lambda: runtime.faults.apply("power-bus-site", "link-cut", "digger", {}))
    runtime.clock.run_until(runtime.clock.end)
    by_minute = {readings.at // 60_000: readings.values[0] for readings in taken}
    assert (by_minute[4], by_minute[15], by_minute[20]) == (1800.0, 1200.0, 900.0)
    assert np.isnan(by_minute[36])
