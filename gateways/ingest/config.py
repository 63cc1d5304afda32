"""How one ingest service is set up: a JSON file, read once, every mistake named at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import orjson

from gateways.brokers.address import BrokerAddress, from_json
from gateways.brokers.embedded import MAX_PAYLOAD_BYTES
from gateways.stores.influx.lines import NO_TAGS
from gateways.stores.influx.settings import InfluxSettings
from simulator.contracts.problem import BadInput, Problem

MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class EmbeddedConfig:
    """Store in a file of our own. Readings are deleted after `keep_days` by the machine's clock; None keeps them."""

    path: Path
    keep_days: float | None = None


@dataclass(frozen=True, slots=True)
class InfluxConfig:
    """Store in InfluxDB or what understands its line protocol. `outbox` is the file of what is not there yet.

    `outbox_bytes`: how large the outbox may grow while the database is away (assumption: 1 GiB, some 100 million
    readings). Then nothing more is taken or acknowledged, and gateways keep what they have: nothing that was
    acknowledged is ever dropped. `tags` are further tags of readings, by gateway; see `LineWriter`.
    """

    database: InfluxSettings
    outbox: Path
    outbox_bytes: int = 1024 * MEBIBYTE
    tags: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: NO_TAGS)


@dataclass(frozen=True, slots=True)
class IngestConfig:
    """One ingest service. Its `name` is also its client id and its level in the topic of its health.

    `shared_group`: instances of one group share the messages by an MQTT 5 shared subscription. They must then share the
    file of the store (or of the outbox) as well, as it holds the ledger: packs of one gateway come to all of them, and
    only together they know what is missing. Without a group each instance gets every message.

    `gateways`: who may send; None leaves that to the broker's topic rights. A batch is committed `batch_s` after its
    first message or at `batch_rows` readings. `message_bytes` is the largest payload taken. `inbox_bytes` may wait in
    memory for the commit; then the connection is not read until there is room. Of one gateway `messages_per_s` are
    looked at in the long run and `messages_burst` at once; the others are shed with the reason `flooding`, and their
    gateway sends them again (four times what a gateway sends that empties its outbox as fast as it can). `durable`: see
    `open_database`. (Assumptions all: a commit to disk costs some milliseconds; 1,000 readings are 60 to 100 kB.)
    """

    name: str
    brokers: tuple[BrokerAddress, ...]
    store: EmbeddedConfig | InfluxConfig
    shared_group: str | None = None
    gateways: frozenset[str] | None = None
    dead_letters: Path | None = None
    batch_s: float = 0.05
    batch_rows: int = 20_000
    message_bytes: int = MAX_PAYLOAD_BYTES
    inbox_bytes: int = 32 * MEBIBYTE
    messages_per_s: float = 5000.0
    messages_burst: int = 20_000
    health_s: float = 1.0
    durable: bool = True


_TEXTS = ("url", "bucket", "org", "user", "api", "engine")
_FILES = ("token_file", "password_file", "ca_file")
_LEGAL_IN_FILTER = "a text without / + and #"


def read_config(path: Path) -> IngestConfig:
    """The configuration in a file. File names in it are meant from its folder. Raises `BadInput` with every mistake."""
    try:
        document = orjson.loads(path.read_bytes())
    except OSError as error:
        raise BadInput([Problem(str(path), 0, "file", f"cannot be read: {error.strerror}", "check the name")]) from None
    except orjson.JSONDecodeError as error:
        raise BadInput([Problem(str(path), error.lineno, "file", f"not JSON: {error.msg}", "mend the JSON")]) from None
    reader = _Reader(str(path), path.parent)
    config = reader.config(document)
    if reader.problems or config is None:
        raise BadInput(reader.problems)
    return config


class _Reader:
    """Reads field by field and gathers what is wrong."""

    def __init__(self, file: str, folder: Path) -> None:
        self.problems: list[Problem] = []
        self._file, self._folder = file, folder

    def config(self, document: object) -> IngestConfig | None:
        if not isinstance(document, dict):
            self._wrong("file", "is no JSON object", "start with {")
            return None
        self._unknown("", document, {field.name for field in fields(IngestConfig)})
        brokers = self._brokers(document.get("brokers"))
        store = self._store(document.get("store"))
        values: dict[str, Any] = {
            "name": self._text("name", document),
            "shared_group": self._group(document),
            "gateways": self._gateways(document),
        }
        if document.get("dead_letters") is not None:
            values["dead_letters"] = self._path("dead_letters", document)
        for name, low in (("batch_s", 0.0), ("health_s", 0.01), ("messages_per_s", 0.1)):
            self._number(name, document, low, float, values)
        for name, least in (
            ("batch_rows", 1),
            ("messages_burst", 1),
            ("message_bytes", 1024),
            ("inbox_bytes", MEBIBYTE),
        ):
            self._number(name, document, least, int, values)
        if "durable" in document:
            values["durable"] = document["durable"]
            if not isinstance(document["durable"], bool):
                self._wrong("durable", f"is {document['durable']!r}", "give true or false")
        if self.problems or store is None:
            return None
        return IngestConfig(brokers=brokers, store=store, **values)

    def _brokers(self, value: object) -> tuple[BrokerAddress, ...]:
        if not isinstance(value, list) or not value:
            self._wrong("brokers", "names no broker", 'give a list like [{"host": "127.0.0.1", "port": 8883}]')
            return ()
        found = []
        for place, entry in enumerate(value):
            try:
                if not isinstance(entry, dict):
                    raise ValueError("a broker's address is a JSON object")
                found.append(from_json(entry, self._folder))
            except ValueError as error:
                self._wrong(f"brokers[{place}]", str(error), "see BrokerAddress")
        return tuple(found)

    def _store(self, value: object) -> EmbeddedConfig | InfluxConfig | None:
        kind = value.get("kind") if isinstance(value, dict) else None
        if not isinstance(value, dict) or kind not in ("embedded", "influx"):
            self._wrong("store", "names no kind of store", 'give {"kind": "embedded"} or {"kind": "influx"}, and more')
            return None
        if kind == "influx":
            return self._influx(value)
        self._unknown("store.", value, {"kind", "path", "keep_days"})
        keep: dict[str, Any] = {}
        self._number("keep_days", value, 0.001, float, keep, "store.")
        return EmbeddedConfig(self._path("path", value, "store."), **keep)

    def _influx(self, value: dict[str, Any]) -> InfluxConfig | None:
        before = len(self.problems)
        self._unknown(
            "store.", value, {"kind", "outbox", "outbox_bytes", "gzip", "timeout_s", "tags", *_TEXTS, *_FILES}
        )
        outbox, limit = self._path("outbox", value, "store."), dict[str, Any]()
        self._number("outbox_bytes", value, MEBIBYTE, int, limit, "store.")
        found: dict[str, Any] = {name: self._text(name, value, "store.") for name in ("url", "bucket")}
        found |= {name: self._text(name, value, "store.") for name in _TEXTS if name in value}
        found |= {name: self._path(name, value, "store.") for name in _FILES if name in value}
        self._number("timeout_s", value, 0.1, float, found, "store.")
        if "tags" in value:
            limit["tags"] = self._tags(value["tags"])
        found["gzip"] = value.get("gzip", False)
        if not isinstance(found["gzip"], bool):
            self._wrong("store.gzip", f"is {found['gzip']!r}", "give true or false")
        if len(self.problems) > before:
            return None
        try:
            return InfluxConfig(InfluxSettings(**found), outbox, **limit)
        except ValueError as error:
            self._wrong("store", str(error), "see InfluxSettings")
            return None

    def _tags(self, value: object) -> dict[str, dict[str, str]]:
        good = isinstance(value, dict) and all(
            isinstance(tags, dict) and all(isinstance(text, str) and text for text in tags.values())
            for tags in value.values()
        )
        if not good:
            mend = 'give texts by gateway, like {"gateway-d1": {"district": "Altstadt"}}, under "" for all others'
            self._wrong("store.tags", "is no table of tags", mend)
        return value if good else {}  # type: ignore[return-value]

    def _group(self, document: dict[str, Any]) -> str | None:
        if document.get("shared_group") is None:
            return None
        group = self._text("shared_group", document)
        if set(group) & set("/+#"):
            self._wrong("shared_group", f"is {group!r}", f"give {_LEGAL_IN_FILTER}")
        return group

    def _gateways(self, document: dict[str, Any]) -> frozenset[str] | None:
        value = document.get("gateways")
        if value is None:
            return None
        if not isinstance(value, list) or not all(isinstance(name, str) and name for name in value):
            self._wrong("gateways", "is no list of names", "give the gateways that may send, or leave it out")
            return None
        return frozenset(value)

    def _text(self, name: str, where: dict[str, Any], under: str = "") -> str:
        value = where.get(name)
        if not isinstance(value, str) or not value:
            self._wrong(under + name, "is missing" if value is None else f"is {value!r}", "give a text")
            return ""
        return value

    def _path(self, name: str, where: dict[str, Any], under: str = "") -> Path:
        return self._folder / self._text(name, where, under)

    def _number(
        self,
        name: str,
        where: dict[str, Any],
        low: float,
        kind: Callable[[Any], float],
        into: dict[str, Any],
        under: str = "",
    ) -> None:
        if name not in where:
            return
        value = where[name]
        fits = isinstance(value, int) if kind is int else isinstance(value, int | float)
        if isinstance(value, bool) or not fits or not value >= low:
            self._wrong(under + name, f"is {value!r}", f"give a number from {low:g}")
        else:
            into[name] = kind(value)

    def _unknown(self, under: str, where: dict[str, Any], known: set[str]) -> None:
        for name in where.keys() - known:
            self._wrong(under + name, "is not known", f"known are {', '.join(sorted(known))}")

    def _wrong(self, field: str, what: str, mend: str) -> None:
        self.problems.append(Problem(self._file, 0, field, what, mend))
