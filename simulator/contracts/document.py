"""A YAML file that remembers which line each value came from, so that a mistake can be shown at its place."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import yaml
from yaml.composer import Composer
from yaml.constructor import SafeConstructor
from yaml.resolver import Resolver

from simulator.contracts.problem import BadInput, Problem, reason_of
from simulator.contracts.words import Text, Verbatim, Words

_ = Words("simulator.contracts")

Place = tuple[str | int, ...]
"""The way to a value from the top of a document: keys and list positions."""

SPARE_NODES = 10_000
"""A text of n characters holds at most n values unless aliases repeat some; so many more may come from aliases."""
LARGEST = 2**63
"""No whole number in a town is beyond this: a longer one is a slip of the finger."""


TYPE_WORDS: Mapping[str, Text] = {
    "object": _("a set of fields (name: value)"),
    "array": _("a list"),
    "string": _("text"),
    "number": _("a number"),
    "integer": _("a whole number"),
    "boolean": _("true or false"),
    "null": _("empty"),
}
"""What JSON Schema calls a type, in words."""


CLOSE_IT = _("close the bracket, and put a text that holds any of , : ? { } in quotes")
YAML_SLIPS = (
    ("expected ',' or", CLOSE_IT),
    (
        "mapping values are not allowed",
        _("check how far the line is indented, and put a text that holds ': ' in quotes"),
    ),
    ("character '\\t'", _("indent with blanks instead of tabs")),
)
"""What the YAML reader says of the commonest slips, and how to fix them."""


def dotted(place: Sequence[str | int]) -> str:
    """`("timeline", 0, "at")` as `timeline[0].at`."""
    text = ""
    for part in place:
        text += f"[{part}]" if isinstance(part, int) else (f".{part}" if text else str(part))
    return text or "document"


class _Loader(yaml.SafeLoader):
    """Safe YAML, read by Python alone, which says best what is wrong with a text.

    It takes nothing for a number or a truth value but what YAML 1.2 does.

    Of its older rules some turn `17:15` into 1035, `2026-01-14` into a date, and `no` into false. Here they stay text,
    and the town's own readers decide what they mean.
    """


_CORE = (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
     "-+.0123456789"),
)  # fmt: skip
"""Core schema of YAML 1.2, section 10.3.2: type, how it is written, and how that can begin."""

_Loader.yaml_implicit_resolvers = {
    first: [rule for rule in rules if rule[0].rpartition(":")[2] in ("null", "merge", "value")]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
for _type, _written, _begins in _CORE:
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_type}", re.compile(rf"(?:{_written})\Z"), list(_begins))


def _fast_loader() -> type[_Loader]:
    """The same with libyaml as the reader of signs, five times as fast; the plain one where it is not built in.

    Nodes are still put together in Python: libyaml's own way to do it has no end of brackets within brackets.
    """
    try:
        from yaml._yaml import CParser
    except ImportError:
        return _Loader

    class Fast(Composer, CParser, SafeConstructor, Resolver):
        yaml_implicit_resolvers = _Loader.yaml_implicit_resolvers

        def __init__(self, text: str) -> None:
            CParser.__init__(self, text)
            for part in (Composer, SafeConstructor, Resolver):
                part.__init__(self)

    return Fast  # type: ignore[return-value]


_Fast = _fast_loader()


@dataclass(frozen=True)
class Document:
    """What stands in a YAML file, with the line of every value."""

    file: str
    data: Any
    lines: Mapping[Place, int] = field(repr=False)

    def line(self, place: Sequence[str | int]) -> int:
        """The line of a value, or of the nearest thing around it that exists."""
        here = tuple(place)
        while here and here not in self.lines:
            here = here[:-1]
        return self.lines.get(here, 1)

    def problem(self, place: Sequence[str | int], what: Text, fix: Text) -> Problem:
        return Problem(self.file, self.line(place), dotted(place), what, fix)


class Located(Protocol):
    """Where something was written: it makes a problem of what is wrong there, or at a place inside of it."""

    def problem(self, place: Place, what: Text, fix: Text) -> Problem: ...


@dataclass(frozen=True, slots=True)
class Part:
    """A place in a document, seen as a document of its own."""

    document: Located
    place: Place

    def problem(self, place: Place, what: Text, fix: Text) -> Problem:
        return self.document.problem((*self.place, *place), what, fix)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table, the first being 1. `section` names what stands there: a problem with all of it is told so."""

    file: str
    line: int
    section: str

    def problem(self, place: Place, what: Text, fix: Text) -> Problem:
        return Problem(self.file, self.line, dotted(place) if place else self.section, what, fix)


def load_document(path: Path, shown_as: str | None = None) -> Document:
    """Read one YAML file.

    Raises `BadInput` for a missing file, broken YAML, a key written twice, a number that is not finite, and for
    nesting or repetition (aliases) out of all proportion.
    """
    name = shown_as or str(path)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadInput(
            [Problem(name, 0, "file", _("cannot be read ({reason})", reason=reason_of(error)), _("check the path"))]
        ) from None
    except UnicodeDecodeError as error:
        raise BadInput(
            [Problem(name, 0, "file", _("is not UTF-8 text ({reason})", reason=error.reason), _("save it as UTF-8"))]
        ) from None
    return parse_document(text, name)


def parse_document(text: str, name: str) -> Document:
    """The document in a text of YAML or JSON; `name` is shown as its file. Raises `BadInput` like `load_document`."""
    try:
        try:
            return _parsed(text, name, _Fast(text))
        except yaml.YAMLError:
            loader = _Loader(text)
            try:
                return _parsed(text, name, loader)
            except yaml.MarkedYAMLError as error:
                raise BadInput([_slip(error, name, loader, text)]) from None
    except RecursionError:
        fix = _("take out aliases that contain themselves, and brackets within brackets")
        raise BadInput([Problem(name, 1, "yaml", _("is nested too deeply"), fix)]) from None
    except yaml.YAMLError as error:
        raise BadInput([Problem(name, 1, "yaml", Verbatim(str(error).split("\n")[0]), _("fix the YAML"))]) from None


def _parsed(text: str, name: str, loader: _Loader) -> Document:
    """The document as a loader reads it. Raises `YAMLError` where it cannot."""
    builder = _Builder(loader, name, len(text) + SPARE_NODES)
    try:
        node = loader.get_single_node()
        data = None if node is None else builder.build(node, ())
    finally:
        loader.dispose()
    if builder.problems:
        raise BadInput(builder.problems)
    return Document(name, data, builder.lines)


def _slip(error: yaml.MarkedYAMLError, name: str, loader: _Loader, text: str) -> Problem:
    """What the YAML reader stumbled over; what was opened and never closed is told where it was opened."""
    mark = error.problem_mark or error.context_mark
    line = 1 if mark is None else mark.line + 1
    said = str(error.problem or error.context or "")
    what: Text = Verbatim(said) if said else _("cannot be read")
    fix = next((fix for sign, fix in YAML_SLIPS if sign in said), _("fix the YAML here or just above"))
    opened = loader.marks[-1] if loader.flow_level and loader.marks else None
    if str(error.context) == "while scanning a quoted scalar":
        opened = error.context_mark
    if opened is not None and opened.line + 1 < line:
        sign = text[opened.index : opened.index + 1]
        close = {"{": "}", "[": "]"}.get(sign, sign)
        what = _(
            "no {close} closes the {sign} that opens here: line {line} cannot be a part of it ({what})",
            close=close,
            sign=sign,
            line=line,
            what=what,
        )
        line, fix = (
            opened.line + 1,
            CLOSE_IT if sign != close else _("write {close} at the end of the text", close=close),
        )
    return Problem(name, line, "yaml", what, fix)


_TEXT = "tag:yaml.org,2002:str"


class _Builder:
    """Turns YAML nodes into plain values, keeps their lines, and notes what is wrong with them."""

    def __init__(self, loader: _Loader, name: str, most: int) -> None:
        self.loader = loader
        self.lines: dict[Place, int] = {}
        self.problems: list[Problem] = []
        self._name, self._most = name, most

    def build(self, node: yaml.Node, place: Place) -> Any:
        self.lines[place] = node.start_mark.line + 1
        if len(self.lines) > self._most:
            fix = _("write out what is meant instead of aliases of aliases")
            raise BadInput([Problem(self._name, self.lines[place], dotted(place), _("aliases repeat too much"), fix)])
        if isinstance(node, yaml.MappingNode):
            out: dict[str, Any] = {}
            for key_node, value_node in node.value:
                plain = key_node.tag == _TEXT and isinstance(key_node, yaml.ScalarNode)
                key = key_node.value if plain else str(self.loader.construct_object(key_node))
                here = (*place, key)
                line = key_node.start_mark.line + 1
                if key in out:
                    self._wrong(here, line, _("is written twice"), _("keep one of the two"))
                out[key] = self.build(value_node, here)
                self.lines[here] = line
            return out
        if isinstance(node, yaml.SequenceNode):
            return [self.build(child, (*place, i)) for i, child in enumerate(node.value)]
        return self._scalar(node, place)

    def _scalar(self, node: yaml.Node, place: Place) -> Any:
        if node.tag == _TEXT:
            return node.value
        try:
            value = self.loader.construct_object(node)
        except (ValueError, OverflowError):
            value = math.nan
        if isinstance(value, float) and not math.isfinite(value):
            self._wrong(place, self.lines[place], _("is not a finite number"), _("write a plain number such as 12.5"))
        elif isinstance(value, int) and abs(value) > LARGEST:
            self._wrong(place, self.lines[place], _("is too large a number"), _("check the number of digits"))
        return value

    def _wrong(self, place: Place, line: int, what: Text, fix: Text) -> None:
        self.problems.append(Problem(self._name, line, dotted(place), what, fix))
