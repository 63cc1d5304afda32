"""Whether findings hold where the assumptions that they lean on are a little wrong, and where chance falls otherwise.

An assumption here is a number that nobody measured: a parameter of a component type whose default is declared an
assumption, or the battery of a link. A run leans on those of the components that its event log speaks of. Each is
varied by itself, up and down by the same share, at all components that have the assumed value.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from resilience.judge.margin import margin
from resilience.judge.outcome import ASKED
from resilience.judge.verdict import Category, Finding, Value, Verdict
from simulator.contracts.city import City
from simulator.contracts.event import Event, EventKind
from simulator.contracts.fault import Parameter
from simulator.contracts.link import LinkKind
from simulator.contracts.registry import registry
from simulator.contracts.words import Text, Verbatim, Words

_ = Words("resilience")

SHARE = 0.1
"""Each assumption is varied by 10 % of itself."""

ASSUMED = "assumption"


@dataclass(frozen=True, slots=True)
class Assumed:
    """An assumption with the places that have it: components by id, or links. `id` is `type.parameter`."""

    id: str
    title: Text
    parameter: str
    value: float
    places: tuple[str, ...]
    of_links: bool = False
    at_least: float = -math.inf
    at_most: float = math.inf

    def varied(self, factor: float) -> dict[str, Any] | None:
        """What a city's data are changed to, as a campaign's measure would; None where a bound leaves it as it is."""
        value = min(max(self.value * factor, self.at_least), self.at_most)
        if value == self.value:
            return None
        if self.of_links:
            return {"set": [{"link": place, self.parameter: value} for place in self.places]}
        return {"set": [{"component": place, "parameters": {self.parameter: value}} for place in self.places]}


def assumptions(city: City, events: Iterable[Event]) -> tuple[Assumed, ...]:
    """What a run leans on, by name: of the components that its events speak of from the scenario's zero on."""
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
                False,
                -math.inf if parameter.at_least is None else parameter.at_least,
                math.inf if parameter.at_most is None else parameter.at_most,
            )


def _may_vary(parameter: Parameter) -> bool:
    """Whether it is a number that was assumed. What is counted (crews, heartbeats) has no tenth."""
    value = parameter.default
    if isinstance(value, bool) or not isinstance(value, float) or value == 0 or not math.isfinite(value):
        return False
    return parameter.source.startswith(ASSUMED) and not (parameter.unit == "" and value.is_integer())


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
        yield Assumed(f"{kind}.{carries}.{round(seconds)}", title, "autonomy_min", seconds / 60.0, places, True)


@dataclass(frozen=True, slots=True)
class Change:
    """What one variant changes: `factor` times an assumption, or another seed (then `assumption` is empty)."""

    assumption: str
    title: Text
    factor: float = 1.0
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class Robustness:
    """One finding over all variants. `same` of `tried` came out as in the run; `otherwise` are the others.

    `margin` is the share of its limit that lies between figure and limit in the run.
    """

    finding: str
    category: Category
    title: Text
    value: Value
    margin: float | None
    same: int
    tried: int
    otherwise: tuple[tuple[Change, Value], ...]

    @property
    def holds(self) -> int:
        """In how many variants it passed."""
        others = sum(value is Value.PASS for _change, value in self.otherwise)
        return others + (self.same if self.value is Value.PASS else 0)


def robustness(verdict: Verdict, variants: Sequence[tuple[Change, Verdict]]) -> tuple[Robustness, ...]:
    """Every finding that was asked for, held beside each variant. One that a variant does not judge is inconclusive."""
    found = []
    for finding in verdict.findings:
        if finding.category in ASKED:
            found.append(_one(finding, variants))
    return tuple(found)


def _one(finding: Finding, variants: Sequence[tuple[Change, Verdict]]) -> Robustness:
    values = [(change, _value(finding, verdict)) for change, verdict in variants]
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
    )


def _value(finding: Finding, verdict: Verdict) -> Value:
    named: Mapping[tuple[Category, str], Value] = {(one.category, one.id): one.value for one in verdict.findings}
    return named.get((finding.category, finding.id), Value.INCONCLUSIVE)
