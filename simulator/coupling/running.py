"""A domain or lifeline that has been started on a runtime."""

from __future__ import annotations

from typing import Protocol


class Running(Protocol):
    """What `start(runtime)` of every domain returns. `solves` counts what its engine was asked to do."""

    @property
    def name(self) -> str: ...

    @property
    def solves(self) -> int: ...

    def close(self) -> None:
        """Give the engine's memory and files back. Called once, after the run."""
        ...
