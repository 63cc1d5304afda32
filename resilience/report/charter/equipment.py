"""Of whom the town's equipment is, and how old it is."""

from __future__ import annotations

from collections import Counter

from resilience.inject.draws.rates import ASSUMPTION, rate_of, rates
from resilience.report.charter.content import AgeRow, MakerRow
from resilience.scenario.norms import Confidence
from resilience.words.terms import kind_words
from simulator.contracts.city import City
from simulator.contracts.component import Component
from simulator.contracts.words import Words, enumerated

_ = Words("resilience")

CLASS_NAMES = {
    "overhead-line": _("overhead line"),
    "cable": _("buried cable"),
}
"""Classes of one kind that would otherwise be called the same."""


def maker_rows(city: City) -> tuple[MakerRow, ...]:
    """Each maker's share of each kind, of those whose maker is known, in the catalogue's order of kinds."""
    counts: dict[str, Counter[str]] = {}
    for component in city.components.values():
        if component.maker:
            counts.setdefault(component.kind, Counter())[component.maker] += 1
    return tuple(
        MakerRow(maker, kind_words(kind), count, sum(makers.values()))
        for kind, makers in counts.items()
        for maker, count in sorted(makers.items(), key=lambda pair: (-pair[1], pair[0]))
    )


def age_rows(city: City, year: int) -> tuple[AgeRow, ...]:
    """Classes whose usual service life is known, those with the most components past it first."""
    found: dict[str, list[Component]] = {}
    for component in city.components.values():
        known = rate_of(component)
        if known is not None:
            found.setdefault(known.id, []).append(component)
    rows = []
    for name, components in found.items():
        known = rates()[name]
        years = [component.year for component in components if component.year is not None]
        titles = dict.fromkeys(kind_words(component.kind) for component in components)
        rows.append(
            AgeRow(
                CLASS_NAMES.get(name) or enumerated(list(titles)),
                len(components),
                sum(year - built > known.support_years for built in years),
                len(components) - len(years),
                min(years, default=None),
                known.support_years,
                known.support_source,
                (Confidence.ASSUMPTION if known.support_source == ASSUMPTION else Confidence.FOUND).value,
            )
        )
    return tuple(sorted(rows, key=lambda row: -row.past))
