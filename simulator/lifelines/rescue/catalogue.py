"""Rescue dispatch with its radio, and the stations that ambulances leave from."""

from __future__ import annotations

from simulator.contracts.catalogue import (
    Alert,
    Catalogue,
    ComponentType,
    TownPart,
    analogue,
    failed,
    normal,
    technical,
)
from simulator.contracts.cure import Cure
from simulator.contracts.fault import ELSEWHERE, FaultPoint, Parameter
from simulator.contracts.sources import assumed
from simulator.contracts.words import Words
from simulator.coupling.catalogue import NO_WEAR, SERVED_LESS, SITE_OUT, STAFF_ABSENT, flooded_site, more_people
from simulator.domains.ict.catalogue import CONTROL
from simulator.domains.traffic.catalogue import RESCUE_ARRIVAL
from simulator.lifelines.catalogue import DOMAIN

_ = Words("simulator.lifelines.rescue")

RESCUE_DISPATCH = "rescue-dispatch"

CATALOGUE = Catalogue(
    "rescue",
    api=1,
    types=(
        ComponentType(
            RESCUE_DISPATCH,
            DOMAIN,
            _("rescue dispatch centre"),
            (
                SITE_OUT,
                STAFF_ABSENT,
                FaultPoint("direct-mode-fails", _("direct mode fails"), evidence=(SERVED_LESS, ELSEWHERE)),
            ),
            (
                Parameter("direct_s", "s", 300.0, "assumption", _("time until crews have switched to direct mode")),
                Parameter(
                    "direct_lasts_s",
                    "s",
                    43200.0,
                    assumed(_("a shift of 12 h")),
                    _("how long handsets last without a charge"),
                    cure=Cure(_("spare batteries for handsets"), 604_800, 600, "a week, as for emergency power"),
                ),
                Parameter("runners_s", "s", 1800.0, "assumption", _("time until runners carry messages")),
                Parameter(
                    "give_up_s",
                    "s",
                    120.0,
                    "assumption",
                    _("time until somebody whose phone is dead sets off to the next place that can send help"),
                ),
                Parameter(
                    "points_s",
                    "s",
                    1800.0,
                    _("Stuttgart fire brigade, 2026: 26 such places, manned within 30 min"),
                    _("time from the loss of phones in a district until its fire station is manned and calls by radio"),
                ),
                Parameter(
                    "by_phone_s",
                    "s",
                    60.0,
                    "assumption",
                    _("by how much later a station hears by phone than by radio, and a call goes by the next centre"),
                ),
                Parameter(
                    "by_messenger_s",
                    "s",
                    900.0,
                    "assumption",
                    _("by how much later a station is alerted by a messenger than by radio"),
                ),
            ),
            ladder=(
                normal("trunked", _("trunked radio")),
                technical("isolated-cell", _("isolated cell")),
                analogue("direct-mode", _("direct mode")),
                analogue("runners", _("runners")),
                failed("none", _("none")),
            ),
            gives=(CONTROL,),
            same_medium=("trunked", "isolated-cell", "direct-mode"),
            vital=True,
            called=True,
            same_need=RESCUE_ARRIVAL,
            process="simulator.lifelines.rescue.process:RescueDispatch",
            order=20,
            about=_("rescue dispatch centre and its radio: trunked over the sites, isolated cell, direct mode"),
            glyph="M0 -7L2 -2H7L3 1.5L4.5 6.5L0 3.5L-4.5 6.5L-3 1.5L-7 -2H-2Z",
            shed=1,
            no_rate=NO_WEAR,
        ),
        ComponentType(
            "rescue-station",
            DOMAIN,
            _("rescue station"),
            (SITE_OUT, STAFF_ABSENT),
            (
                Parameter(
                    "ambulances",
                    "",
                    2.0,
                    _("Hesse: 495 vehicles at 257 stations (2014); Baden-Württemberg: 480 at 320"),
                    _("ambulances with their crews"),
                    cure=more_people(_("more ambulances with crews")),
                ),
            ),
            site=True,
            vital=True,
            order=20,
            about=_("station that ambulances leave from"),
            glyph="M0 -5L1.4 -1.4H5L2.1 1L3.2 4.6L0 2.5L-3.2 4.6L-2.1 1L-5 -1.4H-1.4Z",
            visited=True,
            base=True,
            shed=1,
            no_rate=NO_WEAR,
            ambulances=True,
            sited=("emergency=ambulance_station", "amenity=fire_station"),
        ),
    ),
    town=(
        TownPart("simulator.lifelines.rescue.town:centre_sites_stations", 70),
        TownPart("simulator.lifelines.rescue.town:levels", 252),
    ),
    fragilities=(flooded_site(RESCUE_DISPATCH, "rescue-station"),),
    alerts=(
        Alert(
            "stadtwerk-rescue-no-fallback",
            _("Rescue radio without fallback"),
            _("{{ $labels.component }}: rescue radio has no fallback left or is out (run {{ $labels.run }})."),
            _(
                "1. Page Lifelines: which mode, since when? 2. Switch vehicles to direct mode, man meeting "
                "points and runners by the plan. 3. Radio sites: is it power or the link that is lost (page "
                "ICT)? Send a crew with a generator. 4. Keep emergency calls going by telephone and at the "
                "stations, tell the public where to get help."
            ),
            last_way_of=RESCUE_DISPATCH,
            page="lifeline",
            panel="lifelines",
            order=30,
        ),
    ),
)
