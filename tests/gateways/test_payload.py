"""Packs on the wire: what a gateway writes, any SenML reader reads."""

from __future__ import annotations

import math

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateways.wire import senml, topics
from gateways.wire.payload import Batch, BatchEncoder, decode_batch, meta_message, status_message
from gateways.wire.senml import SENML_UNITS
from simulator.contracts.sensor import Quality, SensorCohort, SensorGroup
from tests.gateways.samples import START, block, cohort, pack


def encode(of: Batch) -> bytes:
    return BatchEncoder(START).encode(of)


REGISTERED = {
    *("m", "kg", "g", "s", "A", "K", "cd", "mol", "Hz", "rad", "sr", "N", "Pa", "J", "W", "C", "V", "F", "Ohm", "S"),
    *("Wb", "T", "H", "Cel", "lm", "lx", "Bq", "Gy", "Sv", "kat", "m2", "m3", "l", "m/s", "m/s2", "m3/s", "l/s"),
    *("W/m2", "cd/m2", "bit", "bit/s", "lat", "lon", "pH", "dB", "dBW", "Bspl", "count", "/", "%", "%RH", "%EL", "EL"),
    *("1/s", "1/min", "beat/min", "beats", "S/m", "B", "VA", "VAs", "var", "vars", "J/m", "kg/m3", "deg"),
}
"""Symbols of the registry: RFC 8428, 12.1, and RFC 8798, 4."""


def test_a_pack_reads_as_plain_senml_with_names_times_units_and_values() -> None:
    pumps, meters = cohort("pump", unit="m"), cohort("meter", unit="W", count=2)
    payload = encode(pack(block(pumps, 0.0, [1.5, 2.0, -3.25]), block(meters, 60.0, [1e-7, 5e6])))
    records = senml.decode(payload)
    assert [(r.name, r.time, r.unit, r.value) for r in records] == [
        ("urn:dev:city:gw:pump0/pressure_m", START, "m", 1.5),
        ("urn:dev:city:gw:pump1/pressure_m", START, "m", 2.0),
        ("urn:dev:city:gw:pump2/pressure_m", START, "m", -3.25),
        ("urn:dev:city:gw:meter0/pressure_m", START + 60, "W", 1e-7),
        ("urn:dev:city:gw:meter1/pressure_m", START + 60, "W", 5e6),
    ]


def test_a_group_is_written_as_its_cohorts_would_be_one_by_one_wherever_it_is_cut() -> None:
    cohorts = cohort("pump", unit="m"), cohort("meter", unit="W", count=2), cohort("lamp", unit="lx", count=4)
    values, flags = [1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0], [0, 0, 1, 0, 0, 0, 2, 0, 0]
    group, begins = SensorGroup(cohorts), (0, 3, 5, 9)
    for first in range(9):
        for end in range(first + 1, 10):
            alone = [
                block(one, 7.0, values[low:high], flags[low:high], first=low - begin)
                for one, begin, stop in zip(cohorts, begins[:-1], begins[1:], strict=True)
                for low, high in [(max(first, begin), min(end, stop))]
                if low < high
            ]
            together = block(group, 7.0, values[first:end], flags[first:end], first=first)
            assert encode(pack(together)) == encode(pack(*alone))


def test_the_first_record_carries_schema_boot_and_sequence_and_no_label_must_be_understood() -> None:
    payload = encode(pack(block(cohort(), 1.25, [1, 2, 3]), boot=4, sequence=17))
    first, *others = orjson.loads(payload)
    assert {label: first[label] for label in ("schema", "restart", "seq", "bt", "bu")} == {
        "schema": 1,
        "restart": 4,
        "seq": 17,
        "bt": START + 1.25,
        "bu": "m",
    }
    own = {"schema", "restart", "seq", "quality"}
    assert not [label for label in own if label.endswith("_") or label.startswith("b")]
    assert [set(record) for record in others] == [{"n", "v"}] * 2
    wire = decode_batch(payload)
    assert (wire.gateway, wire.boot, wire.sequence) == ("gw", 4, 17)


def test_quality_is_said_where_it_is_not_good_and_a_missing_number_is_text() -> None:
    payload = encode(pack(block(cohort(), 0.0, [1.0, math.nan, 3.0], [0, Quality.BAD, Quality.SUSPECT])))
    plain = orjson.loads(payload)
    assert ["quality" in record for record in plain] == [False, True, True]
    assert plain[1]["vs"] == "none"
    got = decode_batch(payload).readings
    assert [reading.quality for reading in got] == [Quality.GOOD, Quality.BAD, Quality.SUSPECT]
    assert (got[0].value, got[2].value) == (1.0, 3.0)
    assert math.isnan(got[1].value)


def test_a_part_of_a_cohort_keeps_its_own_names() -> None:
    wire = decode_batch(encode(pack(block(cohort(count=5), 0.0, [7.0, 8.0], first=2))))
    assert [(reading.sensor, reading.value) for reading in wire.readings] == [
        ("c2/pressure_m", 7),
        ("c3/pressure_m", 8),
    ]


def test_units_become_registered_ones_with_their_factor() -> None:
    payload = encode(pack(block(cohort(unit="bar"), 0.0, [2.0, 3.5, 0.1])))
    assert [(r.unit, r.value) for r in senml.decode(payload)] == [("Pa", 2e5), ("Pa", 3.5e5), ("Pa", 1e4)]


def test_a_unit_that_is_not_registered_is_left_out_and_takes_no_other_block_s_unit() -> None:
    known, strange = cohort("k", unit="W", count=1), cohort("s", unit="l/person/d", count=1)
    for blocks in ((known, strange, known), (strange, known)):
        records = senml.decode(encode(pack(*(block(c, 0.0, [1.0]) for c in blocks))))
        assert [r.unit for r in records] == ["W" if c is known else None for c in blocks]
    meta = orjson.loads(meta_message("gw", [known, strange]))
    assert [(c["unit"], c["senml_unit"]) for c in meta["cohorts"]] == [("W", "W"), ("l/person/d", None)]


def test_every_unit_we_write_is_in_the_registry() -> None:
    assert {unit.symbol for unit in SENML_UNITS.values()} <= REGISTERED


NAMES = st.text(min_size=1, max_size=12)


@given(NAMES, st.lists(NAMES, min_size=1, max_size=4, unique=True), st.lists(st.floats(), min_size=4, max_size=4))
def test_any_id_and_any_value_comes_back_as_it_was(gateway: str, components: list[str], values: list[float]) -> None:
    try:
        (gateway + "".join(components)).encode()
    except UnicodeEncodeError:
        return
    of = SensorCohort("c", gateway, "flow_m3_s", "m3/s", tuple(components), 0.0, 60.0)
    values = values[: len(components)]
    payload = encode(pack(block(of, 0.0, values), gateway=gateway))
    wire = decode_batch(payload)
    assert wire.gateway == gateway
    assert tuple(reading.sensor for reading in wire.readings) == of.sensors
    expected = [value if math.isfinite(value) else math.nan for value in values]
    np.testing.assert_array_equal([reading.value for reading in wire.readings], expected)


@given(NAMES)
def test_any_id_becomes_one_legal_topic_level_and_back(text: str) -> None:
    try:
        level = topics.level(text)
    except UnicodeEncodeError:
        return
    assert topics.plain(level) == text
    assert not set(level) & set("/+# \x00")
    assert level.isascii()


def test_topics_follow_the_convention() -> None:
    assert topics.senml("gateway-3") == "city/v1/gateway-3/senml"
    assert topics.status("a/b c") == "city/v1/a:2fb:20c/status"
    assert topics.meta("Süd") == "city/v1/S:c3:bcd/meta"


@pytest.mark.parametrize(
    "first",
    [
        {"restart": 1, "seq": 0, "bn": "urn:dev:city:gw:"},
        {"schema": 2, "restart": 1, "seq": 0, "bn": "urn:dev:city:gw:"},
        {"schema": 1, "restart": "1", "seq": 0, "bn": "urn:dev:city:gw:"},
        {"schema": 1, "restart": 1, "seq": 0, "bn": "urn:dev:ow:gw:"},
        {"schema": 1, "restart": 1, "seq": 0, "bn": "urn:dev:city::ff:"},
        {"schema": 1, "restart": 1, "seq": 0, "bn": "urn:dev:city:gw:", "quality": 9},
        {"schema": 1, "restart": 1, "seq": 0, "bn": "urn:dev:city:gw:", "quality": []},
    ],
)
def test_packs_of_another_schema_or_origin_are_refused(first: dict[str, object]) -> None:
    with pytest.raises(senml.SenmlError):
        decode_batch(orjson.dumps([{"bt": START, "n": "a", "v": 1, **first}]))


def test_status_says_schema_state_and_time_and_a_last_will_says_no_time() -> None:
    assert orjson.loads(status_message("gw", "online", START, 2)) == {
        "schema": 1,
        "gateway": "gw",
        "state": "online",
        "time": START,
        "restart": 2,
    }
    assert "time" not in orjson.loads(status_message("gw", "offline"))
