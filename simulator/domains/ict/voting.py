"""A duty that several servers carry out side by side and vote on: so many of them must agree."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.contracts.component import Component
from simulator.contracts.event import EventKind
from simulator.coupling.runtime import Runtime
from simulator.domains.ict.duty import Serves, members
from simulator.domains.ict.events import VOTES


class Voting:
    """`voting` out of all members of the cluster must be well and hear each other; then the result counts at once.

    *primary* while all of them vote, *majority* while enough do: a member that is lost is outvoted and leaves no gap.
    *none* below that. What comes from the service comes from the best member that votes.
    """

    def __init__(self, runtime: Runtime, service: Component, serves: Serves) -> None:
        self._runtime, self._serves = runtime, serves
        self.service = service.id
        self.members = members(runtime.city, service)
        self.serving: str | None = None
        self.mode = "primary"
        self._needed = int(service.number("voting"))
        self._event: int | None = None

    def begin(self, well: Sequence[str]) -> None:
        """How many vote at the clock's begin."""
        self._count(well, None)
        self._serves(self.service, self._event)

    def update(self, well: Sequence[str], cause: int | None) -> None:
        """Say which members are well now, and because of which event that changed."""
        before = self.serving
        self._count(well, cause)
        if self.serving != before:
            self._serves(self.service, self._event)

    def _count(self, well: Sequence[str], cause: int | None) -> None:
        votes = [member for member in self.members if member in well]
        enough = len(votes) >= self._needed
        mode = "primary" if len(votes) == len(self.members) else "majority" if enough else "none"
        why = {"votes": len(votes), "members": len(self.members), "needed": self._needed}
        if mode != self.mode:
            self._event = self._runtime.mode(self.service, self.mode, mode, VOTES, why, cause)
        elif enough and self.serving not in votes and cause is not None:
            self._event = self._runtime.log.add(VOTES, self.service, why, kind=EventKind.NOTE, cause=cause)
        self.mode, self.serving = mode, votes[0] if enough and votes else None
