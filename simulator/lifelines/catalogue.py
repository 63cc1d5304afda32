"""What all lifelines have in common: their sub-system, and the share of their duty that they serve."""

from __future__ import annotations

from simulator.contracts.catalogue import (
    Catalogue,
    Start,
    SubSystem,
)
from simulator.contracts.component import Domain
from simulator.contracts.level import Measure

DOMAIN = Domain("lifeline")
SERVED = "lifeline"
"""The measure of every lifeline."""

CATALOGUE = Catalogue(
    "lifelines",
    api=1,
    subsystems=(SubSystem(DOMAIN, "lifelines", for_people=True),),
    measures=(
        Measure(
            "lifeline",
            DOMAIN,
            "1",
            "component",
            True,
            "share of the lifeline's duty that is served",
            "erbrachter Anteil der Aufgabe",
            "mode table of the lifeline",
        ),
    ),
    starts=(Start("simulator.lifelines:start", order=60),),
)
