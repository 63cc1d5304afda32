"""Mosquitto as it ships: nobody gets in without showing who they are, and nothing is dropped in silence."""

from __future__ import annotations

import ssl
from dataclasses import replace
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest

from gateways.brokers.address import Line
from gateways.brokers.embedded import BrokerUnavailable
from gateways.brokers.front import front_config
from gateways.brokers.mosquitto import NAMES, MosquittoBroker, installed, mosquitto_config
from gateways.secrets.authority import Authority
from gateways.secrets.folder import init_secrets
from tests.brokers.clients import V5, Client, lets_in, second_door

D1 = "gateway-d1"
SHIPPED = Path(__file__).resolve().parents[2] / "deploy" / "mosquitto"


@pytest.mark.parametrize("name", NAMES)
def test_what_ships_is_what_the_code_writes(name: str) -> None:
    assert (SHIPPED / f"{name}.conf").read_text() == mosquitto_config(installed(name))
    assert (SHIPPED / f"haproxy-{name}.cfg").read_text() == front_config(installed(name), "127.0.0.1")


def test_without_a_certificate_nobody_gets_in(mosquitto: MosquittoBroker) -> None:
    by_certificate = mosquitto.address(D1)
    assert lets_in(by_certificate)
    assert not lets_in(replace(by_certificate, cert_file=None, key_file=None))
    with_password = replace(second_door(mosquitto, D1), port=mosquitto.port)
    assert not lets_in(with_password), "nor with a password"


def test_a_line_that_is_not_encrypted_is_refused(mosquitto: MosquittoBroker) -> None:
    for port in (mosquitto.port, mosquitto.password_port):
        assert not lets_in(replace(mosquitto.address(D1), port=port, ca_file=None, cert_file=None, key_file=None))


def test_an_old_version_of_tls_is_refused(mosquitto: MosquittoBroker) -> None:
    def old(client: mqtt.Client) -> None:
        address = mosquitto.address(D1)
        context = ssl.create_default_context(cafile=str(address.ca_file))
        context.sslsocket_class = Line
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
        context.load_cert_chain(str(address.cert_file), str(address.key_file))
        client.tls_set_context(context)

    with pytest.warns(DeprecationWarning):
        assert not lets_in(mosquitto.address(D1), old)


def test_a_certificate_of_another_authority_is_refused(mosquitto: MosquittoBroker, tmp_path: Path) -> None:
    init_secrets(tmp_path / "foreign", (D1,))
    foreign = tmp_path / "foreign" / "identities" / D1
    address = replace(mosquitto.address(D1), cert_file=foreign / "client.crt", key_file=foreign / "client.key")
    assert not lets_in(address)
    assert not lets_in(replace(mosquitto.address(D1), ca_file=foreign / "ca.crt")), "we refuse a foreign broker, too"


def test_a_broker_s_own_certificate_opens_no_door_and_a_gateway_cannot_pose_as_a_broker(
    mosquitto: MosquittoBroker, installation: Path
) -> None:
    server = installation / "mosquitto-b"
    address = replace(mosquitto.address(D1), cert_file=server / "server.crt", key_file=server / "server.key")
    assert not lets_in(address)


def test_by_password_the_right_one_only_opens_the_second_door(mosquitto: MosquittoBroker, tmp_path: Path) -> None:
    right = second_door(mosquitto, "viewer")
    assert lets_in(right)
    wrong = tmp_path / "password"
    wrong.touch(0o600)
    for text in ("wrong", (second_door(mosquitto, D1).password_file or Path()).read_text()):
        wrong.write_text(text)
        assert not lets_in(replace(right, password_file=wrong))
    assert not lets_in(replace(right, user="", password_file=None)), "nobody is anonymous"
    assert not lets_in(replace(right, user="stranger"))


def test_rights_are_the_same_behind_the_second_door(mosquitto: MosquittoBroker) -> None:
    with Client(mosquitto.address("ingest-1")) as ingest:
        ingest.subscribe("city/+/+/senml")
        with Client(second_door(mosquitto, D1)) as client:
            client.publish("city/v1/gateway-d2/senml", b"foreign")
        with Client(second_door(mosquitto, "viewer")) as viewer:
            viewer.publish("city/v1/gateway-d1/senml", b"foreign")
            viewer.publish("city/v1/viewer/senml", b"foreign")
        with Client(second_door(mosquitto, D1)) as client:
            client.publish("city/v1/gateway-d1/senml", b"own")
        assert ingest.wait(lambda: b"own" in ingest.payloads())
        # What other tests have retained on this broker comes, too.
        assert [said for said in ingest.payloads() if said in (b"own", b"foreign")] == [b"own"]


def test_max_qos_is_one(mosquitto: MosquittoBroker) -> None:
    with Client(mosquitto.address("ingest-1"), protocol=V5) as client:
        assert client.subscribe("city/+/+/senml", qos=2) <= 1


def test_a_port_that_is_taken_is_given_as_the_reason(
    mosquitto: MosquittoBroker, installation: Path, tmp_path: Path
) -> None:
    second = MosquittoBroker(installation, tmp_path, port=mosquitto.port)
    with pytest.raises(BrokerUnavailable, match="Address already in use"):
        second.start()
    assert second.pid is None
    assert mosquitto.healthy()


def test_missing_secrets_are_given_as_the_reason(mosquitto: MosquittoBroker, tmp_path: Path) -> None:
    broker = MosquittoBroker(tmp_path / "none", tmp_path / "data", start_timeout_s=2)
    with pytest.raises(BrokerUnavailable):
        broker.start()
    assert broker.pid is None


def test_a_missing_program_is_given_as_the_reason(
    monkeypatch: pytest.MonkeyPatch, installation: Path, tmp_path: Path
) -> None:
    monkeypatch.setattr("gateways.brokers.mosquitto.shutil.which", lambda name, path: None)
    with pytest.raises(BrokerUnavailable, match="not installed"):
        MosquittoBroker(installation, tmp_path).start()


def test_an_authority_is_needed_for_every_certificate(mosquitto: MosquittoBroker, tmp_path: Path) -> None:
    """A certificate that names an authority of the same title but is signed by another key is refused."""
    forged = Authority().client("ingest-1")
    for name, content in (("crt", forged.certificate), ("key", forged.key)):
        (tmp_path / name).touch(0o600)
        (tmp_path / name).write_bytes(content)
    assert not lets_in(replace(mosquitto.address(D1), cert_file=tmp_path / "crt", key_file=tmp_path / "key"))
