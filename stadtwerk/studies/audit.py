"""`stadtwerk audit`: the city, its networks and the forked runs put together; the folder that an audit leaves.

How networks are joined inside is read from their files, for the graph of dependencies.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.contracts.duration import rounded
from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.words import SOURCE, Text, Words, number
from simulator.domains.energy.catalogue import POWER
from simulator.domains.traffic.catalogue import ROAD
from simulator.domains.water.catalogue import PUMP, WATER
from stadtwerk.library import city_names, load_named_city
from stadtwerk.runs.branching import cores, run_cases
from stadtwerk.studies.audit_kept import Kept
from stadtwerk.terminal import Terminal

if TYPE_CHECKING:
    from resilience.scenario.scenario import CityReference
    from resilience.study.audit import Audit, AuditSettings, Scope
    from resilience.study.audit.audit import Live
    from resilience.study.audit.graph import NetworkEdge
    from simulator.contracts.city import City

_ = Words("stadtwerk")


def network_edges(city: City) -> tuple[NetworkEdge, ...]:
    """Lines, transformers and infeeds; mains, pumps and valves; roads. Raises `BadInput` like their readers."""
    return (*_grid(city), *_mains(city), *_roads(city))


def _grid(city: City) -> Iterator[NetworkEdge]:
    """Open ring points count as joined: they are what the grid's own redundancy is."""
    from resilience.study.audit.graph import ROOT, NetworkEdge
    from simulator.city.power_file import read_power_file

    if city.power_file is None:
        return
    file = read_power_file(city.power_file)
    for infeed in file.substations:
        yield NetworkEdge(POWER, f"substation-{infeed.id}", ROOT, f"bus-{infeed.bus}")
    for branch in file.branches:
        first = f"bus-{branch.ends[0]}"
        for other in branch.ends[1:]:
            yield NetworkEdge(POWER, f"{branch.kind}-{branch.id}", first, f"bus-{other}")
    for switch in file.switches:
        yield NetworkEdge(POWER, f"grid-switch-{switch.id}", f"bus-{switch.ends[0]}", f"bus-{switch.ends[1]}")


def _mains(city: City) -> Iterator[NetworkEdge]:
    from resilience.study.audit.graph import NetworkEdge
    from simulator.city.water_file import read_water_elements

    if city.water_file is None:
        return
    elements = read_water_elements(city.water_file)
    nodes = {e.network_id: e.component_id for e in elements if e.ends is None}
    for element in elements:
        if element.ends is not None:
            a, b = (nodes[end] for end in element.ends)
            yield NetworkEdge(WATER, element.component_id, a, b, element.kind != PUMP)


def _roads(city: City) -> Iterator[NetworkEdge]:
    from resilience.study.audit.graph import NetworkEdge
    from simulator.city.road_file import read_road_elements

    if city.road_files is None:
        return
    for element in read_road_elements(city.road_files):
        if element.ends is not None:
            a, b = (f"road-node-{end}" for end in element.ends)
            yield NetworkEdge(ROAD, element.component_id, a, b, both_ways=False)


CASES = "cases"
REPLAYED = 100
"""Failed cases that are written as scenarios, the worst first."""

FILES = ("audit.html", "audit.csv", "audit.json")

SAID_EVERY_S = 10.0
"""Seconds between two lines of progress where nobody watches a terminal."""


def audit_city(
    name: str, settings: AuditSettings, scope: Scope, jobs: int | None, out: Path, terminal: Terminal
) -> Audit:
    """Audit a city by name or folder and leave the tables in `out`. Raises `BadInput`."""
    with terminal.working(_("loading the city")):
        city = load_named_city(name)
    if out.exists() and not out.is_dir():
        raise BadInput([Problem(str(out), 0, "--out", _("is there already and no folder"), _("name another folder"))])
    if not city.levels:
        what, fix = _("requires no service level, so nothing can be judged"), _("add `levels` to its city.yaml")
        raise BadInput([Problem(str(city.folder or name), 0, "levels", what, fix)])
    kept = Kept(out, city, settings, scope)
    if kept.found_done:
        terminal.say(_("{n} runs were done already", n=kept.found_done))
    found = run_audit(city, settings, scope, jobs, lang=terminal.lang, kept=kept)
    write(found, out, terminal.lang)
    kept.drop()
    return found


def run_audit(
    city: City,
    settings: AuditSettings,
    scope: Scope,
    jobs: int | None = None,
    fork: bool = True,
    lang: str = SOURCE,
    kept: Kept | None = None,
) -> Audit:
    """The audit of a loaded city, with progress on standard error. What is `kept` is not lived through again."""
    from resilience.study.audit import audit

    live = live_of(city, settings.seed, jobs, fork, kept)
    with _progress(lang, jobs or cores()) as progress:
        return audit(city, network_edges(city), live, settings, scope, progress)


def live_of(city: City, seed: int, jobs: int | None = None, fork: bool = True, kept: Kept | None = None) -> Live:
    """How cases are lived through: forked from their shared beginning."""

    from resilience.study.audit.cases import BASELINE

    def live(scenarios, reduce):  # type: ignore[no-untyped-def]
        done = {}
        if kept is not None:
            done = {i: seen for i, one in enumerate(scenarios) if (seen := kept.get(one.id)) is not None}
        yield from done.items()

        def reduced(lived):  # type: ignore[no-untyped-def]
            return reduce(lived.scenario, lived.history, lived.indifferent)

        for place, seen in run_cases(city, scenarios, seed, reduced, jobs, fork, done):
            if kept is not None and seen.case != BASELINE.id:  # which is lived through each time: it tells how long
                kept.add(seen)  # the others take
            yield place, seen

    return live


def write(audit: Audit, out: Path, lang: str) -> None:
    """Write the page and the tables; each file is whole or as it was."""
    from resilience.study.audit.page import csv_text, json_text, render

    out.mkdir(parents=True, exist_ok=True)
    replays = out / CASES
    if replays.is_dir():
        for left in replays.glob("*.yaml"):
            left.unlink()
    for name, text in _replays(audit).items():
        replays.mkdir(exist_ok=True)
        (replays / name).write_text(text, encoding="utf-8")
    for name, text in zip(FILES, (render(audit, lang), csv_text(audit, lang), json_text(audit, lang)), strict=True):
        aside = out / f".{name}.partial"
        aside.write_text(text, encoding="utf-8", newline="")
        aside.replace(out / name)


def _replays(audit: Audit) -> dict[str, str]:
    """The worst cases as scenario files, by name."""
    from resilience.study.audit.outcome import Method, file_name, scenario_text

    reference = reference_of(audit.city)
    run = [outcome for outcome in audit.failed if outcome.method is Method.SIMULATED]
    run.sort(key=lambda outcome: -outcome.person_hours)
    files: dict[str, str] = {}
    for outcome in run[:REPLAYED]:
        name, number = file_name(outcome.case), 1
        while f"{name}.yaml" in files:  # ids that differ only in signs that a file name has not
            number += 1
            name = f"{file_name(outcome.case)}-{number}"
        files[f"{name}.yaml"] = scenario_text(outcome, audit.settings, reference)
    return files


def reference_of(city: City) -> CityReference:
    """How a scenario names this city: by its name if it has one here, else by its folder."""
    from resilience.scenario.scenario import CityReference

    if city.name in city_names():
        return CityReference(name=city.name)
    return CityReference(path=str((city.folder or Path(city.name)).resolve()))


@contextmanager
def _progress(lang: str, jobs: int) -> Iterator[Callable[[Text, int, int], None]]:
    """A bar on a terminal, else a line now and then. Nothing here may start a thread: the runs fork."""
    size = _Size(jobs)
    if not sys.stderr.isatty():
        yield _lines(lang, size)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=Console(stderr=True), transient=True, auto_refresh=False)
    task = bar.add_task("", total=None)
    with bar:

        def show(what: Text, done: int, total: int) -> None:
            if (told := size.told(what, done, total)) is not None:
                bar.console.print(told.of(lang), highlight=False)
            if not done:
                bar.reset(task, total=total, description=what.of(lang))
            bar.update(task, completed=done, refresh=True)

        yield show


class _Size:
    """How much there is to do, told before it begins: the undisturbed town comes first, and no case takes longer."""

    def __init__(self, jobs: int) -> None:
        self._jobs, self._begin, self._one_s = jobs, time.monotonic(), 0.0

    def told(self, what: Text, done: int, total: int) -> Text | None:
        """At the beginning of several cases how many they are, and how long they take at most."""
        if total == 1 and done == 1 and not self._one_s:
            self._one_s = time.monotonic() - self._begin
        if done or total <= 1 or not self._one_s:
            return None
        rounds = math.ceil(total / self._jobs)
        # cases that share the cores with each other are slower than one alone, and so are those of a busy machine
        return _(
            "{what}: {total}, each at most about {one}; with {jobs} at once about {all} in all",
            what=what,
            total=number(total),
            one=rounded(self._one_s),
            jobs=self._jobs,
            all=rounded(rounds * self._one_s),
        )


def _lines(lang: str, size: _Size) -> Callable[[Text, int, int], None]:
    said = time.monotonic()

    def say(what: Text, done: int, total: int) -> None:
        nonlocal said
        now = time.monotonic()
        if (before := size.told(what, done, total)) is not None:
            print(before.of(lang), file=sys.stderr, flush=True)
        if total > 1 and (now - said >= SAID_EVERY_S or done == total):
            said = now
            told = _("{what}: {done} of {total}", what=what, done=number(done), total=number(total))
            print(told.of(lang), file=sys.stderr, flush=True)

    return say
