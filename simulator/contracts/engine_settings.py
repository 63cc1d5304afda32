"""Settings of the engines behind the town: declared by sub-systems, given by a city, and for one run by a scenario.

    settings: {water: {required_pressure_m: 27.5}}    # in city.yaml, or under `run:` of a scenario

What is left out stays as the sub-system declares it. A value is checked here for both files, with the same words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from simulator.contracts.city import Assumption, City, Settings
from simulator.contracts.component import Domain
from simulator.contracts.fault import Parameter
from simulator.contracts.model import Mistakes
from simulator.contracts.registry import registry
from simulator.contracts.sources import source_text
from simulator.contracts.words import Numeral, Text, Verbatim, Words

_ = Words("simulator.contracts")


class _Given:
    """Reads settings, every mistake at its own place, and describes them in a JSON Schema."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(_read)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        engines = {
            name.value: {
                "type": "object",
                "additionalProperties": False,
                "properties": {one.name: _described(one) for one in declared},
            }
            for name, declared in _declared().items()
        }
        return {"type": "object", "additionalProperties": False, "properties": engines}


GivenSettings = Annotated[Settings, _Given()]
"""Settings by sub-system and name."""


def _declared() -> dict[Domain, tuple[Parameter, ...]]:
    return {name: one.settings for name, one in registry().subsystems.items() if one.settings}


def _described(one: Parameter) -> dict[str, Any]:
    unit = f" ({one.unit})" if _unit(one) else ""
    found: dict[str, Any] = {"type": "number"}
    found |= {key: limit for key, limit in (("minimum", one.at_least), ("maximum", one.at_most)) if limit is not None}
    return found | {"description": f"{'' if one.title is None else one.title.of('en')}{unit}"}


def _unit(one: Parameter) -> str:
    """The unit behind a number, with the space between them; empty where there is none."""
    return "" if one.unit in ("", "1") else f" {one.unit}"


def _read(value: object) -> Settings:
    mistakes, found, declared = Mistakes(), dict[str, dict[str, float]](), _declared()
    if not isinstance(value, Mapping):
        what = _("{value} is no settings by sub-system", value=repr(value)[:180])
        mistakes.wrong((), what, _("write {words}", words="{water: {...}}"))
        mistakes.tell()
    assert isinstance(value, Mapping)
    for engine, given in value.items():
        known = {one.name: one for one in declared.get(Domain(str(engine)), ())}
        if not known:
            names = [name.value for name in declared]
            mistakes.unknown(str(engine), _("sub-system with settings"), str(engine), names, ", ".join(names))
        elif not isinstance(given, Mapping):
            what = _("{value} is no settings", value=repr(given)[:180])
            mistakes.wrong(str(engine), what, _("write {words}", words="{" + f"{next(iter(known))}: ..." + "}"))
        else:
            for name, number in given.items():
                way = (str(engine), str(name))
                if name not in known:
                    noun = _("setting of {engine}", engine=str(engine))
                    mistakes.unknown(way, noun, str(name), known, ", ".join(known))
                elif (problem := _problem(number, known[name])) is not None:
                    mistakes.wrong(way, *problem)
                else:
                    found.setdefault(str(engine), {})[name] = float(number)
    mistakes.tell()
    return found


def _problem(value: object, one: Parameter) -> tuple[Text, Text] | None:
    least, most = one.at_least, one.at_most
    assert least is not None
    assert most is not None
    between = {"least": Numeral(f"{least:g}"), "most": Numeral(f"{most:g}")}
    fix = _("write a number from {least} to {most}{unit}", **between, unit=_unit(one))
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _("{value} is not a number", value=repr(value)[:180]), fix
    if not least <= value <= most:
        return _("{value} lies outside what is possible", value=Numeral(f"{value:g}")), fix
    return None


def given_settings(settings: Settings, by: Text) -> Iterator[Assumption]:
    """What a file sets otherwise than declared, as assumptions of the city; `by` says who gave it."""
    for name, declared in _declared().items():
        for one in declared:
            if one.name in settings.get(name.value, {}):
                value = settings[name.value][one.name]
                assert isinstance(one.default, float)
                text = _(
                    "{value}{unit} in place of {default}{unit} ({source})",
                    value=Numeral(f"{value:g}"),
                    default=Numeral(f"{one.default:g}"),
                    unit=_unit(one),
                    source=source_text(one.source),
                )
                yield Assumption(Verbatim(one.name) if one.title is None else one.title, text, by)


def with_settings(city: City, settings: Settings) -> City:
    """The city with what a run sets otherwise, and that among its assumptions."""
    if not settings:
        return city
    merged = {name: {**city.settings.get(name, {}), **settings.get(name, {})} for name in {**city.settings, **settings}}
    told = tuple(given_settings(settings, _("set by the scenario")))
    return replace(city, settings=merged, assumptions=(*city.assumptions, *told))
