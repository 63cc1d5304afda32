"""Where a broker is, how to prove to it who one is, and a try whether it lets somebody in."""

from __future__ import annotations

import os
import ssl
import stat
import time
from collections.abc import Mapping
from dataclasses import dataclass, fields
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from paho.mqtt.client import Client

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_FILES = ("password_file", "ca_file", "cert_file", "key_file")


class UnsafeSecret(Exception):
    """A file that holds a secret is missing, empty or open to other users of the machine. Names the file only."""


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """One broker, and the identity to use there.

    The password is in `password_file`, never in the record, so that a record may be logged and passed on. With
    `ca_file` the line is encrypted and the broker's certificate is checked against that authority; `cert_file` and
    `key_file` then show the broker who one is.
    """

    host: str
    port: int
    user: str = ""
    password_file: Path | None = None
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None

    def __post_init__(self) -> None:
        if not self.host or not 0 < self.port < 65536:
            raise ValueError(f"{self.host!r}:{self.port} is no address of a broker")
        if (self.cert_file is None) != (self.key_file is None):
            raise ValueError("a client certificate needs both cert_file and key_file")
        if self.cert_file is not None and self.ca_file is None:
            raise ValueError("a client certificate needs the ca_file that the broker is checked against")
        if self.password_file is not None and not self.user:
            raise ValueError("a password needs a user")
        if self.password_file is not None and self.ca_file is None and not on_this_machine(self.host):
            raise ValueError("a password goes to another machine encrypted only: name the ca_file")

    @property
    def tls(self) -> bool:
        """Whether the line is encrypted."""
        return self.ca_file is not None

    def __str__(self) -> str:
        return f"{'mqtts' if self.tls else 'mqtt'}://{self.host}:{self.port}"


def on_this_machine(host: str) -> bool:
    """Whether what is sent there never leaves this machine."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def to_json(address: BrokerAddress) -> dict[str, str | int]:
    """The record as it stands in a JSON configuration. Fields without a value are left out."""
    pairs = ((field.name, getattr(address, field.name)) for field in fields(address))
    return {name: str(value) if isinstance(value, Path) else value for name, value in pairs if value not in (None, "")}


def from_json(data: Mapping[str, object], folder: Path | None = None) -> BrokerAddress:
    """The inverse of `to_json`. Relative file names are meant from `folder`, by default from the current one.

    Raises `ValueError` for a field that is missing, unknown or of the wrong kind.
    """
    if unknown := sorted(data.keys() - {field.name for field in fields(BrokerAddress)}):
        raise ValueError(f"a broker's address has no field {', '.join(unknown)}")
    host, port, user = data.get("host"), data.get("port"), data.get("user", "")
    if not isinstance(host, str) or not isinstance(port, int) or isinstance(port, bool) or not isinstance(user, str):
        raise ValueError("a broker's address needs a host and a port, and user is a text")
    files: dict[str, Path] = {}
    for name in _FILES:
        value = data.get(name)
        if value is None:
            continue
        if not isinstance(value, str) or not value:
            raise ValueError(f"{name} of a broker's address is no file name")
        files[name] = (folder or Path()) / value
    return BrokerAddress(host, port, user, **files)


def read_secret(path: Path) -> str:
    """The only line of a secret file. Raises `UnsafeSecret` if it is missing, empty, or others may read it."""
    try:
        with path.open(encoding="utf-8") as file:
            mode = os.fstat(file.fileno()).st_mode
            text = file.read().strip()
    except OSError as error:
        raise UnsafeSecret(f"{path} cannot be read: {error.strerror}") from None
    if os.name == "posix" and mode & _OTHERS:
        raise UnsafeSecret(f"{path} is open to other users: chmod 600 {path}")
    if not text:
        raise UnsafeSecret(f"{path} is empty")
    return text


def configure_client(client: Client, address: BrokerAddress) -> None:
    """Set login and TLS of a paho client that has not connected yet.

    The broker's name is checked against its certificate. Raises `UnsafeSecret`, and `ssl.SSLError` or `OSError` if a
    certificate cannot be read.
    """
    if address.user:
        password = None if address.password_file is None else read_secret(address.password_file)
        client.username_pw_set(address.user, password)
    if address.ca_file is not None:
        context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=str(address.ca_file))
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if address.cert_file is not None and address.key_file is not None:
            read_secret(address.key_file)
            context.load_cert_chain(str(address.cert_file), str(address.key_file))
        client.tls_set_context(context)


LOGIN_S = 2.0
"""A broker that has not answered within this is not healthy (assumption)."""


def takes_login(address: BrokerAddress) -> bool:
    """Whether the broker at `address` answers and lets this identity in. Raises `UnsafeSecret`."""
    import paho.mqtt.client as mqtt
    from paho.mqtt.enums import CallbackAPIVersion

    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv311)
    client.connect_timeout = LOGIN_S
    configure_client(client, address)
    try:
        client.connect(address.host, address.port, keepalive=5)
        deadline = time.monotonic() + LOGIN_S
        while not client.is_connected() and time.monotonic() < deadline:
            if client.loop(0.05) != mqtt.MQTT_ERR_SUCCESS:
                return False
        return client.is_connected()
    except OSError:
        return False
    finally:
        client.disconnect()


IDENTITIES = "identities"


def by_certificate(folder: Path, identity: str, host: str, port: int) -> BrokerAddress:
    """How `identity` reaches a broker by its certificate."""
    own = folder / IDENTITIES / identity
    return BrokerAddress(host, port, ca_file=own / "ca.crt", cert_file=own / "client.crt", key_file=own / "client.key")


def by_password(folder: Path, identity: str, host: str, port: int) -> BrokerAddress:
    """How `identity` reaches a broker's second door, by name and password over an encrypted line."""
    own = folder / IDENTITIES / identity
    return BrokerAddress(host, port, identity, own / "password", own / "ca.crt")
