"""An installation whose gateways, brokers and database run elsewhere: where each is, and how to prove who one is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from gateways.brokers.address import BrokerAddress, from_json
from gateways.network.tls_proxy import Certificate
from gateways.stores.influx.settings import InfluxSettings
from simulator.contracts.problem import BadInput, Problem

SCHEMA = "stadtwerk/installation/1"
PAIR = 2
"""Brokers of an installation."""

_CERTIFICATE = ("ca_file", "cert_file", "key_file")
_DATABASE = ("url", "bucket", "org", "user", "api", "engine")
_DATABASE_FILES = ("token_file", "password_file", "ca_file")


@dataclass(frozen=True, slots=True)
class Station:
    """One gateway: the door of its field side, and the ports on which the ways from it to the brokers begin here."""

    host: str
    port: int
    links: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Installation:
    """What a live run must know to join in.

    `brokers` are reached as the identity `control`, which rolls gateway software out and back; `watching` are the same
    brokers, reached as one who only reads. The ways from gateways to brokers begin at `links_host`. `identity` opens
    the doors of gateways.
    """

    gateways: Mapping[str, Station]
    brokers: tuple[BrokerAddress, BrokerAddress]
    watching: tuple[BrokerAddress, BrokerAddress]
    links_host: str
    identity: Certificate
    database: InfluxSettings


def read_installation(path: Path) -> Installation:
    """Read a file; names in it count from its folder. Raises `BadInput` with every mistake."""
    try:
        data = orjson.loads(path.read_bytes())
    except OSError as error:
        raise BadInput([Problem(str(path), 0, "", f"cannot be read: {error.strerror}", "check the name")]) from None
    except orjson.JSONDecodeError as error:
        raise BadInput([Problem(str(path), error.lineno, "", f"is not JSON: {error.msg}", "mend the JSON")]) from None
    return _Reader(path).installation(data)


class _Reader:
    """Collects the mistakes of one file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._problems: list[Problem] = []

    def installation(self, data: object) -> Installation:
        known = ("schema", "gateways", "brokers", "watching", "links_host", "identity", "database")
        fields = self._object("", data, known)
        if fields.get("schema") != SCHEMA:
            self._wrong("schema", f"is {fields.get('schema')!r}", f"write {SCHEMA!r}")
        gateways = self._gateways(fields.get("gateways"))
        brokers, watching = (self._brokers(name, fields.get(name)) for name in ("brokers", "watching"))
        identity = self._certificate(fields.get("identity"))
        database = self._database(fields.get("database"))
        host = fields.get("links_host")
        if not isinstance(host, str) or not host:
            self._wrong("links_host", f"is {host!r}", "give the address that ways from gateways begin at")
        if self._problems or brokers is None or watching is None or identity is None or database is None:
            raise BadInput(self._problems)
        return Installation(gateways, brokers, watching, str(host), identity, database)

    def _gateways(self, data: object) -> dict[str, Station]:
        if not isinstance(data, dict) or not data:
            self._wrong("gateways", "names none", 'give {"gateway-1": {"host": ..., "port": ..., "links": [.., ..]}}')
            return {}
        found = {}
        taken: set[int] = set()
        for name, entry in data.items():
            where = f"gateways.{name}"
            fields = self._object(where, entry, ("host", "port", "links"))
            host, links = fields.get("host"), fields.get("links")
            ports = [fields.get("port"), *(links if isinstance(links, list) else [])]
            if not isinstance(host, str) or not host:
                self._wrong(f"{where}.host", f"is {host!r}", "give the name of its machine")
            elif len(ports) != 1 + PAIR or not all(_port(port) for port in ports):
                self._wrong(where, "needs a port and two links", "give ports from 1 to 65535, a link for each broker")
            elif taken & set(ports[1:]):
                self._wrong(f"{where}.links", "are used by another gateway", "give each gateway ports of its own")
            else:
                taken |= set(ports[1:])
                found[name] = Station(host, ports[0], (ports[1], ports[2]))
        return found

    def _brokers(self, field: str, data: object) -> tuple[BrokerAddress, BrokerAddress] | None:
        if not isinstance(data, list) or len(data) != PAIR:
            self._wrong(field, "are not two", "give a list of two addresses, the preferred one first")
            return None
        found = []
        for place, entry in enumerate(data):
            try:
                if not isinstance(entry, dict):
                    raise ValueError("a broker's address is a JSON object")
                found.append(from_json(entry, self._path.parent))
            except ValueError as error:
                self._wrong(f"{field}.{place}", str(error), "see BrokerAddress")
        return (found[0], found[1]) if len(found) == PAIR else None

    def _certificate(self, data: object) -> Certificate | None:
        fields = self._object("identity", data, _CERTIFICATE)
        files = [fields.get(name) for name in _CERTIFICATE]
        if not all(isinstance(file, str) and file for file in files):
            self._wrong("identity", f"needs {', '.join(_CERTIFICATE)}", "name the files")
            return None
        ca, cert, key = (self._path.parent / str(file) for file in files)
        return Certificate(ca, cert, key)

    def _database(self, data: object) -> InfluxSettings | None:
        before = len(self._problems)
        fields = self._object("database", data, (*_DATABASE, *_DATABASE_FILES))
        for name, value in fields.items():
            if not isinstance(value, str) or not value:
                self._wrong(f"database.{name}", f"is {value!r}", "give a text")
        if len(self._problems) > before:
            return None
        files = {name: self._path.parent / fields[name] for name in _DATABASE_FILES if name in fields}
        texts = {name: fields[name] for name in _DATABASE if name in fields}
        try:
            return InfluxSettings(**{"url": "", "bucket": "", **texts, **files})
        except ValueError as error:
            self._wrong("database", str(error), "see InfluxSettings")
            return None

    def _object(self, where: str, data: object, known: tuple[str, ...]) -> dict[str, Any]:
        if not isinstance(data, dict):
            self._wrong(where, "is not a JSON object", "write { ... }")
            return {}
        for name in data.keys() - set(known):
            self._wrong(f"{where}.{name}".lstrip("."), "is not known", f"known are {', '.join(known)}")
        return {name: value for name, value in data.items() if name in known}

    def _wrong(self, field: str, what: str, mend: str) -> None:
        self._problems.append(Problem(str(self._path), 0, field, what, mend))


def _port(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 65536
