"""The control room of a run: it gets what is delivered, and its commands go out over links and crews.

Three ways to run one scenario. `closed-loop`: the room sees delivered readings, commands the devices of its level
controls, and nobody repairs what nobody has found. `blind`: the same with all telemetry dead, by timetables and what
citizens report. `all-knowing`: as without a room, controls see the truth and every fault is known as it happens.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from monitoring.delivered import (
    AFTER,
    RECORD,
    Acknowledged,
    Act,
    Answered,
    Command,
    Delivered,
    Gauge,
    Look,
    Raised,
    Report,
    Series,
)
from simulator.contracts.event import NOWHERE, Value
from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.registry import registry
from simulator.contracts.repair import Trade
from simulator.contracts.ticks import to_s, to_ticks
from simulator.contracts.words import Words
from simulator.coupling.catalogue import LOSS_OF_VIEW
from simulator.domains.ict.catalogue import DATA, FALSE_DATA
from stadtwerk.runs import events

if TYPE_CHECKING:
    from gateways.simulated.telemetry import Telemetry
    from gateways.wire.payload import Batch
    from monitoring.ordinary import Ordinary
    from monitoring.playbooks import ControlFile
    from resilience.scenario.scenario import Control as Asked
    from simulator.contracts.city import City
    from simulator.contracts.sensor import Readings, SensorGroup
    from simulator.coupling import GaugeRecorder, Runtime

_ = Words("stadtwerk.runs")


BELIEVED, TRUTH = "picture_", "truth_"
"""What the room goes by in place of a quantity, and how that really is, among what a run records."""


def series_of(city: City) -> tuple[Series, ...]:
    """The sensors as a control room knows them; private ones, of which only sums leave their gateway, are none."""
    return tuple(
        Series(
            f"{name}/{cohort.quantity}", name, cohort.quantity, cohort.gateway, cohort.period_s, _district(city, name)
        )
        for cohort in city.cohorts
        if not cohort.group_size
        for name in cohort.components
    )


def _district(city: City, name: str) -> str:
    component = city.components.get(name)
    return "" if component is None else component.district


def plan_of(city: City) -> ControlFile:
    """What the control rooms of a city are to do. Raises `BadInput` for a city without."""
    from monitoring.playbooks import FILE, Known, read_control

    path = None if city.folder is None else city.folder / FILE
    if path is None or not path.is_file():
        fix = _("write one, as docs/monitoring.md has it, or run without `control`")
        raise BadInput([Problem(str(city.folder or city.name), 0, FILE, _("the city has no control rooms"), fix)])
    known = Known(
        frozenset(city.components),
        frozenset(one.name for one in series_of(city)),
        frozenset(city.districts),
        frozenset(map(str, registry().trades)),
    )
    return read_control(path, known)


class Intake:
    """Gathers delivered readings until somebody looks at them."""

    def __init__(self, series: tuple[Series, ...]) -> None:
        self._place = {one.name: i for i, one in enumerate(series)}
        self._places: dict[tuple[SensorGroup, int, int], tuple[NDArray[np.int32], NDArray[np.bool_] | None]] = {}
        self._waiting: list[tuple[NDArray[np.int32], int, int, NDArray[np.float64]]] = []

    def delivered(self, pack: Batch, tick: int) -> None:
        """A pack came at a tick."""
        for block in pack.blocks:
            key = (block.group, block.first, len(block.values))
            known = self._places.get(key)
            if known is None:
                names = block.group.sensors[block.first : block.first + len(block.values)]
                own = np.array([self._place.get(name, -1) for name in names], dtype=np.int32)
                mine = own >= 0
                known = self._places[key] = (own, None) if mine.all() else (own[mine], mine)
            own, kept = known
            if len(own):
                self._waiting.append((own, block.at, tick, block.values if kept is None else block.values[kept]))

    def taken(self, before: int) -> Delivered:
        """What had come before this tick, in the order in which it came; the rest waits."""
        here = [one for one in self._waiting if one[2] < before]
        if not here:
            return Delivered.none()
        self._waiting = [one for one in self._waiting if one[2] >= before]
        counts = [len(one[0]) for one in here]
        return Delivered.in_order(
            np.concatenate([one[0] for one in here]),
            np.repeat([one[1] for one in here], counts),
            np.repeat([one[2] for one in here], counts),
            np.concatenate([one[3] for one in here]),
        )


class ControlRoom:
    """A room on the clock of a run. Call `connect` once there is telemetry, before the clock moves."""

    def __init__(self, runtime: Runtime, asked: Asked, plan: ControlFile, ordinary: Ordinary | None) -> None:
        from monitoring.checks import CHECKS
        from monitoring.room import Room
        from simulator.coupling.citizens import Citizens
        from simulator.coupling.search import Search
        from simulator.domains.ict.model import data_centre

        self._rt, self._asked, self._plan = runtime, asked, plan
        city, clock = runtime.city, runtime.clock
        self._series = series_of(city)
        self._place = {one.name: i for i, one in enumerate(self._series)}
        self._intake = Intake(self._series)
        checks = {kind: check for kind, check in CHECKS.items() if kind not in asked.without}
        self._room = Room(plan, self._series, ordinary, clock.time_of_day_s(0), checks)
        self._search = runtime.noticed.by = Search(city, runtime.log, runtime.faults, runtime.crews)
        self._citizens = Citizens(city, clock, runtime.levels, runtime.alarm, runtime.streams)
        self._data_centre = data_centre(city)
        self._answers: list[Answered] = []
        self._gauges: list[Gauge] = []
        self._telemetry: Telemetry | None = None
        self._record: Any = None
        self._events: dict[int, int] = {}
        self._ordinary = ordinary
        self._header = {
            "series": [[getattr(one, name) for name in one.__slots__] for one in self._series],
            "begin_s": to_s(clock.begin),
            "end_s": to_s(clock.end),
            "midnight_s": clock.time_of_day_s(0),
            "checks": list(checks),
            "mode": asked.mode,
        }
        self.repair = self._search.repair

    def connect(self, telemetry: Telemetry, folder: Path) -> None:
        """From now on deliveries are seen, and the devices of the level controls are commanded by the room.

        What it takes to have the room do the same again is left in the folder.
        """
        from monitoring.playbooks import FILE
        from monitoring.replay import ORDINARY

        self._telemetry = telemetry
        if self._asked.mode != "blind":
            telemetry.listen(self._intake.delivered)
        self._record = (folder / RECORD).open("wb")
        if self._ordinary is not None:
            self._ordinary.save(folder / ORDINARY)
        if self._rt.city.folder is not None:
            shutil.copyfile(self._rt.city.folder / FILE, folder / FILE)
        self._write(self._header)
        runtime = self._rt
        switches = {one.device for one in self._plan.detours} | {one.device for one in self._plan.queues}
        runtime.orders.open(frozenset(level.device for level in self._plan.levels) | switches)
        self._period = to_ticks(self._plan.look)
        runtime.clock.at(runtime.clock.begin + self._period + AFTER, "control-room", self._look)

    def record(self, gauges: GaugeRecorder) -> None:
        """Have the picture taken down beside the truth; neither is known to the other."""
        readings = sorted({level.reading for level in self._plan.levels})
        quantities = sorted({self._series[self._place[name]].quantity for name in readings})
        for quantity in quantities:
            own = [name for name in readings if self._series[self._place[name]].quantity == quantity]
            subjects = tuple(self._series[self._place[name]].component for name in own)

            def believed(own: list[str] = own) -> NDArray[np.float64]:
                picture = self._room.picture_of(self._rt.clock.now)
                return np.array([picture.get(name, np.nan) for name in own])

            def truth(subjects: tuple[str, ...] = subjects, quantity: str = quantity) -> NDArray[np.float64]:
                return np.array([self._rt.quantities.value(name, quantity) for name in subjects])

            gauges.also(BELIEVED + quantity, subjects, believed)
            gauges.also(TRUTH + quantity, subjects, truth)

    def close(self) -> None:
        """The run is over."""
        if self._record is not None:
            self._record.close()

    def told(self, readings: Readings) -> Readings:
        """What somebody at the gateway makes of readings that controls act on: here they go to the room."""
        from simulator.domains.water.commands import CONTROLLING

        acts = self._rt.faults.active(readings.group.gateway, FALSE_DATA.name)
        if not acts:
            return readings
        values = readings.values.copy()
        for cohort, _own, here in readings.group.parts(0, len(values)):
            if cohort.quantity in CONTROLLING:
                for one in acts:
                    values[here] = one.number("factor") * values[here] + one.number("offset_m")
        return replace(readings, values=values)

    # looking and acting

    def _seats(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Seats that see nothing, and seats that do not work."""
        runtime, city = self._rt, self._rt.city
        blind, out = [], []
        for seat in self._plan.seats:
            if not runtime.supply.works(seat.id):
                out.append(seat.id)
            elif runtime.faults.active(seat.id, LOSS_OF_VIEW.name) or self._asked.mode == "blind":
                blind.append(seat.id)
            elif city.links_into(seat.id, DATA) and self._data_centre:
                blind += [] if runtime.messages.reached(seat.id, self._data_centre) else [seat.id]
        return tuple(blind), tuple(out)

    def _look(self) -> None:
        from monitoring.room import plain

        now, runtime = self._rt.clock.now, self._rt
        assert self._telemetry is not None
        before = now - AFTER
        if self._telemetry.known_to < before:
            self._telemetry.advance(now)
        blind, out = self._seats()
        called = self._citizens.heard(self._search.in_street())
        reports = tuple(Report(str(one.trade), one.district) for one in called)
        answers, self._answers = tuple(self._answers), []
        gauges, self._gauges = tuple(self._gauges), []
        look = Look(now, self._intake.taken(before), reports, gauges, answers, blind, out)
        acts = self._room.look(look)
        self._write(*input_of(look), *plain(now, acts))
        for act in acts:
            self._carry_out(act)
        if now + self._period <= runtime.clock.end:
            runtime.clock.at(now + self._period, "control-room", self._look)

    def _write(self, *rows: Mapping[str, Any]) -> None:
        import orjson

        for row in rows:
            self._record.write(orjson.dumps(row) + b"\n")

    def _carry_out(self, act: Act) -> None:
        log = self._rt.log
        if isinstance(act, Raised):
            self._events[act.alarm] = self._raised(act)
        elif isinstance(act, Command):
            self._command(act)
        elif isinstance(act, Acknowledged):
            cause = self._events[act.alarm]
            number = {"alarm": act.alarm}
            log.add(events.ALARM_ACKNOWLEDGED, log.event(cause).subject, number, cause=cause, value=act.after_s)
        else:
            cause = self._events[act.alarm]
            log.add(events.ALARM_CLEARED, log.event(cause).subject, {"alarm": act.alarm}, cause=cause)

    def _raised(self, act: Raised) -> int:
        subject, params = alarm_event(act)
        return self._rt.log.add(events.ALARM_RAISED, subject, params, value=act.score)

    def _command(self, act: Command) -> None:
        log = self._rt.log
        answered = partial(self._answered, act.command)
        if act.trade:
            sent: dict[str, Value] = {
                "seat": act.seat,
                "trade": act.trade,
                "districts": " ".join(act.districts),
                "playbook": act.playbook,
                "alarm": act.alarm,
            }
            cause = log.add(events.SENDS, act.districts[0], sent, cause=self._events[act.alarm])

            def back(found: bool) -> None:
                answered("found" if found else "read" if act.gauges else "in vain")

            for name in act.gauges:
                component = self._series[self._place[name]].component
                self._search.read(Trade(act.trade), component, act.search_s, cause, partial(self._read, name), back)
            if not act.gauges:
                self._search.send(Trade(act.trade), act.districts, act.search_s, cause, back)
            return
        why: int | None = None
        if self._rt.orders.order(act.device) != act.setting:
            because = self._behind(act.reading)
            level = next((one for one in self._plan.levels if one.device == act.device), None)
            if level is None:
                volts: dict[str, Value] = {"seat": act.seat, "reading": act.reading, "read": act.value or 0.0}
                code = events.JOINS if act.setting else events.PARTS
                if any(one.device == act.device for one in self._plan.queues):
                    code = events.LENGTHENS if act.setting else events.SHORTENS
                why = log.add(code, act.device, volts, cause=because, value=act.setting)
            elif act.value is None:
                by_hours = {"seat": act.seat, "reading": act.reading}
                why = log.add(events.SWITCHES_BLIND, act.device, by_hours, cause=because, value=act.setting)
            else:
                read: dict[str, Value] = {
                    "seat": act.seat,
                    "reading": act.reading,
                    "believed": act.believed,
                    "read": act.value,
                    "below": level.below,
                    "above": level.above,
                }
                why = log.add(events.SWITCHES, act.device, read, cause=because, value=act.setting)
        self._rt.orders.send(act.seat, act.device, act.setting, why, lambda answer: answered(answer.value))

    def _read(self, name: str, event: int) -> None:
        """Somebody stands before a gauge: he says what he sees, as precise as eyes are, whatever is sent from there."""
        from monitoring.reckoning import BY_EYE_M

        one = self._series[self._place[name]]
        value = round(self._rt.quantities.value(one.component, one.quantity) / BY_EYE_M) * BY_EYE_M
        self._rt.log.add(events.READ_ON_SITE, one.component, {"reading": name}, cause=event, value=round(value, 6))
        self._gauges.append(Gauge(name, round(value, 6)))

    def _answered(self, command: int, result: str) -> None:
        self._answers.append(Answered(command, result))

    def _behind(self, reading: str) -> int | None:
        """The event of what makes this reading wrong now, if anything does. It stands in the log alone: the room does
        not know."""
        one = self._series[self._place[reading]]
        lying = {FALSE_DATA.name, *registry().faults_of_data}
        active = self._rt.faults.active
        broken = {name for name in (one.component, one.gateway) for fault in lying if active(name, fault)}
        if not broken:
            return None
        latest = reversed(self._rt.log.since(0))
        return next((e.id for e in latest if e.subject in broken and e.code.startswith("fault.applied")), None)


def alarm_event(act: Raised) -> tuple[str, dict[str, Value]]:
    """The subject of an alarm's event, and its parameters."""
    return act.districts[0] if act.kind == "report" else act.subject, {
        "alarm": act.alarm,
        "seat": act.seat,
        "evidence": act.kind,
        "components": " ".join(dict.fromkeys(name.split("/")[0] for name in act.series)) or act.subject.split()[0],
        "districts": " ".join(act.districts) or NOWHERE,
    }


def input_of(look: Look) -> Iterator[dict[str, Any]]:
    """What a look held beside readings, as a record, if it held anything."""
    given: dict[str, Any] = {}
    if look.reports:
        given["reports"] = [[one.trade, one.district] for one in look.reports]
    if look.gauges:
        given["gauges"] = [[one.series, one.value] for one in look.gauges]
    if look.answers:
        given["answers"] = [[one.command, one.result] for one in look.answers]
    for name in ("blind", "out"):
        if getattr(look, name):
            given[name] = list(getattr(look, name))
    if given:
        yield {"t_s": to_s(look.at), **given}
