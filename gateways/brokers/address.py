"""Where a broker is, how to prove to it who one is, and a try whether it lets somebody in."""

from __future__ import annotations

import os
import ssl
import stat
import time
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from annotated_types import Interval, MinLen

from gateways.wire import topics
from simulator.contracts.problem import Reason, Unfit, reason_of
from simulator.contracts.settings import STRICT, FileName
from simulator.contracts.words import Words

if TYPE_CHECKING:
    from paho.mqtt.client import Client

_ = Words("gateways")

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class UnsafeSecret(Reason):
    """A file that holds a secret is missing, empty or open to other users of the machine. Names the file only."""


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """One broker, and the identity to use there.

    The password is in `password_file`, never in the record, so that a record may be logged and passed on. With
    `ca_file` the line is encrypted and the broker's certificate is checked against that authority; `cert_file` and
    `key_file` then show the broker who one is.
    """

    __pydantic_config__: ClassVar[Any] = STRICT

    host: Annotated[str, MinLen(1)]
    port: Annotated[int, Interval(ge=1, le=65535)]
    user: str = ""
    password_file: FileName | None = None
    ca_file: FileName | None = None
    cert_file: FileName | None = None
    key_file: FileName | None = None

    def __post_init__(self) -> None:
        if not self.host or not 0 < self.port < 65536:
            raise Unfit(
                _("{host}:{port} is no address of a broker", host=repr(self.host), port=self.port),
                _("give a host and a port up to 65535"),
            )
        if (self.cert_file is None) != (self.key_file is None):
            raise Unfit(
                _("a client certificate needs both cert_file and key_file"), _("name the other one, or neither")
            )
        if self.cert_file is not None and self.ca_file is None:
            what = _("a client certificate needs the ca_file that the broker is checked against")
            raise Unfit(what, _("name the ca_file"))
        if self.password_file is not None and not self.user:
            raise Unfit(_("a password needs a user"), _("name the user"))
        if self.password_file is not None and self.ca_file is None and not on_this_machine(self.host):
            raise Unfit(_("a password goes to another machine encrypted only"), _("name the ca_file"))

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


def read_secret(path: Path) -> str:
    """The only line of a secret file. Raises `UnsafeSecret` if it is missing, empty, or others may read it."""
    try:
        with path.open(encoding="utf-8") as file:
            mode = os.fstat(file.fileno()).st_mode
            text = file.read().strip()
    except OSError as error:
        raise UnsafeSecret(_("{path} cannot be read: {reason}", path=str(path), reason=reason_of(error))) from None
    if os.name == "posix" and mode & _OTHERS:
        raise UnsafeSecret(_("{path} is open to other users: chmod 600 {path}", path=str(path)))
    if not text:
        raise UnsafeSecret(_("{path} is empty", path=str(path)))
    return text


class Line(ssl.SSLSocket):
    """An encrypted line that is closed where the two ends cannot agree: paho leaves that to the garbage collector."""

    def do_handshake(self, block: bool = False) -> None:
        try:
            super().do_handshake(block)
        except OSError:
            self.close()
            raise


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
        context.sslsocket_class = Line
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if address.cert_file is not None and address.key_file is not None:
            read_secret(address.key_file)
            context.load_cert_chain(str(address.cert_file), str(address.key_file))
        client.tls_set_context(context)


PASS_S = 2.0
"""A broker through which nothing has passed within this is not healthy (assumption)."""


def passes(address: BrokerAddress) -> bool:
    """Whether the broker at `address` lets this identity in, acknowledges what it publishes and hands it back.

    A login proves little: a broker whose disk was full takes logins and acknowledges nothing. The identity must be one
    that may publish to and read `topics.PROBE`. Raises `UnsafeSecret`.
    """
    import paho.mqtt.client as mqtt
    from paho.mqtt.enums import CallbackAPIVersion

    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv311)
    client.connect_timeout = PASS_S
    said = token_hex(8).encode()
    acknowledged, heard = [], []
    client.on_connect = lambda client, *_: client.subscribe(topics.PROBE, 1)
    client.on_subscribe = lambda client, *_: client.publish(topics.PROBE, said, 1)
    client.on_publish = lambda *_: acknowledged.append(True)
    client.on_message = lambda client, userdata, message: heard.append(message.payload)
    configure_client(client, address)
    try:
        client.connect(address.host, address.port, keepalive=5)
        deadline = time.monotonic() + PASS_S
        while not (acknowledged and said in heard) and time.monotonic() < deadline:
            if client.loop(0.05) != mqtt.MQTT_ERR_SUCCESS:
                return False
        return bool(acknowledged) and said in heard
    except OSError:
        return False
    finally:
        client.disconnect()


IDENTITIES = "identities"


def by_certificate(folder: Path, identity: str, host: str, port: int) -> BrokerAddress:
    """How `identity` reaches a broker by its certificate."""
    own = folder / IDENTITIES / identity
    return BrokerAddress(host, port, ca_file=own / "ca.crt", cert_file=own / "client.crt", key_file=own / "client.key")
