"""A JSON Schema for each message that goes over the brokers.

Within a major version fields are only added, so none of these forbids a field that it does not know.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, get_type_hints

import orjson

from gateways.gateway.node.health import Health
from gateways.ingest.deadletter import DeadLetters
from gateways.ingest.health import Counters, health_message
from gateways.ingest.store import Backlog
from gateways.wire import payload, topics
from gateways.wire.senml import ABSOLUTE_FROM, VERSION
from gateways.wire.versions import VERSIONS
from simulator.contracts.sensor import Quality

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
        "title": "Pack",
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
    sample = orjson.loads(health_message("ingest-1", "online", Counters(), DeadLetters(None), Backlog(), 0, {}))
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
