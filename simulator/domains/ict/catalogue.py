"""What the data network declares: nodes of the data graph, gateways, brokers and services."""

from __future__ import annotations

from simulator.contracts.catalogue import (
    Balance,
    Catalogue,
    CityCheck,
    ComponentType,
    LinkType,
    Page,
    Start,
    SubSystem,
    TownPart,
    TradeType,
    failed,
    normal,
    technical,
)
from simulator.contracts.component import Domain
from simulator.contracts.failure import Confidence, FailureRate, Fragility, HazardType, out_for
from simulator.contracts.fault import ELSEWHERE, FaultPoint, Parameter, begins, rises
from simulator.contracts.figures import FigureKind, Formula
from simulator.contracts.level import Measure
from simulator.contracts.link import LinkKind
from simulator.contracts.quantities import At, QuantityName, Recorded, Tells
from simulator.contracts.repair import Trade, repair_hours
from simulator.contracts.sources import assumed
from simulator.contracts.words import SHARE, Words
from simulator.coupling.catalogue import ALL_DEVICES, CARRIED, LINK_CUT, RANSOMWARE, TAKEN_OVER, beside, more_people
from simulator.sensors.catalogue import REPORT_FAULTS

_ = Words("simulator.domains.ict")

DOMAIN = Domain("ict")
DATA, CONTROL = LinkKind("data"), LinkKind("control")
TRADE = Trade("ict")
SERVER, ROUTER, SWITCH, RADIO_SITE, GATEWAY = "server", "router", "switch", "radio-site", "gateway"
BROKER, SERVICE = "broker", "service"
DATA_CENTRE = "data"
"""The cluster of the servers in the data centre of a generated town."""

FLOODING = FaultPoint(
    "flooding",
    _("flooded with requests"),
    parameters=(
        Parameter(
            "load", "1", 2.0, "assumption", _("messages that come in, as a share of what can be served"), at_least=0.0
        ),
        Parameter("service_s", "s", 0.001, "assumption", _("mean time to serve a message"), at_least=0.0),
        Parameter("queue", "", 100.0, "assumption", _("messages that can wait"), at_least=1.0),
    ),
    judged=False,
    about=_("so many messages come in that the others wait, are lost, or do not get through at all"),
    evidence=(ELSEWHERE,),
)
"""Denial of service: below the capacity waiting and loss grow, at the capacity the service is lost."""

_OUT = FaultPoint(
    "node-out",
    _("device is out"),
    disables=True,
    parameters=(ALL_DEVICES,),
    against=beside(_("a second device beside it"), 3.0, _("VRRP, RFC 9568: three times its interval of 1 s")),
    evidence=(CARRIED, TAKEN_OVER, ELSEWHERE),
    one_device=True,
)
_CLUSTER = Parameter("cluster", "", "", "assumption", _("servers of one cluster stand in for each other"))
_RANK = Parameter("rank", "", 1.0, "assumption", _("1 is preferred in the election"))

PROTOCOL = Parameter(
    "protocol",
    "",
    "senml",
    "assumption",
    _("what the devices behind the gateway speak: modern ones, or old ones with less to say"),
    ("senml", "modbus", "csv", "json-v0"),
)
PAYLOAD = Parameter("payload", "", "v1", "assumption", _("payload version that the gateway writes"), ("v1", "v2"))

REWRITTEN, REFUSED = "rewritten_readings", "refused_readings"
"""What new software on a gateway changes: the form of what arrives, or that nobody can read it."""

FALSE_READING = "false_reading_m"
"""What false data change: how far off controls see what they act on."""

FIRMWARE_UPDATE = FaultPoint(
    "firmware-update",
    _("new gateway software"),
    parameters=(
        Parameter(
            "payload", "", "v2", "assumption", _("payload version that the new software writes"), PAYLOAD.choices
        ),
        Parameter("faulty", "", False, "assumption", _("true: nobody can read what the new software writes")),
    ),
    about=_("the gateway gets new software, which is taken back afterwards"),
    evidence=(rises(REWRITTEN, 0.5), rises(REFUSED, 0.5), ELSEWHERE),
)
"""New software on a gateway: rolled out when it is applied, rolled back when it is cleared."""

FALSE_DATA = FaultPoint(
    "false-data",
    _("false data for controls"),
    parameters=(
        Parameter(
            "factor", "1", 2.0, "assumption", _("what readings of level and pressure are multiplied by"), at_least=0.01
        ),
        Parameter("offset_m", "m", 0.0, "assumption", _("what is added to them")),
    ),
    about=_("what the gateway passes on to controls is falsified"),
    evidence=(rises(FALSE_READING, 0.01), ELSEWHERE),
)
"""Controls of the water network act on it. What people are shown is another matter: see `readings-spoofed`."""

NODE_KINDS = ("server", "router", "switch", "radio-site", "gateway")
"""Kinds that forward messages. Everything else on a data link (pump, signal, hospital) is a leaf and forwards none."""

BROKER_OUT = FaultPoint("broker-out", _("broker does not run"), disables=True, evidence=(ELSEWHERE,))

CERTIFICATE_EXPIRED = FaultPoint(
    "certificate-expired",
    _("certificate has run out"),
    parameters=(
        Parameter(
            "reconnect",
            "",
            True,
            "assumption",
            _("true: connections are made anew at once, as after a restart; false: those that are there go on"),
        ),
    ),
    about=_("its certificate has run out: logins are refused until it is renewed"),
    evidence=(begins("held_readings", 0.5), ELSEWHERE),
)

LINK_DEGRADED = FaultPoint(
    "link-degraded",
    _("link loses and delays messages"),
    parameters=(
        Parameter(
            "loss",
            "1",
            0.0,
            "assumption",
            _("share of messages lost, added to the link's own"),
            at_least=0.0,
            at_most=1.0,
        ),
        Parameter("delay_s", "s", 0.0, "assumption", _("delay added to the link's latency"), at_least=0.0),
    ),
    evidence=(ELSEWHERE,),
)

_UPTIME = FigureKind(Formula.UPTIME, "availability", _("availability"), SHARE, _("mean availability, ITU-T E.800"))

CATALOGUE = Catalogue(
    "ict",
    api=1,
    subsystems=(
        SubSystem(
            DOMAIN,
            _("ICT"),
            TRADE,
            engine=True,
            colour="#cc79a7",
            page=Page(
                _("ICT"),
                _("The data network: servers, routers, radio, gateways."),
                40,
                Balance(
                    {"supplied": _("reachable"), "asked": _("installed")},
                    _("Gateways that reach the data centre, against all."),
                    "short",
                    counted="online",
                ),
            ),
        ),
    ),
    types=(
        ComponentType(
            SERVER,
            DOMAIN,
            _("server"),
            (_OUT, RANSOMWARE, FLOODING),
            (_CLUSTER, _RANK),
            forwards=(DATA,),
            repair=repair_hours(4),
            glyph="M-6 0L-3 -5H3L6 0L3 5H-3Z",
            roots=(DATA,),
            core=True,
            shed=1,
            device=True,
        ),
        ComponentType(
            ROUTER,
            DOMAIN,
            _("router"),
            (_OUT,),
            forwards=(DATA,),
            repair=repair_hours(3),
            glyph="M-4.5 0L-2 -4H2L4.5 0L2 4H-2Z",
            core=True,
            shed=1,
            device=True,
        ),
        ComponentType(
            SWITCH,
            DOMAIN,
            _("network switch"),
            (_OUT,),
            forwards=(DATA,),
            repair=repair_hours(3),
            glyph="M-3.5 0L-1.7 -3H1.7L3.5 0L1.7 3H-1.7Z",
            shown_failed=True,
            core=True,
            shed=1,
            device=True,
        ),
        ComponentType(
            RADIO_SITE,
            DOMAIN,
            _("radio site"),
            (_OUT,),
            forwards=(DATA,),
            vital=True,
            repair=repair_hours(4),
            about=_("radio site of the rescue services or of telemetry"),
            glyph="M-6 -5H6L1.2 1V6H-1.2V1Z",
            shed=1,
            device=True,
        ),
        ComponentType(
            GATEWAY,
            DOMAIN,
            _("telemetry gateway"),
            (_OUT, FIRMWARE_UPDATE, CERTIFICATE_EXPIRED, FALSE_DATA, *REPORT_FAULTS),
            (PROTOCOL, PAYLOAD),
            ladder=(
                normal("usual-way", _("usual way of readings")),
                technical("other-way", _("other way of readings")),
                failed("none", _("none")),
            ),
            forwards=(DATA,),
            repair=repair_hours(2),
            about=_("telemetry gateway of a district"),
            glyph="M-4 4V-4L4 0Z",
            shed=2,
            device=True,
        ),
        ComponentType(
            BROKER,
            DOMAIN,
            _("MQTT broker"),
            (BROKER_OUT, CERTIFICATE_EXPIRED),
            (Parameter("rank", "", 1.0, "assumption", _("gateways prefer the broker with the lowest")),),
            about=_("MQTT broker: hosted by the server that it has a data link with"),
            glyph="M-4 0L0 -4L4 0L0 4ZM-1.5 0A1.5 1.5 0 1 0 1.5 0A1.5 1.5 0 1 0 -1.5 0Z",
            no_curve="it is a program: its server has one",
            no_rate="it is a program: its server has one",
            mqtt_broker=True,
        ),
        ComponentType(
            SERVICE,
            DOMAIN,
            _("IT service"),
            (),
            (
                Parameter("cluster", "", None, "", _("the cluster that carries it")),
                Parameter("heartbeat_s", "s", 1.0, "assumption", _("time between two signs of life")),
                Parameter("missed", "", 3.0, "assumption", _("heartbeats missed before the standby is elected")),
                Parameter(
                    "standby",
                    "",
                    "warm",
                    "assumption",
                    _("a hot standby serves at once, a warm one after `takeover_s`, a cold one is switched on first"),
                    ("hot", "warm", "cold"),
                ),
                Parameter("takeover_s", "s", 10.0, "assumption", _("time the standby needs to start serving")),
                Parameter("boot_s", "s", 300.0, "assumption", _("time until a cold standby runs")),
                Parameter(
                    "fail_on_demand",
                    "1",
                    0.0,
                    assumed(_("no figure is known")),
                    _("chance that a standby does not start"),
                ),
                Parameter(
                    "voting",
                    "",
                    0.0,
                    "assumption",
                    _(
                        "servers of the cluster that must agree, as in 2 out of 3; "
                        "0 for one that serves while others wait"
                    ),
                ),
                Parameter(
                    "quorum",
                    "",
                    "none",
                    "assumption",
                    _(
                        "who may act when the network falls apart: everybody who reaches anything, or only those who "
                        "see more than half of all votes"
                    ),
                    ("none", "majority"),
                ),
                Parameter(
                    "witness",
                    "",
                    "",
                    "assumption",
                    _("node at a third place that has a vote of its own; none if empty"),
                ),
                Parameter(
                    "reconcile_s",
                    "s",
                    3600.0,
                    "assumption",
                    _("time without the service after two have acted, until what both have written is put together"),
                ),
                Parameter(
                    "failback_s", "s", 60.0, "assumption", _("time a preferred server must be well to take over again")
                ),
            ),
            ladder=(
                normal("primary", _("primary")),
                technical("majority", _("majority of servers")),
                technical("standby", _("standby server")),
                failed("split", _("two act at once")),
                failed("none", _("none")),
            ),
            same_medium=("primary", "majority", "standby"),
            gives=(CONTROL,),
            about=_("a duty that a cluster of servers carries: the member elected by rank and health runs it"),
            clustered=True,
            failover=True,
            mode_says_all=True,
        ),
    ),
    links=(
        LinkType(
            DATA,
            DOMAIN,
            _("data"),
            TRADE,
            (LINK_CUT, LINK_DEGRADED),
            undirected=True,
            buried=True,
            order=20,
            second=_("second data link"),
        ),
        LinkType(
            CONTROL,
            DOMAIN,
            _("remote control"),
            TRADE,
            (LINK_CUT,),
            needs_path=DATA,
            commands=True,
            passes_loss=True,
            order=30,
        ),
    ),
    trades=(
        TradeType(
            TRADE,
            _("ICT"),
            Parameter(
                "ict_crews",
                "",
                0.0,
                "assumption",
                _("crews for the data network and control rooms alone"),
                cure=more_people(_("more ICT crews")),
            ),
            order=2,
            in_town=1.0,
        ),
    ),
    quantities=(
        QuantityName(
            "online",
            "1",
            (GATEWAY,),
            _("online (1) or not (0)"),
            recorded=(Recorded(At.COMPONENT, 60),),
            tells=Tells.OFFLINE,
            own_record=True,
        ),
        QuantityName(
            "latency_s",
            "s",
            (GATEWAY,),
            _("latency in s"),
            recorded=(Recorded(At.COMPONENT, 70),),
            tells=Tells.DELAY,
        ),
        QuantityName("loss", "1", (GATEWAY,), _("share of messages lost")),
        QuantityName(
            "held_readings",
            "1",
            (GATEWAY,),
            _("readings held"),
            recorded=(Recorded(At.COMPONENT, 80),),
            tells=Tells.HELD,
        ),
        QuantityName(REWRITTEN, "1", (GATEWAY,), _("readings delivered in another form than before")),
        QuantityName(REFUSED, "1", (GATEWAY,), _("readings that nobody could read")),
        QuantityName(FALSE_READING, "m", (GATEWAY,), _("how far off controls see a level or pressure in m")),
    ),
    measures=(
        Measure(
            "ict-availability",
            DOMAIN,
            "1",
            "city|district",
            True,
            _("share of ICT nodes that work and reach the control centre"),
            _("ICT nodes"),
            _("{amount} of ICT nodes working and within reach"),
            _("availability"),
            for_people=False,
            figures=(_UPTIME,),
            counts=NODE_KINDS,
        ),
        Measure(
            "telemetry",
            DOMAIN,
            "1",
            "city",
            True,
            _("share of sensors that have power and whose gateway reaches the data centre"),
            _("telemetry"),
            _("{amount} of sensors heard at the data centre"),
            _("availability"),
            for_people=False,
            figures=(_UPTIME, FigureKind(Formula.READINGS)),
        ),
    ),
    town=(
        TownPart("simulator.domains.ict.town:network", 20),
        TownPart("simulator.domains.ict.town:levels", 240),
    ),
    starts=(Start("simulator.domains.ict:start", order=10),),
    checks=(
        CityCheck("simulator.domains.ict.checks:check_control_paths", whole=True),
        CityCheck("simulator.domains.ict.checks:check_services"),
        CityCheck("simulator.domains.ict.checks:check_votes"),
        CityCheck("simulator.domains.ict.checks:check_witness"),
    ),
    fragilities=(
        Fragility(
            id="flood-device",
            hazard=HazardType.FLOOD,
            kinds=(SERVER, SWITCH, ROUTER, GATEWAY, RADIO_SITE),
            median=0.5,
            beta=0.3,
            fault="node-out",
            parameters={ALL_DEVICES.name: True},
            source=assumed(_("lowest equipment in a rack or street cabinet")),
            confidence=Confidence.ASSUMPTION,
            outage=out_for(24, _("device exchanged")),
        ),
        Fragility(
            id="storm-radio-site",
            hazard=HazardType.STORM,
            kinds=(RADIO_SITE,),
            median=58.0,
            beta=0.1,
            fault="node-out",
            source=_(
                "ERAD (NREL), default wind curve of a transmission tower: 55 m/s and more; taken for a mast "
                "(assumption)"
            ),
            confidence=Confidence.ASSUMPTION,
            outage=out_for(24, beta=0.7),
        ),
        Fragility(
            id="heat-device",
            hazard=HazardType.HEAT,
            kinds=(ROUTER, SWITCH, GATEWAY, SERVER, RADIO_SITE),
            median=45.0,
            beta=0.05,
            fault="node-out",
            parameters={ALL_DEVICES.name: True},
            source=_("operating limit of 45 °C in makers' manuals (H3C, HPE); the spread around it: assumption"),
            confidence=Confidence.FOUND,
            outage=out_for(6, _("until it has cooled")),
        ),
    ),
    rates=(
        FailureRate(
            id="server",
            kinds=(SERVER,),
            rate=0.1,
            fault="node-out",
            source=assumed(
                _(
                    "an upper bound is 0.56 (Google 2008: 1,000 failures in the first year of a cluster "
                    "of 1,800 machines)"
                )
            ),
            confidence=Confidence.ASSUMPTION,
            mean_age_years=3,
            growth=0.1,
            support_years=8,
            support_source=_("StromNEV Anlage 1, I.9 (4–8)"),
            outage=out_for(4, _("a maintenance contract of four hours")),
        ),
        FailureRate(
            id="router",
            kinds=(ROUTER,),
            rate=0.0353,
            fault="node-out",
            source=_("maker's computed time between failures: 248,630 h (Cisco Catalyst 4507R+E)"),
            confidence=Confidence.FOUND,
            mean_age_years=5,
            growth=0.05,
            support_years=8,
            support_source=_("StromNEV Anlage 1, I.9 (4–8)"),
            outage=out_for(4, _("a maintenance contract of four hours")),
        ),
        FailureRate(
            id="switch",
            kinds=(SWITCH,),
            rate=0.0376,
            fault="node-out",
            source=_("maker's computed time between failures: 233,370 h (Cisco Catalyst 2960X-48FPD-L)"),
            confidence=Confidence.FOUND,
            mean_age_years=5,
            growth=0.05,
            support_years=8,
            support_source=_("StromNEV Anlage 1, I.9 (4–8)"),
            outage=out_for(4, _("a maintenance contract of four hours")),
        ),
        FailureRate(
            id="field-device",
            kinds=(GATEWAY, RADIO_SITE),
            rate=0.05,
            fault="node-out",
            source="assumption",
            confidence=Confidence.ASSUMPTION,
            mean_age_years=5,
            growth=0.05,
            support_years=10,
            outage=out_for(24),
        ),
    ),
)
