"""A workbench as a process of its own, on the hamlet, which loads in a moment."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from simulator.contracts.city import City
from stadtwerk.library import load_named_city
from tests.city.towns import hamlet

pytest.importorskip("starlette", reason="the workbench extra is not installed")
pytest.importorskip("uvicorn", reason="the workbench extra is not installed")


@dataclass
class Bench:
    """A running workbench: its address with the token, its folder and its process."""

    address: str
    folder: Path
    process: subprocess.Popen[str]

    @property
    def port(self) -> int:
        return int(urlsplit(self.address).port or 0)

    @property
    def token(self) -> str:
        return self.address.partition("token=")[2]

    @property
    def cookie(self) -> str:
        return f"stadtwerk-{self.port}={self.token}"

    def ask(
        self, path: str, body: Any = None, *, method: str = "", headers: dict[str, str] | None = None, raw: bytes = b""
    ) -> tuple[int, dict[str, str], bytes]:
        """One request as our page makes it; `headers` say otherwise, and empty ones are left out."""
        data = raw or (b"" if body is None else json.dumps(body).encode())
        way = method or ("POST" if data else "GET")
        given = {"Host": f"127.0.0.1:{self.port}", "Cookie": self.cookie}
        if way == "POST":
            given |= {"Origin": f"http://127.0.0.1:{self.port}", "Content-Type": "application/json"}
        given = {name: value for name, value in (given | (headers or {})).items() if value}
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            line.putrequest(way, path, skip_host=True)
            for name, value in given.items():
                line.putheader(name, value)
            line.putheader("Content-Length", str(len(data)))
            line.endheaders(data)
            answer = line.getresponse()
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
        finally:
            line.close()

    def json(self, path: str, body: Any = None) -> Any:
        status, _headers, said = self.ask(path, body)
        assert status == 200, (status, said)
        return json.loads(said)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(30)
        if self.process.stdout is not None:
            self.process.stdout.close()


def started(city: Path | str, folder: Path, *options: str) -> Bench:
    """A workbench of its own."""
    command = [sys.executable, "-m", "stadtwerk", "serve", "--city", str(city), "--no-browser", *options]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "STADTWERK_LANG": "en"}
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=folder, env=environment
    )
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\?token=[\w-]{20,}", line), line
    return Bench(line, folder, process)


@pytest.fixture(scope="session")
def demo() -> City:
    pytest.importorskip("pandapower", reason="the demo extra is not installed")
    return load_named_city("demo")


@pytest.fixture(scope="session")
def small_town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hamlet") / "city"
    folder.mkdir()
    return hamlet(folder)


@pytest.fixture(scope="module")
def bench(small_town: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    one = started(small_town, tmp_path_factory.mktemp("bench"))
    yield one
    one.stop()
