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
from simulator.contracts.measurements import AFFECTED, ANY, CURVE, DISTRICT, LEVEL, OVER
from simulator.contracts.registry import registry
from simulator.contracts.state import State
from simulator.contracts.ticks import to_s
from simulator.contracts.words import Words
from stadtwerk.influx.places import Places, RunIdentity
from stadtwerk.influx.sender import Out
from stadtwerk.influx.states import Faults

_ = Words("stadtwerk")

NO_SERVICE = _("none")

GONE = 0.01
"""Below this quality a service counts as gone (assumption)."""


@dataclass(frozen=True, slots=True)
class _Now:
    """A level's present value, its quality from 0 to 1, whether it is below what is owed, and for how many people where
    they are counted one by one."""

    level: ServiceLevel
    value: float
    quality: float
    below: bool
    people: float | None


@dataclass(slots=True)
class _Record:
    """Since the scenario's zero: the most people at once and since when, since when anybody, and for how long."""

    peak: float = 0.0
    peak_at: int | None = None
    onset: int | None = None
    lasted_s: float = 0.0

    def count(self, people: float, begin: int, end: int) -> None:
        """So many people were affected from one tick to another."""
        if people:
            self.onset = begin if self.onset is None else self.onset
            self.lasted_s += to_s(end - begin)
        if people > self.peak:
            self.peak, self.peak_at = people, begin


class People:
    """Follows the service levels; person-hours and losses count from the scenario's zero."""

    def __init__(self, run: RunIdentity, places: Places, out: Out) -> None:
        self._run, self._places, self._out, self._city = run, places, out, places.city
        self._now: dict[str, _Now] = {}
        self._changed: dict[str, None] = {}
        self._counted = _counted(self._city)
        found = groups(self._city)
        self._groups = {measure: tuple(group for group in found if group.need == measure) for measure in self._counted}
        self._groups[ANY] = found
        self._need = {level.id: need_of(level, self._city) for level in self._city.levels.values()}
        self._hours = dict.fromkeys((*self._counted, ANY), 0.0)
        self._loss_h = dict.fromkeys(self._counted, 0.0)
        self._leaning = {level.id: people_of(level, self._city) for level in self._city.levels.values()}
        self._records = {measure: _Record() for measure in self._hours}
        self._worst: _Now | None = None
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
        for measure, record in self._records.items():
            lacking = self._lacking(measure)
            people = at_once(lacking, self._city)
            record.count(people, self._until, tick)
            self._hours[measure] += hours * (people if measure == ANY else sum(lacking.values()))
        worst = self._worst_now()
        if worst is not None and (self._worst is None or self._rank(worst) < self._rank(self._worst)):
            self._worst = worst
        self._until = tick
        for measure, levels in self._counted.items():
            known = [self._now[level] for level in levels if level in self._now]
            if known:
                self._loss_h[measure] += hours * (1.0 - _mean_quality(known))

    def over(self, tick: int) -> None:
        """The run is over: nothing is now any more, and the worst service is that of the whole run."""
        for measure in (*self._counted, ANY):
            if self._is_written(measure):
                worst = self._said(self._worst) if measure == ANY else {}
                fields = {"now": OVER, **({"uncovered": OVER} if measure == ANY else {}), **worst}
                self._out.add(AFFECTED, {"measure": measure}, fields, tick)

    @property
    def below(self) -> frozenset[str]:
        """The levels that are low now, and that somebody leans on."""
        return frozenset(name for name, now in self._now.items() if now.below and self._leaning[name])

    @property
    def changed(self) -> bool:
        """Whether there is something to flush."""
        return bool(self._changed)

    def flush(self, tick: int, faults: Faults) -> None:
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

    def beat(self, tick: int, faults: Faults) -> None:
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

    def _worst_now(self) -> _Now | None:
        """Of the levels that are low and that somebody leans on, the one of least quality; then of most people."""
        return min((self._now[name] for name in self.below), key=self._rank, default=None)

    def _rank(self, now: _Now) -> tuple[float, int, str]:
        return now.quality, -self._leaning[now.level.id], now.level.id

    def _said(self, now: _Now | None) -> dict[str, Value]:
        label = NO_SERVICE if now is None else self._places.level_label(now.level.id)
        return {
            "worst_de": label.de,
            "worst_en": label.en,
            "worst_quality": 1.0 if now is None else now.quality,
        }

    @staticmethod
    def _is_written(measure: str) -> bool:
        return measure == ANY or not registry().measures[measure].same_need  # counted with the other one

    def _write_level(self, now: _Now, tick: int) -> None:
        level = now.level
        fields: dict[str, Value] = {
            "value": now.value,
            "minimum": level.minimum,
            "quality": now.quality,
            "below": int(now.below),
            "people": level.people,
            "people_below": round(_below(now, self._leaning[level.id])) if now.below else 0,
        }
        label = self._places.level_label(level.id)
        tags = {**self._places.level_tags(level), "label_de": label.de, "label_en": label.en}
        self._out.add(LEVEL, tags, fields, tick)

    def _write_measure(self, measure: str, tick: int, faults: Faults) -> None:
        counted = self._counted.get(measure, tuple(self._now))
        known = [self._now[level] for level in counted if level in self._now]
        people, record = self._people(measure), self._records[measure]
        counts = people if 0 <= tick < self._run.end else 0.0  # what begins at this instant counts as well
        onset = tick if counts and record.onset is None else record.onset
        peak_at = tick if counts > record.peak else record.peak_at
        fields: dict[str, Value] = {
            "people": round(people),
            "now": round(people),
            "t_h": to_s(tick) / 3600.0,
            "peak": round(max(record.peak, counts)),
            "onset_ms": None if onset is None else self._run.ms(onset),
            "peak_ms": None if peak_at is None else self._run.ms(peak_at),
            "lasted_s": record.lasted_s,
            "person_hours": self._hours[measure],
            "levels_below": sum(now.below for now in known),
            "faults": faults.in_force,
        }
        if measure == ANY:
            fields |= {"uncovered": faults.uncovered, **self._said(self._worst_now())}
        if self._is_written(measure):
            self._out.add(AFFECTED, {"measure": measure}, fields, tick)
        if measure != ANY and known:
            curve = {"quality": _mean_quality(known), "target": 1.0, "loss_h": self._loss_h[measure]}
            curve["t_h"] = to_s(tick) / 3600.0
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
            "people_below": round(max((_below(now, self._leaning[now.level.id]) for now in below), default=0.0)),
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
