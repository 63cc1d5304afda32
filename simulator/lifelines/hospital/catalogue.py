"""A hospital, its records and its water."""

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
from simulator.coupling.catalogue import NO_TANKERS, NO_WEAR, SERVED_LESS, SITE_OUT, STAFF_ABSENT, flooded_site
from simulator.lifelines.catalogue import DOMAIN

_ = Words("simulator.lifelines.hospital")

CATALOGUE = Catalogue(
    "hospital",
    api=1,
    types=(
        ComponentType(
            "hospital",
            DOMAIN,
            _("hospital"),
            (SITE_OUT, STAFF_ABSENT),
            (
                Parameter("beds", "", None, "", _("its beds"), at_least=0.0),
                Parameter(
                    "water_l_bed_d",
                    "l/bed/d",
                    150.0,
                    _("1. WasSV § 2, surgical or infectious"),
                    _("water that a bed takes"),
                ),
                Parameter(
                    "stock_s",
                    "s",
                    259200.0,
                    assumed(_("three days, as the BBK advises for emergency power")),
                    _("how long medicines, blood, linen and food in stock last"),
                    at_least=0.0,
                ),
                Parameter(
                    "manual_s",
                    "s",
                    21600.0,
                    _("Halpern et al., six hours of manual ventilation with a bag-valve-mask device is feasible"),
                    _("how long staff ventilate patients by hand without any power"),
                ),
            ),
            ladder=(
                normal("mains", _("mains")),
                technical("battery", _("battery")),
                technical("generator", _("generator")),
                analogue("manual", _("ventilation by hand")),
                failed("none", _("none")),
            ),
            same_medium=("mains", "battery", "generator"),
            vital=True,
            clients="beds",
            process="simulator.lifelines.hospital.process:Hospital",
            order=10,
            glyph="M-2 -6H2V-2H6V2H2V6H-2V2H-6V-2H-2Z",
            visited=True,
            shed=1,
            no_rate=NO_WEAR,
            sited=("amenity=hospital",),
        ),
        ComponentType(
            "patient-records",
            DOMAIN,
            _("patient records"),
            (
                FaultPoint(
                    "records-out", _("hospital's information system is down"), evidence=(SERVED_LESS, ELSEWHERE)
                ),
                FaultPoint(
                    "forms-missing",
                    _("forms are missing"),
                    about=_("there is no paper to go on with"),
                    evidence=(SERVED_LESS, ELSEWHERE),
                ),
            ),
            (
                Parameter("hospital", "", None, "", _("component id of the hospital"), names_type="hospital"),
                Parameter("activate_s", "s", 900.0, "assumption", _("time until wards work on paper")),
                Parameter(
                    "paper_share",
                    "1",
                    0.8,
                    "assumption",
                    _("share of care that goes on with paper records"),
                    cure=Cure(_("paper records for more of the care"), 1.0, 0.01, "assumption: all care"),
                ),
            ),
            ladder=(normal("online", _("online")), analogue("paper", _("paper")), failed("none", _("none"))),
            client_of="hospital",
            process="simulator.lifelines.hospital.records:PatientRecords",
            order=70,
            about=_("records of a hospital: digital over its information system, else on paper"),
            inside=True,
        ),
        ComponentType(
            "hospital-water",
            DOMAIN,
            _("water of the hospital"),
            (NO_TANKERS,),
            (
                Parameter(
                    "hospital",
                    "",
                    None,
                    "",
                    _("component id of the hospital, whose water link and tank it is"),
                    names_type="hospital",
                ),
                Parameter("tanker_l", "l", 12000.0, "assumption", _("water that one tanker brings")),
                Parameter("unload_s", "s", 1800.0, "assumption", _("time a tanker needs to unload")),
            ),
            ladder=(
                normal("network", _("piped supply")),
                technical("tank", _("roof tank")),
                analogue("tanker", _("tankers")),
                failed("none", _("none")),
            ),
            client_of="hospital",
            process="simulator.lifelines.hospital.water:HospitalWater",
            order=80,
            about=_("water of a hospital: network, roof tank, tankers"),
            inside=True,
        ),
    ),
    town=(
        TownPart("simulator.lifelines.hospital.town:houses", 90),
        TownPart("simulator.lifelines.hospital.town:levels", 254),
    ),
    fragilities=(flooded_site("hospital"),),
    alerts=(
        Alert(
            "stadtwerk-hospital-last-source",
            _("Hospital on its last source of power"),
            _(
                "{{ $labels.component }} ({{ $labels.district }}): there is no source left behind the present "
                "one (run {{ $labels.run }})."
            ),
            _(
                "1. Page Lifelines: does the generator run, and for how many hours does its fuel last? 2. Call "
                "the hospital's engineer: shed load, put off operations. 3. Order a fuel truck, check the way "
                "there (page Traffic). 4. Ask civil protection for a mobile generator. 5. Grid operator: supply "
                "the hospital first. 6. If nothing runs any more: evacuate by the hospital's alarm plan."
            ),
            last_way_of="hospital",
            page="lifeline",
            panel="lifelines",
            order=20,
        ),
    ),
)
