"""Which event codes the tests have seen happen: kept in `emitted.json`, by the test module that saw them first.

STADTWERK_RECORD_EVENTS=1 python -m pytest -n 0 tests/energy tests/run ...      # adds what these tests see
python -m tests.words.emitted RUN_FOLDER ...                                    # adds what happened in these runs
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from simulator.contracts.event import EventCode
from simulator.kernel.log import EventLog

SEEN = Path(__file__).with_name("emitted.json")
ASKED = "STADTWERK_RECORD_EVENTS"


def known() -> dict[str, str]:
    """Test modules by event code."""
    return dict(json.loads(SEEN.read_text(encoding="utf-8"))) if SEEN.exists() else {}


class Recorder:
    """A plug-in of pytest that takes down the codes that are logged, and where."""

    def __init__(self) -> None:
        from stadtwerk.live.plant import Journal

        self._where = ""
        self._seen: dict[str, str] = {}
        for log in (EventLog, Journal):
            self._note(log)

    def _note(self, log: Any) -> None:
        add: Any = log.add

        def noting(of: object, code: EventCode, *args: object, **more: object) -> Any:
            if self._where:
                self._seen.setdefault(code.name, self._where)
            return add(of, code, *args, **more)

        log.add = noting

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._where = nodeid.split("::", maxsplit=1)[0]

    def pytest_sessionfinish(self) -> None:
        found = {code: where for code, where in self._seen.items() if not code.startswith("test.")}
        SEEN.write_text(json.dumps(dict(sorted((found | known()).items())), indent=1) + "\n", encoding="utf-8")


def record_if_asked(config: pytest.Config) -> None:
    if os.environ.get(ASKED):
        config.pluginmanager.register(Recorder(), "recorder-of-events")


def add_runs(folders: list[str]) -> None:
    """Take down what happened in finished runs of shipped scenarios."""
    found: dict[str, str] = {}
    for folder in map(Path, folders):
        name = json.loads((folder / "run.json").read_text(encoding="utf-8"))["scenario"]
        for row in (folder / "events.jsonl").read_text(encoding="utf-8").splitlines():
            found.setdefault(json.loads(row)["code"], f"scenarios/{name}.yaml")
    SEEN.write_text(json.dumps(dict(sorted((found | known()).items())), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    add_runs(sys.argv[1:])
