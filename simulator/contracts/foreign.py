"""What a plug-in of somebody else declares, looked at before it is taken in: whether its records are filled with what
belongs there, and whether the functions and classes that they name are there. Nothing of it is run."""

from __future__ import annotations

import ast
import importlib.util
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

PLACES = ("process", "run", "read")
"""Fields of records that name something as "module:name"; the first one a class."""


def faults_of(declared: object) -> Iterator[str]:
    """What is wrong with a catalogue or an extension, each with the record that it stands in."""
    yield from _misfits(declared, type(declared), type(declared).__name__)
    for field, place in _places(declared):
        if lost := _lost(place, a_class=field == "process"):
            yield lost


def _misfits(value: Any, wanted: Any, where: str) -> Iterator[str]:
    """Values that are not of the type that their field is declared with, at any depth."""
    origin, inner = typing.get_origin(wanted), typing.get_args(wanted)
    if origin in (typing.Union, types.UnionType):
        if all(list(_misfits(value, one, where)) for one in inner):
            fitting = [one for one in inner if isinstance(one, type) and isinstance(value, one)]
            yield from _misfits(value, fitting[0], where) if fitting else [_unlike(value, wanted, where)]
    elif origin is tuple:
        if not isinstance(value, tuple):
            yield _unlike(value, tuple, where)
        elif len(inner) == 2 and inner[1] is ...:
            for place, one in enumerate(value):
                yield from _misfits(one, inner[0], f"{where}[{place}]")
    elif origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        if not isinstance(value, Mapping):
            yield _unlike(value, dict, where)
        else:
            for name, one in value.items():
                yield from _misfits(name, inner[0], where)
                yield from _misfits(one, inner[1], f"{where}[{name!r}]")
    elif origin is Callable or wanted is Callable:
        if not callable(value):
            yield f"{where} is a {type(value).__name__}, and cannot be called"
    elif isinstance(wanted, type):
        number = wanted is float and isinstance(value, int) and not isinstance(value, bool)
        if not number and (not isinstance(value, wanted) or (wanted is not bool and isinstance(value, bool))):
            yield _unlike(value, wanted, where)
        elif is_dataclass(value) and not isinstance(value, type):
            hints = typing.get_type_hints(type(value))
            name = getattr(value, "name", getattr(value, "id", None))
            shown = f"{type(value).__name__} {str(name)!r}" if name else where
            for field in fields(value):
                yield from _misfits(getattr(value, field.name), hints[field.name], f"{shown}: {field.name}")


def _unlike(value: object, wanted: Any, where: str) -> str:
    return f"{where} is a {type(value).__name__}, not a {getattr(wanted, '__name__', wanted)}"


def _places(declared: object) -> Iterator[tuple[str, str]]:
    """Every "module:name" that a catalogue or an extension leads to, with the field that holds it."""
    if isinstance(declared, tuple):
        for one in declared:
            yield from _places(one)
    elif is_dataclass(declared):
        for one in fields(declared):
            value = getattr(declared, one.name)
            if one.name in PLACES and isinstance(value, str):
                yield from [(one.name, value)] if value else []
            else:
                yield from _places(value)


def _lost(place: str, a_class: bool) -> str | None:
    """Why nothing is found at "module:name"; None where it is there, or where only running the module would tell."""
    module, colon, name = place.partition(":")
    if not (colon and name.isidentifier()):
        return f"names {place!r}: write it as module:name"
    try:
        spec = importlib.util.find_spec(module)
    except (ImportError, ValueError):
        spec = None
    if spec is None:
        return f"names {place!r}, of which there is no module"
    if spec.origin is None or not spec.origin.endswith(".py"):
        return None
    try:
        tree = ast.parse(Path(spec.origin).read_bytes(), spec.origin)
    except (OSError, SyntaxError, ValueError) as error:
        return f"names {place!r}, which cannot be read: {error}"
    there = dict(_defined(tree.body))
    if name not in there and not {"*", "__getattr__"} & there.keys():
        return f"names {place!r}, which that module does not have"
    if a_class and isinstance(there.get(name), ast.FunctionDef | ast.AsyncFunctionDef):
        return f"names {place!r}, which is a function, not a class"
    return None


def _defined(body: list[ast.stmt]) -> Iterator[tuple[str, ast.stmt]]:
    """The names that the statements of a module give, those under a condition among them; "*" for names unknown."""
    for one in body:
        match one:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield one.name, one
            case ast.Import() | ast.ImportFrom():
                yield from ((alias.asname or alias.name.partition(".")[0], one) for alias in one.names)
            case ast.Assign() | ast.AnnAssign():
                names = (node for node in ast.walk(one) if isinstance(node, ast.Name))
                yield from ((node.id, one) for node in names if isinstance(node.ctx, ast.Store))
            case _:
                for inner in ("body", "orelse", "finalbody"):
                    yield from _defined(getattr(one, inner, []))
                for handler in getattr(one, "handlers", []):
                    yield from _defined(handler.body)
