"""Service levels, the people below them, and the curve of each service."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gateways.stores.influx.lines import Value
from resilience.judge.affected import Group, at_once, groups, need_of, people_of
from resilience.judge.metrics import quality
from resilience.judge.time_series import TOLERANCE
from simulator.contracts.city import City
from simulator.contracts.history import Course
from simulator.contracts.level import ServiceLevel
from simulator.contracts.measurements import AFFECTED, ANY, CURVE, DISTRICT, LEVEL
from simulator.contracts.registry import registry
from simulator.contracts.state import State
from simulator.contracts.ticks import to_s
from stadtwerk.influx.places import Places
from stadtwerk.influx.sender import Out

GONE = 0.01
"""Below this quality a service counts as gone (assumption)."""


@dataclass(slots=True)
class _Now:
    """A level's present value, its quality from 0 to 1, whether it is below what is owed, and for how many people where
    they are counted one by one."""

    level: ServiceLevel
    value: float
    quality: float
    below: bool
    people: float | None


class People:
    """Follows the service levels; person-hours and losses count from the scenario's zero."""

    def __init__(self, places: Places, out: Out) -> None:
        self._places, self._out, self._city = places, out, places.city
        self._now: dict[str, _Now] = {}
        self._changed: dict[str, None] = {}
        self._counted = _counted(self._city)
        found = groups(self._city)
        self._groups = {measure: tuple(group for group in found if group.need == measure) for measure in self._counted}
        self._groups[ANY] = found
        self._need = {level.id: need_of(level, self._city) for level in self._city.levels.values()}
        self._hours = dict.fromkeys((*self._counted, ANY), 0.0)
        self._loss_h = dict.fromkeys(self._counted, 0.0)
        self._until = 0

    def level(self, name: str, value: float, people: float | None = None) -> ServiceLevel:
        """A level has this value from now on."""
        owed = self._city.levels[name]
        higher = registry().measures[owed.measure].higher_is_better
        below = value < owed.minimum - TOLERANCE if higher else value > owed.minimum + TOLERANCE
        course = Course(np.zeros(1, np.int64), np.array([value]))
        self._now[name] = _Now(owed, value, float(quality(course, owed).values[0]), below, people)
        self._changed[name] = None
        return owed

    def advance(self, tick: int) -> None:
        """Time has gone on to this tick with the levels as they were: count it. Call before the levels of the tick."""
        hours = to_s(tick - self._until) / 3600.0
        if hours <= 0:
            return
        self._until = tick
        for measure, levels in self._counted.items():
            known = [self._now[level] for level in levels if level in self._now]
            self._hours[measure] += hours * sum(self._lacking(measure).values())
            if known:
                self._loss_h[measure] += hours * (1.0 - _mean_quality(known))
        self._hours[ANY] += hours * self._people(ANY)

    def flush(self, tick: int, faults: int) -> None:
        """All levels of this tick are known: write what they changed."""
        if not self._changed:
            return
        for name in self._changed:
            self._write_level(self._now[name], tick)
        measures = {self._now[name].level.measure for name in self._changed}
        measures |= {need for name in self._changed if (need := self._need[name]) is not None}
        for measure in (*(m for m in self._counted if m in measures), ANY):
            self._write_measure(measure, tick, faults)
        subjects = {self._now[name].level.subject for name in self._changed}
        for district in self._city.districts:
            if district in subjects:
                self._write_district(district, tick)
        self._changed.clear()

    def beat(self, tick: int, faults: int) -> None:
        """Everything as it is now."""
        for now in self._now.values():
            self._write_level(now, tick)
        for measure in (*self._counted, ANY):
            self._write_measure(measure, tick, faults)
        for district in self._city.districts:
            self._write_district(district, tick)

    def _lacking(self, measure: str) -> dict[Group, float]:
        """The groups of people who lack what a measure says, or anything, with how many of them do."""
        found = {}
        for group in self._groups[measure]:
            low = [now for level in group.levels if (now := self._now.get(level)) is not None and now.below]
            if low:
                found[group] = max(_below(now, group.people) for now in low)
        return found

    def _people(self, measure: str) -> float:
        """People who lack what a measure says, or anything, each once."""
        return at_once(self._lacking(measure), self._city)

    def _write_level(self, now: _Now, tick: int) -> None:
        level = now.level
        fields: dict[str, Value] = {
            "value": now.value,
            "minimum": level.minimum,
            "quality": now.quality,
            "below": int(now.below),
            "people": level.people,
            "people_below": round(_below(now, people_of(level, self._city))) if now.below else 0,
        }
        self._out.add(LEVEL, self._places.level_tags(level), fields, tick)

    def _write_measure(self, measure: str, tick: int, faults: int) -> None:
        counted = self._counted.get(measure, tuple(self._now))
        known = [self._now[level] for level in counted if level in self._now]
        fields: dict[str, Value] = {
            "people": round(self._people(measure)),
            "person_hours": self._hours[measure],
            "levels_below": sum(now.below for now in known),
            "faults": faults,
        }
        if measure == ANY or not registry().measures[measure].same_need:  # counted with the other one
            self._out.add(AFFECTED, {"measure": measure}, fields, tick)
        if measure != ANY and known:
            curve = {"quality": _mean_quality(known), "target": 1.0, "loss_h": self._loss_h[measure]}
            self._out.add(CURVE, {"measure": measure}, curve, tick)

    def _write_district(self, name: str, tick: int) -> None:
        district = self._city.districts[name]
        known = [now for now in self._now.values() if now.level.subject == name]
        below = [now for now in known if now.below]
        worst = min((now.quality for now in known), default=1.0)
        state = State.NORMAL
        if below:
            state = State.FAILED if min(now.quality for now in below) <= GONE else State.DEGRADED
        lat, lon = self._places.position(district.x_m, district.y_m)
        fields: dict[str, Value] = {
            "lat": lat,
            "lon": lon,
            "people": district.people,
            "people_below": round(max((_below(now, people_of(now.level, self._city)) for now in below), default=0.0)),
            "quality": worst,
            "state": int(state),
            "below": len(below),
            "label": district.title or name,
        }
        self._out.add(DISTRICT, {"district": self._places.district(name)}, fields, tick)


def _counted(city: City) -> dict[str, tuple[str, ...]]:
    """The levels of each measure that count: those of districts where there are any, so that nobody counts twice."""
    found = {}
    for measure in registry().measures:
        owed = [level for level in city.levels.values() if level.measure == measure]
        if any(level.subject in city.districts for level in owed):
            owed = [level for level in owed if level.subject in city.districts]
        if owed:
            found[measure] = tuple(level.id for level in owed)
    return found


def _below(now: _Now, all_of_them: float) -> float:
    """The people below a level that is low: those counted, else all to whom it is owed."""
    return float(all_of_them) if now.people is None else min(float(all_of_them), now.people)


def _mean_quality(known: list[_Now]) -> float:
    """For the average person; for the average level where nobody is named."""
    people = sum(now.level.people for now in known)
    if not people:
        return sum(now.quality for now in known) / len(known)
    return sum(now.quality * now.level.people for now in known) / people
