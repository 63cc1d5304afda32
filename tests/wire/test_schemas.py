"""The published schemas are those of the code, and the messages of the code are as the schemas say."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from gateways.gateway.node.northbound import Health, status_message
from gateways.ingest.health import Counters, ack_message, health_message, will_message
from gateways.ingest.screening import DeadLetters, Reason
from gateways.ingest.store import Backlog
from gateways.schemas import SCHEMAS, document, files
from gateways.wire import cbor, payload, topics
from gateways.wire.senml import SenmlError
from gateways.wire.versions import VERSIONS, GatewayConfig, config_message, encoder, read_config, read_message
from tests.gateways.samples import START
from tests.wire.packs import CASES, DEMAND, GOLDEN, POWER, PRESSURE

DOCS = Path(__file__).parents[2] / "docs" / "telemetry"


def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(SCHEMAS[name])


def told(name: str, message: bytes | Any) -> Any:
    """A message that its schema must allow, and whose every field it must know."""
    said = orjson.loads(message) if isinstance(message, bytes) else message
    problems = [error.message for error in validator(name).iter_errors(said)]
    assert not problems, problems
    if isinstance(said, dict):
        assert said.keys() <= SCHEMAS[name]["properties"].keys()
    return said


def test_the_committed_files_are_those_that_the_code_makes() -> None:
    made = files()
    committed = {path.relative_to(DOCS).as_posix(): path for path in DOCS.rglob("*.json")}
    assert committed.keys() == made.keys()
    for name, text in made.items():
        assert committed[name].read_text(encoding="utf-8") == text, (
            f"{name}: run python -m gateways.schemas docs/telemetry"
        )


@pytest.mark.parametrize("name", SCHEMAS)
def test_each_is_a_schema_of_2020_12(name: str) -> None:
    assert SCHEMAS[name]["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(SCHEMAS[name])


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("version", ["v1", "v2"])
def test_packs_are_as_the_schema_says(case: str, version: str) -> None:
    written = encoder(version, START).encode(CASES[case].pack, CASES[case].lowest)
    records = orjson.loads(written) if version == "v1" else cbor.loads(written)
    told("pack", records)
    known = SCHEMAS["pack"]["$defs"]["record"]["properties"].keys()
    assert records[0].keys() <= known | SCHEMAS["pack"]["prefixItems"][0]["properties"].keys()
    assert all(record.keys() <= known for record in records[1:])


def test_the_other_messages_are_as_their_schemas_say(tmp_path: Path) -> None:
    for path in GOLDEN.glob("v0-*.json"):
        assert not list(validator("readings-v0").iter_errors(orjson.loads(path.read_bytes())))
    told("status", payload.status_message("gw", "online", START, 2))
    told("status", payload.status_message(topics.RUN, "offline"))
    health = Health("gw", 3, "v1", received=5, broker="mqtt://127.0.0.1:1883")
    inside = told("status", status_message("online", START, health))["health"]
    assert inside.keys() == SCHEMAS["status"]["properties"]["health"]["properties"].keys()
    told("meta", payload.meta_message("gateway-d1", [PRESSURE, POWER, DEMAND]))
    told("ack", ack_message("Süd", 3, 0))
    for version in ("v1", "v2"):
        told("config", config_message(GatewayConfig(version)))
    dead = DeadLetters(None)
    dead.add(Reason.MALFORMED, "city/v1/gw/senml", b"", "no")
    counters = Counters(messages=7, lag_s=0.25, unavailable="disk full")
    full = told(
        "health", health_message("ingest-1", "online", counters, dead, Backlog(1, 2, 3), 4, {"mqtt://a:1": True}, 8)
    )
    assert full["rejected"] == {"malformed": 1}
    told("health", will_message("ingest-1"))


def changed(of: Any, *path: str | int, to: Any = ...) -> Any:
    """A copy in which one value is another, or is gone."""
    copy = orjson.loads(orjson.dumps(of))
    inner = copy
    for step in path[:-1]:
        inner = inner[step]
    if to is ...:
        del inner[path[-1]]
    else:
        inner[path[-1]] = to
    return copy


PACK = orjson.loads(encoder("v1", START).encode(CASES["quality"].pack))
OLD = {"id": "gw", "ts": 1, "readings": {"a/b": 1.5}}
WRONG: list[tuple[str, Any]] = [
    ("pack", []),
    *(("pack", changed(PACK, 0, label)) for label in ("schema", "restart", "seq", "bn", "bt")),
    *(("pack", changed(PACK, 0, label, to=-1)) for label in ("schema", "restart", "seq", "lowest")),
    ("pack", changed(PACK, 0, "schema", to=payload.SCHEMA + 1)),
    ("pack", changed(PACK, 0, "bn", to="urn:dev:ow:1:")),
    ("pack", changed(PACK, 0, "v")),
    ("pack", changed(PACK, 0, "v", to="1")),
    ("pack", changed(PACK, 1, "v", to=1)),  # beside the text that it already has
    ("pack", changed(PACK, 1, "n", to="a b")),
    ("pack", changed(PACK, 1, "quality", to=3)),
    ("pack", changed(PACK, 1, "seq_", to=3)),
    *(("readings-v0", changed(OLD, field)) for field in OLD),
    ("readings-v0", changed(OLD, "ts", to=1.5)),
    ("readings-v0", changed(OLD, "readings", to={})),
    ("readings-v0", changed(OLD, "readings", "a/b", to="1")),
    ("readings-v0", changed(OLD, "readings", "", to=1)),
    ("config", {"schema": 1, "payload": "v0"}),
    ("config", {"payload": "v1"}),
    ("ack", {"schema": 1, "gateway": "gw", "restart": 0, "seq": 0}),
    ("status", {"schema": 1, "gateway": "gw", "state": "away"}),
    ("health", {"schema": 1, "name": "i"}),
    ("meta", {"schema": 1, "gateway": "gw", "base_name": "b", "cohorts": [{}]}),
]


@pytest.mark.parametrize(("name", "message"), WRONG)
def test_what_is_wrong_is_not_as_the_schema_says_nor_read(name: str, message: Any) -> None:
    assert list(validator(name).iter_errors(message))
    readers: dict[str, Callable[[bytes], object]] = {
        "pack": lambda text: read_message("city/v1/gateway-d1/senml", text),
        "readings-v0": lambda text: read_message("city/v0/gw/senml", text),
        "config": read_config,
    }
    if name in readers:
        with pytest.raises(SenmlError):
            readers[name](orjson.dumps(message))


SCALAR = st.none() | st.booleans() | st.integers(-5, 5) | st.floats(-5, 5) | st.sampled_from(["", "gw", "v1", "v2"])


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "id": st.just("gw") | SCALAR,
            "ts": st.integers(-1, 5) | SCALAR,
            "readings": st.dictionaries(st.sampled_from(["", "a", "b/c"]), SCALAR, max_size=3) | SCALAR,
            "payload": SCALAR,
            "schema": st.just(1) | SCALAR,
        },
    )
)
def test_whatever_is_read_is_as_the_schema_says(message: dict[str, object]) -> None:
    text = orjson.dumps(message)
    try:
        read_message("city/v0/gw/senml", text)
    except SenmlError:
        pass
    else:
        assert validator("readings-v0").is_valid(orjson.loads(text))
    try:
        read_config(text)
    except SenmlError:
        pass
    else:
        assert validator("config").is_valid(orjson.loads(text))


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from references(inner)


def test_every_reference_in_the_asyncapi_document_leads_somewhere() -> None:
    whole = document()
    found = set(references(whole))
    assert len(found) > 20
    for reference in found:
        inner: Any = whole
        for step in reference.removeprefix("#/").split("/"):
            assert step in inner, reference
            inner = inner[step]


def test_the_asyncapi_document_has_every_topic_that_the_code_knows() -> None:
    whole = document()
    assert whole["asyncapi"] == "3.0.0"
    addresses = {channel["address"] for channel in whole["channels"].values()}
    by_code = {
        *(version.topic("GW") for version in VERSIONS.values()),
        *(topic("GW") for topic in (topics.status, topics.meta, topics.ack, topics.config)),
        topics.health("GW"),
    }
    assert {address.replace("{gateway}", "GW").replace("{ingest}", "GW") for address in addresses} == by_code
    assert len(whole["operations"]) == len(addresses) == len(by_code)
    for channel in whole["channels"].values():
        assert all(f"{{{name}}}" in channel["address"] for name in channel["parameters"])


def fits(address: str, topic_filter: str) -> bool:
    levels, pattern = address.split("/"), topic_filter.split("/")
    if pattern[-1] == "#":
        return levels[: len(pattern) - 1] == pattern[:-1]
    pairs = zip(levels, pattern, strict=True) if len(levels) == len(pattern) else ()
    return len(levels) == len(pattern) and all(wanted in ("+", level) for level, wanted in pairs)


def test_who_may_publish_is_who_the_directions_say() -> None:
    whole = document()
    may = whole["x-rights"]
    for operation in whole["operations"].values():
        channel = whole["channels"][operation["channel"]["$ref"].rsplit("/", 1)[1]]
        address = channel["address"].replace("{gateway}", "{name}").replace("{ingest}", "{name}")
        writers = {role for role, of in may.items() if any(fits(address, one) for one in of["publish"])}
        if operation["action"] == "receive":
            assert writers == {"gateway"}, address
        else:
            assert writers in ({"ingest"}, {"control"}), address
        readers = {role for role, of in may.items() if any(fits(address, one) for one in of["subscribe"])}
        assert "viewer" in readers and ("ingest" in readers) == address.endswith("/senml")
        assert ("gateway" in readers) == address.endswith(("/ack", "/config"))
    assert may["viewer"]["publish"] == []


def test_the_readme_names_every_topic_content_type_and_schema() -> None:
    text = (DOCS / "README.md").read_text(encoding="utf-8")
    for channel in document()["channels"].values():
        assert f"`{channel['address']}`" in text
    for version in VERSIONS.values():
        assert f"`{version.content_type}`" in text
    for name in SCHEMAS:
        assert f"(schemas/{name}.schema.json)" in text
    example = text.split("```json\n")[1].split("```")[0]
    told("pack", json.loads(example))
    assert len(read_message("city/v1/gateway-d1/senml", example.encode()).readings) == 3
