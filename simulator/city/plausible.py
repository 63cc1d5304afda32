"""Whether components and districts can be those of a town, by where they lie: refused, or told as odd.

Asked of every city: of one that is imported (`plausibility`) and of one that is loaded.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np
import shapely

from simulator.city.importers.coordinates import Extent, extent_of, spanned
from simulator.city.people import inside
from simulator.contracts.city import City, Finding
from simulator.contracts.component import Component, District
from simulator.contracts.problem import Problem
from simulator.contracts.words import Text, Verbatim, Words, joined, number, percent

_ = Words("simulator.city")

MOST_PEOPLE = 1_000_000_000
"""Tokyo has 37 million (UN, World Urbanization Prospects 2018); grids of whole continents, which are read as one town
when models are compared, serve some 450 million."""
ROUND_M = 40_000_000.0
"""Once round the earth."""
WIDEST_M = 200_000.0
"""No town reaches farther: Berlin is 45 km across, the widest district of Germany some 100 km (assumption)."""
NARROWEST_M = 10.0
"""And none of at least `FEW` network elements less: a house is as wide."""
FEW = 5
GAP_M = 20_000.0
"""Sub-systems of one town do not lie farther apart than this: a city's water or grid next door does not supply it."""
DENSE_KM2 = 30_000.0
"""People on a square kilometre: more than the densest quarters of Europe have is odd (assumption). It is not refused:
a grid drawn without scale has no area of its own."""
INSIDE = 0.5
"""Of the components, at least, lie inside a district that the planner drew, or something is odd (assumption)."""


def impossible(components: Iterable[Component], told_of: str) -> list[Problem]:
    """What cannot be a town: too wide, in one spot, or its sub-systems apart. `told_of` is the file that is named."""
    by_domain: dict[str, list[Component]] = {}
    asked = tuple(components)
    everything = [c for c in asked if _somewhere(c)]
    if nowhere := [c.id for c in asked if not _somewhere(c)]:
        what = _("{n} elements lie nowhere ({names})", n=len(nowhere), names=", ".join(nowhere[:5]))
        return [Problem(told_of, 0, "extent", what, _("give them coordinates that a map can have"))]
    for component in everything:
        if component.network_id:
            by_domain.setdefault(component.domain.value, []).append(component)
    mend = _("give all files in one reference system, or name it with --crs")
    extents = {domain: _extent(found) for domain, found in by_domain.items()}
    if everything and (size := _size(_extent(everything))) > WIDEST_M:
        shown = [_("{domain}: {extent}", domain=d, extent=spanned(e)) for d, e in extents.items()]
        what = _(
            "the town would be {size} km wide, more than {most} km ({shown})",
            size=number(size / 1000),
            most=number(WIDEST_M / 1000),
            shown=joined(shown, Verbatim("; ")),
        )
        strays = _strays(everything)
        fix = _("check the coordinates of {names}: all else lies together", names=", ".join(strays)) if strays else mend
        return [Problem(told_of, 0, "extent", what, fix)]
    networked = [c for members in by_domain.values() for c in members]
    if len(networked) >= FEW and (size := _size(_extent(networked))) < NARROWEST_M:
        what = _("all networks together would be {size} m wide", size=number(size))
        return [Problem(told_of, 0, "extent", what, mend)]
    found: list[Problem] = []
    for one, other in combinations(extents, 2):
        gap_m = _gap(extents[one], extents[other])
        if gap_m > GAP_M:
            what = _(
                "{one} and {other} lie {gap} km apart ({first}; {second})",
                one=one,
                other=other,
                gap=number(gap_m / 1000),
                first=spanned(extents[one]),
                second=spanned(extents[other]),
            )
            found.append(Problem(told_of, 0, "extent", what, mend))
    return found


STRAYS = 8
"""Places at most that are told as slips: a node and the lines at it (assumption)."""


def _strays(components: Sequence[Component]) -> list[str]:
    """The few places without which it could be a town: a slip in a coordinate, or a node that was never placed."""
    at = np.array([(c.x_m, c.y_m) for c in components])
    far = np.hypot(*(at - np.median(at, axis=0)).T) > WIDEST_M / 2
    if not 0 < len(np.unique(at[far], axis=0)) <= STRAYS or 4 * far.sum() >= len(at):  # a quarter is a part
        return []
    near = [c for c, away in zip(components, far, strict=True) if not away]
    if _size(_extent(near)) > WIDEST_M:
        return []
    return [c.id for c, away in zip(components, far, strict=True) if away][:5]


def too_many(people: Iterable[int], told_of: str) -> list[Problem]:
    """More people than a town, or any grid that is read as one, can have."""
    total = sum(people)
    if total <= MOST_PEOPLE:
        return []
    what = _("{people} people would live here", people=f"{total:.3g}")
    return [Problem(told_of, 0, "people", what, _("check the unit of demands, loads, trips or people"))]


def _somewhere(component: Component) -> bool:
    """Whether a component has a place on a map: no NaN, and not farther away than round the earth."""
    return abs(component.x_m) <= ROUND_M and abs(component.y_m) <= ROUND_M


def length_problem(
    components: Iterable[Component], least_m: float, most_m: float, told_of: str, fix: Text
) -> list[Problem]:
    """What is wrong with the lengths of components of one kind: their median lies beyond what is believed."""
    lengths = [c.length_m for c in components if c.length_m > 0]
    if len(lengths) < FEW or least_m <= statistics.median(lengths) <= most_m:
        return []
    what = _(
        "the median length is {length} m, outside of {least} to {most} m",
        length=number(statistics.median(lengths)),
        least=number(least_m),
        most=number(most_m),
    )
    return [Problem(told_of, 0, "length", what, fix)]


def _extent(components: Iterable[Component]) -> Extent:
    return extent_of([(c.x_m, c.y_m) for c in components])


def _size(extent: Extent) -> float:
    west, south, east, north = extent
    return max(east - west, north - south)


def _gap(a: Extent, b: Extent) -> float:
    """Metres between two extents, 0 where they touch or overlap."""
    return math.hypot(max(a[0] - b[2], b[0] - a[2], 0.0), max(a[1] - b[3], b[1] - a[3], 0.0))


def _density(district: District) -> float:
    """People on a square kilometre."""
    area_m2 = shapely.Polygon(district.outline).area
    return district.people / (area_m2 / 1e6) if area_m2 > 0 else 0.0


def oddities(components: Mapping[str, Component], districts: Sequence[District]) -> Iterator[Finding]:
    """What is merely odd about where things lie: told loudly, and kept with the city."""
    crowded = [d for d in districts if _density(d) > DENSE_KM2]
    if crowded:
        names = ", ".join(f"{d.id}" for d in crowded[:5])
        text = _(
            "{n} districts have more than {most} people on a square kilometre ({names}): the densest quarters of "
            "Europe have that many. Check outlines and demand.",
            n=len(crowded),
            most=number(DENSE_KM2),
            names=names,
        )
        yield Finding("dense", text)
    networked = [c for c in components.values() if c.network_id]
    x, y = (np.array([getattr(c, axis) for c in networked]) for axis in ("x_m", "y_m"))
    stray = np.ones(len(networked), dtype=bool)
    for district in districts:
        stray &= ~inside(x, y, district.outline)
    if networked and stray.sum() > (1 - INSIDE) * len(networked):
        text = _(
            "{share} of the network elements lie in no district: each is counted to the nearest one. Check that the "
            "districts are those of this town.",
            share=percent(int(stray.sum()) / len(networked)),
        )
        yield Finding("outside", text)


def odd_about(city: City) -> tuple[Finding, ...]:
    """What is odd about a city: what was found when it was imported, and where things lie now."""
    known = {finding.rule for finding in city.findings}
    now = oddities(city.components, tuple(city.districts.values()))
    return (*city.findings, *(finding for finding in now if finding.rule not in known))
