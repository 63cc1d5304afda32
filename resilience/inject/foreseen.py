"""The faults of scenarios for which a town has to be prepared before it lives through them."""

from __future__ import annotations

from collections.abc import Iterable

from resilience.scenario.scenario import Scenario
from simulator.contracts.city import City
from simulator.contracts.fault import FaultPoint, Foreseen
from simulator.contracts.registry import registry


def foreseen(scenarios: Iterable[Scenario], city: City) -> tuple[Foreseen, ...]:
    """What these scenarios may break that its sub-system has to know of, each once, in no order of theirs.

    A scenario whose selectors or draws are still open is passed over: what it means is not known.
    """
    found: dict[str, Foreseen] = {}
    for scenario in scenarios:
        for entry in scenario.timeline:
            for case in () if entry.is_open else entry.acts:
                if _prepared(case.target, case.fault, city):
                    one = Foreseen(case.target, case.fault, case.parameters)
                    found[f"{case.target} {case.fault} {sorted(case.parameters.items())}"] = one
    return tuple(found[key] for key in sorted(found))


def _prepared(target: str, fault: str, city: City) -> bool:
    component = city.components.get(target)
    point: FaultPoint | None = None if component is None else registry().types[component.kind].fault(fault)
    return point is not None and point.foreseen
