"""All event codes and crews' tasks: gathered from every `events.py` of ours, and from the plug-ins that take part."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from simulator.contracts.event import EventCode, Task

_ROOMS = ("simulator", "gateways", "resilience", "stadtwerk")
_FILE = "events.py"

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
    """The modules that declare what can happen, in order of their names."""
    for room in _ROOMS:
        for folder in importlib.import_module(room).__path__:
            for path in sorted(Path(folder).rglob(_FILE)):
                yield ".".join((room, *path.relative_to(folder).with_suffix("").parts))


def _by_name(of: type[T]) -> Mapping[str, T]:
    found: dict[str, T] = {}
    for module in event_modules():
        for declared in vars(importlib.import_module(module)).values():
            if isinstance(declared, of) and found.setdefault(declared.name, declared) is not declared:
                raise ValueError(f"{module} declares {declared.name!r}, which is declared elsewhere")
    return MappingProxyType(dict(sorted(found.items())))
