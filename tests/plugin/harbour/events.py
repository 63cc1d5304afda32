"""What can happen to a ferry."""

from simulator.contracts.event import EventCode, EventKind
from simulator.contracts.words import Words

_ = Words("harbour")

CROSSES = EventCode("ferry.crosses", EventKind.MODE, _("crosses under its engine"))
ROWS = EventCode("ferry.rows", EventKind.MODE, _("is rowed across"))
MOORED = EventCode("ferry.moored", EventKind.MODE, _("is moored"))
