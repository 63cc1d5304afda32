"""A run that leaves nothing behind is the same run: levels, events of the town and verdict of a whole one."""

from __future__ import annotations

from stadtwerk.library import find_scenario, load_checked
from stadtwerk.runs.light import light_run, needs_sensors
from tests.run.conftest import Run


def test_a_light_run_has_the_levels_events_and_verdict_of_the_whole_one(main_run: Run) -> None:
    _, scenario, city = load_checked(find_scenario("substation-winter"))
    assert not needs_sensors(scenario)
    _, history, verdict = light_run(scenario, city, main_run.record["seed"])
    levels = {
        name: list(zip((c.at / 1000).tolist(), c.values.tolist(), strict=True)) for name, c in history.levels.items()
    }
    assert levels == main_run.levels
    town = [
        (e["t_s"], e["kind"], e["subject"], e["code"], e.get("params", {}))
        for e in main_run.events
        if e["kind"] not in ("telemetry", "run")
    ]
    lived = [(e.at / 1000, e.kind.value, e.subject, e.code, e.params) for e in history.events]
    assert [event for event in lived if event[1] not in ("telemetry", "run")] == town
    assert [(f.id, f.value.value, f.reason.en) for f in verdict.findings] == [
        (f["id"], f["value"], f["reason"]["en"])
        for f in main_run.verdict["findings"]
        if f["category"] != "difference"  # a light run is held beside no twin
    ]


def test_sensors_are_read_where_a_scenario_breaks_them() -> None:
    for name in ("sensor-lies", "rollback", "brokers-lost"):
        _, scenario, _ = load_checked(find_scenario(name))
        assert needs_sensors(scenario), name
