"""Warning of the public: phones, sirens, loudspeaker vans."""

from __future__ import annotations

from simulator.contracts.catalogue import (
    Catalogue,
    ComponentType,
    analogue,
    failed,
    normal,
    technical,
)
from simulator.contracts.fault import FaultPoint, Parameter
from simulator.lifelines.catalogue import DOMAIN

_WARNTAG = "online survey on the Warntag of 2023 (BBK, by way of the press)"

CATALOGUE = Catalogue(
    "public-warning",
    api=1,
    types=(
        ComponentType(
            "public-warning",
            DOMAIN,
            "warning of the public: mobile phones, else sirens, else loudspeaker vans",
            (FaultPoint("warning-out", "no warning goes to mobile phones"),),
            (
                Parameter("digital_share", "1", 0.75, _WARNTAG, "share of people reached by cell broadcast"),
                Parameter("vans_s", "s", 1800.0, "assumption", "time until loudspeaker vans are under way"),
            ),
            ladder=(normal("digital"), technical("sirens"), analogue("vans"), failed("none")),
            process="simulator.lifelines.public_warning.process:PublicWarning",
            order=90,
        ),
        ComponentType(
            "siren",
            DOMAIN,
            "siren of a district, sounded from afar over its control link, else by hand",
            (FaultPoint("siren-out", "the siren makes no sound", disables=True),),
            (
                Parameter("heard_share", "1", 0.54, _WARNTAG, "share of the people of its district who hear it"),
                Parameter("by_hand_s", "s", 1800.0, "assumption", "time until it is sounded by hand"),
            ),
            site=True,
            order=30,
        ),
        ComponentType(
            "loudspeaker-van",
            DOMAIN,
            "loudspeaker van that drives through the streets",
            (FaultPoint("van-out", "the van does not drive", disables=True),),
            (
                Parameter("people_h", "1/h", 3000.0, "assumption", "people that it warns in an hour"),
                Parameter("endurance_s", "s", 28800.0, "assumption", "how long it drives before its crew must rest"),
            ),
            site=True,
            order=40,
        ),
    ),
)
