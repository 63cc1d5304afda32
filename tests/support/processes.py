"""Processes that are made to hang."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

LIMIT_S = 60.0


def freeze(pid: int) -> None:
    """Stop a process, and wait until all of its threads stand still: the signal alone takes a moment to act."""
    os.kill(pid, signal.SIGSTOP)
    deadline = time.monotonic() + LIMIT_S
    while time.monotonic() < deadline:
        try:
            states = [
                (task / "stat").read_text().rsplit(")", 1)[1].split()[0] for task in Path(f"/proc/{pid}/task").iterdir()
            ]
        except OSError:
            states = []
        if states and set(states) <= {"T", "t"}:
            return
        if not Path("/proc/self").exists():  # no such file system: hope for the best
            time.sleep(0.2)
            return
        time.sleep(0.005)
    raise AssertionError(f"process {pid} does not stand still")
