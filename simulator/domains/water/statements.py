"""The statements by which an EPANET file controls its links, as records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from epanet import toolkit as tk


@dataclass(frozen=True, slots=True)
class Setpoint:
    """What a link is commanded to be. `setting` is a pump's relative speed or a valve's setting in file units."""

    open: bool
    setting: float | None = None


@dataclass(frozen=True, slots=True)
class SimpleControl:
    """`LINK x … IF NODE y ABOVE|BELOW level`, `AT TIME t` or `AT CLOCKTIME t`. `link`, `node` are toolkit indices."""

    index: int
    kind: int
    link: int
    setting: float
    node: int
    level: float


@dataclass(frozen=True, slots=True)
class Premise:
    logic: int
    subject: int
    index: int
    variable: int
    relation: int
    status: int
    value: float


@dataclass(frozen=True, slots=True)
class Action:
    """The `position`-th action of a rule's THEN or ELSE part. `status` 0 means that `setting` counts."""

    rule: int
    position: int
    then: bool
    link: int
    status: int
    setting: float


@dataclass(frozen=True, slots=True)
class Rule:
    index: int
    priority: float
    premises: tuple[Premise, ...]
    actions: tuple[Action, ...]


def read_controls(project: Any) -> tuple[SimpleControl, ...]:
    found = []
    for index in range(1, tk.getcount(project, tk.CONTROLCOUNT) + 1):
        kind, link, setting, node, level = tk.getcontrol(project, index)
        found.append(SimpleControl(index, int(kind), int(link), float(setting), int(node), float(level)))
    return tuple(found)


def read_rule(project: Any, index: int) -> Rule:
    premises, thens, elses, priority = tk.getrule(project, index)
    actions = []
    for then, count, read in ((True, thens, tk.getthenaction), (False, elses, tk.getelseaction)):
        for position in range(1, count + 1):
            link, status, setting = read(project, index, position)
            actions.append(Action(index, position, then, int(link), int(status), float(setting)))
    return Rule(
        index,
        float(priority),
        tuple(Premise(*tk.getpremise(project, index, i)) for i in range(1, premises + 1)),
        tuple(actions),
    )


def write_action(project: Any, action: Action) -> None:
    write = tk.setthenaction if action.then else tk.setelseaction
    write(project, action.rule, action.position, action.link, action.status, action.setting)
