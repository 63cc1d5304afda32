"""All event codes, tasks of crews and names that rules give: declared beside the catalogues, and by the mechanisms."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import TypeVar

from simulator.contracts.event import EventCode, Task
from simulator.contracts.naming import Given, NameCode
from simulator.contracts.registry import beside, registry
from simulator.contracts.words import Text, Verbatim

_MECHANISMS = ("resilience.inject.events", "stadtwerk.live.events", "stadtwerk.runs.events")
"""Declare what can happen without being a sub-system or a lifeline."""

_NAMES = ("simulator.city.generator.names",)
"""Declare names of components without being a sub-system or a lifeline."""

T = TypeVar("T", EventCode, Task, NameCode)


@cache
def event_codes() -> Mapping[str, EventCode]:
    """Every declared code by its name, sorted. Raises `ValueError` where two have the same name."""
    return _by_name(EventCode, event_modules())


@cache
def tasks() -> Mapping[str, Task]:
    """Everything that a crew is sent for, by its name, sorted. Raises `ValueError` where two have the same name."""
    return _by_name(Task, event_modules())


@cache
def name_codes() -> Mapping[str, NameCode]:
    """Every way in which a rule names a component, sorted. Raises `ValueError` where two have the same name."""
    return _by_name(NameCode, _modules("names", _NAMES))


def given_words(given: Given) -> Text:
    """A name that a rule gave, in words. A code that nobody declares is shown as it is, with its parameter."""
    code = name_codes().get(given[0])
    if code is None:
        return Verbatim(" ".join(given))
    if not code.words.blanks:
        return code.words
    if "served" in code.words.blanks:
        return code.words.filled(served=given_words(given[1:]) if given[1:] else Verbatim(""))
    return code.words.filled(name=Verbatim(" ".join(given[1:])))


@cache
def _neutral(table: str) -> Mapping[str, Text]:
    found: dict[str, Text] = {}
    for module in _modules("names", _NAMES):
        found |= getattr(importlib.import_module(module), table, {})
    return MappingProxyType(found)


def owner_words(owner: str) -> Text:
    """An owner: the neutral name that a generated town has for a duty in words, any other as its town wrote it."""
    return _neutral("OWNERS").get(owner, Verbatim(owner))


def maker_words(maker: str) -> Text:
    """A vendor: the neutral name that a generated town has in words, any other as its town wrote it."""
    return _neutral("MAKERS").get(maker, Verbatim(maker))


def event_modules() -> Iterator[str]:
    """The modules that declare what can happen: `events` beside each catalogue, and those of the mechanisms."""
    return _modules("events", _MECHANISMS)


def _modules(file: str, more: tuple[str, ...]) -> Iterator[str]:
    opened = registry()
    for name in opened.catalogues:
        if module := beside(opened.homes[name], file):
            yield module
    yield from more


def _by_name(of: type[T], modules: Iterable[str]) -> Mapping[str, T]:
    found: dict[str, T] = {}
    for module in modules:
        for declared in vars(importlib.import_module(module)).values():
            if isinstance(declared, of) and found.setdefault(declared.name, declared) is not declared:
                raise ValueError(f"{module} declares {declared.name!r}, which is declared elsewhere")
    return MappingProxyType(dict(sorted(found.items())))
