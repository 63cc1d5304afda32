"""The state of a water network by hour of an ordinary day: tank levels, and what its controls had switched.

A network that starts with the levels of its file tells of the file for days. So the day to which it settles is run
once, kept beside the file, and every start begins at its own hour of it.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from simulator.city.files import read_table
from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.words import Words

_ = Words("simulator.domains.water")

HOURS = 25
"""From one midnight to the next, which need not be alike."""
_HOUR_S = 3600.0
_DAY_S = 86400.0
_TANK, _PUMP, _PIPE = "tank-", "pump-", "pipe-"


@dataclass(frozen=True, slots=True)
class Initial:
    """How a network begins: levels above the tanks' bottoms (m), relative speeds of pumps (0 for one that stands), and
    whether pipes are open; each by its name in the network file."""

    levels_m: Mapping[str, float]
    speeds: Mapping[str, float]
    pipes: Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class Hours:
    """The state at each full hour from 0 to 24 o'clock."""

    states: tuple[Initial, ...]

    def at(self, time_of_day_s: float) -> Initial:
        """The state at a time of day: levels in between on a straight line, all else as it was at the full hour."""
        hour, rest = divmod(time_of_day_s % _DAY_S, _HOUR_S)
        now, then = self.states[int(hour)], self.states[int(hour) + 1]
        share = rest / _HOUR_S
        levels = {name: level + share * (then.levels_m[name] - level) for name, level in now.levels_m.items()}
        return Initial(levels, now.speeds, now.pipes)


def write_hours(path: Path, states: Sequence[Initial]) -> None:
    """A row an hour; levels to the millimetre, so that the last digits of a machine do not matter."""
    first = states[0]
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = [
        *(_TANK + name for name in first.levels_m),
        *(_PUMP + name for name in first.speeds),
        *(_PIPE + name for name in first.pipes),
    ]
    writer.writerow(["hour", *names])
    for hour, state in enumerate(states):
        levels = [f"{level:.3f}" for level in state.levels_m.values()]
        speeds = [f"{speed:g}" for speed in state.speeds.values()]
        writer.writerow([hour, *levels, *speeds, *(int(is_open) for is_open in state.pipes.values())])
    path.write_text(text.getvalue(), encoding="utf-8")


def read_hours(path: Path) -> Hours:
    """Raises `BadInput` for a table that does not say it all."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        columns = tuple(next(csv.reader(file), ()))
    rows, problems = read_table(path, columns, columns)
    states = []
    fix = _("write it anew: stadtwerk city import")
    for row in rows:
        values: dict[str, float] = {}
        for name, cell in row.cells.items():
            try:
                values[name] = float(cell)
            except ValueError:
                problems.append(Problem(str(path), row.line, name, _("{cell} is no number", cell=repr(cell)), fix))
        states.append(
            Initial(
                {name.removeprefix(_TANK): value for name, value in values.items() if name.startswith(_TANK)},
                {name.removeprefix(_PUMP): value for name, value in values.items() if name.startswith(_PUMP)},
                {name.removeprefix(_PIPE): bool(value) for name, value in values.items() if name.startswith(_PIPE)},
            )
        )
    if len(states) != HOURS and not problems:
        what = _("has {n} hours, not those from 0 to 24", n=len(states))
        problems.append(Problem(str(path), 0, "hour", what, fix))
    if problems:
        raise BadInput(problems)
    return Hours(tuple(states))
