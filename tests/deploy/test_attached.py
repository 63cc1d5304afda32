"""The installation of docker-compose.yml on one machine, from the very files that it mounts.

A pair of Mosquitto with TLS, a database with TLS and logins, two ingest services with a shared subscription, gateways
behind their doors, and a live run that joins them. Host names, ports and folders are those of the test; everything else
is what ships.
"""

from __future__ import annotations

import contextlib
import getpass
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import orjson
import pytest

from gateways.alive import is_alive
from gateways.brokers.mosquitto import IMAGE_PLUGIN, NAMES, mosquitto_plugin
from gateways.secrets.folder import DATABASE_USERS
from stadtwerk.__main__ import main
from stadtwerk.live.compose import compose_files
from tests.deploy.compose import ROOT
from tests.influx.servers import INFLUXD, InfluxDB1, dies_with_us, free_port
from tests.ingest.support import until
from tests.live.support import Live, read_live, write_scenario

MOSQUITTO = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
PUBLISH = shutil.which("mosquitto_pub")
pytestmark = pytest.mark.skipif(
    MOSQUITTO is None or INFLUXD is None, reason="needs the Debian packages mosquitto and influxdb"
)
GATEWAYS = ("gateway-d1", "gateway-d2")
READY_S = 60.0


class TlsInfluxDB(InfluxDB1):
    """InfluxDB 1 with the certificate and the users that `secrets init --compose` made."""

    def __init__(self, folder: Path, secrets: Path) -> None:
        super().__init__(folder)
        self.secrets = secrets
        self.plain = self.url

    def secure(self) -> None:
        """From now on encrypted; made so on a second start, as the test itself speaks to it in plain before."""
        self.kill()
        made, path = self.command(), self.folder / "influxdb.conf"
        shown = self.secrets / "influxdb"
        tls = f'https-enabled = true\n  https-certificate = "{shown / "server.crt"}"\n'
        tls += f'  https-private-key = "{shown / "server.key"}"\n  auth-enabled = true'
        path.write_text(path.read_text().replace("auth-enabled = true", tls))
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(made, stdout=log, stderr=log, preexec_fn=dies_with_us())  # noqa: PLW1509

        def listens() -> bool:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return True
            return False

        assert until(listens, READY_S)
        self.url = self.plain.replace("http://127.0.0.1", "https://localhost")

    def set_up_users(self) -> None:
        admin, secret = self.ADMIN
        self.query(f"CREATE USER {admin} WITH PASSWORD '{secret}' WITH ALL PRIVILEGES", login=None)
        self.query(f"CREATE DATABASE {self.DATABASE}")
        for user in DATABASE_USERS:
            password = (self.secrets / "influxdb" / f"{user}-password").read_text().strip()
            self.query(f"CREATE USER {user} WITH PASSWORD '{password}'")
            self.query(f"GRANT {'READ' if user == 'grafana' else 'ALL'} ON {self.DATABASE} TO {user}")


@dataclass
class Installation:
    """The files that ship, with this machine's names, and what was started with them."""

    folder: Path
    secrets: Path
    database: TlsInfluxDB
    ports: dict[str, int] = field(default_factory=dict)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, command: list[str], name: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes.append(
                subprocess.Popen(command, stdout=log, stderr=log, cwd=ROOT, preexec_fn=dies_with_us())  # noqa: PLW1509
            )

    def alive(self, name: str) -> Path:
        return self.folder / f"{name}.alive"

    def broker(self, name: str) -> None:
        own = self.secrets / name
        data = self.folder / f"data-{name}"
        data.mkdir()
        text = (own / "mosquitto.conf").read_text()
        port = 8883 + NAMES.index(name)
        for old, new in (
            (f"/etc/stadtwerk/{name}", str(own)),
            ("/var/lib/mosquitto/", f"{data}/"),
            ("user mosquitto", f"user {getpass.getuser()}"),
            (f"listener {port} 0.0.0.0", f"listener {self.ports[f'{name}-outer']} 127.0.0.1"),
            (f"listener {port + 2} 0.0.0.0", f"listener {self.ports[name]} 127.0.0.1"),
            (IMAGE_PLUGIN, mosquitto_plugin()),
        ):
            assert old in text, old
            text = text.replace(old, new)
        shutil.copy(own / "rights.json", data / f"{name}-rights.json")  # as broker-starts does
        path = self.folder / f"{name}.conf"
        path.write_text(text)
        self.start([str(MOSQUITTO), "-c", str(path)], name)

    def written(self, name: str, content: bytes) -> Path:
        """A file of deploy/compose for this machine."""
        owner = name.removesuffix(".json")
        identity = self.secrets / ("simulator" if owner == "installation" else f"identities/{owner}")
        document = orjson.loads(
            content.decode()
            .replace("/etc/stadtwerk/identity", str(identity))
            .replace("/etc/stadtwerk/control", str(self.secrets / "identities" / "control"))
            .replace("/etc/stadtwerk/watch", str(self.secrets / "identities" / "watch"))
            .replace("/var/lib/stadtwerk", str(self.folder / ("ingest" if "ingest" in owner else owner)))
            .replace("https://influxdb:8086", self.database.url)
            .replace('"0.0.0.0"', '"127.0.0.1"')
        )
        for broker in document.get("uplinks", ()):
            broker["port"], broker["host"] = self.ports[f"{broker['host']}-outer"], "localhost"
        for broker in (*document["brokers"], *document.get("watching", ())):
            if broker["host"] == "simulator":
                broker["port"] = self.ports[f"{owner}-{broker['port'] // 1000}"]
            else:
                broker["port"] = self.ports[broker["host"]]
            broker["host"] = "localhost"
        if "door" in document:
            document["door"]["port"] = self.ports[owner]
        if "gateways" in document:
            document["gateways"] = {
                gateway: {
                    "host": "localhost",
                    "port": self.ports[gateway],
                    "links": [self.ports[f"{gateway}-17"], self.ports[f"{gateway}-18"]],
                }
                for gateway in GATEWAYS
            }
        path = self.folder / name
        path.write_bytes(orjson.dumps(document))
        return path


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("installation")
    secrets = folder / "secrets"
    command = ["secrets", "init", "--out", str(secrets), "--compose"]
    for gateway in GATEWAYS:
        command += ["--gateway", gateway]
    assert main(command) == 0
    (folder / "influx").mkdir()
    with TlsInfluxDB(folder / "influx", secrets) as database:
        database.set_up_users()
        database.secure()
        made = Installation(folder, secrets, database)
        links = [f"{gateway}-{number}" for gateway in GATEWAYS for number in (17, 18)]
        made.ports = {name: free_port() for name in (*NAMES, *(f"{name}-outer" for name in NAMES), *GATEWAYS, *links)}
        try:
            for name in NAMES:
                made.broker(name)
            files = compose_files(GATEWAYS)
            for owner in ("ingest-1", "ingest-2", *GATEWAYS):
                path = made.written(f"{owner}.json", files[f"{owner}.json"])
                module = "gateways.ingest" if "ingest" in owner else "gateways.gateway.node"
                more = ["--stay"] if "ingest" in owner else []
                (made.folder / ("ingest" if "ingest" in owner else owner)).mkdir(exist_ok=True)
                made.start([sys.executable, "-m", module, str(path), *more, "--alive", str(made.alive(owner))], owner)
            made.written("installation.json", files["installation.json"])
            yield made
        finally:
            for process in made.processes:
                process.terminate()
            for process in made.processes:
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


@pytest.fixture(scope="module")
def live(installation: Installation) -> Live:
    folder = installation.folder
    write_scenario(folder)
    arguments = ["live", str(folder / "live-short.yaml"), "--attach", str(folder / "installation.json")]
    arguments += ["--gateways", "2", "--speed", "120", "--alive", str(installation.alive("simulator"))]
    code = main([*arguments, "--out", str(folder / "out")])
    return read_live(folder / "out", code)


def test_every_acknowledged_reading_is_in_the_database_once(live: Live) -> None:
    record = live.record
    assert record["brokers"] == "elsewhere"
    assert record["drained"] and record["holds"], record
    tally = record["tally"]
    assert tally["acknowledged"] > 1000
    assert (tally["missing"], tally["doubled"]) == (0, 0)
    assert record["readings"]["refused"] == record["readings"]["dropped"] == 0
    assert live.exit_code in (0, 1, 2) and not record["readings"]["waiting"]


def test_what_breaks_in_the_city_is_cut_off_here(live: Live) -> None:
    assert live.told("gateway-d1")[:2] == ["live.cut-off", "live.link-cut"]
    assert "live.reached-again" in live.told("gateway-d1")
    assert live.told("gateway-d2") == ["live.link-cut", "live.link-mended"]


def test_services_give_a_sign_of_life(installation: Installation, live: Live) -> None:
    for name in ("ingest-1", "ingest-2", *GATEWAYS):
        check = [sys.executable, "-m", "gateways.alive", str(installation.alive(name))]
        assert until(lambda check=check: subprocess.run(check, cwd=ROOT, check=False).returncode == 0), name  # type: ignore[misc]
    assert installation.alive("simulator").exists()
    assert not is_alive(installation.folder / "nobody")
    gone = [sys.executable, "-m", "gateways.alive", str(installation.folder / "nobody")]
    assert subprocess.run(gone, cwd=ROOT, capture_output=True, check=False).returncode == 1


@pytest.mark.skipif(PUBLISH is None, reason="needs the Debian package mosquitto-clients")
def test_the_brokers_health_check_tells_a_broker_that_answers(installation: Installation) -> None:
    script = ROOT / "deploy" / "compose" / "broker-answers"
    environment = os.environ | {"PROBE": str(installation.secrets / "identities" / "probe")}
    for name, healthy in ((NAMES[0], True), (NAMES[1], True), ("nobody", False)):
        port = installation.ports.get(name) or free_port()
        said = subprocess.run([str(script), str(port)], env=environment, capture_output=True, timeout=60, check=False)
        assert (said.returncode == 0) is healthy, said.stderr


def test_a_stranger_is_not_let_in(
    installation: Installation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """To the identity of a gateway in place of the simulator's nobody opens: the run says so and does not start."""
    document = orjson.loads((installation.folder / "installation.json").read_bytes())
    own = installation.secrets / "identities" / GATEWAYS[1]
    document["identity"] = {
        "ca_file": str(own / "ca.crt"), "cert_file": str(own / "client.crt"), "key_file": str(own / "client.key")
    }  # fmt: skip
    for station in document["gateways"].values():
        station["links"] = [free_port(), free_port()]
    (tmp_path / "installation.json").write_bytes(orjson.dumps(document))
    write_scenario(tmp_path)
    arguments = ["live", str(tmp_path / "live-short.yaml"), "--attach", str(tmp_path / "installation.json")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("stadtwerk.live.attached.START_S", 3.0)
        assert main([*arguments, "--gateways", "2", "--out", str(tmp_path / "out")]) == 64
    said = capsys.readouterr().err
    assert said.count("does not let us in") == len(GATEWAYS)
    assert not (tmp_path / "out").exists()


def test_what_has_no_meaning_with_it_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["live", "quiet-day", "--attach", str(ROOT / "deploy" / "compose" / "installation.json")]
    assert main([*arguments, "--kill", "broker-a@60", "--mosquitto", "secrets"]) == 64
    said = capsys.readouterr().err
    assert "--kill" in said and "--mosquitto" in said


def test_nobody_takes_the_connection_of_another(installation: Installation, live: Live) -> None:
    """An identity has one connection to each broker: who logs in twice is thrown out again and again."""
    for name in NAMES:
        log = (installation.folder / f"{name}.log").read_text()
        assert "connected" in log
        assert log.count("already connected") == 0, [line for line in log.splitlines() if "already" in line][:3]
