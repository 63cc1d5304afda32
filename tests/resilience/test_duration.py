"""Durations and numbers as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.contracts.duration import apart, exact, rounded, seconds, shown
from simulator.contracts.words import SHARE, Said, Verbatim, enumerated, joined, number, percent, quantity, told_apart


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
    assert number(1234567.0) == Said({"de": "1.234.567", "en": "1,234,567"})
    assert number(0.00123) == Said({"de": "0,00123", "en": "0.00123"})
    assert number(float("nan")) == Said({"de": "unbekannt", "en": "unknown"})
    assert number(float("inf")).en == "infinite"
    assert quantity(12.5, "s") == Said({"de": "12,5 s", "en": "12.5 s"})
    assert quantity(15.0, "l/person/d").en == "15 l per person and day"
    assert quantity(86400.0, "s").en == "24 h"
    assert quantity(0.925, SHARE) == Said({"de": "92,5\u00a0%", "en": "92.5%"})
    assert quantity(0.5, "1").de == "0,5"
    assert joined(
        [Said({"de": "a", "en": "b"}), Said({"de": "c", "en": "d"})], Said({"de": " und ", "en": " and "})
    ) == Said({"de": "a und c", "en": "b and d"})
    with pytest.raises(KeyError):
        Said({"de": "a", "en": "b"}).of("fr")


def test_numbers_that_differ_look_different() -> None:
    value, limit = told_apart(0.94998, 0.95, "1")
    assert value.en == "0.94998"
    assert limit.en == "0.95"
    assert told_apart(0.95, 0.95, "1")[0].en == "0.95"
    assert [t.en for t in told_apart(0.9496, 0.95, SHARE)] == ["94.96%", "95%"]
    assert [t.de for t in told_apart(0.5, 0.925, SHARE)] == ["50\u00a0%", "92,5\u00a0%"]
    assert [t.en for t in told_apart(2579.853, 900.0, "s")] == ["43 min", "15 min"]


@given(st.floats(0, 1, exclude_min=True, exclude_max=True).filter(lambda v: 1e-9 < v < 1 - 1e-9))
def test_only_all_is_shown_as_all_and_only_nothing_as_nothing(share: float) -> None:
    assert percent(share).en not in ("100%", "0%")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.0, "0 s"),
        (0.853, "0.9 s"),
        (12.4, "12 s"),
        (119.0, "119 s"),
        (119.8, "2 min"),
        (2579.853, "43 min"),
        (5400.0, "1 h 30 min"),
        (86400.0, "24 h"),
        (187300.0, "2 d 4 h"),
        (-1800.2, "-30 min"),
    ],
)
def test_rounded_to_what_matters(value: float, said: str) -> None:
    assert rounded(value) == said


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_beside_its_limit_a_value_never_looks_like_it(value_ms: int, limit_ms: int) -> None:
    if value_ms == limit_ms:
        return
    assert apart(value_ms / 1000, limit_ms / 1000) != exact(limit_ms / 1000)


@given(st.integers(0, 10**10))
def test_exact_reads_back(milliseconds: int) -> None:
    assert seconds(exact(milliseconds / 1000)) == milliseconds / 1000


def test_long_lists_are_cut_and_counted() -> None:
    names = [Verbatim(name) for name in "abcdef"]
    assert enumerated(names[:1]).en == "a"
    assert enumerated(names[:4]).en == "a, b, c and d"
    assert enumerated(names) == Said({"de": "a, b, c und 3 weitere", "en": "a, b, c and 3 more"})
