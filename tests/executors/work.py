"""Pieces of work for executors, in a module that workers can import."""

from __future__ import annotations

import os
import signal
import tempfile
import time
from pathlib import Path


def square(number: int) -> int:
    """The square; 7 is refused, and 13 takes its worker down."""
    if number == 7:
        raise ValueError("seven is refused")
    if number == 13:
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def kill_once(mark: str) -> str:
    """Takes its worker down at the first try and succeeds at the second."""
    path = Path(mark)
    if not path.exists():
        path.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return path.name


def stay(place: str) -> None:
    """Writes down who works here and where its passing files are, and never ends."""
    with tempfile.TemporaryDirectory() as own:
        Path(own, "file").touch()
        part = Path(place, f".{os.getpid()}")
        part.write_text(own)
        part.rename(Path(place, str(os.getpid())))
        while True:
            time.sleep(3600)


def core_settings(_: int) -> tuple[str, bool]:
    """How many threads a numerical library would use, and whether an interrupt is left to the caller."""
    return os.environ.get("OMP_NUM_THREADS", ""), signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def rest(seconds: float) -> None:
    time.sleep(seconds)
