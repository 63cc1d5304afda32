"""Real databases of Debian on 127.0.0.1: what was written is there exactly once, whatever happens to them."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gateways.stores.influx import InfluxWriter, LineWriter, Refused, Retry
from gateways.stores.influx.queries import InfluxQuestions
from gateways.stores.influx.settings import InfluxSettings
from tests.influx.servers import INFLUXD, VICTORIA_METRICS, InfluxDB1, VictoriaMetrics, nobody

START_MS = 1_768_406_400_000
SENSORS = [f"junction-{i}/pressure_m" for i in range(500)]
ROUNDS, PER_BODY = 120, 3
"""120 rounds of 500 sensors are 60,000 points."""


def bodies() -> list[bytes]:
    writer, lines = LineWriter(), []
    quality = np.zeros(len(SENSORS), dtype=np.uint8)
    for at in range(ROUNDS):
        times = np.full(len(SENSORS), START_MS + 60_000 * at, dtype=np.int64)
        lines.append(writer.lines("gateway-1", SENSORS, times, at + np.arange(len(SENSORS)) / 1000.0, quality))
    return [b"".join(lines[i : i + PER_BODY]) for i in range(0, ROUNDS, PER_BODY)]


@dataclass
class Database:
    """A running database, and a writer into it."""

    server: VictoriaMetrics | InfluxDB1
    writer: InfluxWriter

    def count(self, field: str = "value", measurement: str = "pressure_m") -> int:
        if isinstance(self.server, InfluxDB1):
            return self.server.count(measurement, field)
        return self.server.count(f"{measurement}_{field}")


@pytest.fixture
def victoria(tmp_path: Path) -> Iterator[Database]:
    if VICTORIA_METRICS is None:
        pytest.skip("victoria-metrics is not installed (Debian package victoria-metrics)")
    with (
        VictoriaMetrics(tmp_path) as server,
        InfluxWriter(server.url, "", "city", "", 20.0, engine="victoriametrics") as writer,
    ):
        yield Database(server, writer)


@pytest.fixture
def influx(tmp_path: Path) -> Iterator[Database]:
    if INFLUXD is None:
        pytest.skip("influxd is not installed (Debian package influxdb)")
    user, password = InfluxDB1.WRITER
    with (
        InfluxDB1(tmp_path) as server,
        InfluxWriter(server.url, "", "city", "", 20.0, api="v1", user=user, password=password) as writer,
    ):
        server.set_up()
        yield Database(server, writer)


@pytest.fixture(params=["victoria", "influx"])
def database(request: pytest.FixtureRequest) -> Database:
    found: Database = request.getfixturevalue(request.param)
    return found


def deliver(writer: InfluxWriter, all_bodies: list[bytes], progress: threading.Event | None = None) -> int:
    """Write everything and flush every ten bodies, as one does who keeps lines until they are safe.

    Returns how often something had to be tried again. `progress` is set when a third is written.
    """
    waiting, unsafe, retries = deque(all_bodies), list[bytes](), 0
    deadline = time.monotonic() + 180
    while waiting or unsafe:
        assert time.monotonic() < deadline, "the database does not come back"
        try:
            if waiting and len(unsafe) < 10:
                writer.write(waiting[0])
                unsafe.append(waiting.popleft())
            else:
                writer.flush()
                unsafe.clear()
        except Retry as retry:
            waiting.extendleft(reversed(unsafe))
            unsafe.clear()
            retries += 1
            time.sleep(min(retry.after_s, 0.5))
        if progress is not None and len(waiting) < len(all_bodies) * 2 / 3:
            progress.set()
    return retries


def test_every_point_is_there_once_even_if_it_is_written_twice(database: Database) -> None:
    for _ in range(2):
        assert deliver(database.writer, bodies()) == 0
        assert database.count() == database.count("quality") == ROUNDS * len(SENSORS) == 60_000
    assert database.writer.dropped() == 0


def test_a_database_that_is_killed_in_the_middle_has_every_point_once(database: Database) -> None:
    """Killed twice: once while lines are written, once between two writes, so that no write ever fails."""
    everything = bodies()
    assert deliver(database.writer, everything[:15]) == 0
    for body in everything[15:19]:
        database.writer.write(body)  # taken, and not flushed
    database.server.kill()
    for body in everything[19:21]:
        with pytest.raises(Retry):
            database.writer.write(body)
    database.server.start()
    # A caller that keeps lines until a flush starts again with the first one that is not safe.
    with_memory = isinstance(database.server, VictoriaMetrics)
    if with_memory:
        with pytest.raises(Retry):
            database.writer.flush()
    assert deliver(database.writer, everything[15:30]) <= 2
    for body in everything[30:34]:
        database.writer.write(body)
    database.server.kill()
    database.server.start()
    if with_memory:
        with pytest.raises(Retry):
            database.writer.flush()
    else:
        database.writer.flush()
    assert deliver(database.writer, everything[30 if with_memory else 34 :]) <= 2
    assert database.count() == database.count("quality") == 60_000


def test_a_database_that_is_killed_by_another_while_lines_are_written_has_every_point_once(database: Database) -> None:
    progress = threading.Event()

    def kill_and_restart() -> None:
        progress.wait(120)
        database.server.kill()
        time.sleep(0.3)
        database.server.start()

    # A child is killed when the thread that started it ends; this one lives until the database has been asked.
    done = threading.Event()
    killer = threading.Thread(target=lambda: (kill_and_restart(), done.wait(600)), daemon=True)
    killer.start()
    try:
        assert deliver(database.writer, bodies(), progress) >= 1
        assert database.count() == database.count("quality") == 60_000
    finally:
        done.set()
        killer.join()


def test_what_was_flushed_outlives_a_kill_at_once(database: Database) -> None:
    parts = bodies()
    for i in range(3):
        deliver(database.writer, [parts[i]])
        database.server.kill()
        database.server.start()
        assert database.count() == (i + 1) * PER_BODY * len(SENSORS)


def test_names_and_numbers_come_back_as_they_were(database: Database) -> None:
    component, gateway = "Süd 1,a=b", "Köln/West"
    values = [0.1, -1.5e-300, 1.7976931348623157e308, 5e-324, 123456789.123456789]
    times = START_MS + 1 + np.arange(len(values), dtype=np.int64)
    quality = np.array([0, 1, 2, 0, 1], dtype=np.uint8)
    sensors = [f"{component}/level m"] * len(values)
    database.writer.write(LineWriter().lines(gateway, sensors, times, np.array(values), quality))
    database.writer.flush()
    if isinstance(database.server, InfluxDB1):
        (series,) = database.server.query('SELECT "value", "quality" FROM "level m" GROUP BY *')
        assert series["tags"] == {"component": component, "gateway": gateway}
        assert series["values"] == [list(row) for row in zip(times.tolist(), values, quality.tolist(), strict=True)]
    else:
        found = {one["metric"]["__name__"]: one for one in database.server.series('{gateway!=""}')}
        said = found["level m_value"]
        assert (said["metric"]["component"], said["metric"]["gateway"]) == (component, gateway)
        assert said["timestamps"] == times.tolist()
        # Values are not compared: it gives neighbours one decimal exponent, so such different sizes lose digits.
        assert found["level m_quality"]["values"] == quality.tolist()


def test_a_reading_without_a_number_is_counted_by_its_quality(database: Database) -> None:
    times = START_MS + np.arange(4, dtype=np.int64)
    values = np.array([1.0, np.nan, 2.0, np.nan])
    quality = np.array([0, 2, 0, 2], dtype=np.uint8)
    database.writer.write(LineWriter().lines("g", ["a/pressure_m"] * 4, times, values, quality))
    database.writer.flush()
    assert (database.count("value"), database.count("quality")) == (2, 4)


def test_influxdb_refuses_a_stranger_and_a_missing_database(influx: Database) -> None:
    server = influx.server
    assert isinstance(server, InfluxDB1)
    user, password = InfluxDB1.WRITER
    for bucket, login, status in (("city", "wrong", 401), ("city", "", 401), ("other", password, 404)):
        with InfluxWriter(server.url, "", bucket, "", 20.0, api="v1", user=user, password=login) as writer:
            with pytest.raises(Refused) as refused:
                writer.write(bodies()[0])
            assert (refused.value.status, refused.value.lines_at_fault) == (status, False)
    assert server.query("SHOW MEASUREMENTS") == []


def test_influxdb_refuses_lines_at_fault_and_takes_the_others(influx: Database) -> None:
    server = influx.server
    assert isinstance(server, InfluxDB1)
    influx.writer.write(b"level,component=a,gateway=g value=1.5,quality=0i 1768406400000\n")
    good = [b"level,component=b%d,gateway=g value=1.5,quality=0i 1768406400000" % i for i in range(50)]
    conflict = b'level,component=c,gateway=g value="text",quality=0i 1768406400000'
    malformed = b"level,component=d,gateway=g value= 1768406400000"
    with pytest.raises(Refused) as refused:
        influx.writer.write(b"\n".join([*good[:20], conflict, *good[20:40], malformed, *good[40:]]))
    assert set(refused.value.lines.splitlines()) == {conflict, malformed}
    assert server.count("level") == 51


def test_influxdb_takes_a_body_beyond_its_limit_in_parts(influx: Database) -> None:
    server = influx.server
    assert isinstance(server, InfluxDB1)
    everything = b"".join(bodies())
    assert len(everything) > 5_000_000
    influx.writer.write(everything)
    assert server.count("pressure_m") == 60_000


def test_victoriametrics_says_what_it_dropped(victoria: Database) -> None:
    far_ahead = round(time.time() * 1000) + 3 * 86_400_000
    victoria.writer.write(b"level,gateway=g value=1.5,quality=0i %d\n" % far_ahead)  # answered with 204
    deadline = time.monotonic() + 60
    while victoria.writer.dropped() < 2 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert victoria.writer.dropped() == 2
    assert victoria.count("value", "level") == 0


def test_nobody_there_is_a_retry_for_the_flush_as_well() -> None:
    with nobody() as url, InfluxWriter(url, "", "city", "", 1.0, engine="victoriametrics") as writer:
        with pytest.raises(Retry):
            writer.write(b"q,gateway=g value=1 1768406400000\n")
        writer.flush()  # nothing was written


@pytest.mark.skipif(INFLUXD is None, reason="influxd is not installed (Debian package influxdb)")
@pytest.mark.parametrize("index", ["inmem", "tsi1"])
def test_what_a_deletion_takes_beside_what_was_asked_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, index: str
) -> None:
    """InfluxDB 1 with its index in memory loses runs that were deleted and written again; with tsi1 it does not."""
    monkeypatch.setattr(InfluxDB1, "INDEX", index)
    user, password = InfluxDB1.WRITER
    secret = tmp_path / "password"
    secret.write_text(password)
    secret.chmod(0o600)
    told: list[str] = []
    with (
        InfluxDB1(tmp_path) as server,
        InfluxWriter(server.url, "", "city", "", 20.0, api="v1", user=user, password=password) as writer,
    ):
        server.set_up()
        settings = InfluxSettings(server.url, "city", api="v1", user=user, password_file=secret)
        lines = {
            run: "\n".join(f"level,run={run},place=p{n % 40} value={n} {1_700_000_000_000 + n}" for n in range(800))
            for run in "abc"
        }
        for run in (*"abc", *"abc"):
            there = set(_runs(server))
            if run in there:
                try:
                    InfluxQuestions(settings).forget("run", run)
                except Refused as refusal:
                    told.append(refusal.reason)
                assert set(_runs(server)) == there - {run} or told, "what was lost was not told"
            writer.write(lines[run].encode())
            writer.flush()
        assert bool(told) == (len(_runs(server)) < 3)
    assert index == "inmem" or not told
    assert all("tsi1" in one for one in told)


def test_a_run_of_which_one_measurement_is_lost_is_named_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a run that stands in other measurements still nobody would notice that its alarms are gone."""
    there = {"alarm": ["a", "b"], "level": ["a", "b"]}

    def answered(_self: InfluxQuestions, text: str, empty: bool) -> list[dict[str, Any]]:
        if text.startswith("DROP"):
            there.update(alarm=[], level=["b"])
        return [{"name": name, "values": [["run", run] for run in runs]} for name, runs in there.items()]

    monkeypatch.setattr(InfluxQuestions, "_told", answered)
    with pytest.raises(Refused, match="lost b as well"):
        InfluxQuestions(InfluxSettings("http://127.0.0.1:9", "city", api="v1")).forget("run", "a")


def _runs(server: InfluxDB1) -> list[str]:
    return [one["tags"]["run"] for one in server.query("SELECT count(value) FROM level GROUP BY run")]
