"""The workers of a Dask cluster, on this machine or on many.

Whoever reaches a Dask scheduler can run anything on its workers: keep it on 127.0.0.1, or use TLS (`tls://...`, with
the certificates named in Dask's own configuration, `distributed.comm.tls`).
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from types import TracebackType
from typing import Any, Self

from simulator.contracts.problem import BadInput, Problem, reason_of
from simulator.contracts.words import Words
from stadtwerk.studies.executors.local import ExecutorGone, Finished, Item, Result, told

_ = Words("stadtwerk")

AHEAD = 2
"""Items handed over for each worker: one in work, one waiting at its side."""
ANSWER_WITHIN_S = 10
"""How long a scheduler may take to answer, and its first worker to be there. An assumption."""
WORKERLESS_S = 300
"""How long a cluster may be without a single worker before its work is given up. An assumption."""
LOOK_AGAIN_S = 0.02
"""How often it is looked whether something is finished."""
ASK_EVERY_S = 2
"""How often the scheduler is asked for its workers while nothing is finished."""


class DaskCluster:
    """A running cluster, by the address of its scheduler (`tcp://HOST:PORT`). It goes on when we leave."""

    def __init__(self, address: str) -> None:
        """Connect. Raises `BadInput` if Dask is not installed, nobody answers, or no worker is there."""
        try:
            from distributed import Client
            from distributed.comm.addressing import get_address_host_port
        except ImportError:
            what, fix = _("needs Dask, which is not installed"), _("install it with: pip install 'stadtwerk[dask]'")
            raise BadInput([Problem("command line", 0, "--dask", what, fix)]) from None
        try:
            get_address_host_port(address, strict=True)
        except ValueError as error:  # found by a client, it would leave one half-made that complains at the end
            fix = _("write it like tcp://127.0.0.1:8786")
            raise BadInput(
                [
                    Problem(
                        "command line",
                        0,
                        "--dask",
                        _("{address}: {error}", address=repr(address), error=reason_of(error)),
                        fix,
                    )
                ]
            ) from None
        try:
            self._client = Client(address, timeout=ANSWER_WITHIN_S, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            what = _("no scheduler answers at {address} ({error})", address=repr(address), error=reason_of(error))
            fix = _("start one with `dask scheduler`, or check the address")
            raise BadInput([Problem("command line", 0, "--dask", what, fix)]) from None
        self.address = address
        try:
            self._client.wait_for_workers(1, timeout=ANSWER_WITHIN_S)
        except TimeoutError:
            self._client.close()
            what = _("the cluster at {address} has no workers", address=repr(address))
            fix = _("start some with `dask worker {address} --nthreads 1`", address=address)
            raise BadInput([Problem("command line", 0, "--dask", what, fix)]) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Leave the cluster, which goes on."""
        self._client.close()

    @property
    def workers(self) -> int:
        """Worker threads in all; they may come and go."""
        threads: dict[str, int] = self._client.nthreads()
        return max(1, sum(threads.values()))

    def on_each(self, ask: Callable[[], Result]) -> dict[str, Result]:
        """What each worker that is there now answers, by its address."""
        answers: dict[str, Any] = self._client.run(ask, on_error="return")
        for worker, answer in answers.items():
            if isinstance(answer, BaseException):
                what = _("the worker {worker} cannot do the work ({told})", worker=worker, told=told(answer))
                fix = _("install the same version of stadtwerk there")
                raise BadInput([Problem("command line", 0, "--dask", what, fix)])
        return answers

    def run(self, work: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Finished[Item, Result]]:
        """As `Executor.run`. Raises `ExecutorGone`.

        Dask also blames a dying worker on what was waiting there. So what was lost is tried again alone at the end, and
        only what ends its workers then, too, comes back as lost.
        """
        lost = []
        try:
            for done in self._run(work, items):
                if done.lost:
                    lost.append(done.item)
                else:
                    yield done
            for item in lost:
                yield from self._run(work, [item], 1)
        except (OSError, CancelledError) as error:  # no answer any more, or the client gave up
            raise ExecutorGone(f"the cluster at {self.address} is gone ({told(error)})") from None

    def _run(
        self, work: Callable[[Item], Result], items: Sequence[Item], at_once: int | None = None
    ) -> Iterator[Finished[Item, Result]]:
        from distributed import as_completed
        from distributed.scheduler import KilledWorker

        waiting = deque(items)
        running: dict[str, Item] = {}
        finished = as_completed(loop=self._client.loop, raise_errors=False)
        while waiting or running:
            while waiting and len(running) < (at_once or AHEAD * self.workers):
                item = waiting.popleft()
                future = self._client.submit(work, item, pure=False)
                running[future.key] = item
                finished.add(future)
            self._wait(finished)
            future = next(finished)
            try:
                if future.status == "error":
                    error = future.exception(timeout=ANSWER_WITHIN_S)
                    done: Finished[Item, Result] = Finished(
                        running[future.key], None, told(error), lost=isinstance(error, KilledWorker)
                    )
                elif future.status == "finished":
                    done = Finished(running[future.key], future.result(timeout=ANSWER_WITHIN_S))
                else:
                    raise TimeoutError
            except TimeoutError:  # its worker died with the result: the cluster works on it again
                finished.add(future)
                continue
            del running[future.key]
            yield done
            future.release()

    def _wait(self, finished: Any) -> None:
        """Until something is finished; a cluster that stays without workers never finishes anything."""
        asked = workers_seen = time.monotonic()
        while not finished.has_ready():
            time.sleep(LOOK_AGAIN_S)
            now = time.monotonic()
            if now - asked < ASK_EVERY_S:
                continue
            asked = now
            if self._client.nthreads():
                workers_seen = now
            elif now - workers_seen > WORKERLESS_S:
                raise OSError(f"no worker for {WORKERLESS_S} s")
