"""What one run came to, in figures: small enough to keep for every case, and told apart by ids alone."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from resilience.judge.affected import by_service, counted, lacking, lows
from resilience.judge.causes import origins
from resilience.judge.losses import headline, level_courses
from resilience.judge.metrics.consumers import Against
from resilience.judge.verdict import Metric, Verdict
from simulator.contracts.city import City
from simulator.contracts.event import Event, EventKind
from simulator.contracts.history import History
from simulator.contracts.words import Said, Text, plain


@dataclass(frozen=True, slots=True)
class LevelFigures:
    """A service level from the scenario's zero on: its worst value, how long it was below what is owed, for how many.

    `title` names whom it is owed to. `worst` is NaN where nothing was recorded.
    """

    id: str
    measure: str
    title: Text
    minimum: float
    worst: float
    below_s: float
    person_hours: float


@dataclass(frozen=True, slots=True)
class Broken:
    """A fault that was carried out: the timeline entry, what it befell, and how."""

    entry: str
    target: str
    fault: str


@dataclass(frozen=True, slots=True)
class Loss:
    """Person-hours of one level with the faults that they lead back to, by the causes that the event log names.

    Several `broken` brought it about together, and nobody can tell what is whose; none: it leads back to no fault.
    """

    broken: tuple[Broken, ...]
    level: str
    person_hours: float


@dataclass(frozen=True, slots=True)
class RunFigures:
    """The figures of one run.

    `person_hours` counts each person once, whatever they lacked at a time; `services` has them service by service.
    `recovery_s` is None if something was still below what is owed at the end, 0 if nothing ever was. `metrics` are
    the published ones, by `id: subject`.
    """

    verdict: str
    person_hours: float
    most_people: int
    recovery_s: float | None
    services: Mapping[str, float]
    levels: tuple[LevelFigures, ...]
    findings: Mapping[str, str]
    metrics: Mapping[str, float | None]
    broken: tuple[Broken, ...]
    losses: tuple[Loss, ...]

    @property
    def service_hours(self) -> float:
        """Person-hours summed over services: who lacks two things at a time counts twice."""
        return math.fsum(self.services.values())


def run_figures(city: City, history: History, verdict: Verdict) -> RunFigures:
    """The figures of one run that was judged."""
    courses = level_courses(city, history)
    head = headline(city, history, courses)
    return RunFigures(
        verdict=verdict.value.value,
        person_hours=head.person_hours,
        most_people=head.peak_people,
        recovery_s=head.recovery_s if head.any_low else 0.0,
        services={row.need: row.person_hours for row in by_service(city, history, 0, history.end)},
        levels=tuple(
            LevelFigures(c.id, c.measure, c.title, c.minimum, c.worst, c.low_s, c.person_hours) for c in courses
        ),
        findings={f"{f.category.value}: {f.id}": f.value.value for f in verdict.findings},
        metrics={name: metric.value for name, metric in by_name(verdict.metrics).items()},
        broken=tuple(
            Broken(done.entry, done.target, done.fault) for done in history.executed if done.applied_at is not None
        ),
        losses=losses(city, history),
    )


def by_name(metrics: Sequence[Metric]) -> dict[str, Metric]:
    """Metrics by id and subject, and by what they are held against where that is not what was required.

    Where two subjects have one name, the later ones are numbered.
    """
    found: dict[str, Metric] = {}
    for metric in metrics:
        usual = f" against {metric.against}" if metric.against == Against.UNDISTURBED else ""
        name = f"{metric.id}: {metric.subject.en}{usual}"
        number = next(n for n in count(1) if (name if n == 1 else f"{name} ({n})") not in found)
        found[name if number == 1 else f"{name} ({number})"] = metric
    return found


def losses(city: City, history: History) -> tuple[Loss, ...]:
    """Person-hours below the required level by the faults that each gap leads back to, in order of first appearance.

    A gap belongs to the faults behind its beginning, even if another one prolongs it, and to the level that fell first.
    Both have the same sum as the person-hours by service.
    """
    by_id = {event.id: event for event in history.events}
    faults = {(done.entry, done.target): done.fault for done in history.executed}
    falls = sorted(
        ((event.at, event.subject) for event in history.events if event.kind is EventKind.LEVEL_LOW),
        key=lambda fall: fall[0],
    )
    events = {(event.at, event.subject): event for event in history.events if event.kind is EventKind.LEVEL_LOW}
    low = lows(city, history, 0, history.end)
    lost: dict[tuple[tuple[Broken, ...], str], float] = {}
    for group in (group for row in by_service(city, history, 0, history.end) for group in row.groups):
        pieces = counted(group, low)
        for begin, end in lacking(group, low):
            first = next(name for name in group.levels if any(b == begin for b, _ in low.get(name, ())))
            began = max((at for at, subject in falls if subject == first and at <= begin), default=None)
            fall = None if began is None else events[began, first]
            key = () if fall is None else _behind(fall, by_id, faults), first
            within = (people * (until - since) for since, until, people in pieces if begin <= since < end)
            lost[key] = lost.get(key, 0.0) + sum(within) / 3.6e6
    return tuple(Loss(broken, level, found) for (broken, level), found in lost.items())


def _behind(event: Event, by_id: Mapping[int, Event], faults: Mapping[tuple[str, str], str]) -> tuple[Broken, ...]:
    """The faults nearest in the chains of causes."""
    heads = ((head.after or "", head.subject) for head in origins(event, by_id, (EventKind.FAULT,)))
    return tuple(Broken(entry, target, faults.get((entry, target), "")) for entry, target in dict.fromkeys(heads))


def figures_json(figures: RunFigures) -> str:
    """JSON text, the same for the same figures; what is not a number becomes null."""
    return json.dumps(_finite(plain(figures)), ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def read_figures(text: str) -> RunFigures:
    """The figures of `figures_json`. Raises `ValueError` if it is none."""
    try:
        data: dict[str, Any] = json.loads(text)
        return RunFigures(
            **{
                **data,
                "levels": tuple(_level(row) for row in data["levels"]),
                "broken": tuple(Broken(**row) for row in data["broken"]),
                "losses": tuple(
                    Loss(tuple(Broken(**one) for one in row["broken"]), row["level"], row["person_hours"])
                    for row in data["losses"]
                ),
            }
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"these are no figures of a run: {error}") from error


def _level(row: dict[str, Any]) -> LevelFigures:
    worst = math.nan if row["worst"] is None else row["worst"]
    return LevelFigures(**{**row, "worst": worst, "title": Said(row["title"])})


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
