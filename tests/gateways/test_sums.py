"""What leaves a gateway of household meters: sums of whole cells, in the simulated driver and in the core of both."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateways.brokers.embedded import EmbeddedBroker
from gateways.gateway.aggregation import Aggregation, aggregated, all_aggregated
from gateways.gateway.core import GatewayCore, GatewaySettings
from gateways.simulated.gateways import DataNetwork, straight
from gateways.simulated.telemetry import Telemetry
from simulator.contracts.sensor import Quality, Readings, SensorCohort, SensorGroup
from tests.gateways.samples import Viewer, cohort
from tests.gateways.test_publisher import started

START = 1_768_406_400.0


def meters(count: int, size: int = 5, gateway: str = "gw", name: str = "homes") -> SensorCohort:
    components = tuple(f"{name}-meter{i}" for i in range(count))
    return SensorCohort(name, gateway, "household_w", "W", components, 20.0, 900.0, group_size=size)


def reading(group: SensorGroup, values: list[float], quality: list[int] | None = None, at_s: float = 0.0) -> Readings:
    flags = np.array(quality or [0] * len(values), dtype=np.uint8)
    return Readings(group, round(at_s * 1000), np.array(values), flags)


def test_what_is_not_private_goes_as_it_is() -> None:
    group = SensorGroup((cohort(),))
    one = reading(group, [1.0, 2.0, 3.0])
    assert Aggregation().through(one) is one
    assert Aggregation().outward(group) is group


def test_of_private_meters_the_sum_and_their_number_leave_with_the_error_of_a_sum() -> None:
    group = SensorGroup((cohort(period_s=900.0), meters(7), meters(4, name="few")))
    sums = Aggregation()
    out = sums.through(reading(group, [1.0, 2.0, 3.0, *range(7), *range(4)]))
    assert out is not None and out.group is sums.outward(group)
    assert out.group.sensors == (*cohort().sensors, "homes/household_w_sum", "homes/covered")
    assert out.values.tolist() == [1.0, 2.0, 3.0, 21.0, 7.0]
    total, number = aggregated(meters(7))
    assert (total.unit, total.accuracy, total.period_s) == ("W", pytest.approx(20.0 * math.sqrt(7)), 900.0)
    assert (number.unit, number.accuracy) == ("count", 0.0)


def test_a_group_that_is_too_small_does_not_leave_at_all() -> None:
    group = SensorGroup((meters(4),))
    sums = Aggregation()
    assert aggregated(meters(4)) == () and all_aggregated([meters(4), meters(5)]) == aggregated(meters(5))
    assert sums.outward(group) is None
    assert sums.through(reading(group, [1.0, 2.0, 3.0, 4.0])) is None
    core = GatewayCore("gw", GatewaySettings())
    assert core.take(reading(group, [1.0, 2.0, 3.0, 4.0])) == ()
    assert core.held == 0


@given(st.lists(st.sampled_from(["told", "none", "bad"]), min_size=5, max_size=23))
def test_one_who_is_missing_takes_the_whole_cell_along(states: list[str]) -> None:
    """No sum, nor the difference of two, is over fewer than the declared size, whoever reported."""
    group = SensorGroup((meters(len(states)),))
    weight = [2.0**i for i in range(len(states))]
    values = [math.nan if state == "none" else w for w, state in zip(weight, states, strict=True)]
    quality = [Quality.BAD if state == "bad" else Quality.GOOD for state in states]
    sums = Aggregation()
    out = sums.through(reading(group, values, [int(q) for q in quality]))
    whole = sums.through(reading(group, weight))
    assert out is not None and whole is not None
    total, covered = out.values.tolist()
    in_sum = 0 if math.isnan(total) else bin(int(total)).count("1")
    assert in_sum == covered
    assert covered == 0 or covered >= 5
    assert len(states) - covered == 0 or len(states) - covered >= 5
    assert (int(out.quality[0]) == Quality.BAD) is (covered == 0)


def test_neither_file_nor_broker_sees_one_meter_even_when_the_gateway_loses_or_keeps_readings(tmp_path: Path) -> None:
    """Readings that are lost stand in the file too: as sums."""
    homes, works, linked = meters(7), {"gw": True}, {"gw": True}
    group = SensorGroup((homes,))
    with EmbeddedBroker() as broker, Viewer(broker) as viewer:
        telemetry = Telemetry(
            [homes, meters(4, name="few")],
            START,
            tmp_path / "r.parquet",
            started(broker),
            DataNetwork(works.__getitem__, straight(lambda: [0.1 if linked["gw"] else math.inf])),
        )
        few = SensorGroup((meters(4, name="few"),))
        for i in range(7):
            works["gw"], linked["gw"] = i != 2, i != 4
            telemetry.take(reading(group, [float(1000 * i + 7 * n + 1) for n in range(7)], at_s=900.0 * i))
            telemetry.take(reading(few, [1.0, 2.0, 3.0, 4.0], at_s=900.0 * i))
            telemetry.advance(900_000 * i)
        summary = telemetry.close()
        assert viewer.wait(lambda _: len(viewer.on("/senml")) >= 5, 60)
        payloads = b"".join(message.payload for message in viewer.messages)
    assert summary.read == 14 and summary.lost == 2
    assert b"meter" not in payloads and b"few" not in payloads
    table = pq.read_table(tmp_path / "r.parquet").to_pydict()
    assert set(table["sensor"]) == {"homes/household_w_sum", "homes/covered"}
    sums = [v for v, sensor in zip(table["value"], table["sensor"], strict=True) if sensor.endswith("_sum")]
    assert sums == [sum(1000 * i + 7 * n + 1 for n in range(7)) for i in range(7)]
