"""Everything that a gateway process must know, as one record and one JSON file."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_type_hints

import orjson

from gateways.brokers.address import BrokerAddress, from_json, to_json
from gateways.gateway.failover import LinkSettings
from gateways.gateway.outbox import LIMIT_BYTES
from gateways.network.tls_proxy import DoorConfig
from gateways.wire.senml import SenmlError
from gateways.wire.versions import DEFAULT, GatewayConfig
from simulator.contracts.problem import BadInput, Problem


class Unusable(ValueError):
    """Fields that cannot be used, each with the reason."""

    def __init__(self, fields: Sequence[tuple[str, str]]) -> None:
        self.fields = tuple(fields)
        super().__init__("; ".join(f"{name} {what}" for name, what in fields))


@dataclass(frozen=True, slots=True)
class NodeConfig:
    """One gateway.

    `brokers` stand in the order of preference. `field_port` on 127.0.0.1 takes readings; 0 lets the system choose one.
    `outbox` is the file of unacknowledged packs, bounded by `outbox_bytes` and, if given, `outbox_readings`; the oldest
    are dropped first. `first_boot` is the number of the first start with a new outbox: raise it when a box is replaced,
    for ingest takes a number that it knows for a repetition. `payload` is the version written until the retained
    configuration on the broker says otherwise. A pack is closed at `batch_size` readings or after `batch_period_s`; 0
    closes it with each commit, which under load takes in all that came meanwhile. `keepalive_s`: a broker that hangs is
    noticed after about twice this. `drills`: the configuration on the broker may make the gateway write packs that
    nobody can read, to see what becomes of them. `dies_with_parent`: the process ends when the one that started it has
    ended. `door` lets readings in from another machine, encrypted; without it they come from this machine only.
    """

    gateway: str
    brokers: tuple[BrokerAddress, ...]
    outbox: Path
    field_port: int = 0
    outbox_bytes: int = LIMIT_BYTES
    outbox_readings: int | None = None
    first_boot: int = 1
    payload: str = DEFAULT
    batch_size: int = 1000
    batch_period_s: float = 0.0
    keepalive_s: int = 10
    health_period_s: float = 10.0
    drills: bool = False
    dies_with_parent: bool = True
    link: LinkSettings = field(default_factory=LinkSettings)
    door: DoorConfig | None = None

    def __post_init__(self) -> None:
        if wrong := _wrong(self):
            raise Unusable(wrong)


def _wrong(config: NodeConfig) -> list[tuple[str, str]]:
    """Fields that cannot be used, and why."""
    tests: tuple[tuple[str, bool, str], ...] = (
        ("gateway", bool(config.gateway), "is empty"),
        ("brokers", bool(config.brokers), "names no broker"),
        ("field_port", 0 <= config.field_port < 65536, "is no port"),
        ("outbox_bytes", config.outbox_bytes >= 1 << 16, "is below 65536, too small for one pack"),
        (
            "outbox_readings",
            config.outbox_readings is None or config.outbox_readings >= config.batch_size,
            "is below batch_size",
        ),
        ("first_boot", 0 < config.first_boot < 1 << 31, "is not between 1 and 2147483647"),
        ("batch_size", 0 < config.batch_size <= 5000, "is not between 1 and 5000"),
        ("batch_period_s", 0 <= config.batch_period_s <= 3600, "is not between 0 and 3600"),
        ("keepalive_s", 0 < config.keepalive_s <= 3600, "is not between 1 and 3600"),
        ("health_period_s", 0 < config.health_period_s <= 3600, "is not above 0 and up to 3600"),
    )
    found = [(name, what) for name, right, what in tests if not right]
    try:
        GatewayConfig(config.payload)
    except SenmlError as error:
        found.append(("payload", f"cannot be written: {error}"))
    return found


def save(config: NodeConfig, path: Path) -> None:
    """Write the configuration as a file that `load` reads."""
    fields: dict[str, Any] = {f.name: getattr(config, f.name) for f in dataclasses.fields(config)}
    fields["brokers"] = [to_json(address) for address in config.brokers]
    fields["outbox"] = str(config.outbox)
    fields["link"] = dataclasses.asdict(config.link)
    fields["door"] = None if config.door is None else config.door.to_json()
    path.write_bytes(orjson.dumps(fields, option=orjson.OPT_INDENT_2) + b"\n")


def load(path: Path) -> NodeConfig:
    """Read a configuration. Relative file names count from its folder. Raises `BadInput` with every mistake in it."""
    reader = _Reader(path)
    try:
        data = orjson.loads(path.read_bytes())
    except OSError as error:
        raise BadInput([reader.problem("", f"cannot be read: {error.strerror}", "give an existing file")]) from None
    except orjson.JSONDecodeError as error:
        raise BadInput([Problem(str(path), error.lineno, "", f"is not JSON: {error.msg}", "mend the syntax")]) from None
    return reader.config(data)


class _Reader:
    """Collects the mistakes of one file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._problems: list[Problem] = []

    def problem(self, where: str, what: str, mend: str) -> Problem:
        return Problem(str(self._path), 0, where, what, mend)

    def config(self, data: object) -> NodeConfig:
        values = self._values(data, NodeConfig, "")
        values["brokers"] = self._brokers(values.get("brokers"))
        if "outbox" in values:
            values["outbox"] = self._path.parent / values["outbox"]
        if "link" in values:
            values["link"] = self._link(values["link"])
        if values.get("door") is not None:
            values["door"] = self._door(values["door"])
        if not self._problems:
            try:
                return NodeConfig(**values)
            except Unusable as unusable:
                self._problems += [self.problem(name, what, "change it") for name, what in unusable.fields]
        raise BadInput(self._problems)

    def _values(self, data: object, record: type[Any], prefix: str) -> dict[str, Any]:
        """Known fields of the right kind; all others become problems."""
        if not isinstance(data, dict):
            self._problems.append(self.problem(prefix.rstrip("."), "is not a JSON object", "write { ... }"))
            return {}
        hints, values = get_type_hints(record), {}
        known = {item.name: item for item in dataclasses.fields(record)}
        for name, value in data.items():
            if name not in known:
                mend = f"known are {', '.join(known)}"
                self._problems.append(self.problem(f"{prefix}{name}", "is not a field", mend))
            elif (kind := _KINDS.get(hints[name])) is not None and not kind[0](value):
                self._problems.append(self.problem(f"{prefix}{name}", f"is {value!r}", f"write {kind[1]}"))
            else:
                values[name] = value
        for name, item in known.items():
            required = item.default is dataclasses.MISSING and item.default_factory is dataclasses.MISSING
            if required and name not in data:
                self._problems.append(self.problem(f"{prefix}{name}", "is missing", "add it"))
        return values

    def _brokers(self, listed: object) -> tuple[BrokerAddress, ...]:
        if listed is None:
            return ()
        if not isinstance(listed, list):
            self._problems.append(self.problem("brokers", "is not a list", "write [ { ... }, ... ]"))
            return ()
        found = []
        for place, entry in enumerate(listed):
            where = f"brokers.{place}"
            if not isinstance(entry, Mapping):
                self._problems.append(self.problem(where, "is not a JSON object", 'write {"host": ..., "port": ...}'))
                continue
            try:
                found.append(from_json(entry, self._path.parent))
            except ValueError as error:
                self._problems.append(self.problem(where, str(error), "mend the address"))
        return tuple(found)

    def _door(self, data: object) -> DoorConfig | None:
        try:
            if not isinstance(data, Mapping):
                raise ValueError("is not a JSON object")
            return DoorConfig.from_json(data, self._path.parent)
        except ValueError as error:
            self._problems.append(self.problem("door", str(error), "see DoorConfig"))
            return None

    def _link(self, data: object) -> LinkSettings:
        before = len(self._problems)
        values = self._values(data, LinkSettings, "link.")
        if len(self._problems) == before:
            try:
                return LinkSettings(**values)
            except ValueError as error:
                self._problems.append(self.problem("link", str(error), "change it"))
        return LinkSettings()


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _text(value: object) -> bool:
    return isinstance(value, str)


_KINDS: dict[Any, tuple[Callable[[object], bool], str]] = {
    int: (_whole, "a whole number"),
    int | None: (lambda value: value is None or _whole(value), "a whole number or null"),
    float: (_number, "a number"),
    bool: (lambda value: isinstance(value, bool), "true or false"),
    str: (_text, "a text"),
    Path: (lambda value: _text(value) and value != "", "the name of a file"),
}
