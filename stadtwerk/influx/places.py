"""Which run it is, and tags, names and places on the map of everything in a city."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from functools import cached_property
from typing import TYPE_CHECKING

from resilience.words.terms import component_words
from simulator.city.frame import to_degrees
from simulator.contracts.city import City
from simulator.contracts.component import Component
from simulator.contracts.level import ServiceLevel
from simulator.contracts.measurements import CITY, NONE
from simulator.contracts.registry import registry
from simulator.contracts.ticks import to_ticks
from simulator.contracts.words import Text, Verbatim, Words

if TYPE_CHECKING:
    from datetime import datetime

    from resilience.scenario.scenario import Scenario


@dataclass(frozen=True, slots=True)
class RunIdentity:
    """`name` is the value of the tag `run`. Ticks from `begin` to `end`; tick 0 is `zero_ms` in Unix milliseconds."""

    name: str
    city: City
    scenario: Scenario
    seed: int
    begin: int
    end: int
    zero_ms: int

    def ms(self, tick: int) -> int:
        return self.zero_ms + tick

    @property
    def begin_ms(self) -> int:
        return self.ms(self.begin)

    @property
    def end_ms(self) -> int:
        return self.ms(self.end)


def zero_of(start: datetime) -> int:
    """The town's wall clock at the scenario's zero, read as UTC, in Unix milliseconds: as readings have it."""
    return to_ticks(start.replace(tzinfo=UTC).timestamp())


_ = Words("stadtwerk")

LINK_KIND = "link"
"""The kind of a link, where a component would have its kind."""


class Places:
    """What stands in the tags of points about a component, a link, a district or a level."""

    def __init__(self, city: City) -> None:
        self.city = city
        self._tags: dict[str, dict[str, str]] = {}
        self._labels: dict[str, Text] = {}

    def component_of(self, subject: str) -> Component | None:
        """The component itself, or the one that a link leads to; None for anything else."""
        link = self.city.links.get(subject)
        return self.city.components.get(subject if link is None else link.target)

    def district(self, name: str) -> str:
        """The tag of a district: its title, which is what people choose by, or its id where two have the same title.

        `CITY` for what belongs to no district.
        """
        district = self.city.districts.get(name)
        if district is None:
            return name or CITY
        same = [other for other in self.city.districts.values() if other.title == district.title]
        return district.title if district.title and len(same) == 1 else name

    def tags(self, subject: str) -> dict[str, str]:
        """District, owner, domain, kind and component of a component or link."""
        known = self._tags.get(subject)
        if known is None:
            component, link = self.component_of(subject), self.city.links.get(subject)
            known = self._tags[subject] = {
                "district": NONE if component is None else self.district(component.district),
                "owner": (NONE if component is None else component.owner) or NONE,
                "domain": NONE if component is None else component.domain.value,
                "kind": LINK_KIND if link is not None else NONE if component is None else component.kind,
                "component": subject,
            }
            if link is not None and link.owner:
                known["owner"] = link.owner
        return known

    def named_tags(self, subject: str) -> dict[str, str]:
        """The same with what people call it."""
        label = self.label(subject)
        return {**self.tags(subject), "label_de": label.de, "label_en": label.en}

    def label(self, subject: str) -> Text:
        """What people call a component, link or district; the id where nobody has a better name."""
        known = self._labels.get(subject)
        if known is None:
            known = self._labels[subject] = self._named(subject)
        return known

    def level_label(self, level: str) -> Text:
        """A service level by its place and measure. A level may have the id of a component, which is another thing."""
        owed = self.city.levels.get(level)
        if owed is None:
            return Verbatim(level)
        measure, place = registry().measures[owed.measure], self.label(owed.subject)
        if owed.subject in self.city.components:
            return place
        return _("{place}: {measure}", place=place, measure=measure.service)

    def level_tags(self, level: ServiceLevel) -> dict[str, str]:
        """District, owner, domain, measure and level."""
        component = self.city.components.get(level.subject)
        district = CITY if component is None else self.district(component.district)
        if level.subject in self.city.districts:
            district = self.district(level.subject)
        domain = registry().measures[level.measure].domain.value
        return {
            "district": district,
            "owner": level.owner or NONE,
            "domain": domain,
            "measure": level.measure,
            "level": level.id,
        }

    def position(self, x_m: float, y_m: float) -> tuple[float, float]:
        """Latitude and longitude in degrees, to a tenth of a metre."""
        longitude, latitude = to_degrees(x_m, y_m, self.city.longitude_deg, self.city.latitude_deg)
        return round(latitude, 6), round(longitude, 6)

    @cached_property
    def with_modes(self) -> tuple[Component, ...]:
        """Components whose kind has a fallback, in file order."""
        return tuple(c for c in self.city.components.values() if registry().types[c.kind].modes)

    def _named(self, subject: str) -> Text:
        city = self.city
        if subject in city.components:
            return component_words(city.components[subject])
        link = city.links.get(subject)
        if link is not None:
            source, target = self.label(link.source), self.label(link.target)
            return _("{source} → {target}", source=source, target=target)
        if subject in city.districts:
            return Verbatim(city.districts[subject].title or subject)
        return _("city") if subject == CITY else Verbatim(subject)
