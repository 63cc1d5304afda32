"""Same inputs and seed, same bytes, in any process and under any hash seed; another seed, another run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from stadtwerk.__main__ import main

SHORT = """\
schema: stadtwerk/scenario/1
id: short
title: {de: Kurz, en: Short}
question: {de: "Gleich?", en: "Same?"}
charter: [3.3/subsystem-continuity]
city: {name: demo}
run: {start: "2026-01-14T17:00", warmup: 10min, duration: 40min, seeds: [1]}
timeline:
  - {id: out, at: 5min, fault: substation-out, target: substation-1, for: 20min}
  - {id: drawn, at: 10min, fault: node-out, selector: {kind: gateway, random: 2}, for: 10min}
expect:
  - {id: water, type: invariant, levels: {measure: water-supply}}
"""


def run(place: Path, seed: int, hash_seed: str) -> Path:
    """The same command in a place of its own: what a report names are paths from there."""
    place.mkdir()
    (place / "short.yaml").write_text(SHORT, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "stadtwerk",
        "run",
        "short.yaml",
        "--seed",
        str(seed),
        "--out",
        "my run",
        "--mqtt",
        "off",
    ]
    done = subprocess.run(
        command, cwd=place, env=os.environ | {"PYTHONHASHSEED": hash_seed}, capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 1, 2), done.stderr
    return place / "my run"


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    place = tmp_path_factory.mktemp("determinism")
    made = {"a": run(place / "a", 1, "0"), "b": run(place / "b", 1, "4242"), "c": place / "c" / "run"}
    main(["run", str(place / "a" / "short.yaml"), "--seed", "2", "--out", str(made["c"]), "--mqtt", "off"])
    return made


def test_two_processes_leave_the_same_bytes(runs: dict[str, Path]) -> None:
    for path in sorted(runs["a"].iterdir()):
        assert path.read_bytes() == (runs["b"] / path.name).read_bytes(), path.name
    assert "stadtwerk robust &#39;my run&#39;" in (runs["a"] / "report.html").read_text(encoding="utf-8")


def test_another_seed_is_another_run(runs: dict[str, Path]) -> None:
    first, other = (json.loads((runs[name] / "run.json").read_text()) for name in ("a", "c"))
    assert first["digest"] != other["digest"]
    assert first["digests"]["readings"] != other["digests"]["readings"]


def test_what_was_executed_names_the_drawn_targets_and_runs_again_to_the_same_result(runs: dict[str, Path]) -> None:
    import yaml

    executed = yaml.safe_load((runs["a"] / "scenario.yaml").read_text(encoding="utf-8"))
    assert len(executed["timeline"][1]["target"]) == 2
    again = runs["a"].parent / "again"
    main(["run", str(runs["a"] / "scenario.yaml"), "--out", str(again), "--mqtt", "off"])
    assert (again / "events.jsonl").read_bytes() == (runs["a"] / "events.jsonl").read_bytes()
