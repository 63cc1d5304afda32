"""The retained message on `city/v1/{gateway}/config`: which payload version a gateway is to write from now on.

Roll-out is a new message, roll-back the old one again. It lies on the branch of version 1 whichever it names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from gateways.wire.payload import SCHEMA
from gateways.wire.senml import SenmlError
from gateways.wire.versions.registry import DEFAULT, VERSIONS, UnknownVersion, encoder


@dataclass(frozen=True, slots=True)
class GatewayConfig:
    """What a gateway is told. `payload` is the version of its packs.

    `faulty` is for drills: the gateway is to behave as if its new software were no good, and sends packs that nobody
    can read. One that was not set up for drills refuses it.
    """

    payload: str = DEFAULT
    faulty: bool = False

    def __post_init__(self) -> None:
        if self.payload not in VERSIONS or VERSIONS[self.payload].writer is None:
            encoder(self.payload, 0.0)  # raises, and says why


def config_message(config: GatewayConfig) -> bytes:
    """The message. `faulty` is only said where it is so."""
    drill = {"faulty": True} if config.faulty else {}
    return orjson.dumps({"schema": SCHEMA, "payload": config.payload, **drill})


def read_config(message: bytes) -> GatewayConfig:
    """Raises `UnknownVersion` for a version that gateways do not write and `SenmlError` for what is no configuration.

    A gateway that is told such a thing stays with what it wrote before.
    """
    try:
        fields: Any = orjson.loads(message)
    except orjson.JSONDecodeError as error:
        raise SenmlError(f"not JSON: {error}") from None
    if not isinstance(fields, dict):
        raise SenmlError("a configuration is a JSON object")
    schema, version, faulty = fields.get("schema"), fields.get("payload"), fields.get("faulty", False)
    if type(schema) is not int or schema < 1:
        raise SenmlError(f"schema {schema!r} cannot be used")
    if schema > SCHEMA:
        raise UnknownVersion(f"schema {schema} of a configuration is newer than {SCHEMA}")
    if not isinstance(version, str):
        raise SenmlError(f"payload must be the name of a version, not {version!r}")
    if not isinstance(faulty, bool):
        raise SenmlError(f"faulty must be true or false, not {faulty!r}")
    return GatewayConfig(version, faulty)
