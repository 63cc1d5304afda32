"""How long a message takes from one component to another through the data network as it is now."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

Latencies = Callable[[Sequence[str], str], Sequence[float]]
"""Seconds from each origin to the machine of the destination (component ids), infinite where nothing gets through."""


class Messages:
    """The ways of messages. The ICT domain provides them; a town without one has a network that never fails."""

    def __init__(self) -> None:
        self._provider: Latencies = lambda origins, destination: [0.0] * len(origins)

    def provide(self, latencies: Latencies) -> None:
        self._provider = latencies

    def latency_s(self, origins: Sequence[str], destination: str) -> Sequence[float]:
        """Seconds from each origin to the destination, whose own state does not count: a machine whose broker has ended
        is reached, and says so. Infinite for what hangs on no data link."""
        return self._provider(origins, destination)

    def reached(self, origin: str, destinations: Sequence[str]) -> bool:
        """Whether a message from `origin` gets to any of the destinations."""
        return any(math.isfinite(seconds) for seconds in self.latency_s(destinations, origin))
