"""One run of a campaign as it is handed to a worker, on this machine or another."""

from __future__ import annotations

import functools
import hashlib
import json
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.contracts.words import Verbatim, Words
from stadtwerk.runs.basis import basis, city_digest

if TYPE_CHECKING:
    from resilience.judge.figures import RunFigures
    from simulator.contracts.city import City
    from simulator.contracts.document import Document
    from simulator.contracts.history import History
    from stadtwerk.runs.run import RunResult
    from stadtwerk.terminal import Terminal

_ = Words("stadtwerk")

_ONE_AT_A_TIME = threading.Lock()
"""The engines are not made for threads: in a worker that has several, runs take turns."""


@dataclass(frozen=True, slots=True)
class CityData:
    """A city by the name or folder it is loaded from, the digest of that, and what is changed, as JSON texts.

    `settings` are what a case has drawn; `change` is what a measure would add and set on top, `note` its title.
    """

    source: str
    digest: str
    settings: tuple[str, ...] = ()
    change: str = "{}"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """A run. `scenario` is the drawn scenario as JSON text; `basis` says by which program and libraries it is run.

    With `keep` a whole run folder is left there, whose report names `command` as the way to repeat the run.
    """

    scenario: str
    seed: int
    city: CityData
    basis: str
    keep: str = ""
    command: str = ""
    lang: str = "en"

    @property
    def key(self) -> str:
        """What the result depends on, as one digest: jobs with the same key have the same figures."""
        city = (self.city.digest, self.city.settings, self.city.change)
        text = json.dumps([self.scenario, self.seed, city, self.basis])
        return hashlib.sha256(text.encode()).hexdigest()


def in_turn() -> threading.Lock:
    """Held while a run is at work."""
    return _ONE_AT_A_TIME


class OtherBasis(RuntimeError):
    """The worker has another city, program or library than the campaign was planned with."""


def run_job(job: Job) -> RunFigures:
    """The figures of one run. Raises `OtherBasis`, and whatever goes wrong in the run."""
    from resilience.judge.figures import run_figures

    if basis() != job.basis:
        raise OtherBasis("this worker has another version of stadtwerk or of a library that results depend on")
    with in_turn():
        city = loaded(job.city)
        from resilience.scenario.loader import build_scenario

        if job.keep:
            from resilience.judge.metrics.table import metrics_of
            from stadtwerk.terminal import Terminal

            result, history = run_whole(job, Terminal(job.lang, quiet=True))
            # Without those of readings, which a light run does not have: the data set is the same either way.
            below = build_scenario(_document(job)).run.below
            return run_figures(city, history, replace(result.verdict, metrics=metrics_of(city, history, limits=below)))
        from stadtwerk.runs.credit import credited_among
        from stadtwerk.runs.light import light_run

        _result, history, verdict = light_run(
            build_scenario(_document(job)),
            city,
            job.seed,
            lambda asked, past: credited_among(asked, city, job.seed, past),
        )
        return run_figures(city, history, verdict)


def run_whole(job: Job, terminal: Terminal) -> tuple[RunResult, History]:
    """The run with all that it leaves, in the folder `keep`."""
    from resilience.scenario.loader import build_scenario
    from stadtwerk.runs.run import RunRequest, run_checked

    document = _document(job)
    request = RunRequest(
        Path(document.file),
        seed=job.seed,
        out=Path(job.keep),
        broker_port=None,
        lang=job.lang,
        twin=False,
        evidence=True,
    )
    return run_checked(document, build_scenario(document), loaded(job.city), request, terminal, command=job.command)


def _document(job: Job) -> Document:
    from simulator.contracts.document import Document

    return Document(f"scenario of seed {job.seed}", json.loads(job.scenario), {})


@functools.lru_cache(maxsize=8)
def loaded(data: CityData) -> City:
    """The city with its changes. Raises `OtherBasis` if another one was meant, `BadInput` if it is broken."""
    from simulator.city.amend import Amendment
    from simulator.city.loader import load_city
    from simulator.contracts.city import Assumption
    from simulator.contracts.document import Document
    from stadtwerk.library import named_city_folder

    folder = named_city_folder(data.source)
    if city_digest(folder) != data.digest:
        raise OtherBasis(f"the city {data.source!r} is another one here, or has been changed since")
    settings: dict[str, Any] = {"set": [json.loads(setting) for setting in data.settings]}
    change = json.loads(data.change)
    basis = _("assumption of the campaign")
    note = Assumption(_("measure"), Verbatim(data.note), basis) if data.note else None
    return load_city(
        folder,
        (
            Amendment(Document("drawn", settings, {}), (), settings),
            Amendment(Document("measure", change, {}), (), change, note),
        ),
    )
