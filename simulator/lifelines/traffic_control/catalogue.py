"""The traffic control centre."""

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
from simulator.contracts.sources import assumed
from simulator.contracts.words import Words
from simulator.coupling.catalogue import (
    CENTRE_FAULTS,
    NO_WEAR,
    POLICE_ELSEWHERE,
    SITE_OUT,
    STAFF_ABSENT,
    flooded_site,
    more_people,
)
from simulator.domains.ict.catalogue import CONTROL, FLOODING
from simulator.domains.ict.catalogue import TRADE as ICT
from simulator.lifelines.catalogue import DOMAIN

_ = Words("simulator.lifelines.traffic_control")

POLICE_STATION = "police-station"

CATALOGUE = Catalogue(
    "traffic-control",
    api=1,
    types=(
        ComponentType(
            "traffic-control-centre",
            DOMAIN,
            _("traffic control centre"),
            (SITE_OUT, STAFF_ABSENT, *CENTRE_FAULTS, FLOODING),
            ladder=(
                normal("central", _("central")),
                technical("local", _("local")),
                analogue("police", _("police")),
                failed("none", _("none")),
            ),
            gives=(CONTROL,),
            trade=ICT,
            technical=True,
            process="simulator.lifelines.traffic_control.process:TrafficControlCentre",
            order=40,
            about=_("traffic control centre: central programmes over its control links, else local ones, else police"),
            glyph="M-6 -1L0 -6L6 -1V5H-6Z",
            shed=2,
            no_rate=NO_WEAR,
        ),
        ComponentType(
            POLICE_STATION,
            DOMAIN,
            _("police station"),
            (SITE_OUT, STAFF_ABSENT, POLICE_ELSEWHERE),
            (
                Parameter(
                    "officers",
                    "",
                    24.0,
                    "assumption",
                    _("police officers for junctions whose signals are dark"),
                    cure=more_people(_("more police officers for junctions"), 200),
                ),
                Parameter("officers_at_junction", "", 2.0, "assumption", _("officers that regulate one junction")),
                Parameter(
                    "stint_s",
                    "s",
                    14400.0,
                    "assumption",
                    _("how long officers stand before they are relieved or leave"),
                ),
                Parameter("rest_s", "s", 14400.0, "assumption", _("how long they rest after that")),
                Parameter("cars", "", 12.0, "assumption", _("patrol cars in which officers leave")),
                Parameter("car_tank_l", "l", 60.0, "assumption", _("tank of a patrol car")),
                Parameter(
                    "car_l_h", "l/h", 3.0, assumed(_("10 l/100 km, 30 km/h")), _("fuel that it takes on the road")
                ),
                Parameter(
                    "idle_l_h", "l/h", 1.0, "assumption", _("fuel that it takes while it stands, for light and radio")
                ),
            ),
            site=True,
            called=True,
            police=True,
            visited=True,
            order=40,
            about=_("police station that officers for dark junctions leave from"),
            glyph="M0 -6L5 -4V0Q5 4 0 6Q-5 4 -5 0V-4Z",
            shed=1,
            no_rate=NO_WEAR,
        ),
    ),
    town=(
        TownPart("simulator.lifelines.traffic_control.town:control_centre", 60),
        TownPart("simulator.lifelines.traffic_control.town:police", 65),
        TownPart("simulator.lifelines.traffic_control.town:levels", 251),
    ),
    fragilities=(flooded_site("traffic-control-centre", POLICE_STATION),),
)
