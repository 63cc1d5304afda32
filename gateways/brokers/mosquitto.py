"""Configuration of a Mosquitto broker (2.0): who gets in, who may do what, and how much of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gateways.brokers.rights import Identity, Rights, Role, gateway_rights, rights

NAMES = ("mosquitto-a", "mosquitto-b")
"""The two brokers of a pair. They know nothing of each other: gateways change over, ingest listens to both."""

INSTALLED = "/etc/stadtwerk"
STORED = "/var/lib/mosquitto"

MAX_PAYLOAD_BYTES = 256 * 1024
"""A pack of 1,000 readings has some 60 to 100 kB; more than twice that is no pack of ours (assumption). Both kinds of
broker hang up on whoever sends more."""

_HEAD_BYTES = 1024
"""What an MQTT packet has besides its payload: topic and properties."""


@dataclass(frozen=True, slots=True)
class MosquittoSettings:
    """What differs from one broker to another.

    `folder` holds certificates, passwords and rights as `secrets init` makes them; `data` is where the broker keeps
    sessions, retained and queued messages, in NAME.db. It writes them down every `autosave_s` seconds: what came after
    is lost when it is killed, and sent again because only ingest's own acknowledgement counts (assumption: 5 s).
    `password_port`, if not 0, is a second door for those who can show no certificate: name and password over an
    encrypted line. `user` is whom a broker that is started by root becomes. `connections` bounds each door (assumption:
    2,000, which is 1,900 gateways and some others).
    """

    name: str
    folder: str
    data: str
    host: str = "127.0.0.1"
    port: int = 8883
    password_port: int = 0
    autosave_s: int = 5
    connections: int = 2000
    user: str = "mosquitto"

    def __post_init__(self) -> None:
        for text in (self.name, self.folder, self.data, self.host, self.user):
            if not text or not text.isprintable() or text != text.strip():
                raise ValueError(f"{text!r} cannot stand in a configuration of Mosquitto")


def installed(name: str) -> MosquittoSettings:
    """A broker of the pair as it ships; on one machine both fit side by side."""
    return MosquittoSettings(name, f"{INSTALLED}/{name}", STORED, port=8883 + NAMES.index(name))


def mosquitto_config(settings: MosquittoSettings) -> str:
    """The text of mosquitto.conf."""
    password = _password_door(settings) if settings.password_port else ""
    return _GENERAL.format(s=settings, packet=MAX_PAYLOAD_BYTES + _HEAD_BYTES) + (
        _certificate_door(settings) + password
    )


def mosquitto_acl(known: Iterable[Identity]) -> str:
    """The text of the file of rights. Gateways are covered by patterns, so that a new one needs no new rights.

    A pattern is for everyone who logs in, so all others are denied the branch that would be theirs by it.
    """
    lines = ["# Gateways: each its own branch. %u is the name it has proved to have.", *_lines("pattern", _OWN)]
    for identity in known:
        if identity.role is not Role.GATEWAY:
            granted = rights(identity)
            lines += ["", f"user {identity.name}", f"topic deny city/+/{identity.name}/#", *_lines("topic", granted)]
    return "\n".join(lines) + "\n"


_OWN = gateway_rights("%u")


def _lines(word: str, granted: Rights) -> list[str]:
    writes = [f"{word} write {topic}" for topic in granted.writes]
    return writes + [f"{word} read {topic}" for topic in granted.reads]


_GENERAL = """\
# Mosquitto 2.0, broker {s.name} of the pair. Made by `stadtwerk secrets init`.

per_listener_settings true
user {s.user}

# Sessions, retained and queued messages outlive the broker.
persistence true
persistence_location {s.data}/
persistence_file {s.name}.db
autosave_interval {s.autosave_s}
autosave_on_changes false
persistent_client_expiration 14d

# How much. What waits for a subscriber that is away is bounded by its bytes, not by its number: by default Mosquitto
# keeps 1000 messages and drops what is beyond in silence. The number is not 0 (any) either, as Mosquitto 2.0.11 then
# hangs up on every client that it refuses a message. The last resort is the memory of the broker as a whole.
max_queued_messages 10000000
max_queued_bytes 268435456
memory_limit 1073741824
max_packet_size {packet}
max_inflight_messages 100
max_keepalive 120
queue_qos0_messages false

# What happened goes where the service manager looks.
log_dest stderr
log_timestamp true
log_timestamp_format %Y-%m-%dT%H:%M:%S
log_type error
log_type warning
log_type notice
connection_messages true
"""


def _certificate_door(settings: MosquittoSettings) -> str:
    return f"""
# The door for all: a certificate of our own authority, whose common name is the user. One identity is one connection:
# nobody can throw out another by using its client id.
listener {settings.port} {settings.host}
{_both_doors(settings)}
crlfile {settings.folder}/crl.pem
require_certificate true
use_identity_as_username true
"""


def _password_door(settings: MosquittoSettings) -> str:
    return f"""
# The door for those who can show no certificate: the same rights, by name and password.
listener {settings.password_port} {settings.host}
{_both_doors(settings)}
require_certificate false
password_file {settings.folder}/passwords
"""


def _both_doors(settings: MosquittoSettings) -> str:
    folder = settings.folder
    return f"""\
allow_anonymous false
use_username_as_clientid true
cafile {folder}/ca.crt
certfile {folder}/server.crt
keyfile {folder}/server.key
tls_version tlsv1.2
acl_file {folder}/acl
max_connections {settings.connections}
max_qos 1"""
