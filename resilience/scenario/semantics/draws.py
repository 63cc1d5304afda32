"""Draws: natural hazards over an area, failures by chance, and the cases that a draw came to."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard

from resilience.inject.draws.cases import Exposure, exposed
from resilience.inject.draws.fragility import fragilities
from resilience.inject.draws.hazard import INTENSITY, HazardType
from resilience.inject.draws.rates import rates
from resilience.scenario.entry_loader import DRAWN, build_selector
from resilience.scenario.fields import Fields
from resilience.scenario.hazard_loader import FORMS, build_hazard
from resilience.scenario.scenario import TimelineEntry, Wear
from resilience.scenario.selector import meant
from resilience.scenario.semantics.frame import Times
from resilience.scenario.semantics.parameters import check_parameters
from simulator.contracts.city import City
from simulator.contracts.duration import shown
from simulator.contracts.fault import FaultPoint
from simulator.contracts.kinds import FAULTS_OF_KIND, LINK_FAULTS, fault_points
from simulator.contracts.names import suggestion

_SHOW, _CURVES, _RATES = "stadtwerk city show", "stadtwerk list fragilities", "stadtwerk list rates"
BY_AGE = "by-age"


def check_length(item: Fields, name: str, drawn: bool) -> float | None:
    """A duration, or `drawn` where there is a draw; None for that and for what cannot be read."""
    if item.text(name) != DRAWN:
        return item.seconds(name)
    if not drawn:
        item.wrong(name, "is `drawn`, but nothing is drawn here", "write a duration such as '2h'")
    return None


def check_draws(entry: Fields, point: FaultPoint | None, city: City | None, times: Times) -> None:
    """Look for mistakes in `hazard`, `random` and `cases`."""
    sorts = [name for name in ("hazard", "random") if name in entry]
    if len(sorts) == 2:
        entry.wrong("random", "stands beside `hazard`", "use two entries")
        return
    if sorts and "when" in entry:
        entry.wrong("when", f"stands beside `{sorts[0]}`", "use two entries")
        return
    if sorts and "random" in entry.child("selector"):
        entry.child("selector").wrong("random", f"stands beside `{sorts[0]}`, which draws by itself", "leave it out")
        return
    if sorts and "parameters" in entry and "fault" not in entry:
        entry.wrong("parameters", "are those of a fault, but none is named", "add `fault`, or leave them out")
    if "hazard" in entry:
        _check_hazard(entry, point, city)
    if "random" in entry:
        _check_random(entry, point, city, times)
    if "cases" in entry and "when" in entry:
        entry.wrong("when", "stands beside `cases`, which have moments of their own", "use two entries")
    taken: set[str] = set()
    for case in entry.children("cases"):
        _check_case(case, entry, city, times)
        target = case.text("target")
        if target in taken:
            case.wrong("target", f"{target!r} stands in two cases", "use two entries")
        taken |= {target} if target is not None else set()


def _check_hazard(entry: Fields, point: FaultPoint | None, city: City | None) -> None:
    item = entry.child("hazard")
    before = len(entry.problems)
    if "at" not in entry:
        entry.wrong((), "has no `at`", "add `at`, the time from zero at which the hazard comes")
    kind = item.text("type")
    if kind not in list(HazardType):
        return  # the schema says so
    own = INTENSITY[HazardType(kind)]
    others = [name for name in INTENSITY.values() if name != own and name in item]
    for name in others:
        item.wrong(name, f"means nothing for a {kind}", f"write `{own}`")
    if own not in item and not others:
        item.wrong((), f"says no `{own}`", f"add `{own}`, the intensity of the {kind}")
    peak, edge = item.number(own), item.number("edge")
    if peak is not None and edge is not None and edge > peak:
        item.wrong("edge", f"is above `{own}`, {peak:g}", "write less, the intensity grows inwards")
    if "edge" not in item and "fade_m" in item:
        item.wrong("fade_m", "means nothing without `edge`", "add `edge`, the intensity at the border")
    wide = _check_area(item.child("area"), city)
    if "edge" in item and "fade_m" not in item and not wide:
        item.wrong("edge", "says not within which distance it grows", "add `fade_m`, in metres")
    curves = [curve for curve in fragilities().values() if curve.hazard.value == kind]
    if point is not None and point.name not in [curve.fault for curve in curves]:
        able = dict.fromkeys(curve.fault for curve in curves)
        entry.wrong("fault", f"no {kind} leads to {point.name!r}", f"one of: {', '.join(able)}; see `{_CURVES}`")
    if city is not None and len(entry.problems) == before:
        asked = _record(entry, hazard=build_hazard(item))
        if not exposed(asked, city, 2000, meant(asked, city)):
            entry.wrong("hazard", f"finds nothing in its area that a {kind} can damage", f"see `{_CURVES}`")


def _check_area(area: Fields, city: City | None) -> bool:
    """Whether the area itself says how wide it is (a circle, a strip)."""
    forms = [form for form in FORMS if form in area]
    if len(forms) != 1:
        what = "says no place" if not forms else f"has both `{forms[0]}` and `{forms[1]}`"
        area.wrong(forms[1] if forms else (), what, f"keep one of: {', '.join(FORMS)}")
        return True
    form = forms[0]
    geojson = area.child("geojson")
    along = form == "line" or geojson.text("type") == "LineString"
    for name, needed, what in (("width_m", along, "line"), ("radius_m", form == "centre", "centre")):
        if needed and name not in area:
            area.wrong((), f"has a {what}, but no `{name}`", f"add `{name}`, in metres")
        elif name in area and not needed:
            area.wrong(name, f"means nothing without a {what}", "leave it out")
    if form == "geojson" and not _is_geometry(geojson.data):
        mend = "write coordinates as in RFC 7946: [[[longitude, latitude], ...]] for a Polygon"
        geojson.wrong("coordinates", f"are not those of a {geojson.text('type') or 'geometry'}", mend)
    if city is not None:
        district, centre = area.text("district"), area.text("centre")
        if district is not None and district not in city.districts:
            area.unknown("district", "district", district, city.districts, _SHOW)
        elif district is not None and len(city.districts[district].outline) < 3:
            area.wrong("district", f"{district!r} has no outline", "name an area otherwise, or draw the district")
        if centre is not None and centre not in city.components:
            area.unknown("centre", "component", centre, city.components, _SHOW)
    return along or form == "centre"


def _is_geometry(data: Mapping[str, Any]) -> bool:
    kind, coordinates = data.get("type"), data.get("coordinates")
    if kind == "LineString":
        return _is_line(coordinates, 2)
    if kind == "Polygon":
        return _is_polygon(coordinates)
    return bool(coordinates) and isinstance(coordinates, Sequence) and all(map(_is_polygon, coordinates))


def _is_polygon(value: Any) -> bool:
    return _is_list(value) and bool(value) and all(_is_line(ring, 4) for ring in value)


def _is_line(value: Any, least: int) -> bool:
    return _is_list(value) and len(value) >= least and all(_is_position(point) for point in value)


def _is_position(value: Any) -> bool:
    if not _is_list(value) or len(value) < 2:
        return False
    if not all(isinstance(n, int | float) and not isinstance(n, bool) and math.isfinite(n) for n in value):
        return False
    return bool(abs(value[0]) <= 180 and abs(value[1]) <= 90)


def _is_list(value: object) -> TypeGuard[Sequence[Any]]:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _check_random(entry: Fields, point: FaultPoint | None, city: City | None, times: Times) -> None:
    item = entry.child("random")
    before = len(entry.problems)
    rate = item.text("rate")
    if rate is not None and rate != BY_AGE:
        item.wrong(
            "rate", f"{rate!r} is no rate", f"write failures a year, or `{BY_AGE}`: {suggestion(rate, [BY_AGE])}"
        )
    until, at = item.seconds("until"), entry.seconds("at") if "at" in entry else 0.0
    if until is not None and at is not None and until <= at:
        item.wrong("until", f"is not after `at` ({shown(at)})", "write a later time")
    if until is not None and times.end_s is not None and until > times.end_s:
        item.wrong("until", f"lies after the end ({shown(times.end_s)})", "write an earlier time")
    known = [one for one in rates().values() if point is None or one.fault == point.name]
    if point is not None and not known and rate == BY_AGE:
        able = dict.fromkeys(one.fault for one in rates().values())
        entry.wrong("fault", f"no rate is known of {point.name!r}", f"one of: {', '.join(able)}; or write a number")
    if city is not None and len(entry.problems) == before:
        asked = _record(entry, wear=Wear(item.number("rate")))
        found = exposed(asked, city, 2000, meant(asked, city))
        if not found:
            entry.wrong("random", "finds no component with a failure rate", f"see `{_RATES}`")
        _check_unknown_class(entry, found)


def _check_unknown_class(entry: Fields, found: Sequence[Exposure]) -> None:
    """Where no class says how a component fails, the entry must: the length of the fault, and its parameters."""
    given = entry.child("parameters").data
    for one in found:
        kind = one.component.kind
        if one.outage is None and entry.text("for") == DRAWN:
            what = f"is `drawn`, but no length is known of {one.fault!r} at a {kind}"
            entry.wrong("for", what, f"write a duration such as '2h'; see `{_RATES}`")
            return
        for parameter in fault_points()[one.fault].parameters:
            if parameter.default is None and parameter.name not in {*one.parameters, *given}:
                what = f"{one.fault!r} at a {kind} needs the parameter {parameter.name!r}"
                entry.wrong((), what, f"add parameters: {{{parameter.name}: ...}} ({parameter.title})")
                return


def _record(entry: Fields, **sort: Any) -> TimelineEntry:
    """As much of the entry as it takes to tell what it can befall."""
    return TimelineEntry(
        entry.text("id") or "",
        0.0,
        entry.text("fault") or "",
        tuple(text for _, text in entry.texts("target")),
        build_selector(entry.child("selector")) if "selector" in entry else None,
        **sort,
    )


def _check_case(case: Fields, entry: Fields, city: City | None, times: Times) -> None:
    name = case.text("fault") or entry.text("fault")
    point = fault_points().get(name or "")
    if "fault" in case and name is not None and point is None:
        case.unknown("fault", "fault", name, fault_points(), "stadtwerk list faults")
    if name is None:
        case.wrong((), "names no fault, and neither does its entry", "add `fault`")
    check_parameters(case.child("parameters"), point, "parameters" in entry)
    at, length = case.seconds("at"), case.seconds("for")
    case.seconds("work")
    if "at" not in case and "at" not in entry:
        case.wrong((), "has no `at`, and neither has its entry", "add `at`")
    if at is not None and times.end_s is not None and at >= times.end_s:
        case.wrong("at", f"lies at or after the end ({shown(times.end_s)})", "write an earlier time")
    if length == 0:
        case.wrong("for", "is nothing", "break it for longer than 0 s")
    target = case.text("target")
    if city is None or target is None:
        return
    if target in city.components:
        faults = FAULTS_OF_KIND[city.components[target].kind]
    elif target in city.links:
        faults = LINK_FAULTS[city.links[target].kind]
    else:
        case.unknown("target", "component or link", target, [*city.components, *city.links], _SHOW)
        return
    if point is not None and point.name not in [fault.name for fault in faults]:
        can = ", ".join(fault.name for fault in faults) or "nothing"
        where = case if "fault" in case else entry
        where.wrong("fault", f"{target!r} declares no {point.name!r}", f"it declares: {can}")
