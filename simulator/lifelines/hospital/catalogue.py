"""A hospital, its records and its water."""

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
from simulator.coupling.catalogue import NO_TANKERS, SITE_OUT, STAFF_ABSENT
from simulator.lifelines.catalogue import DOMAIN

CATALOGUE = Catalogue(
    "hospital",
    api=1,
    types=(
        ComponentType(
            "hospital",
            DOMAIN,
            "hospital",
            (SITE_OUT, STAFF_ABSENT),
            (
                Parameter("beds", "", None, ""),
                Parameter("water_l_bed_d", "l/bed/d", 150.0, "1. WasSV § 2, surgical or infectious"),
                Parameter(
                    "manual_s",
                    "s",
                    21600.0,
                    "Halpern et al., six hours of manual ventilation with a bag-valve-mask device is feasible",
                    "how long staff ventilate patients by hand without any power",
                ),
            ),
            ladder=(normal("mains"), technical("battery"), technical("generator"), analogue("manual"), failed("none")),
            same_medium=("mains", "battery", "generator"),
            vital=True,
            process="simulator.lifelines.hospital.process:Hospital",
            order=10,
        ),
        ComponentType(
            "patient-records",
            DOMAIN,
            "records of a hospital: digital over its information system, else on paper",
            (
                FaultPoint("records-out", "the hospital's information system is down"),
                FaultPoint("forms-missing", "there is no paper to go on with"),
            ),
            (
                Parameter("hospital", "", None, "", "component id of the hospital"),
                Parameter("activate_s", "s", 900.0, "assumption", "time until wards work on paper"),
                Parameter("paper_share", "1", 0.8, "assumption", "share of care that goes on with paper records"),
            ),
            ladder=(normal("online"), analogue("paper"), failed("none")),
            process="simulator.lifelines.hospital.records:PatientRecords",
            order=70,
        ),
        ComponentType(
            "hospital-water",
            DOMAIN,
            "water of a hospital: network, roof tank, tankers",
            (NO_TANKERS,),
            (
                Parameter("hospital", "", None, "", "component id of the hospital, whose water link and tank it is"),
                Parameter("tanker_l", "l", 12000.0, "assumption", "water that one tanker brings"),
                Parameter("unload_s", "s", 1800.0, "assumption", "time a tanker needs to unload"),
            ),
            ladder=(normal("network"), technical("tank"), analogue("tanker"), failed("none")),
            process="simulator.lifelines.hospital.water:HospitalWater",
            order=80,
        ),
    ),
)
