"""Names that a generated town gives to its hospital and what stands in it."""

from __future__ import annotations

from simulator.contracts.naming import NameCode
from simulator.contracts.words import Words

_ = Words("simulator.lifelines.hospital")

HOSPITAL = NameCode("hospital", _("hospital"))
HOSPITAL_OF = NameCode("hospital-of", _("hospital {name}"))
HOSPITAL_SERVER = NameCode("hospital-server", _("hospital server {name}"))
HOSPITAL_IT = NameCode("hospital-it", _("hospital information system"))
RECORDS = NameCode("patient-records", _("patient records"))
HOSPITAL_WATER = NameCode("hospital-water", _("water of the hospital"))
