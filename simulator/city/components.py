"""What a network file tells the city about one of its elements."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from simulator.city.draft import NetworkRef, Override, RoadRef
from simulator.contracts.component import NO_PARAMETERS, Component, Value
from simulator.contracts.fault import Parameter
from simulator.contracts.names import suggestion
from simulator.contracts.registry import registry
from simulator.contracts.words import Numeral, Text, Words

_ = Words("simulator.city")


@dataclass(frozen=True, slots=True)
class NetworkElement:
    """An element of a network file. Its component id in the city is `{kind}-{network_id}`.

    `x`, `y` are in the file's own coordinates; the city maps them to metres. `ends` are the network ids of the two
    nodes that a line-like element joins, `length_m` its length where the file tells it, else 0. `weight` is the
    element's share in serving people (base demand in m3/s of a junction, rated load in W of a bus), 0 where it serves
    nobody.
    """

    kind: str
    network_id: str
    x: float
    y: float
    ends: tuple[str, str] | None = None
    weight: float = 0.0
    title: str = ""
    parameters: Mapping[str, Value] = field(default_factory=lambda: NO_PARAMETERS)
    length_m: float = 0.0

    @property
    def component_id(self) -> str:
        return f"{self.kind}-{self.network_id}"


Report = Callable[[str, Text, Text], None]
"""Called with field, what is wrong, how to fix it."""


def network_component(
    element: NetworkElement, x_m: float, y_m: float, network: NetworkRef | RoadRef, known: Override, report: Report
) -> Component:
    """A network element as a component, with what the city knows beyond the file."""
    return Component(
        id=element.component_id,
        kind=element.kind,
        domain=registry().types[element.kind].domain,
        x_m=x_m if known.x_m is None else known.x_m,
        y_m=y_m if known.y_m is None else known.y_m,
        district=known.district or "",
        owner=network.owner if known.owner is None else known.owner,
        maker=network.maker if known.maker is None else known.maker,
        model=known.model or "",
        firmware=known.firmware or "",
        year=network.year if known.year is None else known.year,
        title=element.title if known.title is None else known.title,
        network_id=element.network_id,
        parameters=complete(element.kind, {**element.parameters, **known.parameters}, report),
        length_m=element.length_m,
        trenches=known.trenches,
        given=known.given,
    )


def complete(kind: str, given: Mapping[str, Value], report: Report) -> dict[str, Value]:
    """Parameters with the defaults of their kind; what is missing, unknown or impossible is reported."""
    declared = {parameter.name: parameter for parameter in registry().types[kind].parameters}
    for name in given:
        if name not in declared:
            near = suggestion(name, declared) if declared else _("remove it")
            report(f"parameters.{name}", _("is no parameter of a {kind}", kind=kind), near)
    out: dict[str, Value] = {}
    for name, parameter in declared.items():
        if name in given:
            out[name] = checked(parameter, given[name], report)
        elif parameter.default is not None:
            out[name] = parameter.default
        else:
            what = _("a {kind} needs {name}", kind=kind, name=name)
            report(f"parameters.{name}", what, _to_add(parameter))
    return out


def _to_add(parameter: Parameter) -> Text:
    fix: Text = _("add {name}", name=parameter.name)
    if parameter.unit:
        fix = _("{fix} in {unit}", fix=fix, unit=parameter.unit)
    return _("{fix}: {title}", fix=fix, title=parameter.title) if parameter.title is not None else fix


def checked(parameter: Parameter, value: Value, report: Report) -> Value:
    """The value of a parameter; what is wrong with it is reported."""
    field, default = f"parameters.{parameter.name}", parameter.default
    if parameter.choices and value not in parameter.choices:
        report(field, _("{value} is no choice here", value=repr(value)), suggestion(str(value), parameter.choices))
    elif isinstance(default, bool) or isinstance(value, bool):
        if not (isinstance(value, bool) and (default is None or isinstance(default, bool))):
            report(
                field,
                _("{value} does not fit", value=repr(value)),
                _("write yes or no") if isinstance(default, bool) else _("give a value"),
            )
    elif isinstance(default, str):
        return cell_text(value)
    elif isinstance(value, str):
        if default is not None or parameter.unit or parameter.at_least is not None:
            report(
                field,
                _("{value} is not a number", value=repr(value)),
                _("give a number in {unit}", unit=parameter.unit) if parameter.unit else _("give a number"),
            )
    elif not 0 <= value < float("inf"):
        report(field, _("{value} is impossible", value=Numeral(f"{value:g}")), _("give a number of at least 0"))
    elif parameter.unit == "1" and value > 1:
        report(
            field, _("{value} is impossible for a share", value=Numeral(f"{value:g}")), _("give a number from 0 to 1")
        )
    return value


def cell_text(value: Value) -> str:
    """A name that a table may have read as a number."""
    return value if isinstance(value, str) else f"{value!r}".removesuffix(".0")
