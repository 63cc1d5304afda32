"""What a control room made of a run: which faults it noticed, when, what it did, and how many alarms it had.

Alarms are held against what was really broken, which the room never knew. An alarm belongs to a fault while that is in
force, or has been until shortly before, if it points at the broken thing, at the gateway whose readings are wrong, or
at the district and sub-system in which something is broken; a device that does not obey belongs to what keeps it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from simulator.contracts.city import City
from simulator.contracts.crews import trade_of
from simulator.contracts.event import Event
from simulator.contracts.history import Executed, History
from simulator.contracts.ticks import to_s, to_ticks

AFTER = to_ticks(3600.0)
"""An alarm so long after a fault is still put down to it (assumption: an hour, as balances look back so far)."""

WINDOW = to_ticks(600.0)
"""EEMUA 191 counts alarms in ten minutes."""

RAISED, ACKNOWLEDGED, SENDS, SWITCHES = "alarm.raised", "alarm.acknowledged", "decision.sends", "decision.switches"
APPLIED = "fault.applied"


@dataclass(frozen=True, slots=True)
class Noticed:
    """One fault: seconds from when it came until the first alarm that belongs to it, and until something was done
    because of one. None: never."""

    entry: str
    target: str
    fault: str
    detected_s: float | None
    acted_s: float | None
    alarms: int


@dataclass(frozen=True, slots=True)
class ControlScores:
    """`precision` is the share of alarms that belong to a fault, `recall` the share of faults with an alarm; None
    where there are none. `most_in_10min` and `mean_in_10min` are held against EEMUA 191: 1 is acceptable, 10 a flood.
    """

    mode: str
    faults: tuple[Noticed, ...]
    alarms: int
    false_alarms: int
    false_a_day: float
    precision: float | None
    recall: float | None
    most_in_10min: int
    mean_in_10min: float
    acknowledged_s: float | None


def control_scores(city: City, history: History, mode: str) -> ControlScores:
    """The scores of a run with a control room, from its event log and from what was really broken. Of the warm-up
    nothing counts."""
    events = [event for event in history.events if event.at >= 0]
    alarms = [event for event in events if event.code == RAISED]
    acts = _acts(events)
    doubts = [event for event in events if _doubts(event)]
    real: set[int] = set()
    faults = []
    for one in history.executed:
        if one.applied_at is None:
            continue
        until = history.end if one.cleared_at is None else one.cleared_at + AFTER
        behind = {name for cohort in city.cohorts if cohort.gateway == one.target for name in cohort.components}
        mine = [
            a
            for a in alarms
            if one.applied_at <= a.at <= until and (_points_at(a, one, behind, city) or _kept_by(a, one, events, city))
        ]
        real.update(alarm.id for alarm in mine)
        acted = [acts[alarm.id] for alarm in mine if alarm.id in acts]
        lying = {one.target, *behind}
        acted += [e.at for e in doubts if one.applied_at <= e.at <= until and _read(e) in lying]
        faults.append(
            Noticed(
                one.entry,
                one.target,
                one.fault,
                to_s(mine[0].at - one.applied_at) if mine else None,
                to_s(min(acted) - one.applied_at) if acted else None,
                len(mine),
            )
        )
    taken = sorted(float(e.value or 0.0) for e in events if e.code == ACKNOWLEDGED)
    days = to_s(history.end) / 86400
    false = len(alarms) - len(real)
    return ControlScores(
        mode,
        tuple(faults),
        len(alarms),
        false,
        round(false / days, 4) if days else 0.0,
        round(len(real) / len(alarms), 4) if alarms else None,
        round(sum(f.detected_s is not None for f in faults) / len(faults), 4) if faults else None,
        _most([alarm.at for alarm in alarms]),
        round(len(alarms) / max(to_s(history.end) / 600, 1), 4),
        taken[len(taken) // 2] if taken else None,
    )


def _acts(events: Iterable[Event]) -> Mapping[int, int]:
    """When the first crew was sent because of an alarm, by the alarm's event."""
    found: dict[int, int] = {}
    for event in events:
        if event.code == SENDS and event.cause is not None:
            found.setdefault(event.cause, event.at)
    return found


def _points_at(alarm: Event, one: Executed, behind: set[str], city: City) -> bool:
    """`behind` are the components whose readings pass what is broken."""
    said = alarm.params
    about = {alarm.subject, *str(said["components"]).split()}
    if one.target in about:
        return True
    if said["evidence"] not in ("balance", "limit", "report"):
        return bool(behind & about)
    target = city.components.get(one.target)
    if target is None and one.target in city.links:
        target = city.components[city.links[one.target].target]
    if target is None or target.district not in str(said["districts"]).split():
        return False
    if said["evidence"] == "report":
        return str(said["components"]) == str(trade_of(target.kind, target.domain))
    return any(city.components[name].domain == target.domain for name in about if name in city.components)


def _kept_by(alarm: Event, one: Executed, events: Iterable[Event], city: City) -> bool:
    """Whether an alarm tells that a device does not obey, and something that befell that device came of the fault."""
    if alarm.params["evidence"] != "discrepancy":
        return False
    if one.target in city.links and city.links[one.target].target == alarm.subject:
        return True
    by_id = {event.id: event for event in events if event.at <= alarm.at}
    waiting = [event.id for event in by_id.values() if event.subject == alarm.subject and event is not alarm]
    looked: set[int] = set()
    while waiting:
        event = by_id.get(waiting.pop())
        if event is None or event.id in looked:
            continue
        looked.add(event.id)
        if event.code.startswith(APPLIED) and event.subject == one.target and event.at == one.applied_at:
            return True
        waiting += event.causes
    return False


def _doubts(event: Event) -> bool:
    """Whether a decision does without the reading that it goes by."""
    return event.code.startswith(SWITCHES) and event.params.get("believed") != "measured"


def _read(decision: Event) -> str:
    """The component whose reading a decision goes by."""
    return str(decision.params["reading"]).split("/")[0]


def _most(ticks: list[int]) -> int:
    """The most alarms that came within ten minutes."""
    most = first = 0
    for last, tick in enumerate(ticks):
        while tick - ticks[first] >= WINDOW:
            first += 1
        most = max(most, last - first + 1)
    return most


def read_scores(row: Mapping[str, Any]) -> ControlScores:
    """Back from `verdict.json`."""
    return ControlScores(**{**row, "faults": tuple(Noticed(**one) for one in row["faults"])})
