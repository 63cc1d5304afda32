"""A run folder is whole or not there, whoever else writes and however a run ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from simulator.contracts.problem import BadInput
from stadtwerk.runs.folder import new_folder

FILL = """
import sys, time
from pathlib import Path
from stadtwerk.runs.folder import new_folder
with new_folder(Path(sys.argv[1])) as folder:
    (folder / "events.jsonl").write_text("half")
    print("filling", flush=True)
    time.sleep(60)
"""


def fill(out: Path, name: str) -> None:
    with new_folder(out) as folder:
        (folder / "run.json").write_text(name)


def filling(out: Path) -> subprocess.Popen[str]:
    child = subprocess.Popen([sys.executable, "-c", FILL, str(out)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None and child.stdout.readline() == "filling\n"
    return child


def test_an_older_run_is_replaced_at_once_and_stays_if_the_new_one_fails(tmp_path: Path) -> None:
    out = tmp_path / "run"
    fill(out, "first")
    with pytest.raises(RuntimeError), new_folder(out) as folder:
        (folder / "run.json").write_text("second")
        raise RuntimeError
    assert (out / "run.json").read_text() == "first"
    fill(out, "third")
    assert (out / "run.json").read_text() == "third"
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_a_killed_run_leaves_the_older_one_and_its_leavings_do_not_get_into_the_next(tmp_path: Path) -> None:
    out = tmp_path / "run"
    fill(out, "first")
    child = filling(out)
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert (out / "run.json").read_text() == "first"
    fill(out, "next")
    assert [path.name for path in out.iterdir()] == ["run.json"]
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_two_runs_into_one_folder_do_not_mix(tmp_path: Path) -> None:
    out = tmp_path / "run"
    child = filling(out)
    try:
        with pytest.raises(BadInput, match="another run is writing there"), new_folder(out):
            pass
        assert (tmp_path / ".run.partial" / "events.jsonl").read_text() == "half"
    finally:
        child.kill()
        child.wait()


def test_the_folder_one_stands_in_can_be_filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "here"
    place.mkdir()
    monkeypatch.chdir(place)
    fill(Path(), "run")
    assert (place / "run.json").read_text() == "run"


def test_a_run_that_is_told_to_end_leaves_neither_folder_nor_secrets(tmp_path: Path) -> None:
    """SIGTERM, as from a service manager or a CI job that is cancelled."""
    out, secrets = tmp_path / "out" / "run", tmp_path / "tmp"
    secrets.mkdir()
    command = [sys.executable, "-m", "stadtwerk", "run", "quiet-day", "--out", str(out), "--speed", "60"]
    child = subprocess.Popen(
        command, env=os.environ | {"TMPDIR": str(secrets)}, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    )
    assert child.stderr is not None and "telemetry" in child.stderr.readline()
    while not (out.parent / ".run.partial" / "scenario.yaml").exists():
        time.sleep(0.05)
    child.terminate()
    assert child.wait() == 128 + signal.SIGTERM
    assert list(out.parent.iterdir()) == [] and list(secrets.glob("stadtwerk-broker-*")) == []
