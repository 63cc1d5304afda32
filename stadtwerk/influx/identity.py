"""Which run it is, and how its ticks become Unix milliseconds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from simulator.contracts.ticks import to_ticks

if TYPE_CHECKING:
    from datetime import datetime

    from resilience.scenario.scenario import Scenario
    from simulator.contracts.city import City


@dataclass(frozen=True, slots=True)
class RunIdentity:
    """`name` is the value of the tag `run`. Ticks from `begin` to `end`; tick 0 is `zero_ms` in Unix milliseconds."""

    name: str
    city: City
    scenario: Scenario
    seed: int
    begin: int
    end: int
    zero_ms: int

    def ms(self, tick: int) -> int:
        return self.zero_ms + tick

    @property
    def begin_ms(self) -> int:
        return self.ms(self.begin)

    @property
    def end_ms(self) -> int:
        return self.ms(self.end)


def zero_of(start: datetime) -> int:
    """The town's wall clock at the scenario's zero, read as UTC, in Unix milliseconds: as readings have it."""
    return to_ticks(start.replace(tzinfo=UTC).timestamp())
