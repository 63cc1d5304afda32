"""The audit of a city: every case judged, with what the dependency graph says beside it, and why where they differ.

Of two at once, only those pairs are lived through whose outcome is not known without.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from resilience.judge.verdict import Value, combined
from resilience.scenario.scenario import CityReference, Scenario
from resilience.study.audit.cases import (
    BASELINE,
    AuditSettings,
    Case,
    Group,
    Lasts,
    access_case,
    access_cases,
    component_cases,
    lifeline_cases,
    link_cases,
    link_order,
    maker_cases,
    reached_case,
    scenario_of,
)
from resilience.study.audit.graph import DependencyGraph, NetworkEdge, Victim, without_access
from resilience.study.audit.outcome import Bench, LostFeed, Method, ModeChange, Observation, Outcome, observe
from simulator.contracts.city import City
from simulator.contracts.duration import shown
from simulator.contracts.history import History
from simulator.contracts.link import LinkKind
from simulator.contracts.registry import registry
from simulator.contracts.words import NO_TEXT, Text, Verbatim, Words, enumerated, joined

PAIRED = (Group.LINK, Group.COMPONENT)


@dataclass(frozen=True, slots=True)
class Single:
    """One loss by itself, as far as pairs need it. `footprint` is all that it touches."""

    case: Case
    value: Value
    indifferent: frozenset[str]
    footprint: frozenset[str]


def single(
    case: Case, value: Value, seen: Observation, baseline: Observation, victims: Iterable[Victim], city: City
) -> Single:
    """What one loss touches: what the log and the courses of levels say, who hangs on it, and which engine it is in.

    A fallback that is there, but not used, leaves no trace in the log; so the ends of a link, and whatever its feed
    or the data network has in common with others, count as touched.
    """
    found = registry()
    touched: set[str] = set(seen.subjects - baseline.subjects) | set(seen.changed(baseline))
    touched |= {one.component for one in victims}
    for name in (*case.subjects, *touched):
        if name in city.components:
            component = city.components[name]
            touched.add(f"engine {component.domain if found.subsystems[component.domain].engine else name}")
            touched |= {link.target for link in city.links_out_of(name) if not found.links[link.kind].access}
        elif name in city.links:
            link = city.links[name]
            touched.add(link.target)
            if link.kind in found.digital_links:
                touched.add(f"engine {found.links[link.kind].carrier}")
            if found.links[link.kind].stops_target:
                touched.add(link.source)
    return Single(case, value, seen.indifferent, frozenset(touched))


def pair_of(a: Case, b: Case) -> Case:
    breaks = tuple(dict.fromkeys((*a.breaks, *b.breaks)))
    owner = a.owner if a.owner == b.owner else f"{a.owner} + {b.owner}"
    return Case(
        f"pair/{a.subject}+{b.subject}",
        Group.PAIR,
        (*a.subjects, *b.subjects),
        f"{a.kind} + {b.kind}",
        owner,
        breaks,
    )


def pairs(singles: Sequence[Single]) -> Iterator[tuple[Single, Single]]:
    """Every pair, each once, in the order of the cases."""
    for i, a in enumerate(singles):
        for b in singles[i + 1 :]:
            yield a, b


def spared(a: Single, b: Single) -> str | None:
    """The rule by which a pair need not be run: `one`, `unasked`, `apart`; None where it must be."""
    if Value.FAIL in (a.value, b.value):
        return "one"
    if a.case.subject in b.indifferent or b.case.subject in a.indifferent:
        return "unasked"
    if not a.footprint & b.footprint:
        return "apart"
    return None


def to_run(singles: Sequence[Single]) -> tuple[tuple[Case, ...], Mapping[str, int]]:
    """The pairs that have to be lived through, and how many each rule has spared."""
    run, count = [], {"one": 0, "unasked": 0, "apart": 0}
    for a, b in pairs(singles):
        rule = spared(a, b)
        if rule is None:
            run.append(pair_of(a.case, b.case))
        else:
            count[rule] += 1
    return tuple(run), count


_ = Words("resilience")

MOST = 3
"""Names that a reason gives; more are counted."""


def why(
    outcome: Outcome, victims: Sequence[Victim], seen: Observation | None, city: City, limits: AuditSettings
) -> Text:
    """Empty where both say the same: a single point of failure, or none."""
    by_graph = any(one.kind not in registry().access_links for one in victims)
    if outcome.value is Value.INCONCLUSIVE or by_graph == (outcome.value is Value.FAIL) or seen is None:
        return NO_TEXT
    if by_graph:
        return _bridged(outcome, victims, seen, city)
    return _unseen(outcome, seen, limits)


def _bridged(outcome: Outcome, victims: Sequence[Victim], seen: Observation, city: City) -> Text:
    """The graph sees somebody without a feed, and yet nobody went without a service."""
    parts: list[Text] = []
    lasted = [lost for lost in seen.lost if lost.autonomy_s > 0 and lost.component not in seen.used_up]
    if lasted:
        names = enumerated([Verbatim(_named(lost)) for lost in lasted], MOST)
        parts.append(_("a store bridges it: {names}", names=names))
    back = [change for change in seen.modes if _second(change, city)]
    if back:
        names = enumerated([Verbatim(f"{c.component} ({c.before} → {c.after})") for c in back], MOST)
        parts.append(_("a fallback takes over: {names}", names=names))
    if not seen.lost and not seen.modes and not seen.stopped:
        parts.append(_("nobody leans on it at the time"))
    elif not outcome.failing:
        gone = [name for name in seen.stopped if name in city.components and name not in outcome.case.subjects]
        if gone:
            names = enumerated([Verbatim(name) for name in gone], MOST)
            parts.append(_("{names} stopped, and no service fell below the required level", names=names))
        elif not parts:
            names = enumerated([Verbatim(f"{one.component} ({one.kind})") for one in victims], MOST)
            parts.append(_("{names}: the feed was missing, and no service leans on it alone", names=names))
    return joined(parts, Verbatim("; "))


def _unseen(outcome: Outcome, seen: Observation, limits: AuditSettings) -> Text:
    """Everybody had a second feed, and yet a service went without."""
    if outcome.case.kind in registry().access_links:
        return _("the graph does not count a way in as a feed; the service counts who is reached in time")
    if outcome.failing and all(loss.low_s < limits.for_s / 2 for loss in outcome.failing):
        return _("there is a fallback, but switching to it takes longer than allowed")
    if seen.lost or seen.stopped:
        return _("the fallback does not carry: it hangs on the same place or is too weak")
    return _("nobody loses a feed; the service itself counts this place, or its capacity is missed")


def _second(change: ModeChange, city: City) -> bool:
    """Whether the component entered a mode that is neither its best nor its last."""
    component = city.components.get(change.component)
    modes = () if component is None else registry().types[component.kind].modes
    return change.after in modes[1:] and change.after != "none"


def _named(lost: LostFeed) -> str:
    return f"{lost.component} ({lost.kind}, {shown(lost.autonomy_s)})"


Reduce = Callable[[Scenario, History, frozenset[str]], Observation]
Live = Callable[[Sequence[Scenario], Reduce], Iterator[tuple[int, Observation]]]
Progress = Callable[[Text, int, int], None]
"""Told what is going on, how many cases of it are done, and how many there are."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What is asked of an audit. `limit` runs so many cases at most, spread over all of them."""

    kinds: tuple[LinkKind, ...] = field(default_factory=link_order)
    components: bool = False
    pairs: bool = False
    makers: bool = False
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Audit:
    """What an audit found. `pairs_spared` counts the pairs that no run was needed for, by rule."""

    city: City
    settings: AuditSettings
    scope: Scope
    bench: Bench
    outcomes: tuple[Outcome, ...]
    pairs_spared: Mapping[str, int]

    def of(self, *groups: Group) -> tuple[Outcome, ...]:
        return tuple(outcome for outcome in self.outcomes if outcome.case.group in groups)

    @property
    def failed(self) -> tuple[Outcome, ...]:
        return tuple(outcome for outcome in self.outcomes if outcome.value is Value.FAIL)

    @property
    def value(self) -> Value:
        """Any case that failed fails; else anything open or left out, also a level not to be judged, leaves it open."""
        found = combined(outcome.value for outcome in self.outcomes)
        return Value.INCONCLUSIVE if found is Value.PASS and self.bench.unsteady else found


def audit(
    city: City,
    edges: Sequence[NetworkEdge],
    live: Live,
    settings: AuditSettings,
    scope: Scope,
    progress: Progress = lambda *_: None,
) -> Audit:
    """Find everything that can be cut in this city, cut it, and judge what that did."""
    return _Auditor(city, edges, live, settings, scope, progress).run()


class _Auditor:
    def __init__(
        self,
        city: City,
        edges: Sequence[NetworkEdge],
        live: Live,
        settings: AuditSettings,
        scope: Scope,
        progress: Progress,
    ) -> None:
        self._city, self._live, self._settings, self._scope, self._progress = city, live, settings, scope, progress
        self._graph = DependencyGraph(city, edges)
        self._seen: dict[str, Observation] = {}

    def run(self) -> Audit:
        self._run(_("undisturbed town"), [BASELINE])
        self._baseline = self._seen[BASELINE.id]
        self._bench = Bench.of(self._city, self._settings, self._baseline)
        cases = list(self._cases())
        unasked = {case.id for case in cases if case.group is Group.LINK and case.subject in self._baseline.indifferent}
        chosen = self._limited([case for case in cases if case.id not in unasked])
        self._run(_("cases"), chosen)
        outcomes = [
            self._unasked(case) if case.id in unasked else self._judge(case)
            for case in cases
            if case.group is not Group.ACCESS
        ]
        outcomes += self._access([case for case in cases if case.group is Group.ACCESS])
        outcomes += self._nobody_gets_there()
        more, spared = self._pairs(outcomes) if self._scope.pairs else ([], {})
        return Audit(self._city, self._settings, self._scope, self._bench, (*outcomes, *more), spared)

    def _cases(self) -> Iterator[Case]:
        scope, city = self._scope, self._city
        yield from link_cases(city, scope.kinds)
        yield from component_cases(city, scope.components)
        yield from lifeline_cases(city)
        ways, depots = set(registry().access_links), city.of_kind(*registry().depots)
        if ways & set(scope.kinds) and city.road_files is not None and depots:
            yield from access_cases(city, scope.components)
        if scope.makers:
            yield from maker_cases(city)

    def _limited(self, cases: Sequence[Case]) -> list[Case]:
        limit = self._scope.limit
        if limit is None or limit >= len(cases):
            return list(cases)
        return [cases[i * len(cases) // limit] for i in range(limit)]

    def _run(self, what: Text, cases: Sequence[Case]) -> None:
        reference = CityReference(path=str(self._city.folder) if self._city.folder else self._city.name)
        scenarios = [scenario_of(case, self._settings, reference) for case in cases]
        city, settings = self._city, self._settings
        self._progress(what, 0, len(cases))

        def reduce(scenario: Scenario, history: History, indifferent: frozenset[str]) -> Observation:
            return observe(scenario, history, indifferent, city, settings)

        for done, (place, seen) in enumerate(self._live(scenarios, reduce), start=1):
            self._seen[cases[place].id] = seen
            self._progress(what, done, len(cases))

    def _judge(self, case: Case) -> Outcome:
        seen = self._seen.get(case.id)
        if seen is None:
            reason = _("not run (--limit)")
            return Outcome(case, Value.INCONCLUSIVE, Method.NOT_RUN, (), 0.0, frozenset(), reason)
        outcome = self._bench.outcome(case, seen)
        if case.group not in (Group.LINK, Group.COMPONENT):
            return outcome
        victims = self._graph.victims(case.subject)
        return replace(outcome, victims=victims, why=why(outcome, victims, seen, self._city, self._settings))

    def _unasked(self, case: Case) -> Outcome:
        reason = _("nobody has to get there at that time; if somebody has, see access for crews and rescue")
        outcome = self._bench.usual(case, Method.UNASKED, reason)
        return replace(outcome, victims=self._graph.victims(case.subject))

    # ways in

    def _access(self, cases: Sequence[Case]) -> list[Outcome]:
        """A cut road matters where the town stands the need with the road open, and not with it cut."""
        cut = [self._judge(case) for case in cases]
        again = [
            reached_case(outcome.case) for outcome in cut if outcome.value is Value.FAIL and not self._too_soon(outcome)
        ]
        self._run(_("access"), again)
        by_subject = {case.subject: self._judge(case) for case in again}
        return [self._decided(outcome, by_subject.get(outcome.case.subject)) for outcome in cut]

    def _too_soon(self, cut: Outcome) -> bool:
        """Whether a level was below for too long before anybody could have mended anything.

        Until a crew has done its work the town is the same with the road open as with it cut; so it fails then as well.
        """
        mended = any(one.lasts is Lasts.MENDED for one in cut.case.breaks)
        limit = self._settings
        return mended and any(
            loss.first_s > limit.longest_s and loss.since_s + limit.longest_s < limit.work_s for loss in cut.failing
        )

    def _decided(self, cut: Outcome, reached: Outcome | None) -> Outcome:
        note = cut.case.note
        if cut.value is Value.FAIL and self._too_soon(cut):
            reason = _("{note}; too much before anybody could have fixed anything", note=note)
            return replace(cut, value=Value.PASS, failing=(), reason=reason)
        if reached is None:
            return replace(cut, reason=_("{note}; {reason}", note=note, reason=cut.reason))
        low, without = (max((loss.low_s for loss in o.failing), default=0.0) for o in (cut, reached))
        if reached.value is Value.FAIL:
            reason = _(
                "{note}; that is too much with the road open as well, without it for {low} instead of {without}",
                note=note,
                low=shown(low),
                without=shown(without),
            )
            return replace(cut, value=Value.PASS, failing=(), reason=reason)
        reason = _("{note}; with the road open the town holds", note=note)
        return replace(cut, reason=reason)

    def _nobody_gets_there(self) -> list[Outcome]:
        """Static findings: no road leads there at all."""
        found = []
        looked_at = set(registry().access_links) & set(self._scope.kinds)
        for name in without_access(self._city, self._graph) if looked_at else ():
            component = self._city.components[name]
            case = access_case(component, self._city) or Case(
                f"access/{name}", Group.ACCESS, (name,), component.kind, component.owner, ()
            )
            reason = _("no road leads there: nobody gets there")
            found.append(Outcome(case, Value.FAIL, Method.GRAPH, (), 0.0, frozenset(), reason))
        return found

    # pairs

    def _pairs(self, outcomes: Iterable[Outcome]) -> tuple[list[Outcome], Mapping[str, int]]:
        singles = [found for outcome in outcomes if (found := self._single(outcome)) is not None]
        cases, spared = to_run(singles)
        chosen = self._limited(cases)
        self._run(_("pairs"), chosen)
        return [self._judge(case) for case in cases], spared

    def _single(self, outcome: Outcome) -> Single | None:
        case = outcome.case
        if case.group not in PAIRED or outcome.method is Method.NOT_RUN:
            return None
        seen = self._seen.get(case.id, self._baseline)
        return single(case, outcome.value, seen, self._baseline, outcome.victims, self._city)
