"""Faults of sensors in a timeline: only where a sensor is, of a quantity that it reads."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from resilience.scenario.loader import check_scenario
from resilience.scenario.scenario import Selector
from resilience.scenario.selector import matching
from simulator.contracts.component import Domain
from simulator.contracts.document import load_document
from simulator.contracts.problem import Problem
from simulator.contracts.sensor import SensorCohort
from tests.resilience.test_scenario_files import EXPECT, HEAD
from tests.resilience.town import component, tiny_city

TINY = tiny_city()
CITY = replace(
    TINY,
    components={
        **TINY.components,
        "gateway-1": component("gateway-1", "gateway"),
        "gateway-2": component("gateway-2", "gateway"),
    },
    cohorts=(
        SensorCohort("flows", "gateway-1", "flow_m3_s", "m3/s", ("pump-1", "pump-3"), 0.1, 60.0),
        SensorCohort("pressures", "gateway-1", "pressure_m", "m", ("junction-1",), 0.1, 60.0),
    ),
)


def problems(folder: Path, *entries: str) -> list[Problem]:
    lines = [f"  - {{id: e{i}, at: 1h, for: 1h, {entry}}}\n" for i, entry in enumerate(entries)]
    path = folder / "s.yaml"
    expect = EXPECT.replace("fault: break", "fault: e0")
    path.write_text(HEAD + "timeline:\n" + "".join(lines) + expect, encoding="utf-8")
    return check_scenario(load_document(path, "s.yaml"), CITY)


@pytest.mark.parametrize(
    "entry",
    [
        "fault: sensor-stuck, target: pump-1",
        "fault: sensor-stuck, target: [pump-1, pump-3], parameters: {quantity: flow_m3_s}",
        "fault: sensor-bias, target: junction-1, parameters: {quantity: all, form: proportional, amount: 0.1}",
        "fault: sensor-clipping, selector: {domain: water, random: 3}, parameters: {lowest: 0, highest: 1}",
        "fault: readings-replayed, target: gateway-1",
    ],
)
def test_sound_entries(tmp_path: Path, entry: str) -> None:
    assert problems(tmp_path, entry) == []


@pytest.mark.parametrize(
    ("entry", "field", "what"),
    [
        ("fault: sensor-stuck, target: pump-2", "target", "'pump-2' carries no sensor"),
        (
            "fault: sensor-stuck, target: pump-1, parameters: {quantity: pressure_m}",
            "quantity",
            "no sensor reads 'pressure_m' at 'pump-1'",
        ),
        ("fault: sensor-stuck, target: pump-1, parameters: {quantity: flow}", "quantity", "is 'flow'"),
        ("fault: sensor-bias, target: pump-1", "parameters", "needs the parameter 'amount'"),
        ("fault: sensor-drift, target: pump-1, parameters: {amount: 1, form: cubic}", "form", "is 'cubic'"),
        ("fault: sensor-drift, target: pump-1, parameters: {amount: 1, reached_s: 0}", "reached_s", "0 is too small"),
        ("fault: sensor-dropout, target: pump-1, parameters: {share: 1.5}", "share", "1.5 is too big"),
        ("fault: sensor-noise, target: pump-1, parameters: {amount: -1}", "amount", "-1 is too small"),
        (
            "fault: sensor-clipping, target: pump-1, parameters: {lowest: 2, highest: 1}",
            "lowest",
            "2 is above `highest`, 1",
        ),
        ("fault: readings-spoofed, target: gateway-2, parameters: {factor: 2}", "target", "no sensor reports to"),
        ("fault: readings-spoofed, target: pump-1, parameters: {factor: 2}", "fault", "declares no 'readings-spoofed'"),
        ("fault: sensor-stuck, selector: {kind: hospital}", "selector", "finds no component"),
        ("fault: sensor-stuck, selector: {kind: pump, random: 3}", "random", "asks for 3 of 2"),
        ("fault: sensor-stuck, target: power-bus-1-pump-1", "fault", "declares no 'sensor-stuck'"),
    ],
)
def test_mistakes(tmp_path: Path, entry: str, field: str, what: str) -> None:
    found = problems(tmp_path, entry)
    assert any(field in problem.field and what in problem.what for problem in found), found


def test_two_sensors_of_one_component_may_fail_at_once_but_not_the_same_one_twice(tmp_path: Path) -> None:
    flow = "fault: sensor-stuck, target: pump-1, parameters: {quantity: flow_m3_s}"
    every = "fault: sensor-stuck, target: pump-1"
    assert problems(tmp_path, flow, every) == []
    assert any("already" in problem.what for problem in problems(tmp_path, flow, flow))


def test_a_selector_finds_only_what_carries_a_sensor() -> None:
    water = Selector(domain=Domain("water"))
    assert matching(water, "sensor-noise", CITY) == ("pump-1", "pump-3", "junction-1")
    assert matching(Selector(), "clock-skew", CITY) == ("gateway-1", "gateway-2")
