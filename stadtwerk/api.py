"""What `import stadtwerk` offers: four functions, and the records and tables that they give back.

Times are seconds from the scenario's zero, negative during warm-up; values are in the unit that the measure or quantity
declares, which `stadtwerk list levels` and `stadtwerk list quantities` show. The same arguments give the same result,
bit for bit, on any machine with the same versions.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from simulator.contracts.problem import BadInput, Problem, reason_of
from simulator.contracts.words import LANGUAGES, READABLE, Words

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pyarrow as pa
    from numpy.typing import NDArray

    from resilience.judge.figures import RunFigures
    from resilience.judge.verdict import Value, Verdict
    from resilience.study.audit import Audit as Audited
    from resilience.study.audit import AuditSettings
    from resilience.study.audit.outcome import Outcome
    from simulator.contracts.city import City
    from simulator.contracts.event import Event
    from simulator.contracts.words import Text

_ = Words("stadtwerk")

Row = TypeVar("Row")


class Table(Generic[Row]):
    """Rows as typed records, as an Arrow table, or as a pandas data frame.

    A table is read from its file when it is first asked for, and is never changed. Iterating gives one record a row,
    in the order of the file; `len` is the number of rows.
    """

    def __init__(self, load: Callable[[], pa.Table], record: Callable[[Mapping[str, Any]], Row]) -> None:
        self._load, self._record = load, record

    @cached_property
    def _table(self) -> pa.Table:
        return self._load()

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, which are those of a record's fields."""
        return tuple(self._table.column_names)

    def arrow(self) -> pa.Table:
        """The rows as a `pyarrow.Table`, names as dictionary columns."""
        return self._table

    def pandas(self) -> pd.DataFrame:
        """The rows as a `pandas.DataFrame`, names as categories.

        Raises:
            ModuleNotFoundError: pandas is not installed; it comes with the extras `import` and `demo`.
        """
        return self._table.to_pandas()

    def __len__(self) -> int:
        return int(self._table.num_rows)

    def __iter__(self) -> Iterator[Row]:
        for batch in self._table.to_batches(max_chunksize=1 << 14):
            for row in batch.to_pylist():
                yield self._record(row)

    def __repr__(self) -> str:
        return f"<Table of {len(self):,} rows: {', '.join(self.columns)}>"


@dataclass(frozen=True, slots=True)
class LevelChange:
    """From `t_s` on the service level `level` has `value`, in the unit of its measure, until its next change.

    `people` are those for whom it is worse than its minimum, None where nobody counts them one by one.
    """

    t_s: float
    level: str
    value: float
    people: float | None = None


@dataclass(frozen=True, slots=True)
class GaugeChange:
    """From `t_s` on the `quantity` of `subject` is `value`: what tanks and batteries hold, what districts get.

    It is looked at every five minutes (300 s), and a row is written where it changed.
    """

    t_s: float
    subject: str
    quantity: str
    value: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What `sensor` read at `t_s`, and when it arrived.

    `quality` is what the sensor says of itself: 0 good, 1 suspect, 2 bad. `delivered_s` is NaN for a reading that never
    arrived. A sensor's name is `component.quantity`.
    """

    t_s: float
    sensor: str
    value: float
    quality: int
    gateway: str
    delivered_s: float


class Levels(Table[LevelChange]):
    """The true time series of every service level, as step functions."""

    def series(self, level: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """One level as a step function.

        Args:
            level: the id of a service level of the city.

        Returns:
            Times in seconds and values, both of shape (n,) and in order of time: `values[i]` holds from `times[i]`
            until `times[i + 1]`, the last one until the end of the run.

        Raises:
            KeyError: the run recorded no level of this id.
        """
        import pyarrow.compute as pc

        rows = self.arrow().filter(pc.equal(self.arrow()["level"].cast("string"), level))
        if not rows.num_rows:
            raise KeyError(level)
        return rows["t_s"].to_numpy(), rows["value"].to_numpy()


class Events(Table["Event"]):
    """The event log. Records are `Event`s, whose time `at` counts milliseconds and whose `cause` is the id of another
    event, so that every loss leads back to a fault. `also` are the other causes where several brought it about
    together.

    Columns of the tables are id, t_s, kind, subject, code, params (a JSON object), cause, also (a list, empty where
    there is one cause or none), via, value, before, after.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(self._arrow, self._never)
        self._path = path

    @cached_property
    def _events(self) -> tuple[Event, ...]:
        from stadtwerk.runs.folder import read_events

        return tuple(read_events(self._path))

    def __len__(self) -> int:
        return len(self._events)

    def __iter__(self) -> Iterator[Event]:
        return iter(self._events)

    def _arrow(self) -> pa.Table:
        import json

        import pyarrow as pa

        from simulator.contracts.ticks import to_s

        text, number, whole = pa.string(), pa.float64(), pa.int64()
        types = {"id": whole, "t_s": number, "kind": text, "subject": text, "code": text, "params": text}
        optional = {
            "cause": whole,
            "also": pa.list_(whole),
            "via": text,
            "value": number,
            "before": text,
            "after": text,
        }
        rows = [
            {
                "id": event.id,
                "t_s": to_s(event.at),
                "kind": event.kind.value,
                "subject": event.subject,
                "code": event.code,
                "params": json.dumps(dict(event.params), ensure_ascii=False),
                **{name: getattr(event, name) for name in optional},
            }
            for event in self._events
        ]
        return pa.Table.from_pylist(rows, schema=pa.schema(types | optional))

    def _never(self, row: Mapping[str, Any]) -> Event:
        raise AssertionError("events are read from their file, not from the table")


@dataclass(frozen=True)
class Run:
    """A run that has been judged.

    Attributes:
        scenario: the id of the scenario.
        seed: the seed of all random streams.
        city: the city that the scenario played in.
        folder: the run folder; if no place for it was named, it lives as long as this object.
        digest: the same inputs and seed give the same digest.
        verdict: pass, fail or inconclusive, with the finding behind it for each expectation and redundancy.
        figures: person-hours lost, recovery, worst values, and which fault the losses lead back to.
    """

    scenario: str
    seed: int
    city: City
    folder: Path
    digest: str
    verdict: Verdict
    figures: RunFigures

    @cached_property
    def levels(self) -> Levels:
        """The true service levels: a row for each change. Columns are the fields of `LevelChange`."""
        return Levels(self._file("levels.parquet"), lambda row: LevelChange(**row))

    @cached_property
    def gauges(self) -> Table[GaugeChange]:
        """What tanks, batteries and districts had. Columns are the fields of `GaugeChange`."""
        return Table(self._file("gauges.parquet"), lambda row: GaugeChange(**row))

    @cached_property
    def readings(self) -> Table[Reading]:
        """What the sensors read and when it arrived. Columns are the fields of `Reading`."""
        return Table(self._file("readings.parquet"), lambda row: Reading(**row))

    @cached_property
    def events(self) -> Events:
        """Every event with its cause and the link that it came through, in order of time."""
        return Events(self.folder / "events.jsonl")

    def sentence(self, event: Event, lang: str = "en") -> str:
        """An event as a sentence that names its subject, in the language `lang` ("en" or "de")."""
        from resilience.words.events import line

        return line(event, self.city).of(lang)

    def _file(self, name: str) -> Callable[[], pa.Table]:
        def load() -> pa.Table:
            import pyarrow.parquet as pq

            return pq.read_table(self.folder / name)

        return load


def run(
    scenario: str | os.PathLike[str],
    *,
    city: str | os.PathLike[str] | None = None,
    seed: int | None = None,
    out: str | os.PathLike[str] | None = None,
    lang: str = "en",
) -> Run:
    """Let a city live through a scenario, and judge what came of it.

    Args:
        scenario: the name of one that ships (`stadtwerk list scenarios`), or a file.
        city: the name or folder of a city, in place of the scenario's own.
        seed: of all random streams, 0 or more; without one, the first that the scenario names.
        out: where to leave the run folder, with the report. Without it the folder is a temporary one, which is gone
            with the object that is returned.
        lang: the language of the report, "en" or "de".

    Returns:
        The run. It has no broker to listen to: for that use the command `stadtwerk run`.

    Raises:
        BadInput: with every mistake that was found in scenario, city or arguments; nothing was run.
    """
    from stadtwerk.library import find_scenario
    from stadtwerk.runs.run import RunRequest, run_scenario
    from stadtwerk.terminal import Quiet

    asked = _Asked()
    asked.path("scenario", scenario, find_scenario)
    asked.path("city", city, optional=True)
    asked.number("seed", seed, 0)
    asked.path("out", out, optional=True)
    asked.language(lang)
    asked.tell()
    folder = None if out is None else Path(out)
    place = Path(tempfile.mkdtemp(prefix="stadtwerk-")) if folder is None else None
    try:
        request = RunRequest.from_arguments(
            os.fspath(scenario),
            None if city is None else os.fspath(city),
            None if seed is None else int(seed),
            os.fspath(folder or place / "run"),  # type: ignore[operator]
            None,
            "off",
            lang,
        )
        result = run_scenario(request, Quiet(lang))
        found = open_run(result.folder, city=result.city or city)
    except BaseException:
        if place is not None:
            shutil.rmtree(place, ignore_errors=True)
        raise
    if place is not None:
        weakref.finalize(found, shutil.rmtree, place, ignore_errors=True)
    return found


def open_run(folder: str | os.PathLike[str], *, city: str | os.PathLike[str] | None = None) -> Run:
    """A run that is finished, from the folder that it left.

    Args:
        folder: what `stadtwerk run`, `live` or `test` left, or `run(out=...)`.
        city: the name or folder of the run's city, if the scenario does not say where it is now.

    Raises:
        BadInput: the folder is no run, is of a form that this version does not read, or of another city.
    """
    from resilience.judge.figures import read_figures
    from stadtwerk.runs.finished import read_folder

    asked = _Asked()
    asked.path("folder", folder)
    asked.path("city", city, optional=True)
    asked.tell()
    read = read_folder(Path(folder), None if city is None else os.fspath(city))
    try:
        figures = read_figures((read.path / "figures.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        what, fix = _("has no figures that can be read ({error})", error=reason_of(error)), _("run the scenario again")
        raise BadInput([Problem(str(folder), 0, "figures.json", what, fix)]) from None
    record = read.record
    return Run(
        read.scenario.id, int(record["seed"]), read.city, read.path, str(record["digest"]), read.verdict, figures
    )


@dataclass(frozen=True)
class Audit:
    """What breaking everything once, one at a time, did to a city.

    Attributes:
        found: the audit as it was judged: settings, the undisturbed town, and every case.
        cases: the same, case by case: what broke, pass, fail or inconclusive, how it is known, and what it cost.
    """

    found: Audited
    cases: tuple[Outcome, ...]

    @property
    def value(self) -> Value:
        """Fail if any case failed; inconclusive if any is open."""
        return self.found.value

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """The cases that were too much for the town."""
        return self.found.failed

    def table(self) -> pa.Table:
        """One row a case, with the columns of `audit.csv`; what does not exist is null."""
        import pyarrow as pa

        from resilience.study.audit.page import COLUMNS, row

        rows = [{k: None if v == "" else v for k, v in row(case, self.found).items()} for case in self.cases]
        return pa.table({name: pa.array([one[name] for one in rows]) for name in COLUMNS})

    def write(self, folder: str | os.PathLike[str], lang: str = "en") -> None:
        """Leave `audit.html`, `audit.csv`, `audit.json` and the worst cases as scenarios, as `stadtwerk audit` does."""
        from stadtwerk.studies.audit import write

        write(self.found, Path(folder), lang)


def audit(
    city: str | os.PathLike[str] | City,
    *,
    kinds: Sequence[str] | None = None,
    components: bool = False,
    pairs: bool = False,
    vendors: bool = False,
    limit: int | None = None,
    jobs: int | None = None,
    settings: AuditSettings | None = None,
) -> Audit:
    """Cut every link, fail every core component and lifeline of a city, one at a time, and judge each case.

    Cases are lived through in forked processes: call it where no other thread of yours is at work.

    Args:
        city: a city, or its name or folder.
        kinds: the kinds of link to cut, such as "power" or "data"; all of them by default.
        components: fail every component that can break, not only those at the core.
        pairs: also two links or core components at once; long.
        vendors: also everything of one vendor at once.
        limit: so many cases at most, spread over all of them; the others stay open.
        jobs: cases at once, by default one for each core.
        settings: when things break and for how long, in seconds; the defaults are those of `stadtwerk audit`.

    Raises:
        BadInput: the city has mistakes, requires no service level, or an argument means nothing.
    """
    from resilience.study.audit import AuditSettings, Scope
    from resilience.study.audit import audit as judged
    from resilience.study.audit.cases import link_order
    from simulator.contracts.city import City
    from simulator.contracts.names import suggestion
    from stadtwerk.library import named_city_folder
    from stadtwerk.studies.audit import live_of, network_edges

    asked = _Asked()
    if not isinstance(city, City):
        asked.path("city", city, named_city_folder)
    known = [str(kind) for kind in link_order()]
    wanted = known if kinds is None else kinds
    if isinstance(wanted, str) or not isinstance(wanted, Collection):
        asked.wrong("kinds", _("{value} is no list", value=repr(kinds)), _("write a list of kinds of link"))
    else:
        for kind in wanted:
            if kind not in known:
                asked.wrong("kinds", _("{kind} is no kind of link", kind=repr(kind)), suggestion(str(kind), known))
    for name, flag in (("components", components), ("pairs", pairs), ("vendors", vendors)):
        asked.flag(name, flag)
    asked.number("limit", limit, 1)
    asked.number("jobs", jobs, 1)
    if settings is not None and not isinstance(settings, AuditSettings):
        asked.wrong("settings", _("{value} are no settings", value=repr(settings)), _("give an AuditSettings"))
    asked.tell()
    town = _city(city)
    if not town.levels:
        what, fix = _("requires no service level, so nothing can be judged"), _("add `levels` to its city.yaml")
        raise BadInput([Problem(str(town.folder or town.name), 0, "levels", what, fix)])
    settings = settings or AuditSettings()
    scope = Scope(tuple(kind for kind in link_order() if kind in wanted), components, pairs, vendors, limit)
    live = live_of(town, settings.seed, None if jobs is None else int(jobs))
    found = judged(town, network_edges(town), live, settings, scope, lambda *_: None)
    return Audit(found, found.outcomes)


@dataclass(frozen=True)
class Campaign:
    """A campaign that is done.

    Attributes:
        folder: where records, data set and report stand.
        digest: the same campaign gives the same digest, however often it was stopped and whoever ran what.
        runs: how many runs it has; `failed` of them broke down, `found_done` were done before.
        answer: what it comes to, sentence by sentence.
    """

    folder: Path
    digest: str
    runs: int
    failed: int
    found_done: int
    answer: tuple[str, ...]

    @cached_property
    def table(self) -> Table[Mapping[str, Any]]:
        """A row for every run: case, measure, what was drawn (`drawn.`), verdict, person-hours, levels and metrics."""

        def load() -> pa.Table:
            import pyarrow.parquet as pq

            return pq.read_table(self.folder / "runs.parquet")

        return Table(load, dict)


def campaign(
    file: str | os.PathLike[str],
    *,
    out: str | os.PathLike[str] | None = None,
    jobs: int | None = None,
    dask: str = "",
    keep_runs: bool = False,
    lang: str = "en",
) -> Campaign:
    """Run many drawn cases of a scenario, each before and after every measure. It goes on where it was stopped.

    Args:
        file: the name of one that ships (`stadtwerk list campaigns`), or a file.
        out: the folder of the campaign, by default `runs/ID`.
        jobs: worker processes, by default one for each core.
        dask: the scheduler of a Dask cluster such as "tcp://127.0.0.1:8786", in place of `jobs`.
        keep_runs: leave a whole run folder with report for every run.
        lang: the language of report and answer, "en" or "de".

    Raises:
        BadInput: with every mistake in campaign, scenarios, city or arguments; nothing was run.
        ExecutorGone: the Dask cluster was lost; what was finished is kept.
    """
    from stadtwerk.library import find_campaign
    from stadtwerk.studies.campaigns.campaign import CampaignRequest, run_campaign
    from stadtwerk.terminal import Quiet

    asked = _Asked()
    asked.path("file", file, find_campaign)
    asked.path("out", out, optional=True)
    asked.number("jobs", jobs, 1)
    if not isinstance(dask, str):
        what = _("{value} is no address", value=repr(dask))
        asked.wrong("dask", what, _("write one such as 'tcp://127.0.0.1:8786'"))
    elif dask and jobs is not None:
        asked.wrong("jobs", _("has no meaning with dask"), _("leave one of the two out"))
    asked.flag("keep_runs", keep_runs)
    asked.language(lang)
    asked.tell()
    request = CampaignRequest(
        file=find_campaign(os.fspath(file)),
        out=None if out is None else Path(out),
        jobs=int(jobs or 0) or len(os.sched_getaffinity(0)),
        dask=dask,
        keep_runs=keep_runs,
        lang=lang,
    )
    done = run_campaign(request, Quiet(lang))
    return Campaign(done.folder, done.digest, done.runs, done.failed, done.found_done, done.answer)


def city(name: str | os.PathLike[str]) -> City:
    """A city as one graph: components, links, districts, service levels and sensors, by id and checked as a whole.

    Args:
        name: of a city that ships ("demo"), or the folder of one of your own. The demo city is built on first use,
            which takes a few seconds.

    Raises:
        BadInput: with every mistake in the folder, or near misses for a name that nobody has.
    """
    from stadtwerk.library import load_named_city

    asked = _Asked()
    asked.path("name", name)
    asked.tell()
    return load_named_city(os.fspath(name))


def _city(given: str | os.PathLike[str] | City) -> City:
    return city(given) if isinstance(given, str | os.PathLike) else given


class _Asked:
    """Looks at arguments, and collects what is wrong with them."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def wrong(self, name: str, what: Text, fix: Text) -> None:
        self.problems.append(Problem("argument", 0, name, what, fix))

    def path(
        self, name: str, value: object, find: Callable[[str], object] | None = None, *, optional: bool = False
    ) -> None:
        """A name or path, which `find` looks up."""
        if optional and value is None:
            return
        fix = _("give a text or a path")
        if not isinstance(value, str | os.PathLike) or not isinstance(os.fspath(value), str):
            self.wrong(name, _("{value} is no name and no path", value=repr(value)), fix)
        elif not os.fspath(value):
            self.wrong(name, _("is empty"), fix)
        elif find is not None:
            try:
                find(os.fspath(value))
            except BadInput as bad:
                self.problems += bad.problems

    def number(self, name: str, value: object, least: int) -> None:
        """A whole number, or None."""
        fix = _("use a whole number from {least}", least=least)
        if value is None:
            return
        if not isinstance(value, Integral) or isinstance(value, bool):
            self.wrong(name, _("{value} is no whole number", value=repr(value)), fix)
        elif value < least:
            self.wrong(name, _("{value} is below {least}", value=int(value), least=least), fix)

    def flag(self, name: str, value: object) -> None:
        if not isinstance(value, bool):
            self.wrong(name, _("{value} is neither True nor False", value=repr(value)), _("write True or False"))

    def language(self, value: object) -> None:
        if value not in READABLE:
            what = _("{value} is no language here", value=repr(value))
            self.wrong("lang", what, _("use one of: {names}", names=", ".join(LANGUAGES)))

    def tell(self) -> None:
        """Raises `BadInput` with all that was found, if anything."""
        if self.problems:
            raise BadInput(self.problems)
