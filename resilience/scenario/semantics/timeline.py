"""The timeline of a scenario: what breaks where, with which parameters, when, for how long, and how that is seen."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from resilience.scenario.fields import Fields
from resilience.scenario.semantics.crews import check_trade
from resilience.scenario.semantics.draws import check_draws, check_length
from resilience.scenario.semantics.frame import Times
from resilience.scenario.semantics.parameters import check_parameters
from resilience.scenario.semantics.selectors import check_selector
from resilience.scenario.semantics.signals import check_signal
from simulator.contracts.city import City
from simulator.contracts.document import dotted
from simulator.contracts.duration import shown
from simulator.contracts.fault import FaultPoint
from simulator.contracts.kinds import FAULTS_OF_KIND, KINDS, LINK_FAULTS, fault_points
from simulator.contracts.link import LinkKind
from simulator.contracts.registry import ANY_QUANTITY, registry

_SHOW, _FAULTS = "stadtwerk city show", "stadtwerk list faults"


def check_timeline(
    top: Fields, city: City | None, times: Times, quantities: Collection[str] | None, refused: Collection[str] = ()
) -> None:
    """`refused` are the fields that the schema refuses: what they mean is not looked for in the city."""

    def readable(entry: Fields, *parts: str) -> City | None:
        inside = tuple(dotted((*entry.place, part)) for part in parts)
        return None if any(field.startswith(inside) for field in refused) else city

    taken: dict[tuple[str, str], list[tuple[float, float, str]]] = {}
    for entry in top.children("timeline"):
        drawn = "hazard" in entry or "random" in entry
        span = _check_times(entry, times, drawn)
        point = _check_fault(entry, drawn)
        _check_choice(entry, drawn)
        if city is not None:
            _check_targets(entry, point, city)
            _check_repair(entry, city)
        check_selector(entry, point, readable(entry, "selector"))
        check_parameters(entry.child("parameters"), point, drawn or "cases" in entry)
        if point is not None:
            _check_overlap(entry, point, span, taken)
        if "when" in entry:
            check_signal(entry.child("when"), city, quantities)
        sound = readable(entry, "hazard", "random", "selector", "target", "parameters")
        check_draws(entry, point, sound, times)
        _check_evidence(entry, city, times, quantities)


def _check_choice(entry: Fields, drawn: bool) -> None:
    """What is meant must be said once: `target` or `selector`; a draw needs neither, and cases say it themselves."""
    both = "target" in entry and "selector" in entry
    neither = "target" not in entry and "selector" not in entry and not drawn and "cases" not in entry
    if both or neither:
        what = "has both `target` and `selector`" if both else "has neither `target` nor `selector`"
        entry.wrong("selector" if both else (), what, "keep one of the two" if both else "add one of the two")


def _check_times(entry: Fields, times: Times, drawn: bool) -> tuple[float, float] | None:
    """When the entry is in force, at longest; None if it cannot be read, or if a state or a draw decides."""
    at = entry.seconds("at")
    length = check_length(entry, "for", drawn)
    check_length(entry.child("repair"), "work", drawn)
    if "for" in entry and "repair" in entry:
        entry.wrong("repair", "stands beside `for`", "keep one of the two")
    if length == 0:
        entry.wrong("for", "is nothing", "break it for longer than 0 s")
    if not {"at", "when", "hazard", "random", "cases"} & set(entry.data):
        entry.wrong((), "has neither `at` nor `when`", "add `at`, the time from zero, or `when`, a state of the town")
    if at is None or times.duration_s is None:
        return None
    if at >= times.duration_s:
        what = f"lies at or after the end of the run ({shown(times.duration_s)})"
        entry.wrong("at", what, "break it earlier or run longer")
        return None
    if times.heal_by_s is not None and at >= times.heal_by_s:
        what = f"lies at or after heal_by ({shown(times.heal_by_s)}), when everything is mended"
        entry.wrong("at", what, "break it earlier or heal later")
        return None
    last = times.end_s if times.end_s is not None else times.duration_s
    fixed = not {"when", "random", "cases"} & set(entry.data)
    if length is not None and at + length > last and fixed:
        name = "heal_by" if times.heal_by_s is not None else "the end of the run"
        what = f"lasts until {shown(at + length)}, beyond {name} ({shown(last)})"
        entry.wrong("for", what, "shorten it, or leave it out to last until then")
    return (at, last if length is None else at + length) if fixed and not drawn else None


def _check_fault(entry: Fields, drawn: bool) -> FaultPoint | None:
    name, points = entry.text("fault"), fault_points()
    if name is None:
        if "fault" not in entry and not drawn and "cases" not in entry:
            entry.wrong((), "'fault' is missing", f"add it, see `{_FAULTS}`")
        return None
    if name not in points:
        entry.unknown("fault", "fault", name, points, _FAULTS)
    return points.get(name)


def _check_targets(entry: Fields, point: FaultPoint | None, city: City) -> None:
    seen: set[str] = set()
    for way, target in entry.texts("target"):
        if target in seen:
            entry.wrong(way, f"{target!r} is named twice", "name it once")
        seen.add(target)
        if target in city.components:
            kind = city.components[target].kind
            faults, own = FAULTS_OF_KIND[kind], KINDS[kind].faults
        elif target in city.links:
            link = city.links[target]
            kind, faults = f"{link.kind} link", LINK_FAULTS[link.kind]
            own = faults
        else:
            entry.unknown(way, "component or link", target, [*city.components, *city.links], _SHOW)
            continue
        if point is not None and point.name not in [fault.name for fault in faults]:
            can = ", ".join(fault.name for fault in own) or "nothing"
            entry.wrong("fault", f"{target!r} is a {kind}, which declares no {point.name!r}", f"it declares: {can}")
        elif point in registry().sensor_faults:
            _check_sensor(entry, way, target, city)
        elif point in registry().report_faults and target not in {cohort.gateway for cohort in city.cohorts}:
            entry.wrong(way, f"no sensor reports to {target!r}", "name a gateway with sensors behind it")


def _check_sensor(entry: Fields, way: Sequence[str | int], target: str, city: City) -> None:
    measured, quantity = city.measured_at(target), entry.child("parameters").text("quantity")
    if not measured:
        entry.wrong(way, f"{target!r} carries no sensor", "name a component with a sensor, see its city's sensors")
    elif quantity not in (None, ANY_QUANTITY, *measured):
        what = f"no sensor reads {quantity!r} at {target!r}"
        entry.child("parameters").wrong("quantity", what, f"write one of: {', '.join((ANY_QUANTITY, *measured))}")


def _check_repair(entry: Fields, city: City) -> None:
    if "repair" not in entry:
        return
    repair = entry.child("repair")
    depots = [depot.id for depot in city.of_kind("depot")]
    depot, site = repair.text("depot"), repair.text("site")
    if not depots:
        entry.wrong("repair", f"city {city.name!r} has no depot, nobody comes", "use `for`, or add a depot to the city")
    elif depot is not None and depot not in depots:
        repair.unknown("depot", "depot", depot, depots, ", ".join(depots))
    else:
        check_trade(repair, [t for _, t in entry.texts("target")], depots if depot is None else [depot], city)
    if site is not None and site not in city.components:
        repair.unknown("site", "component", site, city.components, _SHOW)
        return
    if city.road_files is None:
        return
    sites = [("site", site)] if site is not None else [("repair", target) for _, target in entry.texts("target")]
    for field, place in sites:
        place = city.links[place].target if place in city.links else place
        component = city.components.get(place)
        if component and component.kind != "road-node" and not city.links_into(place, LinkKind.ROAD):
            where = repair if field == "site" else entry
            where.wrong(
                field, f"no road link leads to {place!r}, a crew never arrives", "name a `site` with road access"
            )


def _check_overlap(
    entry: Fields,
    point: FaultPoint,
    span: tuple[float, float] | None,
    taken: dict[tuple[str, str], list[tuple[float, float, str]]],
) -> None:
    """The same thing broken twice at once by name is a slip; selectors, resolved or not, may well overlap."""
    if span is None or "selected" in entry:
        return
    end = span[0] if "repair" in entry else span[1]  # nobody knows when a crew will be done
    way_of_failing = f"{point.name} {entry.child('parameters').text('quantity') or ''}"  # one sensor is not another
    for target, way in {target: way for way, target in reversed(entry.texts("target"))}.items():
        spans = taken.setdefault((target, way_of_failing), [])
        for begin, until, other in spans:
            if (span[0] < until and begin < end) or span[0] == begin:
                entry.wrong(way, f"{target!r} is broken in this way by {other!r} already", "move or drop one of them")
                break
        spans.append((span[0], end, entry.text("id") or "another entry"))


def _check_evidence(entry: Fields, city: City | None, times: Times, quantities: Collection[str] | None) -> None:
    if "evidence" not in entry:
        return
    item = entry.child("evidence")
    check_signal(item, city, quantities)
    within, at = item.seconds("within"), entry.seconds("at") if "at" in entry else None
    end = times.duration_s
    # a fault that comes after the end of the run is one mistake, not two
    if within is not None and at is not None and end is not None and at < end < at + within:
        item.wrong("within", f"ends after the run ({shown(end)})", "look for it earlier, or run longer")
