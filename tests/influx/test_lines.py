"""Line protocol: every line says what its reading said, by the rules that InfluxData publishes for it."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateways.stores.influx.lines import LineWriter, measurement, original, tag, to_lines

T = 1_768_406_400_250


def lines(sensors: list[str], values: list[float], quality: list[int] | None = None, gateway: str = "gw") -> list[str]:
    count = len(sensors)
    times = np.full(count, T, dtype=np.int64)
    flags = np.array(quality or [0] * count, dtype=np.uint8)
    text = to_lines(gateway, sensors, times, np.array(values, dtype=np.float64), flags).decode()
    assert text.endswith("\n") or not sensors
    return text.splitlines()


def parse(line: str) -> tuple[str, dict[str, str], dict[str, str], int]:
    """A reader by the published grammar: a backslash before a comma, a space or an equal sign makes it plain."""

    def cut(text: str, at: str) -> list[str]:
        return re.split(rf"(?<!\\){at}", text)

    def plain(text: str) -> str:
        return re.sub(r"\\([,= ])", r"\1", text)

    series, fields, time = cut(line, " ")
    name, *tags = cut(series, ",")
    pairs = [tuple(map(plain, cut(one, "="))) for one in tags]
    return plain(name), dict(pairs), dict(one.split("=") for one in fields.split(",")), int(time)


def test_a_reading_is_one_line_with_its_quantity_component_gateway_value_quality_and_milliseconds() -> None:
    assert lines(["junction-12/pressure_m", "tank-1/level_m"], [31.25, -0.5], [0, 1]) == [
        f"pressure_m,component=junction-12,gateway=gw value=31.25,quality=0i {T}",
        f"level_m,component=tank-1,gateway=gw value=-0.5,quality=1i {T}",
    ]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_reading_without_a_number_has_no_value_but_is_there(value: float) -> None:
    assert lines(["a/q", "b/q"], [value, 1.0], [2, 0]) == [
        f"q,component=a,gateway=gw quality=2i {T}",
        f"q,component=b,gateway=gw value=1.0,quality=0i {T}",
    ]


def test_special_characters_are_escaped_as_published() -> None:  # docs.influxdata.com, line protocol reference
    assert measurement("my Measure,ment=x") == r"my\ Measure\,ment=x"
    assert tag("my tag,value=x") == r"my\ tag\,value\=x"
    assert tag("Süd ☂") == "Süd\\ ☂"
    assert lines(["a/b c/d e"], [1.0], gateway="g=1") == [
        rf"d\ e,component=a/b\ c,gateway=g\=1 value=1.0,quality=0i {T}"
    ]


def test_what_line_protocol_cannot_say_is_written_as_hex_and_can_be_read_back() -> None:
    assert tag("a\nb\\") == "a:0ab:5c"
    assert measurement("#1") == ":231"
    assert tag("tank:1") == "tank:1"
    assert tag("tank:0a") == "tank:3a0a"
    assert original(":3a0a") == ":0a"


def test_a_name_without_quantity_is_a_measurement_and_no_name_is_refused() -> None:
    assert lines(["level"], [1.0]) == [f"level,gateway=gw value=1.0,quality=0i {T}"]
    assert lines(["a/"], [1.0]) == [f"a/,gateway=gw value=1.0,quality=0i {T}"]
    assert lines(["/q"], [1.0]) == [f"q,gateway=gw value=1.0,quality=0i {T}"]
    for sensor, gateway in (("", "gw"), ("a/q", "")):
        with pytest.raises(ValueError, match="needs a"):
            lines([sensor], [1.0], gateway=gateway)


def test_nothing_is_no_line() -> None:
    assert lines([], []) == []


NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=10)


@given(
    NAMES.filter(lambda name: "/" not in name),
    NAMES,
    NAMES,
    st.floats(),
    st.sampled_from([0, 1, 2]),
    st.integers(-(2**53), 2**53),
)
def test_any_reading_comes_back_exactly(
    quantity: str, component: str, gateway: str, value: float, quality: int, time: int
) -> None:
    sensor = f"{component}/{quantity}"
    columns = np.array([time]), np.array([value]), np.array([quality], dtype=np.uint8)
    (line,) = LineWriter().lines(gateway, [sensor], *columns).decode().removesuffix("\n").split("\n")
    assert not line.startswith("#")
    name, tags, fields, at = parse(line)
    assert original(name) == quantity
    assert {key: original(text) for key, text in tags.items()} == {"component": component, "gateway": gateway}
    assert fields.pop("quality") == f"{quality}i"
    assert at == time
    if math.isfinite(value):
        assert float(fields.pop("value")) == value
    assert not fields


@given(st.lists(st.tuples(NAMES, st.floats(), st.sampled_from([0, 2])), max_size=30))
def test_a_kept_writer_writes_what_a_new_one_does(rows: list[tuple[str, float, int]]) -> None:
    writer = LineWriter()
    for part in (rows, rows[::-1], rows[:1]):
        times = np.arange(len(part), dtype=np.int64)
        values = np.array([value for _, value, _ in part], dtype=np.float64)
        quality = np.array([flag for _, _, flag in part], dtype=np.uint8)
        block = ("gw", [name for name, _, _ in part], times, values, quality)
        assert writer.lines(*block) == to_lines(*block)
