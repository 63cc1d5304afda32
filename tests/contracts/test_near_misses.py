"""What the writer of a file probably meant."""

from __future__ import annotations

import pytest

from simulator.contracts.names import near_misses

FIELDS = ("id", "title", "at", "target", "for", "when", "duration", "heal_by", "longest", "selector", "timeline")
IDS = ("hospital-1", "substation-1", "gateway-west", "gateway-d6", "junction-J-592")


@pytest.mark.parametrize(
    ("name", "meant"),
    [("until", ()), ("length", ()), ("tilte", ("title",)), ("targets", ("target",)), ("heal-by", ("heal_by",))],
)
def test_a_near_miss_is_a_slip_and_not_another_word(name: str, meant: tuple[str, ...]) -> None:
    assert near_misses(name, FIELDS) == meant


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("hospital", "hospital-1"),
        ("J-592", "junction-J-592"),
        ("substation1", "substation-1"),
        ("Hospital-1", "hospital-1"),
    ],
)
def test_a_part_of_a_name_or_another_spelling_leads_to_it(name: str, meant: str) -> None:
    assert near_misses(name, IDS)[0] == meant
