"""What citizens tell of what they pass."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace

import pytest

from simulator.contracts.repair import Trade
from simulator.coupling.citizens import Citizens
from simulator.kernel import Clock
from simulator.kernel.streams import Streams
from tests.resilience.town import tiny_city


@pytest.mark.parametrize(("district", "told"), [("d1", {"d1"}), ("", set())])
def test_what_is_broken_in_the_street_is_told_where_there_are_districts(district: str, told: set[str]) -> None:
    """Nobody can be sent to look for what somebody saw somewhere."""
    city = tiny_city() if district else replace(tiny_city(), districts={})
    clock = Clock(datetime(2026, 1, 14, 12), 0.0, 72 * 3600.0)
    levels, alarm = SimpleNamespace(low=()), SimpleNamespace(in_person={})
    citizens = Citizens(city, clock, levels, alarm, Streams(1))  # type: ignore[arg-type]
    heard = set()
    for hour in range(1, 72):
        clock.run_until(hour * 3_600_000)
        heard |= {one.district for one in citizens.heard([("main", Trade("water"), district)])}
    assert heard == told
