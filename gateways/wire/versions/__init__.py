"""Every payload version ever published, each with a reader for ever and a writer while a gateway still writes it.

registry    which versions there are; the version of a message; its reader; a writer by name for roll-out and roll-back
v0          flat JSON of gateways that are older than SenML; such messages have no number
v1          SenML JSON with schema, restart and sequence: what gateways write today
v2          the fields of v1 as SenML CBOR
config      the retained message that tells a gateway which version to write
"""

from gateways.wire.versions.config import GatewayConfig, config_message, read_config
from gateways.wire.versions.registry import (
    DEFAULT,
    FILTER,
    READINGS,
    VERSIONS,
    BatchWriter,
    UnknownVersion,
    Version,
    WrongGateway,
    encoder,
    read_message,
)

__all__ = [
    "DEFAULT",
    "FILTER",
    "READINGS",
    "VERSIONS",
    "BatchWriter",
    "GatewayConfig",
    "UnknownVersion",
    "Version",
    "WrongGateway",
    "config_message",
    "encoder",
    "read_config",
    "read_message",
]
