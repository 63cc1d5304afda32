"""The loop is closed in the demo city: what the room does follows from what was delivered, the same each time."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from monitoring.ordinary import DAY
from monitoring.playbooks import read_control
from simulator.contracts.city import City
from stadtwerk.__main__ import main
from stadtwerk.library import find_scenario, load_checked
from stadtwerk.runs.ordinary import Quiet, ordinary_of
from tests.monitoring.test_room import alone

pytest.importorskip("pandapower", reason="the demo extra is not installed")


def run(out: Path, *more: str) -> dict[str, object]:
    main(["run", "gateway-silent", "--mqtt", "off", "--no-twin", "--out", str(out), *more])
    found: dict[str, object] = json.loads((out / "run.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.nightly
def test_a_run_with_the_loop_closed_is_deterministic_and_its_room_does_the_same_alone(tmp_path: Path) -> None:
    one, other = run(tmp_path / "one"), run(tmp_path / "other")
    assert one["digest"] == other["digest"]
    raised, commands = map(int, alone(tmp_path / "one").split())
    assert raised
    assert commands
    scores = json.loads((tmp_path / "one" / "verdict.json").read_text(encoding="utf-8"))["control_room"]
    assert scores["faults"][0]["detected_s"] is not None


@pytest.mark.nightly
def test_without_readings_no_reading_is_acted_upon(tmp_path: Path) -> None:
    run(tmp_path / "blind", "--control", "blind")
    rows = [json.loads(line) for line in (tmp_path / "blind" / "control.jsonl").read_text("utf-8").splitlines()[1:]]
    commands = [row for row in rows if row.get("act") == "command" and row["device"]]
    assert commands
    assert {row["believed"] for row in commands} == {"timetable"}


def test_what_is_ordinary_is_kept_as_it_was_learned_and_learned_anew_in_a_changed_town(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stadtwerk.runs.kept.cache_folder", lambda: tmp_path / "cities")
    _, scenario, city = load_checked(find_scenario("gateway-silent"))
    (tmp_path / "control.yaml").write_text("schema: stadtwerk/control/1\nseats: [{id: works}]\n", encoding="utf-8")
    plan = read_control(tmp_path / "control.yaml")
    lived: list[City] = []

    def simulate(_scenario: Any, town: City, _clock: Any, _seed: int, feed: Quiet, *_more: Any) -> None:
        lived.append(town)
        feed.rows = list(np.random.default_rng(1).random((3 * DAY, len(feed.series))))

    learned, kept = (ordinary_of(scenario, city, plan, simulate) for _ in range(2))
    assert lived == [city] and learned.low.tolist() == kept.low.tolist()
    changed = replace(city, cohorts=city.cohorts[1:])
    assert ordinary_of(scenario, changed, plan, simulate).names != learned.names
    assert lived[1:] == [changed]
