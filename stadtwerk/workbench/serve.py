"""The workbench's server: on 127.0.0.1 only, for whoever has the address with the token."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import secrets
import socket
import webbrowser
from dataclasses import dataclass
from pathlib import Path

from simulator.contracts.problem import BadInput, Problem, reason_of
from simulator.contracts.words import Words
from stadtwerk.library import cache_folder, load_named_city
from stadtwerk.terminal import Terminal

_ = Words("stadtwerk.workbench")

HOST = "127.0.0.1"
PORT = 8765
"""Where it is looked for first; if something else is there, any free port does."""
TOKEN_SIGNS = 32
"""Of a token of 24 random bytes."""
PACKAGES = ("starlette", "uvicorn")
RUNS = "runs"
"""The folder of the runs, below that of the what-ifs."""


@dataclass(frozen=True, slots=True)
class ServeRequest:
    """What the user asked for. `port` None means the usual one, or any that is free."""

    city: str
    folder: Path
    port: int | None = None
    browser: bool = True
    lang: str = "en"


def serve(request: ServeRequest, terminal: Terminal) -> int:
    """Answer until somebody stops it. Raises `BadInput`."""
    missing = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        what = _("needs the packages {names}", names=", ".join(missing))
        raise BadInput(
            [Problem("stadtwerk", 0, "serve", what, _("install them with: pip install 'stadtwerk[workbench]'"))]
        )
    with _listening(request.port) as listening:
        import uvicorn

        from stadtwerk.workbench.jobs import Jobs
        from stadtwerk.workbench.routes import Workbench, application
        from stadtwerk.workbench.whatif import Shelf

        with terminal.working(_("loading the city")):
            city = load_named_city(request.city)
        jobs = Jobs(request.folder / RUNS)
        port = listening.getsockname()[1]
        token = _token(request.folder, port)
        address = f"http://{HOST}:{port}/?token={token}"
        settings = uvicorn.Config(
            application(Workbench(city, request.lang, Shelf(request.folder, city), jobs), token, port),
            log_level="error",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            lifespan="off",
            ws="none",
            limit_concurrency=64,
            timeout_graceful_shutdown=2,
        )
        print(address, flush=True)
        terminal.say(
            _("Open this address in a browser on this machine; who has it can use the workbench. Stop: Ctrl+C")
        )
        if request.browser:
            webbrowser.open(address)
        jobs.start()
        try:
            uvicorn.Server(settings).run([listening])
        finally:
            jobs.close()
    return 0


def _token(folder: Path, port: int) -> str:
    """The token of this folder and port, kept where only this user reads: a page that is open goes on with the next
    server as if nothing had been.
    """
    place = cache_folder().parent / "workbench"
    name = hashlib.sha256(f"{folder.resolve()} {port}".encode()).hexdigest()[:32]
    with contextlib.suppress(OSError):
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            known = (place / name).read_text(encoding="ascii")
            if (place / name).stat().st_mode & 0o077 == 0 and len(known) == TOKEN_SIGNS:
                return known
        made = secrets.token_urlsafe(24)
        (place / name).unlink(missing_ok=True)
        with os.fdopen(os.open(place / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(made)
        return made
    return secrets.token_urlsafe(24)


def _listening(port: int | None) -> socket.socket:
    """A socket on the port that was asked for, or on the usual one, or on any that is free. Raises `BadInput`."""
    for number in (port,) if port is not None else (PORT, 0):
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((HOST, number))
            listening.listen(64)  # before the address is printed: who opens it at once waits, and is not refused
        except OSError as error:
            listening.close()
            reason = reason_of(error)
        else:
            return listening
    what = _("{port} cannot be used ({reason})", port=str(port), reason=reason)
    raise BadInput(
        [Problem("command line", 0, "--port", what, _("name another one, or leave it out: any free one is taken"))]
    )
