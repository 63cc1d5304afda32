"""What every checker is given, the guard around each judgement, and one finding made of many levels.

Each level is judged for itself, and the worst speaks for all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from resilience.judge.affected import people_of
from resilience.judge.time_series import NotRecorded
from resilience.judge.verdict import Category, Figure, Finding, Limit, Value
from resilience.scenario.moment import clock
from resilience.scenario.scenario import Scenario, TimelineEntry, Window
from resilience.scenario.words import entry_words
from resilience.words.terms import component_words
from simulator.contracts.city import City
from simulator.contracts.duration import rounded, shown
from simulator.contracts.history import Course, Executed, History
from simulator.contracts.level import ServiceLevel
from simulator.contracts.registry import registry
from simulator.contracts.ticks import to_s, to_ticks
from simulator.contracts.words import LANGUAGES, NO_TEXT, Numeral, Said, Text, Verbatim, Words, enumerated

_ = Words("resilience")


@dataclass(frozen=True, slots=True)
class Context:
    """One run: what was asked (selectors resolved), of which city, and what happened.

    `twin` is what happened to the same town without the faults: its levels and modes; None where nobody looked.
    """

    scenario: Scenario
    city: City
    history: History
    twin: History | None = None

    def course(self, level: ServiceLevel) -> Course:
        """The true course of a level. Raises `NotRecorded` if nobody recorded it."""
        course = self.history.levels.get(level.id)
        if course is None:
            raise NotRecorded(_("level {level} was not recorded", level=repr(level.id)))
        return course

    def ticks(self, window: Window) -> tuple[int, int]:
        """A window in ticks. Raises `NotRecorded` if the run ended before it did."""
        wanted = self.scenario.run.duration_s if window.end_s is None else window.end_s
        start, end = to_ticks(window.start_s), to_ticks(wanted)
        if end > self.history.end:
            raise NotRecorded(
                _("the run ended at {time}, before the window did", time=Numeral(shown(to_s(self.history.end))))
            )
        return start, end

    def executed(self, entry: str = "") -> tuple[Executed, ...]:
        """What was executed for one timeline entry, or (empty) for all."""
        return tuple(done for done in self.history.executed if entry in ("", done.entry))

    def place(self, level: ServiceLevel) -> Text:
        """Whom a level is owed to: a district, a facility, or the whole town."""
        subject = level.subject
        if subject in self.city.districts:
            return Verbatim(self.city.districts[subject].title or subject)
        if subject in self.city.components:
            return component_words(self.city.components[subject])
        return _("whole town")

    def label(self, level: ServiceLevel) -> Text:
        """A level among others: `Altstadt (water supply)`; a facility with one service of its own needs no more."""
        place = self.place(level)
        if level.subject in self.city.components:
            return place
        service = registry().measures[level.measure].service
        return _("{place} ({service})", place=place, service=service)

    def name(self, component: str) -> Text:
        """What a component, or a link between two, is called."""
        if component in self.city.components:
            return component_words(self.city.components[component])
        link = self.city.links.get(component)
        if link is None:
            return Verbatim(component)
        source, target = self.name(link.source), self.name(link.target)
        return _("{source} → {target}", source=source, target=target)

    def fault(self, entry: TimelineEntry) -> Text:
        """What a timeline entry breaks: in its own words, else the fault with one target or their number."""
        if entry.title is not None:
            return entry.title
        what = entry_words(entry)
        if len(entry.targets) == 1:
            where = self.name(entry.targets[0])
        elif entry.targets:
            where = _("at {count} places", count=len(entry.targets))
        else:
            return what
        return _("{what} ({where})", what=what, where=where)

    def clock(self, tick: int) -> Text:
        """A moment on the town's clock, with the day where the run has more than one."""
        start, at_s = self.scenario.run.start, to_s(tick)
        dated = to_s(self.history.end) > 86400
        return Said({language: clock(start, at_s, language, dated) for language in LANGUAGES})


Judgement = Callable[[], Finding]


def guarded(item: str, category: Category, title: Text, judge: Judgement) -> Finding:
    """The judgement, or an inconclusive finding that says why there is none."""
    try:
        return judge()
    except NotRecorded as error:
        reason = _("Cannot be judged: {error}.", error=error.text)
    except Exception as error:  # whatever a checker stumbles over, the run has not passed it
        said = f"{type(error).__name__}: {error}"
        reason = _("The check itself failed ({said}).", said=said)
    return Finding(item, category, Value.INCONCLUSIVE, title, reason)


def lasting(value_s: float) -> Text:
    """A length of time that was found, rounded to what matters."""
    return Numeral(rounded(value_s))


@dataclass(frozen=True, slots=True)
class Row:
    """One level's judgement. `weight` says how bad it is, for finding the worst among those with the same value."""

    level: ServiceLevel
    value: Value
    reason: Text
    weight: float
    limit: Limit | None = None
    actual: Figure | None = None


def judged(levels: Sequence[ServiceLevel], context: Context, judge: Callable[[ServiceLevel], Row]) -> tuple[Row, ...]:
    """A row for each level; one that was not recorded is inconclusive."""
    rows = []
    for level in levels:
        try:
            rows.append(judge(level))
        except NotRecorded as error:
            name = context.label(level).begun()
            reason = _("{name}: cannot be judged ({error}).", name=name, error=error.text)
            rows.append(Row(level, Value.INCONCLUSIVE, reason, 0.0))
    return tuple(rows)


def finding(item: str, title: Text, rows: Sequence[Row], context: Context) -> Finding:
    """All rows as one finding: any fail fails, else any inconclusive is inconclusive. No rows: inconclusive.

    The worst row speaks for all: of those that do not hold, the worst that people feel, and only then technical ones.
    """
    if not rows:
        nothing = _("The city requires no such level.")
        return Finding(item, Category.EXPECTATION, Value.INCONCLUSIVE, title, nothing)
    order = (Value.FAIL, Value.INCONCLUSIVE, Value.PASS)
    ranked = sorted(  # stable: ties stay in city order
        rows,
        key=lambda row: (
            order.index(row.value),
            row.value is not Value.PASS and not people_of(row.level, context.city),
            -row.weight,
        ),
    )
    worst = ranked[0]
    like = [row for row in ranked if row.value is worst.value]
    reason: Text = worst.reason
    if len(rows) > 1:
        of_all = _("{count} of {total}", count=len(like), total=len(rows))
        others = enumerated([context.label(row.level) for row in like[1:]]) if like[1:] else NO_TEXT
        also = {
            Value.FAIL: _("missed"),
            Value.INCONCLUSIVE: _("open"),
        }.get(worst.value)
        if also is None:
            reason = reason + _(" All {count} were kept.", count=len(rows))
        elif others.en:
            reason = reason + _(" Also {also}: {others} ({of_all}).", also=also, others=others, of_all=of_all)
        else:
            reason = reason + _(" {of_all} {also}.", of_all=of_all, also=also)
    figures = tuple(row.actual for row in rows if row.actual is not None)
    subjects = tuple(row.level.id for row in like)
    return Finding(item, Category.EXPECTATION, worst.value, title, reason, worst.limit, worst.actual, figures, subjects)
