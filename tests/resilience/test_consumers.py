"""Figures of single consumers: by hand, beside InfraRisk, and of networks that were lived through."""

from __future__ import annotations

import csv
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from resilience.judge.metrics import ecs, equivalent_outage_h, pcs
from resilience.judge.metrics.consumers import below, interrupted, missing, serviceability, supplied_share, supply
from resilience.judge.metrics.table import metrics_of
from resilience.judge.time_series import NotRecorded
from simulator.contracts.history import Consumers, Course
from simulator.coupling.consumers import ConsumerRecorder
from tests.resilience.second.infrarisk import TABLE
from tests.resilience.town import HOUR, history, tiny_city

ABOUT = 1e-6


def table(kind: str) -> list[dict[str, float]]:
    with TABLE.open(encoding="utf-8") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return [{k: float(v) for k, v in row.items() if k != "series" and v} for row in rows if row["series"] == kind]


def consumers(at_s: Any, due: Any, got: Any, people: Any = None, names: tuple[str, ...] = ()) -> Consumers:
    due, got = np.asarray(due, dtype=np.float64), np.asarray(got, dtype=np.float64)
    names = names or tuple(f"n{i}" for i in range(due.shape[1]))
    people = np.ones(due.shape[1]) if people is None else np.asarray(people, dtype=np.float64)
    return Consumers(
        "power-supply", "W", names, people, (1000 * np.asarray(at_s)).astype(np.int64), tuple(due), tuple(got)
    )


@pytest.mark.parametrize("kind", ["water", "power"])
def test_pcs_and_ecs_are_those_of_infrarisk(kind: str) -> None:
    rows = table(kind)
    assert len(rows) > 20
    for row in rows:
        usual = [value for name, value in row.items() if name.startswith("usual")]
        came = [value for name, value in row.items() if name.startswith("came")]
        assert pcs(came, usual) == pytest.approx(row["pcs"], abs=ABOUT)
        assert ecs(came, usual) == pytest.approx(row["ecs"], abs=ABOUT)


@pytest.mark.parametrize("kind", ["water", "power"])
def test_equivalent_outage_hours_are_those_of_infrarisk(kind: str) -> None:
    """Lines from minute to minute, as it has them for water, have the area of steps but for half a minute of the last
    value less the first."""
    rows, (area,) = table(kind), table(f"{kind}-hours")
    at_s = [60 * row["minute"] for row in rows]
    usual = [[row[f"usual{i}"] for i in range(7)] for row in rows]
    came = [[row[f"came{i}"] for i in range(7)] for row in rows]
    run, twin = consumers(at_s, usual, came), consumers(at_s, usual, usual)
    end = round(60_000 * area["minute"])
    for against in (None, twin):
        for course, name in zip(serviceability(supply(run, end, against)), ("pcs", "ecs"), strict=True):
            lines_h = 0.5 / 60 * (rows[0][name] - rows[-1][name]) if kind == "water" else 0.0
            assert equivalent_outage_h(course, 0, end) == pytest.approx(area[name] - lines_h, abs=ABOUT)


def test_one_that_requires_nothing_changes_neither() -> None:
    run = consumers([0, 3600], [[4.0, 1.0]] * 2, [[4.0, 0.0], [4.0, 1.0]])
    more = consumers([0, 3600], [[4.0, 0.0, 1.0]] * 2, [[4.0, 0.0, 0.0], [4.0, 0.0, 1.0]])
    for one, other in zip(serviceability(supply(run, 2 * HOUR)), serviceability(supply(more, 2 * HOUR)), strict=True):
        assert one.values.tolist() == other.values.tolist()


def test_required_and_undisturbed_differ_where_the_town_is_short_on_any_day() -> None:
    """10 required, 8 come on a usual day and 4 on this one, for an hour of two: 0.6 h lacking against required plus the
    0.2 h of the usual hour; against undisturbed half an hour."""
    run = consumers([0, 3600], [[10.0], [10.0]], [[4.0], [8.0]])
    twin = consumers([-60], [[10.0]], [[8.0]])
    hours = [
        equivalent_outage_h(serviceability(supply(run, 2 * HOUR, other))[0], 0, 2 * HOUR) for other in (None, twin)
    ]
    assert hours == [pytest.approx(0.8), pytest.approx(0.5)]
    assert missing(supply(run, 2 * HOUR)) == pytest.approx(6 * 3600 + 2 * 3600)
    assert missing(supply(run, 2 * HOUR, twin)) == pytest.approx(4 * 3600)
    assert supplied_share(supply(run, 2 * HOUR)) == pytest.approx(0.6)
    assert supplied_share(supply(run, 2 * HOUR, twin)) == pytest.approx(0.75)


def test_other_consumers_cannot_be_compared() -> None:
    run = consumers([0], [[1.0]], [[1.0]])
    with pytest.raises(NotRecorded, match="other consumers"):
        supply(run, HOUR, consumers([0], [[1.0]], [[1.0]], names=("other",)))


def test_interruptions_of_consumers() -> None:
    """300 people are dark for an hour, 100 lose half for two, 600 nothing; a blink of two minutes counts for nobody."""
    due = [[5.0, 2.0, 9.0]] * 5
    got = [[0.0, 1.0, 9.0], [5.0, 1.0, 9.0], [5.0, 2.0, 9.0], [5.0, 2.0, 0.0], [5.0, 2.0, 9.0]]
    run = consumers([0, 3600, 7200, 9000, 9120], due, got, [300, 100, 600])
    found = interrupted(run, 3 * HOUR)
    assert found is not None
    assert found.customer_minutes == pytest.approx(300 * 60 + 50 * 120)
    assert found.customers_interrupted == pytest.approx(350)
    assert found.saidi_min == pytest.approx(24.0) and found.saifi == pytest.approx(0.35)
    assert interrupted(consumers([0], [[1.0]], [[0.0]], [0.0]), HOUR) is None


def test_people_below_a_limit_of_ones_own() -> None:
    rows = (np.array([25.0, 15.0, 5.0]), np.array([25.0, 25.0, 25.0]))
    run = replace(consumers([0, 1800], [[1.0] * 3] * 2, [[1.0] * 3] * 2, [1, 20, 300]), measured={"pressure_m": rows})
    assert below(run, "pressure_m", 20.4, HOUR).values.tolist() == [320.0, 0.0]
    assert below(run, "pressure_m", 10.0, HOUR).values.tolist() == [300.0, 0.0]
    with pytest.raises(NotRecorded):
        below(run, "voltage", 10.0, HOUR)


class _Clock:
    now = 0


def test_the_meter_keeps_one_row_an_instant_and_one_of_the_warm_up() -> None:
    clock: Any = _Clock()
    meter = ConsumerRecorder(tiny_city(), clock).meter("power-supply", "W", ["bus-1", "bus-2"], np.array([1.0, 2.0]))
    for now, got in ((-900, 1.0), (-300, 2.0), (60_000, 0.0), (60_000, 3.0), (120_000, 9.0)):
        clock.now = now
        meter.note(np.array([2.0, -1.0]), np.array([got, got]))
    found = meter.recorded()
    assert found.at.tolist() == [-300, 60_000, 120_000]
    assert [row.tolist() for row in found.supplied] == [[2.0, 0.0]] * 3  # nobody gets more than is required
    assert found.people.tolist() == [1000.0, 3000.0]  # the only consumer of its district stands for all of it


def test_the_table_names_what_each_figure_is_held_against() -> None:
    city = tiny_city()
    run = consumers([0, 3600], [[10.0]] * 2, [[4.0], [8.0]], [4000])
    twin = consumers([0], [[10.0]], [[8.0]], [4000])
    past = replace(history(end=2 * HOUR), consumers={"power-supply": run})
    usual = replace(history(end=2 * HOUR), consumers={"power-supply": twin})
    rows = {(row.id, str(row.against)): row for row in metrics_of(city, past, undisturbed=usual)}
    assert rows["eoh-pcs", "required"].value == pytest.approx(0.8)
    assert rows["eoh-pcs", "undisturbed"].value == pytest.approx(0.5)
    assert rows["eoh-pcs", "undisturbed"].full_title.of("de") != rows["eoh-pcs", "required"].full_title.of("de")
    assert rows["ens", "required"].value == pytest.approx(8 * 3600 / 3.6e6)
    assert rows["saidi", "required"].value == pytest.approx(0.6 * 60 + 0.2 * 60)
    assert ("saidi", "undisturbed") not in rows
    assert not {"undisturbed"} & {row.against for row in metrics_of(city, past)}


def test_without_consumers_no_figure_is_made_up() -> None:
    past = history({"power-supply-d1": Course(np.zeros(1, np.int64), np.zeros(1))})
    assert not {"saidi", "ens", "eoh-pcs"} & {row.id for row in metrics_of(tiny_city(), past)}
