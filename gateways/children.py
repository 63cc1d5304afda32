"""Child processes that outlive nobody."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence

STOP_S = 5.0
"""Time a child has to end by itself before it is killed (assumption)."""

_PR_SET_PDEATHSIG = 1


def spawn(command: Sequence[str], output: int) -> subprocess.Popen[bytes]:
    """A child in a process group of its own, so that Ctrl-C reaches the run first, and the run ends the child.

    `output` is the descriptor it writes to. On Linux it is killed when the thread that started it ends.
    """
    die: Callable[[], None] | None = None
    if sys.platform == "linux":
        prctl, parent = ctypes.CDLL(None).prctl, os.getpid()

        def die_with_parent() -> None:
            prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
            if os.getppid() != parent:  # it died before the line above
                os._exit(1)

        die = die_with_parent
    return subprocess.Popen(
        list(command),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        preexec_fn=die,  # noqa: PLW1509 - nothing but two system calls, prepared before the fork
        process_group=0 if os.name == "posix" else None,
    )


def end(process: subprocess.Popen[bytes]) -> None:
    """Ask a child to end, and kill it if it does not. Nothing happens if it has ended."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
