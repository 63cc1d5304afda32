"""What the selectors of a scenario hit: the components and links of each, for whoever checks or runs it."""

from __future__ import annotations

from resilience.scenario.scenario import Scenario, TimelineEntry
from resilience.scenario.selector import matching, meant
from simulator.contracts.city import City
from simulator.contracts.words import Text, Verbatim, Words, joined

_ = Words("resilience")
_n = _.plural

SHOWN = 40
"""Components and links that are named of each selector; the others are counted."""


def hits(asked: Scenario, resolved: Scenario, city: City) -> tuple[Text, ...]:
    """A line for each timeline entry with a selector, and for each whose file names what the city does not have.

    `resolved` is the scenario as it is under one seed, for those that draw.
    """
    drawn = {entry.id: entry for entry in resolved.timeline}
    lines = [_line(entry, drawn[entry.id], city) for entry in asked.timeline if entry.selector is not None]
    for entry in resolved.timeline:
        if entry.left_out:
            names = ", ".join(entry.left_out)
            lines.append(_("  {entry}: not in this city, and left out: {names}", entry=entry.id, names=names))
    return tuple(lines)


def _line(entry: TimelineEntry, resolved: TimelineEntry, city: City) -> Text:
    assert entry.selector is not None
    if entry.is_drawn:  # a hazard or wear draws among them
        targets = meant(entry, city) or ()
    else:
        targets = resolved.targets
    components = sum(name in city.components for name in targets)
    links = len(targets) - components
    counts: list[Text] = []
    if components or not links:
        counts.append(_n("{n} component", "{n} components", components))
    if links:
        counts.append(_n("{n} link", "{n} links", links))
    names: Text = Verbatim(", ".join(targets[:SHOWN]))
    if len(targets) > SHOWN:
        names = names + _n(" and one more", " and {n} more", len(targets) - SHOWN)
    many = joined(counts, Verbatim(", "))
    if entry.selector.random is not None and not entry.is_drawn:
        total = len(matching(entry.selector, entry.fault, city))
        return _("  {entry}: {many}, drawn of {total}: {names}", entry=entry.id, many=many, total=total, names=names)
    return _("  {entry}: {many}: {names}", entry=entry.id, many=many, names=names)
