"""The configuration of a gateway: what is written is read, and every mistake is named at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from gateways.brokers.address import BrokerAddress
from gateways.gateway.failover import LinkSettings
from gateways.gateway.node import NodeConfig
from gateways.gateway.node.config import load, save
from gateways.network.tls_proxy import TlsProxyConfig
from simulator.contracts.problem import BadInput


def config(folder: Path, **more: object) -> NodeConfig:
    brokers = (
        BrokerAddress("127.0.0.1", 1883),
        BrokerAddress("b.example", 8883, "gateway-1", folder / "password", folder / "ca.crt"),
    )
    return NodeConfig("gateway-1", brokers, folder / "outbox.sqlite", **more)


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    for whole in (
        config(tmp_path),
        config(
            tmp_path,
            field_port=4711,
            outbox_readings=5000,
            payload="v2",
            batch_period_s=2,
            link=LinkSettings(window=50),
            door=TlsProxyConfig("0.0.0.0", 7000, tmp_path / "ca", tmp_path / "cert", tmp_path / "key", ("simulator",)),
        ),
    ):
        save(whole, tmp_path / "node.json")
        assert load(tmp_path / "node.json") == whole


def test_file_names_count_from_the_folder_of_the_file(tmp_path: Path) -> None:
    fields = {"gateway": "g", "brokers": [{"host": "h", "port": 1, "ca_file": "ca.crt"}], "outbox": "data/o"}
    (tmp_path / "node.json").write_bytes(orjson.dumps(fields))
    loaded = load(tmp_path / "node.json")
    assert loaded.outbox == tmp_path / "data/o"
    assert loaded.brokers[0].ca_file == tmp_path / "ca.crt"


def test_every_mistake_is_named_at_once(tmp_path: Path) -> None:
    fields = {
        "brokers": [{"host": "h", "port": 0}, 7, {"host": "h", "port": 1883, "pasword_file": "p"}],
        "outbox": 5,
        "field_port": "any",
        "batch_size": True,
        "colour": "red",
        "link": {"window": 1.5, "speed": 3},
    }
    (tmp_path / "node.json").write_bytes(orjson.dumps(fields))
    with pytest.raises(BadInput) as raised:
        load(tmp_path / "node.json")
    wrong = {problem.field for problem in raised.value.problems}
    assert wrong == {
        *("document", "outbox", "field_port", "batch_size", "colour", "link.window", "link.speed"),
        *("brokers[0].port", "brokers[1]", "brokers[2].pasword_file"),
    }
    assert "did you mean 'password_file'" in str(raised.value) and "'gateway' is missing" in str(raised.value)


def test_a_mistake_is_told_at_its_line(tmp_path: Path) -> None:
    (tmp_path / "node.json").write_text('{\n "gateway": "g",\n "outbox": "o",\n "brokers": [\n  {"host": "h"}]}')
    with pytest.raises(BadInput) as raised:
        load(tmp_path / "node.json")
    assert [(p.line, p.field, p.what) for p in raised.value.problems] == [(5, "brokers[0]", "'port' is missing")]
    (tmp_path / "node.json").write_text('{\n "gateway": "g",\n "outbox" "o"}')
    with pytest.raises(BadInput, match="is not JSON") as raised:
        load(tmp_path / "node.json")
    assert [problem.line for problem in raised.value.problems] == [3]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("gateway", ""), ("brokers", []), ("field_port", 70000), ("outbox_bytes", 10), ("outbox_readings", 1),
        ("first_boot", 0), ("payload", "v0"), ("payload", "v9"), ("batch_size", 0), ("batch_period_s", -1),
        ("keepalive_s", 0), ("health_period_s", 0), ("door", "0.0.0.0:7000"),
    ],
)  # fmt: skip
def test_values_that_cannot_be_are_refused(tmp_path: Path, field: str, value: object) -> None:
    save(config(tmp_path), tmp_path / "node.json")
    fields = orjson.loads((tmp_path / "node.json").read_bytes()) | {field: value}
    (tmp_path / "node.json").write_bytes(orjson.dumps(fields))
    with pytest.raises(BadInput) as raised:
        load(tmp_path / "node.json")
    assert [problem.field for problem in raised.value.problems] == [field]


@pytest.mark.parametrize("text", ["", "{", "[]", "null"])
def test_what_is_no_configuration_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "node.json").write_text(text)
    with pytest.raises(BadInput):
        load(tmp_path / "node.json")


def test_the_process_says_what_is_wrong_and_ends_with_64(tmp_path: Path) -> None:
    (tmp_path / "node.json").write_text('{"gateway": "", "outbox": "o", "brokers": []}')
    command = [sys.executable, "-m", "gateways.gateway.node", str(tmp_path / "node.json")]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 64
    assert "gateway: is empty" in ended.stderr and "brokers: is empty" in ended.stderr
    assert not (tmp_path / "o").exists()
