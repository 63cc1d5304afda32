"""Whether findings hold where the assumptions that they lean on are a little wrong, and where chance falls otherwise.

An assumption here is a number that nobody measured: a parameter of a component type or of a fault whose default is
declared an assumption, or the battery of a link. A run leans on those of the components that its event log speaks of,
and on those of its faults. Each is varied by itself, up and down by the same share, wherever the assumed value stands.
A finding leans on those that, varied, change anything in what it judges; of others it cannot be said to have held.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from resilience.judge.margin import margin
from resilience.judge.outcome import ASKED
from resilience.judge.verdict import Category, Finding, Value, Verdict
from simulator.contracts.city import City
from simulator.contracts.event import Event, EventKind
from simulator.contracts.fault import Parameter
from simulator.contracts.history import History
from simulator.contracts.link import LinkKind
from simulator.contracts.registry import registry
from simulator.contracts.sources import is_assumed
from simulator.contracts.words import Text, Verbatim, Words

_ = Words("resilience")

SHARE = 0.1
"""Each assumption is varied by 10 % of itself."""


CHANCE = "seed"
"""What stands for the seed among the things that a finding leans on."""


class Where(StrEnum):
    """What has an assumed value."""

    COMPONENT = "component"
    LINK = "link"
    ENTRY = "timeline entry"


@dataclass(frozen=True, slots=True)
class Assumed:
    """An assumption with the places that have it: components, links or timeline entries, by id.

    `id` is `type.parameter`, or `fault.parameter`.
    """

    id: str
    title: Text
    parameter: str
    value: float
    places: tuple[str, ...]
    where: Where = Where.COMPONENT
    at_least: float = -math.inf
    at_most: float = math.inf

    def varied(self, factor: float) -> float | None:
        """So many times its value, within its bounds; None where these leave it as it is."""
        value = min(max(self.value * factor, self.at_least), self.at_most)
        return None if value == self.value else value

    def in_city(self, value: float) -> dict[str, Any]:
        """What a city's data are changed to, as a campaign's measure would; nothing for timeline entries."""
        if self.where is Where.LINK:
            return {"set": [{"link": place, self.parameter: value} for place in self.places]}
        if self.where is Where.COMPONENT:
            return {"set": [{"component": place, "parameters": {self.parameter: value}} for place in self.places]}
        return {}

    def in_scenario(self, scenario: Mapping[str, Any], value: float) -> Mapping[str, Any]:
        """A scenario as data with the value in its timeline entries; itself for other places."""
        if self.where is not Where.ENTRY:
            return scenario
        timeline = [
            {**entry, "parameters": {**(entry.get("parameters") or {}), self.parameter: value}}
            if entry["id"] in self.places
            else entry
            for entry in scenario["timeline"]
        ]
        return {**scenario, "timeline": timeline}


def assumptions(city: City, events: Iterable[Event], scenario: Mapping[str, Any]) -> tuple[Assumed, ...]:
    """What a run leans on, by name: of the components that its events speak of from the scenario's zero on, and of the
    faults in the timeline of the scenario, which is given as data."""
    seen: dict[str, None] = {}
    links: dict[str, None] = {}
    for event in events:
        if event.at < 0 or event.kind is EventKind.RUN:
            continue
        seen[event.subject] = None
        if event.kind is EventKind.SUPPLY_LOST and event.via is not None:
            links[event.via] = None
    kinds = {city.components[name].kind for name in seen if name in city.components}
    found = [one for kind in kinds for one in _of_type(kind, city)]
    found += _of_links(links, city)
    found += _of_faults(scenario.get("timeline") or ())
    return tuple(sorted(found, key=lambda one: one.id))


def _of_type(kind: str, city: City) -> Iterable[Assumed]:
    declared = registry().types[kind]
    for parameter in declared.parameters:
        if not _may_vary(parameter):
            continue
        places = tuple(c.id for c in city.of_kind(kind) if c.parameters.get(parameter.name) == parameter.default)
        if places:
            assert isinstance(parameter.default, float)
            what = Verbatim(parameter.name) if parameter.title is None else parameter.title
            yield Assumed(
                f"{kind}.{parameter.name}",
                _("{kind}: {parameter}", kind=declared.title, parameter=what),
                parameter.name,
                parameter.default,
                places,
                Where.COMPONENT,
                -math.inf if parameter.at_least is None else parameter.at_least,
                math.inf if parameter.at_most is None else parameter.at_most,
            )


def _may_vary(parameter: Parameter) -> bool:
    """Whether it is a number that was assumed. What is counted (crews, heartbeats) has no tenth."""
    value = parameter.default
    if isinstance(value, bool) or not isinstance(value, float) or value == 0 or not math.isfinite(value):
        return False
    return is_assumed(parameter.source) and not (parameter.unit == "" and value.is_integer())


def _of_links(used: Iterable[str], city: City) -> Iterable[Assumed]:
    """Batteries and tanks that were called on, those of one type of component and one size together."""
    groups: dict[tuple[str, LinkKind, float], None] = {}
    for name in used:
        link = city.links.get(name)
        if link is not None and link.autonomy_s > 0:
            kind = city.components[link.target].kind
            groups[kind, link.kind, link.autonomy_s] = None
    for kind, carries, seconds in sorted(groups):
        places = tuple(
            link.id
            for link in city.links.values()
            if (city.components[link.target].kind, link.kind, link.autonomy_s) == (kind, carries, seconds)
        )
        title = _(
            "{kind}: goes on without {link} ({minutes} min)",
            kind=registry().types[kind].title,
            link=registry().links[carries].title,
            minutes=round(seconds / 60),
        )
        yield Assumed(f"{kind}.{carries}.{round(seconds)}", title, "autonomy_min", seconds / 60.0, places, Where.LINK)


def _of_faults(timeline: Iterable[Mapping[str, Any]]) -> Iterable[Assumed]:
    """What faults were assumed to do where the scenario left it to them. What a hazard drew is not varied."""
    entries: dict[str, list[Mapping[str, Any]]] = {}
    for entry in timeline:
        if isinstance(entry.get("fault"), str):
            entries.setdefault(entry["fault"], []).append(entry)
    for name, of in sorted(entries.items()):
        point = registry().faults.get(name)
        for parameter in () if point is None else point.parameters:
            places = tuple(str(one["id"]) for one in of if parameter.name not in (one.get("parameters") or {}))
            if point is None or not places or not _may_vary(parameter):
                continue
            assert isinstance(parameter.default, float)
            what = Verbatim(parameter.name) if parameter.title is None else parameter.title
            yield Assumed(
                f"{name}.{parameter.name}",
                _("{kind}: {parameter}", kind=point.title, parameter=what),
                parameter.name,
                parameter.default,
                places,
                Where.ENTRY,
                -math.inf if parameter.at_least is None else parameter.at_least,
                math.inf if parameter.at_most is None else parameter.at_most,
            )


def traces(history: History) -> dict[str, str]:
    """A digest of each service level and of the modes of each component, by id, from the scenario's zero on.

    Where two runs have the same one, nothing of the two differed.
    """
    found: dict[str, Any] = {}
    for name, course in history.levels.items():
        later = course.at > 0
        begin = course.values[~later][-1:]
        parts = (begin.tobytes(), course.at[later].tobytes(), course.values[later].tobytes())
        found[name] = hashlib.sha256(b"".join(parts))
    for event in history.events:
        if event.kind is EventKind.MODE and event.at >= 0:
            digest = found.setdefault(event.subject, hashlib.sha256())
            digest.update(f"{event.at} {event.before} {event.after}\n".encode())
    return {name: digest.hexdigest()[:16] for name, digest in found.items()}


@dataclass(frozen=True, slots=True)
class Lived:
    """What a run came to: its verdict, and the `traces` of what it went through."""

    verdict: Verdict
    traces: Mapping[str, str] = field(default_factory=dict)

    def finding(self, of: Finding) -> Finding | None:
        return next((f for f in self.verdict.findings if (f.category, f.id) == (of.category, of.id)), None)


@dataclass(frozen=True, slots=True)
class Change:
    """What one variant changes: `factor` times an assumption, or another seed (then `assumption` is empty)."""

    assumption: str
    title: Text
    factor: float = 1.0
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class Robustness:
    """One finding over the variants that change anything in what it judges. `same` of `tried` came out as in the run;
    `otherwise` are the others.

    `margin` is the share of its limit that lies between figure and limit in the run. `leans_on` are the ids of the
    assumptions, and `CHANCE`, of which any variant changes anything; all of their variants were `tried`.
    """

    finding: str
    category: Category
    title: Text
    value: Value
    margin: float | None
    same: int
    tried: int
    otherwise: tuple[tuple[Change, Value], ...]
    leans_on: tuple[str, ...]

    @property
    def holds(self) -> int:
        """In how many variants it passed."""
        others = sum(value is Value.PASS for _change, value in self.otherwise)
        return others + (self.same if self.value is Value.PASS else 0)


def robustness(base: Lived, variants: Sequence[tuple[Change, Lived]]) -> tuple[Robustness, ...]:
    """Every finding of the run that was asked for, held beside each variant that concerns it.

    One that a variant does not judge is inconclusive there.
    """
    return tuple(_one(finding, base, variants) for finding in base.verdict.findings if finding.category in ASKED)


def _one(finding: Finding, base: Lived, variants: Sequence[tuple[Change, Lived]]) -> Robustness:
    leans_on = dict.fromkeys(
        change.assumption or CHANCE for change, lived in variants if _differs(finding, base, lived)
    )
    values = [
        (change, _value(finding, lived)) for change, lived in variants if (change.assumption or CHANCE) in leans_on
    ]
    otherwise = tuple((change, value) for change, value in values if value is not finding.value)
    return Robustness(
        finding.id,
        finding.category,
        finding.title,
        finding.value,
        margin(finding),
        len(values) - len(otherwise),
        len(values),
        otherwise,
        tuple(leans_on),
    )


def _differs(finding: Finding, base: Lived, lived: Lived) -> bool:
    """Whether anything that a finding judges, or what it says of it, is another one than in the run."""
    other = lived.finding(finding)
    if other is None or _said(finding) != _said(other):
        return True
    judged = {*finding.subjects, *other.subjects, *(figure.subject for figure in finding.figures)}
    return any(base.traces.get(name) != lived.traces.get(name) for name in judged)


def _said(finding: Finding) -> tuple[Any, ...]:
    return finding.value, finding.actual, finding.figures, finding.subjects, finding.needed, finding.untested


def _value(finding: Finding, lived: Lived) -> Value:
    other = lived.finding(finding)
    return Value.INCONCLUSIVE if other is None else other.value
