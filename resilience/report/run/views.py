"""Content grouped, drawn and worded for the template."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from resilience.judge.losses import LevelCourse, Reach
from resilience.report.run.charts import SMALL, WIDE, Band, course_chart, gantt, mode_title, rank_class
from resilience.report.run.content import FaultSpan, ModeSpan, ModeTimeline, ReportContent
from resilience.report.run.drawing import element
from resilience.report.run.town_map import FAILED, MapDrawing, domain_class, ranges, shapes, town_map
from simulator.contracts.catalogue import State
from simulator.contracts.registry import registry

SHOWN_WORST = 3
"""Levels of districts and facilities drawn at once for each measure; the rest is folded away."""
SHOWN_TIMELINES = 14
MOST_LETTERS = 20
"""More than these in a drawing nobody reads, and what they stand for is grey upon grey."""
ENDLESS = float("inf")


@dataclass(frozen=True, slots=True)
class DrawnCourse:
    course: LevelCourse
    svg: str


@dataclass(frozen=True, slots=True)
class MeasureGroup:
    """The courses of one measure that are not the whole town's: the worst ones, and the rest."""

    measure: str
    title: str
    low: int
    worst: tuple[DrawnCourse, ...]
    rest: tuple[DrawnCourse, ...]

    @property
    def all(self) -> int:
        return len(self.worst) + len(self.rest)


@dataclass(frozen=True, slots=True)
class FaultKey:
    """The letter that stands for some faults in the drawings, with those faults and the time from the first to the last
    of them. None: never applied (an end: not before the run's)."""

    key: str
    faults: tuple[FaultSpan, ...]
    begin_s: float | None
    end_s: float | None

    @property
    def scattered(self) -> bool:
        """Whether they came or went at different times."""
        return len({(fault.begin_s, fault.end_s) for fault in self.faults}) > 1


@dataclass(frozen=True, slots=True)
class ModeChange:
    label: str
    mode: str
    rank: str
    span: ModeSpan


@dataclass(frozen=True, slots=True)
class KindGlyph:
    kind: str
    svg: str


@dataclass(frozen=True, slots=True)
class PageView:
    """What the template shows beside the content itself. Every `svg` is markup."""

    faults: tuple[FaultKey, ...]
    town_courses: tuple[DrawnCourse, ...]
    groups: tuple[MeasureGroup, ...]
    timelines: str
    more_timelines: str
    more_count: int
    unchanged: tuple[str, ...]
    changes: tuple[ModeChange, ...]
    map: MapDrawing | None
    map_ranges: tuple[tuple[float, float], ...]
    map_kinds: tuple[KindGlyph, ...]
    map_cross: str
    map_domains: tuple[str, ...]
    dated: bool


def page_view(content: ReportContent, lang: str) -> PageView:
    """Draw everything in one language."""
    keys = fault_keys(content.faults)
    bands = bands_of(keys, content.end_s)
    changed, unchanged = _by_change(content.timelines)
    first, more = changed[:SHOWN_TIMELINES], changed[SHOWN_TIMELINES:]
    drawing = _map(content, lang)
    kinds = () if content.town is None else dict.fromkeys(c.kind for c in content.town.components if c.kind in shapes())
    return PageView(
        keys,
        tuple(_drawn((c for c in content.courses if c.reach is Reach.CITY), content, bands, lang, wide=True)),
        _groups(content, bands, lang),
        _gantt(first, content, bands, lang),
        _gantt(more, content, bands, lang),
        len(more),
        tuple(timeline.label.of(lang) for timeline in unchanged),
        tuple(_changes(changed, lang)),
        drawing,
        () if drawing is None else ranges(drawing.bounds),
        tuple(KindGlyph(kind, glyph(kind)) for kind in kinds),
        _small(element("path", d=FAILED, class_="cross")),
        tuple(dict.fromkeys(domain_class(kind).removeprefix("dom-") for kind in kinds)),
        content.end_s - content.begin_s > 86400,
    )


def fault_keys(faults: Sequence[FaultSpan]) -> tuple[FaultKey, ...]:
    """A letter for all faults in force over the same time, in order of their begin; those never applied come last.

    Where that makes too many, as in a storm that breaks one thing after the other, a letter stands for all of an entry.
    """
    spans: dict[tuple[float, float], list[FaultSpan]] = {}
    entries: dict[str, list[FaultSpan]] = {}
    for fault in faults:
        spans.setdefault(_span([fault]), []).append(fault)
        entries.setdefault(fault.entry, []).append(fault)
    groups = sorted((spans if len(spans) <= MOST_LETTERS else entries).values(), key=_span)
    return tuple(
        FaultKey(_letter(i), tuple(group), *(None if at == ENDLESS else at for at in _span(group)))
        for i, group in enumerate(groups)
    )


def _span(faults: Sequence[FaultSpan]) -> tuple[float, float]:
    """From the first begin to the last end; a fault that was never applied begins after all others."""
    applied = [fault for fault in faults if fault.begin_s is not None]
    return (
        min((fault.begin_s for fault in applied if fault.begin_s is not None), default=ENDLESS),
        max((ENDLESS if fault.end_s is None else fault.end_s for fault in applied), default=ENDLESS),
    )


def _letter(i: int) -> str:
    """A, B, … Z, AA, AB, …"""
    return ("" if i < 26 else _letter(i // 26 - 1)) + chr(ord("A") + i % 26)


def bands_of(keys: Iterable[FaultKey], end_s: float) -> tuple[Band, ...]:
    """The faults that were applied, as bands; one that was never cleared lasts to the end."""
    return tuple(
        Band(key.key, key.begin_s, end_s if key.end_s is None else key.end_s) for key in keys if key.begin_s is not None
    )


def _drawn(
    courses: Iterable[LevelCourse], content: ReportContent, bands: Sequence[Band], lang: str, wide: bool = False
) -> Iterable[DrawnCourse]:
    frame = WIDE if wide else SMALL
    for c in courses:
        yield DrawnCourse(c, course_chart(c, content.start, content.begin_s, content.end_s, bands, frame, lang))


def _groups(content: ReportContent, bands: Sequence[Band], lang: str) -> tuple[MeasureGroup, ...]:
    by_measure: dict[str, list[LevelCourse]] = {}
    for course in content.courses:
        if course.reach is not Reach.CITY:
            by_measure.setdefault(course.measure, []).append(course)
    groups = []
    for measure, courses in by_measure.items():
        ranked = sorted(courses, key=lambda c: (-c.person_hours, -c.low_s))  # stable: else as in the city
        low = sum(course.low_s > 0 for course in ranked)
        shown = min(SHOWN_WORST, low)
        groups.append(
            MeasureGroup(
                measure,
                courses[0].measure_title.of(lang),
                low,
                tuple(_drawn(ranked[:shown], content, bands, lang)),
                tuple(_drawn(ranked[shown:], content, bands, lang)),
            )
        )
    return tuple(groups)


def _by_change(timelines: Sequence[ModeTimeline]) -> tuple[list[ModeTimeline], list[ModeTimeline]]:
    """Those that changed, what is nearest to people first, then what has no way but its own; and those that did not."""
    found = registry()

    def place(timeline: ModeTimeline) -> tuple[int, bool]:
        kind = found.types.get(timeline.kind)
        if kind is None:
            return 1, False
        return found.subsystems[kind.domain].fallback_rank, all(mode.state is State.NORMAL for mode in kind.ladder)

    changed = sorted((t for t in timelines if len(t.spans) > 1), key=place)
    return changed, [t for t in timelines if len(t.spans) <= 1]


def _gantt(timelines: Sequence[ModeTimeline], content: ReportContent, bands: Sequence[Band], lang: str) -> str:
    return gantt(timelines, content.start, content.begin_s, content.end_s, bands, lang) if timelines else ""


def _changes(timelines: Iterable[ModeTimeline], lang: str) -> Iterable[ModeChange]:
    for timeline in timelines:
        for span in timeline.spans:
            yield ModeChange(
                timeline.label.of(lang), mode_title(timeline, span.mode, lang), rank_class(timeline, span.mode), span
            )


def _map(content: ReportContent, lang: str) -> MapDrawing | None:
    town = content.town
    return None if town is None or not (town.components or town.districts) else town_map(town, lang)


def glyph(kind: str) -> str:
    """A kind's shape by itself, for a legend."""
    return _small(element("path", d=shapes()[kind], class_=domain_class(kind)))


def _small(shape: str) -> str:
    return element("svg", shape, viewBox="-8 -8 16 16", class_="glyph", aria_hidden="true")
