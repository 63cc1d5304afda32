"""What every checker is given, and the guard around each judgement."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from resilience.courses import NotRecorded
from resilience.duration import shown
from resilience.scenario import Scenario, Window
from resilience.text import Text
from resilience.verdict import Category, Finding, Value
from simulator.contracts.city import City
from simulator.contracts.history import Course, Executed, History
from simulator.contracts.level import MEASURES, ServiceLevel
from simulator.contracts.ticks import to_s, to_ticks


@dataclass(frozen=True, slots=True)
class Context:
    """One run: what was asked (selectors resolved), of which city, and what happened."""

    scenario: Scenario
    city: City
    history: History

    def course(self, level: ServiceLevel) -> Course:
        """The true course of a level. Raises `NotRecorded` if nobody recorded it."""
        course = self.history.levels.get(level.id)
        if course is None:
            raise NotRecorded(f"level {level.id!r} was not recorded")
        return course

    def ticks(self, window: Window) -> tuple[int, int]:
        """A window in ticks. Raises `NotRecorded` if the run ended before it did."""
        wanted = self.scenario.run.duration_s if window.end_s is None else window.end_s
        start, end = to_ticks(window.start_s), to_ticks(wanted)
        if end > self.history.end:
            raise NotRecorded(f"the run ended at {to_s(self.history.end):g} s, before the window did")
        return start, end

    def executed(self, entry: str = "") -> tuple[Executed, ...]:
        """What was executed for one timeline entry, or (empty) for all."""
        return tuple(done for done in self.history.executed if entry in ("", done.entry))

    def label(self, level: ServiceLevel) -> Text:
        """What a level is called: its measure and whom it is owed to."""
        measure, subject = MEASURES[level.measure], level.subject
        if subject in self.city.districts:
            where = Text(self.city.districts[subject].title, self.city.districts[subject].title)
        elif subject in self.city.components:
            where = Text(self.city.components[subject].label, self.city.components[subject].label)
        else:
            where = Text("ganze Stadt", "whole city")
        return Text(f"{measure.title_de} ({where.de})", f"{measure.title_en} ({where.en})")


Judgement = Callable[[], Finding]


def guarded(item: str, category: Category, title: Text, judge: Judgement) -> Finding:
    """The judgement, or an inconclusive finding that says why there is none."""
    try:
        return judge()
    except NotRecorded as error:
        reason = Text(f"Nicht zu beurteilen: {error}.", f"Cannot be judged: {error}.")
    except Exception as error:  # whatever a checker stumbles over, the run has not passed it
        said = f"{type(error).__name__}: {error}"
        reason = Text(f"Die Prüfung selbst ist gescheitert ({said}).", f"The check itself failed ({said}).")
    return Finding(item, category, Value.INCONCLUSIVE, title, reason)


def clock(tick: int) -> Text:
    """A moment of the run in words."""
    said = shown(to_s(tick))
    return Text(f"{said.replace('.', ',')} nach Beginn", f"{said} after the start")


def lasting(value_s: float) -> Text:
    said = shown(value_s)
    return Text(said.replace(".", ","), said)
