"""What the journal says of ways that are cut, slow or lossy: once where all are alike, else way by way."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from gateways.brokers.address import BrokerAddress
from stadtwerk.live.plant import Journal, Wire, Wires
from stadtwerk.live.settings import BROKERS

CUT = Wire(math.inf)


def told(folder: Path, *turns: tuple[Wire, Wire]) -> list[tuple[str, Any, Any]]:
    """Code, broker and value of what is told when the two ways become so, one turn after the other."""
    with Journal(folder / "live.jsonl") as journal:
        wires = Wires("g1", [BrokerAddress("127.0.0.1", 1883)] * len(BROKERS), BROKERS, journal)
        wires.start()
        for turn in turns:
            wires.be(turn)
        wires.stop()
    rows = [json.loads(row) for row in (folder / "live.jsonl").read_bytes().splitlines()]
    assert {row["subject"] for row in rows} == {"g1"}
    return [(row["code"], row.get("params", {}).get("broker"), row.get("value")) for row in rows]


def test_all_ways_alike_are_told_once(tmp_path: Path) -> None:
    slow = Wire(0.5, 0.2)
    assert told(tmp_path, (CUT, CUT), (Wire(), Wire()), (slow, slow)) == [
        ("live.link-cut", None, None),
        ("live.link-mended", None, None),
        ("live.delay", None, 0.5),
        ("live.loss", None, 0.2),
    ]


def test_one_way_is_told_by_its_broker(tmp_path: Path) -> None:
    assert told(tmp_path, (CUT, Wire()), (Wire(), Wire(0.5, 0.2))) == [
        ("live.one-link-cut", "broker-a", None),
        ("live.one-link-mended", "broker-a", None),
        ("live.one-delay", "broker-b", 0.5),
        ("live.one-loss", "broker-b", 0.2),
    ]
