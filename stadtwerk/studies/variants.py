"""Variants of one run: the same question put again with something changed, each as a light run, kept by its content.

A variant is a `Job`, as a campaign's runs are: scenario, seed, city with what is changed in it, and the program. What
it came to is kept in the user's cache under the digest of all that, whoever asked for it. Work that is interrupted
therefore goes on where it stopped, and a variant that another study has run already is not run again.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stadtwerk.library import cache_folder, city_beside, load_checked, named_city_folder
from stadtwerk.runs.basis import basis, city_digest
from stadtwerk.studies.campaigns.job import CityData, Job, OtherBasis, in_turn, loaded
from stadtwerk.studies.campaigns.records import Record, RecordStore
from stadtwerk.studies.executors.local import Finished, told

if TYPE_CHECKING:
    from resilience.judge.figures import RunFigures
    from resilience.judge.verdict import Verdict
    from resilience.scenario.scenario import Scenario
    from simulator.contracts.city import City
    from simulator.contracts.document import Document
    from stadtwerk.studies.executors import Executor

NO_CHANGE = "{}"

STALE_AFTER_S = 7 * 86400.0
"""Variants that another version of the program ran are thrown away once nobody has used them for a week."""


@dataclass(frozen=True, slots=True)
class Variant:
    """What one light run came to, or why it came to nothing: with what is changed a city may no longer make sense."""

    verdict: Verdict | None = None
    figures: RunFigures | None = None
    error: str = ""
    traces: Mapping[str, str] = field(default_factory=dict)
    """see `resilience.study.robustness.traces`"""


@dataclass(frozen=True, slots=True)
class Base:
    """The run that is varied: its scenario as data, its seed, and its city unchanged."""

    scenario: Mapping[str, Any]
    seed: int
    city: CityData

    @classmethod
    def of_scenario(cls, file: Path, city: str | None = None, seed: int | None = None) -> Base:
        """A scenario file as it is written: with another seed, its draws come out otherwise. Raises `BadInput`."""
        document, scenario, _city = load_checked(file, city)
        return cls.of_checked(document, scenario, city, scenario.run.seeds[0] if seed is None else seed)

    @classmethod
    def of_checked(cls, document: Document, scenario: Scenario, city: str | None, seed: int) -> Base:
        """The same of a scenario file that is loaded and checked already."""
        reference = scenario.city
        source = city or reference.name or str((Path(document.file).parent / reference.path).resolve())
        return cls(document.data, seed, _unchanged(source))

    @classmethod
    def of_run(cls, folder: Path, city: str | None = None) -> Base:
        """A run folder, with everything as it was drawn. `city`: where its city stands now. Raises `BadInput`."""
        from simulator.contracts.document import load_document
        from stadtwerk.runs.folder import RUN

        record, _ = RUN.load(folder / "run.json")
        data = load_document(folder / "scenario.yaml").data
        source = city or data["city"].get("name") or city_beside(data["city"]["path"], folder)
        return cls(data, int(record["seed"]), _unchanged(source))

    def job(
        self,
        scenario: Mapping[str, Any] | None = None,
        change: str = NO_CHANGE,
        settings: Sequence[str] = (),
        seed: int | None = None,
    ) -> Job:
        """The variant with another scenario or seed, or with a city that is changed as a campaign's measure would.

        `change` and `settings` are JSON texts as `CityData` has them.
        """
        data = self.scenario if scenario is None else scenario
        city = CityData(self.city.source, self.city.digest, tuple(settings), change)
        return Job(json.dumps(data, ensure_ascii=False), self.seed if seed is None else seed, city, basis())

    def town(self, change: str = NO_CHANGE) -> City:
        """The city, changed or not. Raises `BadInput`."""
        return loaded(CityData(self.city.source, self.city.digest, (), change))


def _unchanged(source: str) -> CityData:
    folder = named_city_folder(source)
    return CityData(str(Path(source).resolve()) if Path(source).exists() else source, city_digest(folder))


Progress = Callable[[int, int], AbstractContextManager[Any]]
"""As `Terminal.counting_up`: told how many variants there are and how many are done already, it gives a counter."""


def run_variants(
    jobs: Sequence[Job], executor: Executor | None = None, progress: Progress | None = None
) -> dict[str, Variant]:
    """What each variant came to, by the key of its job. Without an executor they are run one by one, in this process.

    Only what is not kept yet is run; each is kept as soon as it is done.
    """
    wanted, found = {job.key: job for job in jobs}, {}
    with kept() as store:
        for key in wanted:
            record = store.get(key)
            if record is not None:
                found[key] = _read(record.figures)
        waiting = [job for key, job in wanted.items() if key not in found]
        if waiting:
            with (progress or _silent)(len(wanted), len(found)) as count:
                for done in _each(waiting, executor):
                    if done.result is not None:
                        store.put(done.item.key, Record(done.result))
                    found[done.item.key] = Variant(error=done.error) if done.result is None else _read(done.result)
                    count()
    return found


def _each(jobs: Sequence[Job], executor: Executor | None) -> Iterator[Finished[Job, str]]:
    if executor is not None:
        yield from executor.run(run_variant, jobs)
        return
    for job in jobs:
        try:
            yield Finished(job, run_variant(job))
        except Exception as error:  # a variant that breaks down is one without an answer
            yield Finished(job, None, told(error))


def run_variant(job: Job) -> str:
    """One variant, in whatever process: verdict, figures and traces as JSON text, or what is wrong with the input."""
    from resilience.judge.figures import figures_json, run_figures
    from resilience.judge.verdict import verdict_json
    from resilience.scenario.loader import read_scenario
    from resilience.study.robustness import traces
    from simulator.contracts.problem import BadInput
    from stadtwerk.runs.light import light_run

    if basis() != job.basis:
        raise OtherBasis("this worker has another version of stadtwerk or of a library that results depend on")
    with in_turn():
        try:
            city = loaded(job.city)
            scenario, problems = read_scenario(_document(job), city)
            if scenario is None:
                raise BadInput(problems)
        except BadInput as bad:
            return json.dumps({"error": "; ".join(f"{p.field}: {p.what}" for p in bad.problems)}, ensure_ascii=False)
        _, history, verdict = light_run(scenario, city, job.seed)
        figures = run_figures(city, history, verdict)
        found = {"verdict": verdict_json(verdict), "figures": figures_json(figures), "traces": traces(history)}
        return json.dumps(found, ensure_ascii=False)


def _document(job: Job) -> Document:
    from simulator.contracts.document import Document

    return Document(f"scenario of seed {job.seed}", json.loads(job.scenario), {})


def _read(text: str) -> Variant:
    from resilience.judge.figures import read_figures
    from resilience.judge.verdict import read_verdict

    data = json.loads(text)
    if "error" in data:
        return Variant(error=data["error"])
    return Variant(read_verdict(data["verdict"]), read_figures(data["figures"]), traces=data["traces"])


@contextmanager
def _silent(total: int, done: int) -> Iterator[Callable[[], None]]:
    yield lambda: None


@contextmanager
def kept() -> Iterator[RecordStore]:
    """The variants of this version of the program. Several processes may read and write it at once."""
    folder = cache_folder().parent / "variants"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{basis()[:16]}.sqlite"
    for other in folder.glob("*.sqlite"):
        if other != path and time.time() - other.stat().st_mtime > STALE_AFTER_S:
            for part in folder.glob(f"{other.name}*"):
                part.unlink(missing_ok=True)
    store = RecordStore(path)
    try:
        yield store
    finally:
        store.close()


def variants_kept(keys: Sequence[str]) -> frozenset[str]:
    """Which of these need not be run any more."""
    with kept() as store:
        return frozenset(key for key in keys if store.get(key) is not None)
