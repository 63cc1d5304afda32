"""The timeline of a scenario file: what breaks where, when and for how long, how it is mended, and how that is seen."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, ConfigDict, Field, PlainValidator, ValidationInfo, WithJsonSchema

from resilience.scenario.disruption import MOST, Names, found_in, read_disruption, read_valves
from resilience.scenario.draws.cases import Exposure, exposed
from resilience.scenario.draws.field import DEGREES, Grid, read_grid, unknown_crs
from resilience.scenario.draws.hazard import Hazard, Place, Point
from resilience.scenario.entry import (
    TARGET,
    Case,
    Disruption,
    Evidence,
    Isolation,
    Repair,
    Selector,
    TimelineEntry,
    Trigger,
    Wear,
)
from resilience.scenario.names import (
    DRAWN,
    FAULTS,
    ComponentName,
    Course,
    DistrictName,
    DomainName,
    FaultName,
    FirmwareName,
    KindName,
    Length,
    LinkKindName,
    MakerName,
    ModelName,
    OneOrMore,
    OwnerName,
    PlaceName,
    SignalName,
    ThingName,
    TradeName,
    TrenchName,
    World,
    all_of,
    listed,
    no_such,
    point_of,
    things,
    ways,
)
from resilience.scenario.selector import OF_COMPONENTS, left_out, matching, meant
from resilience.scenario.words import added
from simulator.contracts.city import City
from simulator.contracts.component import Component, Domain, Value
from simulator.contracts.crews import crews_of, trade_at
from simulator.contracts.document import TYPE_WORDS
from simulator.contracts.duration import shown
from simulator.contracts.failure import INTENSITY, HazardType
from simulator.contracts.fault import FaultPoint, Parameter
from simulator.contracts.link import LinkKind
from simulator.contracts.model import (
    LIST,
    TEXT,
    Id,
    Mistakes,
    Model,
    Number,
    Positive,
    Seconds,
    Wording,
    by_shape,
    wrong,
)
from simulator.contracts.names import suggestion
from simulator.contracts.problem import BadInput
from simulator.contracts.registry import ANY_QUANTITY, registry
from simulator.contracts.words import Numeral, Text, Words, alternatives

_ = Words("resilience")
T = TypeVar("T")

_CURVES, _RATES = "stadtwerk list fragilities", "stadtwerk list rates"
BY_AGE = "by-age"


def _given(fields: Mapping[str, Any], *names: str) -> list[str]:
    """Which of these fields the file gives, be they broken or not."""
    return [name for name in names if name not in fields or fields[name] is not None]


# --- selectors


class IsolateFields(Model):
    """A district is cut off: every link that crosses its border is cut, and none that lies inside."""

    district: DistrictName
    kinds: Annotated[list[LinkKindName], Field(min_length=1)] | None = None
    """the kinds of link; all if left out"""

    def record(self) -> Selector:
        return Selector(isolated=self.district, link_kinds=tuple(LinkKind(kind) for kind in self.kinds or ()))

    def cut(self) -> str:
        """The fault that takes such links down."""
        kinds = [LinkKind(kind) for kind in self.kinds] if self.kinds else list(registry().links)
        return registry().links[kinds[0]].cut.name


class SelectorFields(Model):
    """Components and links by what they are, instead of `target`; only those that declare the fault are meant."""

    kind: KindName | None = None
    """a type of component, as `stadtwerk list faults` shows them"""
    domain: DomainName | None = None
    """a sub-system, such as water or energy"""
    district: DistrictName | None = None
    """a component in it, or a link with an end in it"""
    owner: OwnerName | None = None
    maker: MakerName | None = None
    model: ModelName | None = None
    firmware: FirmwareName | None = None
    link_kind: LinkKindName | None = None
    """links of this kind, no components"""
    between: Annotated[list[PlaceName], Field(min_length=2, max_length=2)] | None = None
    """links that lead from one component or district to another, in either order; none that lies inside a district"""
    isolate: IsolateFields | None = None
    """links that cross the border of a district"""
    trench: TrenchName | None = None
    """what lies in this cable trench: links, and power lines"""
    random: Annotated[int, Field(ge=1)] | None = None
    """draw so many of those that match, from the run's seed"""

    @classmethod
    def check(cls, fields: Mapping[str, Any], context: World, mistakes: Mistakes) -> None:
        if all(value is None for value in fields.values()) and len(fields) == len(cls.model_fields) - 1:
            mistakes.wrong((), _("names nothing"), _("say what is meant, such as kind: pump"))
        of_links, of_components = _given(fields, "link_kind", "between", "isolate"), _given(fields, *OF_COMPONENTS)
        if of_links and of_components:
            what = _("means components, `{name}` means links", name=of_links[0])
            mistakes.wrong(of_components[0], what, _("keep one of the two, or use two entries"))

    def record(self) -> Selector:
        border = Selector() if self.isolate is None else self.isolate.record()
        return Selector(
            isolated=border.isolated,
            link_kinds=border.link_kinds,
            kind=self.kind or "",
            domain=None if self.domain is None else Domain(self.domain),
            district=self.district or "",
            owner=self.owner or "",
            maker=self.maker or "",
            model=self.model or "",
            firmware=self.firmware or "",
            random=self.random,
            link_kind=None if self.link_kind is None else LinkKind(self.link_kind),
            between=tuple(self.between or ()),
            trench=self.trench or "",
        )

    def misfit(self, point: FaultPoint | None) -> tuple[Text, Text] | None:
        """Why nothing that is selected can fail in this way, and how to fix it; None if something can."""
        if point is None:
            return None
        # two kinds may declare a fault of one name each for itself, as mains and junctions do a burst
        names = [] if self.kind is None else [one.name for one in registry().faults_of_type[self.kind]]
        if self.kind is not None and point.name not in names:
            can = ", ".join(fault.name for fault in registry().types[self.kind].faults)
            what = _("kind {kind} declares no {fault}", kind=repr(self.kind), fault=repr(point.name))
            return what, _("it declares: {names}", names=can or _("nothing"))
        if self.link_kind is not None or self.between is not None or self.isolate is not None:
            kinds = registry().links if self.link_kind is None else [LinkKind(self.link_kind)]
            able = dict.fromkeys(fault.name for one in kinds for fault in registry().links[one].faults)
            if point.name not in able:
                kind, fault = self.link_kind, repr(point.name)
                what = (
                    _("a {kind} link declares no {fault}", kind=kind, fault=fault)
                    if kind
                    else _("a link declares no {fault}", fault=fault)
                )
                return what, _("it declares: {names}", names=", ".join(able))
        return None


# --- states of the town


class SignalFields(Model):
    """A state of the town with which the fault comes, instead of `at`, or with `at` for not before; it comes once, as
    soon as the state is seen.
    """

    signal: SignalName
    """component.quantity, or target.quantity for the broken component itself"""
    below: Number | None = None
    above: Number | None = None

    @classmethod
    def check(cls, fields: Mapping[str, Any], context: World, mistakes: Mistakes) -> None:
        if not _given(fields, "below", "above"):
            mistakes.wrong((), _("says neither `below` nor `above`"), _("add one of the two"))
        below, above = fields.get("below"), fields.get("above")
        if below is not None and above is not None and above >= below:
            mistakes.wrong(
                "above",
                _(
                    "nothing is above {above} and below {below}",
                    above=Numeral(f"{above:g}"),
                    below=Numeral(f"{below:g}"),
                ),
                _("keep one of the two"),
            )

    def trigger(self) -> Trigger:
        component, _, quantity = self.signal.rpartition(".")
        return Trigger(component, quantity, self.below, self.above)


class EvidenceFields(SignalFields):
    """What must be seen for the fault to count as real; a state in which the signal was before the fault shows
    nothing.
    """

    within: Seconds
    """seen at latest so long after the fault"""

    def record(self) -> Evidence:
        component, _, quantity = self.signal.rpartition(".")
        return Evidence(component, quantity, self.below, self.above, self.within)


# --- repairs


class RepairFields(Model):
    """A crew drives there over the roads and works; {} leaves all to the town."""

    work: Length | None = None
    """work on site; if left out it is drawn for what is broken, and takes a spare part"""
    depot: str | None = None
    """where the crew comes from; the nearest depot if left out"""
    site: ComponentName | None = None
    """component to drive to; the broken one if left out, for a link its target"""
    trade: TradeName | None = None
    """which crews can do it; those for what is broken if left out"""

    @classmethod
    def check(cls, fields: Mapping[str, Any], context: World, mistakes: Mistakes) -> None:
        city, depot = context.city, fields.get("depot")
        depots = [] if city is None else [one.id for one in city.of_kind(*registry().depots)]
        if depots and depot is not None and depot not in depots:
            mistakes.unknown("depot", _("depot"), depot, depots, ", ".join(depots))

    @property
    def work_s(self) -> float | None:
        return None if isinstance(self.work, str) else self.work

    def record(self) -> Repair:
        return Repair(self.work_s, self.depot or "", self.site or "", self.trade or "")


# --- closing off


def _valves(value: object, info: ValidationInfo) -> tuple[tuple[str, str], ...]:
    if isinstance(value, list) and all(isinstance(one, list) and len(one) == 2 for one in value):
        rows, file = tuple((number, str(a), str(b)) for number, (a, b) in enumerate(value, 1)), "valves"
    else:
        fix = _("write the name of a CSV file, or a list of [main, junction]")
        rows, file = _from_file(value, info, fix, read_valves), str(value)
    city = None if info.context is None else info.context.city
    if city is None:
        return tuple((link, node) for _line, link, node in rows)
    names, mistakes, found = Names(city), Mistakes(), list[tuple[str, str]]()
    for line, link, node in rows:
        ids = [names.ids(link), names.ids(node)]
        for name, there in zip((link, node), ids, strict=True):
            if len(there) != 1 and len(mistakes) < MOST:
                what = _("no {noun} is called {name}", noun=_("component"), name=repr(name))
                mistakes.wrong((), _("{file}, line {line}: {what}", file=file, line=line, what=what), names.fix(name))
        if all(len(there) == 1 for there in ids):
            found.append((ids[0][0], ids[1][0]))
    mistakes.tell()
    return tuple(found)


def _from_file(value: object, info: ValidationInfo, fix: Text, reading: Callable[[Path], T]) -> T:
    """What a file beside this one holds; what is wrong with it is told with its name and lines. `fix` is for what is no
    name."""
    if not isinstance(value, str) or not value:
        raise wrong(_("{value} is no file", value=repr(value)[:180]), fix)
    beside = Path(info.context.document.file).parent if info.context is not None else Path()
    try:
        return reading(beside / value)
    except BadInput as bad:
        mistakes = Mistakes()
        for problem in bad.problems[:MOST]:
            what = _("{file}, line {line}: {what}", file=value, line=problem.line, what=problem.what.text)
            mistakes.wrong((), what, problem.fix.text)
        mistakes.tell()
        raise


def _measured(city: City, component: str, quantity: str, way: Sequence[str], mistakes: Mistakes) -> None:
    """A sensor at the component reads the quantity; what nobody measures can show nothing."""
    there = city.measured_at(component)
    if quantity not in there:
        what = _("no sensor reads {quantity} at {target}", quantity=repr(quantity), target=repr(component))
        mistakes.wrong(way, what, _("sensors there read: {names}", names=", ".join(there) or _("nothing")))


class IsolationFields(Model):
    """What is broken is closed off before it is mended, and opened again when it is."""

    close: Literal["main", "valves"] = "main"
    """the broken main alone, or with it all that lies between the valves around it; `main` if left out"""
    after: Seconds = 0.0
    """time until it is closed: after the fault, or after it was seen"""
    seen: SignalFields | None = None
    """what a sensor has to show before; nobody has to see it if left out"""
    valves: (
        Annotated[
            tuple[tuple[str, str], ...],
            PlainValidator(_valves),
            WithJsonSchema(
                {"type": ["string", "array"], "description": "a CSV file with the columns link, node, or such pairs"}
            ),
        ]
        | None
    ) = None
    """a file of the valves beside this file, with the columns link and node (WNTR's valve layer); if left out every
    main has one at each end but the first one of each junction"""

    @classmethod
    def check(cls, fields: Mapping[str, Any], context: World, mistakes: Mistakes) -> None:
        if fields.get("valves") is not None and fields.get("close") == "main":
            mistakes.wrong("valves", _("are not looked at with close: main"), _("write close: valves"))
        seen: SignalFields | None = fields.get("seen")
        if context.city is None or seen is None:
            return
        component, _dot, quantity = seen.signal.rpartition(".")
        if component != TARGET:
            _measured(context.city, component, quantity, ("seen",), mistakes)

    def record(self) -> Isolation:
        seen = None if self.seen is None else self.seen.trigger()
        return Isolation(self.after, seen, self.close == "valves", self.valves)


# --- parameters of faults


def _value(value: object) -> Value:
    if not isinstance(value, bool | int | float | str):
        what = (
            _("is empty") if value is None else _("{value} is not a number, a text, true or false", value=repr(value))
        )
        raise wrong(what, _("write what the fault takes, as `stadtwerk list faults` shows it"))
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


Parameters = dict[
    str, Annotated[Any, PlainValidator(_value), WithJsonSchema({"type": ["number", "string", "boolean"]})]
]
"""The fault's parameters in SI units."""


def _check_parameters(
    given: Mapping[str, Value], point: FaultPoint | None, mistakes: Mistakes, may_lack: bool = False
) -> None:
    """Look for parameters that the fault does not take, that it needs, or that are out of range.

    `may_lack` is for draws, where the class of each component gives what is left out.
    """
    if point is None:
        return
    declared = {parameter.name: parameter for parameter in point.parameters}
    for name, value in given.items():
        way = ("parameters", name)
        if not declared:
            mistakes.wrong(way, _("{name} has no parameters", name=repr(point.name)), _("leave it out"))
        elif name not in declared:
            mistakes.unknown(way, _("parameter of {name}", name=repr(point.name)), name, declared, ", ".join(declared))
        elif (problem := _wrong_value(value, declared[name])) is not None:
            mistakes.wrong(way, *problem)
    for name, parameter in declared.items():
        if parameter.default is None and name not in given and not may_lack:
            what = _("{fault} needs the parameter {name}", fault=repr(point.name), name=repr(name))
            unit = parameter.unit if parameter.unit != "1" else ""
            fix = added(_with_unit(_("add {words}", words=f"{name}: ..."), unit), parameter)
            mistakes.wrong("parameters", what, fix)
    said = [name for name in point.either if name in given]
    if len(said) > 1:
        what = _("has both `{one}` and `{other}`", one=said[0], other=said[1])
        mistakes.wrong(("parameters", said[1]), what, _("keep one of the two"))
    elif point.either and not said and not may_lack:
        what = _(
            "{fault} needs one of the parameters {names}", fault=repr(point.name), names=alternatives(point.either)
        )
        mistakes.wrong("parameters", what, _("add {words}", words=f"{point.either[0]}: ..."))
    lowest, highest = given.get("lowest"), given.get("highest")
    if isinstance(lowest, float) and isinstance(highest, float) and lowest > highest:
        what = _(
            "{lowest} is above `highest`, {highest}", lowest=Numeral(f"{lowest:g}"), highest=Numeral(f"{highest:g}")
        )
        mistakes.wrong(("parameters", "lowest"), what, _("write them the other way round"))


def _wrong_value(value: Value, parameter: Parameter) -> tuple[Text, Text] | None:
    """What is wrong with a parameter, and how to fix it."""
    if parameter.choices:
        right = value in parameter.choices
        what = _("is {value}", value=_written(value))
        return None if right else (what, _("write one of: {names}", names=", ".join(parameter.choices)))
    wanted = "number" if parameter.default is None else _type_of(parameter.default)
    unit = "" if wanted != "number" or parameter.unit == "1" else parameter.unit
    least, most = parameter.at_least, parameter.at_most
    if _type_of(value) != wanted:
        what = _("{value} is not {words}", value=_written(value), words=TYPE_WORDS[wanted])
        return what, _with_unit(_("write {words}", words=TYPE_WORDS[wanted]), unit)
    if isinstance(value, float) and least is not None and value < least:
        fix = _("write {bound} or more", bound=Numeral(f"{least:g}"))
        return _("{value} is too small", value=_written(value)), _with_unit(fix, unit)
    if isinstance(value, float) and most is not None and value > most:
        fix = _("write {bound} or less", bound=Numeral(f"{most:g}"))
        return _("{value} is too big", value=_written(value)), _with_unit(fix, unit)
    return None


def _with_unit(fix: Text, unit: str) -> Text:
    return _("{fix} in {unit}", fix=fix, unit=unit) if unit else fix


def _written(value: Value) -> str:
    return f"{value:g}" if isinstance(value, float) else repr(value)


def _type_of(value: object) -> str:
    """As JSON Schema calls it."""
    if isinstance(value, bool):
        return "boolean"
    return "number" if isinstance(value, int | float) else "string"


# --- hazards and failures by chance


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _point(value: Any) -> Point:
    if not _is_list(value) or len(value) < 2:
        raise wrong(_("{value} is not a point", value=repr(value)[:180]), _("write two numbers: [x, y]"))
    mistakes = Mistakes()
    for number, one in enumerate(value):
        if not _is_number(one):
            mistakes.wrong((number,), _("{one} is not a number", one=repr(one)[:180]), _("write a number"))
    mistakes.tell()
    return float(value[0]), float(value[1])


MapPoint = Annotated[
    tuple[float, float],
    PlainValidator(_point),
    WithJsonSchema(
        {"type": "array", "items": {"type": "number"}, "minItems": 2, "description": "write two numbers: [x, y]"}
    ),
]
"""A point of the city's map, in metres east and north of its origin."""


class GeometryFields(Model):
    """A GeoJSON geometry (RFC 7946), in longitude and latitude."""

    model_config = ConfigDict(extra="ignore")

    type: Literal["Polygon", "MultiPolygon", "LineString"]
    coordinates: list[Any] = Field(min_length=1)

    @classmethod
    def check(cls, fields: Mapping[str, Any], context: World, mistakes: Mistakes) -> None:
        kind, coordinates = fields.get("type"), fields.get("coordinates")
        if coordinates is None or kind is None:
            return
        if kind == "LineString":
            right = _is_line(coordinates, 2)
        elif kind == "Polygon":
            right = _is_polygon(coordinates)
        else:
            right = all(map(_is_polygon, coordinates))
        if not right:
            fix = _("write coordinates as in RFC 7946: [[[longitude, latitude], ...]] for a Polygon")
            mistakes.wrong("coordinates", _("are not those of a {kind}", kind=kind), fix)

    def record(self, width_m: float) -> Place:
        """The rings of a Polygon or MultiPolygon, or the course of a LineString."""
        if self.type == "LineString":
            return Place(line=tuple(map(_point, self.coordinates)), width_m=width_m, degrees=True)
        polygons = [self.coordinates] if self.type == "Polygon" else self.coordinates
        return Place(
            rings=tuple(_ring(polygon[0]) for polygon in polygons),
            holes=tuple(tuple(_ring(hole) for hole in polygon[1:]) for polygon in polygons),
            degrees=True,
        )


def _ring(raw: Sequence[Any]) -> tuple[Point, ...]:
    """The corners of a polygon; one that ends where it began is left open."""
    found = tuple(map(_point, raw))
    return found[:-1] if len(found) > 1 and found[0] == found[-1] else found


def _is_polygon(value: Any) -> bool:
    return _is_list(value) and bool(value) and all(_is_line(ring, 4) for ring in value)


def _is_line(value: Any, least: int) -> bool:
    return _is_list(value) and len(value) >= least and all(_is_position(point) for point in value)


def _is_position(value: Any) -> bool:
    if not _is_list(value) or len(value) < 2 or not all(_is_number(one) for one in value):
        return False
    return bool(abs(value[0]) <= 180 and abs(value[1]) <= 90)


FORMS = ("polygon", "geojson", "centre", "line", "district", "raster")
"""The ways to say where a hazard is; each file uses one of them."""


def _crs(value: str) -> str:
    if (problem := unknown_crs(value)) is not None:
        raise wrong(*problem)
    return value


def _raster(value: object, info: ValidationInfo) -> Grid:
    crs = info.data.get("crs", DEGREES)
    return _from_file(value, info, _("write the name of an ESRI ASCII grid"), lambda path: read_grid(path, crs))


class AreaFields(Model):
    """Where: one of polygon, geojson, centre with radius_m, line with width_m, district; or a raster that says how
    strong it is everywhere.
    """

    polygon: Annotated[list[MapPoint], Field(min_length=3)] | None = None
    """corners as [x_m, y_m] on the city's map"""
    geojson: GeometryFields | None = None
    centre: Annotated[Annotated[ComponentName, TEXT] | Annotated[MapPoint, LIST], by_shape] | None = None
    """id of a component, or [x_m, y_m] on the city's map"""
    radius_m: Positive | None = None
    line: Annotated[list[MapPoint], Field(min_length=2)] | None = None
    """the course of a river or street, as [x_m, y_m] on the city's map"""
    width_m: Positive | None = None
    """width of the strip along the line, both sides together"""
    district: DistrictName | None = None
    crs: Annotated[str, AfterValidator(_crs)] = DEGREES
    """of a raster: EPSG:4326 (degrees, if left out), another code that pyproj knows, or `map` for metres of the city's
    map"""
    raster: Annotated[Grid, PlainValidator(_raster), WithJsonSchema({"type": "string"})] | None = None
    """an ESRI ASCII grid beside this file: its values are the intensity, in the hazard's unit"""

    @classmethod
    def check(cls, fields: Mapping[str, Any], context: World, mistakes: Mistakes) -> None:
        forms = _given(fields, *FORMS)
        if len(forms) != 1:
            what = (
                _("says no place") if not forms else _("has both `{one}` and `{other}`", one=forms[0], other=forms[1])
            )
            mistakes.wrong(forms[1] if forms else (), what, _("keep one of: {names}", names=", ".join(FORMS)))
            return
        along = forms[0] == "line" or (fields.get("geojson") is not None and fields["geojson"].type == "LineString")
        for name, needed, shape in (("width_m", along, "line"), ("radius_m", forms[0] == "centre", "centre")):
            if needed and not _given(fields, name):
                mistakes.wrong(
                    (),
                    _("has a `{shape}`, but no `{name}`", shape=shape, name=name),
                    _("add `{name}`, in metres", name=name),
                )
            elif not needed and _given(fields, name):
                mistakes.wrong(name, _("means nothing without a {shape}", shape=shape), _("leave it out"))
        district = fields.get("district")
        if context.city is not None and district is not None and len(context.city.districts[district].outline) < 3:
            what = _("{district} has no outline", district=repr(district))
            mistakes.wrong("district", what, _("name an area otherwise, or draw the district"))

    @property
    def has_width(self) -> bool:
        """Whether the area itself says how wide it is (a circle, a strip)."""
        return self.radius_m is not None or self.width_m is not None

    def record(self) -> Place:
        if self.raster is not None:
            return Place(grid=self.raster)
        if self.geojson is not None:
            return self.geojson.record(self.width_m or 0.0)
        return Place(
            rings=() if self.polygon is None else (_ring(self.polygon),),
            centre=None if isinstance(self.centre, str) else self.centre,
            component=self.centre if isinstance(self.centre, str) else "",
            radius_m=self.radius_m or 0.0,
            line=tuple(self.line or ()),
            width_m=self.width_m or 0.0,
            district=self.district or "",
        )


class HazardFields(Model):
    """A natural hazard: each component in the area draws from the run's seed whether it fails, by the curve of its
    class (`stadtwerk list fragilities`).
    """

    type: Literal["flood", "heat", "storm", "earthquake"]
    area: AreaFields
    depth_m: Positive | None = None
    """flood: water above the ground"""
    temperature_c: Number | None = None
    """heat: temperature of the air in degrees Celsius"""
    gust_m_s: Positive | None = None
    """storm: the strongest gust"""
    pga_m_s2: Positive | None = None
    """earthquake: peak acceleration of the ground"""
    edge: Number | None = None
    """intensity at the area's border, from where it grows evenly inwards; the same everywhere if left out"""
    fade_m: Positive | None = None
    """within so much of the border it grows; by default the radius, or half of the width"""
    over: Seconds | None = None
    """the damage comes within so long, at a moment drawn for each component; at once if left out"""

    @classmethod
    def check(cls, fields: Mapping[str, Any], context: World, mistakes: Mistakes) -> None:
        kind = fields.get("type")
        if kind is None:
            return
        own = INTENSITY[HazardType(kind)]
        others = [name for name in _given(fields, *INTENSITY.values()) if name != own]
        for name in others:
            mistakes.wrong(name, _("means nothing for a {kind}", kind=kind), _("write `{own}`", own=own))
        over: AreaFields | None = fields.get("area")
        field = over is not None and over.raster is not None
        if field:
            for name in _given(fields, own, "edge", "fade_m"):
                mistakes.wrong(name, _("means nothing beside a raster, which says it"), _("leave it out"))
        elif not _given(fields, own) and not others and "area" in fields:
            mistakes.wrong(
                (), _("says no `{own}`", own=own), _("add `{own}`, the intensity of the {kind}", own=own, kind=kind)
            )
        peak, edge, area = fields.get(own), fields.get("edge"), fields.get("area")
        if peak is not None and edge is not None and edge > peak:
            mistakes.wrong(
                "edge",
                _("is above `{own}`, {peak}", own=own, peak=Numeral(f"{peak:g}")),
                _("write less, the intensity grows inwards"),
            )
        if not _given(fields, "edge") and _given(fields, "fade_m"):
            mistakes.wrong("fade_m", _("means nothing without `edge`"), _("add `edge`, the intensity at the border"))
        if _given(fields, "edge") and not _given(fields, "fade_m") and area is not None and not area.has_width:
            mistakes.wrong("edge", _("says not within which distance it grows"), _("add `fade_m`, in metres"))

    def record(self) -> Hazard:
        kind = HazardType(self.type)
        peak: float = getattr(self, INTENSITY[kind]) or 0.0
        return Hazard(kind, self.area.record(), peak, self.edge, self.fade_m, self.over or 0.0)


def _rate(value: object) -> float | None:
    if value == BY_AGE:
        return None
    if isinstance(value, str):
        raise wrong(
            _("{value} is no rate", value=repr(value)),
            _(
                "write failures a year, or `{name}`: {hint}",
                name=BY_AGE,
                hint=suggestion(value, [BY_AGE]),
            ),
        )
    if not isinstance(value, int | float) or isinstance(value, bool):
        what = _("is empty") if value is None else _("{value} is no rate", value=repr(value))
        raise wrong(what, _("write failures a year, or `{name}`", name=BY_AGE))
    if value < 0:
        raise wrong(
            _("{value} is below the minimum of 0", value=repr(value)),
            _("write failures a year, or `{name}`", name=BY_AGE),
        )
    return float(value)


class RandomFields(Model):
    """Failures by chance, drawn from the run's seed for each component for itself."""

    rate: Annotated[float | None, PlainValidator(_rate), WithJsonSchema({"type": ["number", "string"], "minimum": 0})]
    """failures a year of each component, or `by-age`: those of its class and age (`stadtwerk list rates`)"""
    factor: Positive = 1.0
    """all rates are multiplied by this; 1 if left out"""
    until: Seconds | None = None
    """no failures from then on; until heal_by or the end of the run if left out"""

    @classmethod
    def check(cls, fields: Mapping[str, Any], context: World, mistakes: Mistakes) -> None:
        until, end_s = fields.get("until"), context.times.end_s
        if until is not None and end_s is not None and until > end_s:
            mistakes.wrong(
                "until", _("lies after the end ({shown})", shown=Numeral(shown(end_s))), _("write an earlier time")
            )

    def record(self) -> Wear:
        return Wear(self.rate, self.factor, self.until)


class CaseFields(Model):
    """One of the faults that a draw came to."""

    target: ThingName
    """id of a component or link"""
    fault: FaultName | None = None
    """the entry's fault if left out"""
    at: Seconds | None = None
    """the entry's time if left out"""
    for_: Seconds | None = Field(None, alias="for")
    """how long it stays broken"""
    work: Seconds | None = None
    """work of the crew on site"""
    parameters: Parameters | None = None
    """the fault's parameters in SI units"""

    @classmethod
    def check(cls, fields: Mapping[str, Any], context: World, mistakes: Mistakes) -> None:
        at, end_s = fields.get("at"), context.times.end_s
        if at is not None and end_s is not None and at >= end_s:
            mistakes.wrong(
                "at", _("lies at or after the end ({shown})", shown=Numeral(shown(end_s))), _("write an earlier time")
            )
        if fields.get("for_") == 0:
            mistakes.wrong("for", _("is nothing"), _("break it for longer than 0 s"))

    def record(self, entry: TimelineEntry) -> Case:
        """The case; what it does not say itself is that of its entry."""
        work_s = None if entry.repair is None else entry.repair.work_s
        return Case(
            self.target,
            self.fault or entry.fault,
            entry.at_s if self.at is None else self.at,
            entry.for_s if self.for_ is None else self.for_,
            work_s if self.work is None else self.work,
            entry.parameters if self.parameters is None else MappingProxyType(self.parameters),
        )


# --- entries


def _disruption(value: object, info: ValidationInfo) -> Disruption:
    return _from_file(value, info, _("write the name of a CSV file"), read_disruption)


DisruptionFile = Annotated[
    Disruption,
    PlainValidator(_disruption),
    WithJsonSchema({"type": "string", "description": "a CSV file with the columns time, component, fail_perc"}),
]
"""A disruption file, by its path from this file."""


class EntryFields(Model):
    """What breaks, where, when, and for how long."""

    id: Id
    title: Wording | None = None
    at: Seconds | None = None
    """time from zero; with `when`: not before this time; with `random`: failures come from then on"""
    when: SignalFields | None = None
    fault: FaultName | None = None
    """a fault that the target declares, as `stadtwerk list faults` shows them; with `hazard` or `random` only this
    one, or each component's own if left out"""
    target: OneOrMore | None = None
    """id of a component or link, or a list of them"""
    selected: Literal[True] | None = None
    """the targets were found by a selector, as `scenario.yaml` of a run shows it: they may be broken by other entries
    as well"""
    selector: SelectorFields | None = None
    isolate: IsolateFields | None = None
    """a district whose links to elsewhere are cut, instead of `fault` and `selector`"""
    hazard: HazardFields | None = None
    random: RandomFields | None = None
    for_: Length | None = Field(None, alias="for")
    """how long it stays broken; until repaired or until heal_by if left out"""
    repair: RepairFields | None = None
    isolation: IsolationFields | None = None
    """how it is closed off before it is mended: broken mains"""
    parameters: Parameters | None = None
    """the fault's parameters in SI units"""
    evidence: EvidenceFields | None = None
    disruption: DisruptionFile | None = None
    """a file of damage, with the columns time (s), component, fail_perc (%), beside this file; instead of `fault` and
    `target`"""
    left_out: list[str] = Field([])
    """names in a disruption file that the city did not have, as `scenario.yaml` of a run shows them"""
    cases: list[CaseFields] | None = None
    """what a draw came to, as `scenario.yaml` of a run shows it: nothing is drawn again"""

    @classmethod
    def check(cls, fields: Mapping[str, Any], context: World, mistakes: Mistakes) -> None:
        _EntryCheck(fields, context, mistakes).run()

    def record(self) -> TimelineEntry:
        """The entry; one whose draw is done holds its cases, and is not drawn again."""
        entry = TimelineEntry(
            id=self.id,
            at_s=self.at or 0.0,
            fault=self.fault or ("" if self.isolate is None else self.isolate.cut()),
            targets=listed(self.target),
            selector=self._selector(),
            for_s=None if isinstance(self.for_, str) else self.for_,
            repair=None if self.repair is None else self.repair.record(),
            parameters=MappingProxyType(self.parameters or {}),
            evidence=None if self.evidence is None else self.evidence.record(),
            title=self.title,
            when=None if self.when is None else self.when.trigger(),
            hazard=None if self.hazard is None else self.hazard.record(),
            wear=None if self.random is None else self.random.record(),
            for_drawn=self.for_ == DRAWN,
            work_drawn=self.repair is not None and self.repair.work == DRAWN,
            disruption=self.disruption,
            left_out=tuple(self.left_out),
            isolation=None if self.isolation is None else self.isolation.record(),
        )
        return self._with_cases(entry)

    def _selector(self) -> Selector | None:
        if self.isolate is not None:
            return self.isolate.record()
        return None if self.selector is None else self.selector.record()

    def _with_cases(self, entry: TimelineEntry) -> TimelineEntry:
        if self.cases is None:
            return entry
        cases = tuple(case.record(entry) for case in self.cases)
        return replace(entry, cases=cases, targets=tuple(case.target for case in cases), selector=None)


class _EntryCheck:
    """What the fields of an entry say together, and what its targets say to them."""

    def __init__(self, fields: Mapping[str, Any], world: World, mistakes: Mistakes) -> None:
        self.fields, self.world, self.mistakes = fields, world, mistakes
        self.city, self.times = world.city, world.times
        border: IsolateFields | None = fields.get("isolate")
        self.point = point_of(fields.get("fault") or (None if border is None else border.cut()))
        self.draws = self.given("hazard", "random")
        self.cases = bool(self.given("cases"))

    def given(self, *names: str) -> list[str]:
        return _given(self.fields, *names)

    def wrong(self, way: str | Sequence[str | int], what: Text, fix: Text) -> None:
        self.mistakes.wrong(way, what, fix)

    def run(self) -> None:
        name = self.fields.get("id")
        self.world.once("timeline", name, self.mistakes)
        span = self._times()
        self._isolate()
        self._disruption()
        if self.given("isolation") and self.point is not None and not self.point.closed_off:
            what = _("{name} is not ended by closing valves", name=repr(self.point.name))
            self.wrong("isolation", what, _("leave it out"))
        self._seen()
        if not self.given("fault", "isolate", "disruption") and not self.draws and not self.cases:
            self.wrong((), _("'fault' is missing"), _("add it, see `{command}`", command=FAULTS))
        both, neither = (
            len(self.given("target", "selector")) == 2,
            not self.given("target", "selector", "isolate", "disruption"),
        )
        if both:
            self.wrong("selector", _("has both `target` and `selector`"), _("keep one of the two"))
        elif neither and not self.draws and not self.cases:
            self.wrong((), _("has neither `target` nor `selector`"), _("add one of the two"))
        self._targets()
        self._repair()
        self._selector()
        if "parameters" in self.fields:
            given = self.fields["parameters"] or {}
            _check_parameters(given, self.point, self.mistakes, bool(self.draws) or self.cases)
        self._overlap(span)
        self._draws()
        self._cases()
        self._evidence()
        if name is not None:
            self.world.courses.setdefault(name, self._course())

    def _seen(self) -> None:
        """What has to show that the target itself is broken is read there."""
        isolation: IsolationFields | None = self.fields.get("isolation")
        if self.city is None or isolation is None or isolation.seen is None:
            return
        component, _dot, quantity = isolation.seen.signal.rpartition(".")
        if component == TARGET:
            for target in listed(self.fields.get("target")):
                if target in self.city.components:
                    _measured(self.city, target, quantity, ("isolation", "seen"), self.mistakes)

    def _times(self) -> tuple[float, float] | None:
        """When the entry is in force, at longest; None if it cannot be read, or if a state or a draw decides."""
        at, length = self.fields.get("at"), self.fields.get("for_")
        repair = self.fields.get("repair")
        for way, value in (("for", length), (("repair", "work"), repair and repair.work)):
            if value == DRAWN and not self.draws:
                self.wrong(way, _("is `drawn`, but nothing is drawn here"), _("write a duration such as '2h'"))
        if len(self.given("for_", "repair")) == 2:
            self.wrong("repair", _("stands beside `for`"), _("keep one of the two"))
        if length == 0:
            self.wrong("for", _("is nothing"), _("break it for longer than 0 s"))
        if not self.given("at", "when", "hazard", "random", "cases", "disruption"):
            self.wrong(
                (), _("has neither `at` nor `when`"), _("add `at`, the time from zero, or `when`, a state of the town")
            )
        times = self.times
        if at is None or times.duration_s is None:
            return None
        if at >= times.duration_s:
            what = _("lies at or after the end of the run ({shown})", shown=Numeral(shown(times.duration_s)))
            self.wrong("at", what, _("break it earlier or run longer"))
            return None
        if times.heal_by_s is not None and at >= times.heal_by_s:
            what = _(
                "lies at or after heal_by ({shown}), when everything is mended", shown=Numeral(shown(times.heal_by_s))
            )
            self.wrong("at", what, _("break it earlier or heal later"))
            return None
        last = times.end_s if times.end_s is not None else times.duration_s
        fixed = not self.given("when", "random", "cases", "disruption")
        lasts = length if isinstance(length, float) else None
        if lasts is not None and at + lasts > last and fixed:
            name = "heal_by" if times.heal_by_s is not None else "the end of the run"
            what = _(
                "lasts until {until}, beyond {name} ({end})",
                until=Numeral(shown(at + lasts)),
                name=name,
                end=Numeral(shown(last)),
            )
            self.wrong("for", what, _("shorten it, or leave it out to last until then"))
        return (at, last if lasts is None else at + lasts) if fixed and not self.draws else None

    def _course(self) -> Course:
        at = None if self.given("when", "random", "cases", "disruption") else self.fields.get("at")
        length = self.fields.get("for_")
        if at is None:
            return Course(None, None)
        if isinstance(length, float):
            return Course(at, at + length)
        return Course(at, None if self.given("repair") else self.times.heal_by_s)

    def _targets(self) -> None:
        """Each target is there, once, and can fail in this way."""
        named, city, seen = self.fields.get("target"), self.city, set[str]()
        for way, target in [] if named is None else ways("target", named):
            if city is None:
                continue
            if target in seen:
                self.wrong(way, _("{target} is named twice", target=repr(target)), _("name it once"))
            seen.add(target)
            if target in city.components:
                kind = city.components[target].kind
                faults, own = registry().faults_of_type[kind], registry().types[kind].faults
            elif target in city.links:
                link = city.links[target]
                kind, faults = f"{link.kind} link", registry().links[link.kind].faults
                own = faults
            else:
                self.mistakes.add(way, no_such(_("component or link"), target, things(city), city, all_of(city)))
                continue
            if self.point is not None and self.point.name not in [fault.name for fault in faults]:
                can = ", ".join(fault.name for fault in own) or "nothing"
                what = _(
                    "{target} is a {kind}, which declares no {name}",
                    target=repr(target),
                    kind=kind,
                    name=repr(self.point.name),
                )
                self.wrong("fault", what, _("it declares: {can}", can=can))
            elif self.point in registry().sensor_faults:
                self._sensor(way, target, city)
            elif self.point in registry().report_faults and target not in {cohort.gateway for cohort in city.cohorts}:
                self.wrong(
                    way,
                    _("no sensor reports to {target}", target=repr(target)),
                    _("name a gateway with sensors behind it"),
                )

    def _sensor(self, way: Sequence[str | int], target: str, city: City) -> None:
        measured = city.measured_at(target)
        quantity = (self.fields.get("parameters") or {}).get("quantity")
        if not measured:
            fix = _("name a component with a sensor, see its city's sensors")
            self.wrong(way, _("{target} carries no sensor", target=repr(target)), fix)
        elif quantity not in (None, ANY_QUANTITY, *measured):
            what = _("no sensor reads {quantity} at {target}", quantity=repr(quantity), target=repr(target))
            self.wrong(
                ("parameters", "quantity"), what, _("write one of: {names}", names=", ".join((ANY_QUANTITY, *measured)))
            )

    def _repair(self) -> None:
        repair, city = self.fields.get("repair"), self.city
        if city is None or not self.given("repair"):
            return
        depots = [depot.id for depot in city.of_kind(*registry().depots)]
        targets = listed(self.fields.get("target"))
        if not depots:
            what = _("city {name} has no depot, nobody comes", name=repr(city.name))
            self.wrong("repair", what, _("use `for`, or add a depot to the city"))
        elif repair is not None:
            self._trade(repair, targets, depots if repair.depot is None else [repair.depot], city)
        if city.road_files is None or repair is None:
            return
        sites = [("repair", target) for target in targets] if repair.site is None else [("site", repair.site)]
        for field, place in sites:
            place = city.links[place].target if place in city.links else place
            component = city.components.get(place)
            if component and not _reached(component, city):
                what = _("no road link leads to {place}, a crew never arrives", place=repr(place))
                self.wrong(
                    ("repair", "site") if field == "site" else "repair", what, _("name a `site` with road access")
                )

    def _trade(self, repair: RepairFields, targets: Sequence[str], depots: Sequence[str], city: City) -> None:
        """The trade asked for, or that of each target, is known at one of the depots."""
        able = {trade for depot in depots for trade in crews_of(city.components[depot])}
        able |= self.world.crews
        if any(registry().trades[trade].any_work for trade in able):
            return
        if repair.trade is not None:
            wanted = {repair.trade}
        else:
            wanted = {
                str(trade_at(target, city)) for target in targets if target in city.components or target in city.links
            }
        for missing in sorted(wanted - able):
            what = _(
                "no crew of the trade {missing} belongs to {names}", missing=repr(missing), names=alternatives(depots)
            )
            fix = (
                _("write trade: and one of: {names}", names=", ".join(sorted(able)))
                if able
                else _("give the depot crews")
            )
            self.wrong("repair" if repair.trade is None else ("repair", "trade"), what, fix)

    def _selector(self) -> None:
        """What is selected can fail in this way, and is there in the city."""
        selector: SelectorFields | None = self.fields.get("selector")
        if selector is None or self.point is None:
            return
        misfit = selector.misfit(self.point)
        if misfit is not None:
            self.wrong("fault", *misfit)
        elif self.city is not None:
            found = len(matching(selector.record(), self.point.name, self.city))
            if not found:
                self._finds_nothing(selector.record(), self.point.name, self.city)
            elif selector.random is not None and selector.random > found:
                what = _("asks for {random} of {found}", random=Numeral(f"{selector.random:g}"), found=found)
                self.wrong(("selector", "random"), what, _("write {found} at most", found=found))

    def _finds_nothing(self, selector: Selector, fault: str, city: City) -> None:
        beside = left_out(selector, fault, city)
        what, fix = (
            _("finds no component or link with fault {name}", name=repr(fault)),
            _("see `{command}`", command=all_of(city)),
        )
        if beside:
            name = beside[0]
            what = _(
                "{what}: {name} lies inside, or belongs to a node that only passes on what others send",
                what=what,
                name=name,
            )
            district = next((place for place in selector.between if place in city.districts), "...")
            link = city.links[name]
            fix = _(
                "name both ends, {ends}, or cut off the district: {cut}",
                ends=f"between: [{link.source}, {link.target}]",
                cut=f"isolate: {{district: {district}, kinds: [{link.kind}]}}",
            )
        self.wrong("selector", what, fix)

    def _isolate(self) -> None:
        """What is cut off is all that an entry with `isolate` breaks."""
        border: IsolateFields | None = self.fields.get("isolate")
        beside = self.given("fault", "target", "selector", "hazard", "random")
        if border is None:
            return
        if beside:
            self.wrong(
                "isolate", _("stands beside `{sort}`", sort=beside[0]), _("keep one of the two, or use two entries")
            )
        elif self.city is not None and not matching(border.record(), border.cut(), self.city):
            kinds, district = border.kinds or [], repr(border.district)
            what = (
                _("no {names} link leaves {district}", names=alternatives(kinds), district=district)
                if kinds
                else _("no link leaves {district}", district=district)
            )
            self.wrong("isolate", what, _("see `{command}`", command=all_of(self.city)))

    def _disruption(self) -> None:
        """The rows of a disruption file name what there is, and come before everything is mended."""
        disruption: Disruption | None = self.fields.get("disruption")
        if disruption is None:
            return
        others = ("fault", "target", "selector", "isolate", "hazard", "random", "when", "parameters", "cases")
        beside = self.given(*others)
        if beside:
            self.wrong(
                "disruption", _("stands beside `{sort}`", sort=beside[0]), _("keep one of the two, or use two entries")
            )
            return
        end_s, at_s = self.times.end_s, self.fields.get("at") or 0.0
        mistakes: list[tuple[int, Text, Text]] = []
        if end_s is not None:
            late = _("lies at or after the end ({shown})", shown=Numeral(shown(end_s)))
            earlier = _("run longer, or write an earlier time")
            mistakes += [(hit.line, late, earlier) for hit in disruption.hits if at_s + hit.at_s >= end_s]
        if self.city is not None:
            asked = TimelineEntry("", at_s, "", disruption=disruption)
            mistakes += found_in(asked, self.city).wrong
        for line, what, fix in sorted(mistakes, key=lambda one: one[0])[:MOST]:
            self.wrong("disruption", _("{file}, line {line}: {what}", file=disruption.file, line=line, what=what), fix)
        if len(mistakes) > MOST:
            self.wrong(
                "disruption",
                _("{n} more rows of {file} are wrong", n=len(mistakes) - MOST, file=disruption.file),
                _("mend those first"),
            )

    def _overlap(self, span: tuple[float, float] | None) -> None:
        """The same thing broken twice at once by name is a slip; selectors, resolved or not, may well overlap."""
        if span is None or self.point is None or self.given("selected"):
            return
        end = span[0] if self.given("repair") else span[1]  # nobody knows when a crew will be done
        quantity = (self.fields.get("parameters") or {}).get("quantity") or ""
        way_of_failing = f"{self.point.name} {quantity}"  # one sensor is not another
        named = ways("target", self.fields.get("target") or [])
        for target, way in {target: way for way, target in reversed(named)}.items():
            spans = self.world.taken.setdefault((target, way_of_failing), [])
            for begin, until, other in spans:
                if (span[0] < until and begin < end) or span[0] == begin:
                    what = _(
                        "{target} is broken in this way by {other} already", target=repr(target), other=repr(other)
                    )
                    self.wrong(way, what, _("move or drop one of them"))
                    break
            spans.append((span[0], end, self.fields.get("id") or "another entry"))

    def _draws(self) -> None:
        """Look for mistakes in `hazard` and `random`."""
        if len(self.draws) == 2:
            self.wrong("random", _("stands beside `hazard`"), _("use two entries"))
            return
        if not self.draws:
            return
        sort = self.draws[0]
        selector: SelectorFields | None = self.fields.get("selector")
        if self.given("when"):
            self.wrong("when", _("stands beside `{sort}`", sort=sort), _("use two entries"))
            return
        if selector is not None and selector.random is not None:
            self.wrong(
                ("selector", "random"), _("stands beside `{sort}`, which draws by itself", sort=sort), _("leave it out")
            )
            return
        if self.given("parameters") and not self.given("fault"):
            what = _("are those of a fault, but none is named")
            self.wrong("parameters", what, _("add `fault`, or leave them out"))
        if sort == "hazard":
            self._hazard(self.fields.get("hazard"))
        else:
            self._random(self.fields.get("random"))

    @property
    def _sound(self) -> bool:
        """Whether it can be looked up in the city what a draw may befall."""
        sound = all(name in self.fields for name in ("fault", "target", "selector", "parameters"))
        return sound and not self.mistakes

    def _hazard(self, item: HazardFields | None) -> None:
        if not self.given("at"):
            self.wrong((), _("has no `at`"), _("add `at`, the time from zero at which the hazard comes"))
        if item is None:
            return
        curves = [curve for curve in registry().fragilities.values() if curve.hazard.value == item.type]
        if self.point is not None and self.point.name not in [curve.fault for curve in curves]:
            able = dict.fromkeys(curve.fault for curve in curves)
            fix = _("one of: {names}; see `{command}`", names=", ".join(able), command=_CURVES)
            self.wrong("fault", _("no {type} leads to {name}", type=item.type, name=repr(self.point.name)), fix)
        if self.city is not None and self._sound and not self._exposed(self.city, hazard=item.record()):
            self.wrong(
                "hazard",
                _("finds nothing in its area that a {type} can damage", type=item.type),
                _("see `{command}`", command=_CURVES),
            )

    def _random(self, item: RandomFields | None) -> None:
        at = 0.0 if not self.given("at") else self.fields.get("at")
        if item is None:
            return
        if item.until is not None and at is not None and item.until <= at:
            self.wrong(
                ("random", "until"), _("is not after `at` ({shown})", shown=Numeral(shown(at))), _("write a later time")
            )
        known = [one for one in registry().rates.values() if self.point is None or one.fault == self.point.name]
        if self.point is not None and not known and item.rate is None:
            able = dict.fromkeys(one.fault for one in registry().rates.values())
            fix = _("one of: {names}; or write a number", names=", ".join(able))
            self.wrong("fault", _("no rate is known of {name}", name=repr(self.point.name)), fix)
        if self.city is not None and self._sound:
            found = self._exposed(self.city, wear=Wear(item.rate))
            if not found:
                self.wrong("random", _("finds no component with a failure rate"), _("see `{command}`", command=_RATES))
            self._unknown_class(found)

    def _exposed(self, city: City, **sort: Any) -> tuple[Exposure, ...]:
        """What the draw can befall."""
        selector: SelectorFields | None = self.fields.get("selector")
        asked = TimelineEntry(
            self.fields.get("id") or "",
            0.0,
            self.fields.get("fault") or "",
            listed(self.fields.get("target")),
            None if selector is None else selector.record(),
            **sort,
        )
        return exposed(asked, city, 2000, meant(asked, city))

    def _unknown_class(self, found: Sequence[Exposure]) -> None:
        """Where no class says how a component fails, the entry must: the length of the fault, and its parameters."""
        given = self.fields.get("parameters") or {}
        for one in found:
            kind = one.component.kind
            if one.outage is None and self.fields.get("for_") == DRAWN:
                what = _("is `drawn`, but no length is known of {fault} at a {kind}", fault=repr(one.fault), kind=kind)
                self.wrong("for", what, _("write a duration such as '2h'; see `{command}`", command=_RATES))
                return
            point = point_of(one.fault)
            either = () if point is None or {*point.either} & {*one.parameters, *given} else point.either[:1]
            for parameter in () if point is None else point.parameters:
                lacks = parameter.default is None and parameter.name not in {*one.parameters, *given}
                if lacks or parameter.name in either:
                    what = _(
                        "{fault} at a {kind} needs the parameter {name}",
                        fault=repr(one.fault),
                        kind=kind,
                        name=repr(parameter.name),
                    )
                    fix = _("add {words}", words=f"parameters: {{{parameter.name}: ...}}")
                    self.wrong((), what, added(fix, parameter))
                    return

    def _cases(self) -> None:
        if not self.cases:
            return
        if self.given("when"):
            self.wrong("when", _("stands beside `cases`, which have moments of their own"), _("use two entries"))
        taken: set[str] = set()
        for number, case in enumerate(self.fields.get("cases") or ()):
            here = ("cases", number)
            if case.target in taken:
                self.wrong(
                    (*here, "target"), _("{target} stands in two cases", target=repr(case.target)), _("use two entries")
                )
            taken.add(case.target)
            self._case(case, here)

    def _case(self, case: CaseFields, here: tuple[str, int]) -> None:
        point = self.point if case.fault is None else point_of(case.fault)
        if case.fault is None and not self.given("fault"):
            self.wrong(here, _("names no fault, and neither does its entry"), _("add `fault`"))
        if case.at is None and not self.given("at"):
            self.wrong(here, _("has no `at`, and neither has its entry"), _("add `at`"))
        inside = Mistakes()
        _check_parameters(case.parameters or {}, point, inside, bool(self.given("parameters")))
        self.mistakes.take(here, inside)
        if self.city is None or point is None:
            return
        if case.target in self.city.components:
            faults = registry().faults_of_type[self.city.components[case.target].kind]
        else:
            faults = registry().links[self.city.links[case.target].kind].faults
        if point.name not in [fault.name for fault in faults]:
            can = ", ".join(fault.name for fault in faults) or "nothing"
            way = "fault" if case.fault is None else (*here, "fault")
            self.wrong(
                way,
                _("{target} declares no {name}", target=repr(case.target), name=repr(point.name)),
                _("it declares: {can}", can=can),
            )

    def _evidence(self) -> None:
        seen, at, end_s = self.fields.get("evidence"), self.fields.get("at"), self.times.duration_s
        # a fault that comes after the end of the run is one mistake, not two
        if seen is not None and at is not None and end_s is not None and at < end_s < at + seen.within:
            what = _("ends after the run ({shown})", shown=Numeral(shown(end_s)))
            self.wrong(("evidence", "within"), what, _("look for it earlier, or run longer"))
        if seen is not None:
            self._own_record(seen.signal)

    def _own_record(self, signal: str) -> None:
        """What follows from a fault by definition is no evidence of what it does."""
        component, _dot, quantity = signal.rpartition(".")
        known, named = registry().quantities.get(quantity), self.fields.get("target")
        own = {target for _way, target in ways("target", named)} if named is not None else set()
        if known is not None and known.own_record and component in own | {TARGET}:
            what = _("{signal} says of what is broken only that it is", signal=repr(signal))
            fix = _("name what the fault does to something else, or leave `evidence` out for what the fault declares")
            self.wrong("evidence", what, fix)


def _reached(component: Component, city: City) -> bool:
    """Whether crews get there: it is a place on the roads, or has a link to one."""
    access = registry().access_links
    own = set(access) & set(registry().types[component.kind].gives)
    return bool(own) or any(city.links_into(component.id, kind) for kind in access)
