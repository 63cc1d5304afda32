"""Every payload that was ever published is read for ever, and what is still written keeps its bytes.

A golden file is never changed: a new version gets new files.
"""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from gateways.wire import versions
from gateways.wire.versions import VERSIONS, encoder, read_message
from gateways.wire.versions.registry import plain, published
from tests.wire.packs import CASES, GOLDEN, START

FILES = sorted(path for path in GOLDEN.iterdir() if path.suffix in (".json", ".cbor"))
EXTENSION = {"application/json": "json", "application/senml+json": "json", "application/senml+cbor": "cbor"}
WRITTEN = [version.id for version in VERSIONS.values() if version.writer is not None]


def test_every_version_has_golden_files() -> None:
    assert {path.name.split("-")[0] for path in FILES} == set(VERSIONS)
    for version in WRITTEN:
        names = {f"{version}-{case}.{EXTENSION[VERSIONS[version].content_type]}" for case in CASES}
        assert names <= {path.name for path in FILES}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_golden_file_is_read_as_it_always_was(path: Path) -> None:
    expected = orjson.loads(path.with_suffix(".expected").read_bytes())
    topic = VERSIONS[path.name.split("-")[0]].topic(expected["gateway"])
    assert plain(read_message(topic, path.read_bytes())) == expected


def test_what_ships_is_every_golden_file() -> None:
    assert [(one.name, one.payload, one.read()) for one in published()] == [
        (path.name, path.read_bytes(), orjson.loads(path.with_suffix(".expected").read_bytes())) for path in FILES
    ]


@pytest.mark.parametrize("version", WRITTEN)
@pytest.mark.parametrize("case", CASES)
def test_the_writer_of_a_version_still_writes_its_golden_bytes(version: str, case: str) -> None:
    golden = GOLDEN / f"{version}-{case}.{EXTENSION[VERSIONS[version].content_type]}"
    assert encoder(version, START).encode(CASES[case].pack, CASES[case].lowest) == golden.read_bytes()


def test_what_gateways_write_by_default_is_version_1() -> None:
    assert versions.DEFAULT == "v1"
