"""Results of an earlier run of a suite that still count, since nothing has changed that they depend on.

A result depends on the scenario and the files it names, the seed, the city's files, our own source and the versions of
the libraries. What passed, or failed as a known weakness, is taken over where all that is the same; everything else is
run again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resilience.judge.outcome import Judged, Outcome
from resilience.judge.verdict import read_verdict
from simulator.contracts.document import Document
from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.words import Said, Words
from stadtwerk.studies.variants import Base

if TYPE_CHECKING:
    from resilience.scenario.scenario import Scenario
    from resilience.study.suite import SuiteRun

_ = Words("stadtwerk")

FORM = "stadtwerk/suite-run/2"
KEPT = (Outcome.PASS, Outcome.KNOWN)


def inputs_of(document: Document, scenario: Scenario, city: str | None, seed: int, twin: bool, cures: bool) -> str:
    """A digest of all that the result of a run in a suite depends on."""
    folder = Path(document.file).resolve().parent
    digest = hashlib.sha256(Base.of_checked(document, scenario, city, seed).job().key.encode())
    digest.update(json.dumps([twin, cures]).encode())
    for name in sorted({text for text in _texts(document.data) if _is_file(folder, text)}):
        digest.update(name.encode() + b"\0" + hashlib.sha256((folder / name).read_bytes()).digest())
    return digest.hexdigest()


def _texts(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, Mapping):
        for item in data.values():
            yield from _texts(item)
    elif isinstance(data, list):
        for item in data:
            yield from _texts(item)


def _is_file(folder: Path, text: str) -> bool:
    """Whether a text of a scenario names a file beside it, such as a disruption file or a raster."""
    try:
        return len(text) < 200 and "." in text and (folder / text).is_file()
    except (OSError, ValueError):
        return False


class Earlier:
    """What an earlier run of a suite left in a folder. Raises `BadInput` where that cannot be read.

    `none`: there is nothing yet, as in a first build, or after one that was cut short.
    """

    def __init__(self, folder: Path, suite_file: str) -> None:
        self._folder = folder
        self._runs: dict[str, Mapping[str, Any]] = {}
        path = folder / suite_file
        self.none = not path.exists()
        if self.none:
            return
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            form = data["schema"]
            rows = data["runs"]
        except (OSError, ValueError, KeyError, TypeError):
            what = _("is no result of a suite")
            fix = _("name the folder of an earlier stadtwerk test, which holds {file}", file=suite_file)
            raise BadInput([Problem(str(path), 0, "--changed-from", what, fix)]) from None
        if form == FORM:  # of an older version nothing says what its results depend on
            self._runs = {str(row["inputs"]): row for row in rows if row["outcome"] in KEPT}

    def of(self, run: SuiteRun) -> SuiteRun | None:
        """The earlier result of a planned run, if all that it depends on is the same and it is still there."""
        row = self._runs.get(run.inputs)
        if row is None:
            return None
        folder = self._folder / str(row["folder"])
        try:
            verdict = read_verdict((folder / "verdict.json").read_text(encoding="utf-8"))
            judged = Judged(Outcome(row["outcome"]), Said(row["reason"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return replace(run, judged=judged, verdict=verdict, folder=str(folder), earlier=True)
