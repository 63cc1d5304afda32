"""Telemetry through a data network that fails: late, lost, held, and each reading exactly once."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateways.gateway.core import GatewaySettings
from gateways.simulated.gateways import DataNetwork, straight
from gateways.simulated.telemetry import Software, Telemetry, TelemetrySummary
from gateways.wire.versions import UnknownVersion
from tests.gateways.samples import START, cohort, readings

ROOT = Path(__file__).resolve().parents[2]
COHORT = cohort(period_s=60.0)
OTHER = cohort("other", "gw-2", period_s=60.0)


class Town:
    """Gateways that work and are online but in the spans given, in seconds."""

    def __init__(self, out: Path, offline=(), broken=(), latency_s: float = 0.25, **more: object) -> None:
        self.now_s, self.offline, self.broken = 0.0, offline, broken
        self.out = out
        self.telemetry = Telemetry(
            [COHORT, OTHER],
            START,
            out,
            None,
            DataNetwork(
                lambda gateway: gateway != "gw" or not self.within(self.broken),
                straight(lambda: [math.inf if self.within(self.offline) else latency_s, latency_s]),
            ),
            **more,
        )

    def within(self, spans) -> bool:
        return any(first <= self.now_s < end for first, end in spans)

    def run(self, until_s: float = 600.0, watched: bool = True) -> tuple[TelemetrySummary, dict[str, list]]:
        """Samples a minute; between them `advance` when a state changes, as a watcher would call it, if `watched`."""
        changes = {at for span in (*self.offline, *self.broken) for at in span} if watched else set()
        for at_s in sorted({*np.arange(0.0, until_s + 1, 60.0).tolist(), *(c for c in changes if c <= until_s)}):
            self.now_s = at_s
            if at_s % 60 == 0:
                self.telemetry.take(readings(COHORT, at_s, first=at_s))
                self.telemetry.take(readings(OTHER, at_s, first=at_s))
            if watched:
                self.telemetry.advance(round(at_s * 1000))
        summary = self.telemetry.close()
        return summary, pq.read_table(self.out).to_pydict()


SOON_S = 15.0
"""A link that is back is used within this: the longest wait between two tries is 10 s, and one may be under way."""


def soon_after(arrivals: list[float], back_s: float) -> bool:
    """Whether all arrived together, soon after the link was back."""
    return len(set(arrivals)) == 1 and back_s + 0.25 <= arrivals[0] <= back_s + SOON_S


def rows(table: dict[str, list], gateway: str = "gw") -> dict[float, list[float]]:
    """Arrival times of one gateway's readings by the time they were taken."""
    found: dict[float, list[float]] = {}
    for t_s, name, delivered_s in zip(table["t_s"], table["gateway"], table["delivered_s"], strict=True):
        if name == gateway:
            found.setdefault(t_s, []).append(delivered_s)
    return found


def test_without_faults_everything_arrives_one_latency_after_it_was_taken(tmp_path: Path) -> None:
    summary, table = Town(tmp_path / "r.parquet").run()
    assert (summary.read, summary.delivered, summary.late, summary.lost, summary.held) == (66, 66, 0, 0, 0)
    np.testing.assert_allclose(np.subtract(table["delivered_s"], table["t_s"]), 0.25)
    expected = {(t, f"{c}{i}/pressure_m"): t + i for t in range(0, 601, 60) for c in ("c", "other") for i in range(3)}
    assert dict(zip(zip(table["t_s"], table["sensor"], strict=True), table["value"], strict=True)) == expected


def test_readings_of_an_outage_arrive_once_in_order_after_the_link_is_back(tmp_path: Path) -> None:
    summary, table = Town(tmp_path / "r.parquet", offline=[(100.0, 330.0)]).run()
    got = rows(table)
    assert {t: len(arrivals) for t, arrivals in got.items()} == {float(t): 3 for t in range(0, 601, 60)}
    for t, arrivals in got.items():
        assert soon_after(arrivals, 330.0) if 100 <= t < 330 else arrivals == [t + 0.25] * 3
    assert len({arrivals[0] for t, arrivals in got.items() if 100 <= t < 330}) == 1
    assert (summary.delivered, summary.lost, summary.held) == (66, 0, 0)
    # Of the outage's samples (120, 180, 240, 300) the one at 300 s comes within its period.
    assert summary.late == 9
    for sensor in set(table["sensor"]):
        times = [t for t, name in zip(table["t_s"], table["sensor"], strict=True) if name == sensor]
        assert times == sorted(times), "out of order within one series"
    assert all(t + 0.25 == a for t, arrivals in rows(table, "gw-2").items() for a in arrivals)


def test_a_return_that_nobody_tells_of_is_noticed_at_the_next_sample(tmp_path: Path) -> None:
    _, table = Town(tmp_path / "r.parquet", offline=[(100.0, 330.0)]).run(watched=False)
    waited = {t: arrivals for t, arrivals in rows(table).items() if 60 < t < 330}
    assert list(waited) == [120.0, 180.0, 240.0, 300.0]
    assert all(soon_after(arrivals, 360.0) for arrivals in waited.values())


def test_a_stop_loses_what_was_held_and_what_was_read_meanwhile_and_nothing_else(tmp_path: Path) -> None:
    town = Town(tmp_path / "r.parquet", offline=[(100.0, 330.0)], broken=[(200.0, 270.0)])
    summary, table = town.run()
    never = {t for t, arrivals in rows(table).items() if all(map(math.isnan, arrivals))}
    assert never == {120.0, 180.0, 240.0}
    assert (summary.lost, summary.delivered, summary.held) == (9, 57, 0)
    assert soon_after(rows(table)[300.0], 330.0)
    assert not any(math.isnan(a) for arrivals in rows(table, "gw-2").values() for a in arrivals)
    values = dict(zip(zip(table["t_s"], table["sensor"], strict=True), table["value"], strict=True))
    assert values[120.0, "c1/pressure_m"] == 121.0, "the value of a lost reading is in the file all the same"


def test_an_outbox_that_is_full_loses_the_oldest_first(tmp_path: Path) -> None:
    small = GatewaySettings(batch_size=3, outbox_size=6)
    summary, table = Town(tmp_path / "r.parquet", offline=[(100.0, 330.0)], settings=small).run()
    never = {t for t, arrivals in rows(table).items() if all(map(math.isnan, arrivals))}
    assert never == {120.0, 180.0}
    assert summary.lost == 6


def test_what_is_still_held_at_the_end_never_arrived_and_is_not_called_lost(tmp_path: Path) -> None:
    summary, table = Town(tmp_path / "r.parquet", offline=[(500.0, 1e9)]).run()
    assert (summary.held, summary.lost, summary.delivered) == (6, 0, 60)
    assert {t for t, arrivals in rows(table).items() if math.isnan(arrivals[0])} == {540.0, 600.0}


def test_a_latency_that_is_not_finite_is_no_way_through(tmp_path: Path) -> None:
    summary, _ = Town(tmp_path / "r.parquet", latency_s=math.inf).run()
    assert (summary.delivered, summary.held) == (0, 66)


def test_latency_beyond_the_period_is_late(tmp_path: Path) -> None:
    summary, table = Town(tmp_path / "r.parquet", latency_s=60.5).run()
    assert (summary.late, summary.delivered) == (66, 66)
    assert rows(table)[0.0] == [60.5] * 3


def test_a_batch_period_holds_readings_back_until_it_is_over(tmp_path: Path) -> None:
    _, table = Town(tmp_path / "r.parquet", settings=GatewaySettings(batch_period_s=120.0)).run()
    assert {t: arrivals[0] for t, arrivals in rows(table).items() if t <= 240} == {
        0.0: 120.25,
        60.0: 120.25,
        120.0: 240.25,
        180.0: 240.25,
        240.0: 360.25,
    }


def test_readings_of_an_unknown_gateway_are_refused(tmp_path: Path) -> None:
    town = Town(tmp_path / "r.parquet")
    with pytest.raises(KeyError):
        town.telemetry.take(readings(cohort("x", "nowhere"), 0.0))
    town.telemetry.discard()
    assert list(tmp_path.iterdir()) == []


SPANS = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 30)).map(lambda s: (10.0 * s[0], 10.0 * (s[0] + s[1]))), max_size=3
)


@settings(max_examples=100, deadline=None)
@given(SPANS, SPANS, st.integers(1, 9), st.sampled_from([0.0, 90.0]))
def test_whatever_fails_each_reading_is_one_row_and_series_stay_in_order(
    tmp_path_factory: pytest.TempPathFactory, offline, broken, size: int, period_s: float
) -> None:
    gateway = GatewaySettings(batch_period_s=period_s, batch_size=size, outbox_size=max(size, 12))
    out = tmp_path_factory.mktemp("run") / "r.parquet"
    summary, table = Town(out, offline, broken, settings=gateway).run()
    assert summary.read == summary.delivered + summary.lost + summary.held == len(table["t_s"]) == 66
    assert len(set(zip(table["t_s"], table["sensor"], strict=True))) == 66
    arrived = [
        (t, s, d)
        for t, s, d in zip(table["t_s"], table["sensor"], table["delivered_s"], strict=True)
        if not math.isnan(d)
    ]
    assert len(arrived) == summary.delivered
    last: dict[str, tuple[float, float]] = {}
    for t, sensor, delivered in arrived:
        assert last.get(sensor, (-1.0, -1.0))[0] < t
        assert last.get(sensor, (-1.0, -1.0))[1] <= delivered
        last[sensor] = (t, delivered)
        sent = delivered - 0.25
        assert not any(first <= sent < end for first, end in (*offline, *broken)) or sensor.startswith("other")


def test_the_digest_is_the_same_in_two_processes_and_another_with_another_seed(tmp_path: Path) -> None:
    code = """
import sys
from datetime import datetime
from pathlib import Path
import numpy as np
from gateways.simulated.gateways import DataNetwork, straight
from gateways.simulated.telemetry import Telemetry
from simulator.contracts.sensor import SensorCohort
from simulator.kernel import Clock, Streams
from simulator.sensors import Sampler
cohorts = [SensorCohort(f"c{i}", f"gw{i % 2}", "flow_m3_s", "m3/s", tuple(f"p{i}-{j}" for j in range(7)), 0.1, 60.0)
           for i in range(6)]
clock = Clock(datetime(2026, 1, 14), 600.0, 3600.0)
latency_s = lambda: [0.1, np.inf if 900 < clock.now_s < 2000 else 0.1]
telemetry = Telemetry(cohorts, 0.0, Path(sys.argv[2]), None, DataNetwork(lambda g: True, straight(latency_s)))
find = lambda quantity, components: lambda: np.arange(len(components)) + clock.now_s
Sampler(clock, Streams(int(sys.argv[1])), cohorts, find, telemetry.take, telemetry.advance).start()
clock.run_until(clock.end)
print(telemetry.close().digest)
"""

    def digest(seed: int, hash_seed: int) -> tuple[str, bytes]:
        out = tmp_path / f"{seed}-{hash_seed}.parquet"
        run = subprocess.run(
            [sys.executable, "-c", code, str(seed), str(out)],
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": str(hash_seed)},
        )
        return run.stdout, out.read_bytes()

    first = digest(1, 1)
    assert first == digest(1, 2)
    assert first[0] != digest(2, 1)[0]


def updated(out: Path, *updates: tuple[float, str, bool]) -> tuple[TelemetrySummary, dict[str, list], list[float]]:
    """Ten minutes with other software from (seconds, payload, faulty) on, and what the gateway held each minute."""
    town, held = Town(out), []
    for at_s in range(0, 601, 60):
        town.telemetry.take(readings(COHORT, at_s, first=at_s))
        town.telemetry.take(readings(OTHER, at_s, first=at_s))
        town.telemetry.advance(at_s * 1000)
        for when_s, version, faulty in updates:
            if at_s <= when_s < at_s + 60:
                town.telemetry.install("gw", Software(version, faulty), round(when_s * 1000))
        held.append(float(town.telemetry.held()[0]))
    return town.telemetry.close(), pq.read_table(out).to_pydict(), held


def test_what_faulty_software_spoilt_is_sent_again_after_the_roll_back(tmp_path: Path) -> None:
    summary, table, held = updated(tmp_path / "r.parquet", (90.0, "v2", True), (270.0, "v1", False))
    assert (summary.read, summary.delivered, summary.lost, summary.held) == (66, 66, 0, 0)
    assert summary.refused == 3  # that of 120 s; while it is not acknowledged, nothing goes out behind it
    assert held == [0, 0, 3, 6, 0, 0, 0, 0, 0, 0, 0]
    for t, arrivals in rows(table).items():
        assert arrivals == [270.25 if 90 <= t < 270 else t + 0.25] * 3
    assert all(arrivals == [t + 0.25] * 3 for t, arrivals in rows(table, "gw-2").items())


def test_what_nobody_could_read_until_the_end_is_held_and_not_lost(tmp_path: Path) -> None:
    summary, table, _ = updated(tmp_path / "r.parquet", (90.0, "v1", True))
    assert (summary.delivered, summary.lost, summary.held, summary.refused) == (66 - 27, 0, 27, 3)
    assert sum(map(math.isnan, table["delivered_s"])) == 27


def test_a_roll_out_without_fault_changes_nothing_in_what_arrives(tmp_path: Path) -> None:
    rolled, table, held = updated(tmp_path / "a.parquet", (90.0, "v2", False), (270.0, "v1", False))
    plain, expected, _ = updated(tmp_path / "b.parquet")
    assert (rolled, table) == (plain, expected) and not any(held)


def test_what_new_software_changes_is_counted_and_nothing_else(tmp_path: Path) -> None:
    """From 90 s on readings go out as v2 or unreadable; the software that is there already changes nothing."""

    def changed(version: str, faulty: bool = False, before: str = "v1") -> tuple[list[float], list[float]]:
        town = Town(tmp_path / f"{version}-{faulty}-{before}.parquet")
        town.telemetry.install("gw", Software(before), 0)
        for at_s in range(0, 301, 60):
            town.telemetry.take(readings(COHORT, at_s, first=at_s))
            town.telemetry.advance(at_s * 1000)
            if at_s == 60:
                town.telemetry.install("gw", Software(version, faulty), 90_000)
        found = town.telemetry.rewritten().tolist(), town.telemetry.refused().tolist()
        town.telemetry.discard()
        return found

    assert changed("v1") == ([0, 0], [0, 0])
    assert changed("v2") == ([12, 0], [0, 0])  # of 120 to 300 s
    assert changed("v2", before="v2")[0] == [6, 0]  # of 0 and 60 s, before it was installed once more
    assert changed("v1", faulty=True) == ([0, 0], [3, 0])


def test_an_unknown_payload_version_is_not_installed(tmp_path: Path) -> None:
    town = Town(tmp_path / "r.parquet")
    with pytest.raises(UnknownVersion, match="v9"):
        town.telemetry.install("gw", Software("v9"), 0)
    town.telemetry.discard()
