"""A Mosquitto broker (2.0): who gets in, who may do what and how much of it; and one as a child process."""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import orjson

from gateways import children
from gateways.brokers.address import BrokerAddress, UnsafeSecret, by_certificate, passes
from gateways.brokers.embedded import HOST, MAX_PAYLOAD_BYTES, BrokerUnavailable
from gateways.brokers.rights import CONTROL, INGESTS, PROBE, WATCH, Identity, rights

NAMES = ("mosquitto-a", "mosquitto-b")
"""The two brokers of a pair. They know nothing of each other: gateways change over, ingest listens to both."""

INSTALLED = "/etc/stadtwerk"
STORED = "/var/lib/mosquitto"

PLUGIN = "/usr/lib/x86_64-linux-gnu/mosquitto_dynamic_security.so"
"""Where Debian's package puts it on this kind of processor."""

IMAGE_PLUGIN = "/usr/lib/mosquitto_dynamic_security.so"
"""Where it is in the container image."""

RIGHTS = "rights.json"
"""Who may log in and what for, in the broker's folder of secrets. At each start it is laid anew where the broker reads
it: Mosquitto 2.0.11 writes its own copy in place, and a kill or a full disk can leave half of it."""

_HEAD_BYTES = 1024
"""What an MQTT packet has besides its payload: topic and properties."""


@dataclass(frozen=True, slots=True)
class MosquittoSettings:
    """What differs from one broker to another.

    `folder` holds certificates and rights as `secrets init` makes them; `data` is where the broker keeps sessions,
    retained and queued messages, in NAME.db. It writes them down every `autosave_s` seconds: what came after is lost
    when it is killed, and sent again because only ingest's own acknowledgement counts (assumption: 5 s). `port` is the
    door of gateways and viewers, at `outer_host`; `inner_port` that of ingest, control and watch, at `host`, on a
    network that nobody else is on:
    each has its own `connections`, so that who fills the one does not lock the other (assumptions: 2,000, which is
    1,900 gateways and some others, and 64). `password_port`, if not 0, is a door for those who can show no certificate:
    name and password over an encrypted line. `user` is whom a broker that is started by root becomes; `plugin` the file
    of Mosquitto's dynamic security.
    """

    name: str
    folder: str
    data: str
    host: str = "127.0.0.1"
    outer_host: str = "127.0.0.1"
    port: int = 8883
    inner_port: int = 8885
    password_port: int = 0
    autosave_s: int = 5
    connections: int = 2000
    inner_connections: int = 64
    user: str = "mosquitto"
    plugin: str = PLUGIN

    def __post_init__(self) -> None:
        for text in (self.name, self.folder, self.data, self.host, self.outer_host, self.user, self.plugin):
            if not text or not text.isprintable() or text != text.strip():
                raise ValueError(f"{text!r} cannot stand in a configuration of Mosquitto")

    @property
    def rights(self) -> str:
        """The broker's own copy of the rights."""
        return f"{self.data}/{self.name}-{RIGHTS}"


def installed(name: str) -> MosquittoSettings:
    """A broker of the pair as it ships; on one machine both fit side by side. Gateways come through what stands before
    it (`gateways.brokers.front`), on the same machine."""
    place = NAMES.index(name)
    return MosquittoSettings(name, f"{INSTALLED}/{name}", STORED, port=8873 + place, inner_port=8885 + place)


def mosquitto_config(settings: MosquittoSettings) -> str:
    """The text of mosquitto.conf."""
    password = _password_door(settings) if settings.password_port else ""
    return _GENERAL.format(s=settings, packet=MAX_PAYLOAD_BYTES + _HEAD_BYTES) + _certificate_doors(settings) + password


_ITERATIONS = 101
"""Mosquitto's own number. More would only help against guessing, which 256 random bits rule out."""

_SALT_BYTES = 12
"""Mosquitto 2.0 takes no other length."""


def hashed(password: str, salt: bytes | None = None) -> dict[str, Any]:
    """A password as Mosquitto's dynamic security stores it: PBKDF2 (RFC 8018) with HMAC-SHA-512."""
    salt = secrets.token_bytes(_SALT_BYTES) if salt is None else salt
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _ITERATIONS)
    return {
        "password": base64.b64encode(digest).decode(),
        "salt": base64.b64encode(salt).decode(),
        "iterations": _ITERATIONS,
    }


def mosquitto_rights(known: Iterable[Identity], passwords: Mapping[str, str]) -> bytes:
    """The file of rights for dynamic security: what is not granted is refused, subscriptions too.

    Nobody may speak to the broker's own `$CONTROL`, so that this file is all there is to know.
    """
    document = {"defaultACLAccess": _DEFAULTS, "clients": [], "roles": [], "groups": []}
    return _with(document, known, passwords)


def rights_with(file: bytes, known: Iterable[Identity], passwords: Mapping[str, str]) -> bytes:
    """A file of rights with further identities in it."""
    return _with(orjson.loads(file), known, passwords)


def rights_without(file: bytes, names: Iterable[str]) -> bytes:
    """A file of rights in which some are not known any more: they may not even use what they subscribed to before."""
    gone, document = set(names), orjson.loads(file)
    document["clients"] = [client for client in document["clients"] if client["username"] not in gone]
    document["roles"] = [role for role in document["roles"] if role["rolename"] not in gone]
    return _text(document)


_DEFAULTS = {"publishClientSend": False, "publishClientReceive": False, "subscribe": False, "unsubscribe": True}


def _with(document: dict[str, Any], known: Iterable[Identity], passwords: Mapping[str, str]) -> bytes:
    for identity in known:
        granted = rights(identity)
        kinds = [("publishClientSend", granted.writes)]
        kinds += [(kind, granted.reads) for kind in ("publishClientReceive", "subscribePattern")]
        acls = [{"acltype": kind, "topic": topic, "priority": 0, "allow": True} for kind, of in kinds for topic in of]
        document["roles"].append({"rolename": identity.name, "acls": acls})
        client = {"username": identity.name, **hashed(passwords[identity.name])}
        document["clients"].append({**client, "roles": [{"rolename": identity.name, "priority": 0}], "groups": []})
    return _text(document)


def _text(document: dict[str, Any]) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n"


_GENERAL = """\
# Mosquitto 2.0, broker {s.name} of the pair. Made by `stadtwerk secrets init`.

per_listener_settings false
user {s.user}

# Who may log in, publish and subscribe. The file is laid anew from {s.folder}/rights.json before each start
# (Mosquitto 2.0.11 writes its copy in place, and a kill or a full disk tears it). No one has rights to change it.
plugin {s.plugin}
plugin_opt_config_file {s.rights}
allow_anonymous false

# Sessions, retained and queued messages outlive the broker.
persistence true
persistence_location {s.data}/
persistence_file {s.name}.db
autosave_interval {s.autosave_s}
autosave_on_changes false
persistent_client_expiration 14d

# How much. What waits for a subscriber that is away is bounded by its bytes, not by its number: by default Mosquitto
# keeps 1000 messages and drops what is beyond in silence. The number is not 0 (any) either, as Mosquitto 2.0.11 then
# hangs up on every client that it refuses a message. So few bytes that all who may subscribe to readings, each with one
# session, stay far below the memory of the broker as a whole, which is the last resort.
max_queued_messages 10000000
max_queued_bytes 16777216
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


def _certificate_doors(settings: MosquittoSettings) -> str:
    return f"""
# The door of gateways and viewers: a certificate of our own authority, whose common name is the user. One identity is
# one connection: nobody can throw out another by using its client id.
{_certificate_door(settings, settings.port, settings.outer_host, settings.connections)}

# The door of ingest, control and watch, on an inner network: who fills the other door does not lock these out.
{_certificate_door(settings, settings.inner_port, settings.host, settings.inner_connections)}
"""


def _certificate_door(settings: MosquittoSettings, port: int, host: str, connections: int) -> str:
    return f"""\
listener {port} {host}
{_every_door(settings, connections)}
crlfile {settings.folder}/crl.pem
require_certificate true
use_identity_as_username true"""


def _password_door(settings: MosquittoSettings) -> str:
    return f"""
# The door for those who can show no certificate: the same rights, by name and password.
listener {settings.password_port} {settings.host}
{_every_door(settings, settings.connections)}
require_certificate false
"""


def _every_door(settings: MosquittoSettings, connections: int) -> str:
    folder = settings.folder
    return f"""\
use_username_as_clientid true
cafile {folder}/ca.crt
certfile {folder}/server.crt
keyfile {folder}/server.key
tls_version tlsv1.2
max_connections {connections}
max_qos 1"""


def inner(identity: str) -> bool:
    """Whether who has this name comes through the inner door."""
    return identity in (*INGESTS, CONTROL, WATCH, PROBE)


_TRIES = 3
"""A free port may be taken by another before Mosquitto has it; then another one is looked for."""


class MosquittoBroker:
    """Mosquitto on 127.0.0.1 with the configuration that ships, and certificates made by `init_secrets`.

    `secrets` is the folder of the installation and `name` which of its brokers this is; sessions, retained and queued
    messages, the configuration and the log are in `data`, which stays. Without a port a free one is taken at the first
    start and kept. With `passwords` there is a second door, at `password_port`. Start it from a thread that lives as
    long as the broker shall: on Linux the child is killed when that thread ends.
    """

    def __init__(
        self,
        secrets: Path,
        data: Path,
        *,
        name: str = "mosquitto-a",
        port: int | None = None,
        passwords: bool = False,
        autosave_s: int = 5,
        start_timeout_s: float = 10.0,
    ) -> None:
        self.host = HOST
        self.port = port or 0
        self.inner_port = 0
        self.password_port = 0
        self.name = name
        self.log_file = data / "log"
        self.expired = False
        """Whether its certificate has run out: then nobody can log in to see how it is."""
        self._secrets, self._data = secrets, data
        self._passwords, self._autosave_s, self._timeout_s = passwords, autosave_s, start_timeout_s
        self._fixed = port is not None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The child's process id while it runs."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def start(self) -> None:
        """Start the child and wait until it takes a login. Raises `BrokerUnavailable` with the reason if it fails."""
        if self.pid is not None:
            raise RuntimeError("this broker runs already")
        binary = shutil.which("mosquitto", path=os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin")))
        if binary is None:
            raise BrokerUnavailable("mosquitto is not installed (Debian package mosquitto)")
        for left in reversed(range(_TRIES)):
            if not self._fixed:
                self.port = _bind(0)
            self.inner_port = self.inner_port or _bind(0)
            if self._passwords and not self.password_port:
                self.password_port = _bind(0)
            try:
                self._start(binary)
            except BrokerUnavailable as reason:
                self.stop()
                if self._fixed or not left or "Address already in use" not in str(reason):
                    raise
                self.inner_port = self.password_port = 0
            except BaseException:
                self.stop()
                raise
            else:
                self._fixed = True
                return

    def healthy(self) -> bool:
        """Whether the child runs and a message passes through it."""
        return self.pid is not None and (self.expired or passes(self.address(PROBE)))

    def reload(self) -> None:
        """Let it read its certificates anew; connections go on."""
        if self.pid is not None and hasattr(signal, "SIGHUP"):
            os.kill(self.pid, signal.SIGHUP)

    def stop(self) -> None:
        """End the child; it writes its state down first. May be called twice."""
        if self._process is not None:
            children.end(self._process)

    def kill(self) -> None:
        """Kill the child (SIGKILL), as a fault would. What it had not written down is lost."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def restart(self) -> None:
        """Start the broker anew on the same port with what it had written down, whether it runs or not."""
        self.stop()
        self.start()

    def address(self, identity: str) -> BrokerAddress:
        """How `identity` reaches this broker, by certificate, through the door that is its own."""
        return by_certificate(self._secrets, identity, self.host, self.inner_port if inner(identity) else self.port)

    def __enter__(self) -> MosquittoBroker:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def _start(self, binary: str) -> None:
        try:
            # Else it would be the one that is there already who answers.
            for port in filter(None, (self.port, self.inner_port, self.password_port)):
                _bind(port)
            (self._data / "state").mkdir(mode=0o700, parents=True, exist_ok=True)
            config = self._data / "mosquitto.conf"
            settings = self._settings()
            config.write_text(mosquitto_config(settings))
            shutil.copyfile(self._secrets / self.name / RIGHTS, settings.rights)
            with self.log_file.open("ab") as output:
                begin = output.tell()
                self._process = children.spawn([binary, "-c", str(config)], output.fileno())
            self._wait_until_ready(begin)
        except (OSError, UnsafeSecret) as error:
            raise BrokerUnavailable(f"the broker cannot be run: {error}") from error

    def _settings(self) -> MosquittoSettings:
        return MosquittoSettings(
            self.name,
            str((self._secrets / self.name).resolve()),
            str((self._data / "state").resolve()),
            self.host,
            self.host,
            self.port,
            self.inner_port,
            self.password_port,
            self._autosave_s,
            user=_user(),
            plugin=mosquitto_plugin(),
        )

    def _wait_until_ready(self, begin: int) -> None:
        deadline = time.monotonic() + self._timeout_s
        while time.monotonic() < deadline:
            if self.healthy():
                return
            if self.pid is None:
                raise BrokerUnavailable(f"the broker ended at once: {self._reason(begin)}")
            time.sleep(0.01)
        raise BrokerUnavailable(f"the broker did not answer within {self._timeout_s:g} s: {self._reason(begin)}")

    def _reason(self, begin: int) -> str:
        """What the log of this start gives as the reason, in one line."""
        text = self.log_file.read_bytes()[begin:].decode(errors="replace")
        lines = [line.partition("Error: ")[2].strip() for line in text.splitlines() if "Error: " in line]
        return " ".join(lines) or "it gave no reason"


def _user() -> str:
    """Whoever we are: started by root, Mosquitto would else become a user who cannot read our secrets."""
    if os.name != "posix":
        return "mosquitto"
    import pwd

    return pwd.getpwuid(os.geteuid()).pw_name


def mosquitto_plugin() -> str:
    """Where dynamic security is on this machine."""
    places = (Path(PLUGIN), Path(IMAGE_PLUGIN), *Path("/usr/lib").glob("*/mosquitto_dynamic_security.so"))
    return str(next((place for place in places if place.is_file()), PLUGIN))


def _bind(port: int) -> int:
    """The port if it is free, any free one for 0. Raises `OSError`."""
    with socket.socket() as probe:
        if os.name == "posix":  # there, connections that have just ended do not count
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((HOST, port))
        return int(probe.getsockname()[1])
