"""Loggers' files: golden ones, lines in pieces, mistakes at their lines, local time, and a round trip of anything."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateways.gateway.legacy.csv_logger import LONGEST_LINE, Dialect, LogPart, LogReader
from gateways.wire.payload import WireReading
from simulator.contracts.sensor import Quality
from tests.legacy.golden_files import GERMAN, GOLDEN, INTERNATIONAL, expected, lines, read_log


@pytest.mark.parametrize(("name", "dialect"), [("logger-1", INTERNATIONAL), ("logger-german-1", GERMAN)])
def test_golden_files_are_read(name: str, dialect: Dialect) -> None:
    data = (GOLDEN / f"{name}.csv").read_bytes()
    part = read_log(data, dialect)
    assert not part.malformed
    assert lines(part.readings) == expected(name)


@pytest.mark.parametrize("size", [1, 7, 64])
def test_a_file_may_come_in_any_pieces(size: int) -> None:
    data = b"time,name,value,unit\n" + (GOLDEN / "logger-1.csv").read_bytes() + b"oops\n"
    reader = LogReader(INTERNATIONAL)
    parts = [reader.feed(data[i : i + size]) for i in range(0, len(data), size)]
    whole = read_log(data, INTERNATIONAL)
    assert lines(r for part in parts for r in part.readings) == lines(whole.readings) == expected("logger-1")
    assert [m for part in parts for m in part.malformed] == list(whole.malformed)
    assert [m.line for m in whole.malformed] == [5]


def test_a_last_line_that_is_still_being_written_is_left_for_later() -> None:
    reader = LogReader(INTERNATIONAL)
    assert reader.feed(b"2026-01-14 16:00:00,a,1.2") == LogPart((), ())
    assert reader.pending == 25
    (reading,) = reader.feed(b"5,m\n").readings
    assert (reading.value, reader.pending) == (1.25, 0)


def test_every_malformed_line_is_reported_with_its_number_and_the_others_are_read() -> None:
    text = (
        b"\xef\xbb\xbfZeit;Name;Wert;Einheit\r\n"
        b"14.01.2026 17:00:00;a;1,5;m\r\n"
        b"14.01.2026 17:00:00;a;1.5;m\r\n"
        b"14.01.2026 17:00:00;a;1.234,5;m\r\n"
        b"14.01.2026 17:00:00;a;1,5\r\n"
        b"2026-01-14 17:00:00;a;1,5;m\r\n"
        b"31.02.2026 17:00:00;a;1,5;m\r\n"
        b"14.01.2026 17:00:00;;1,5;m\r\n"
        b"14.01.2026 17:00:00;a;nan;m\r\n"
        b"14.01.2026 17:00:00;a;1e999;m\r\n"
        b"14.01.2026 17:00:00;\xff\xfe;1,5;m\r\n"
        b"\r\n"
        b"\x00\r\n" + b"x" * (LONGEST_LINE + 1) + b"\r\n"
        b"29.03.2026 02:30:00;a;1,5;m\r\n"
        b"14.01.2026 17:01:00;a;2,5;m\r\n"
    )
    part = read_log(text, replace(GERMAN, encoding="utf-8"))
    assert [(r.value, r.time) for r in part.readings] == [(1.5, 1_768_406_400.0), (2.5, 1_768_406_460.0)]
    assert [m.line for m in part.malformed] == [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15]
    assert "forward" in part.malformed[-1].reason


def test_a_line_without_end_costs_no_memory_and_ends_with_its_line() -> None:
    reader = LogReader(INTERNATIONAL)
    for _ in range(50):
        assert reader.feed(b"x" * 1000) == LogPart((), ())
        assert reader.pending <= LONGEST_LINE
    part = reader.feed(b"\n2026-01-14 16:00:00,a,1,m\n")
    assert [m.line for m in part.malformed] == [1]
    assert [r.value for r in part.readings] == [1.0]


def test_a_repeated_hour_is_told_apart_by_the_order_of_its_lines() -> None:
    utc = [datetime(2026, 10, 24, 23, 0, tzinfo=UTC).timestamp() + 600 * i for i in range(24)]
    local = [datetime.fromtimestamp(t, ZoneInfo("Europe/Berlin")) for t in utc]
    assert len({t.strftime(GERMAN.time_format) for t in local}) == 18  # six of them come twice
    log = "".join(f"{t.strftime(GERMAN.time_format)};a;1,0;m\r\n" for t in local).encode("cp1252")
    assert [r.time for r in read_log(log, GERMAN).readings] == utc


READINGS = st.lists(
    st.builds(
        lambda sensor, time, value, unit: WireReading(
            sensor, float(time), value, unit, Quality.BAD if math.isnan(value) else Quality.GOOD
        ),
        st.text("abcäöü /_-.", min_size=1, max_size=20).filter(lambda text: text.strip() == text),
        st.integers(0, 4_000_000_000),
        st.floats(allow_infinity=False),
        st.sampled_from(["m", "°C", "m3/s", None]),
    ),
    max_size=20,
)


@given(READINGS)
def test_whatever_a_dialect_can_say_comes_back(readings: list[WireReading]) -> None:
    written = io.StringIO()
    table = csv.writer(written, delimiter=";")
    for r in readings:
        local = datetime.fromtimestamp(r.time, UTC).strftime("%d.%m.%Y %H:%M:%S")
        table.writerow((local, r.sensor, "" if math.isnan(r.value) else repr(r.value).replace(".", ","), r.unit))
    part = read_log(written.getvalue().encode("cp1252"), replace(GERMAN, zone="UTC"))
    assert not part.malformed
    assert lines(part.readings) == lines(readings)


@given(st.binary(max_size=400), st.sampled_from([INTERNATIONAL, GERMAN]))
def test_no_bytes_stop_a_reader(data: bytes, dialect: Dialect) -> None:
    part = read_log(data, dialect)
    full = data.count(b"\n")
    assert len(part.readings) + len(part.malformed) <= full
    assert all(1 <= m.line <= full for m in part.malformed)


@pytest.mark.parametrize(
    "wrong", [{"separator": "."}, {"decimal": "'"}, {"separator": ";;"}, {"zone": "Europe/Atlantis"}, {"encoding": "x"}]
)
def test_a_dialect_that_cannot_be_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises((ValueError, LookupError)):
        replace(INTERNATIONAL, **wrong)
