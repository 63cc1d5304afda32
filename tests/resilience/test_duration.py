"""Durations and numbers as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resilience.duration import seconds, shown
from resilience.text import Text, joined, number, quantity, told_apart


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("15 s", 15.0),
        ("2h", 7200.0),
        ("1h30m", 5400.0),
        ("1 h 30 min", 5400.0),
        ("1d12h", 129600.0),
        ("500 ms", 0.5),
        ("1.5h", 5400.0),
        ("0s", 0.0),
        (" 90min ", 5400.0),
    ],
)
def test_reads(text: str, expected: float) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize("text", ["", " ", "15", "h", "-2h", "2 hours", "30m1h", "1h1h", "1h 30", "0.3 ms", "1,5 h"])
def test_refuses(text: str) -> None:
    with pytest.raises(ValueError, match=r"duration|twice|finer|empty"):
        seconds(text)


@given(st.integers(0, 10**10))
def test_shown_reads_back(milliseconds: int) -> None:
    assert seconds(shown(milliseconds / 1000)) == milliseconds / 1000


def test_shown() -> None:
    assert shown(5400) == "1 h 30 min"
    assert shown(-90) == "-1 min 30 s"
    assert shown(0) == "0 s"
    assert shown(86400 + 0.25) == "1 d 0.25 s"


def test_numbers_in_both_languages() -> None:
    assert number(1234567.0) == Text("1.234.567", "1,234,567")
    assert number(0.00123) == Text("0,00123", "0.00123")
    assert number(float("nan")) == Text("unbekannt", "unknown")
    assert number(float("inf")).en == "infinite"
    assert quantity(12.5, "s") == Text("12,5 s", "12.5 s")
    assert quantity(15.0, "l/person/d").en == "15 l/person/d"
    assert quantity(0.5, "1").de == "0,5"
    assert joined([Text("a", "b"), Text("c", "d")], Text(" und ", " and ")) == Text("a und c", "b and d")
    with pytest.raises(KeyError):
        Text("a", "b").of("fr")


def test_numbers_that_differ_look_different() -> None:
    value, limit = told_apart(0.94998, 0.95, "1")
    assert value.en == "0.94998"
    assert limit.en == "0.95"
    assert told_apart(0.95, 0.95, "1")[0].en == "0.95"
