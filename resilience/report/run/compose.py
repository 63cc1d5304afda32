"""Builds the content of a report from what a run leaves behind: city, scenario, history, verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from resilience.judge.limits import shown_unit
from resilience.judge.losses import district_losses, failed_spans, headline, level_courses, service_losses
from resilience.judge.margin import margin
from resilience.judge.outcome import ASKED
from resilience.judge.verdict import Category, Finding, Value, Verdict
from resilience.report.run.cascade import cascade, returns
from resilience.report.run.content import (
    AssumptionNote,
    Check,
    Clause,
    ControlRoom,
    FaultSpan,
    MapComponent,
    MapDistrict,
    ModeSpan,
    ModeTimeline,
    NoticedFault,
    RedundancyResult,
    ReportContent,
    RoomAct,
    TelemetrySummary,
    TownMap,
)
from resilience.report.run.content import Threshold as ThresholdRow
from resilience.report.run.robust import RobustRow
from resilience.report.run.why import WhyRow
from resilience.scenario.clauses import clauses
from resilience.scenario.norms import basis_words, norms
from resilience.scenario.scenario import Case, Scenario, TimelineEntry
from resilience.scenario.words import state_words
from resilience.words.events import line
from resilience.words.terms import component_words, fault_words, mode_words, name_of
from simulator.contracts.city import City
from simulator.contracts.event import Event, EventKind
from simulator.contracts.history import Executed, History
from simulator.contracts.registry import registry
from simulator.contracts.ticks import to_s
from simulator.contracts.words import Said, Text, Verbatim, Words, told_apart

_ = Words("resilience")

MOST_OF_MANY = 400
"""Of types that come by the hundred so many are drawn on the map; in a larger town they would cover it."""

NOTHING = _("–")


def compose(
    city: City,
    scenario: Scenario,
    history: History,
    verdict: Verdict,
    seed: int,
    versions: Mapping[str, str],
    command: str,
    digest: str = "",
    telemetry: TelemetrySummary | None = None,
    folder: Path | None = None,
) -> ReportContent:
    """The content of one run's report. `scenario` is the one executed, its selectors resolved to targets; `folder` is
    where the run lies, for the commands that go on from it."""
    courses = level_courses(city, history)
    services = service_losses(city, history)
    districts = district_losses(city, history, services)
    titles = clauses()
    return ReportContent(
        scenario_id=scenario.id,
        title=scenario.title,
        question=scenario.question,
        clauses=tuple(Clause(c, titles.get(c, Verbatim(c))) for c in scenario.charter),
        city_title=Said({"de": city.title_de or city.name, "en": city.title_en or city.name}),
        people=city.people,
        seed=seed,
        versions=tuple(versions.items()),
        start=scenario.run.start,
        begin_s=0.0,
        end_s=to_s(history.end),
        outcome=verdict.value,
        answer=verdict.answer,
        headline=headline(city, history, courses),
        checks=tuple(_check(finding, city) for finding in sorted(verdict.findings, key=_weight)),
        courses=courses,
        faults=tuple(_fault(row, scenario, city, _seen(verdict)) for row in history.executed),
        timelines=mode_timelines(city, history),
        redundancies=_redundancies(scenario, verdict, city),
        town=town_map_of(city, history, {d.id: d.person_hours for d in districts}),
        services=services,
        districts=districts,
        cascade=cascade(city, history, courses),
        returns=returns(city, history),
        why=why_rows(verdict),
        folder=folder or Path("RUN"),
        thresholds=_thresholds(city, verdict),
        telemetry=telemetry,
        assumptions=tuple(AssumptionNote(a.subject, a.text, basis_words(a.basis)) for a in city.assumptions),
        command=command,
        digest=digest,
        metrics=verdict.metrics,
        control_room=_control_room(city, history, verdict),
        robust=tuple(
            RobustRow(finding.title, finding.value, margin(finding))
            for finding in verdict.findings
            if finding.category in ASKED
        ),
    )


MOST_ACTS = 200
"""Alarms and decisions that a report shows."""


def _control_room(city: City, history: History, verdict: Verdict) -> ControlRoom | None:
    """What the control room noticed and did, and why: the first alarms and decisions."""
    scores = verdict.control_room
    if scores is None:
        return None
    noticed = tuple(
        NoticedFault(fault_words(one.fault), name_of(one.target, city), one.detected_s, one.acted_s)
        for one in scores.faults
    )
    said = [e for e in history.events if e.at >= 0 and e.code.startswith(("alarm.", "decision."))]
    acts = tuple(RoomAct(to_s(event.at), line(event, city)) for event in said[:MOST_ACTS])
    return ControlRoom(scores, noticed, acts, max(0, len(said) - MOST_ACTS))


def why_rows(verdict: Verdict) -> tuple[WhyRow, ...]:
    """What failed of what was asked, as long as nobody has looked for what would have kept it."""
    return tuple(WhyRow(f.title, f.reason) for f in verdict.findings if f.value is Value.FAIL and f.category in ASKED)


def _weight(finding: Finding) -> tuple[int, bool]:
    """What failed comes first, then what is open; what was held against no number comes after what was."""
    return (Value.FAIL, Value.INCONCLUSIVE, Value.PASS).index(finding.value), finding.limit is None


def _check(finding: Finding, city: City) -> Check:
    target, actual = target_and_actual(finding, city)
    limit = finding.limit
    return Check(
        finding.title,
        finding.value,
        finding.reason,
        target,
        actual,
        None if limit is None else limit.source,
        "" if limit is None else limit.confidence.value,
        finding.needed,
    )


def target_and_actual(finding: Finding, city: City | None = None) -> tuple[Text, Text]:
    """Limit and figure in the same unit, with as many digits as it takes to tell them apart. Given the city, a figure
    that stands for all that is worse is told as such."""
    limit, actual = finding.limit, finding.actual
    if limit is None:
        return NOTHING, NOTHING
    value = limit.value if actual is None or actual.value is None else actual.value
    found, owed = told_apart(value, limit.value, shown_unit(limit))
    sign = "≥ " if limit.better == "higher" else "≤ "
    if actual is None or actual.value is None:
        return Verbatim(sign) + owed, NOTHING
    level = None if city is None else city.levels.get(actual.subject)
    beyond = level is not None and actual.unit != "s" and registry().measures[level.measure].is_beyond(value)
    return Verbatim(sign) + owed, Verbatim("≥ ") + found if beyond else found


def _seen(verdict: Verdict) -> Mapping[tuple[str, str], float]:
    """How soon the effect of each fault was seen, in seconds, by timeline entry and target."""
    rows = [(one.id, figure) for one in verdict.of(Category.EVIDENCE) for figure in one.figures]
    return {(entry, figure.subject): figure.value for entry, figure in rows if figure.value is not None}


def _fault(row: Executed, scenario: Scenario, city: City, seen: Mapping[tuple[str, str], float]) -> FaultSpan:
    begin_s, delay_s = _seconds(row.applied_at), seen.get((row.entry, row.target))
    entry = next((e for e in scenario.timeline if e.id == row.entry), None)
    case = None if entry is None else next((c for c in entry.acts if c.target == row.target), None)
    target = name_of(row.target, city)
    return FaultSpan(
        row.entry,
        target,
        fault_words(row.fault),
        None if case is None else case.at_s,
        None if entry is None or case is None else _asked_end(entry, case, scenario),
        begin_s,
        _seconds(row.cleared_at),
        None if begin_s is None or delay_s is None else begin_s + delay_s,
        entry is not None and entry.repair is not None,
        None if entry is None or entry.when is None else state_words(entry.when, row.target, city),
    )


def _asked_end(entry: TimelineEntry, case: Case, scenario: Scenario) -> float | None:
    """When the entry asked to end: after its own time or at `heal_by`; None where a repair decides, or not in the run.

    An entry that waits for a state asks for no moment of its own.
    """
    ends = [] if case.length_s is None or entry.when is not None else [case.at_s + case.length_s]
    if scenario.run.heal_by_s is not None and entry.repair is None:
        ends.append(scenario.run.heal_by_s)
    end = min(ends, default=None)
    return None if end is None or end > scenario.run.duration_s else end


def _seconds(tick: int | None) -> float | None:
    return None if tick is None else to_s(tick)


def mode_timelines(city: City, history: History) -> tuple[ModeTimeline, ...]:
    """The modes of every component that has any, from the scenario's zero to the end, in the city's order.

    A component that never logged a mode was in its first one throughout.
    """
    changes: dict[str, list[Event]] = {}
    for event in history.events:
        if event.kind is EventKind.MODE and event.after is not None:
            changes.setdefault(event.subject, []).append(event)
    rows = []
    for component in city.components.values():
        logged = changes.get(component.id, [])
        seen = (mode for event in logged for mode in (event.before, event.after) if mode)
        modes = registry().types[component.kind].modes or tuple(dict.fromkeys(seen))
        if modes:
            spans = _spans(logged, modes[0], history.end)
            titles = tuple(mode_words(component.kind, mode) for mode in modes)
            rows.append(ModeTimeline(component.id, component.kind, component_words(component), modes, titles, spans))
    return tuple(rows)


def _spans(changes: Sequence[Event], first: str, end: int) -> tuple[ModeSpan, ...]:
    mode = first if not changes or changes[0].before is None else changes[0].before
    since, spans = 0, []
    for event in changes:
        at = max(0, event.at)
        if at > since:
            spans.append(ModeSpan(mode, to_s(since), to_s(at)))
            since = at
        mode = event.after or mode
    spans.append(ModeSpan(mode, to_s(since), to_s(end)))
    return tuple(spans)


def _redundancies(scenario: Scenario, verdict: Verdict, city: City) -> tuple[RedundancyResult, ...]:
    found = {finding.id: finding for finding in verdict.of(Category.REDUNDANCY)}
    rows = []
    for asked in scenario.redundancies:
        finding = found.get(asked.id)
        if finding is None:
            continue
        component = city.components.get(asked.component)
        kind = component.kind if component else ""
        target, actual = target_and_actual(finding, city)
        rows.append(
            RedundancyResult(
                finding.title,
                asked.kind == "technical",
                mode_words(kind, asked.primary),
                mode_words(kind, asked.standby),
                finding.value,
                target,
                actual,
                finding.reason,
                finding.needed,
            )
        )
    return tuple(rows)


def town_map_of(city: City, history: History, person_hours: Mapping[str, tuple[float | None, ...]]) -> TownMap | None:
    """Districts and the components worth a shape of their own; None for a city that stands nowhere."""
    failed = failed_spans(city, history)
    types = registry().types
    singly = [name for name, one in types.items() if one.glyph and (one.shown_failed or not one.many)]
    drawn = [
        c for c in city.components.values() if c.kind in singly and (not types[c.kind].shown_failed or c.id in failed)
    ]
    for name, one in types.items():
        if one.glyph and one.many and not one.shown_failed:
            # The log says of these only what their links say; one without any would look as if it had worked.
            feeding = [c for c in city.of_kind(name) if any(city.links_out_of(c.id, kind) for kind in one.gives)]
            drawn = [*feeding, *drawn] if len(feeding) <= MOST_OF_MANY else drawn
    if not drawn and not city.districts:
        return None
    return TownMap(
        tuple(
            MapDistrict(
                d.id,
                d.title or d.id,
                d.people,
                d.x_m,
                d.y_m,
                d.outline,
                sum(h or 0.0 for h in person_hours.get(d.id, ())),
            )
            for d in city.districts.values()
        ),
        tuple(
            MapComponent(c.id, component_words(c), c.kind, c.x_m, c.y_m, failed.get(c.id, ()), c.district, c.owner)
            for c in drawn
        ),
    )


def _thresholds(city: City, verdict: Verdict) -> tuple[ThresholdRow, ...]:
    """The norms that the run's checks and the city's levels rest on, in the order of the norm file."""
    used = {finding.limit.norm for finding in verdict.findings if finding.limit is not None}
    used |= {level.basis for level in city.levels.values()}
    return tuple(
        ThresholdRow(n.id, n.title, n.shown, n.source, n.confidence.value) for n in norms().values() if n.id in used
    )
