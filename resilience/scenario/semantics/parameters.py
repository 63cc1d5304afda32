"""The parameters of a fault."""

from __future__ import annotations

import math

from resilience.scenario.fields import Fields
from simulator.contracts.fault import FaultPoint, Parameter


def check_parameters(item: Fields, point: FaultPoint | None, may_lack: bool = False) -> None:
    """Look for parameters that the fault does not take, that it needs, or that are out of range.

    `may_lack` is for draws, where the class of each component gives what is left out.
    """
    if point is None:
        return
    declared = {parameter.name: parameter for parameter in point.parameters}
    for name in item.data:
        if name not in declared:
            allowed = ", ".join(declared) or "none"
            item.unknown(name, f"parameter of {point.name!r}", name, declared, allowed)
        else:
            _check_parameter(item, declared[name])
    for name, parameter in declared.items():
        if parameter.default is None and name not in item and not may_lack:
            unit = f" in {parameter.unit}" if parameter.unit not in ("", "1") else ""
            item.wrong((), f"{point.name!r} needs the parameter {name!r}", f"add {name}: ...{unit} ({parameter.title})")
    _check_limits(item)


def _check_limits(item: Fields) -> None:
    """The limits of a sensor: nothing lies between them if they are the wrong way round."""
    lowest, highest = item.number("lowest"), item.number("highest")
    if lowest is not None and highest is not None and lowest > highest:
        item.wrong("lowest", f"{lowest:g} is above `highest`, {highest:g}", "write them the other way round")


def _check_parameter(item: Fields, parameter: Parameter) -> None:
    value = item.data[parameter.name]
    if parameter.choices:
        if value not in parameter.choices:
            item.wrong(parameter.name, f"is {value!r}", f"write one of: {', '.join(parameter.choices)}")
        return
    wanted = "a number" if parameter.default is None else _type_of(parameter.default)
    unit = f" in {parameter.unit}" if wanted == "a number" and parameter.unit not in ("", "1") else ""
    if _type_of(value) != wanted:
        item.wrong(parameter.name, f"{value!r} is not {wanted}", f"write {wanted}{unit}")
    elif isinstance(value, int | float) and not math.isfinite(value):
        item.wrong(parameter.name, f"{value} is not finite", f"write a finite number{unit}")
    elif isinstance(value, int | float) and parameter.at_least is not None and value < parameter.at_least:
        item.wrong(parameter.name, f"{value:g} is too small", f"write {parameter.at_least:g} or more{unit}")
    elif isinstance(value, int | float) and parameter.at_most is not None and value > parameter.at_most:
        item.wrong(parameter.name, f"{value:g} is too big", f"write {parameter.at_most:g} or less{unit}")


def _type_of(value: object) -> str:
    if isinstance(value, bool):
        return "true or false"
    return "a number" if isinstance(value, int | float) else "a text"
