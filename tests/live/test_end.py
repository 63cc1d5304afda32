"""However a live run ends, its processes end with it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.foreground import hears_ctrl_c
from tests.live.support import write_scenario

WITHIN_S = 60.0


def alive(pid: int) -> bool:
    """Whether a process is there and no mere entry that waits for its parent to look."""
    try:
        return re.search(r"^State:\s+[ZX]", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE) is None
    except OSError:
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere children look for their parent themselves")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_processes_die_with_the_run(tmp_path: Path, number: signal.Signals) -> None:
    write_scenario(tmp_path)
    private = tmp_path / "private"
    private.mkdir()
    command = [sys.executable, "-m", "stadtwerk", "live", "live-short.yaml", "--out", "out", "--gateways", "2"]
    with subprocess.Popen(
        [*command, "--speed", "1"],
        cwd=tmp_path,
        env=os.environ | {"TMPDIR": str(private)},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        preexec_fn=hears_ctrl_c,  # noqa: PLW1509
    ) as run:
        try:
            assert run.stderr is not None
            assert any("processes run" in line for line in run.stderr)
            journal = (tmp_path / ".out.partial" / "live.jsonl").read_bytes().splitlines()
            pids = [json.loads(line)["value"] for line in journal if json.loads(line)["code"] == "live.started"]
            assert len(pids) == 5
            assert all(alive(pid) for pid in pids)
            assert {path.stat().st_mode & 0o777 for path in private.iterdir() if path.is_dir()} == {0o700}
            os.kill(run.pid, number)
            run.communicate(timeout=WITHIN_S)
        finally:
            run.kill()  # or a failure would wait for the end of the run
    deadline = time.monotonic() + WITHIN_S
    while any(alive(pid) for pid in pids):
        assert time.monotonic() < deadline, [pid for pid in pids if alive(pid)]
        time.sleep(0.02)
    if number is not signal.SIGKILL:
        left = {path.name for path in tmp_path.iterdir()} - {"live-short.yaml", "private"}
        assert left <= {"out.undelivered"}, "what has been read so far, if anything"
        assert list(private.iterdir()) == []
