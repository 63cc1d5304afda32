"""A child is kept alive: restarted after a death, after a hang, when told; and ended for good."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateways import children
from stadtwerk.live import supervisor as module
from stadtwerk.live.plant import Journal
from stadtwerk.live.supervisor import Supervisor

WITHIN_S = 60.0


class Sleeper:
    """A child that does nothing."""

    def __init__(self) -> None:
        self.well = True
        self.refuse = 0
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process is not None and self.process.poll() is None else None

    def start(self) -> None:
        if self.refuse:
            self.refuse -= 1
            raise OSError("not today")
        self.process = children.spawn([sys.executable, "-c", "import time; time.sleep(600)"], subprocess.DEVNULL)

    def healthy(self) -> bool:
        return self.well

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def stop(self) -> None:
        if self.process is not None:
            children.end(self.process)


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WITHIN_S
    while not true():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal(tmp_path / "live.jsonl") as journal:
        yield journal


@pytest.fixture
def sleeper() -> Sleeper:
    return Sleeper()


@pytest.fixture
def supervisor(sleeper: Sleeper, journal: Journal, monkeypatch: pytest.MonkeyPatch) -> Iterator[Supervisor]:
    monkeypatch.setattr(module, "BACK_OFF_S", (0.01, 0.1))
    monkeypatch.setattr(module, "PROBE_S", 0.01)
    supervisor = Supervisor("sleeper", sleeper, journal)
    supervisor.start()
    yield supervisor
    supervisor.end()
    assert supervisor.join(WITHIN_S)
    assert sleeper.pid is None


def told(tmp_path: Path) -> list[str]:
    return [json.loads(line)["code"] for line in (tmp_path / "live.jsonl").read_bytes().splitlines()]


def test_killed_from_outside_it_is_started_again(supervisor: Supervisor, sleeper: Sleeper, tmp_path: Path) -> None:
    assert supervisor.wait_up(WITHIN_S)
    first = sleeper.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    until(lambda: supervisor.starts == 2 and supervisor.up)
    assert sleeper.pid not in (None, first)
    assert supervisor.deaths == 1
    assert told(tmp_path) == ["live.started", "live.died", "live.started-again"]


def test_one_that_hangs_is_killed_and_started_again(supervisor: Supervisor, sleeper: Sleeper, tmp_path: Path) -> None:
    assert supervisor.wait_up(WITHIN_S)
    sleeper.well = False
    until(lambda: supervisor.deaths == 1)
    sleeper.well = True
    until(lambda: supervisor.starts >= 2 and supervisor.up)
    assert told(tmp_path)[:3] == ["live.started", "live.killed", "live.started-again"]


def test_killed_for_good_it_stays_down_until_revived(supervisor: Supervisor, sleeper: Sleeper) -> None:
    assert supervisor.wait_up(WITHIN_S)
    supervisor.kill("told to")
    until(lambda: supervisor.deaths == 1 and sleeper.pid is None)
    assert supervisor.held
    time.sleep(0.3)  # far longer than the longest back-off here
    assert sleeper.pid is None
    supervisor.revive()
    until(lambda: supervisor.starts == 2 and supervisor.up)


def test_a_revival_right_behind_a_kill_is_not_lost(supervisor: Supervisor) -> None:
    assert supervisor.wait_up(WITHIN_S)
    for round_ in range(1, 6):
        supervisor.kill("told to")
        supervisor.revive()
        until(lambda wanted=round_ + 1: supervisor.starts == wanted and supervisor.up)  # type: ignore[misc]


def test_one_that_does_not_start_is_tried_again(journal: Journal, tmp_path: Path, sleeper: Sleeper) -> None:
    sleeper.refuse = 2
    supervisor = Supervisor("sleeper", sleeper, journal)
    supervisor.start()
    try:
        assert supervisor.wait_up(WITHIN_S)
        assert supervisor.failure == "not today"
        assert told(tmp_path) == ["live.not-started", "live.not-started", "live.started"]
    finally:
        supervisor.end()
        assert supervisor.join(WITHIN_S)


def test_an_end_before_the_start_is_no_wait(journal: Journal, sleeper: Sleeper) -> None:
    supervisor = Supervisor("sleeper", sleeper, journal)
    supervisor.end()
    assert supervisor.join(0.0)
