"""What becomes of a message from one component to another in the data network as it is now."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple


class Passage(NamedTuple):
    """A message's way: seconds that it takes, infinite where it does not get through, and the share that is lost."""

    latency_s: float
    loss: float


Passages = Callable[[Sequence[str], str], Sequence[Passage]]
"""From each origin to the machine of the destination (component ids)."""

SOUND, NONE = Passage(0.0, 0.0), Passage(math.inf, 1.0)


class Messages:
    """The ways of messages. The ICT domain provides them; a town without one has a network that never fails."""

    def __init__(self) -> None:
        self._provider: Passages = lambda origins, destination: [SOUND] * len(origins)

    def provide(self, passages: Passages) -> None:
        self._provider = passages

    def passages(self, origins: Sequence[str], destination: str) -> Sequence[Passage]:
        """From each origin to the destination, whose own state does not count: a machine whose broker has ended is
        reached, and says so. `NONE` for what hangs on no data link."""
        return self._provider(origins, destination)

    def reached(self, origin: str, destinations: Sequence[str]) -> bool:
        """Whether a message between `origin` and any of the destinations gets through."""
        return any(math.isfinite(way.latency_s) for way in self.passages(destinations, origin))
