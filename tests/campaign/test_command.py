"""The command as a planner uses it: one case replayed, run folders kept, stopped by hand, a cluster that differs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from stadtwerk.__main__ import main
from tests.campaign.test_same_data import recorded
from tests.campaign.town import CAMPAIGN, campaign_on_hamlet
from tests.foreground import hears_ctrl_c

LIMIT_S = 60.0


def few(folder: Path, runs: int = 2) -> Path:
    return campaign_on_hamlet(folder, CAMPAIGN.replace("runs: 100", f"runs: {runs}"))


def test_one_case_is_the_same_run_as_in_the_campaign(tmp_path: Path) -> None:
    file = few(tmp_path)
    assert main(["campaign", str(file), "--jobs", "1", "--out", str(tmp_path / "all")]) == 0
    one = tmp_path / "one"
    assert main(["campaign", str(file), "--case", "1", "--measure", "bigger-tank", "--out", str(one)]) in (0, 1, 2)
    rows = pq.read_table(tmp_path / "all" / "runs.parquet").to_pylist()
    (row,) = [row for row in rows if (row["case"], row["measure"]) == (1, "bigger-tank")]
    figures = json.loads((one / "figures.json").read_text())
    assert figures["verdict"] == row["verdict"]
    assert sum(figures["services"].values()) == pytest.approx(row["service_hours"], rel=0, abs=0)
    assert json.loads((one / "run.json").read_text())["seed"] == row["seed"]
    # its report says what repeats it, and which measure the town has
    page = (one / "report.html").read_text(encoding="utf-8")
    assert f"stadtwerk campaign {file} --case 1 --measure bigger-tank" in page and "A bigger roof tank" in page


def test_check_knows_a_campaign(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = few(tmp_path)
    assert main(["check", str(file)]) == 0
    assert "a campaign: 2 cases, 4 runs" in capsys.readouterr().out
    file.write_text(file.read_text().replace("uniform: [10min", "uniform: [100min"))
    assert main(["check", str(file)]) == 64
    assert "is not in order" in capsys.readouterr().err


def test_a_case_that_is_not_there_is_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = few(tmp_path)
    assert main(["campaign", str(file), "--case", "2"]) == 64
    assert "cases are 0 to 1, measures: today, bigger-tank" in capsys.readouterr().err


def test_run_folders_are_kept_on_request_also_later(tmp_path: Path) -> None:
    file, out = few(tmp_path), tmp_path / "out"
    assert main(["campaign", str(file), "--jobs", "1", "--out", str(out)]) == 0
    before = (out / "campaign.json").read_bytes()
    assert main(["campaign", str(file), "--jobs", "1", "--out", str(out), "--keep-runs"]) == 0
    kept = sorted(path.name for path in (out / "runs").iterdir())
    assert kept == [f"case-0000{case}-{measure}" for case in (0, 1) for measure in ("bigger-tank", "today")]
    assert all((out / "runs" / name / "report.html").is_file() for name in kept)
    # a whole run reads sensors and leaves more, but tells the same of the town
    assert (out / "campaign.json").read_bytes() == before


def session_lives(leader: int) -> bool:
    """Whether anybody is left of the session that this process began."""
    try:
        os.killpg(leader, 0)
    except ProcessLookupError:
        return False
    return True


def test_stopped_by_hand_it_says_how_to_go_on_and_leaves_no_worker(tmp_path: Path) -> None:
    file, out = few(tmp_path, runs=100), tmp_path / "out"
    command = [sys.executable, "-m", "stadtwerk", "campaign", str(file), "--jobs", "2", "--out", str(out)]
    started = subprocess.Popen(
        command,
        start_new_session=True,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=hears_ctrl_c,  # noqa: PLW1509
    )
    try:
        end = time.monotonic() + LIMIT_S
        while recorded(out) < 5:
            assert started.poll() is None and time.monotonic() < end
            time.sleep(0.02)
        started.send_signal(signal.SIGINT)
        _, said = started.communicate(timeout=LIMIT_S)
    finally:
        if started.poll() is None:
            os.killpg(started.pid, signal.SIGKILL)
    assert started.returncode == 130
    assert "the same command goes on from there" in said
    end = time.monotonic() + LIMIT_S
    while session_lives(started.pid):
        assert time.monotonic() < end, "a worker is left behind"
        time.sleep(0.05)


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = few(tmp_path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    assert main(["campaign", str(file), "--out", str(tmp_path / "mine")]) == 64
    assert "is not the folder of a campaign" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["letter.txt"]


def version_of_tests() -> str:
    """Another answer in each process."""
    return str(os.getpid())


def test_workers_of_another_version_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from distributed import LocalCluster

    file = few(tmp_path)
    monkeypatch.setattr("stadtwerk.studies.campaigns.campaign.basis", version_of_tests)
    with LocalCluster(
        n_workers=1, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0", silence_logs=50
    ) as cluster:
        command = ["campaign", str(file), "--dask", cluster.scheduler_address, "--out", str(tmp_path / "out")]
        assert main(command) == 64
    assert "another version of stadtwerk" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
