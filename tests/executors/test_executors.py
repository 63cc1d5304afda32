"""Every item comes back exactly once, from processes as from a cluster, whatever happens to a worker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from simulator.contracts.problem import BadInput
from stadtwerk.studies.executors import Executor, ExecutorGone
from stadtwerk.studies.executors.cluster import DaskCluster
from stadtwerk.studies.executors.local import LocalProcesses
from tests.executors.work import core_settings, kill_once, rest, square, stay

LIMIT_S = 60.0


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """The address of a local cluster of two workers."""
    import dask
    from distributed import LocalCluster

    # on a busy machine a worker that was killed may need longer than Dask's 15 s to be there again
    with (
        dask.config.set({"distributed.deploy.lost-worker-timeout": "10 minutes"}),
        LocalCluster(
            n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0", silence_logs=50
        ) as cluster,
    ):
        yield cluster.scheduler_address


@pytest.fixture(params=["local", "dask"])
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    with LocalProcesses(2) if request.param == "local" else DaskCluster(request.getfixturevalue("scheduler")) as opened:
        yield opened


def test_each_item_comes_back_once_and_what_fails_says_why(executor: Executor, tmp_path: Path) -> None:
    assert executor.workers == 2
    numbers = list(range(20))
    came = list(executor.run(square, numbers))
    assert sorted(done.item for done in came) == numbers
    for done in came:
        if done.item == 7:
            assert (done.result, done.error, done.lost) == (None, "ValueError: seven is refused", False)
        elif done.item == 13:
            assert done.result is None and done.error and done.lost
        else:
            assert (done.result, done.error, done.lost) == (done.item**2, "", False)
    # and the executor still works, also for what loses its worker by chance
    (done,) = executor.run(kill_once, [str(tmp_path / "mark")])
    assert (done.result, done.error) == ("mark", "")


def test_results_come_as_they_are_finished() -> None:
    with LocalProcesses(1) as executor:
        came = executor.run(square, [1, 2, 3])
        assert next(came).result == 1  # the others may still be in work
        assert [done.result for done in came] == [4, 9]


def test_workers_keep_to_one_core_and_leave_interrupts_to_the_caller() -> None:
    with LocalProcesses(1) as executor:
        (done,) = executor.run(core_settings, [0])
    assert done.result == (os.environ.get("OMP_NUM_THREADS", "1"), True)


def until(condition: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.05)


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z"
    except FileNotFoundError:
        return True


def working(place: Path) -> dict[int, Path]:
    """Who works at `stay`, by process id, and where its passing files are."""
    return {int(path.name): Path(path.read_text()) for path in place.iterdir() if path.name.isdigit()}


def test_workers_end_with_a_caller_that_is_killed(tmp_path: Path) -> None:
    code = (
        "from stadtwerk.studies.executors.local import LocalProcesses\nfrom tests.executors.work import stay\n"
        f"if __name__ == '__main__':\n    list(LocalProcesses(2).run(stay, [{str(tmp_path)!r}] * 2))\n"
    )
    caller = subprocess.Popen([sys.executable, "-c", code])
    try:
        until(lambda: len(working(tmp_path)) == 2, "the workers do not start")
        workers = working(tmp_path)
        caller.send_signal(signal.SIGKILL)
    finally:
        caller.kill()
        caller.wait()
    until(lambda: all(gone(pid) for pid in workers), "workers are left behind")
    until(lambda: not any(own.exists() for own in workers.values()), "their files are left behind")


def test_leaving_ends_workers_in_the_middle_of_their_work(tmp_path: Path) -> None:
    with LocalProcesses(2) as executor:
        executor._fill(stay, deque([str(tmp_path)] * 2), {})
        until(lambda: len(working(tmp_path)) == 2, "the workers do not start")
    workers = working(tmp_path)
    until(lambda: all(gone(pid) for pid in workers), "workers are left behind")
    assert not any(own.exists() for own in workers.values()), "their files are left behind"


@pytest.mark.parametrize("address", ["foo", "127.0.0.1:8786", "tcp://foo", "http://127.0.0.1:8786", "tcp://h:port"])
def test_what_is_no_address_of_a_cluster_is_told_at_once(address: str) -> None:
    with pytest.raises(BadInput, match="write it like tcp://"):
        DaskCluster(address)


def test_a_cluster_that_does_not_answer_is_bad_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stadtwerk.studies.executors.cluster.ANSWER_WITHIN_S", 1)
    with pytest.raises(BadInput, match="no scheduler answers"):
        DaskCluster("tcp://127.0.0.1:9")


def test_a_cluster_that_goes_away_is_told_once_its_results_are_in() -> None:
    from distributed import LocalCluster

    cluster = LocalCluster(
        n_workers=1, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0", silence_logs=50
    )
    with cluster, DaskCluster(cluster.scheduler_address) as executor:
        came = executor.run(rest, [0.0] + [1.0] * 20)
        assert next(came).item == 0.0
        cluster.close()
        with pytest.raises(ExecutorGone, match="is gone"):
            list(came)
