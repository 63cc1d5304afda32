"""The town from above: districts by person-hours without service, components by kind, and what failed. North is up.

Each kind of component has a shape; the colour says the domain, so that kinds differ without colour too.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from resilience.report.run.content import MapComponent, MapDistrict, TownMap
from resilience.report.run.drawing import decimal, element, picture, text, title
from resilience.report.run.texts import say
from resilience.report.run.wording import duration, number, unit_name
from resilience.words.terms import term
from simulator.contracts.registry import registry
from simulator.contracts.words import Verbatim, Words

_ = Words("resilience")
_c = _.context


FAILED = "M-7 -7L7 7M7 -7L-7 7"
"""The mark of what failed: a cross over the shape."""


@cache
def shapes() -> Mapping[str, str]:
    """SVG paths around (0, 0), about 12 wide, by type. What is not here is too many to draw one by one."""
    return {name: one.glyph for name, one in registry().types.items() if one.glyph}


def domain_class(kind: str) -> str:
    """The CSS class that colours the shape."""
    types = registry().types
    return f"dom-{types[kind].domain.value}" if kind in types else "dom-none"


def domain_style() -> str:
    """The rules of these classes."""
    colours = {one.name.value: one.colour for one in registry().subsystems.values()}
    return "".join(f".dom-{name} {{ fill: {colour}; }}\n" for name, colour in colours.items())


def _for_people(kind: str) -> bool:
    """Whether people lean on such a component itself: what is looked for on a map."""
    found = registry()
    return kind in found.types and found.subsystems[found.types[kind].domain].for_people


WIDTH, MOST_HEIGHT, MARGIN = 700.0, 620.0, 26.0
CLASSES = 4
LABEL_OFFSETS = (-24.0, 26.0, 0.0, -52.0, 54.0)
"""Where a name may stand relative to its district's middle: above it first, so that what stands there is seen."""


@dataclass(frozen=True, slots=True)
class MapDrawing:
    """The drawing, the bounds between its classes of person-hours, and how many names found no room in it."""

    svg: str
    bounds: tuple[float, ...]
    unnamed: int


@dataclass(frozen=True, slots=True)
class Projection:
    """Maps metres to the drawing, the same scale in both directions; `x0_m`, `y1_m` are its north-western corner."""

    x0_m: float
    y1_m: float
    scale: float
    width: float
    height: float
    shift: float

    @classmethod
    def around(cls, places: list[tuple[float, float]]) -> Projection:
        xs, ys = [x for x, _ in places], [y for _, y in places]
        x0, x1, y0, y1 = min(xs), max(xs), min(ys), max(ys)
        across, up = max(x1 - x0, 1.0), max(y1 - y0, 1.0)
        scale = min((WIDTH - 2 * MARGIN) / across, (MOST_HEIGHT - 2 * MARGIN) / up)
        height = up * scale + 2 * MARGIN + 18
        return cls(x0, y1, scale, WIDTH, height, (WIDTH - 2 * MARGIN - across * scale) / 2)

    def at(self, x_m: float, y_m: float) -> tuple[float, float]:
        return MARGIN + self.shift + (x_m - self.x0_m) * self.scale, MARGIN + (self.y1_m - y_m) * self.scale


def class_bounds(person_hours: list[float]) -> tuple[float, ...]:
    """Upper bounds of the classes above 0: equal steps up to a round number; empty if nobody went without."""
    most = max(person_hours, default=0.0)
    if most <= 0:
        return ()
    power = 10.0 ** math.floor(math.log10(most / CLASSES))
    step = next(f * power for f in (1, 2, 2.5, 5, 10) if f * power * CLASSES >= most * (1 - 1e-12))
    return tuple(step * (i + 1) for i in range(CLASSES))


def class_of(person_hours: float, bounds: tuple[float, ...]) -> int:
    """0 for none at all, else 1 to `CLASSES`."""
    if person_hours <= 0:
        return 0
    return next((i + 1 for i, bound in enumerate(bounds) if person_hours <= bound), len(bounds))


def town_map(town: TownMap, lang: str) -> MapDrawing:
    """The drawing of a town. Raises `ValueError` if it holds neither a district nor a component."""
    places = [(c.x_m, c.y_m) for c in town.components] + [(d.x_m, d.y_m) for d in town.districts]
    places += [corner for d in town.districts for corner in d.outline]
    if not places:
        raise ValueError("a map needs a district or a component")
    project = Projection.around(places)
    bounds = class_bounds([d.person_hours for d in town.districts])
    kinds = list(dict.fromkeys(c.kind for c in town.components if c.kind in shapes()))
    parts = [element("defs", [element("path", id=f"g-{kind}", d=shapes()[kind]) for kind in kinds])]
    parts += [_district(d, project, bounds, lang) for d in town.districts]
    for x1, y1, x2, y2 in town.links:
        (a, b), (c, d) = project.at(x1, y1), project.at(x2, y2)
        parts.append(element("path", d=f"M{decimal(a)} {decimal(b)}L{decimal(c)} {decimal(d)}", class_="way"))
    # Lifelines lie on top, as they are looked for; among the others what failed does.
    drawn = sorted(
        (c for c in town.components if c.kind in shapes()),
        key=lambda c: (_for_people(c.kind), c.failed_s > 0),
    )
    parts += [_component(c, project.at(c.x_m, c.y_m), lang) for c in drawn]
    labels, unnamed = _labels(town, project, lang)
    parts += labels + _scale_bar(project, lang) + _north(project, lang)
    svg = picture(project.width, project.height, parts, say("map-label", lang), "chart map")
    return MapDrawing(svg, bounds, unnamed)


def _district(district: MapDistrict, project: Projection, bounds: tuple[float, ...], lang: str) -> str:
    hours = number(district.person_hours, lang)
    name, people = Verbatim(district.title).of(lang), number(district.people, lang)
    words = f"{name}: {hours} {say('person-hours', lang)}, {people} {say('people', lang)}"
    shade = f"district d{class_of(district.person_hours, bounds)}"
    if len(district.outline) >= 3:
        corners = " ".join(",".join(map(decimal, project.at(x, y))) for x, y in district.outline)
        return element("polygon", title(words), points=corners, class_=shade, data_place=district.id)
    x, y = project.at(district.x_m, district.y_m)
    return element(
        "circle",
        title(words),
        cx=x,
        cy=y,
        r=min(60.0, 8 + district.people**0.5 / 4),
        class_=shade,
        data_place=district.id,
    )


def _component(component: MapComponent, place: tuple[float, float], lang: str) -> str:
    (x, y), kind, failed_s = place, component.kind, component.failed_s
    state = f"{say('failed-for', lang)} {duration(failed_s, lang)}" if failed_s > 0 else say("worked", lang)
    parts = [title(f"{component.label.of(lang)} ({term(kind, lang)}): {state}")]
    parts.append(element("use", href=f"#g-{kind}", class_=domain_class(kind)))
    if failed_s > 0:
        size = {"transform": "scale(.5)"} if registry().types[kind].small else {}
        crosses = element("path", d=FAILED, class_="halo", **size) + element("path", d=FAILED, class_="cross", **size)
        parts.append(element("g", crosses, class_="out"))
    at = f"translate({decimal(x)} {decimal(y)})"
    return element("g", parts, transform=at, class_="spot", data_place=component.id, data_domain=domain_class(kind))


def _labels(town: TownMap, project: Projection, lang: str) -> tuple[list[str], int]:
    """Names with person-hours, worst district first; one that finds no room is left to the table."""
    taken: list[tuple[float, float, float, float]] = []
    parts, unnamed = [], 0
    for district in sorted(town.districts, key=lambda d: (-d.person_hours, -d.people, d.id)):
        x, y = project.at(district.x_m, district.y_m)
        hours = f"{number(district.person_hours, lang)} {say('person-hours-short', lang)}"
        half = max(len(district.title) * 3.4, len(hours) * 3.0)
        x = min(max(x, half + 2), project.width - half - 2)
        boxes = ((x - half, y + up - 12, x + half, y + up + 16) for up in LABEL_OFFSETS)
        box = next((b for b in boxes if b[1] > 0 and not any(_overlap(b, other) for other in taken)), None)
        if box is None:
            unnamed += 1
            continue
        taken.append(box)
        top = box[1] + 12
        parts.append(text(x, top, Verbatim(district.title).of(lang), class_="place", text_anchor="middle"))
        parts.append(text(x, top + 13, hours, class_="hours", text_anchor="middle"))
    return parts, unnamed


def _overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def scale_length_m(scale: float) -> float:
    """A round length of 60 to 150 units on the drawing."""
    power = 10.0 ** math.floor(math.log10(150 / scale))
    return float(max(f * power for f in (1, 2, 5) if f * power * scale <= 150))


def _scale_bar(project: Projection, lang: str) -> list[str]:
    length_m = scale_length_m(project.scale)
    width, y = length_m * project.scale, project.height - 12
    far = length_m >= 1000
    length, unit = (number(length_m / 1000, lang), "km") if far else (number(length_m, lang), "m")
    words = f"{length} {unit_name(unit, lang)}"
    ends = f"M10 {y - 4:.1f}V{y:.1f}H{10 + width:.1f}V{y - 4:.1f}"
    return [element("path", d=ends, class_="scale"), text(16 + width, y + 1, words, class_="tick")]


def _north(project: Projection, lang: str) -> list[str]:
    x = project.width - 14
    return [
        element("path", d=f"M{x:g} 6L{x + 5:g} 20L{x:g} 16L{x - 5:g} 20Z", class_="north"),
        text(x, 32, _c("compass", "N").of(lang), class_="tick", text_anchor="middle"),
    ]


def ranges(bounds: tuple[float, ...]) -> tuple[tuple[float, float], ...]:
    """The classes above 0 as (more than, up to)."""
    return tuple(pairwise((0.0, *bounds)))
