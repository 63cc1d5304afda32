"""The version of a message, whose reader takes it, and how a gateway is told to write another one."""

from __future__ import annotations

import math

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateways.wire.payload import Batch, WireBatch
from gateways.wire.senml import SenmlError
from gateways.wire.versions import (
    FILTER,
    VERSIONS,
    GatewayConfig,
    UnknownVersion,
    WrongGateway,
    config_message,
    encoder,
    read_config,
    read_message,
)
from simulator.contracts.sensor import SensorCohort
from tests.gateways.samples import START, block, cohort, pack

V1, V2 = "city/v1/gw/senml", "city/v2/gw/senml"
OLD = b'{"id":"gw","ts":1768406400000,"readings":{"a/b":1}}'


def written(version: str, of: Batch) -> bytes:
    return encoder(version, START).encode(of)


def test_the_topic_says_the_version() -> None:
    sample = pack(block(cohort(), 0.0, [1, 2, 3]), boot=2, sequence=7)
    assert VERSIONS["v2"].topic("gw") == V2
    one, two = read_message(V1, written("v1", sample)), read_message(V2, written("v2", sample))
    assert one == two
    assert (one.gateway, one.boot, one.sequence, one.lowest) == ("gw", 2, 7, None)
    for topic, other in ((V1, "v2"), (V2, "v1")):
        with pytest.raises(SenmlError):
            read_message(topic, written(other, sample))


def test_all_topics_of_readings_fit_one_filter() -> None:
    levels = FILTER.split("/")
    for version in VERSIONS.values():
        topic = version.topic("Süd 1/a").split("/")
        assert len(topic) == len(levels)
        assert all(level in ("+", there) for level, there in zip(levels, topic, strict=True))


@pytest.mark.parametrize("version", ["v3", "v10", "V1", "", "v1 "])
def test_an_unknown_version_is_refused_and_the_known_ones_are_named(version: str) -> None:
    with pytest.raises(UnknownVersion, match="known are v0, v1, v2"):
        read_message(f"city/{version}/gw/senml", b"[]")
    with pytest.raises(UnknownVersion, match="known are v0, v1, v2"):
        encoder(version, START)


def test_nobody_writes_version_0() -> None:
    with pytest.raises(UnknownVersion, match="only read; written are v1, v2"):
        encoder("v0", START)


@pytest.mark.parametrize(
    "topic", ["", "city/v1/gw", "city/v1/gw/status", "town/v1/gw/senml", "city/v1//senml", V1 + "/x"]
)
def test_other_topics_hold_no_readings(topic: str) -> None:
    with pytest.raises(SenmlError, match="no topic of readings"):
        read_message(topic, written("v1", pack(block(cohort(), 0.0, [1, 2, 3]))))


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_a_pack_on_another_gateway_s_branch_is_refused(version: str) -> None:
    payload = written(version, pack(block(cohort(), 0.0, [1, 2, 3])))
    with pytest.raises(WrongGateway, match="'gw' lies on the branch of 'gx'"):
        read_message(f"city/{version}/gx/senml", payload)
    with pytest.raises(WrongGateway):
        read_message("city/v0/gx/senml", OLD)


@pytest.mark.parametrize(
    "fields",
    [
        {"schema": 2},
        {"schema": True},
        {"restart": 0},
        {"restart": -1},
        {"seq": -1},
        {"seq": 1.0},
        {"lowest": 8},
        {"lowest": "0"},
        {"lowest": None},
    ],
)
def test_numbers_that_make_no_sense_are_refused(fields: dict[str, object]) -> None:
    first = {"schema": 1, "restart": 1, "seq": 7, "bn": "urn:dev:city:gw:", "bt": START, "n": "a", "v": 1}
    assert read_message(V1, orjson.dumps([first])).sequence == 7
    with pytest.raises(SenmlError, match="record 1"):
        read_message(V1, orjson.dumps([{**first, **fields}]))


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"[]",
        b'{"ts":1,"readings":{"a":1}}',
        b'{"id":"","ts":1,"readings":{"a":1}}',
        b'{"id":"gw","ts":1.5,"readings":{"a":1}}',
        b'{"id":"gw","ts":-1,"readings":{"a":1}}',
        b'{"id":"gw","ts":true,"readings":{"a":1}}',
        b'{"id":"gw","ts":1,"readings":{}}',
        b'{"id":"gw","ts":1,"readings":[1]}',
        b'{"id":"gw","ts":1,"readings":{"a":"1"}}',
        b'{"id":"gw","ts":1,"readings":{"a":true}}',
        b'{"id":"gw","ts":1,"readings":{"":1}}',
    ],
)
def test_what_is_no_old_message_is_refused(message: bytes) -> None:
    with pytest.raises(SenmlError):
        read_message("city/v0/gw/senml", message)


def test_an_old_message_has_no_number_and_its_time_for_a_sequence() -> None:
    old = read_message("city/v0/gw/senml", OLD)
    assert (old.boot, old.sequence, old.readings[0].time) == (0, 1_768_406_400_000, START)


TEXT = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8)


@settings(max_examples=60)
@given(
    TEXT,
    st.lists(
        st.tuples(
            st.sampled_from(["m", "bar", "l/person/d", "kW"]),
            st.lists(st.tuples(st.floats(), st.sampled_from([0, 1, 2])), min_size=1, max_size=4),
            st.integers(-(10**6), 10**9),
        ),
        min_size=1,
        max_size=4,
    ),
    st.none() | st.integers(0, 5),
)
def test_both_writers_say_the_same(
    gateway: str, parts: list[tuple[str, list[tuple[float, int]], int]], lowest: int | None
) -> None:
    blocks = []
    for i, (unit, pairs, tick) in enumerate(parts):
        of = SensorCohort(f"c{i}", gateway, "q", unit, tuple(f"ü {j}" for j in range(4)), 0.0, 60.0)
        values, flags = [value for value, _ in pairs], [flag for _, flag in pairs]
        blocks.append(block(of, tick / 1000, values, flags))
    of = pack(*blocks, gateway=gateway, sequence=5)
    with np.errstate(over="ignore"):  # 1e308 kW is more watts than there are numbers for
        payloads = {version: encoder(version, START).encode(of, lowest) for version in ("v1", "v2")}
    one, two = (read_message(VERSIONS[version].topic(gateway), payload) for version, payload in payloads.items())
    assert repr(one) == repr(two)
    assert one.lowest == lowest
    sent = sorted(((b.at, v) for b in blocks for v in b.values.tolist()), key=lambda pair: pair[0])
    got = [math.isfinite(reading.value) for reading in two.readings]
    assert all(math.isfinite(value) for (_, value), finite in zip(sent, got, strict=True) if finite)


@given(st.sampled_from(["v0", "v1", "v2"]), st.binary(max_size=80))
def test_whatever_comes_it_is_a_pack_or_refused(version: str, payload: bytes) -> None:
    try:
        got = read_message(f"city/{version}/gw/senml", payload)
    except SenmlError:
        return
    assert isinstance(got, WireBatch)


def test_a_gateway_is_told_a_version_and_told_back() -> None:
    assert orjson.loads(config_message(GatewayConfig("v2"))) == {"schema": 1, "payload": "v2"}
    for version in ("v1", "v2"):
        assert read_config(config_message(GatewayConfig(version))).payload == version
    assert GatewayConfig().payload == "v1"
    assert read_config(config_message(GatewayConfig("v1", faulty=True))) == GatewayConfig("v1", faulty=True)
    # A field that a later schema 1 may add changes nothing.
    assert read_config(b'{"schema":1,"payload":"v2","since":5}') == GatewayConfig("v2")


@pytest.mark.parametrize(
    "message", [b'{"schema":1,"payload":"v9"}', b'{"schema":1,"payload":"v0"}', b'{"schema":2,"payload":"v1"}']
)
def test_a_version_that_gateways_do_not_write_is_refused(message: bytes) -> None:
    with pytest.raises(UnknownVersion):
        read_config(message)


@pytest.mark.parametrize(
    "message",
    [b"", b"null", b"[]", b"{}", b'{"schema":1}', b'{"schema":"1","payload":"v1"}', b'{"schema":1,"payload":1}'],
)
def test_what_is_no_configuration_is_refused(message: bytes) -> None:
    with pytest.raises(SenmlError):
        read_config(message)
