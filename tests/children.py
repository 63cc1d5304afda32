"""A command in a child of this process, in which all is loaded already."""

from __future__ import annotations

import math
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

PATIENCE = 4
"""A call that waits for what never comes has so many times the time that one may compute: machines are busy."""


def in_child(
    call: Callable[[], int], limit_s: float, out: Path, err: Path, before: Callable[[], None] | None = None
) -> int:
    """Exit code (negative: the signal) of a call that writes into these files; what it raises stands in `err`.

    `limit_s` are CPU seconds. `before` is done in the child, too: what only the call is held to.
    """
    child = os.fork()
    if child == 0:
        code = 70
        try:
            kept = sys.stdout.errors, sys.stderr.errors
            for fd, file in enumerate((out, err), start=1):
                os.dup2(os.open(file, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), fd)
            sys.stdout, sys.stderr = (
                os.fdopen(fd, "w", encoding="utf-8", errors=errors, closefd=False)
                for fd, errors in enumerate(kept, start=1)
            )
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.setitimer(signal.ITIMER_PROF, limit_s)
            signal.alarm(math.ceil(PATIENCE * limit_s))
            if before is not None:
                before()
            code = call()
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else 1
        except BaseException as error:  # what comes out here is what is looked for
            os.write(2, f"{type(error).__name__}: {error!s:.300}\n".encode("utf-8", "replace"))
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def text_of(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
