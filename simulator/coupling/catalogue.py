"""What the coupling declares: the crews and their depots, and what can befall any place with people, data or links."""

from __future__ import annotations

from simulator.contracts.catalogue import Catalogue, ComponentType, SubSystem, TownPart, TradeType
from simulator.contracts.component import Domain
from simulator.contracts.crews import Priority
from simulator.contracts.cure import Cure
from simulator.contracts.failure import Confidence, Fragility, HazardType, out_for
from simulator.contracts.fault import ELSEWHERE, FaultPoint, Parameter, falls, logged, stops
from simulator.contracts.quantities import QuantityName
from simulator.contracts.repair import Trade
from simulator.contracts.sources import Source, assumed
from simulator.contracts.words import Text, Verbatim, Words

_ = Words("simulator.coupling")

DOMAIN = Domain("crew")
DEPOT = "depot"
DRIVER, ALL = Trade("driver"), Trade("all")

SERVED_LESS = falls("duty_share", 1e-6, 60.0)
"""A lifeline serves less of its duty than before, at once: later it may also close for the night."""

SITE_OUT = FaultPoint(
    "site-out",
    _("site cannot be used"),
    disables=True,
    evidence=(SERVED_LESS, logged("crew.waits-for-depot"), ELSEWHERE),
)


NO_WEAR = "a building does not wear out within a run; what stands in it has rates of its own"
"""Why a place where people work has no failure rate."""


def flooded_site(*kinds: str) -> Fragility:
    """The curve of places where people work, under a flood."""
    return Fragility(
        id=f"flood-{kinds[0]}",
        hazard=HazardType.FLOOD,
        kinds=kinds,
        median=0.6,
        beta=0.3,
        fault=SITE_OUT.name,
        source=assumed(_("ground floor with plant rooms flooded")),
        confidence=Confidence.ASSUMPTION,
        outage=out_for(72),
    )


STAFF_RESERVE = Parameter(
    "staff_reserve",
    "1",
    0.0,
    "assumption",
    _("staff on stand-by, as a share of the usual staff; it is absent in the same proportion"),
    cure=Cure(_("staff on stand-by"), 1.0, 0.01, "assumption: as many again as there are"),
)

STAFF_ABSENT = FaultPoint(
    "staff-absent",
    _("staff is absent"),
    parameters=(
        Parameter(
            "share",
            "1",
            0.5,
            "assumption",
            _("share of the staff that is absent"),
            at_least=0.0,
            at_most=1.0,
        ),
    ),
    against=(STAFF_RESERVE,),
    evidence=(SERVED_LESS, ELSEWHERE),
)
"""On every kind of place that people work at: what it still serves sinks with those who are there."""


def more_people(title: Text, most: float = 20) -> Cure:
    """What can be bought of crews, drivers or officers, called `title`: up to `most` on top of those there are."""
    return Cure(title, most, 1, "assumption", added=True)


DEVICES, SPARE_AFTER = "devices", "spare_after_s"
"""Parameters of what may stand there more than once: how many, and the time until another one has taken over."""
ALL_DEVICES = Parameter(
    "all_devices", "", False, "assumption", _("true: also those that stand beside it, as water in their room does")
)
"""Of a fault of one device."""
TAKEN_OVER = logged("fault.taken-over")
"""Nothing else shows of a device that fails beside another one."""


def beside(title: Text, after_s: float, source: Source) -> tuple[Parameter, Parameter]:
    """What stands ready against a fault of one device: like ones beside it, of which one does all that is needed.

    `title` is what would be bought, `after_s` how long it takes until another one does its work, `source` where that
    comes from. Pass it as `against` of a fault point with `one_device`.
    """
    cure = Cure(title, 3, 1, "assumption: two beside it")
    return (
        Parameter(
            DEVICES,
            "",
            1.0,
            "assumption",
            _("like devices that stand beside each other; one of them is enough"),
            at_least=1.0,
            cure=cure,
        ),
        Parameter(SPARE_AFTER, "s", after_s, source, _("time until another one has taken over"), at_least=0.0),
    )


FUEL_NOT_DELIVERED = FaultPoint(
    "fuel-not-delivered", _("no fuel is delivered"), evidence=(logged("crew.waits-for-truck"), ELSEWHERE)
)
"""On a depot no truck leaves; on a generator none comes to it."""

NO_TANKERS = FaultPoint("no-tankers", _("no water tanker comes"), evidence=(SERVED_LESS, ELSEWHERE))

POLICE_ELSEWHERE = FaultPoint("police-elsewhere", _("police are needed elsewhere"), judged=False, evidence=(ELSEWHERE,))

CARRIED = stops("carried_messages", 0.5)
"""Messages went over it and have to take another way, or none."""

LINK_CUT = FaultPoint("link-cut", _("link is cut"), severs=True, evidence=(CARRIED, ELSEWHERE))
"""Every kind of link has it."""

LOSS_OF_VIEW = FaultPoint(
    "loss-of-view",
    _("control room sees nothing"),
    about=_("the control room gets no readings from what it commands"),
    evidence=(SERVED_LESS, ELSEWHERE),
)
"""It commands blindly: what it steers keeps the last set-point, and switching goes by hand."""

LOSS_OF_CONTROL = FaultPoint(
    "loss-of-control",
    _("control room's commands do not arrive"),
    about=_("the control room's commands do not arrive, though readings do"),
    evidence=(SERVED_LESS, ELSEWHERE),
)
"""What it commands does what its control links declare for when they are down."""

RANSOMWARE = FaultPoint(
    "ransomware",
    _("systems are encrypted"),
    disables=True,
    parameters=(
        Parameter(
            "restore_s", "s", 259_200.0, assumed(_("3 days")), _("time to restore them from backup"), at_least=1.0
        ),
    ),
    lasts="restore_s",
    about=_("the systems are encrypted until they are restored from backup"),
    evidence=(SERVED_LESS, ELSEWHERE),
)
"""Over once the backup is restored, or earlier when it is cleared."""

CENTRE_FAULTS = (LOSS_OF_VIEW, LOSS_OF_CONTROL)
"""What can befall everyone who commands things over control links."""

CATALOGUE = Catalogue(
    "crews",
    api=1,
    subsystems=(SubSystem(DOMAIN, _("crews"), colour="#56b4e9"),),
    types=(
        ComponentType(
            DEPOT,
            DOMAIN,
            _("depot"),
            (SITE_OUT, STAFF_ABSENT, FUEL_NOT_DELIVERED),
            (
                Parameter("day_from_s", "s", 21600.0, assumed(Verbatim("06:00")), _("when the day shift begins")),
                Parameter("day_until_s", "s", 79200.0, assumed(Verbatim("22:00")), _("when the night shift begins")),
                Parameter("night_share", "1", 0.5, "assumption", _("share of the crews on duty at night, rounded up")),
                Parameter("muster_s", "s", 900.0, "assumption", _("time from the call until a crew leaves")),
                Parameter(
                    "priority",
                    "",
                    Priority.LIFELINES.value,
                    "assumption",
                    _("which waiting job a free crew takes"),
                    tuple(priority.value for priority in Priority if priority is not Priority.ZONE),
                ),
                Parameter(
                    "priority_list", "", "", "assumption", _("ids in order, with spaces between; for `priority: list`")
                ),
                Parameter("parts", "", 4.0, "assumption", _("spare parts in stock for each trade")),
                Parameter(
                    "parts_delivery_s", "s", 86400.0, "assumption", _("time until a part that was used is replaced")
                ),
                Parameter(
                    "fuel_trucks",
                    "",
                    1.0,
                    "assumption",
                    _("fuel trucks that leave from it"),
                    cure=Cure(_("more fuel trucks"), 10, 1, "assumption", added=True),
                ),
                Parameter(
                    "water_tankers",
                    "",
                    2.0,
                    "assumption",
                    _("water tankers that leave from it"),
                    cure=Cure(_("more water tankers"), 20, 1, "assumption", added=True),
                ),
                Parameter("crew_vehicles", "", 12.0, "assumption", _("vehicles in which crews leave"), at_least=0.0),
                Parameter("van_tank_l", "l", 70.0, "assumption", _("tank of a crew's vehicle")),
                Parameter(
                    "van_l_h",
                    "l/h",
                    3.0,
                    assumed(Verbatim("10 l/100 km, 30 km/h")),
                    _("fuel that it takes on the road"),
                ),
                Parameter("truck_tank_l", "l", 200.0, "assumption", _("tank of a fuel truck or water tanker")),
                Parameter(
                    "truck_l_h",
                    "l/h",
                    10.0,
                    assumed(Verbatim("33 l/100 km, 30 km/h")),
                    _("fuel that it takes on the road"),
                ),
                Parameter(
                    "shift_s",
                    "s",
                    28800.0,
                    _("Working Hours Act (ArbZG), section 3"),
                    _("shift after which a crew is relieved"),
                ),
                Parameter(
                    "overtime_s",
                    "s",
                    7200.0,
                    _("Working Hours Act (ArbZG), section 3"),
                    _("how much longer it stays if nobody relieves it"),
                ),
                Parameter("truck_l", "l", 5000.0, "assumption", _("fuel that one truck carries")),
                Parameter(
                    "fuel_store_l", "l", 20000.0, "assumption", _("fuel at hand; what is used up is not replaced")
                ),
            ),
            site=True,
            order=50,
            about=_("depot from which crews, fuel trucks and tankers leave"),
            glyph="M-6 4A6 6 0 0 1 6 4Z",
            visited=True,
            called=True,
            base=True,
            shed=2,
            no_rate=NO_WEAR,
        ),
    ),
    trades=(
        TradeType(
            DRIVER,
            _("drivers"),
            Parameter(
                "drivers",
                "",
                0.0,
                "assumption",
                _("drivers of fuel trucks who do nothing else"),
                cure=more_people(_("more drivers")),
            ),
            order=4,
            in_town=2.0,
        ),
        TradeType(
            ALL,
            _("any work"),
            Parameter(
                "crews",
                "",
                2.0,
                "assumption",
                _("crews that do any work"),
                cure=more_people(_("more crews for any work")),
            ),
            any_work=True,
            order=5,
        ),
    ),
    quantities=(
        QuantityName(
            SERVED_LESS.quantity,
            "1",
            (),
            _("share of the duty that is served"),
            of_types_that=lambda of: bool(of.process),
        ),
        QuantityName(
            CARRIED.quantity,
            "1",
            (),
            _("gateways whose messages pass"),
            of_types_that=lambda of: bool(of.forwards),
        ),
        QuantityName("working", "1", ("any",), _("works (1) or not (0)"), own_record=True),
        QuantityName(
            "staff_share",
            "1",
            (),
            _("share of the staff that is there"),
            of_types_with=STAFF_ABSENT.name,
            own_record=True,
        ),
        QuantityName("crews_on_duty", "1", (DEPOT,), _("crews on duty"), own_record=True),
        QuantityName("fuel_trucks", "1", (DEPOT,), _("fuel trucks that could leave")),
        QuantityName("fuel_store_l", "l", (DEPOT,), _("fuel in the store in l")),
    ),
    town=(TownPart("simulator.city.generator.depots:depots", 120),),
    depot=DEPOT,
    fragilities=(flooded_site(DEPOT),),
)
