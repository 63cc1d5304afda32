"""CBOR packs: what is allowed is read, everything else is refused, and nothing else is built from it."""

from __future__ import annotations

import math
from decimal import Decimal

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateways.wire import cbor
from gateways.wire.senml import Record, SenmlError

T = 1_700_000_000.0


def record(**more: object) -> dict[object, object]:
    return {0: "a", 6: int(T), **more}


@pytest.mark.parametrize("value", [3, -7, 2.5, Decimal("273.15"), 1e300, 2**64 - 1])
def test_numbers_may_be_integers_floats_or_decimal_fractions(value: float | Decimal) -> None:  # section 6
    (got,) = cbor.decode(cbor2.dumps([{**record(), 2: value}]))
    assert got.value == float(value)


def test_text_labels_are_kept_unless_they_must_be_understood_and_unknown_numbers_are_left_out() -> None:  # 4.4
    (got,) = cbor.decode(cbor2.dumps([{**record(quality=2), 2: 1, 99: 5, -17: "x"}]))
    assert dict(got.extra) == {"quality": 2}
    with pytest.raises(SenmlError, match="'seq_' must be understood"):
        cbor.decode(cbor2.dumps([{**record(seq_=1), 2: 1}]))


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", "not CBOR"),
        (cbor2.dumps([]), "at least one record"),
        (cbor2.dumps({0: "a"}), "an array|CBOR array"),
        (cbor2.dumps([1]), "record 1: not a map"),
        (cbor2.dumps([{**record(), 2: 1}]) + b"\x00", "1 bytes after"),
        (b"\x9f" + cbor2.dumps({**record(), 2: 1}) + b"\xff", "not CBOR"),  # indefinite length
        (b"\x81\xa2\x00\x61a\x00\x61b", "not CBOR"),  # the same label twice
        (cbor2.dumps([{"n": "a", 6: int(T), 2: 1}]), "must be written as 0"),
        (cbor2.dumps([{(1, 2): 1}]), "no label"),
        (cbor2.dumps([{**record(), True: "m", 2: 1}]), "no label"),
        (cbor2.dumps([{**record(), 2: "1"}]), "v must be a number"),
        (cbor2.dumps([{**record(), 2: True}]), "v must be a number"),
        (cbor2.dumps([{**record(), 2: math.nan}]), "v is nan"),
        (cbor2.dumps([{**record(), 2: math.inf}]), "v is inf"),
        (cbor2.dumps([{**record(), 2: Decimal("1e999")}]), "v is inf"),
        (cbor2.dumps([{**record(), 8: "aGkgCg"}]), "vd must be octets"),
        (cbor2.dumps([{**record(), 3: b"x"}]), "vs must be a string"),
        (cbor2.dumps([{**record(), -1: 10.0, 2: 1}]), "bver"),
        (cbor2.dumps([{**record(), -1: -1, 2: 1}]), "bver"),
        (cbor2.dumps([{**record(), 2: None}]), "v must be a number"),
        (b"\x81\xa2\x00\x61a\x02\xf7", "v must be a number"),  # undefined
        (b"\x81" * 50 + b"\x00", "not CBOR"),  # deeper than any pack
        (b"\x9b\x7f\xff\xff\xff\xff\xff\xff\xff", "not CBOR"),  # an array longer than any memory
        (b"\x81\xa1\x02\x5b\x7f\xff\xff\xff\xff\xff\xff\xff", "not CBOR"),
    ],
)
def test_what_is_no_pack_is_refused_with_the_reason(payload: bytes, reason: str) -> None:
    with pytest.raises(SenmlError, match=reason):
        cbor.decode(payload, T)


@pytest.mark.parametrize("tag", [0, 1, 2, 3, 5, 25, 28, 29, 30, 35, 36, 37, 52, 100, 256, 258, 260, 999, 55799])
def test_nothing_but_a_decimal_fraction_is_made_of_a_tag(tag: int) -> None:
    for payload in (cbor2.dumps(cbor2.CBORTag(tag, [])), cbor2.dumps([{0: "a", 2: cbor2.CBORTag(tag, "1")}])):
        with pytest.raises(SenmlError, match="not CBOR"):
            cbor.decode(payload, T)


@given(st.binary(max_size=60))
def test_whatever_bytes_come_they_are_resolved_or_refused(payload: bytes) -> None:
    for candidate in (payload, b"\x81\xa3\x00\x61a\x02" + payload):
        try:
            got = cbor.decode(candidate, T)
        except SenmlError:
            continue
        assert all(math.isfinite(one.time) for one in got)


VALUES = st.floats(allow_nan=False, allow_infinity=False) | st.booleans() | st.text(max_size=8) | st.binary(max_size=8)


@given(st.lists(st.tuples(VALUES, st.floats(2.0**28, 2.0**33)), min_size=1, max_size=5))
def test_any_value_comes_back_exactly(pairs: list[tuple[float | bool | str | bytes, float]]) -> None:
    records = [Record(f"s{i}", time, value, "m") for i, (value, time) in enumerate(pairs)]
    got = {one.name: one for one in cbor.decode(cbor.encode(records))}
    for wanted in records:
        back = got[wanted.name]
        assert (type(back.value), back.value, back.time) == (type(wanted.value), wanted.value, wanted.time)
    assert cbor.encode(records) == cbor2.dumps(cbor2.loads(cbor.encode(records)), canonical=True)
