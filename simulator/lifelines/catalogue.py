"""What all lifelines have in common: their sub-system, and the share of their duty that they serve."""

from __future__ import annotations

from simulator.contracts.catalogue import (
    Catalogue,
    Page,
    Start,
    SubSystem,
)
from simulator.contracts.component import Domain
from simulator.contracts.level import Measure
from simulator.contracts.words import Words

_ = Words("simulator.lifelines")

DOMAIN = Domain("lifeline")
SERVED = "lifeline"
"""The measure of every lifeline."""

CATALOGUE = Catalogue(
    "lifelines",
    api=1,
    subsystems=(
        SubSystem(
            DOMAIN,
            _("lifelines"),
            for_people=True,
            colour="#009e73",
            page=Page(_("Lifelines"), _("What people lean on when networks fail."), 50),
            fallback_rank=0,
        ),
    ),
    measures=(
        Measure(
            "lifeline",
            DOMAIN,
            "1",
            "component",
            True,
            _("share of the lifeline's duty that is served"),
            _("lifeline"),
            _("{amount} of its service"),
            _("mode table of the lifeline"),
        ),
    ),
    starts=(Start("simulator.lifelines:start", order=60),),
)
