"""A Mosquitto broker as a child process on this machine."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType

from gateways import children
from gateways.brokers.address import BrokerAddress, UnsafeSecret
from gateways.brokers.embedded import HOST, BrokerUnavailable
from gateways.brokers.login import takes_login
from gateways.brokers.mosquitto import MosquittoSettings, mosquitto_config
from gateways.brokers.rights import PROBE
from gateways.secrets.folder import by_certificate, by_password

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
            if self._passwords and not self.password_port:
                self.password_port = _bind(0)
            try:
                self._start(binary)
            except BrokerUnavailable as reason:
                self.stop()
                if self._fixed or not left or "Address already in use" not in str(reason):
                    raise
                self.password_port = 0
            except BaseException:
                self.stop()
                raise
            else:
                self._fixed = True
                return

    def healthy(self) -> bool:
        """Whether the child runs and takes a login by certificate."""
        return self.pid is not None and (self.expired or takes_login(self.address(PROBE)))

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
        """How `identity` reaches this broker, by certificate."""
        return by_certificate(self._secrets, identity, self.host, self.port)

    def password_address(self, identity: str) -> BrokerAddress:
        """How `identity` reaches this broker's second door, by name and password."""
        return by_password(self._secrets, identity, self.host, self.password_port)

    def __enter__(self) -> MosquittoBroker:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def _start(self, binary: str) -> None:
        try:
            # Else it would be the one that is there already who answers.
            for port in filter(None, (self.port, self.password_port)):
                _bind(port)
            (self._data / "state").mkdir(mode=0o700, parents=True, exist_ok=True)
            config = self._data / "mosquitto.conf"
            config.write_text(mosquitto_config(self._settings()))
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
            self.port,
            self.password_port,
            self._autosave_s,
            user=_user(),
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


def _bind(port: int) -> int:
    """The port if it is free, any free one for 0. Raises `OSError`."""
    with socket.socket() as probe:
        if os.name == "posix":  # there, connections that have just ended do not count
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((HOST, port))
        return int(probe.getsockname()[1])
