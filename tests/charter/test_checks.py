"""Each check finds what is planted, and is a pass without it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from resilience.judge.verdict import Value
from resilience.report.charter.evidence import CharterRun
from simulator.contracts.city import City
from simulator.contracts.component import Component
from simulator.contracts.event import Event, EventKind
from simulator.contracts.sensor import SensorCohort
from stadtwerk.charter.city_checks import check_ages, check_makers, check_owners
from stadtwerk.charter.report import carry_out
from stadtwerk.charter.run_checks import check_causes
from stadtwerk.charter.wire_checks import check_privacy, check_versions
from stadtwerk.runs.folder import event_lines
from tests.charter.test_status import PASS, run
from tests.resilience.town import tiny_city
from tests.support.towns import component, town


def owned(city: City, **changes: object) -> City:
    """The city with an owner, maker and year at every component, but for what `changes` says of the first one."""
    every = [replace(c, owner="o", maker="m", year=2020) for c in city.components.values()]
    every[0] = replace(every[0], **changes)  # type: ignore[arg-type]
    return replace(city, components=MappingProxyType({c.id: c for c in every}))


def devices(**changes: object) -> City:
    return owned(town([component("r1", "router"), component("s1", "signal"), component("b1", "bus")]), **changes)


def test_a_component_without_owner_maker_or_year_is_named() -> None:
    assert [check(devices()).value for check in (check_owners, check_makers)] == [PASS, PASS]
    assert check_ages(devices(), 2026).value is PASS
    owners, makers = check_owners(devices(owner="")), check_makers(devices(maker=""))
    assert owners.value is Value.FAIL and "r1" in owners.reason.en
    assert makers.value is Value.FAIL and "1 × router" in makers.reason.en and "1 × Router" in makers.reason.de
    assert check_ages(devices(year=None), 2026).value is Value.FAIL
    assert check_makers(town([component("b1", "bus")])).value is Value.INCONCLUSIVE


@pytest.mark.parametrize(("year", "past"), [(2026 - 8, 0), (2026 - 9, 1)])
def test_what_is_older_than_its_service_life_is_counted(year: int, past: int) -> None:
    """A router is in service for 8 years at most (StromNEV, annex 1)."""
    found = {figure.name: figure.value for figure in check_ages(devices(year=year), 2026).figures}
    assert found["past service life"] == past


def household_city() -> City:
    meters = [Component(f"meter-{i}", "household", component("x", "bus").domain, 0.0, 0.0) for i in range(6)]
    private = SensorCohort("homes-d1", "g", "power_w", "W", tuple(m.id for m in meters), 1.0, 60.0, group_size=5)
    return replace(town(meters), cohorts=(private,))


@pytest.mark.parametrize(
    ("rows", "value"),
    [
        ([("homes-d1/power_w_sum", 900.0), ("homes-d1/covered", 6.0)], Value.PASS),
        ([("homes-d1/power_w_sum", 900.0), ("homes-d1/covered", 4.0)], Value.FAIL),
        ([("homes-d1/covered", 6.0), ("meter-3/power_w", 150.0)], Value.FAIL),
        ([("pump-1/power_w", 1.0)], Value.INCONCLUSIVE),
    ],
)
def test_a_single_household_or_too_small_a_sum_in_any_run_is_found(
    rows: list[tuple[str, float]], value: Value, tmp_path: Path
) -> None:
    names, values = zip(*rows, strict=True)
    table = pa.table({"sensor": pa.array(names).dictionary_encode(), "value": pa.array(values)})
    pq.write_table(table, tmp_path / "readings.parquet")
    assert check_privacy(household_city(), [replace(run("x", a=PASS), folder=str(tmp_path))]).value is value


def test_a_reader_that_reads_otherwise_than_it_used_to_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    from gateways.wire.versions import registry as published

    assert check_versions().value is PASS
    changed = [replace(one, meaning={**one.meaning, "boot": 99}) for one in published.published()]
    monkeypatch.setattr(published, "published", lambda: tuple(changed))
    assert check_versions().value is Value.FAIL


def test_a_check_that_breaks_down_has_shown_nothing(tmp_path: Path) -> None:
    broken: CharterRun = replace(run("x", a=PASS), folder=str(tmp_path / "gone"))
    found = {check.clause: check.value for check in carry_out(household_city(), [broken])}
    assert found["3.2/privacy"] is found["3.2/geodata"] is found["III.k/cross-sector"] is Value.INCONCLUSIVE
    assert found["3.3/backward-compatible"] is PASS


@pytest.mark.parametrize(
    ("cause", "also", "across", "untraced"),
    [
        (1, (), 0.0, 0.0),  # a pump: the loss of water stays in its sector
        (1, (0,), 1.0, 0.0),  # and a substation beside it: from another sector, though that one does not lead
        (None, (0,), 1.0, 0.0),
        (None, (), 0.0, 1.0),
    ],
)
def test_a_loss_is_traced_to_every_fault_behind_it(
    cause: int | None, also: tuple[int, ...], across: float, untraced: float, tmp_path: Path
) -> None:
    events = (
        Event(0, 0, EventKind.FAULT, "substation-0", "fault.applied", {"fault": "x"}, after="p"),
        Event(1, 0, EventKind.FAULT, "pump-1", "fault.applied", {"fault": "x"}, after="q"),
        Event(2, 60_000, EventKind.LEVEL_LOW, "water-supply-d1", "level.low", cause=cause, also=also),
    )
    (tmp_path / "events.jsonl").write_bytes(event_lines(events))
    found = check_causes(tiny_city(), [replace(run("x", a=PASS), folder=str(tmp_path))])
    figures = {figure.name: figure.value for figure in found.figures}
    assert (figures["losses"], figures["across sectors"], figures["untraced"]) == (1.0, across, untraced)
