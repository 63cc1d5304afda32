"""The control room: looks at what came, raises alarms, follows playbooks, and commands.

    room = Room(plan, series, ordinary, midnight_s)
    for look in looks:
        acts = room.look(look)

It is a function of its looks alone: the same looks give the same acts, in a run, beside a live town, or from a file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from monitoring.alarms import Alarms
from monitoring.checks import CHECKS, STEP, Check, Evidence, Plausible, Seen
from monitoring.delivered import Acknowledged, Act, Command, Look, Raised, Report, Series
from monitoring.detours import Detours
from monitoring.operators import Operators
from monitoring.ordinary import DAY, MARGIN, Ordinary
from monitoring.picture import KEPT, STEP_S, Picture
from monitoring.playbooks import ControlFile, Level, Playbook
from monitoring.queues import Queues
from monitoring.reckoning import Reckoning
from simulator.contracts.ticks import to_s, to_ticks

AGAIN = to_ticks(600.0)
"""A command that nobody answered is given again after this (assumption: 10 min)."""


class Room:
    """`midnight_s` is the time of day at tick 0. `checks` are those that are in use, by kind."""

    def __init__(
        self,
        plan: ControlFile,
        series: tuple[Series, ...],
        ordinary: Ordinary | None,
        midnight_s: float,
        checks: Mapping[str, Check] = CHECKS,
    ) -> None:
        self._plan, self._ordinary, self._midnight_s, self._checks = plan, ordinary, midnight_s, checks
        if ordinary is not None and ordinary.names != tuple(one.name for one in series):
            raise ValueError("what is ordinary was learned from other series")
        self.picture = Picture(series)
        lasts: dict[str, int] = {one.kind: to_ticks(one.lasts) for one in plan.thresholds if one.lasts is not None}
        self.alarms = Alarms({one.name: one.gateway for one in series}, lasts)
        self._fresh = self.picture.fresh()
        self._operators = {seat.id: Operators(seat.operators, seat.decide) for seat in plan.seats}
        self._levels = {level.device: level for level in plan.levels}
        self._detours = Detours(plan, self.picture)
        self._queues = Queues(plan, self.picture)
        self._cycles: dict[int, tuple[str, float]] = {}
        self._led = frozenset(level.reading for level in plan.levels)
        self._behind: dict[str, list[int]] = {}
        for i, one in enumerate(series):
            self._behind.setdefault(one.gateway, []).append(i)
        self._wanted: dict[str, float] = {}
        self._since: dict[str, tuple[float, int]] = {}
        self._told: dict[str, tuple[float, int]] = {}
        self._unanswered: dict[int, tuple[str, float]] = {}
        self._answered: dict[str, float] = {}
        self._last: dict[tuple[str, str], int] = {}
        self._estimates: Mapping[int, float] = {}
        self._kept: dict[str, object] = {}
        self._step: int | None = None
        self._commands = 0
        self._sees = False
        self._plausible = None if ordinary is None else Plausible(ordinary)
        self._doubted: dict[str, int] = {}
        self._reckoned = None if ordinary is None else Reckoning(plan, ordinary, self.picture.place)

    def look(self, look: Look) -> tuple[Act, ...]:
        """All that the room does now."""
        now, acts = look.at, list[Act]()
        self.picture.take(look.delivered)
        self._sees = self._sees or len(look.delivered) > 0
        for answer in look.answers:
            cycle = self._cycles.pop(answer.command, None)
            if cycle is not None and answer.result != "done":
                self._queues.lost(*cycle)
            sent = self._unanswered.pop(answer.command, None)
            if sent is not None and answer.result == "done":
                device, setting = sent
                self._answered[device] = setting
        if self._reckoned is not None:
            for gauge in look.gauges:
                self._reckoned.read(self.picture.place[gauge.series], gauge.value)
        works = tuple(seat.id for seat in self._plan.seats if seat.id not in look.out)
        sees = tuple(seat for seat in works if seat not in look.blind)
        step = now // STEP
        if step != self._step:
            self._step = step
            acts += self._check(now, sees)
        acts += self._reported(now, look.reports, works)
        acts += self._people(now, works)
        acts += self._switch(now, works, sees)
        acts += self._join(now, sees)
        acts += self._lengthen(now, sees)
        return tuple(acts)

    # what is out of the ordinary

    def _check(self, now: int, sees: tuple[str, ...]) -> list[Act]:
        seen = self.picture.step(now, self._fresh)
        if not self._sees or not sees:
            return []
        odd: Mapping[str, Any] = {}
        if self._ordinary is not None and self._plausible is not None:
            odd = {kind: far for kind, far in self._plausible.look(seen).items() if kind in self._checks}
            sound = seen.copy()
            for kind, far in odd.items():
                sound[far >= self._plan.counts_from(kind)] = np.nan
            self._estimates = self._ordinary.estimates(sound)
        self._doubted |= dict.fromkeys(self.alarms.distrusted(), now)
        lately = frozenset(name for name, at in self._doubted.items() if now - at < KEPT * STEP)
        step = int(self._time_of_day_s(now) // STEP_S) % DAY
        at = Seen(
            self._plan,
            self.picture,
            self._ordinary,
            now,
            step,
            seen,
            self._estimates,
            sees,
            odd,
            lately,
            self._kept,
            self._reckoned,
            self._since,
        )
        found = [one for check in self._checks.values() for one in check(at)]
        acts = self._raised(now, found)
        if self._reckoned is not None:
            self._reckoned.step(self.picture.past, step, self._not_believed(), self._places(lately))
        return acts

    def _not_believed(self) -> frozenset[int]:
        """Places of readings that an alarm says are wrong, or that do not come."""
        silent = (i for (kind, gateway) in self.alarms.open if kind == "silence" for i in self._behind[gateway])
        last = self.picture.past[-1]
        return self._places(self.alarms.distrusted()).union(i for i in silent if not np.isfinite(last[i]))

    def _places(self, names: Iterable[str]) -> frozenset[int]:
        return frozenset(self.picture.place[name] for name in names)

    def _reported(self, now: int, reports: Iterable[Report], works: tuple[str, ...]) -> list[Act]:
        if not works:
            return []  # nobody picks the telephone up
        found = []
        for one in dict.fromkeys(reports):
            books = (b for b in self._plan.playbooks if b.when == "report" and b.trade in ("", one.trade))
            seat = next((b.seat for b in books if b.seat in works), works[0])
            found.append(Evidence("report", f"{one.trade} {one.district}", seat, 1.0, (), (one.district,)))
        return self._raised(now, found)

    def _raised(self, now: int, found: list[Evidence]) -> list[Act]:
        raised, cleared = self.alarms.update(now, found)
        for one in raised:
            self._operators[one.seat].hear(now, one)
        return [*raised, *cleared]

    # people and playbooks

    def _people(self, now: int, works: tuple[str, ...]) -> list[Act]:
        acts: list[Act] = []
        for seat, people in self._operators.items():
            if seat not in works:
                people.away(now)
                continue
            for alarm, after in people.dealt_with(now):
                acts.append(Acknowledged(alarm.alarm, to_s(after)))
                if (open_ := self.alarms.open.get((alarm.kind, alarm.subject))) is not None:
                    open_.acknowledged = True
        for one in list(self.alarms.open.values()):
            for book in self._plan.playbooks:
                if (
                    (book.then.read or book.id not in one.done)
                    and self._applies(book, one.raised)
                    and one.raised.seat in works
                ):
                    lasted = now - one.at >= to_ticks(book.lasts)
                    if lasted and (book.how == "automatic" or one.acknowledged):
                        one.done.add(book.id)
                        acts += self._follow(now, book, one.raised)
        return acts

    def _applies(self, book: Playbook, alarm: Raised) -> bool:
        if book.when != alarm.kind or book.seat not in ("", alarm.seat) or not alarm.districts:
            return False
        return not book.trade or alarm.subject.split(" ")[0] == book.trade

    def _follow(self, now: int, book: Playbook, alarm: Raised) -> list[Act]:
        again, trade = to_ticks(book.again), book.then.send
        if book.then.read:
            return self._read(now, book, alarm)
        districts = tuple(name for name in alarm.districts if now - self._last.get((trade, name), now - again) >= again)
        if not districts:
            return []
        self._last |= {(trade, name): now for name in districts}
        self._commands += 1
        return [
            Command(
                self._commands,
                alarm.seat,
                trade=trade,
                districts=districts,
                search_s=book.then.search,
                alarm=alarm.alarm,
                playbook=book.id,
                automatic=book.how == "automatic",
            )
        ]

    def _read(self, now: int, book: Playbook, alarm: Raised) -> list[Act]:
        """Somebody reads on site what the alarm says is wrong and a level control goes by; nobody goes there twice."""
        again = to_ticks(book.again)
        acts: list[Act] = []
        for name in alarm.series:
            if name not in self._led or now - self._last.get((book.then.send, name), now - again) < again:
                continue
            self._last[book.then.send, name] = now
            self._commands += 1
            place = self.picture.series[self.picture.place[name]]
            acts.append(
                Command(
                    self._commands,
                    alarm.seat,
                    trade=book.then.send,
                    districts=(place.district,) if place.district else (),
                    gauges=(name,),
                    search_s=book.then.search,
                    alarm=alarm.alarm,
                    playbook=book.id,
                    automatic=book.how == "automatic",
                )
            )
        return acts

    # detours in the grid

    def _join(self, now: int, sees: tuple[str, ...]) -> list[Act]:
        acts: list[Act] = []
        for one, setting, reading, value in self._detours.wanted(now, sees, AGAIN):
            acts.append(self._measured(one.seat, one.device, setting, reading, value))
        return acts

    # signals

    def _lengthen(self, now: int, sees: tuple[str, ...]) -> list[Act]:
        acts: list[Act] = []
        for one, setting, count in self._queues.wanted(now, sees):
            command = self._measured(one.seat, one.device, setting, one.reading, count)
            self._cycles[command.command] = one.device, setting
            acts.append(command)
        return acts

    def _measured(self, seat: str, device: str, setting: float, reading: str, value: float) -> Command:
        """The next order to a device, which a reading led to as it was measured."""
        self._commands += 1
        return Command(
            self._commands, seat, device, setting, reading=reading, value=round(value, 6), believed="measured"
        )

    # level controls

    def _switch(self, now: int, works: tuple[str, ...], sees: tuple[str, ...]) -> list[Act]:
        acts: list[Act] = []
        distrusted = self.alarms.distrusted()
        for device, level in self._levels.items():
            if level.seat not in works:
                continue
            value, rough, believed = self._believed(now, level, level.seat in sees, distrusted)
            wanted = self._wanted_state(now, level, value, rough)
            self._wanted[device] = wanted
            told, at = self._told.get(device, (None, now))
            if told == wanted and (self._answered.get(device) == wanted or now - at < AGAIN):
                continue
            self._commands += 1
            if told != wanted:
                self._since[device] = (wanted, now)
            self._told[device] = (wanted, now)
            self._unanswered[self._commands] = (device, wanted)
            self._answered.pop(device, None)
            acts.append(
                Command(
                    self._commands,
                    level.seat,
                    device,
                    wanted,
                    reading=level.reading,
                    value=None if value is None else round(value, 6),
                    believed=believed,
                )
            )
        return acts

    def _believed(
        self, now: int, level: Level, sees: bool, distrusted: frozenset[str]
    ) -> tuple[float | None, float, str]:
        """What a reading is taken to be, how far that may be off, and why: as it was measured, as others say, as what
        flowed in and out lets expect, or nothing. Nothing that may be off by the whole band of a control is of use."""
        place = self.picture.place[level.reading]
        if sees and level.reading not in distrusted:
            value = float(self.picture.values[place])
            if now - self.picture.taken[place] <= to_ticks(level.stale) and np.isfinite(value):
                return value, 0.0, "measured"
        found: list[tuple[float, float, str]] = []
        if sees and self._reckoned is not None and place in self._reckoned.levels:
            value, rough = self._reckoned.levels[place]
            found.append((rough, value, "reckoned"))
        if sees and self._ordinary is not None and place in self._estimates:
            found.append((self._ordinary.limits[place] / MARGIN, self._estimates[place], "estimated"))
        found = [one for one in found if one[0] < level.above - level.below]
        if found:
            rough, value, why = min(found)
            return value, rough, why
        return None, 0.0, "timetable"

    def picture_of(self, now: int) -> dict[str, float]:
        """What each level is taken to be, by its reading; nothing of one for which the timetable counts."""
        distrusted = self.alarms.distrusted()
        found = {one.reading: self._believed(now, one, self._sees, distrusted)[0] for one in self._levels.values()}
        return {reading: value for reading, value in found.items() if value is not None}

    def _wanted_state(self, now: int, level: Level, value: float | None, rough: float) -> float:
        """On below, off above. What may be off counts as low as it may be: a store that is too full has an overflow for
        all that flows in (DVGW W 300-1), one that is empty leaves people without."""
        if value is not None:
            if value - rough < level.below:
                return 1.0
            if value - rough > level.above:
                return 0.0
            if (as_it_was := self._wanted.get(level.device)) is not None:
                return as_it_was
        return 1.0 if int(self._time_of_day_s(now) // 3600) in level.timetable else 0.0

    def _time_of_day_s(self, now: int) -> float:
        return (self._midnight_s + to_s(now)) % 86400.0


def plain(at: int, acts: Iterable[Act]) -> Iterable[dict[str, Any]]:
    """Acts as records for a file: the kind of act, when, and all that it says."""
    for act in acts:
        yield {"t_s": to_s(at), "act": type(act).__name__.lower()} | asdict(act)
