"""The configuration of a process: a JSON file, read once into a frozen record, every mistake named at its line.

The record is an ordinary frozen dataclass: bounds of single fields stand in its annotations, what several fields must
keep together in `__post_init__`. pydantic reads it and gives its JSON Schema, and is loaded only when a file is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from simulator.contracts.document import parse_document
from simulator.contracts.problem import BadInput, Problem, reason_of
from simulator.contracts.words import Words

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, TypeAdapter, ValidationError
    from pydantic_core import CoreSchema

_ = Words("simulator.contracts")

STRICT: Any = {"extra": "forbid", "strict": True, "allow_inf_nan": False}
"""`__pydantic_config__` of a record: no field that it does not know, no number as a text, no infinite number."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _FromFolder:
    """A file name that counts from the folder of the configuration."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import core_schema

        def path(value: str, info: core_schema.ValidationInfo) -> Path:
            folder: Path = (info.context or {}).get("folder", Path())
            return folder / value

        text = core_schema.str_schema(min_length=1, strict=True)
        return core_schema.with_info_after_validator_function(
            path, text, serialization=core_schema.to_string_ser_schema()
        )


FileName = Annotated[Path, _FromFolder()]
"""A file; in a configuration its name counts from the folder that the configuration lies in."""


@dataclass(frozen=True, slots=True)
class Tested:
    """Marks a value that `test` looks at; it raises `Unfit` for one that cannot be."""

    test: Callable[[Any], None]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import core_schema

        def tested(value: Any) -> Any:
            self.test(value)
            return value

        return core_schema.no_info_after_validator_function(tested, handler(source))


@dataclass(frozen=True, slots=True)
class OneOf:
    """Marks a union of records of which the field `by` says which it is."""

    by: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic import Discriminator

        return Discriminator(self.by).__get_pydantic_core_schema__(source, handler)


def adapter(record: Any) -> TypeAdapter[Any]:
    """What reads, writes and describes a record."""
    return _adapter(record)


@cache
def _adapter(record: Any) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter

    return TypeAdapter(record)


def settings_schema(record: Any) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a record."""
    from simulator.contracts.model import schema_of

    return schema_of(adapter(record))


def read_settings(path: Path, record: type[T]) -> T:
    """The record in a file; file names in it count from its folder. Raises `BadInput` with every mistake."""
    try:
        text = path.read_bytes()
    except OSError as error:
        raise BadInput(
            [Problem(str(path), 0, "file", _("cannot be read: {reason}", reason=reason_of(error)), _("check the name"))]
        ) from None
    return settings_of(text, record, path.parent, str(path))


def settings_of(text: bytes, record: type[T], folder: Path = Path(), shown_as: str = "settings") -> T:
    """The record in a JSON text; file names in it count from `folder`. Raises `BadInput` with every mistake."""
    from pydantic import ValidationError

    try:
        settings: T = adapter(record).validate_json(text, context={"folder": folder})
        return settings
    except ValidationError as error:
        raise BadInput(_problems(error, text, record, shown_as)) from None


def _problems(error: ValidationError, text: bytes, record: type[Any], file: str) -> list[Problem]:
    from simulator.contracts.model import problems_of

    for found in error.errors(include_url=False, include_input=False):
        if found["type"] == "json_invalid":
            what = str(found["ctx"]["error"])
            line = re.search(r"at line (\d+)", what)
            return [
                Problem(
                    file, int(line[1]) if line else 1, "file", _("is not JSON: {what}", what=what), _("fix the syntax")
                )
            ]
    return problems_of(error, parse_document(text.decode(), file), adapter(record))


def settings_text(settings: object) -> bytes:
    """A record as a JSON text that `read_settings` reads."""
    return adapter(type(settings)).dump_json(settings, indent=2, exclude_none=True) + b"\n"
