"""The waterworks' control room."""

from __future__ import annotations

from simulator.contracts.catalogue import (
    Catalogue,
    ComponentType,
    analogue,
    failed,
    normal,
    technical,
)
from simulator.contracts.fault import Parameter
from simulator.coupling.catalogue import CENTRE_FAULTS, SITE_OUT, STAFF_ABSENT
from simulator.domains.ict.catalogue import CONTROL
from simulator.domains.water.catalogue import COMMAND_FAULTS, PEAK_DEMAND
from simulator.lifelines.catalogue import DOMAIN

CATALOGUE = Catalogue(
    "waterworks",
    api=1,
    types=(
        ComponentType(
            "waterworks",
            DOMAIN,
            "waterworks' control room: commands pumps over its control links",
            (SITE_OUT, STAFF_ABSENT, PEAK_DEMAND, *CENTRE_FAULTS, *COMMAND_FAULTS),
            (
                Parameter(
                    "by_hand_after_s", "s", 900.0, "assumption", "time until crews are sent to pumps that are frozen"
                ),
            ),
            ladder=(normal("central"), analogue("by-hand"), technical("local"), failed("none")),
            gives=(CONTROL,),
            process="simulator.lifelines.waterworks.process:Waterworks",
            order=60,
        ),
    ),
)
