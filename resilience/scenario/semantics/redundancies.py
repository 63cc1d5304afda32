"""The redundancies of a scenario: components, and the modes they can be in."""

from __future__ import annotations

from resilience.judge.checkers.carried import level_of
from resilience.scenario.fields import Fields
from resilience.scenario.semantics.expectations import check_limits
from simulator.contracts.city import City
from simulator.contracts.kinds import KINDS, MEASURES


def check_redundancies(top: Fields, city: City | None) -> None:
    for item in top.children("redundancies"):
        item.time_limit("within")
        item.time_limit("lasts")
        name = item.text("component")
        if city is None or name is None:
            continue
        if name not in city.components:
            item.unknown("component", "component", name, city.components, "stadtwerk city show")
            continue
        kind = KINDS[city.components[name].kind]
        if not kind.modes:
            able = sorted(k.name for k in KINDS.values() if k.modes)
            what = f"{name!r} is a {kind.name}, which has no modes"
            item.wrong("component", what, f"name a component of one of these kinds: {', '.join(able)}")
            continue
        known = True
        for field in ("primary", "standby"):
            mode = item.text(field)
            if mode is not None and mode not in kind.modes:
                item.unknown(field, f"mode of a {kind.name}", mode, kind.modes, ", ".join(kind.modes))
                known = False
        primary, standby = item.text("primary"), item.text("standby")
        if known and primary and standby and kind.modes.index(standby) <= kind.modes.index(primary):
            order = " > ".join(kind.modes)
            item.wrong("standby", f"{standby!r} is not a lesser mode than {primary!r}", f"their order is {order}")
        _check_carries(item, name, city)


def _check_carries(item: Fields, component: str, city: City) -> None:
    """What the second way must carry: in a level that there is, and in its unit."""
    if "carries" not in item:
        return
    asked = item.child("carries")
    name = asked.text("level")
    if name is not None and name not in city.levels:
        asked.unknown("level", "service level", name, city.levels, "stadtwerk list levels")
        return
    level = city.levels[name] if name is not None else level_of(component, city)
    if level is None:
        item.wrong("carries", f"no service level shows what {component!r} carries", "name one: carries: {level: ...}")
        return
    check_limits(asked, (MEASURES[level.measure],))
