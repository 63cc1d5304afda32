"""Names that the town generator gives to parts of the water network."""

from __future__ import annotations

from simulator.contracts.naming import NameCode
from simulator.contracts.words import Words

_ = Words("simulator.domains.water")

WORST_HYDRANT = NameCode("worst-hydrant", _("hydrant of the worst place of {name}"))
TYPICAL_HYDRANT = NameCode("typical-hydrant", _("hydrant of a typical place of {name}"))
