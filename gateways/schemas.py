"""What the messages look like, for those who read them with other programs: JSON Schema and AsyncAPI, from the code.

`python -m gateways.schemas FOLDER` writes all of it as files: a JSON Schema for each message on the brokers,
the convention as one AsyncAPI 3 document (topics, messages, who sends what, how one logs in), and a JSON Schema for the
configuration file of each service.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_type_hints

import orjson

from gateways.brokers.rights import Identity, Role, rights
from gateways.gateway.node.config import NodeConfig
from gateways.gateway.node.northbound import Health
from gateways.ingest.config import IngestConfig
from gateways.ingest.health import Counters, health_message
from gateways.ingest.screening import DeadLetters
from gateways.ingest.store import Backlog
from gateways.wire import payload, topics
from gateways.wire.senml import ABSOLUTE_FROM, VERSION
from gateways.wire.versions import VERSIONS, Version
from simulator.contracts.command_line import program, say_places
from simulator.contracts.sensor import Quality
from simulator.contracts.settings import settings_schema
from simulator.contracts.words import Words

_ = Words("gateways")

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_COUNT: Schema = {"type": "integer", "minimum": 0}
_TEXT: Schema = {"type": "string"}
_NAME: Schema = {"type": "string", "minLength": 1}
_NUMBER: Schema = {"type": "number"}


def _said(of: Schema, description: str) -> Schema:
    return {**of, "description": description}


_VERSIONED: Schema = {
    "schema": {
        "type": "integer",
        "minimum": 1,
        "maximum": payload.SCHEMA,
        "description": "Version of our own fields. Receivers take this one and all before it.",
    }
}
_GATEWAY = {"gateway": _said(_NAME, "The gateway's id, as it is; in topics it is escaped.")}
_BOOT = _said({"type": "integer", "minimum": 1}, "How often the gateway has started: its boot.")
_TOWN_TIME = _said(_NUMBER, "Unix seconds of the town's clock.")


def _message(title: str, description: str, properties: Schema, required: tuple[str, ...], **more: Any) -> Schema:
    head = {"$schema": DIALECT, "title": title, "description": description, "type": "object"}
    return {**head, "properties": properties, "required": list(required), **more}


def _pack() -> Schema:
    number, text = {"type": "number"}, {"type": "string"}
    record: Schema = {
        "type": "object",
        "properties": {
            "bn": _said(
                {"type": "string", "pattern": f"^{payload.base_name('')[:-1]}[A-Za-z0-9._:-]+:$"},
                "Base name: a device URN (RFC 9039) that ends where a sensor's name begins.",
            ),
            "bt": _said(number, f"Base time in Unix seconds; times below {ABSOLUTE_FROM:.0f} would count from now."),
            "bu": _said(text, "Base unit, of the SenML registry. Left out where the registry has none."),
            "bver": _said({"type": "integer", "minimum": 1, "maximum": VERSION}, "Version of SenML."),
            "n": _said(
                {"type": "string", "pattern": "^[A-Za-z0-9:._/-]*$"},
                "Sensor: component/quantity. Other characters than these are :hh, byte by byte.",
            ),
            "t": _said(number, "Seconds to add to the base time."),
            "u": _said(text, "Unit, where it is not the base unit."),
            "v": _said(number, "The reading."),
            "vs": _said(text, 'The text "none" where the sensor had no number.'),
            "vb": {"type": "boolean"},
            "vd": text,
            "quality": _said(
                {"enum": [int(flag) for flag in Quality]},
                "; ".join(f"{int(flag)} {flag.name.lower()}" for flag in Quality) + "; left out where it is good.",
            ),
        },
        "patternProperties": {"_$": False},
        "oneOf": [{"required": [label]} for label in ("v", "vs", "vb", "vd")],
    }
    first: Schema = {
        "$ref": "#/$defs/record",
        "properties": {
            **_VERSIONED,
            "restart": _BOOT,
            "seq": _said(_COUNT, "Number of the pack within its boot."),
            "lowest": _said(_COUNT, "The lowest number of this boot that the gateway still has."),
        },
        "required": ["schema", "restart", "seq", "bn", "bt"],
    }
    return {
        "$schema": DIALECT,
        "title": "Batch",
        "description": "Readings as SenML (RFC 8428). (gateway, restart, seq) names a pack once and for all. As CBOR"
        " the fields of the RFC have the labels of its table 4 instead; our own keep their names.",
        "type": "array",
        "minItems": 1,
        "prefixItems": [first],
        "items": {"$ref": "#/$defs/record"},
        "$defs": {"record": record},
    }


def _old() -> Schema:
    return _message(
        "Readings of an old gateway",
        "Flat JSON from before SenML. It has no sequence number and no unit: that is in the quantity's name.",
        {
            "id": _said(_NAME, "The gateway."),
            "ts": _said(_COUNT, "Time of all readings in milliseconds of Unix time."),
            "readings": {
                "type": "object",
                "minProperties": 1,
                "propertyNames": {"minLength": 1},
                "additionalProperties": {"type": ["number", "null"]},
                "description": "Reading by sensor, component/quantity; null where the sensor had no number.",
            },
        },
        ("id", "ts", "readings"),
    )


def _status() -> Schema:
    kinds = get_type_hints(Health)
    fields = {field.name: _COUNT if kinds[field.name] is int else _TEXT for field in dataclasses.fields(Health)}
    return _message(
        "Status",
        f"Birth, loss and end of a gateway, or of a whole run under {topics.RUN!r}. The last will of a connection says"
        " offline, and no time.",
        {
            **_VERSIONED,
            **_GATEWAY,
            "state": {"enum": ["online", "offline", "ended"]},
            "time": _TOWN_TIME,
            "restart": _BOOT,
            "health": _said({"type": "object", "properties": fields}, "The gateway's counters since its start."),
        },
        ("schema", "gateway", "state"),
    )


def _meta() -> Schema:
    unit = {"type": ["string", "null"], "description": "Registered SenML unit of the packs; null if there is none."}
    cohort: Schema = {
        "type": "object",
        "properties": {
            "id": _NAME,
            "quantity": _NAME,
            "unit": _said(_TEXT, "The unit in the town's model."),
            "senml_unit": unit,
            "accuracy": _said({"type": "number", "minimum": 0}, "One standard deviation, in the model's unit."),
            "period_s": _said({"type": "number", "exclusiveMinimum": 0}, "Seconds between two readings."),
            "phase_s": _said(_NUMBER, "Seconds by which the first one is shifted."),
            "sensors": _said(_COUNT, "How many there are."),
        },
        "required": ["id", "quantity", "unit", "senml_unit", "accuracy", "period_s", "phase_s", "sensors"],
    }
    return _message(
        "Meta",
        "What packs leave out: which like sensors a gateway serves, what they measure, how well and how often.",
        {**_VERSIONED, **_GATEWAY, "base_name": _NAME, "cohorts": {"type": "array", "items": cohort}},
        ("schema", "gateway", "base_name", "cohorts"),
    )


def _ack() -> Schema:
    return _message(
        "Acknowledgement",
        "Every pack of that boot up to and including seq is committed in the store; the gateway may forget them.",
        {**_VERSIONED, **_GATEWAY, "restart": _BOOT, "seq": _COUNT},
        ("schema", "gateway", "restart", "seq"),
    )


def _config() -> Schema:
    written = [version.id for version in VERSIONS.values() if version.writer is not None]
    return _message(
        "Configuration",
        "Which payload version a gateway is to write from now on. Roll-back is the message before, once more.",
        {
            **_VERSIONED,
            "payload": {"enum": written},
            "faulty": _said({"type": "boolean"}, "For drills: write what nobody can read. Usually refused."),
        },
        ("schema", "payload"),
    )


def _health() -> Schema:
    """Its counters are those of a message as ingest makes it; what they count is said where they are counted."""
    sample = orjson.loads(health_message("ingest-1", "online", Counters(), DeadLetters(None), Backlog(), 0, {}, 0))
    properties = {
        **{name: _like(value) for name, value in sample.items()},
        **_VERSIONED,
        "name": _said(_NAME, "The ingest service."),
        "state": {"enum": ["online", "offline", "ended"]},
        "rejected": _said({"type": "object", "additionalProperties": _COUNT}, "Messages not taken, by reason."),
        "brokers": _said({"type": "object", "additionalProperties": {"type": "boolean"}}, "Which brokers it reaches."),
        "reason": _said(_TEXT, "Why nothing moves; empty if it does."),
    }
    return _message(
        "Health of an ingest service",
        "Counters since its start. The last will of its connection has only schema, name and state.",
        properties,
        ("schema", "name", "state"),
    )


def _like(value: object) -> Schema:
    """The schema of a counter with this value."""
    if isinstance(value, int):
        return _COUNT
    return {"type": "number", "minimum": 0} if isinstance(value, float) else _TEXT


def _schemas() -> Mapping[str, Schema]:
    return {
        "pack": _pack(),
        "readings-v0": _old(),
        "status": _status(),
        "meta": _meta(),
        "ack": _ack(),
        "config": _config(),
        "health": _health(),
    }


SCHEMAS: Mapping[str, Schema] = _schemas()
"""The JSON Schema of each message by its name."""


Document = dict[str, Any]

ASYNCAPI = "3.0.0"
_JSON = "application/json"
_FORMAT = "application/schema+json;version=draft-2020-12"


@dataclass(frozen=True, slots=True)
class Channel:
    """One kind of topic. `incoming`: the data centre receives what is published there, otherwise it sends it."""

    name: str
    address: str
    schema: str
    incoming: bool
    summary: str
    content_type: str = _JSON
    retained: bool = False
    qos: int = 1


def channels() -> tuple[Channel, ...]:
    """Every kind of topic there is; the addresses are those that the code publishes to."""
    gateway, ingest = _Placeholder("gateway"), _Placeholder("ingest")
    readings = tuple(_readings(version, gateway) for version in VERSIONS.values())
    return (
        *readings,
        Channel(
            "status",
            gateway.of(topics.status),
            "status",
            True,
            "Birth, loss and end; the loss is the last will of the gateway's connection.",
            retained=True,
        ),
        Channel("meta", gateway.of(topics.meta), "meta", True, "What the gateway's packs leave out.", retained=True),
        Channel("ack", gateway.of(topics.ack), "ack", False, "Sent after the commit; a gateway forgets by it.", qos=0),
        Channel("config", gateway.of(topics.config), "config", False, "Roll-out and roll-back.", retained=True),
        Channel("health", ingest.of(topics.health), "health", False, "How an ingest service is.", retained=True, qos=0),
    )


def document() -> Document:
    """The whole document. It is seen from the data centre: what gateways send it receives, and the other way round."""
    return {
        "asyncapi": ASYNCAPI,
        "info": {
            "title": "Stadtwerk telemetry",
            "version": topics.VERSION.removeprefix("v") + ".0.0",
            "description": "Readings of a town's sensors from gateways over MQTT brokers into a store. Seen from the"
            " data centre, that is ingest and operators: it receives what gateways send. A pack is delivered when"
            " ingest has acknowledged it, which it does after its commit; a broker's PUBACK is no acknowledgement."
            " Within a major version fields are only added.",
        },
        "defaultContentType": _JSON,
        "servers": _servers(),
        "channels": {channel.name: _channel(channel) for channel in channels()},
        "operations": {_operation_id(channel): _operation(channel) for channel in channels()},
        "components": {
            "messages": {channel.name: _message_of(channel) for channel in channels()},
            "schemas": {name: {"schemaFormat": _FORMAT, "schema": _inline(name)} for name in SCHEMAS},
            "parameters": {
                "gateway": {"description": "The gateway's id; other characters than A-Z a-z 0-9 . _ - are :hh."},
                "ingest": {"description": "The name of an ingest service."},
            },
            "securitySchemes": {
                "certificate": {
                    "type": "X509",
                    "description": "A certificate of the installation's own authority; its common name is the user.",
                },
                "login": {"type": "userPassword", "description": "User and password; nobody is let in without."},
            },
        },
        "x-rights": _rights(),
    }


class _Placeholder:
    """Finds the address of a kind of topic by asking for the topic of an id that can be told from all the rest."""

    def __init__(self, parameter: str) -> None:
        self._parameter, self._id = parameter, f"PARAMETER-{parameter}"

    def of(self, topic: Callable[[str], str]) -> str:
        found = topic(self._id)
        if found.count(self._id) != 1:
            raise ValueError(f"{found!r} does not hold its id once")
        return found.replace(self._id, f"{{{self._parameter}}}")


def _readings(version: Version, gateway: _Placeholder) -> Channel:
    written = "Written by gateways today." if version.writer is not None else "Only read: gateways of old write it."
    schema = f"readings-{version.id}" if version.content_type == _JSON else "pack"
    address = gateway.of(version.topic)
    return Channel(f"readings-{version.id}", address, schema, True, f"Readings. {written}", version.content_type)


def _servers() -> Document:
    users = [{"$ref": "#/components/securitySchemes/login"}]
    return {
        "embedded": {
            "host": "127.0.0.1:{port}",
            "protocol": "mqtt",
            "protocolVersion": "3.1.1",
            "description": "One of two brokers that a run starts for itself, on this machine and for it only.",
            "variables": {"port": {"description": "Any free port; the run says which."}},
            "security": users,
        },
        "installation": {
            "host": "{host}:8883",
            "protocol": "secure-mqtt",
            "protocolVersion": "5.0",
            "description": "One of a pair of brokers of an installation. Gateways know both, in order of preference.",
            "variables": {"host": {"description": "A name in the broker's certificate."}},
            "security": [{"$ref": "#/components/securitySchemes/certificate"}, *users],
        },
    }


def _channel(channel: Channel) -> Document:
    parameter = "ingest" if "{ingest}" in channel.address else "gateway"
    return {
        "address": channel.address,
        "summary": channel.summary,
        "parameters": {parameter: {"$ref": f"#/components/parameters/{parameter}"}},
        "messages": {channel.name: {"$ref": f"#/components/messages/{channel.name}"}},
    }


def _operation_id(channel: Channel) -> str:
    return f"{'receive' if channel.incoming else 'send'}-{channel.name}"


def _operation(channel: Channel) -> Document:
    return {
        "action": "receive" if channel.incoming else "send",
        "channel": {"$ref": f"#/channels/{channel.name}"},
        "messages": [{"$ref": f"#/channels/{channel.name}/messages/{channel.name}"}],
        "bindings": {"mqtt": {"qos": channel.qos, "retain": channel.retained, "bindingVersion": "0.2.0"}},
    }


def _message_of(channel: Channel) -> Document:
    schema: Mapping[str, Any] = SCHEMAS[channel.schema]
    return {
        "name": channel.name,
        "title": schema["title"],
        "contentType": channel.content_type,
        "payload": {"$ref": f"#/components/schemas/{channel.schema}"},
    }


def _inline(name: str) -> Document:
    """A schema whose own references are right inside of the document."""
    inlined: Document = _rebased(SCHEMAS[name], f"#/components/schemas/{name}/schema")
    return inlined


def _rebased(value: Any, root: str) -> Any:
    if isinstance(value, Mapping):
        return {
            key: root + inner[1:] if key == "$ref" and isinstance(inner, str) else _rebased(inner, root)
            for key, inner in value.items()
        }
    return [_rebased(inner, root) for inner in value] if isinstance(value, list) else value


def _rights() -> Document:
    """Who may publish to and receive from which topics. `{name}` is the identity's own name."""
    found: Document = {}
    for role in Role:
        allowed = rights(Identity("NAME", role))
        writes, reads = ([topic.replace("NAME", "{name}") for topic in of] for of in (allowed.writes, allowed.reads))
        found[role.value] = {"publish": writes, "subscribe": reads}
    return found


def files() -> dict[str, str]:
    """Content by name, relative to the folder of the documents."""
    found = {f"schemas/{name}.schema.json": _text(schema) for name, schema in SCHEMAS.items()}
    for name, record in (("gateway", NodeConfig), ("ingest", IngestConfig)):
        schema = {"$schema": DIALECT, "title": f"Configuration of {name}", **settings_schema(record)}
        found[f"settings/{name}.schema.json"] = _text(schema)
    return {"asyncapi.json": _text(document()), **found}


def write(folder: Path) -> None:
    """Write all of them into a folder, over what is there."""
    for name, text in files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _text(value: Mapping[str, Any]) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    about = _("Write what messages and configuration files look like: JSON Schemas and one AsyncAPI document.")
    parser, say = program("gateways.schemas", about, arguments)
    parser.add_argument("folder", type=Path, help=say(_("where to write; the files there are replaced")))
    say_places(parser, say)
    write(parser.parse_args(arguments).folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
