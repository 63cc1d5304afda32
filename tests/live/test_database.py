"""Live runs that write to a database, which is killed in the middle: what gateways acknowledged is there once, and the
run itself has asked the database for it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from gateways.stores.influx import InfluxSettings
from gateways.stores.influx.queries import StoredReadings
from stadtwerk.__main__ import main
from tests.influx.measurements import MEASUREMENTS
from tests.influx.servers import INFLUXD, VICTORIA_METRICS, InfluxDB1, VictoriaMetrics
from tests.live.support import SCENARIO, Live, read_live, taken_by, write_scenario

GATEWAYS = ("gateway-d1", "gateway-d2")
SHORT = (
    SCENARIO.replace("20min", "7min").replace("at: 8min", "at: 2min").replace("5min", "2min").replace("6min", "2min")
)


@dataclass
class Target:
    """A database that runs, how a live run is told of it, and how its readings are counted by another way."""

    server: VictoriaMetrics | InfluxDB1
    arguments: list[str]
    settings: InfluxSettings

    def counted(self) -> int:
        if isinstance(self.server, VictoriaMetrics):
            return self.server.count('{__name__=~".*_quality"}')
        names = [row[0] for series in self.server.query("SHOW MEASUREMENTS") for row in series["values"]]
        return sum(self.server.count(name, "quality") for name in names if name not in MEASUREMENTS)

    def run(self, place: Path, *more: str) -> Live:
        arguments = ["live", str(write_scenario(place, SHORT)), "--out", str(place / "run"), "--gateways", "2"]
        return read_live(place / "run", main([*arguments, "--speed", "60", *self.arguments, *more]))


def secret(file: Path, text: str) -> str:
    file.touch(0o600)
    file.write_text(text)
    return str(file)


@pytest.fixture
def victoria(tmp_path: Path) -> Iterator[Target]:
    if VICTORIA_METRICS is None:
        pytest.skip("victoria-metrics is not installed (Debian package victoria-metrics)")
    (tmp_path / "database").mkdir()
    with VictoriaMetrics(tmp_path / "database") as server:
        arguments = ["--influx", server.url, "--bucket", "readings", "--engine", "victoriametrics"]
        yield Target(server, arguments, InfluxSettings(server.url, "readings", engine="victoriametrics"))


@pytest.fixture
def influx(tmp_path: Path) -> Iterator[Target]:
    """InfluxDB 1 lets nobody in without a password."""
    if INFLUXD is None:
        pytest.skip("influxd is not installed (Debian package influxdb)")
    (tmp_path / "database").mkdir()
    user, password = InfluxDB1.WRITER
    file = secret(tmp_path / "password", password)
    with InfluxDB1(tmp_path / "database") as server:
        server.set_up()
        arguments = ["--influx", server.url, "--bucket", server.DATABASE, "--user", user, "--password-file", file]
        yield Target(
            server,
            arguments,
            InfluxSettings(server.url, server.DATABASE, user=user, password_file=Path(file), api="v1"),
        )


@pytest.mark.parametrize("kind", ["victoria", pytest.param("influx", marks=pytest.mark.nightly)])
def test_everything_acknowledged_is_in_the_database_once(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    target: Target = request.getfixturevalue(kind)
    killed, finished = threading.Event(), threading.Event()

    def outage() -> None:
        # Of the 7 s that the town's 7 minutes take, in the middle: begun once readings arrive.
        while not finished.wait(0.1) and not target.counted():
            pass
        finished.wait(2.0)
        target.server.kill()
        killed.set()
        finished.wait(2.0)
        target.server.start()
        finished.wait(240)  # on Linux a child ends with the thread that started it

    outages = threading.Thread(target=outage)
    outages.start()
    try:
        live = target.run(tmp_path, "--kill", "ingest@100")
        taken = taken_by(live.folder, GATEWAYS)
        stored = StoredReadings(target.settings)
        there = {
            (gateway, f"{component}/{quantity}", at)
            for gateway in GATEWAYS
            for quantity in {sensor.rpartition("/")[2] for _, sensor, _ in taken}
            for component, times in stored.times(gateway, quantity, 0, 1 << 42).items()
            for at in times
        }
        counted = target.counted()
    finally:
        finished.set()
        outages.join()
    assert killed.is_set()
    assert there == taken.keys()
    tally = live.record["tally"]
    assert live.record["leaving"] == tally["acknowledged"] == tally["stored"] == len(taken) == counted > 350
    assert tally["missing"] == tally["doubled"] == 0 and tally["disordered"] is None
    assert live.record["there_before"] == 0
    assert live.record["drained"] and live.record["holds"]
    assert not any(live.record["left_in_outboxes"].values())
    assert not (tmp_path / "run" / "store.sqlite").exists()


def test_a_database_that_lost_readings_fails_the_run(influx: Target, tmp_path: Path) -> None:
    """The outboxes are empty, so only the database itself can tell: a series is taken from it in the middle."""
    server = influx.server
    assert isinstance(server, InfluxDB1)
    done = threading.Event()

    def lose() -> None:
        while not done.wait(0.2):
            if [series for series in server.query("SHOW MEASUREMENTS") if series["values"]]:
                server.query('DELETE FROM "voltage_pu" WHERE "gateway" = \'gateway-d1\'')

    thief = threading.Thread(target=lose, daemon=True)
    thief.start()
    try:
        live = influx.run(tmp_path, "--speed", "120")
    finally:
        done.set()
        thief.join()
    assert live.exit_code == 1
    assert live.record["tally"]["missing"] > 0
    assert not any(live.record["left_in_outboxes"].values())
    assert not live.record["holds"]


def test_a_login_that_is_refused_is_known_before_the_run(
    influx: Target, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = secret(tmp_path / "wrong", "no such password")
    arguments = [*influx.arguments[:-1], wrong]
    scenario = write_scenario(tmp_path, SHORT)
    out = tmp_path / "run"
    assert main(["live", str(scenario), "--out", str(out), "--gateways", "1", *arguments]) == 64
    assert "cannot be asked" in capsys.readouterr().err
    assert not out.exists()


def test_mistakes_about_the_database_come_all_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scenario = str(write_scenario(tmp_path, SHORT))
    given = ["--influx", "db", "--user", "u", "--token-file", str(tmp_path / "none"), "--gateways", "0"]
    assert main(["live", scenario, *given]) == 64
    said = capsys.readouterr().err
    for field in ("--influx", "--user", "--token-file", "--password-file", "--bucket", "--org", "--gateways"):
        assert f"{field}:" in said, field
    assert main(["live", scenario, "--bucket", "b"]) == 64
    assert "--bucket: has no meaning without --influx" in capsys.readouterr().err
