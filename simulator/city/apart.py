"""A call in a process of its own, for libraries that a file from elsewhere can break or keep busy for ever."""

from __future__ import annotations

import os
import pickle
import resource
import signal
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")


class Died(Exception):
    """The process ended without an answer: killed by a signal of its library, or after its processor time."""


def apart(call: Callable[[], T], cpu_s: int) -> T:
    """What `call` gives or raises, computed in a child of this process. Raises `Died`.

    `cpu_s` is processor time, so that a busy machine changes nothing; it is far beyond what any real file takes.
    """
    end, begin = os.pipe()
    child = os.fork()
    if child == 0:
        with suppress(BaseException):
            resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 5))
            signal.signal(signal.SIGXCPU, signal.SIG_DFL)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # what a breaking library says there helps nobody
            try:
                answer = (True, call())
            except Exception as error:
                answer = (False, error)  # type: ignore[assignment]
            with os.fdopen(begin, "wb") as out:
                pickle.dump(answer, out)
            os._exit(0)
        os._exit(1)
    os.close(begin)
    with os.fdopen(end, "rb") as given:
        content = given.read()
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]):
        raise Died
    good, found = pickle.loads(content)  # written by our own child
    if not good:
        raise found
    return found  # type: ignore[no-any-return]
