"""States of the town that a scenario speaks of: a quantity of a component, below or above a value."""

from __future__ import annotations

from collections.abc import Collection

from resilience.scenario.entry import TARGET
from resilience.scenario.fields import Fields
from simulator.contracts.city import City
from simulator.contracts.kinds import QUANTITIES


def check_signal(item: Fields, city: City | None, quantities: Collection[str] | None) -> None:
    """Look for mistakes in `signal`, `below` and `above`. `quantities` are those known, else the catalogue's."""
    below, above = item.number("below"), item.number("above")
    if "below" not in item and "above" not in item:
        item.wrong((), "says neither `below` nor `above`", "add one of the two")
    if below is not None and above is not None and above >= below:
        item.wrong("above", f"nothing is above {above:g} and below {below:g}", "keep one of the two")
    component, dot, quantity = (item.text("signal") or "").rpartition(".")
    if not dot:
        return
    known = QUANTITIES if quantities is None else quantities
    if quantity not in known:
        item.unknown("signal", "quantity", quantity, known, ", ".join(sorted(known)))
    if city is None or component == TARGET:
        return
    if component not in city.components and component not in city.districts:
        item.unknown(
            "signal", "component", component, [*city.components, *city.districts, TARGET], "stadtwerk city show"
        )
    elif quantity in QUANTITIES and "any" not in QUANTITIES[quantity].of:
        kind = city.components[component].kind if component in city.components else "district"
        if kind not in QUANTITIES[quantity].of:
            able = ", ".join(name for name, one in QUANTITIES.items() if {kind, "any"} & set(one.of))
            item.wrong("signal", f"nothing measures {quantity!r} at a {kind}", f"measured there: {able}")
