"""Input files as pydantic models: one declaration parses, checks names, explains mistakes and makes the JSON Schema.

    class Run(Model):
        start: LocalTime
        '''the town's local time at zero, such as 2026-01-14T17:00'''
        warmup: Seconds = 0.0
        '''how long the town runs before zero; 0 s if left out'''

    run, problems = read(Run, document, context)

- `Model` takes no value for another (`"7"` is no number, `yes` no truth value) and no field that it does not declare.
- A name is looked up in a validator of its type, with what is known of the world in `info.context`. `wrong` says what
  is wrong with a value and how to fix it, `Mistakes` collects several, also about parts of the value.
- What several fields say together is looked at in `Model.check`, which sees those that could be read. It takes place
  even where others are broken, so that a file is searched for every mistake in one go.
- Values that may be of several shapes (`all`, a list, or fields) are `by_shape`; those that name their kind in a field
  take `Field(discriminator="type")`. So each is checked as what it is meant to be, and complained about once.

pydantic takes a tenth of a second to import: import this module where a file is read.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
import types
from collections.abc import Collection, Mapping, Sequence, Sized
from datetime import datetime
from functools import cache
from itertools import pairwise
from typing import Annotated, Any, Final, TypeVar, Union, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    GetCoreSchemaHandler,
    PlainValidator,
    StringConstraints,
    Tag,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)
from pydantic.fields import FieldInfo
from pydantic.json_schema import GenerateJsonSchema, SkipJsonSchema
from pydantic_core import CoreSchema, ErrorDetails, InitErrorDetails, PydanticCustomError

from simulator.contracts.document import TYPE_WORDS, Document, Located, Place
from simulator.contracts.duration import seconds
from simulator.contracts.names import near_misses, suggestion
from simulator.contracts.problem import Problem, Unfit, reason_of
from simulator.contracts.words import LANGUAGES, Message, Numeral, Said, Text, Verbatim, Words, alternatives, joined

_ = Words("simulator.contracts")

TOGETHER: Final = "together_"
"""The last field of every model: it has no value, and its validator is `Model.check`."""

DURATION_FORM = r"^\s*([0-9]+(\.[0-9]+)?\s*(ms|min|[dhms])\s*)+$"
DURATION_HINT = _("write a duration such as '15 s', '2h' or '1h30m'")
ID_HINT = "use small letters, digits, dots, dashes and underscores"
TEXT_HINT = _("the same text in each language, one is enough: {de: ..., en: ...}")

M = TypeVar("M", bound="Model")


# --- what is wrong with a value


def wrong(what: Text, fix: Text) -> PydanticCustomError:
    """The error for a validator to raise about its whole value: what is wrong with it, and how to fix that."""
    return PydanticCustomError("wrong", "{what}; {fix}", {"what": what, "fix": fix})


def unknown(noun: Text, name: str, known: Collection[str], listing: str) -> PydanticCustomError:
    """The error about a name that nothing bears. `listing` is the command, or the list, that shows all of them."""
    return wrong(_("no {noun} is called {name}", noun=noun, name=repr(name)), suggestion(name, known, listing))


class Mistakes:
    """Collects what is wrong with a value and its parts; `way` leads from the value to the part."""

    def __init__(self) -> None:
        self._found: list[InitErrorDetails] = []

    def __len__(self) -> int:
        return len(self._found)

    def wrong(self, way: str | Sequence[str | int], what: Text, fix: Text) -> None:
        self.add(way, wrong(what, fix))

    def unknown(
        self, way: str | Sequence[str | int], noun: Text, name: str, known: Collection[str], listing: str
    ) -> None:
        self.add(way, unknown(noun, name, known, listing))

    def add(self, way: str | Sequence[str | int], error: PydanticCustomError) -> None:
        place = (way,) if isinstance(way, str) else tuple(way)
        self._found.append(InitErrorDetails(type=error, loc=place, input=None))

    def take(self, way: Sequence[str | int], others: Mistakes) -> None:
        """Add what was found about the part at the end of a way."""
        for one in others._found:
            self._found.append(InitErrorDetails(type=one["type"], loc=(*way, *one.get("loc", ())), input=None))

    def tell(self) -> None:
        """Raise all that was found, if anything; for the end of a validator."""
        if self._found:
            raise ValidationError.from_exception_data("mistakes", self._found)


# --- models


class Model(BaseModel):
    """A part of an input file. Its fields are those of the file; what stands under a field is also the advice given."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)

    together_: SkipJsonSchema[None] = Field(
        default=None, validate_default=True, validation_alias="\0", exclude=True, repr=False
    )

    @field_validator(TOGETHER, mode="before")
    @classmethod
    def _all_read(cls, value: object, info: ValidationInfo) -> object:
        mistakes = Mistakes()
        cls.check(info.data, info.context, mistakes)
        mistakes.tell()
        return value

    @classmethod
    def check(cls, fields: Mapping[str, Any], context: Any, mistakes: Mistakes) -> None:
        """Look at what the fields say together.

        `fields` holds the values that could be read, by attribute and with defaults: what is missing there is broken,
        and has been complained about. `context` is what `read` was given.
        """

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        fields = cls.__pydantic_fields__
        for field in fields.values():  # `| None` says that it may be left out; written empty it is a slip
            options = get_args(field.annotation)
            if types.NoneType in options:
                left: Any = Union[tuple(one for one in options if one is not types.NoneType)]  # noqa: UP007
                field.annotation = left
        if TOGETHER in fields:  # fields are read in their order, and those of a subclass would come after it
            fields[TOGETHER] = fields.pop(TOGETHER)
        return handler(source)


def read(model: type[M], document: Document, context: Any = None) -> tuple[M | None, list[Problem]]:
    """The document as a model, or None with everything that is wrong with it, by line."""
    try:
        return model.model_validate(document.data, context=context), []
    except ValidationError as error:
        return None, problems_of(error, document, model)


def read_version(document: Document, kind: str, understood: int) -> list[Problem]:
    """What is wrong with the `schema` of a document, which is read before all else: `stadtwerk/scenario/1`.

    Of a later version nothing else is worth telling: it may mean other things by the same words. One that is missing
    or no version at all is told with the rest by the model's own field (see `Version`).
    """
    said = document.data.get("schema") if isinstance(document.data, Mapping) else None
    form = re.fullmatch(re.escape(kind) + r"/(\d+)", said) if isinstance(said, str) else None
    if form is None or int(form[1]) <= understood:
        return []
    what = _(
        "is version {had}, and this program understands versions up to {latest}: {schema}",
        had=form[1],
        latest=understood,
        schema=f"{kind}/{understood}",
    )
    return [document.problem(("schema",), what, _("install a newer stadtwerk, or write the file for this one"))]


# --- values that many files hold


def duration(value: object) -> float:
    """The seconds of a duration. Raises what `wrong` makes for anything else."""
    if value is None:
        raise wrong(_("is empty"), DURATION_HINT)
    if not isinstance(value, str):
        unit = isinstance(value, int | float) and not isinstance(value, bool)
        said = repr(value)[:180]
        what = _("{value} has no unit", value=said) if unit else _("{value} is not a duration", value=said)
        raise wrong(what, DURATION_HINT)
    try:
        return seconds(value)
    except ValueError as error:
        fix: Text = DURATION_HINT
        if re.fullmatch(r"\s*[0-9]+,[0-9]+\s*[a-z]+\s*", value):
            fix = _("write {words}", words=repr(value.strip().replace(",", ".")))
        elif clock := re.fullmatch(r"\s*([0-9]{1,2}):([0-5][0-9])\s*", value):
            fix = _("times count from zero, not by the clock: {words} is so long", words=f"'{clock[1]}h{clock[2]}m'")
        raise wrong(reason_of(error), fix) from None


Seconds = Annotated[
    float,
    PlainValidator(duration),
    WithJsonSchema({"type": "string", "pattern": DURATION_FORM, "description": DURATION_HINT.en}),
]
"""A duration such as `2h` or `1h30m`, in seconds."""


def no_percentage(value: object) -> object:
    """The value, but for a text such as `80%` or `0,8`, of which it is said how to write it."""
    if isinstance(value, str) and (percent := re.fullmatch(r"\s*([0-9]+(?:\.[0-9]+)?)\s*%\s*", value)):
        raise wrong(
            _("{value} is in per cent", value=repr(value)), _("write {words}", words=f"{float(percent[1]) / 100:g}")
        )
    if isinstance(value, str) and re.fullmatch(r"\s*[+-]?(0,[0-9]+|[0-9]+,[0-9]{1,2})\s*", value):
        raise wrong(
            _("{value} has a decimal comma", value=repr(value)),
            _("write {words}", words=value.strip().replace(",", ".")),
        )
    return value


Number = Annotated[float, BeforeValidator(no_percentage)]
"""A number; `80%` is told to be 0.8."""

Positive = Annotated[float, Field(gt=0.0), BeforeValidator(no_percentage)]
NotNegative = Annotated[float, Field(ge=0.0), BeforeValidator(no_percentage)]
"""Limits of a number stand before the function that looks at it first: behind it the JSON Schema would lose them."""

Share = Annotated[float, Field(ge=0.0, le=1.0), BeforeValidator(no_percentage)]
"""A share from 0 to 1."""

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]*$"), WithJsonSchema(
    {"type": "string", "pattern": "^[a-z0-9][a-z0-9._-]*$", "description": ID_HINT}
)]  # fmt: skip
"""The id that a file gives to something: small letters, digits, dots, dashes and underscores."""

Name = Annotated[str, StringConstraints(min_length=1)]
"""A text that is not empty."""


def _local_time(value: object) -> datetime:
    if not isinstance(value, str):
        raise wrong(_("{value} is not a date and time", value=repr(value)), _("write it as 2026-01-14T17:00"))
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise wrong(_("{value} is not a date and time", value=repr(value)), _("write it as 2026-01-14T17:00")) from None
    if moment.tzinfo is not None:
        raise wrong(_("names a time zone"), _("write the town's local time, as 2026-01-14T17:00"))
    return moment


LocalTime = Annotated[datetime, PlainValidator(_local_time), WithJsonSchema({"type": "string"})]
"""A moment on the town's own clock, without a time zone."""


SPLIT_BY_A_COMMA = _("put a text that holds a comma in quotes, write a number with a decimal point, or leave it out")
"""The fix for a name without a value, as it comes of `{en: Yes, or no?}` and of `{at_least: 0,8}`."""


def _wording(value: object) -> Said:
    if isinstance(value, str) and value.strip():
        forms = f"{{en: {value!r}}}", "{de: ...}"
        raise wrong(_("names no language"), _("write {one}, or {other}, or both", one=forms[0], other=forms[1]))
    if not isinstance(value, Mapping):
        raise wrong(_is_not(value, _("a text by language")), _("write {words}", words=TEXT_HINT))
    mistakes = Mistakes()
    for name, said in value.items():
        if name not in LANGUAGES:
            fix = suggestion(name, LANGUAGES, ", ".join(LANGUAGES)) if said is not None else SPLIT_BY_A_COMMA
            mistakes.wrong(name, _("is not a language here"), fix)
        elif not isinstance(said, str) or not said:
            mistakes.wrong(name, _is_not(said, TYPE_WORDS["string"]), _("write a text that is not empty"))
    if not value:
        mistakes.wrong((), _("says nothing"), _("write {words}", words=TEXT_HINT))
    mistakes.tell()
    return Said(dict(value))


Wording = Annotated[
    Said,
    PlainValidator(_wording),
    WithJsonSchema(
        {
            "type": "object",
            "properties": {language: {"type": "string", "minLength": 1} for language in LANGUAGES},
            "additionalProperties": False,
            "minProperties": 1,
            "description": TEXT_HINT.en,
        }
    ),
]
"""A text that people read, by language. One language is enough."""


def Version(schema: str) -> Any:  # noqa: N802, stands where a type stands
    """The type of the field `schema`, which says what a file is and of which version."""

    def check(value: object) -> str:
        if value != schema:
            raise wrong(
                _("{expected} was expected, not {value}", expected=repr(schema), value=repr(value)[:180]),
                _("write {words}", words=f"schema: {schema}"),
            )
        return schema

    described = {"const": schema, "description": f"write schema: {schema}"}
    return Annotated[str, PlainValidator(check), WithJsonSchema(described)]


_SHAPES: tuple[tuple[str, type | tuple[type, ...]], ...] = (
    ("true or false", bool),
    ("text", str),
    ("number", (int, float)),
    ("list", list),
    ("fields", Mapping),
)


def _shape(value: object) -> str | None:
    return next((shape for shape, of in _SHAPES if isinstance(value, of)), None)


TEXT, NUMBER, LIST, FIELDS = Tag("text"), Tag("number"), Tag("list"), Tag("fields")
"""How a value may be written; see `by_shape`."""

by_shape = Discriminator(_shape)
"""For a union whose members are told apart by how they are written.

    Target = Annotated[Annotated[str, TEXT] | Annotated[list[str], LIST], by_shape]
"""


# --- problems


class Hint(Text):
    """What a schema says of a field, as advice. Its sentences stand in schemas for editors, thus in English; they are
    translated in the first of `packages` that has words for them."""

    __slots__ = ("packages", "said")

    def __init__(self, said: str, packages: tuple[str, ...]) -> None:
        self.said: Final = said
        self.packages: Final = packages

    def of(self, language: str) -> str:
        told = (Message(package, self.said).of(language) for package in self.packages)
        return next((one for one in told if one != self.said), self.said)


def advice(node: Mapping[str, Any]) -> str:
    """What a schema says of a value, for whoever has to write it: of a set of fields the first sentence."""
    said: str = node.get("description", "")
    return re.split(r"(?<=[.:]) (?=[A-Z`])", said, maxsplit=1)[0].rstrip(".:") if "properties" in node else said


@cache
def _packages(model: type[BaseModel] | TypeAdapter[Any]) -> tuple[str, ...]:
    """The packages around a model, the nearest first, and the one of the types of values that many files hold."""
    module: str = (model._type if isinstance(model, TypeAdapter) else model).__module__
    parts = module.split(".")[:-1]
    return (*(".".join(parts[:end]) for end in range(len(parts), 0, -1)), "simulator.contracts")


def problems_of(error: ValidationError, document: Located, model: type[BaseModel] | TypeAdapter[Any]) -> list[Problem]:
    """What pydantic found, at its line, in words that say how to fix it."""
    schema, packages = _known_schema(model), _packages(model)
    found = (detail for detail in error.errors(include_url=False) if _real(detail))
    return sorted({_problem(detail, document, schema, packages) for detail in found})


@cache
def _known_schema(model: type[BaseModel] | TypeAdapter[Any]) -> dict[str, Any]:
    return schema_of(model)


def _real(detail: ErrorDetails) -> bool:
    """Not so of a list that pydantic calls too short because what is in it is broken."""
    said, given = detail.get("ctx", {}), detail["input"]
    return detail["type"] != "too_short" or not isinstance(given, Sized) or said["actual_length"] == len(given)


def _problem(detail: ErrorDetails, document: Located, schema: Mapping[str, Any], packages: tuple[str, ...]) -> Problem:
    kind, said, given = detail["type"], detail.get("ctx", {}), detail["input"]
    stranger = kind in ("extra_forbidden", "unexpected_keyword_argument")
    place, node, around = _way(detail["loc"], schema, stranger)
    told = advice(node)
    hint = Hint(told, packages) if told else None
    if kind == "wrong":
        what, fix = said["what"], said["fix"]
    elif isinstance(unfit := said.get("error"), Unfit):
        place, what, fix = (*place, *unfit.field.split(".")) if unfit.field else place, unfit.what, unfit.fix
    elif kind == "missing":
        place, what = place[:-1], _("{name} is missing", name=repr(str(detail["loc"][-1])))
        fix = _("add it: {hint}", hint=hint) if hint else _("add it")
    elif stranger:
        allowed = list(around.get("properties", {}))
        what = _("is not a field here")
        fix = _of_stranger(str(place[-1]), given, allowed)
    elif kind in ("literal_error", "enum", "union_tag_invalid", "union_tag_not_found"):
        place, what, fix = _choice(kind, place, node, given, hint)
    elif kind.startswith(("string_pattern",)):
        what, fix = _("{given} is not written like that", given=repr(given)[:180]), hint or Verbatim(said["pattern"])
    elif kind in _LIMITS:
        beyond, within = _LIMITS[kind]
        bound = next(said[name] for name in ("ge", "gt", "le", "lt", "min_length", "max_length") if name in said)
        counted = kind.startswith(("too_", "string_too_"))
        size = str(len(given)) if counted else repr(given)
        if counted and not len(given):
            what, least = _("is empty"), _("write {words}", words=_type_words(node, kind))
        else:
            what, least = (
                beyond.filled(size=size, bound=Numeral(f"{bound:g}")),
                within.filled(bound=Numeral(f"{bound:g}")),
            )
        fix = hint or least
    elif kind == "finite_number":
        what = _("{given} is not finite", given=repr(given))
        fix = _("write a finite number")
    else:
        words = _type_words(node, kind)
        what = _is_not(given, words)
        fix = _advice(words, hint)
    return document.problem(place, what, fix)


ALSO_CALLED: Mapping[str, tuple[str, ...]] = {
    "for": ("duration", "until", "end", "length", "dauer", "ende", "bis"),
    "duration": ("for", "length", "until", "end", "dauer", "ende"),
    "at": ("start", "begin", "from", "time", "beginn", "zeit", "um"),
    "start": ("begin", "from", "date", "beginn", "datum"),
    "target": ("component", "place", "where", "ziel", "ort"),
    "fault": ("failure", "event", "what", "ausfall", "stoerung", "störung"),
    "at_least": ("minimum", "min", "mindestens"),
    "at_most": ("maximum", "max", "hoechstens", "höchstens"),
    "title": ("name", "titel"),
    "id": ("name", "kennung"),
}
"""What people call fields that are called otherwise here: these words look like none of them."""


def _of_stranger(name: str, given: object, allowed: Sequence[str]) -> Text:
    """What a field that there is none was probably meant to be."""
    if "\u00a0" in name or (isinstance(given, str) and given.startswith("\u00a0")):
        return _("a no-break space stands where a blank belongs: write the line anew")
    before, colon, after = name.partition(":")
    if given is None and colon and before in allowed and after:
        return _("write a blank behind the colon: {words}", words=f"{before}: {after}")
    meant = [one for one in allowed if name.casefold() in ALSO_CALLED.get(one, ())]
    if "parameters" in allowed and name in _parameter_names():
        fix: Text = _("write it among the parameters: {words}", words=f"parameters: {{{name}: {given}}}")
    elif meant:
        fix = _("did you mean {names}?", names=alternatives([repr(one) for one in meant[:2]]))
    elif given is None and not near_misses(name, allowed):
        return SPLIT_BY_A_COMMA
    else:
        fix = suggestion(name, allowed)
    return _("{hint} (allowed here: {names})", hint=fix, names=", ".join(allowed))


def _parameter_names() -> set[str]:
    from simulator.contracts.registry import registry  # it reads with these models itself

    return {one.name for point in registry().faults.values() for one in point.parameters}


_LIMITS: Mapping[str, tuple[Message, Message]] = {
    "greater_than_equal": (_("{size} is below the minimum of {bound}"), _("write at least {bound}")),
    "greater_than": (_("{size} is not above {bound}"), _("write more than {bound}")),
    "less_than_equal": (_("{size} is above the maximum of {bound}"), _("write at most {bound}")),
    "less_than": (_("{size} is not below {bound}"), _("write less than {bound}")),
    "too_short": (_("{size} values is fewer than {bound}"), _("write at least {bound} values")),
    "too_long": (_("{size} values is more than {bound}"), _("write at most {bound} values")),
    "string_too_short": (_("{size} letters is fewer than {bound}"), _("write at least {bound} letters")),
    "string_too_long": (_("{size} letters is more than {bound}"), _("write at most {bound} letters")),
}
"""What is said of a value beyond a limit, and what is to be written instead."""


def _advice(words: Text, hint: Hint | None) -> Text:
    """The hint, where it says what to write, else also the type that is wanted."""
    return hint if hint is not None and hint.said.startswith("write ") else _write(words, hint)


def _write(words: Text, hint: Text | None = None) -> Text:
    return _("write {words}: {hint}", words=words, hint=hint) if hint else _("write {words}", words=words)


def _is_not(value: object, words: Text) -> Text:
    if value is None or value == "":
        return _("is empty")
    return _("{value} is not {words}", value=repr(value)[:180], words=words)


def _choice(
    kind: str, place: Place, node: Mapping[str, Any], given: object, hint: Hint | None
) -> tuple[Place, Text, Text]:
    """A value that is none of those allowed; the kind of a thing is told at the field that names it."""
    field = node.get("discriminator", {}).get("propertyName")
    if field is None and kind.startswith("union"):
        words = _type_words(node, kind)
        return place, _is_not(given, words), _advice(words, hint)
    if field is not None:
        allowed = list(node["discriminator"]["mapping"])
        if not isinstance(given, Mapping):
            return place, _is_not(given, TYPE_WORDS["object"]), _write(TYPE_WORDS["object"])
        if field not in given:
            missing = _("{name} is missing", name=repr(field))
            return place, missing, _("add it, one of: {names}", names=", ".join(allowed))
        place, given = (*place, field), given[field]
    else:
        allowed = [str(one) for one in node.get("enum", [node.get("const")])]
    if given is None:
        return place, _("is empty"), _("write one of: {names}", names=", ".join(allowed))
    return (
        place,
        _("{given} is not a choice", given=repr(given)[:180]),
        suggestion(str(given), allowed, ", ".join(allowed)),
    )


def _type_words(node: Mapping[str, Any], kind: str) -> Text:
    """The types that a value may have, in words."""
    named = node.get("type") or _TYPES.get(kind.split("_", 1)[0]) or [one.get("type") for one in node.get("oneOf", ())]
    words = [TYPE_WORDS[name] for name in ([named] if isinstance(named, str) else named) if name in TYPE_WORDS]
    return joined(dict.fromkeys(words), _(" or ")) if words else _("a value")


_TYPES = {
    "model": "object",
    "dataclass": "object",
    "dict": "object",
    "mapping": "object",
    "list": "array",
    "tuple": "array",
    "string": "string",
    "float": "number",
    "int": "integer",
    "bool": "boolean",
}
"""The type that pydantic misses, by how the name of its error begins."""

_SHAPE_TYPES = {"text": "string", "number": "number", "list": "array", "fields": "object", "true or false": "boolean"}


def _way(
    parts: Sequence[str | int], schema: Mapping[str, Any], stranger: bool
) -> tuple[Place, Mapping[str, Any], Mapping[str, Any]]:
    """The place in the document that pydantic means, what the schema says of it, and of what is around it.

    pydantic's own way also holds the choices that it made on it, and the field in which `Model.check` speaks.
    `stranger` says that the last part is a field that is not declared.
    """

    def meant(node: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in node:
            target = schema["$defs"][node["$ref"].rpartition("/")[2]]
            node = {**target, **{key: value for key, value in node.items() if key != "$ref"}}
        return node

    place: list[str | int] = []
    node, around = meant(schema), meant(schema)
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        if part == TOGETHER and not (stranger and last):  # from here on it is the way of a `Mistakes`
            return (*place, *parts[number + 1 :]), node, around
        if "oneOf" in node:
            mapping = node.get("discriminator", {}).get("mapping", {})
            if part in mapping:
                node = meant({"$ref": mapping[part]})
                continue
            options = [meant(one) for one in node["oneOf"]]
            fitting = [one for one in options if one.get("type") == _SHAPE_TYPES.get(str(part))]
            if fitting:
                described = {"description": node["description"]} if "description" in node else {}
                node = {**fitting[0], **described}
                continue
        place.append(part)
        around = node
        if isinstance(part, int):
            listed = node.get("prefixItems", ())
            node = listed[part] if part < len(listed) else node.get("items", {})
        else:
            more = node.get("additionalProperties")
            node = node.get("properties", {}).get(part) or (more if isinstance(more, Mapping) else {})
        node = meant(node if isinstance(node, Mapping) else {})
    return tuple(place), node, around


# --- JSON Schema


class _Schema(GenerateJsonSchema):
    """Without the titles that pydantic makes of the names of fields: editors show the name anyway."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def default_schema(self, schema: Any) -> dict[str, Any]:
        return self.generate_inner(schema["schema"])  # defaults are told in the descriptions, in the file's own words

    def model_schema(self, schema: Any) -> dict[str, Any]:
        return _with_descriptions(super().model_schema(schema), schema["cls"], schema["cls"].model_fields)

    def dataclass_schema(self, schema: Any) -> dict[str, Any]:
        return _with_descriptions(super().dataclass_schema(schema), schema["cls"], {})


def _with_descriptions(found: dict[str, Any], record: type[Any], fields: Mapping[str, FieldInfo]) -> dict[str, Any]:
    """The schema of a model or dataclass, with what stands under the fields of it and of what it inherits from."""
    properties = found.get("properties", {})
    for one in reversed(record.__mro__):
        if one.__module__.split(".")[0] not in ("pydantic", "builtins"):
            for name, said in _described(one.__module__).get(one.__name__, {}).items():
                key = (fields[name].alias if name in fields else None) or name
                if key in properties:
                    properties[key] = {**properties[key], "description": said}
    return found


@cache
def _described(module: str) -> Mapping[str, Mapping[str, str]]:
    """The texts under the fields of the classes of a module; they are looked up where they are told, not before."""
    try:
        tree = ast.parse(inspect.getsource(sys.modules[module]))
    except OSError:
        return {}
    return {
        part.name: {
            field.target.id: " ".join(text.value.value.split())
            for field, text in pairwise(part.body)
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
            if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant) and isinstance(text.value.value, str)
        }
        for part in tree.body
        if isinstance(part, ast.ClassDef)
    }


def schema_of(model: type[BaseModel] | TypeAdapter[Any]) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a model, or of what an adapter reads."""
    make = model.json_schema if isinstance(model, TypeAdapter) else model.model_json_schema
    found = make(schema_generator=_Schema)
    for one in (found, *found.get("$defs", {}).values()):
        one.pop("title", None)
        if "description" in one:
            one["description"] = " ".join(one["description"].split())
    return found
