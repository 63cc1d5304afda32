"""How one ingest service is set up: a JSON file, read once, every mistake named at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from annotated_types import Ge, MinLen

from gateways.brokers.address import BrokerAddress
from gateways.brokers.embedded import MAX_PAYLOAD_BYTES
from gateways.stores.influx.lines import NO_TAGS
from gateways.stores.influx.settings import InfluxSettings
from gateways.stores.influx.writer import LONGEST_WAIT_S
from simulator.contracts.settings import STRICT, FileName, OneOf, read_settings
from simulator.contracts.words import Words

_ = Words("gateways")

MEBIBYTE = 1 << 20

Name = Annotated[str, MinLen(1)]


@dataclass(frozen=True, slots=True)
class EmbeddedConfig:
    """Store in a file of our own. Readings are deleted after `keep_days` by the machine's clock; None keeps them."""

    __pydantic_config__: ClassVar[Any] = STRICT

    path: FileName
    keep_days: Annotated[float, Ge(0.001)] | None = None
    kind: Literal["embedded"] = "embedded"


@dataclass(frozen=True, slots=True, kw_only=True)
class InfluxConfig(InfluxSettings):
    """Store in InfluxDB or what understands its line protocol. `outbox` is the file of what is not there yet.

    `outbox_bytes`: how large the outbox may grow while the database is away (assumption: 1 GiB, some 100 million
    readings). Then nothing more is taken or acknowledged, and gateways keep what they have: nothing that was
    acknowledged is ever dropped. `tags` are further tags of readings, by gateway, under "" for all others; see
    `LineWriter`. A database that asks for more time than `longest_wait_s` is asked again after it (assumption: five
    minutes).
    """

    outbox: FileName
    outbox_bytes: Annotated[int, Ge(MEBIBYTE)] = 1024 * MEBIBYTE
    tags: Mapping[str, Mapping[str, Name]] = field(default_factory=lambda: NO_TAGS)
    longest_wait_s: Annotated[float, Ge(0.1)] = LONGEST_WAIT_S
    kind: Literal["influx"] = "influx"


@dataclass(frozen=True, slots=True)
class IngestConfig:
    """One ingest service. Its `name` is also its client id and its level in the topic of its health.

    Instances of different names may share the file of a store (or of an outbox). Each gets every message, and leases in
    that file say whose gateways' packs it writes: they share the gateways, and stand in for each other.

    `gateways`: who may send; None leaves that to the broker's topic rights. A batch is committed `batch_s` after its
    first message or at `batch_rows` readings. `message_bytes` is the largest payload taken. `inbox_bytes` may wait in
    memory for the commit; then the connection is not read until there is room. Of one gateway `messages_per_s` are
    looked at in the long run and `messages_burst` at once; the others are shed with the reason `flooding`, and their
    gateway sends them again (four times what a gateway sends that empties its outbox as fast as it can). `durable`: see
    `open_database`. (Assumptions all: a commit to disk costs some milliseconds; 1,000 readings are 60 to 100 kB.)
    """

    __pydantic_config__: ClassVar[Any] = STRICT

    name: Name
    brokers: Annotated[tuple[BrokerAddress, ...], MinLen(1)]
    store: Annotated[EmbeddedConfig | InfluxConfig, OneOf("kind")]
    gateways: frozenset[Name] | None = None
    dead_letters: FileName | None = None
    batch_s: Annotated[float, Ge(0)] = 0.05
    batch_rows: Annotated[int, Ge(1)] = 20_000
    message_bytes: Annotated[int, Ge(1024)] = MAX_PAYLOAD_BYTES
    inbox_bytes: Annotated[int, Ge(MEBIBYTE)] = 32 * MEBIBYTE
    messages_per_s: Annotated[float, Ge(0.1)] = 5000.0
    messages_burst: Annotated[int, Ge(1)] = 20_000
    health_s: Annotated[float, Ge(0.01)] = 1.0
    durable: bool = True


def read_config(path: Path) -> IngestConfig:
    """The configuration in a file. File names in it are meant from its folder. Raises `BadInput` with every mistake."""
    return read_settings(path, IngestConfig)
