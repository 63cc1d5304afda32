"""What a broker keeps: for a subscriber that is away, and over its own death."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gateways.brokers import embedded
from gateways.brokers.embedded import EmbeddedBroker
from gateways.brokers.mosquitto import MosquittoBroker
from gateways.brokers.pair import Broker, BrokerPair, embedded_pair, mosquitto_pair
from gateways.brokers.rights import identities
from tests.brokers.clients import V5, V311, Client, until
from tests.brokers.conftest import GATEWAYS, need_mosquitto
from tests.support.processes import freeze

ROOT = Path(__file__).resolve().parents[2]
D1 = "gateway-d1"
SENML = f"city/v1/{D1}/senml"


def written_down(broker: Broker) -> None:
    """Wait until Mosquitto has written its state, which it does each second here; the embedded one writes at once."""
    if isinstance(broker, MosquittoBroker):
        begin, file = time.time_ns(), broker._data / "state" / f"{broker.name}.db"
        assert until(lambda: file.exists() and file.stat().st_mtime_ns > begin)


@pytest.mark.parametrize("protocol", [V311, V5], ids=["3.1.1", "5"])
def test_five_thousand_messages_wait_for_a_subscriber_that_is_away(
    mosquitto: MosquittoBroker, protocol: object
) -> None:
    many = 5000
    away = Client(mosquitto.address("ingest-1"), protocol=protocol, client_id="ingest-1", persistent=True)
    with away:
        away.subscribe("city/+/+/senml")
    with Client(mosquitto.address(D1)) as gateway:
        for number in range(many):
            gateway.client.publish(SENML, b"%d" % number, qos=1)
        assert gateway.wait(lambda: len(gateway.acknowledged) == many)
    back = Client(mosquitto.address("ingest-1"), protocol=protocol, client_id="ingest-1", persistent=True)
    with back:
        assert back.session_present
        assert back.wait(lambda: len(back.messages) >= many), f"{len(back.messages)} of {many} arrived"
        assert [int(payload) for payload in back.payloads()] == list(range(many)), "each once and in order"
    with Client(mosquitto.address("ingest-1"), protocol=protocol):  # ends the session
        pass


def test_sessions_queued_and_retained_messages_outlive_a_kill(own_broker: Broker) -> None:
    port, user = own_broker.port, "viewer"
    with Client(own_broker.address(user), client_id=user, persistent=True) as away:
        away.subscribe("city/+/+/senml")
        away.subscribe("city/+/+/meta")
    with Client(own_broker.address(D1)) as gateway:
        for number in range(50):
            gateway.publish(SENML, b"%d" % number)
        gateway.publish(f"city/v1/{D1}/meta", b"kept", retain=True)
    written_down(own_broker)
    pid = own_broker.pid
    assert pid is not None
    own_broker.kill()
    assert own_broker.pid is None
    assert not own_broker.healthy()
    own_broker.start()
    assert own_broker.healthy()
    assert own_broker.port == port
    assert own_broker.pid != pid
    with Client(own_broker.address(D1)) as gateway:  # the subscriber is still away, and is still known
        for number in range(50, 60):
            gateway.publish(SENML, b"%d" % number)
    with Client(own_broker.address(user), client_id=user, persistent=True) as back:
        assert back.session_present
        assert back.wait(lambda: len(back.messages) >= 61)
        numbers = [int(message.payload) for message in back.messages if message.topic == SENML]
        assert sorted(set(numbers)) == list(range(60))
    with Client(own_broker.address("viewer")) as viewer:
        viewer.subscribe(f"city/v1/{D1}/meta")
        assert viewer.wait(lambda: b"kept" in viewer.payloads())


def test_a_broker_killed_from_outside_is_noticed_and_can_be_started_again(own_broker: Broker) -> None:
    pid = own_broker.pid
    assert pid is not None
    with pytest.raises(RuntimeError, match="runs already"):
        own_broker.start()
    os.kill(pid, signal.SIGKILL)
    assert until(lambda: own_broker.pid is None)
    own_broker.restart()
    assert own_broker.healthy()
    before = own_broker.pid
    own_broker.restart()
    assert own_broker.healthy()
    assert own_broker.pid != before


def test_a_broker_that_hangs_is_not_healthy(own_broker: Broker) -> None:
    assert own_broker.pid is not None
    freeze(own_broker.pid)
    try:
        assert not own_broker.healthy()
    finally:
        os.kill(own_broker.pid, signal.SIGCONT)
    assert until(own_broker.healthy)


@pytest.fixture(params=["mosquitto", "embedded"])
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> BrokerPair:
    if request.param == "embedded":
        return embedded_pair(identities(GATEWAYS))
    need_mosquitto()
    return mosquitto_pair(request.getfixturevalue("installation"), tmp_path)


def test_of_a_pair_one_goes_on_when_the_other_is_killed(pair: BrokerPair) -> None:
    with pair:
        first, second = pair.addresses(D1)
        assert first.port != second.port
        pair.brokers[0].kill()
        assert [broker.healthy() for broker in pair.brokers] == [False, True]
        with Client(pair.brokers[1].address("ingest-1")) as ingest, Client(second) as gateway:
            ingest.subscribe("city/+/+/senml")
            gateway.publish(SENML, b"still here")
            assert ingest.wait(lambda: ingest.messages)
        pair.brokers[0].start()
        with Client(pair.brokers[0].address(D1)):
            pass
    assert [broker.pid for broker in pair.brokers] == [None, None]


@pytest.mark.skipif(sys.platform != "linux", reason="uses prctl")
def test_a_parent_that_is_killed_takes_mosquitto_along(installation: Path, tmp_path: Path) -> None:
    need_mosquitto()
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom gateways.brokers.mosquitto import MosquittoBroker\n"
        "broker = MosquittoBroker(Path(sys.argv[1]), Path(sys.argv[2]))\nbroker.start()\n"
        "print(broker.pid, flush=True)\ntime.sleep(600)\n"
    )
    command = [sys.executable, "-c", code, str(installation), str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    stat = Path(f"/proc/{child}/stat")
    assert until(lambda: not stat.exists() or stat.read_text().rsplit(")", 1)[1].split()[0] == "Z")


def test_a_durable_reader_that_stays_away_starves_nobody(own_broker: Broker) -> None:
    """It is owed 25 MB. Mosquitto keeps 16 MiB for it and drops the rest; the embedded broker has a bound for all."""
    with Client(own_broker.address("viewer"), client_id="viewer", persistent=True) as away:
        assert away.subscribe("city/+/+/senml") == 1
    with Client(own_broker.address(D1)) as gateway:
        for _ in range(100):
            gateway.client.publish(SENML, b"x" * 250_000, qos=1)
        assert gateway.wait(lambda: len(gateway.acknowledged) == 100)
    with Client(own_broker.address("ingest-1")) as ingest, Client(own_broker.address("gateway-d2")) as other:
        ingest.subscribe("city/+/+/senml")
        for _ in range(12):
            other.publish("city/v1/gateway-d2/senml", b"y" * 60_000)
        assert ingest.wait(lambda: len(ingest.messages) >= 12)
    if isinstance(own_broker, MosquittoBroker):
        text = Path(f"/proc/{own_broker.pid}/status").read_text()
        assert int(text.split("VmRSS:")[1].split()[0]) < 64 * 1024, "kB: what is kept, and the broker itself"


def test_the_embedded_broker_keeps_the_newest_for_readers_that_stay_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "KEPT_BYTES", 2_000_000)
    with EmbeddedBroker(identities=identities((D1,))) as broker:
        with Client(broker.address("viewer"), client_id="viewer", persistent=True) as away:
            assert away.subscribe("city/+/+/senml") == 1
        with Client(broker.address(D1)) as gateway:
            for number in range(30):
                gateway.client.publish(SENML, b"%3d" % number + b"x" * 200_000, qos=1)
            assert gateway.wait(lambda: len(gateway.acknowledged) == 30), "nobody is refused for it"
        broker.restart()
        with Client(broker.address("viewer"), client_id="viewer", persistent=True) as back:
            assert back.wait(lambda: len(back.messages) == 9)
            assert [int(payload[:3]) for payload in back.payloads()] == list(range(21, 30))
