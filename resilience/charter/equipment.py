"""Of whom the town's equipment is, and how old it is."""

from __future__ import annotations

from collections import Counter

from resilience.charter.content import AgeRow, MakerRow
from resilience.lifetimes import lifetimes
from resilience.terms import KIND_NAMES, words_of
from simulator.contracts.city import City


def maker_rows(city: City) -> tuple[MakerRow, ...]:
    """Each maker's share of each kind, of those whose maker is known, in the catalogue's order of kinds."""
    counts: dict[str, Counter[str]] = {}
    for component in city.components.values():
        if component.maker:
            counts.setdefault(component.kind, Counter())[component.maker] += 1
    return tuple(
        MakerRow(maker, words_of(KIND_NAMES, kind), count, sum(makers.values()))
        for kind, makers in counts.items()
        for maker, count in sorted(makers.items(), key=lambda pair: (-pair[1], pair[0]))
    )


def age_rows(city: City, year: int) -> tuple[AgeRow, ...]:
    """Kinds whose usual service life is known, those with the most components past it first."""
    rows = []
    for kind, lifetime in lifetimes().items():
        components = city.of_kind(kind)
        years = [component.year for component in components if component.year is not None]
        if components:
            rows.append(
                AgeRow(
                    words_of(KIND_NAMES, kind),
                    len(components),
                    sum(year - built > lifetime.years for built in years),
                    len(components) - len(years),
                    min(years, default=None),
                    lifetime.years,
                    lifetime.source,
                    lifetime.confidence.value,
                )
            )
    return tuple(sorted(rows, key=lambda row: -row.past))
