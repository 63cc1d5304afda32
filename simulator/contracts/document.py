"""A YAML file that remembers which line each value came from, so that a mistake can be shown at its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from simulator.contracts.problem import BadInput, Problem

Place = tuple[str | int, ...]
"""The way to a value from the top of a document: keys and list positions."""


def dotted(place: Sequence[str | int]) -> str:
    """`("timeline", 0, "at")` as `timeline[0].at`."""
    text = ""
    for part in place:
        text += f"[{part}]" if isinstance(part, int) else (f".{part}" if text else str(part))
    return text or "document"


class _Loader(yaml.SafeLoader):
    """Safe YAML in which times and dates stay text: the town's own readers decide what `08:00` means."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, expression) for tag, expression in rules if tag != "tag:yaml.org,2002:timestamp"]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


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

    def problem(self, place: Sequence[str | int], what: str, mend: str) -> Problem:
        return Problem(self.file, self.line(place), dotted(place), what, mend)


def load_document(path: Path, shown_as: str | None = None) -> Document:
    """Read one YAML file. Raises `BadInput` for a missing file, broken YAML or a key written twice."""
    name = shown_as or str(path)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadInput([Problem(name, 0, "file", f"cannot be read ({error.strerror})", "check the path")]) from None
    except UnicodeDecodeError as error:
        raise BadInput([Problem(name, 0, "file", f"is not UTF-8 text ({error.reason})", "save it as UTF-8")]) from None
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        lines: dict[Place, int] = {}
        problems: list[Problem] = []
        data = None if node is None else _build(loader, node, (), lines, problems, name)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = 1 if mark is None else mark.line + 1
        what = error.problem or error.context or "unreadable"
        raise BadInput([Problem(name, line, "yaml", str(what), "mend the YAML here or just above")]) from None
    except yaml.YAMLError as error:
        raise BadInput([Problem(name, 1, "yaml", str(error).split("\n")[0], "mend the YAML")]) from None
    finally:
        loader.dispose()
    if problems:
        raise BadInput(problems)
    return Document(name, data, lines)


def _build(
    loader: _Loader, node: yaml.Node, place: Place, lines: dict[Place, int], problems: list[Problem], name: str
) -> Any:
    lines[place] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        out: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(loader.construct_object(key_node))
            here = (*place, key)
            line = key_node.start_mark.line + 1
            if key in out:
                problems.append(Problem(name, line, dotted(here), "is written twice", "keep one of the two"))
            out[key] = _build(loader, value_node, here, lines, problems, name)
            lines[here] = line
        return out
    if isinstance(node, yaml.SequenceNode):
        return [_build(loader, child, (*place, i), lines, problems, name) for i, child in enumerate(node.value)]
    return loader.construct_object(node)


def schema_problems(document: Document, schema: Mapping[str, Any]) -> list[Problem]:
    """Every way in which a document breaks a JSON Schema (draft 2020-12), each at its line."""
    import jsonschema  # costs 60 ms, and only reading files needs it

    found = []
    for error in jsonschema.Draft202012Validator(schema).iter_errors(document.data):
        place: Place = tuple(error.absolute_path)
        if error.validator == "additionalProperties" and isinstance(error.instance, Mapping):
            allowed = list(error.schema.get("properties", {}))
            for key in [k for k in error.instance if k not in allowed]:
                from simulator.contracts.names import suggestion

                mend = suggestion(key, allowed) + f" (allowed here: {', '.join(allowed)})"
                found.append(document.problem((*place, key), "is not a field here", mend))
            continue
        mend = str(error.schema.get("description", "see the JSON Schema")) if isinstance(error.schema, Mapping) else ""
        if error.validator == "enum":
            mend = "use one of " + ", ".join(map(str, error.validator_value))
        elif error.validator == "required":
            mend = "add it"
        elif error.validator == "type":
            mend = f"write a value of type {error.validator_value}"
        found.append(document.problem(place, error.message[:200], mend))
    return found
