"""Sensor rules carried out: one cohort of like sensors for each rule and gateway."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from simulator.city.draft import MERGE, SensorRule
from simulator.contracts.component import Component
from simulator.contracts.sensor import SensorCohort
from simulator.domains.ict.catalogue import GATEWAY


def expand(rules: Sequence[SensorRule], components: Mapping[str, Component]) -> tuple[SensorCohort, ...]:
    """The cohorts of all rules. A sensor reports to the nearest gateway of its district, without one to the nearest.

    Rules whose components do not exist give nothing; so does a town without gateways.
    """
    gateways = [c for c in components.values() if c.kind == GATEWAY]
    if not gateways:
        return ()
    by_kind: dict[str, list[Component]] = {}
    for component in components.values():
        by_kind.setdefault(component.kind, []).append(component)
    cohorts: list[SensorCohort] = []
    for rule in rules:
        if rule.components:
            carriers = [components[name] for name in rule.components if name in components]
        else:
            carriers = even_share(by_kind.get(rule.kind, []), rule.share)
        behind: dict[str, list[str]] = {}
        for carrier, gateway in zip(carriers, _gateway_of(carriers, gateways), strict=True):
            behind.setdefault(gateway, []).append(carrier.id)
        if rule.too_small == MERGE:
            merge_small(behind, rule.group_size, gateways)
        cohorts += [
            SensorCohort(
                f"{rule.id}-{gateway.id}",
                gateway.id,
                rule.quantity,
                rule.unit,
                tuple(behind[gateway.id]),
                rule.accuracy,
                rule.period_s,
                rule.phase_s,
                rule.group_size,
            )
            for gateway in gateways
            if gateway.id in behind
        ]
    return tuple(cohorts)


def merge_small(behind: dict[str, list[str]], size: int, gateways: Sequence[Component]) -> None:
    """Let each gateway with fewer than `size` meters leave them to the nearest one that has some, the smallest first.

    Changes `behind`, the meters by gateway. One group stays whatever its size.
    """
    at = {gateway.id: (gateway.x_m, gateway.y_m) for gateway in gateways}
    while len(behind) > 1:
        order = {gateway.id: i for i, gateway in enumerate(gateways)}
        small = min(behind, key=lambda name: (len(behind[name]), order[name]))
        if len(behind[small]) >= size:
            return
        others = [name for name in behind if name != small]
        near = min(others, key=lambda name: (math.dist(at[name], at[small]), order[name]))
        behind[near] += behind.pop(small)


def even_share(components: Sequence[Component], share: float) -> list[Component]:
    """A share of the components, spread evenly over their order."""
    return [c for i, c in enumerate(components) if math.floor((i + 1) * share + 1e-9) > math.floor(i * share + 1e-9)]


def _gateway_of(carriers: Sequence[Component], gateways: Sequence[Component]) -> list[str]:
    """For each carrier the id of its gateway; ties go to the gateway listed first."""
    if not carriers:
        return []
    x = np.array([c.x_m for c in carriers])
    y = np.array([c.y_m for c in carriers])
    codes = {name: i for i, name in enumerate(dict.fromkeys(g.district for g in gateways))}
    district = np.array([codes.get(c.district, -1) for c in carriers])
    best = np.full(len(carriers), np.inf)
    best_at_home = np.full(len(carriers), np.inf)
    near = np.zeros(len(carriers), dtype=np.int64)
    near_at_home = np.full(len(carriers), -1, dtype=np.int64)
    for i, gateway in enumerate(gateways):
        away = (x - gateway.x_m) ** 2 + (y - gateway.y_m) ** 2
        closer = away < best
        best[closer], near[closer] = away[closer], i
        closer = (away < best_at_home) & (district == codes[gateway.district])
        best_at_home[closer], near_at_home[closer] = away[closer], i
    chosen = np.where(near_at_home >= 0, near_at_home, near)
    return [gateways[i].id for i in chosen]
