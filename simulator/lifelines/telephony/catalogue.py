"""The public telephone network: an exchange, the mobile sites that hang on it, and its lines."""

from __future__ import annotations

from simulator.contracts.catalogue import Catalogue, ComponentType, LinkType, TownPart, degraded, failed, normal
from simulator.contracts.cure import Cure
from simulator.contracts.failure import Confidence, Fragility, HazardType, out_for
from simulator.contracts.fault import ELSEWHERE, FaultPoint, Parameter
from simulator.contracts.link import LinkKind
from simulator.contracts.repair import repair_hours
from simulator.contracts.sources import assumed
from simulator.contracts.words import Words
from simulator.coupling.catalogue import LINK_CUT, SERVED_LESS
from simulator.domains.ict.catalogue import TRADE
from simulator.lifelines.catalogue import DOMAIN

_ = Words("simulator.lifelines.telephony")

EXCHANGE, MOBILE_SITE = "telephone-exchange", "mobile-site"
TELEPHONE = LinkKind("telephone")

CATALOGUE = Catalogue(
    "telephony",
    api=1,
    types=(
        ComponentType(
            EXCHANGE,
            DOMAIN,
            _("telephone exchange"),
            (
                FaultPoint(
                    "exchange-out", _("telephone exchange is out"), disables=True, evidence=(SERVED_LESS, ELSEWHERE)
                ),
            ),
            (
                Parameter(
                    "portable_cells",
                    "",
                    0.0,
                    "assumption",
                    _("portable cells, each of which serves a district whose site is out: with power of their own"),
                    at_least=0.0,
                    cure=Cure(_("portable cells for mobile phones"), 10, 1, "assumption", added=True),
                ),
                Parameter(
                    "portable_after_s",
                    "s",
                    14_400.0,
                    assumed(_("fetched, driven there, put up, linked by microwave or satellite")),
                    _("time until a portable cell serves"),
                    at_least=0.0,
                ),
            ),
            ladder=(
                normal("everywhere", _("everywhere")),
                degraded("in-places", _("in some districts only")),
                failed("none", _("none")),
            ),
            gives=(TELEPHONE,),
            trade=TRADE,
            repair=repair_hours(4),
            process="simulator.lifelines.telephony.process:Telephony",
            order=5,
            about=_("exchange of the public telephone network, on which mobile sites and telephone lines hang"),
            glyph="M-5 5V-2L0 -6L5 -2V5H1V1H-1V5Z",
            technical=True,
            no_rate="no figure was found",
        ),
        ComponentType(
            MOBILE_SITE,
            DOMAIN,
            _("mobile phone site"),
            (FaultPoint("mobile-site-out", _("mobile phone site is out"), disables=True, evidence=(ELSEWHERE,)),),
            trade=TRADE,
            repair=repair_hours(4),
            site=True,
            order=6,
            about=_("site of the public mobile network: all operators of a district as one, or one of several"),
            glyph="M-1 6V-1L-5 -6H5L1 -1V6Z",
            shown_failed=True,
            no_rate="no figure was found",
        ),
    ),
    links=(
        LinkType(
            TELEPHONE,
            DOMAIN,
            _("telephone"),
            TRADE,
            (LINK_CUT,),
            order=60,
            second=_("second telephone line"),
        ),
    ),
    town=(TownPart("simulator.lifelines.telephony.town:exchange_and_sites", 125),),
    fragilities=(
        Fragility(
            id="flood-telephone",
            hazard=HazardType.FLOOD,
            kinds=(EXCHANGE,),
            median=0.5,
            beta=0.3,
            fault="exchange-out",
            source=assumed(_("lowest equipment in a rack or cabinet")),
            confidence=Confidence.ASSUMPTION,
            outage=out_for(24),
        ),
        Fragility(
            id="flood-mobile-site",
            hazard=HazardType.FLOOD,
            kinds=(MOBILE_SITE,),
            median=0.5,
            beta=0.3,
            fault="mobile-site-out",
            source=assumed(_("lowest equipment in a rack or cabinet")),
            confidence=Confidence.ASSUMPTION,
            outage=out_for(24),
        ),
    ),
)
