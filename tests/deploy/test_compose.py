"""The compose file: what Compose itself says of it, and what must hold for every service in it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from gateways.secrets.folder import DATABASE_USERS, SecretsExist, init_secrets
from gateways.stores.influx import InfluxSettings, InfluxWriter, Refused
from stadtwerk.__main__ import main
from stadtwerk.library import load_named_city
from stadtwerk.live.compose import compose_files
from stadtwerk.live.compose import main as write_files
from tests.deploy.compose import FILE, ROOT, document, mounted, services
from tests.influx.influx2 import InfluxDB2
from tests.influx.servers import INFLUXD, InfluxDB1, fetch

COMPOSE = shutil.which("docker-compose")
SERVICES = services()
PLAYS_ONCE = {"simulator"}
"""It ends with its scenario; all others are started again."""


def gateways() -> tuple[str, ...]:
    return tuple(dict.fromkeys(cohort.gateway for cohort in load_named_city("demo").cohorts))


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("compose") / "secrets"
    assert main(["secrets", "init", "--out", str(folder), "--city", "demo", "--compose"]) == 0
    return folder


@pytest.mark.skipif(COMPOSE is None, reason="docker-compose is not installed (Debian package docker-compose)")
@pytest.mark.parametrize("profile", ["live", "store"])
def test_compose_accepts_it(profile: str) -> None:
    assert COMPOSE is not None
    command = [COMPOSE, "--file", str(FILE), "--profile", profile, "config", "--services"]
    said = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert said.returncode == 0, said.stderr
    assert {name for name in SERVICES if profile in SERVICES[name]["profiles"]} <= set(said.stdout.split())


def test_the_services_are_there() -> None:
    assert set(SERVICES) == {
        "mosquitto-a", "mosquitto-b", "influxdb", "grafana", "ingest-1", "ingest-2", "simulator", "reports", *gateways()
    }  # fmt: skip
    assert {name for name, one in SERVICES.items() if "store" in one["profiles"]} == {"influxdb", "grafana"}
    assert all("live" in one["profiles"] for one in SERVICES.values())


@pytest.mark.parametrize("name", SERVICES)
class TestEveryService:
    def test_has_a_health_check(self, name: str) -> None:
        check = SERVICES[name]["healthcheck"]
        assert check["test"][0] == "CMD"
        assert {"interval", "timeout", "start_period", "retries"} <= check.keys()

    def test_is_not_root_and_may_do_little(self, name: str) -> None:
        service = SERVICES[name]
        user, group = re.sub(r"\$\{\w+:-(\d+)\}", r"\1", service["user"]).split(":")
        assert int(user) >= 1000 and int(group) >= 1000, "not root, even where nothing is set"
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert "privileged" not in service and "network_mode" not in service and "cap_add" not in service

    def test_is_bounded_and_started_again(self, name: str) -> None:
        service = SERVICES[name]
        assert {"mem_limit", "pids_limit", "cpus", "logging"} <= service.keys()
        assert service["restart"] == ("no" if name in PLAYS_ONCE else "unless-stopped")

    def test_is_pinned(self, name: str) -> None:
        image = SERVICES[name]["image"]
        assert re.fullmatch(r"[\w./-]+:\d+\.\d+\.\d+[\w.-]*", image), image
        assert "latest" not in image

    def test_takes_an_image_that_one_service_builds(self, name: str) -> None:
        image = SERVICES[name]["image"]
        if not image.startswith("stadtwerk-"):
            return
        builders = [other for other, one in SERVICES.items() if one["image"] == image and "build" in one]
        assert len(builders) == 1, "several that build the same image get in each other's way on a fresh host"
        if name not in builders:
            assert SERVICES[name]["pull_policy"] == "never", "no registry has it"
            assert set(SERVICES[name]["profiles"]) <= set(SERVICES[builders[0]]["profiles"])

    def test_opens_ports_to_this_machine_only(self, name: str) -> None:
        for port in SERVICES[name].get("ports", ()):
            assert str(port).startswith("127.0.0.1:"), port

    def test_holds_no_secret(self, name: str) -> None:
        environment = SERVICES[name].get("environment", {})
        for variable, value in environment.items():
            if re.search(r"PASSWORD|TOKEN|SECRET|_KEY", variable):
                assert variable.endswith(("_FILE", "_KEY")) and str(value).startswith("/run/secrets/"), variable
        assert not re.search(r"(?i)password|token", " ".join(str(part) for part in SERVICES[name].get("command", ())))

    def test_mounts_what_is_there_and_cannot_change_it(self, name: str, secrets: Path) -> None:
        for source, _, mode in mounted(SERVICES[name]):
            if source.startswith("./"):
                assert mode == "ro", source
                inside = source.removeprefix("./secrets/")
                assert (ROOT / source if inside == source else secrets / inside).exists(), source
            else:
                assert source in document()["volumes"], source


def test_every_secret_is_one_that_secrets_init_makes(secrets: Path) -> None:
    declared = document()["secrets"]
    for name, secret in declared.items():
        assert (secrets / secret["file"].removeprefix("./secrets/")).is_file(), name
    used = {name for service in SERVICES.values() for name in service.get("secrets", ())}
    assert used == set(declared), "none is missing, none is left over"


def test_networks_keep_field_core_and_dashboards_apart() -> None:
    networks = document()["networks"]
    assert networks == {"field": {"internal": True}, "core": {"internal": True}, "dashboards": {}}
    on = {name: set(service["networks"]) for name, service in SERVICES.items()}
    assert all(on[name] == {"field"} for name in gateways())
    assert on["simulator"] == {"field", "core"}
    assert on["grafana"] == on["reports"] == {"dashboards"}
    assert on["influxdb"] == {"core", "dashboards"}
    assert all(on[name] == {"core"} for name in ("mosquitto-a", "mosquitto-b", "ingest-1", "ingest-2"))


def test_each_gateway_and_ingest_sees_its_own_identity_and_no_other() -> None:
    for name, service in SERVICES.items():
        seen = {source for source, _, _ in mounted(service) if source.startswith("./secrets/identities/")}
        own = {
            "simulator": {"control", "watch"},
            "mosquitto-a": {"probe"},
            "mosquitto-b": {"probe"},
            "influxdb": set(),
            "grafana": set(),
            "reports": set(),
        }
        assert seen == {f"./secrets/identities/{who}" for who in own.get(name, {name})}
    assert not any("authority" in source for one in SERVICES.values() for source, _, _ in mounted(one))


def test_grafana_finds_what_its_provisioning_names(secrets: Path) -> None:
    grafana = SERVICES["grafana"]
    text = (ROOT / "deploy" / "grafana" / "provisioning" / "datasources" / "stadtwerk.yaml").read_text()
    assert set(re.findall(r"\$\{(\w+)\}", text)) <= grafana["environment"].keys()
    named = set(re.findall(r"\$__file\{/run/secrets/([\w-]+)\}", text))
    assert named and named <= set(grafana["secrets"])
    paths = re.findall(r"path: (\S+)", (ROOT / "deploy/grafana/provisioning/dashboards/stadtwerk.yaml").read_text())
    mounts = {target: source for source, target, _ in mounted(grafana)}
    for path in paths:
        folder, _, language = path.rpartition("/")
        assert list((ROOT / mounts[folder] / language).glob("*.json"))
    assert mounts["/etc/grafana/provisioning"] == "./deploy/grafana/provisioning"
    password = (secrets / "grafana" / "influx-password").read_text()
    assert password == (secrets / "influxdb" / "grafana-password").read_text().strip()


def test_every_login_of_compose_is_taken_by_influxdb_2(secrets: Path, tmp_path: Path) -> None:
    """As its database script gives them rights, and with the header that each service sends."""
    if INFLUXD is None:
        pytest.skip("influxd is not installed (Debian package influxdb)")

    def password(user: str) -> str:
        return (secrets / "influxdb" / f"{user}-password").read_text().strip()

    logins = {("ingest", password("ingest")): True, ("simulator", password("simulator")): True}
    logins[SERVICES["grafana"]["environment"]["STADTWERK_INFLUX_USER"], password("grafana")] = False
    with InfluxDB1(tmp_path) as backend:
        backend.set_up()
        with InfluxDB2(backend, {}, logins) as server:
            for folder, user in (("identities/ingest-1", "ingest"), ("simulator", "simulator")):
                given = InfluxSettings(
                    server.url, "city", user=user, password_file=secrets / folder / "database-password", api="v1"
                )
                with InfluxWriter.of(given) as writer:
                    writer.write(b"levels,run=a value=1 1768402800000\n")
            source = yaml.safe_load(
                (ROOT / "deploy" / "grafana" / "provisioning" / "datasources" / "stadtwerk.yaml").read_text()
            )["datasources"][0]
            assert source["basicAuth"] is True
            user = SERVICES["grafana"]["environment"][source["basicAuthUser"].strip("${}")]
            file = re.fullmatch(r"\$__file\{/run/secrets/([\w-]+)\}", source["secureJsonData"]["basicAuthPassword"])
            assert file
            mounted_as = document()["secrets"][file[1]]["file"].removeprefix("./secrets/")
            reader = (user, (secrets / mounted_as).read_text())
            said = fetch(f"{server.url}/query", {"db": "city", "q": "SELECT value FROM levels"}, reader, post=True)
            assert b'"values"' in said
            given = InfluxSettings(server.url, "city", user=user, password_file=secrets / mounted_as, api="v1")
            with InfluxWriter.of(given) as writer, pytest.raises(Refused, match="insufficient permissions"):
                writer.write(b"levels,run=a value=2 1768402800000\n")


def test_nobody_gets_into_grafana_without_a_login() -> None:
    environment = SERVICES["grafana"]["environment"]
    assert environment["GF_AUTH_ANONYMOUS_ENABLED"] == "false"
    assert environment["GF_USERS_ALLOW_SIGN_UP"] == "false"
    assert environment["GF_SERVER_PROTOCOL"] == "https"


def test_the_configurations_are_what_the_code_writes() -> None:
    made = compose_files(gateways())
    folder = ROOT / "deploy" / "compose"
    assert {path.name for path in folder.glob("*.json")} == set(made)
    for name, content in made.items():
        assert (folder / name).read_bytes() == content, f"deploy/compose/{name}: write it anew"


def test_the_configurations_of_a_city_are_written_by_a_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert write_files(["demo", str(tmp_path)]) == 0
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == compose_files(gateways())
    for wrong in (["nowhere", str(tmp_path)], ["demo", str(tmp_path / "nowhere")]):
        assert write_files(wrong) == 64
        assert "nowhere" in capsys.readouterr().err


def test_scripts_can_be_run() -> None:
    folder = ROOT / "deploy" / "compose"
    for name in ("broker-answers", "broker-starts", "influxdb-users.sh"):
        assert (folder / name).stat().st_mode & 0o555 == 0o555, name


def test_the_database_script_gives_each_user_its_rights_and_no_more(tmp_path: Path) -> None:
    """Run for real with a stand-in for the database's own program, which writes down what it was asked."""
    script = (ROOT / "deploy" / "compose" / "influxdb-users.sh").read_text().replace("/run/secrets", str(tmp_path))
    for user in DATABASE_USERS:
        (tmp_path / f"influxdb-{user}-password").write_text(f"secret-of-{user}\n")
    fake = tmp_path / "influx"
    fake.write_text(f'#!/bin/sh\necho "$@" >>{tmp_path}/asked\n')
    fake.chmod(0o755)
    (tmp_path / "users.sh").write_text(script)
    environment = {
        "PATH": f"{tmp_path}:/usr/bin:/bin",
        "DOCKER_INFLUXDB_INIT_BUCKET": "city",
        "DOCKER_INFLUXDB_INIT_BUCKET_ID": "b1",
    }
    subprocess.run(["bash", str(tmp_path / "users.sh")], env=environment, check=True)
    mapping, *logins = (tmp_path / "asked").read_text().splitlines()
    assert mapping == "v1 dbrp create --db city --rp autogen --default --bucket-id b1"
    rights = {line.split("--username ")[1].split()[0]: re.findall(r"--(\w+)-bucket b1", line) for line in logins}
    assert rights == {"ingest": ["read", "write"], "simulator": ["read", "write"], "grafana": ["read"]}
    assert all(f"--password secret-of-{user} " in line for user, line in zip(DATABASE_USERS, logins, strict=True))


def test_secrets_for_compose_are_complete_or_not_there(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(SecretsExist):
        init_secrets(tmp_path / "taken", ["gateway-d1"], compose=True)
    assert not list((tmp_path / "taken").iterdir())
    arguments = ["secrets", "init", "--out", str(tmp_path / "s"), "--gateway", "g", "--compose", "--listen", "0.0.0.0"]
    assert main(arguments) == 64
    assert not (tmp_path / "s").exists()


def test_the_report_is_where_the_dashboards_lead() -> None:
    (address,) = [part for part in SERVICES["simulator"]["command"] if part.startswith("--report=")]
    (port,) = SERVICES["reports"]["ports"]
    assert address == f"--report=http://localhost:{port.split(':')[1]}/live/report.html"
    assert "--out=/var/lib/stadtwerk/live" in SERVICES["simulator"]["command"]
    assert "/var/lib/stadtwerk" in SERVICES["reports"]["command"]
    assert mounted(SERVICES["reports"]) == [("runs", "/var/lib/stadtwerk", "ro")]


def test_alert_rules_see_the_town_as_it_is() -> None:
    command = SERVICES["simulator"]["command"]
    assert "--now" in command and "--speed=${STADTWERK_SPEED:-1}" in command


@pytest.mark.parametrize(
    ("uid", "docker", "runs_as"), [(1001, "", 1001), (0, "", 1000), (1001, "unix:///run/user/1001/docker.sock", 0)]
)
def test_secrets_say_as_whom_containers_run(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    uid: int,
    docker: str,
    runs_as: int,
) -> None:
    monkeypatch.setattr(os, "getuid", lambda: uid)
    monkeypatch.setattr(os, "getgid", lambda: uid)
    monkeypatch.setenv("DOCKER_HOST", docker)
    folder = tmp_path / "secrets"
    assert main(["secrets", "init", "--out", str(folder), "--gateway", "g", "--compose"]) == 0
    assert f"STADTWERK_UID={runs_as}\n" in (folder / "compose.env").read_text()
    said = capsys.readouterr().out
    assert ("chown -R 1000:1000" in said) == (uid == 0)
    assert ("Docker runs as you" in said) == bool(docker)
