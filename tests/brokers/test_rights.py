"""Rights hold at the broker itself, and are the same on Mosquitto and on the embedded one."""

from __future__ import annotations

import pytest

from gateways.brokers.address import BrokerAddress
from gateways.brokers.embedded import MAX_PAYLOAD_BYTES
from gateways.brokers.mosquitto import MosquittoBroker
from gateways.brokers.pair import Broker
from gateways.brokers.rights import Identity, Role, identities
from tests.brokers.clients import V5, V311, Client, lets_in

D1, D2 = "gateway-d1", "gateway-d2"
BRANCHES = ("gateway-d1", "gateway-d2", "gw.3", "viewer", "ingest-1", "control", "probe", "ingest", "stadtwerk")
LEAVES = ("senml", "status", "meta", "ack", "config", "health", "other")
TOPICS = [f"city/{version}/{branch}/{leaf}" for version in ("v1", "v2") for branch in BRANCHES for leaf in LEAVES] + [
    *("city", "city/v1", "city/v1/gateway-d1", "city/v1/gateway-d1/senml/more", "other/v1/gateway-d1/senml"),
    *("city/v1/ingest/ingest-1/health", "city/v1/ingest/ingest-2/health", "$SYS/broker/uptime", "gateway-d1/senml"),
]

MAY_WRITE = {
    D1: {f"city/{v}/{D1}/{leaf}" for v in ("v1", "v2") for leaf in ("senml", "status", "meta")},
    "gw.3": {f"city/{v}/gw.3/{leaf}" for v in ("v1", "v2") for leaf in ("senml", "status", "meta")},
    "ingest-1": {f"city/{v}/{branch}/ack" for v in ("v1", "v2") for branch in BRANCHES}
    | {"city/v1/ingest/ingest-1/health"},
    "control": {f"city/{v}/{branch}/config" for v in ("v1", "v2") for branch in BRANCHES}
    | {"city/v1/stadtwerk/status", "city/v2/stadtwerk/status"},
    "viewer": set(),
    "probe": set(),
}
"""Written out by hand from the requirement: a gateway writes only its own branch, dashboards only read."""


@pytest.mark.parametrize("who", MAY_WRITE)
def test_what_arrives_of_all_that_an_identity_publishes(broker: Broker, who: str) -> None:
    with Client(broker.address("ingest-2")) as ingest, Client(broker.address(who)) as client:
        assert ingest.subscribe("city/#") == 1
        for topic in TOPICS:
            client.publish(topic, topic.encode())
        assert not client.disconnects, "a forbidden message is dropped, so what follows it counts"
        with Client(broker.address(D2)) as last:
            last.publish(f"city/v1/{D2}/senml", b"last")
        assert ingest.wait(lambda: b"last" in ingest.payloads()), "what was published before it has been handled"
        arrived = {message.topic for message in ingest.messages if message.payload != b"last"}
    # Mosquitto denies ingest-2 its own branch, which does not exist; only the embedded broker shows it.
    nowhere = {f"city/{version}/{name}" for version in ("v1", "v2") for name in ("ingest-1", "ingest-2", "control")}
    assert {topic for topic in arrived if topic.rpartition("/")[0] not in nowhere} == {
        topic for topic in MAY_WRITE[who] if topic.rpartition("/")[0] not in nowhere
    }


@pytest.mark.parametrize("protocol", [V311, V5], ids=["3.1.1", "5"])
def test_another_gateway_s_branch_is_refused_and_the_broker_says_so(
    mosquitto: MosquittoBroker, protocol: object
) -> None:
    topic = f"city/v1/{D2}/senml"
    with Client(mosquitto.address("ingest-1")) as ingest, Client(mosquitto.address(D1), protocol=protocol) as spoof:
        ingest.subscribe("city/#")
        code = spoof.publish(topic, b"spoofed")
        spoof.publish(f"city/v1/{D1}/senml", b"genuine")
        assert ingest.wait(lambda: b"genuine" in ingest.payloads())
        assert b"spoofed" not in ingest.payloads()
    if protocol == V5:
        assert code.value == 0x87, "not authorised (MQTT 5, 3.4.2.1)"


def test_a_gateway_receives_its_own_acknowledgements_and_settings_and_nothing_else(broker: Broker) -> None:
    with Client(broker.address(D1)) as gateway, Client(broker.address("ingest-1")) as ingest:
        for topic in ("city/#", "#", f"city/v1/{D2}/ack", f"city/v1/{D1}/ack", "city/+/+/config", f"city/+/{D1}/ack"):
            gateway.subscribe(topic)
        gateway.subscribe(f"city/v1/{D1}/config")
        with Client(broker.address("control")) as control, Client(broker.address(D2)) as other:
            control.publish(f"city/v1/{D2}/config", b"not mine")
            control.publish(f"city/v1/{D1}/config", b"mine")
            other.publish(f"city/v1/{D2}/senml", b"not mine")
            ingest.publish(f"city/v1/{D2}/ack", b"not mine")
            ingest.publish(f"city/v1/{D1}/ack", b"mine, too")
        assert gateway.wait(lambda: {b"mine", b"mine, too"} <= set(gateway.payloads()))
        assert b"not mine" not in gateway.payloads()


def test_a_subscription_to_what_is_not_for_a_gateway_leaves_no_retained_message(broker: Broker) -> None:
    with Client(broker.address("control")) as control:
        control.publish(f"city/v1/{D2}/config", b"retained, not mine", retain=True)
        control.publish(f"city/v1/{D1}/config", b"retained, mine", retain=True)
    with Client(broker.address(D1)) as gateway:
        gateway.subscribe("city/#")
        gateway.subscribe(f"city/v1/{D2}/config")
        gateway.subscribe(f"city/v1/{D1}/config")
        assert gateway.wait(lambda: b"retained, mine" in gateway.payloads())
        assert b"retained, not mine" not in gateway.payloads()


def test_the_internal_subjects_of_the_embedded_broker_are_closed(embedded: Broker) -> None:
    with Client(embedded.address(D1)) as gateway:
        for topic in ("$MQTT/sub/#", "$MQTT/#", "$JS/#", "_INBOX/#"):
            assert gateway.subscribe(topic) >= 0x80


def test_a_last_will_is_bound_to_the_same_rights(broker: Broker) -> None:
    with Client(broker.address("ingest-1")) as ingest:
        ingest.subscribe("city/+/+/status")
        for topic, payload in ((f"city/v1/{D2}/status", b"forged will"), (f"city/v1/{D1}/status", b"own will")):
            dying = Client(broker.address(D1))
            dying.client.will_set(topic, payload, qos=1)
            dying.client.reconnect_delay_set(60, 60)
            if dying.connect():
                dying.cut()
            else:  # refused for its will: the better answer
                assert payload == b"forged will"
                dying.close()
        assert ingest.wait(lambda: b"own will" in ingest.payloads())
        assert b"forged will" not in ingest.payloads()


@pytest.mark.parametrize("protocol", [V311, V5], ids=["3.1.1", "5"])
def test_an_oversized_message_is_refused_and_its_sender_thrown_out(
    mosquitto: MosquittoBroker, protocol: object
) -> None:
    topic = f"city/v1/{D1}/senml"
    with Client(mosquitto.address("ingest-1")) as ingest:
        ingest.subscribe("city/+/+/senml")
        with Client(mosquitto.address(D1)) as fits:
            fits.publish(topic, b"x" * MAX_PAYLOAD_BYTES)
        assert ingest.wait(lambda: len(ingest.messages) == 1)
        with Client(mosquitto.address(D1), protocol=protocol) as client:
            client.client.reconnect_delay_set(60, 60)
            gone = len(client.disconnects)
            client.client.publish(topic, b"x" * (2 * MAX_PAYLOAD_BYTES), qos=1)
            if protocol == V311:  # a client of MQTT 5 has been told the limit and does not even try
                assert client.wait(lambda: len(client.disconnects) > gone)
        with Client(mosquitto.address(D2)) as last:
            last.publish(f"city/v1/{D2}/senml", b"last")
        assert ingest.wait(lambda: b"last" in ingest.payloads())
        assert len(ingest.messages) == 2


def test_an_oversized_message_does_not_pass_the_embedded_broker(embedded: Broker) -> None:
    with Client(embedded.address("ingest-1")) as ingest, Client(embedded.address(D1)) as client:
        ingest.subscribe("city/+/+/senml")
        client.client.reconnect_delay_set(60, 60)
        client.publish(f"city/v1/{D1}/senml", b"x" * (2 * MAX_PAYLOAD_BYTES))
        with Client(embedded.address(D2)) as last:
            last.publish(f"city/v1/{D2}/senml", b"y" * (MAX_PAYLOAD_BYTES - 100))
        assert ingest.wait(lambda: ingest.messages)
        assert {message.payload[:1] for message in ingest.messages} == {b"y"}


def test_nobody_throws_out_another_by_taking_its_client_id(mosquitto: MosquittoBroker) -> None:
    with Client(mosquitto.address("ingest-1"), client_id="ingest-1") as ingest:
        with Client(mosquitto.address(D1), client_id="ingest-1") as hostile:
            hostile.publish(f"city/v1/{D1}/status", b"hello")
        assert not ingest.disconnects
        with Client(mosquitto.address("ingest-1"), client_id="ingest-1"):
            assert ingest.wait(lambda: ingest.disconnects), "the same identity takes its connection over"


@pytest.mark.parametrize(
    "name", ["", "a/b", "a+", "#", "a b", "ü", "x" * 65, "ingest", "stadtwerk", "..", ".git", "a:b"]
)
def test_what_cannot_be_a_user_a_topic_and_a_common_name_is_no_identity(name: str) -> None:
    with pytest.raises(ValueError, match="cannot be an identity"):
        Identity(name, Role.GATEWAY)


@pytest.mark.parametrize("gateways", [("a", "a"), ("a", "A"), ("viewer",), ("control",), ("ingest-2",), ("probe",)])
def test_no_two_identities_share_a_name(gateways: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="two identities"):
        identities(gateways)


def test_a_stranger_is_not_let_in(broker: Broker) -> None:
    here = broker.address(D1)
    assert lets_in(here)
    assert not lets_in(BrokerAddress(here.host, here.port))
