"""The configuration: read as meant, and every mistake named at once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateways.ingest.config import EmbeddedConfig, InfluxConfig, IngestConfig, read_config
from simulator.contracts.problem import BadInput

GOOD = {"name": "i", "brokers": [{"host": "127.0.0.1", "port": 1883}], "store": {"kind": "embedded", "path": "s.db"}}
INFLUX = {"kind": "influx", "url": "https://db:8086", "org": "town", "bucket": "b", "token_file": "t", "outbox": "o.db"}


def read(folder: Path, document: object) -> IngestConfig:
    path = folder / "config.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return read_config(path)


def test_little_is_enough_and_file_names_are_meant_from_the_folder(tmp_path: Path) -> None:
    config = read(tmp_path, GOOD)
    assert config.store == EmbeddedConfig(tmp_path / "s.db")
    assert [str(address) for address in config.brokers] == ["mqtt://127.0.0.1:1883"]
    assert (config.gateways, config.dead_letters, config.durable) == (None, None, True)


def test_everything_can_be_said(tmp_path: Path) -> None:
    more = {"gateways": ["a", "b"], "dead_letters": "d", "batch_s": 0, "batch_rows": 5}
    more |= {"message_bytes": 2048, "inbox_bytes": 1 << 21, "health_s": 2, "durable": False}
    config = read(tmp_path, GOOD | more | {"store": INFLUX | {"timeout_s": 3, "outbox_bytes": 1 << 22, "gzip": True}})
    assert isinstance(config.store, InfluxConfig)
    database = config.store
    assert (database.url, database.org, database.bucket, database.gzip) == ("https://db:8086", "town", "b", True)
    assert (database.token_file, config.store.outbox) == (tmp_path / "t", tmp_path / "o.db")
    assert (database.timeout_s, config.store.outbox_bytes) == (3.0, 1 << 22)
    assert config.gateways == {"a", "b"}
    assert (config.batch_s, config.batch_rows, config.message_bytes, config.durable) == (0.0, 5, 2048, False)


def test_every_mistake_is_named_at_once(tmp_path: Path) -> None:
    bad = {
        "brokers": [{"host": "h"}, 7],
        "store": {"kind": "influx", "url": 1, "bucket": "", "outbox_bytes": 3, "extra": 1},
        "gateways": "gw",
        "batch_rows": 0,
        "batch_s": True,
        "durable": "yes",
        "nmae": "i",
    }
    with pytest.raises(BadInput) as caught:
        read(tmp_path, bad)
    fields = {problem.field for problem in caught.value.problems}
    assert fields == {
        *("document", "nmae", "brokers[0]", "brokers[1]", "gateways", "batch_rows", "batch_s"),
        *("durable", "store", "store.url", "store.bucket", "store.outbox_bytes", "store.extra"),
    }
    assert all(problem.fix for problem in caught.value.problems)
    assert {"'name' is missing", "'outbox' is missing", "'port' is missing"} <= {p.what for p in caught.value.problems}


@pytest.mark.parametrize("document", ["", "[]", "{", '"a"', json.dumps(GOOD | {"store": {"kind": "paper"}})])
def test_what_is_no_configuration_is_refused(tmp_path: Path, document: str) -> None:
    with pytest.raises(BadInput):
        read(tmp_path, document)


def test_a_missing_file_and_a_wrong_database_are_said(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        read_config(tmp_path / "none.json")
    with pytest.raises(BadInput, match="ftp"):
        read(tmp_path, GOOD | {"store": INFLUX | {"url": "ftp://db"}})
