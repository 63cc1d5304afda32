"""SenML by the rules of RFC 8428; each test names the section it is written from."""

from __future__ import annotations

import math

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateways.wire.senml import Record, SenmlError, decode, encode

NOW = 1_800_000_000.0
T = 1_700_000_000.0


def resolve(*records: dict[str, object]) -> tuple[Record, ...]:
    return decode(orjson.dumps(list(records)), NOW)


def one(**record: object) -> Record:
    (resolved,) = resolve(record)
    return resolved


def test_base_name_and_name_are_concatenated_and_either_may_be_missing() -> None:  # 4.2, 4.5.1
    names = resolve(
        {"n": "urn:dev:ow:1", "t": T, "v": 1},
        {"bn": "urn:dev:ow:2:", "bt": T, "n": "level", "v": 1},
        {"v": 2},
        {"n": "flow", "v": 3},
        {"bn": "pump", "v": 4},
    )
    expected = ["urn:dev:ow:1", "urn:dev:ow:2:level", "urn:dev:ow:2:", "urn:dev:ow:2:flow", "pump"]
    assert [record.name for record in names] == expected


def test_base_time_is_added_to_the_time_and_holds_until_it_is_given_again() -> None:  # 4.1, 4.5.3
    records = resolve(
        {"bn": "a", "bt": T, "v": 0}, {"t": 2.5, "v": 1}, {"t": -1, "v": 2}, {"bt": T + 100, "v": 3}, {"t": 1, "v": 4}
    )
    assert {record.value: record.time - T for record in records} == {0.0: 0, 1.0: 2.5, 2.0: -1, 3.0: 100, 4.0: 101}


def test_times_below_two_to_the_28_count_from_now() -> None:  # 4.5.3
    assert one(n="a", v=1).time == NOW
    assert one(n="a", v=1, t=-30).time == NOW - 30
    assert one(n="a", v=1, t=2**28 - 1).time == NOW + 2**28 - 1
    assert one(n="a", v=1, t=2**28).time == 2**28
    assert one(n="a", v=1, bt=2**28 - 5, t=5).time == 2**28


def test_a_relative_time_without_a_now_is_refused() -> None:
    with pytest.raises(SenmlError, match="counts from now"):
        decode(b'[{"n":"a","v":1}]')


def test_the_base_unit_holds_where_a_record_has_no_unit() -> None:  # 4.1, 4.5.2
    records = resolve(
        {"n": "a", "v": 1}, {"n": "b", "bu": "m", "v": 1}, {"n": "c", "u": "W", "v": 1}, {"n": "d", "v": 1}
    )
    assert [record.unit for record in records] == [None, "m", "W", "m"]


def test_base_value_and_base_sum_are_added_and_a_missing_one_counts_as_zero() -> None:  # 4.5.4
    values = resolve({"n": "a", "bv": 20, "v": 1.5}, {"n": "b"}, {"n": "c", "v": -1}, {"bv": 0, "n": "d", "v": 1})
    # A record that names a sensor and has a base value in force measures the base value.
    assert [record.value for record in values] == [21.5, 20.0, 19.0, 1.0]
    sums = resolve({"n": "a", "bs": 100, "s": 5}, {"n": "b", "v": 1}, {"n": "c", "s": 7})
    assert [(record.value, record.sum) for record in sums] == [(None, 105.0), (1.0, 100.0), (None, 107.0)]


def test_values_may_be_numbers_text_booleans_or_bytes() -> None:  # 4.2, 4.3
    assert one(n="a", v=3).value == 3.0
    assert one(n="a", vs="aus").value == "aus"
    assert one(n="a", vb=False).value is False
    assert one(n="a", vd="_-8").value == b"\xff\xef"  # URL-safe alphabet, padding left out
    assert one(n="a", s=1.0).value is None


def test_a_record_needs_exactly_one_value_unless_it_has_a_sum() -> None:  # 4.2
    for bad in ({"n": "a", "v": 1, "vs": "x"}, {"n": "a", "u": "m"}):
        with pytest.raises(SenmlError, match="record 1"):
            resolve(bad)


def test_a_record_of_base_fields_alone_measures_nothing() -> None:
    (record,) = resolve({"bn": "a:", "bt": T, "bu": "V"}, {"n": "b", "v": 1})
    assert record == Record("a:b", T, 1.0, "V")


def test_the_version_is_ten_by_default_must_not_be_newer_and_must_not_change() -> None:  # 4.1, 4.4
    assert one(n="a", v=1, bver=10).value == 1.0
    assert len(resolve({"n": "a", "v": 1, "bver": 5}, {"n": "b", "v": 1})) == 2
    for bad in ([{"bver": 11, "n": "a", "v": 1}], [{"n": "a", "v": 1}, {"bver": 5, "n": "b", "v": 1}]):
        with pytest.raises(SenmlError, match="version"):
            resolve(*bad)
    for bad_type in (0, "10", 10.0, True):
        with pytest.raises(SenmlError, match="bver"):
            resolve({"bver": bad_type, "n": "a", "v": 1})


def test_unknown_fields_are_kept_unless_they_must_be_understood() -> None:  # 4.4
    assert dict(one(n="a", v=1, quality=2).extra) == {"quality": 2}
    with pytest.raises(SenmlError, match="'seq_' must be understood"):
        one(n="a", v=1, seq_=1)


def test_resolved_records_are_in_chronological_order() -> None:  # 4.6
    records = resolve({"bt": T, "n": "a", "t": 5, "v": 1}, {"n": "b", "v": 2}, {"n": "c", "t": 5, "v": 3})
    assert [record.name for record in records] == ["b", "a", "c"]


@pytest.mark.parametrize("name", ["", "-a", ":a", "_a", "a b", "ä", "a+b", "a#", "a\n"])
def test_names_outside_the_allowed_characters_are_refused(name: str) -> None:  # 4.5.1
    with pytest.raises(SenmlError, match="no SenML name"):
        one(n=name, v=1)


@pytest.mark.parametrize(
    "payload",
    [
        *(b"", b"{", b"{}", b"[]", b"[1]", b"null", b'[{"n":1,"v":1}]', b'[{"n":"a","v":"1"}]', b'[{"n":"a","vb":1}]'),
        *(b'[{"n":"a","v":null}]', b'[{"n":"a","v":true}]', b'[{"n":"a","vd":"*"}]', b'[{"n":"a","v":NaN}]'),
        *(b'[{"bn":[],"n":"a","v":1}]', b'[{"n":"a","v":1,"bt":1e308,"t":1e308}]', b"\xff", b"[" * 5000),
    ],
)
def test_what_is_no_pack_is_refused(payload: bytes) -> None:
    with pytest.raises(SenmlError):
        decode(payload, NOW)


LABELS = st.sampled_from(
    ["bn", "bt", "bu", "bv", "bs", "bver", "n", "u", "v", "vs", "vb", "vd", "s", "t", "ut", "x", "x_"]
)
JSON = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text(max_size=9)


@given(st.lists(st.dictionaries(LABELS, JSON | st.lists(JSON, max_size=2), max_size=6), max_size=4))
def test_whatever_comes_it_is_resolved_or_refused(records: list[dict[str, object]]) -> None:
    try:
        resolved = resolve(*records)
    except SenmlError:
        return
    for record in resolved:
        assert math.isfinite(record.time)
        assert record.value is not None or record.sum is not None


def test_writing_resolved_records_and_reading_them_gives_them_back() -> None:
    records = (
        Record("a", T, 1.25, "m", update_time=60.0, extra={"quality": 1}),
        Record("b", T + 0.5, "aus"),
        Record("c", T + 0.5, True),
        Record("d", T + 1, b"\x00\xff"),
        Record("e", T + 2, None, "W", 12.5),
    )
    assert decode(encode(records)) == records
    for entry in orjson.loads(encode(records)):
        assert not [label for label in entry if label.startswith("b")], "a resolved record has no base fields"


@pytest.mark.parametrize(
    "record",
    [
        Record("a b", T, 1.0),
        Record("a", 5.0, 1.0),
        Record("a", T),
        Record("a", T, math.nan),
        Record("a", math.inf, 1.0),
    ],
)
def test_a_record_that_cannot_be_said_is_not_written(record: Record) -> None:
    with pytest.raises(SenmlError):
        encode([record])
