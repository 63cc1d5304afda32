"""The interface of all executors: pieces of work go in, and each comes back once, finished or with a reason.

And processes of this machine. They start afresh (spawn), so that no thread or handle of the caller is copied.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, Generic, Protocol, Self, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Finished(Generic[Item, Result]):
    """A piece of work that ended.

    `error` says why there is no `result`. `lost` is true where the worker itself ended, not the work: another try may
    well succeed.
    """

    item: Item
    result: Result | None
    error: str = ""
    lost: bool = False


class ExecutorGone(RuntimeError):
    """Whoever does the work answers no more. What was finished before has come back already."""


class Executor(AbstractContextManager["Executor"], Protocol):
    """Runs one function on many items. Leaving the context ends the workers, or leaves the cluster to itself."""

    @property
    def workers(self) -> int:
        """How many items are worked on at once."""
        ...

    def run(self, work: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Finished[Item, Result]]:
        """Yield each item as soon as it is finished, in whatever order. Every item comes back exactly once.

        `work` is a function of a module that the workers can import; items and results are pickled. An exception in
        `work` is that item's `error` and stops nothing else.
        """
        ...


def told(error: BaseException) -> str:
    """An exception in one line."""
    return f"{type(error).__name__}: {error}"


AHEAD = 1
"""Items that wait at the workers beyond those in work, so that nobody waits for the caller."""

SINGLE_THREADED = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""Read by numerical libraries when they are loaded: workers share the cores, so each keeps to one."""

LOST = "its worker process ended while it was in work"


class LocalProcesses:
    """So many worker processes, started at the first piece of work."""

    def __init__(self, jobs: int) -> None:
        if jobs < 1:
            raise ValueError(f"{jobs} workers do no work")
        self.workers = jobs
        self._context = multiprocessing.get_context("spawn")
        self._pool: ProcessPoolExecutor | None = None
        self._lifeline: Connection | None = None
        self._place: tempfile.TemporaryDirectory[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def run(self, work: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Finished[Item, Result]]:
        """As `Executor.run`."""
        waiting = deque(items)
        running: dict[Future[Result], Item] = {}
        while waiting or running:
            broken = not self._fill(work, waiting, running)
            done = wait(running, return_when=FIRST_COMPLETED).done
            suspects: list[Item] = []
            for future in [future for future in running if future in done]:
                item = running.pop(future)
                try:
                    yield Finished(item, future.result())
                except BrokenProcessPool:
                    suspects.append(item)
                except Exception as error:
                    yield Finished(item, None, told(error))
            if suspects or broken:
                # All that was handed over is lost with the pool; one of these items may have brought it down.
                wait(running)
                for future, item in running.items():
                    if future.exception() is None:
                        yield Finished(item, future.result())
                    else:
                        suspects.append(item)
                running.clear()
                self._close()
                for item in suspects:
                    yield self._alone(work, item)

    def _fill(self, work: Callable[[Item], Result], waiting: deque[Item], running: dict[Future[Result], Item]) -> bool:
        """Hand over as much as the workers can take; false if there are no workers any more."""
        try:
            while waiting and len(running) < self.workers + AHEAD:
                pool = self._opened(self.workers)
                running[pool.submit(work, waiting[0])] = waiting[0]
                waiting.popleft()
        except BrokenProcessPool:
            return False
        return True

    def _alone(self, work: Callable[[Item], Result], item: Item) -> Finished[Item, Result]:
        """One item in a process of its own: if that ends, it was this item's doing."""
        future = self._opened(1).submit(work, item)
        try:
            return Finished(item, future.result())
        except BrokenProcessPool:
            return Finished(item, None, LOST, lost=True)
        except Exception as error:
            return Finished(item, None, told(error))
        finally:
            self._close()

    def _opened(self, workers: int) -> ProcessPoolExecutor:
        if self._pool is None:
            ours, self._lifeline = self._context.Pipe(duplex=False)
            self._place = tempfile.TemporaryDirectory(prefix="stadtwerk-jobs-", ignore_cleanup_errors=True)
            self._pool = ProcessPoolExecutor(workers, self._context, _begin, (ours, self._place.name))
            self._theirs = ours  # kept until the workers have it
        return self._pool

    def _close(self) -> None:
        """End the workers, in the middle of their work if they are."""
        pool, self._pool = self._pool, None
        if pool is None:
            return
        if self._lifeline is not None:
            self._lifeline.close()
        pool.shutdown(wait=True, cancel_futures=True)
        self._theirs.close()
        if self._place is not None:
            self._place.cleanup()


def _begin(lifeline: Connection, place: str) -> None:
    """What a worker does first: leave interrupts to the caller, keep to one core, and watch that the caller lives."""
    tempfile.tempdir = place
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in SINGLE_THREADED:
        os.environ.setdefault(name, "1")
    threading.Thread(target=_follow, args=(lifeline, place), daemon=True).start()


def _follow(lifeline: Any, place: str) -> None:
    """The caller holds the other end and never writes: when it closes, by whatever end, this process is done."""
    try:
        lifeline.recv_bytes()
    except (EOFError, OSError):
        pass
    finally:
        shutil.rmtree(place, ignore_errors=True)  # nobody else does it if the caller was killed
        os._exit(0)
