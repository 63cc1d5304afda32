"""The duty of a service, carried by the servers of a cluster: one elected, or all of them by vote."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from simulator.contracts.city import City
from simulator.contracts.component import Component

Serves = Callable[[str, int | None], None]
"""Called with a service and the event that changed who serves it, None for how it stands at the begin."""


class Duty(Protocol):
    """Who of `members`, preferred first, carries a service: `serving` is None while nobody does."""

    members: tuple[str, ...]
    serving: str | None

    def begin(self, well: Sequence[str]) -> None:
        """At the clock's begin: which members are well, as if that had always been so."""
        ...

    def update(self, well: Sequence[str], cause: int | None) -> None:
        """Which members are well now, and because of which event that changed."""
        ...


def members(city: City, service: Component) -> tuple[str, ...]:
    """The servers of the service's cluster, preferred first: by rank, then by id."""
    cluster = service.text("cluster")
    found = [(s.number("rank"), s.id) for s in city.of_kind("server") if s.text("cluster") == cluster]
    return tuple(server for _, server in sorted(found))
