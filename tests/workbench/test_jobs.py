"""Nothing is lost: runs outlive the server, and the next one finds them where they are."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.workbench.conftest import Bench, started
from tests.workbench.test_whatif import finished, what_if


@pytest.fixture
def town(small_town: Path, tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    """Starts workbenches on one folder, one after the other."""
    made: list[Bench] = []

    def start(*options: str) -> Bench:
        made.append(started(small_town, tmp_path, *options))
        return made[-1]

    yield start
    for one in made:
        for job in one.folder.glob("what-ifs/runs/*/pid"):
            if state(one.folder, job.parent.name)["state"] == "at-work":
                os.killpg(int(job.read_text()), signal.SIGKILL)
        one.stop()


def state(folder: Path, name: str) -> dict[str, Any]:
    from stadtwerk.workbench.jobs import Jobs

    jobs = Jobs.__new__(Jobs)
    jobs.folder = folder / "what-ifs" / "runs"
    return next(one for one in jobs.told() if one["id"] == name)


def until(folder: Path, name: str, wanted: str, within_s: float = 120) -> dict[str, Any]:
    end = time.monotonic() + within_s
    while (seen := state(folder, name))["state"] != wanted:
        assert time.monotonic() < end, seen
        time.sleep(0.05)
    return seen


def test_a_killed_server_loses_nothing(town: Callable[..., Bench]) -> None:
    first = town()
    name = first.json("/api/runs", {"scenario": what_if(first)})["id"]
    waits = first.json("/api/runs", {"scenario": what_if(first, id="second")})["id"]
    until(first.folder, name, "at-work")
    first.json(f"/api/runs/{name}/pause", {})
    assert state(first.folder, name)["paused"]
    first.stop(signal.SIGKILL)
    second = town("--port", str(first.port))
    assert second.address == first.address, "a page that is open goes on"
    told = {one["id"]: one["state"] for one in second.json("/api/runs")["runs"]}
    assert told == {name: "at-work", waits: "waiting"}
    second.json(f"/api/runs/{name}/resume", {})
    assert finished(second, name)["state"] == "done"
    assert finished(second, waits)["state"] == "done", "and what waited has had its turn"


def test_a_run_that_was_killed_is_run_once_more(town: Callable[..., Bench]) -> None:
    bench = town()
    name = bench.json("/api/runs", {"scenario": what_if(bench)})["id"]
    until(bench.folder, name, "at-work")
    bench.json(f"/api/runs/{name}/stop", {})
    assert finished(bench, name)["state"] == "stopped"
    bench.json(f"/api/runs/{name}/again", {})
    assert finished(bench, name)["state"] == "done"
    bench.json(f"/api/runs/{name}/remove", {})
    assert bench.json("/api/runs")["runs"] == []
    for wrong in ("..", "0001%2f..", "x", "99999"):
        assert bench.ask(f"/api/runs/{wrong}/remove", {})[0] == 404


def test_two_servers_do_not_share_a_folder(town: Callable[..., Bench], small_town: Path) -> None:
    bench = town()
    command = [sys.executable, "-m", "stadtwerk", "serve", "--city", str(small_town), "--no-browser", "--lang", "en"]
    second = subprocess.run(command, cwd=bench.folder, capture_output=True, text=True, check=False, timeout=120)
    assert second.returncode == 64 and "is open in another workbench" in second.stderr
    assert "token" not in second.stdout


def test_the_token_is_kept_for_this_user_only(town: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch) -> None:
    bench = town()
    from stadtwerk.library import cache_folder

    (kept,) = [one for one in (cache_folder().parent / "workbench").iterdir() if one.read_text() == bench.token]
    assert kept.stat().st_mode & 0o077 == 0
