"""The convention as one AsyncAPI 3 document: topics, messages, who sends what, and how one logs in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gateways.brokers.rights import Identity, Role, rights
from gateways.wire import topics
from gateways.wire.schemas.messages import SCHEMAS
from gateways.wire.versions import VERSIONS, Version

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
            "messages": {channel.name: _message(channel) for channel in channels()},
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


def _message(channel: Channel) -> Document:
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
