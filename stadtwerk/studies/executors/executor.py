"""The interface of all executors: pieces of work go in, and each comes back once, finished or with a reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

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
