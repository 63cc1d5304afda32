"""The loop is closed in the demo city: what the room does follows from what was delivered, the same each time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from stadtwerk.__main__ import main
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
