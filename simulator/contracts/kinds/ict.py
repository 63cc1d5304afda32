"""Kinds of the ICT network: nodes of the data graph."""

from __future__ import annotations

from simulator.contracts.component import Domain
from simulator.contracts.fault import FaultPoint, Parameter
from simulator.contracts.kinds.cyber import FLOODING, RANSOMWARE
from simulator.contracts.kinds.kind import Kind
from simulator.contracts.kinds.sensor import REPORT_FAULTS

_OUT = FaultPoint("node-out", "the device does not work", disables=True)
_CLUSTER = Parameter("cluster", "", "", "assumption", "servers of one cluster stand in for each other")
_RANK = Parameter("rank", "", 1.0, "assumption", "1 is preferred in the election")

PROTOCOL = Parameter(
    "protocol",
    "",
    "senml",
    "assumption",
    "what the devices behind the gateway speak: modern ones, or old ones with less to say",
    ("senml", "modbus", "csv", "json-v0"),
)
PAYLOAD = Parameter("payload", "", "v1", "assumption", "payload version that the gateway writes", ("v1", "v2"))

FIRMWARE_UPDATE = FaultPoint(
    "firmware-update",
    "the gateway gets new software, which is taken back afterwards",
    parameters=(
        Parameter("payload", "", "v2", "assumption", "payload version that the new software writes", PAYLOAD.choices),
        Parameter("faulty", "", False, "assumption", "true: nobody can read what the new software writes"),
    ),
)
"""New software on a gateway: rolled out when it is applied, rolled back when it is cleared."""

FALSE_DATA = FaultPoint(
    "false-data",
    "what the gateway passes on to controls is falsified",
    parameters=(
        Parameter(
            "factor", "1", 2.0, "assumption", "what readings of level and pressure are multiplied by", at_least=0.01
        ),
        Parameter("offset_m", "m", 0.0, "assumption", "what is added to them"),
    ),
)
"""Controls of the water network act on it. What people are shown is another matter: see `readings-spoofed`."""

BROKER_OUT = FaultPoint("broker-out", "the broker's program does not run", disables=True)

CERTIFICATE_EXPIRED = FaultPoint(
    "certificate-expired",
    "its certificate has run out: logins are refused until it is renewed",
    parameters=(
        Parameter(
            "reconnect",
            "",
            True,
            "assumption",
            "true: connections are made anew at once, as after a restart; false: those that are there go on",
        ),
    ),
)

KINDS = (
    Kind("server", Domain.ICT, "server", (_OUT, RANSOMWARE, FLOODING), (_CLUSTER, _RANK)),
    Kind("router", Domain.ICT, "router", (_OUT,)),
    Kind("switch", Domain.ICT, "network switch", (_OUT,)),
    Kind("radio-site", Domain.ICT, "radio site of the rescue services or of telemetry", (_OUT,)),
    Kind(
        "gateway",
        Domain.ICT,
        "telemetry gateway of a district",
        (_OUT, FIRMWARE_UPDATE, CERTIFICATE_EXPIRED, FALSE_DATA, *REPORT_FAULTS),
        (PROTOCOL, PAYLOAD),
        ("usual-way", "other-way", "none"),
    ),
    Kind(
        "broker",
        Domain.ICT,
        "MQTT broker: hosted by the server that it has a data link with",
        (BROKER_OUT, CERTIFICATE_EXPIRED),
        (Parameter("rank", "", 1.0, "assumption", "gateways prefer the broker with the lowest"),),
    ),
    Kind(
        "service",
        Domain.ICT,
        "a duty that a cluster of servers carries: the member elected by rank and health runs it",
        (),
        (
            Parameter("cluster", "", None, "", "the cluster that carries it"),
            Parameter("heartbeat_s", "s", 1.0, "assumption"),
            Parameter("missed", "", 3.0, "assumption", "heartbeats missed before the standby is elected"),
            Parameter(
                "standby",
                "",
                "warm",
                "assumption",
                "a hot standby serves at once, a warm one after `takeover_s`, a cold one is switched on first",
                ("hot", "warm", "cold"),
            ),
            Parameter("takeover_s", "s", 10.0, "assumption", "time the standby needs to start serving"),
            Parameter("boot_s", "s", 300.0, "assumption", "time until a cold standby runs"),
            Parameter(
                "fail_on_demand", "1", 0.0, "assumption: no figure is known", "chance that a standby does not start"
            ),
            Parameter(
                "voting",
                "",
                0.0,
                "assumption",
                "servers of the cluster that must agree, as in 2 out of 3; 0 for one that serves and others that wait",
            ),
            Parameter("failback_s", "s", 60.0, "assumption", "time a preferred server must be well to take over again"),
        ),
        ("primary", "majority", "standby", "none"),
    ),
)
