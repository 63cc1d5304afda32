"""A campaign has the same data set however it is run: alone, by two, on a cluster, killed and resumed."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from stadtwerk.__main__ import main
from tests.campaign.town import CAMPAIGN, campaign_on_hamlet

LIMIT_S = 120.0
CASES = (12, pytest.param(100, marks=pytest.mark.nightly))
"""Cases of the campaign, each run before and after its measure; the many at night."""
LEFT = ("runs.parquet", "campaign.json", "report.html", "report.md")


@pytest.fixture(scope="module", params=CASES)
def cases(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture(scope="module")
def file(cases: int, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("campaign")
    return campaign_on_hamlet(place, CAMPAIGN.replace("runs: 100", f"runs: {cases}"))


@pytest.fixture(scope="module")
def alone(file: Path) -> Path:
    """The folder that one worker leaves."""
    out = file.parent / "alone"
    assert main(["campaign", str(file), "--jobs", "1", "--out", str(out)]) == 0
    return out


def same(out: Path, alone: Path, cases: int) -> None:
    record = json.loads((out / "campaign.json").read_text())
    assert (record["runs"], record["failed"]) == (2 * cases, 0)
    assert record["digest"] == json.loads((alone / "campaign.json").read_text())["digest"]
    for name in LEFT:
        assert (out / name).read_bytes() == (alone / name).read_bytes(), name


def test_the_data_set_has_a_row_for_every_case_and_measure_in_order(cases: int, alone: Path) -> None:
    table = pq.read_table(alone / "runs.parquet").to_pydict()
    wanted = [(case, measure) for case in range(cases) for measure in ("today", "bigger-tank")]
    assert list(zip(table["case"], table["measure"], strict=True)) == wanted
    # paired: the same seed and the same draws before and after
    for name in [name for name in table if name == "seed" or name.startswith("drawn.")]:
        assert table[name][0::2] == table[name][1::2], name
        assert len(set(table[name])) > 1, f"{name} never varies"
    # what leads back to a fault is what was lost
    for losses, hours in zip(table["losses"], table["service_hours"], strict=True):
        assert sum(loss["person_hours"] for loss in losses) == pytest.approx(hours)
    assert len(set(table["service_hours"])) > 0.15 * 2 * cases, "the runs are all alike"


def test_two_workers_leave_the_same(cases: int, file: Path, alone: Path) -> None:
    out = file.parent / "two"
    assert main(["campaign", str(file), "--jobs", "2", "--out", str(out)]) == 0
    same(out, alone, cases)


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """The address of a local Dask cluster of two workers."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0", silence_logs=50
    ) as cluster:
        yield cluster.scheduler_address


@pytest.mark.nightly  # what a cluster is trusted with is always tested in tests/executors
def test_a_dask_cluster_leaves_the_same(cases: int, file: Path, alone: Path, scheduler: str) -> None:
    out = file.parent / "dask"
    assert main(["campaign", str(file), "--dask", scheduler, "--out", str(out)]) == 0
    same(out, alone, cases)


def recorded(out: Path) -> int:
    try:
        with sqlite3.connect(f"file:{out / 'records.sqlite'}?mode=ro", uri=True) as store:
            return int(store.execute("SELECT count(*) FROM runs").fetchone()[0])
    except sqlite3.OperationalError:  # not there yet
        return 0


def test_killed_in_the_middle_it_goes_on_and_repeats_nothing(
    cases: int, file: Path, alone: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = file.parent / "killed"
    command = [sys.executable, "-m", "stadtwerk", "campaign", str(file), "--jobs", "2", "--out", str(out)]
    started = subprocess.Popen(command, start_new_session=True, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + LIMIT_S
        while recorded(out) < cases // 2:
            assert started.poll() is None, "it ended before it could be killed"
            assert time.monotonic() < end, "it does not get on"
            time.sleep(0.02)
    finally:
        os.killpg(started.pid, signal.SIGKILL)
        started.wait()
    done = recorded(out)
    assert cases // 2 <= done < 2 * cases
    assert not (out / "runs.parquet").exists()
    assert main(["campaign", str(file), "--jobs", "2", "--out", str(out)]) == 0
    said = re.search(r"^(\d+) runs were done already", capsys.readouterr().err, re.MULTILINE)
    # a last one may have been committed though the index that a reader sees did not know it yet
    assert said is not None and done <= int(said[1]) <= done + 1
    same(out, alone, cases)


def test_a_measure_added_later_is_run_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = campaign_on_hamlet(tmp_path, CAMPAIGN.replace("runs: 100", "runs: 4"))
    command = ["campaign", str(file), "--jobs", "1", "--out", str(tmp_path / "out")]
    assert main(command) == 0
    more = "\n  - {id: small, title: {de: Klein, en: Small}, set: [{link: w-h, autonomy_min: 60}]}\n"
    file.write_text(file.read_text().rstrip() + more)
    assert main(command) == 0
    assert "8 runs were done already" in capsys.readouterr().err
    assert pq.read_table(tmp_path / "out" / "runs.parquet").num_rows == 12


def test_a_run_that_fails_is_a_row_with_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    few = campaign_on_hamlet(tmp_path, CAMPAIGN.replace("runs: 100", "runs: 2"))
    monkeypatch.setattr("stadtwerk.studies.campaigns.plan.basis", lambda: "another program")
    assert main(["campaign", str(few), "--jobs", "1", "--out", str(tmp_path / "out")]) == 1
    table = pq.read_table(tmp_path / "out" / "runs.parquet").to_pydict()
    assert len(table["error"]) == 4
    assert all("another version" in error for error in table["error"])
    assert "4 failed" in capsys.readouterr().out
