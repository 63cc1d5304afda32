"""One mutant, tried in a process of its own: limited in time and memory, watched in what it opens and loads."""

from __future__ import annotations

import os
import resource
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.children import in_child, text_of
from tests.fuzz.mutate import TRAP

SECONDS, MEMORY = 30, 1 << 30
GOOD = (0, 64)
WATCHED_END = 99
FOREIGN = (
    "subprocess.Popen",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "socket.connect",
    "ctypes.dlopen",
    "pty.spawn",
)

_allowed: list[str] = []
_packages: set[str] = set()
_active: list[bool] = []


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a trial ended: its exit code (negative: the signal), and what it said."""

    code: int
    said: str

    @property
    def good(self) -> bool:
        return self.code in GOOD


def watch(*roots: Path) -> None:
    """From now on every trial is held to files below these roots, those of Python and the program's own, and to the
    packages that are loaded already or belong to Python. Call it once, after everything is warm."""
    program = Path(__file__).resolve().parents[2]
    paths = [*map(Path, (sys.prefix, sys.base_prefix, *sys.path[1:])), program, *roots]
    _allowed[:] = [
        *{str(path.resolve()) for path in paths if str(path)},
        "/dev/null",
        "/dev/urandom",
        "/proc/",
        "/sys/",
    ]
    _packages.update(name.partition(".")[0] for name in sys.modules)
    _packages.update(sys.stdlib_module_names)
    _packages.difference_update({TRAP, "this", "antigravity"})
    sys.addaudithook(_seen)


def _seen(event: str, args: tuple[Any, ...]) -> None:
    if not _active:
        return
    if event == "open":
        path = args[0]
        if isinstance(path, int) or path is None:
            return
        name = os.path.realpath(os.fsdecode(path))
        if not name.startswith(tuple(_allowed)):
            _stop(f"opened {name}")
    elif event == "import":
        if args[0].partition(".")[0] not in _packages:
            _stop(f"loaded {args[0]}")
    elif event in FOREIGN:
        _stop(f"{event} {args!r:.200}")


def _stop(what: str) -> None:
    os.write(2, f"WATCHED: {what}\n".encode("utf-8", "replace"))
    os._exit(WATCHED_END)


def tried(call: Callable[[], int], folder: Path) -> Outcome:
    """What a call comes to in a child of this process. `folder` is its own: temporary files go there, too."""
    said = folder / "said.txt"

    def held() -> None:
        tempfile.tempdir = str(folder)
        used = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        _active.append(True)

    code = in_child(call, SECONDS, Path(os.devnull), said, held)
    return Outcome(code, text_of(said).strip()[-1500:])
