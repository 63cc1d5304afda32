"""Warning of the public: phones, sirens, loudspeaker vans."""

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
from simulator.contracts.fault import ELSEWHERE, FaultPoint, Parameter
from simulator.contracts.words import Words
from simulator.coupling.catalogue import SERVED_LESS
from simulator.lifelines.catalogue import DOMAIN

_ = Words("simulator.lifelines.public_warning")

_WARNTAG = _("online survey on the Warntag of 2023 (BBK, by way of the press)")

CATALOGUE = Catalogue(
    "public-warning",
    api=1,
    types=(
        ComponentType(
            "public-warning",
            DOMAIN,
            _("warning of the public"),
            (FaultPoint("warning-out", _("warning on mobile phones is out"), evidence=(SERVED_LESS, ELSEWHERE)),),
            (
                Parameter("digital_share", "1", 0.75, _WARNTAG, _("share of people reached by cell broadcast")),
                Parameter("vans_s", "s", 1800.0, "assumption", _("time until loudspeaker vans are under way")),
            ),
            ladder=(
                normal("digital", _("mobile phones")),
                technical("sirens", _("sirens")),
                analogue("vans", _("loudspeaker vans")),
                failed("none", _("none")),
            ),
            process="simulator.lifelines.public_warning.process:PublicWarning",
            order=90,
            about=_("warning of the public: mobile phones, else sirens, else loudspeaker vans"),
            inside=True,
        ),
        ComponentType(
            "siren",
            DOMAIN,
            _("siren"),
            (FaultPoint("siren-out", _("siren is out"), disables=True, evidence=(ELSEWHERE,)),),
            (
                Parameter("heard_share", "1", 0.54, _WARNTAG, _("share of the people of its district who hear it")),
                Parameter("by_hand_s", "s", 1800.0, "assumption", _("time until it is sounded by hand")),
            ),
            site=True,
            order=30,
            about=_("siren of a district, sounded from afar over its control link, else by hand"),
            glyph="M-1.5 5V0L-5 -5H5L1.5 0V5Z",
            shown_failed=True,
            no_curve="no figure was found",
            no_rate="no figure was found",
            sited=("emergency=siren",),
        ),
        ComponentType(
            "loudspeaker-van",
            DOMAIN,
            _("loudspeaker van"),
            (FaultPoint("van-out", _("loudspeaker van is out"), disables=True, evidence=(ELSEWHERE,)),),
            (
                Parameter("people_h", "1/h", 3000.0, "assumption", _("people that it warns in an hour")),
                Parameter("endurance_s", "s", 28800.0, "assumption", _("how long it drives before its crew must rest")),
            ),
            site=True,
            order=40,
            about=_("loudspeaker van that drives through the streets"),
            glyph="M-6 3V-1H-2V-4L4 -1H6V3Z",
            shown_failed=True,
            no_curve="it drives out of the way",
            no_rate="no figure was found",
        ),
    ),
    town=(
        TownPart("simulator.lifelines.public_warning.town:room_sirens_vans", 80),
        TownPart("simulator.lifelines.public_warning.town:levels", 253),
    ),
)
