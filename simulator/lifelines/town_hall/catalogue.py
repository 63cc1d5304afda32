"""The digital town hall."""

from __future__ import annotations

from simulator.contracts.catalogue import (
    Catalogue,
    ComponentType,
    TownPart,
    analogue,
    failed,
    normal,
)
from simulator.contracts.cure import Cure
from simulator.contracts.fault import Parameter
from simulator.contracts.sources import assumed
from simulator.contracts.words import Verbatim, Words
from simulator.coupling.catalogue import NO_WEAR, RANSOMWARE, SITE_OUT, STAFF_ABSENT, flooded_site
from simulator.lifelines.catalogue import DOMAIN

_ = Words("simulator.lifelines.town_hall")

CATALOGUE = Catalogue(
    "town-hall",
    api=1,
    types=(
        ComponentType(
            "town-hall",
            DOMAIN,
            _("town hall"),
            (SITE_OUT, STAFF_ABSENT, RANSOMWARE),
            (
                Parameter("opens_s", "s", 28800.0, assumed(Verbatim("08:00")), _("when its counters open")),
                Parameter("closes_s", "s", 64800.0, assumed(Verbatim("18:00")), _("when its counters close")),
                Parameter(
                    "paper_share",
                    "1",
                    0.3,
                    "assumption",
                    _("share of the cases that the counters handle on paper"),
                    cure=Cure(_("a larger paper counter"), 1.0, 0.01, "assumption: all cases"),
                ),
                Parameter("activate_s", "s", 3600.0, "assumption", _("time until the counters work on paper")),
            ),
            ladder=(normal("online", _("online")), analogue("paper", _("paper")), failed("none", _("none"))),
            process="simulator.lifelines.town_hall.process:TownHall",
            order=50,
            about=_("digital town hall: online, else the paper counter"),
            glyph="M-6 5V-2H-4V-6H-1.5V-2H1.5V-6H4V-2H6V5Z",
            shed=2,
            no_rate=NO_WEAR,
        ),
    ),
    town=(
        TownPart("simulator.lifelines.town_hall.town:hall", 100),
        TownPart("simulator.lifelines.town_hall.town:levels", 255),
    ),
    fragilities=(flooded_site("town-hall"),),
)
