"""The examples of RFC 8428 are read as the RFC says, from JSON and from CBOR, and written again."""

from __future__ import annotations

import base64
from typing import Any

import cbor2
import orjson
import pytest

from gateways.wire import cbor, senml
from gateways.wire.senml import Record
from tests.wire import rfc8428 as rfc

NOW = 1_800_000_000.0
W, P = rfc.ONE_WIRE, rfc.OTHER
EXPECTED: dict[str, list[Record]] = {
    "single": [Record(W, NOW, 23.1, "Cel")],
    "multiple": [Record(f"{W}:voltage", NOW, 120.1, "V"), Record(f"{W}:current", NOW, 1.2, "A")],
    "at different times": [
        *(Record(f"{P}current", rfc.POWERED - 5 + i, 1.2 + i / 10, "A") for i in range(5)),
        Record(f"{P}voltage", rfc.POWERED, 120.1, "V"),
        Record(f"{P}current", rfc.POWERED, 1.7, "A"),
    ],
    "mobile": [Record(r["n"], r["t"], r["v"], r["u"]) for r in rfc.MOBILE_RESOLVED],
    "mobile resolved": [Record(r["n"], r["t"], r["v"], r["u"]) for r in rfc.MOBILE_RESOLVED],
    "types": [
        Record(f"{W}:temp", NOW, 23.1, "Cel"),
        Record(f"{W}:label", NOW, "Machine Room"),
        Record(f"{W}:open", NOW, False),
        Record(f"{W}:nfc-reader", NOW, b"hi \n"),
    ],
    "collection": [
        Record("2001:db8::2/temperature", rfc.FETCHED, 25.2, "Cel"),
        Record("2001:db8::2/humidity", rfc.FETCHED, 30.0, "%RH"),
        Record("2001:db8::1/temperature", rfc.FETCHED, 12.3, "Cel"),
        Record("2001:db8::1/humidity", rfc.FETCHED, 67.0, "%RH"),
    ],
    "thermostat": [
        Record(f"{W}:temp", NOW, 23.1, "Cel"),
        Record(f"{W}:heat", NOW, 1.0, "/"),
        Record(f"{W}:fan", NOW, 0.0, "/"),
    ],
    "lights": [
        Record("2001:db8::3", rfc.FETCHED, 0.5, "/"),
        Record("2001:db8::4", rfc.FETCHED, 0.5, "/"),
        Record("2001:db8::3", rfc.FETCHED + 0.1, 0.0, "/"),
        Record("2001:db8::4", rfc.FETCHED + 0.1, 0.0, "/"),
    ],
}


def as_cbor(pack: rfc.Batch) -> bytes:
    """A pack of JSON as CBOR by another hand than ours: labels and octets replaced, then the plain library."""
    numbers = {"bver": -1, "bn": -2, "bt": -3, "bu": -4, "n": 0, "u": 1, "v": 2, "vs": 3, "vb": 4, "t": 6, "vd": 8}

    def value(label: str, plain: Any) -> Any:
        return base64.urlsafe_b64decode(plain + "==") if label == "vd" else plain

    return cbor2.dumps([{numbers[label]: value(label, plain) for label, plain in record.items()} for record in pack])


def same(got: tuple[Record, ...], expected: list[Record]) -> None:
    assert [(r.name, r.unit, r.extra) for r in got] == [(r.name, r.unit, r.extra) for r in expected]
    assert [r.time for r in got] == pytest.approx([r.time for r in expected], abs=1e-6)
    for record, wanted in zip(got, expected, strict=True):
        assert type(record.value) is type(wanted.value) or isinstance(wanted.value, int)
        assert record.value == (pytest.approx(wanted.value) if isinstance(wanted.value, float) else wanted.value)


@pytest.mark.parametrize("name", rfc.ALL)
def test_an_example_is_read_from_json_and_from_cbor(name: str) -> None:
    same(senml.decode(orjson.dumps(rfc.ALL[name]), NOW), EXPECTED[name])
    same(cbor.decode(as_cbor(rfc.ALL[name]), NOW), EXPECTED[name])


@pytest.mark.parametrize("name", rfc.ALL)
def test_an_example_resolved_is_written_in_both_forms_and_read_back(name: str) -> None:
    records = senml.decode(orjson.dumps(rfc.ALL[name]), NOW)
    assert senml.decode(senml.encode(records)) == records
    assert cbor.decode(cbor.encode(records)) == records


def test_the_mobile_example_resolves_to_the_records_that_the_rfc_prints() -> None:
    records = senml.decode(orjson.dumps(rfc.MOBILE))
    key = ("t", "u", "v", "n")
    printed = [{label: record[label] for label in key} for record in rfc.MOBILE_RESOLVED]
    assert [{label: entry[label] for label in key} for entry in orjson.loads(senml.encode(records))] == printed
    assert cbor.loads(cbor.encode(records)) == printed


def test_the_dump_is_read_as_the_same_records_as_its_json() -> None:
    assert cbor.decode(rfc.DUMP) == senml.decode(orjson.dumps(rfc.AT_DIFFERENT_TIMES))
    assert cbor.loads(rfc.DUMP) == [*rfc.AT_DIFFERENT_TIMES[:-1], {**rfc.AT_DIFFERENT_TIMES[-1], "t": 0}]


def test_the_dump_s_records_are_written_with_its_very_bytes_up_to_the_order_of_fields() -> None:
    written = cbor.dumps(cbor.loads(rfc.DUMP))
    assert written == cbor2.dumps(cbor2.loads(rfc.DUMP), canonical=True)
    assert len(written) == len(rfc.DUMP) == 0xC3
    assert sorted(written) == sorted(rfc.DUMP)


def test_the_mobile_example_takes_no_more_bytes_than_table_3_says() -> None:
    assert len(cbor.dumps(rfc.MOBILE)) <= rfc.MOBILE_BYTES["CBOR"]
    assert len(orjson.dumps(rfc.MOBILE)) <= rfc.MOBILE_BYTES["JSON"]


def test_the_labels_are_those_of_table_4() -> None:
    table = ["bver", "bn", "bt", "bu", "bv", "bs", "n", "u", "v", "vs", "vb", "s", "t", "ut", "vd"]
    assert dict(zip(table, [-1, -2, -3, -4, -5, -6, 0, 1, 2, 3, 4, 5, 6, 7, 8], strict=True)) == cbor.LABELS
