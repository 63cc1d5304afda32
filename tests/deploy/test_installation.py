"""The file that tells a live run where an installation is: what ships can be read, each mistake is named."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import orjson
import pytest

from gateways.gateway.node.config import load
from gateways.ingest.config import read_config
from simulator.contracts.problem import BadInput
from stadtwerk.live.attached import Attached
from stadtwerk.live.plant import Journal
from stadtwerk.live.settings import read_installation
from tests.deploy.compose import ROOT, services

FOLDER = ROOT / "deploy" / "compose"


def test_what_ships_can_be_read() -> None:
    installation = read_installation(FOLDER / "installation.json")
    assert [str(address) for address in installation.brokers] == [
        "mqtts://mosquitto-a:8885",
        "mqtts://mosquitto-b:8886",
    ]
    assert [str(address) for address in installation.uplinks] == ["mqtt://mosquitto-a:8883", "mqtt://mosquitto-b:8884"]
    assert all(name in services() and station.host == name for name, station in installation.gateways.items())
    assert installation.database.api == "v1" and installation.database.url.startswith("https://")
    for name, station in installation.gateways.items():
        gateway = load(FOLDER / f"{name}.json")
        assert gateway.gateway == name
        assert [address.port for address in gateway.brokers] == list(station.links), "each link leads from its gateway"
        assert {address.host for address in gateway.brokers} == {"simulator"}
        assert gateway.door is not None and gateway.door.port == station.port
        assert not gateway.dies_with_parent
    for number in (1, 2):
        ingest = read_config(FOLDER / f"ingest-{number}.json")
        assert ingest.name == f"ingest-{number}"


def read(folder: Path, **changed: Any) -> set[str]:
    """Fields of the mistakes in the file that ships, after a change."""
    document = orjson.loads((FOLDER / "installation.json").read_bytes()) | changed
    path = folder / "installation.json"
    path.write_bytes(orjson.dumps({name: value for name, value in document.items() if value is not None}))
    try:
        read_installation(path)
    except BadInput as bad:
        assert all(problem.file == str(path) and problem.fix for problem in bad.problems)
        return {problem.field for problem in bad.problems}
    return set()


def test_every_mistake_is_named_at_once(tmp_path: Path) -> None:
    assert read(tmp_path) == set()
    links = {"host": "g", "port": 7000, "links": [1, 2]}
    assert read(tmp_path, gateways={"a": links, "b": links}) == {"gateways.b.links"}
    wrong = read(
        tmp_path,
        schema="stadtwerk/installation/9",
        gateways={"a": links, "c": {"host": "", "port": 1, "links": [3, 4]}, "d": {"host": "d", "port": 0}},
        brokers=[{"host": "h", "port": 1883}],
        watching=None,
        uplinks=[],
        identity={"ca_file": "ca"},
        database={"url": "ftp://x", "bucket": "city"},
        links_host=None,
        colour="red",
    )
    assert wrong == {
        "schema", "gateways.c.host", "gateways.d", "gateways.d.port", "brokers", "uplinks", "document", "identity",
        "database.url", "colour",
    }  # fmt: skip


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema": 1}'])
def test_what_is_no_such_file_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "i.json").write_text(text)
    with pytest.raises(BadInput):
        read_installation(tmp_path / "i.json")
    with pytest.raises(BadInput):
        read_installation(tmp_path / "none.json")


def test_who_is_cut_off_for_two_reasons_is_reached_when_neither_holds(tmp_path: Path) -> None:
    """A gateway whose certificate ran out while it had failed, or the other way round, does not get in too early."""
    installation = read_installation(FOLDER / "installation.json")
    with Journal(tmp_path / "live.jsonl") as journal:
        plant = Attached({"gateway-d1": "v1", "gateway-d2": "v1"}, installation, FOLDER / "installation.json", journal)

        def told() -> list[str]:
            lines = [orjson.loads(line) for line in (tmp_path / "live.jsonl").read_bytes().splitlines()]
            return [line["code"] for line in lines]

        plant.kill("gateway-d1", "no power", math.inf)
        plant.kill("gateway-d1", "no power", math.inf)
        plant.expire("gateway-d1", reconnect=False)
        plant.revive("gateway-d1")
        assert told() == ["live.cut-off"]
        plant.renew("gateway-d1")
        plant.renew("gateway-d1")
        assert told() == ["live.cut-off", "live.reached-again"]
        plant.expire("gateway-d2", reconnect=False)
        plant.kill("gateway-d2", "no power", math.inf)
        plant.renew("gateway-d2")
        assert told()[2:] == ["live.certificate-expired-quietly", "live.cut-off"]
        plant.expire("gateway-d2", reconnect=True)
        plant.mend_all()
        assert told()[4:] == ["live.reached-again"]
