"""The draw: which components a hazard damages or wear lets fail, when, and for how long.

Each component has a random stream of its own, made from the run's seed, the scenario, the entry and the component.
Another entry, another component or another order changes nothing. Its first number decides whether (a hazard: damaged
if it lies below the curve's probability) or when (wear) it fails, so that a stronger hazard or a higher rate never
damages fewer components under one seed. The second number decides the length, the third the moment of a hazard.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from resilience.scenario.draws.classes import curve_of, first_failure_s, rate_of
from resilience.scenario.entry import Case, TimelineEntry
from simulator.contracts.city import City
from simulator.contracts.component import Component, Value
from simulator.contracts.failure import PROTECTION, HazardType, Outage
from simulator.contracts.registry import registry

if TYPE_CHECKING:
    from numpy.random import Generator

Stream = Callable[[str, str], "Generator"]
"""Gives the private random stream of (name, purpose) under the run's seed."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """What a hazard or wear can do to one component: the fault, and how strongly it is exposed.

    `strength` is the intensity of a hazard there, or the failures a year. `outage` is the length of its class.
    """

    component: Component
    fault: str
    strength: float
    outage: Outage | None
    parameters: dict[str, Value]


def exposed(entry: TimelineEntry, city: City, year: int, chosen: Collection[str] | None) -> tuple[Exposure, ...]:
    """Every component that the entry's hazard or wear can befall, in the city's order.

    `chosen` are the components that a selector or a list of targets means, None for all. `year` is that of the run.
    """
    among = None if chosen is None else frozenset(chosen)
    components = [c for c in city.components.values() if among is None or c.id in among]
    if entry.hazard is not None:
        return _in_hazard(entry, components, city)
    return _wearing(entry, components, year)


def _in_hazard(entry: TimelineEntry, components: list[Component], city: City) -> tuple[Exposure, ...]:
    hazard = entry.hazard
    assert hazard is not None
    intensity_at = hazard.over(city)
    found = []
    for component in components:
        curve = curve_of(component, hazard.type)
        if curve is None or entry.fault not in ("", curve.fault):
            continue
        intensity = intensity_at(component.x_m, component.y_m)
        if intensity is not None:
            given = {**curve.parameters, **entry.parameters}
            found.append(Exposure(component, curve.fault, intensity, curve.outage, given))
    return tuple(found)


def protected(component: Component, hazard: HazardType, intensity: float) -> bool:
    """Whether what stands ready at a component keeps off so much of a hazard."""
    ready = PROTECTION.get(hazard)
    found = None if ready is None else component.parameters.get(ready.name)
    return found is not None and intensity <= float(found)


def still_exposed(entry: TimelineEntry, city: City) -> TimelineEntry:
    """An entry whose hazard was drawn, without what this city, where it is another one by now, keeps it off from."""
    hazard = entry.hazard
    if hazard is None or entry.cases is None:
        return entry
    intensity_at = hazard.over(city)

    def is_spared(case: Case) -> bool:
        component = city.components.get(case.target)
        if component is None:
            return False
        intensity = intensity_at(component.x_m, component.y_m)
        return intensity is not None and protected(component, hazard.type, intensity)

    return with_cases(entry, tuple(case for case in entry.cases if not is_spared(case)))


def _wearing(entry: TimelineEntry, components: list[Component], year: int) -> tuple[Exposure, ...]:
    wear = entry.wear
    assert wear is not None
    found = []
    for component in components:
        known = rate_of(component)
        if known is not None and entry.fault not in ("", known.fault):
            known = None
        if wear.rate is not None:
            rate, fault = wear.rate, entry.fault or (known.fault if known else "")
        elif known is not None:
            age = None if component.year is None else max(0.0, float(year - component.year))
            rate, fault = known.per_year(age, component.length_m), known.fault
        else:
            continue
        if fault in [point.name for point in registry().faults_of_type[component.kind]]:
            given = {**(known.parameters if known else {}), **entry.parameters}
            found.append(Exposure(component, fault, rate * wear.factor, known.outage if known else None, given))
    return tuple(found)


def drawn(
    entry: TimelineEntry, exposures: tuple[Exposure, ...], scenario: str, end_s: float, stream: Stream
) -> tuple[Case, ...]:
    """The faults that come, in the city's order. `end_s` is when everything is mended, or the run ends."""
    found = []
    for one in exposures:
        purpose = f"{'hazard' if entry.hazard is not None else 'wear'}/{entry.id}/{one.component.id}"
        first, second, third = stream(f"scenario/{scenario}", purpose).random(3).tolist()
        at_s = _moment(entry, one, first, third, end_s)
        if at_s is None or at_s >= end_s:
            continue
        length_s = None if one.outage is None else one.outage.seconds(second)
        for_s = entry.for_s
        if entry.for_drawn and length_s is not None:
            for_s = length_s if at_s + length_s < end_s else None  # mended with all the rest, or not any more
        work_s = None if entry.repair is None else entry.repair.work_s
        if entry.work_drawn and length_s is not None:
            work_s = length_s
        found.append(Case(one.component.id, one.fault, at_s, for_s, work_s, one.parameters))
    return tuple(found)


def _moment(entry: TimelineEntry, one: Exposure, first: float, third: float, end_s: float) -> float | None:
    """When the fault comes, in whole seconds; None if it does not."""
    if entry.hazard is not None:
        curve = curve_of(one.component, entry.hazard.type)
        assert curve is not None
        if protected(one.component, entry.hazard.type, one.strength):
            return None
        if first >= curve.probability(one.strength, one.component.length_m):
            return None
        return entry.at_s + float(round(third * entry.hazard.over_s))
    assert entry.wear is not None
    until_s = end_s if entry.wear.until_s is None else min(entry.wear.until_s, end_s)
    at_s = entry.at_s + first_failure_s(one.strength, first)
    return float(round(at_s)) if at_s < until_s else None


def with_cases(entry: TimelineEntry, cases: tuple[Case, ...]) -> TimelineEntry:
    """The entry with its draw done."""
    return replace(entry, cases=cases, targets=tuple(case.target for case in cases), selector=None)
