"""How soon a control room is to raise an alarm: tuned on runs of some seeds, judged on runs of others.

The runs are made once. What other thresholds would have made of them is found by giving the room the recorded readings
again; so what differs is when something is noticed, not what the town did then. The score is declared: the hours until
each fault is noticed (one that nobody notices counts until it is over), and so many hours for each false alarm.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from monitoring.delivered import Raised
from monitoring.playbooks import ControlFile, Threshold
from monitoring.replay import Recorded
from resilience.judge.control import RAISED, control_scores
from resilience.study.campaign.statistics import Estimate, mean
from simulator.contracts.event import Event, EventKind
from simulator.contracts.history import Executed, History
from simulator.contracts.ticks import to_s, to_ticks
from stadtwerk.runs.control import alarm_event
from stadtwerk.runs.finished import read_folder
from stadtwerk.runs.folder import read_events
from stadtwerk.runs.run import RunRequest, run_scenario
from stadtwerk.terminal import Quiet

if TYPE_CHECKING:
    from simulator.contracts.city import City

Progress = Callable[[int, int], None]

KINDS = ("balance", "contradiction", "range", "stuck")
"""Kinds whose thresholds are tuned: others have no score, or follow from their physics."""

AT = (0.5, 0.7, 1.0, 1.4, 2.0)
LASTS_S = (0.0, 600.0, 1200.0, 1800.0, 3600.0)

FALSE_ALARM_H = 1.0
"""A false alarm counts as much as so many hours in which a fault is not noticed (assumption)."""


@dataclass(frozen=True)
class Lived:
    """A run that was lived through once: what its room got, what happened, and what was really broken."""

    recorded: Recorded
    city: City
    events: tuple[Event, ...]
    broken: tuple[Executed, ...]
    end: int

    @classmethod
    def of(cls, folder: Path, named: str | None = None) -> Lived:
        """Raises `BadInput` for what is no run, `OSError`, `ValueError` or `KeyError` for one without a room."""
        recorded, city = Recorded.of(folder), read_folder(folder, named).city
        events = tuple(read_events(folder / "events.jsonl"))
        of_room = ("alarm.", "decision.")
        happened = tuple(event for event in events if not event.code.startswith(of_room))
        return cls(recorded, city, happened, tuple(_broken(events)), to_ticks(recorded.head["end_s"]))

    def cost(self, plan: ControlFile, false_alarm_h: float) -> float:
        """The declared score by a plan, in hours; less is better."""
        number = 1 + max((event.id for event in self.events), default=0)
        raised = list[Event]()
        for at, acts in self.recorded.acts(plan):
            for act in acts:
                if isinstance(act, Raised):
                    subject, params = alarm_event(act)
                    raised.append(Event(number + len(raised), at, EventKind.NOTE, subject, RAISED, params))
        history = History(0, self.end, {}, (*self.events, *raised), self.broken)
        scores = control_scores(self.city, history, "closed-loop")
        late_h = 0.0
        for fault, one in zip(scores.faults, self.broken, strict=True):
            over = self.end if one.cleared_at is None else one.cleared_at
            lasted_s = to_s(over - (one.applied_at or 0))
            late_h += (lasted_s if fault.detected_s is None else min(fault.detected_s, lasted_s)) / 3600
        return late_h + false_alarm_h * scores.false_alarms


def runs_of(scenario: str, city: str | None, seeds: Sequence[int], out: Path, progress: Progress) -> tuple[Lived, ...]:
    """Runs of a scenario with the loop closed; those that stand there already are not run again. Raises `BadInput`."""
    from stadtwerk.library import find_scenario

    path, found = find_scenario(scenario), list[Lived]()
    for done, seed in enumerate(seeds):
        progress(done, len(seeds))
        folder = out / f"seed{seed}"
        if not (folder / "run.json").is_file():
            request = RunRequest(path, city, seed, folder, broker_port=None, twin=False, control="closed-loop")
            run_scenario(request, Quiet())
        found.append(Lived.of(folder, city))
    progress(len(seeds), len(seeds))
    return tuple(found)


def write(tuned: Tuned, out: Path, scenario: str, false_alarm_h: float) -> None:
    """`thresholds.yaml`, to stand in control.yaml, and `tuning.json` with the costs run by run."""
    rows = [_row(one) for one in tuned.thresholds]
    gain = tuned.gain
    record = {
        "scenario": scenario,
        "false_alarm_h": false_alarm_h,
        "thresholds": rows,
        "tuned_on": {"before_h": tuned.tuned_before, "after_h": tuned.tuned_after},
        "judged_on": {"before_h": tuned.judged_before, "after_h": tuned.judged_after},
        "gain_h": {"value": gain.value, "low": gain.low, "high": gain.high},
        "improves": tuned.improves,
    }
    (out / "tuning.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    text = yaml.safe_dump({"thresholds": rows}, sort_keys=False)
    (out / "thresholds.yaml").write_text(text, encoding="utf-8")


def _row(one: Threshold) -> dict[str, object]:
    """A threshold as control.yaml has it."""
    row: dict[str, object] = {"kind": one.kind, "at": one.at}
    return row if one.lasts is None else row | {"lasts": f"{round(one.lasts)}s"}


def _broken(events: Sequence[Event]) -> Iterator[Executed]:
    """What broke in a run and when, from its log."""
    for number, event in enumerate(events):
        if event.code != "fault.applied" or event.at < 0:
            continue
        fault = str(event.params["fault"])
        cleared = next(
            (
                later.at
                for later in events[number:]
                if later.code == "fault.cleared" and (later.subject, later.params["fault"]) == (event.subject, fault)
            ),
            None,
        )
        yield Executed(event.subject, event.subject, fault, event.at, cleared, None, False)


@dataclass(frozen=True)
class Tuned:
    """What was found. `before` and `after` are costs in hours, run by run, of those tuned on and those judged on;
    `gain` is what the latter saved, with its interval."""

    thresholds: tuple[Threshold, ...]
    tuned_before: tuple[float, ...]
    tuned_after: tuple[float, ...]
    judged_before: tuple[float, ...]
    judged_after: tuple[float, ...]

    @property
    def gain(self) -> Estimate:
        saved = [one - other for one, other in zip(self.judged_before, self.judged_after, strict=True)]
        return mean(saved, 1, "tuning")

    @property
    def improves(self) -> bool:
        """Whether the runs that were not tuned on leave no doubt of it."""
        return self.gain.value > 0 and self.gain.beyond_zero


def tune(
    learned_from: Sequence[Lived],
    judged_on: Sequence[Lived],
    false_alarm_h: float = FALSE_ALARM_H,
    progress: Progress = lambda done, of: None,
) -> Tuned:
    """One kind after the other, first from which score on, then for how long: the best on the first runs is kept.

    Of settings that are alike, the nearest to the usual one stays.
    """
    plan = learned_from[0].recorded.plan
    found: dict[str, Threshold] = {one.kind: one for one in plan.thresholds}
    steps = len(KINDS) * (len(AT) + len(LASTS_S)) + 1
    done = 0

    def costs(runs: Sequence[Lived], thresholds: Mapping[str, Threshold]) -> tuple[float, ...]:
        changed = plan.model_copy(update={"thresholds": list(thresholds.values())})
        return tuple(one.cost(changed, false_alarm_h) for one in runs)

    before = best = costs(learned_from, found)
    for kind in KINDS:
        for field, choices in (("at", AT), ("lasts", LASTS_S)):
            for value in choices:
                done += 1
                progress(done, steps)
                old = found.get(kind, Threshold.model_construct(kind=kind, at=1.0, lasts=None))
                if getattr(old, field) == value:
                    continue
                tried = {**found, kind: old.model_copy(update={field: value})}
                cost = costs(learned_from, tried)
                if sum(cost) < sum(best) - 1e-9:
                    best, found = cost, tried
    progress(steps, steps)
    judged = costs(judged_on, {one.kind: one for one in plan.thresholds})
    return Tuned(tuple(found.values()), before, best, judged, costs(judged_on, found))
