"""The fast reader takes what `decode_batch` takes, and reads the same."""

from __future__ import annotations

import math
import random

import hypothesis.strategies as st
import numpy as np
import orjson
import pytest
from hypothesis import given, settings

from gateways.ingest.columns import CACHED_BYTES, LATEST, ColumnReader, WireColumns, columns_of
from gateways.wire.payload import BatchEncoder, decode_batch
from gateways.wire.senml import SenmlError
from gateways.wire.versions import UnknownVersion
from tests.gateways.samples import START, block, cohort, pack


def same(left: WireColumns, right: WireColumns) -> bool:
    return (
        (left.gateway, left.boot, left.sequence, left.lowest)
        == (right.gateway, right.boot, right.sequence, right.lowest)
        and left.sensors == right.sensors
        and left.times_ms.tolist() == right.times_ms.tolist()
        and np.array_equal(left.values, right.values, equal_nan=True)
        and left.quality.tolist() == right.quality.tolist()
        and left.digest() == right.digest()
    )


VALUES = st.one_of(st.floats(allow_infinity=False), st.just(math.nan), st.integers(-(10**18), 10**18).map(float))
BLOCKS = st.lists(
    st.tuples(
        st.sampled_from(["m", "°C", "no such unit", "kW"]),
        st.integers(-(10**6), 10**6),
        st.lists(st.tuples(VALUES, st.integers(0, 2)), min_size=1, max_size=6),
    ),
    min_size=1,
    max_size=4,
)


@given(BLOCKS, st.sampled_from(["gw", "Gateway Nord/1", "ü:3a"]), st.integers(1, 9), st.integers(0, 99), st.booleans())
@settings(deadline=None)
def test_whatever_a_gateway_writes_is_read_as_by_decode_pack(blocks, gateway, boot, sequence, says_lowest) -> None:
    made = [
        block(
            cohort(f"c{i} {unit}", gateway, len(readings), unit=unit),
            at_s,
            [value for value, _ in readings],
            [flag for _, flag in readings],
        )
        for i, (unit, at_s, readings) in enumerate(blocks)
    ]
    lowest = sequence // 2 if says_lowest else None
    payload = BatchEncoder(START).encode(pack(*made, gateway=gateway, boot=boot, sequence=sequence), lowest)
    try:
        expected = columns_of(decode_batch(payload))
    except SenmlError:  # a factor took a value beyond 64 bits
        return
    reader = ColumnReader()
    assert reader._quick(orjson.loads(payload)) is not None, "the usual takes the fast way"
    assert same(reader.read(payload), expected)
    assert same(reader.read(payload), expected), "and again, with the names that were kept"


FIELDS = st.dictionaries(
    st.sampled_from(
        [
            "n",
            "v",
            "vs",
            "vb",
            "vd",
            "t",
            "u",
            "bn",
            "bt",
            "bu",
            "bv",
            "bs",
            "s",
            "ut",
            "bver",
            "quality",
            "x",
            "x_",
            "schema",
            "restart",
            "seq",
            "lowest",
        ]
    ),
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-3, 3),
        st.floats(allow_nan=False, allow_infinity=False),
        st.sampled_from(["", "a", "b/level_m", "urn:dev:city:gw:", "urn:dev:city:other:", "a b", "a\nb", ":zz"]),
        st.sampled_from([1.7e9, 2.0**28, 1e300, 10, 11]),
        st.just([]),
        st.just({}),
    ),
    max_size=3,
)
FIRST = {"schema": 1, "restart": 1, "seq": 0, "bn": "urn:dev:city:gw:", "bt": 1.7e9, "n": "a", "v": 1.0}


@given(FIELDS, st.lists(st.one_of(FIELDS, st.just({"n": "b", "v": 2}), st.just({"n": "c", "vs": "none"})), max_size=4))
@settings(max_examples=400, deadline=None)
def test_mutated_packs_are_taken_and_refused_as_by_decode_pack(first, more) -> None:
    payload = orjson.dumps([FIRST | first, *[{"n": "p", "v": 1} | record for record in more]])
    try:
        expected = columns_of(decode_batch(payload))
    except SenmlError:
        with pytest.raises(SenmlError):
            ColumnReader().read(payload)
        return
    assert same(ColumnReader().read(payload), expected)


@pytest.mark.parametrize(
    ("first", "reason"),
    [
        ({"restart": 1 << 60}, "restart"),
        ({"seq": 1 << 53}, "restart"),
        ({"bt": LATEST}, "time"),
        ({"n": ""}, "name"),
        ({"bn": "urn:dev:city::"}, "name|base"),
    ],
)
def test_beyond_decode_pack_it_refuses_what_no_store_can_hold(first: dict, reason: str) -> None:
    with pytest.raises(SenmlError, match=reason):
        ColumnReader().read(orjson.dumps([FIRST | first]))


def test_a_schema_of_the_future_is_called_so() -> None:
    with pytest.raises(UnknownVersion, match="schema 2"):
        ColumnReader().read(orjson.dumps([FIRST | {"schema": 2, "new": {"shape": []}}]))


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"null",
        b"[]",
        b"[[]]",
        b"[1]",
        b'["a"]',
        b"{}",
        b"\xff",
        b"[" * 100_000,
        b'[{"a":' * 2000,
        b"NaN",
        b"[NaN]",
    ],
)
def test_what_is_no_pack_is_refused_with_a_reason(payload: bytes) -> None:
    with pytest.raises(SenmlError):
        ColumnReader().read(payload)


def test_records_that_are_out_of_time_s_order_are_put_in_order() -> None:
    records = [FIRST | {"bt": 1.7e9 + 5}, {"n": "b", "v": 2, "bt": 1.7e9}, {"n": "c", "v": 3, "t": 2.5}]
    read = ColumnReader().read(orjson.dumps(records))
    assert read.sensors == ("b", "c", "a")
    assert read.times_ms.tolist() == [1_700_000_000_000, 1_700_000_002_500, 1_700_000_005_000]
    assert same(read, columns_of(decode_batch(orjson.dumps(records))))


def test_names_kept_are_bounded() -> None:
    reader, rng = ColumnReader(), random.Random(1)
    for _ in range(300):
        names = [f"{rng.random()}" + "x" * 2000 for _ in range(40)]
        reader.read(orjson.dumps([FIRST, *({"n": name, "v": 1} for name in names)]))
    assert sum(len(joined) for _, joined in reader._layouts) <= CACHED_BYTES


def test_a_line_break_in_a_name_does_not_pass_for_two_names() -> None:
    reader = ColumnReader()
    reader.read(orjson.dumps([FIRST, {"n": "b", "v": 1}, {"n": "c", "v": 1}]))
    with pytest.raises(SenmlError, match="name"):
        reader.read(orjson.dumps([FIRST, {"n": "b\nc", "v": 1}]))
