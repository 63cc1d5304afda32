"""Names that the town generator gives; who knows a better one writes it into the city's tables.

Each sub-system and lifeline has the names of what it lays in a `names` of its own.
"""

from __future__ import annotations

from collections.abc import Mapping

from simulator.city.generator.layer import NEUTRAL
from simulator.contracts.naming import NameCode
from simulator.contracts.words import Text, Words
from simulator.coupling.catalogue import DEPOT as DEPOT_TYPE
from simulator.domains.energy.catalogue import GENERATOR as GENERATOR_TYPE

_ = Words("simulator.city")

DEPOT = NameCode(DEPOT_TYPE, _("depot {name}"))
GENERATOR = NameCode(GENERATOR_TYPE, _("emergency generator of {served}"))

OWNERS: Mapping[str, Text] = {
    NEUTRAL.water: _("water utility"),
    NEUTRAL.power: _("grid operator"),
    NEUTRAL.roads: _("city roads department"),
    NEUTRAL.ict: _("city IT department"),
    NEUTRAL.health: _("hospital trust"),
    NEUTRAL.rescue: _("rescue service"),
    NEUTRAL.radio: _("public-safety radio operator"),
    NEUTRAL.telephone: _("telephone operator"),
    NEUTRAL.city: _("city administration"),
    "telephone companies": _("telephone companies"),
    "district heating company": _("district heating company"),
    "civil protection": _("civil protection"),
}
"""The neutral names that generated towns and those that ship have for owners; what a town wrote into its files stays
as it is."""

MAKERS: Mapping[str, Text] = {f"maker {letter}": _("vendor {letter}", letter=letter) for letter in "ABC"}
"""The neutral names that it has for vendors."""
