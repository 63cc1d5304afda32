"""The drill on the real thing: a Mosquitto pair with TLS and certificates, and a real database. Both brokers, a
gateway, ingest and the database are killed with kill -9 in one live run; then the database is asked what it has."""

from __future__ import annotations

import json
import shutil
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from gateways.secrets.folder import init_secrets
from simulator.contracts.problem import BadInput
from stadtwerk.__main__ import main
from stadtwerk.live.credentials import check_secrets
from tests.influx.servers import VICTORIA_METRICS, VictoriaMetrics
from tests.live.support import SCENARIO, Live, read_live, taken_by, write_scenario

MOSQUITTO = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
GATEWAYS = ("gateway-d1", "gateway-d2")
KILLED = ("broker-a", "broker-b", "ingest-1", "gateway-d2")

pytestmark = (
    pytest.mark.nightly
)  # each part by itself is always tested: test_kills, test_brokers and test_database here
needs_mosquitto = pytest.mark.skipif(MOSQUITTO is None, reason="mosquitto is not installed (Debian package mosquitto)")
needs_database = pytest.mark.skipif(
    VICTORIA_METRICS is None, reason="victoria-metrics is not installed (Debian package victoria-metrics)"
)


@dataclass(frozen=True)
class Drill:
    """What the run left, what the database answers, and the process ids of the database."""

    live: Live
    series: dict[tuple[str, str], list[tuple[int, float]]]
    samples: int
    died_at: int


class _Outage(threading.Thread):
    """Kills the database with kill -9 in the middle of the run, and starts it again on its old data.

    On Linux a child ends with the thread that started it, so this one lasts until `end`.
    """

    def __init__(self, database: VictoriaMetrics, journal: Path) -> None:
        super().__init__(daemon=True)
        self._database, self._journal = database, journal
        self._over = threading.Event()
        self.died_at = 0

    def run(self) -> None:
        while not self._over.is_set() and not self._told("broker-a", "live.killed"):
            time.sleep(0.05)
        while not self._over.is_set() and not self.died_at:
            time.sleep(0.1)
            self.died_at = self._database.count('{__name__=~".*_value"}')
        self._database.kill()
        time.sleep(2.0)
        self._database.start()
        self._over.wait(120)

    def end(self) -> None:
        self._over.set()
        self.join()

    def _told(self, subject: str, what: str) -> bool:
        try:
            events = [json.loads(line) for line in self._journal.read_bytes().splitlines()]
        except (OSError, ValueError):
            return False
        return any((event["subject"], event["code"]) == (subject, what) for event in events)


@pytest.fixture(scope="module")
def drill(tmp_path_factory: pytest.TempPathFactory) -> Drill:
    place = tmp_path_factory.mktemp("drill")
    assert main(["secrets", "init", "--out", str(place / "secrets"), "--city", "demo"]) == 0
    # The town breaks nothing here: it is the drills that do.
    quiet, _, _ = SCENARIO.replace("20min", "14min").partition("timeline:")
    _, _, expect = SCENARIO.partition("expect:")
    scenario = write_scenario(place, f"{quiet}timeline: []\nexpect:{expect}")
    token = place / "token"
    token.touch(0o600)
    token.write_text("of a test")
    (place / "database").mkdir()
    # At this speed 60 s of the town are one of the wall clock, of which each is down 5.
    drills = ("broker-a@60", "gateway-d2@150", "ingest@240", "broker-b@480")
    arguments = ["live", str(scenario), "--out", str(place / "run"), "--speed", "60", "--gateways", "2"]
    arguments += ["--mosquitto", str(place / "secrets")]
    arguments += [word for each in drills for word in ("--kill", each)]
    with VictoriaMetrics(place / "database") as database:
        arguments += ["--influx", database.url, "--token-file", str(token), "--org", "city", "--bucket", "readings"]
        outage = _Outage(database, place / ".run.partial" / "live.jsonl")
        outage.start()
        try:
            code = main([*arguments, "--engine", "victoriametrics"])
            found = database.series('{__name__=~".*_value"}')
        finally:
            outage.end()
    series: dict[tuple[str, str], list[tuple[int, float]]] = {}
    for one in found:
        metric = one["metric"]
        name = metric["gateway"], f"{metric['component']}/{metric['__name__'].removesuffix('_value')}"
        series.setdefault(name, []).extend(zip(one["timestamps"], one["values"], strict=True))
    samples = sum(len(one["values"]) for one in found)
    return Drill(read_live(place / "run", code), series, samples, outage.died_at)


@needs_mosquitto
@needs_database
@pytest.mark.parametrize("process", KILLED)
def test_each_was_killed_by_its_number_and_came_back_as_another(drill: Drill, process: str) -> None:
    events = [event for event in drill.live.journal if event["subject"] == process]
    assert [event["code"] for event in events] == ["live.started", "live.killed", "live.started-again"]
    assert events[0]["value"] == events[1]["value"] != events[2]["value"]


@needs_mosquitto
@needs_database
def test_every_acknowledged_reading_is_in_the_database_once_and_in_order(drill: Drill) -> None:
    """What the sensors read is in the run folder; the gateways acknowledged all of it."""
    taken: dict[tuple[str, str], list[tuple[int, float]]] = {}
    for (gateway, sensor, at), value in taken_by(drill.live.folder, GATEWAYS).items():
        taken.setdefault((gateway, sensor), []).append((at, value))
    record = drill.live.record
    count = sum(map(len, taken.values()))
    assert record["brokers"] == "mosquitto"
    assert record["readings"]["sent"] == record["readings"]["acknowledged"]
    assert record["leaving"] == count > 500
    assert 0 < drill.died_at < count, "the database died in the middle"
    assert drill.samples == count
    assert drill.series.keys() == taken.keys()
    for series, readings in drill.series.items():
        np.testing.assert_allclose(np.array(readings), np.array(taken[series]), rtol=1e-12, err_msg=str(series))
    assert record["holds"]
    assert record["drained"]
    assert not any(record["left_in_outboxes"].values())
    assert record["tally"]["stored"] == record["tally"]["rows"] == count and record["tally"]["missing"] == 0
    assert not (drill.live.folder / "store.sqlite").exists()


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    folder = tmp_path / "secrets"
    init_secrets(folder, ["gateway-d1"])
    return folder


def refused(folder: Path, *identities: str) -> list[tuple[str, str]]:
    with pytest.raises(BadInput) as bad:
        check_secrets(folder, identities)
    return [(problem.field, problem.what) for problem in bad.value.problems]


def test_secrets_that_do_are_taken(secrets: Path) -> None:
    check_secrets(secrets, ("gateway-d1", "ingest-1", "probe"))


def test_each_gateway_without_a_certificate_is_named(secrets: Path) -> None:
    (secrets / "identities" / "ingest-1" / "client.key").unlink()
    told = refused(secrets, "gateway-d1", "gateway-d2", "ingest-1", "gateway-d3")
    assert sorted(name for name, _ in told) == ["gateway-d2", "gateway-d3", "ingest-1"]


def test_brokers_of_other_machines_are_not_run_here(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    init_secrets(folder, ["g"], {"mosquitto-b": ["mqtt-b.example.org"]})
    assert refused(folder, "g") == [("mosquitto-b", "has a certificate that does not stand for 127.0.0.1")]
    (folder / "mosquitto-a" / "server.crt").unlink()
    (folder / "mosquitto-b" / "server.crt").write_text("none")
    told = dict(refused(folder, "g"))
    assert told["mosquitto-a"].startswith("has a certificate that cannot be read")
    assert told["mosquitto-b"] == "has a certificate that is none"


def test_a_folder_that_holds_no_secrets_is_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["live", str(write_scenario(tmp_path)), "--out", str(tmp_path / "out")]
    assert main([*arguments, "--mosquitto", str(tmp_path / "none")]) == 64
    assert "is no folder of secrets" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["live-short.yaml"]


def test_a_gateway_of_the_city_without_a_certificate_ends_the_run(
    tmp_path: Path, secrets: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["live", str(write_scenario(tmp_path)), "--out", str(tmp_path / "out"), "--gateways", "2"]
    assert main([*arguments, "--mosquitto", str(secrets)]) == 64
    said = capsys.readouterr().err
    assert "gateway-d2" in said
    assert "has no certificate there" in said
