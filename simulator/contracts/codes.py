"""All event codes and crews' tasks: those of every catalogue's folder, plug-ins too, and those of the mechanisms."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import TypeVar

from simulator.contracts.event import EventCode, Task
from simulator.contracts.registry import events_beside, registry

_MECHANISMS = ("resilience.inject.events", "stadtwerk.runs.events")
"""Declare what can happen without being a sub-system or a lifeline."""

T = TypeVar("T", EventCode, Task)


@cache
def event_codes() -> Mapping[str, EventCode]:
    """Every declared code by its name, sorted. Raises `ValueError` where two have the same name."""
    return _by_name(EventCode)


@cache
def tasks() -> Mapping[str, Task]:
    """Everything that a crew is sent for, by its name, sorted. Raises `ValueError` where two have the same name."""
    return _by_name(Task)


def event_modules() -> Iterator[str]:
    """The modules that declare what can happen: `events` beside each catalogue, and those of the mechanisms."""
    opened = registry()
    for name in opened.catalogues:
        if module := events_beside(opened.homes[name]):
            yield module
    yield from _MECHANISMS


def _by_name(of: type[T]) -> Mapping[str, T]:
    found: dict[str, T] = {}
    for module in event_modules():
        for declared in vars(importlib.import_module(module)).values():
            if isinstance(declared, of) and found.setdefault(declared.name, declared) is not declared:
                raise ValueError(f"{module} declares {declared.name!r}, which is declared elsewhere")
    return MappingProxyType(dict(sorted(found.items())))
