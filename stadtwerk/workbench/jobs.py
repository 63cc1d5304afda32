"""What runs: ordinary commands of `stadtwerk`, each in a folder of its own, one after the other.

A job's state is what its folder says, and nothing else: `ask.json` (what was asked), `alive` (locked as long as its
process lives), `pid`, `progress.json` (how far it is), `said.txt` (what the command said) and what it leaves. So a
server that is killed loses nothing: the process goes on by itself, and the next server finds it.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from simulator.contracts.problem import BadInput, Problem, reason_of
from simulator.contracts.words import Words
from stadtwerk.workbench.whatif import write_whole

_ = Words("stadtwerk.workbench")

NAME = re.compile(r"\d{4,6}")
MOST_WAITING = 100
"""Jobs that may wait at once: more are a mistake."""
SAID_BYTES = 4000
"""How much of what a command said is shown, from its end."""
LOOKED_AFTER_S = 0.3

CAMPAIGN, REPORT = "campaign.yaml", "report.html"
SCENARIO, RESULT, PAGE = "scenario.yaml", "result", "result.html"
"""The file that is run, the folder that it leaves, and the page where a command leaves no more."""
WAITING, RUNNING, DONE, FAILED, STOPPED, BROKEN_OFF = "waiting", "at-work", "done", "failed", "stopped", "broken-off"


class Jobs:
    """The jobs of one folder, and the thread that starts them. Raises `BadInput` if another server has it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._held = (folder / ".workbench").open("w")
        except OSError as error:
            what = _("cannot be written ({reason})", reason=reason_of(error))
            raise BadInput([Problem(str(folder), 0, "--folder", what, _("name another folder"))]) from None
        try:
            fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            what, fix = _("is open in another workbench"), _("use that one, or name another folder")
            raise BadInput([Problem(str(folder), 0, "--folder", what, fix)]) from None
        self._lock = threading.RLock()  # what is just being started is neither stopped nor removed halfway
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._ended = threading.Event()

    def start(self) -> None:
        """Begin to start what waits."""
        threading.Thread(target=self._work, daemon=True).start()

    def close(self) -> None:
        """Start nothing more; what runs goes on."""
        self._ended.set()
        self._held.close()

    def add(
        self, sort: str, title: str, command: Sequence[str], files: Mapping[str, str] | None = None, **told: Any
    ) -> str:
        """Queue a command. `{job}` in its arguments stands for its folder, `{result}` for what it is to leave.

        Raises `BadInput` if too many wait.
        """
        with self._lock:
            known = self._names()
            if sum(self._state(name) == WAITING for name in known) >= MOST_WAITING:
                what, fix = _("{n} runs wait already", n=MOST_WAITING), _("wait, or remove some")
                raise BadInput([Problem("workbench", 0, "queue", what, fix)])
            name = f"{max(map(int, known), default=0) + 1:04d}"
            aside = self.folder / f".{name}.partial"
            shutil.rmtree(aside, ignore_errors=True)
            aside.mkdir()
            for file, content in (files or {}).items():
                write_whole(aside / file, content)
            ask = {"sort": sort, "title": title, "command": list(command), "asked": time.time(), **told}
            write_whole(aside / "ask.json", json.dumps(ask, ensure_ascii=False))
            aside.rename(self.folder / name)
        return name

    def _names(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir() if NAME.fullmatch(path.name) and path.is_dir())

    def path(self, name: str) -> Path | None:
        """The folder of a job, None where there is none of this name."""
        path = self.folder / name
        return path if NAME.fullmatch(name) and (path / "ask.json").is_file() else None

    def told(self) -> list[dict[str, Any]]:
        """Every job as it stands, the last one first."""
        return [one for name in reversed(self._names()) if (one := self._told(name)) is not None]

    def _told(self, name: str) -> dict[str, Any] | None:
        path = self.folder / name
        ask = _json(path / "ask.json")
        if not ask:
            return None
        state = self._state(name)
        found: dict[str, Any] = {"id": name, "state": state, "sort": ask["sort"], "title": ask["title"]}
        found["of"] = ask.get("of", "")
        found["command"] = " ".join(["stadtwerk", *ask["command"]])
        if state == RUNNING:
            found["progress"] = _json(path / "progress.json")
            found["paused"] = (path / "paused").exists()
        if state == DONE:
            found["result"] = self.result(path, ask)
        if state in (FAILED, BROKEN_OFF):
            found["said"] = _end(path / "said.txt")
        return found

    @staticmethod
    def result(path: Path, ask: Mapping[str, Any]) -> dict[str, Any]:
        """What a finished run came to: its verdict with the answer, and its digest."""
        if ask["sort"] != "run":
            return {}
        verdict, record = _json(path / RESULT / "verdict.json"), _json(path / RESULT / "run.json")
        return {
            "verdict": verdict.get("value", ""),
            "answer": verdict.get("answer", {}),
            "digest": record.get("digest", ""),
            "findings": [
                {
                    "value": one["value"],
                    "title": one["title"],
                    "reason": one["reason"],
                    "needed": one.get("needed", True),
                }
                for one in verdict.get("findings", ())
            ],
        }

    def _state(self, name: str) -> str:
        path = self.folder / name
        if (path / "alive").exists() and _locked(path / "alive"):
            return RUNNING
        if any((path / name).exists() for name in (f"{RESULT}/{REPORT}", PAGE)):
            return DONE
        if (path / "stopped").exists():
            return STOPPED
        if (path / "ended").exists():
            return FAILED
        return BROKEN_OFF if (path / "pid").exists() else WAITING

    def stop(self, name: str) -> None:
        """End a job, or take it out of the queue."""
        with self._lock:
            path = self.path(name)
            if path is None or (state := self._state(name)) not in (WAITING, RUNNING):
                return
            (path / "stopped").touch()
            if state == RUNNING:
                self.resume(name)
                _signal(path, signal.SIGTERM)

    def pause(self, name: str) -> None:
        with self._lock:
            path = self.path(name)
            if path is not None and self._state(name) == RUNNING:
                (path / "paused").touch()
                _signal(path, signal.SIGSTOP)

    def resume(self, name: str) -> None:
        with self._lock:
            path = self.path(name)
            if path is not None and (path / "paused").exists():
                (path / "paused").unlink(missing_ok=True)
                _signal(path, signal.SIGCONT)

    def again(self, name: str) -> None:
        """Queue what was broken off, stopped or failed once more, in its folder."""
        with self._lock:
            path = self.path(name)
            if path is None or self._state(name) not in (FAILED, STOPPED, BROKEN_OFF):
                return
            child = self._children.pop(name, None)
            if child is not None:  # its end is over and done with: nobody writes of it into what begins anew
                child.wait()
            for left in ("ended", "stopped", "paused", "progress.json", "said.txt", "alive", "pid"):
                (path / left).unlink(missing_ok=True)

    def remove(self, name: str) -> None:
        """Throw a job away with all that it left, unless it runs."""
        with self._lock:
            path = self.path(name)
            if path is None or self._state(name) == RUNNING:
                return
            gone = self.folder / f".{name}.gone"
            path.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)

    def _work(self) -> None:
        while not self._ended.wait(LOOKED_AFTER_S):
            with self._lock:
                for name, child in list(self._children.items()):
                    if child.poll() is not None:
                        with contextlib.suppress(OSError):
                            (self.folder / name / "ended").write_text(str(child.returncode))
                        del self._children[name]
                states = {name: self._state(name) for name in self._names()}
                if RUNNING not in states.values():
                    waiting = [name for name, state in states.items() if state == WAITING]
                    if waiting:
                        self._begin(waiting[0])

    def _begin(self, name: str) -> None:
        """Start a job in a session of its own, so that it outlives this server; it holds the lock of `alive`."""
        path = (self.folder / name).resolve()
        blanks = {"{job}": str(path), "{result}": str(path / RESULT)}
        command = [_filled(one, blanks) for one in _json(path / "ask.json")["command"]]
        with (path / "alive").open("w") as alive, (path / "said.txt").open("wb") as said:
            fcntl.flock(alive, fcntl.LOCK_EX)
            child = subprocess.Popen(
                [sys.executable, "-m", "stadtwerk", *command],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,
                pass_fds=(alive.fileno(),),
                env={**os.environ, "NO_COLOR": "1", "COLUMNS": "100"},
            )
        write_whole(path / "pid", str(child.pid))
        self._children[name] = child


def _filled(argument: str, blanks: Mapping[str, str]) -> str:
    for blank, value in blanks.items():
        argument = argument.replace(blank, value)
    return argument


def _locked(path: Path) -> bool:
    """Whether a process lives that was handed this file."""
    with contextlib.suppress(OSError), path.open("r") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _signal(path: Path, what: signal.Signals) -> None:
    """To the session of a job; only while its lock is held, so that its number is still its own."""
    with contextlib.suppress(OSError, ValueError):
        pid = int((path / "pid").read_text())
        if pid > 1 and _locked(path / "alive"):
            os.killpg(pid, what)


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _end(path: Path) -> str:
    try:
        return path.read_bytes()[-SAID_BYTES:].decode("utf-8", "replace")
    except OSError:
        return ""
