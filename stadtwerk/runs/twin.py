"""The twin of a run: the same town, day and seed without the faults, as a light run.

Only what it is compared by is kept: levels, modes, and what the consumers of networks got. It hangs on the city, the
seed and the time of the run alone, and on what its networks are prepared for, so that it is lived through once for all
scenarios of one day that break no mains; the user's cache keeps it under the digest of all that.
"""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import numpy as np

from simulator.contracts.event import Event, EventKind
from simulator.contracts.history import Consumers, Course, History
from simulator.contracts.words import Words
from stadtwerk.runs.kept import keep, place
from stadtwerk.runs.light import feed_for, lived
from stadtwerk.terminal import Terminal

if TYPE_CHECKING:
    from resilience.scenario.scenario import Scenario
    from simulator.contracts.city import City

_ = Words("stadtwerk")


def twin_of(scenario: Scenario, city: City, seed: int, terminal: Terminal | None = None) -> History | None:
    """Levels, modes and supplies of the run without its faults; None for a scenario that has none.

    The city must be as its folder has it: an amended one has no twin in the cache.
    """
    if not scenario.timeline:
        return None
    path = _place(city, scenario, seed)
    known = _read(path)
    if known is not None:
        return known
    with (terminal or Terminal(quiet=True)).working(_("living through the same time without the faults")):
        history = _undisturbed(scenario, city, seed)
    if path is not None:
        _keep(path, history)
    return history


def _undisturbed(scenario: Scenario, city: City, seed: int) -> History:
    quiet = replace(scenario, timeline=(), crews=None, expectations=())
    history = lived(quiet, city, seed, feed_for(quiet), prepared=scenario)
    modes = tuple(event for event in history.events if event.kind is EventKind.MODE)
    return History(history.begin, history.end, history.levels, modes, (), consumers=history.consumers)


def _place(city: City, scenario: Scenario, seed: int) -> Path | None:
    """Where it is kept; None for a city that stands in no folder."""
    from resilience.inject.foreseen import foreseen

    run, prepared = scenario.run, foreseen([scenario], city)
    parts: list[Any] = [run.start.isoformat(), run.warmup_s, run.duration_s, run.settings, seed]
    parts += [[one.target, one.fault, sorted(one.parameters.items())] for one in prepared]
    if scenario.control is not None and scenario.control.has_room:
        parts += [[scenario.control.mode, *scenario.control.without]]
    return place("twins", city, parts)


def _read(path: Path | None) -> History | None:
    """What is kept; None where there is nothing, or nothing that can be read."""
    import orjson

    if path is None:
        return None
    try:
        data: dict[str, Any] = orjson.loads(path.read_bytes())
        levels = {
            name: Course(np.array(at, dtype=np.int64), np.array(values, dtype=np.float64))
            for name, (at, values) in data["levels"].items()
        }
        modes = tuple(
            Event(number, at, EventKind.MODE, subject, "", before=before, after=after)
            for number, (at, subject, before, after) in enumerate(data["modes"])
        )
        with np.load(path.with_suffix(".npz")) as arrays:
            consumers = {
                name: Consumers(name, unit, tuple(names), arrays[f"{name} people"], arrays[f"{name} at"], got, got)
                for name, (unit, names) in data["consumers"].items()
                for rows in [tuple(arrays[f"{name} rows"])]
                for got in [tuple(rows[i] for i in arrays[f"{name} row"].tolist())]
            }
        path.touch()
        return History(data["begin"], data["end"], levels, modes, (), consumers=consumers)
    except (OSError, ValueError, KeyError, TypeError, BadZipFile):
        return None


def _keep(path: Path, history: History) -> None:
    import orjson

    data = {
        "begin": history.begin,
        "end": history.end,
        "levels": {name: (one.at.tolist(), one.values.tolist()) for name, one in history.levels.items()},
        "modes": [(event.at, event.subject, event.before, event.after) for event in history.events],
        "consumers": {name: (one.unit, one.names) for name, one in history.consumers.items()},
    }
    arrays: dict[str, Any] = {}
    for name, one in history.consumers.items():
        different = {id(row): row for row in one.supplied}
        place = {key: i for i, key in enumerate(different)}
        arrays |= {
            f"{name} people": one.people,
            f"{name} at": one.at,
            f"{name} rows": np.array(list(different.values())),
            f"{name} row": np.array([place[id(row)] for row in one.supplied], dtype=np.int64),
        }
    packed = io.BytesIO()
    np.savez_compressed(packed, **arrays)
    keep(path, {".npz": packed.getvalue(), ".json": orjson.dumps(data)})
