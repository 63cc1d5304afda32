"""The waterworks' control room."""

from __future__ import annotations

from simulator.contracts.catalogue import (
    Catalogue,
    ComponentType,
    TownPart,
    analogue,
    failed,
    normal,
    technical,
)
from simulator.contracts.fault import Parameter
from simulator.contracts.words import Words
from simulator.coupling.catalogue import CENTRE_FAULTS, NO_WEAR, SITE_OUT, STAFF_ABSENT, flooded_site
from simulator.domains.ict.catalogue import CONTROL
from simulator.domains.water.catalogue import COMMAND_FAULTS, PEAK_DEMAND, SAMPLING
from simulator.lifelines.catalogue import DOMAIN

_ = Words("simulator.lifelines.waterworks")

CATALOGUE = Catalogue(
    "waterworks",
    api=1,
    types=(
        ComponentType(
            "waterworks",
            DOMAIN,
            _("waterworks"),
            (SITE_OUT, STAFF_ABSENT, PEAK_DEMAND, *CENTRE_FAULTS, *COMMAND_FAULTS),
            (
                Parameter(
                    "by_hand_after_s", "s", 900.0, "assumption", _("time until crews are sent to pumps that are frozen")
                ),
                *SAMPLING,
            ),
            ladder=(
                normal("central", _("central")),
                analogue("by-hand", _("operation by hand")),
                technical("local", _("local")),
                failed("none", _("none")),
            ),
            gives=(CONTROL,),
            technical=True,
            process="simulator.lifelines.waterworks.process:Waterworks",
            order=60,
            about=_("waterworks' control room: commands pumps over its control links"),
            glyph="M-6 5V-5L-2 -1V-5L2 -1V-5L6 -1V5Z",
            shed=2,
            no_rate=NO_WEAR,
        ),
    ),
    town=(
        TownPart("simulator.lifelines.waterworks.town:control_room", 40),
        TownPart("simulator.lifelines.waterworks.town:levels", 250),
    ),
    fragilities=(flooded_site("waterworks"),),
)
