"""A suite: scenarios that are run together, by name or by file, as a YAML file says them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from resilience.scenario.fields import Fields
from simulator.contracts.document import Document, load_document, schema_problems
from simulator.contracts.names import suggestion
from simulator.contracts.problem import BadInput
from simulator.contracts.words import Said, Text

SCHEMA = "stadtwerk/suite/1"

_TEXT = {
    "type": "object",
    "required": ["de", "en"],
    "additionalProperties": False,
    "description": "the same text in German and in English",
    "properties": {"de": {"type": "string", "minLength": 1}, "en": {"type": "string", "minLength": 1}},
}
SUITE_SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["schema", "id", "title", "scenarios"],
    "additionalProperties": False,
    "properties": {
        "schema": {"const": SCHEMA, "description": f"write schema: {SCHEMA}"},
        "id": {
            "type": "string",
            "pattern": "^[a-z0-9][a-z0-9._-]*$",
            "description": "use small letters, digits, dots, dashes and underscores",
        },
        "title": _TEXT,
        "seeds": {"enum": ["first", "all"]},
        "scenarios": {
            "type": "array",
            "minItems": 1,
            "items": {"type": "string", "minLength": 1},
            "description": "names of scenarios that ship, or paths from this file",
        },
    },
}
"""Draft 2020-12. `seeds` says whether each scenario runs with its first seed only or with each of them."""


@dataclass(frozen=True, slots=True)
class Suite:
    """`scenarios` are the files to run, in the order of the suite; `all_seeds`: with each seed that they name."""

    id: str
    title: Text
    scenarios: tuple[Path, ...]
    all_seeds: bool = False


def load_suite(path: Path, shipped: Callable[[], dict[str, Path]]) -> Suite:
    """Read and check a suite file. `shipped` gives the scenarios that have a name. Raises `BadInput`, all problems."""
    document = load_document(path)
    problems = schema_problems(document, SUITE_SCHEMA)
    top = Fields(document, (), document.data, problems)
    found: list[Path] = []
    first: dict[Path, str] = {}
    for way, name in top.texts("scenarios"):
        file = _file(name, path, shipped())
        if file is None:
            mend = suggestion(name, shipped(), "stadtwerk list scenarios") + "; for a file write its path from here"
            top.wrong(way, f"{name!r} is neither a scenario that ships nor a file", mend)
        elif file in first:
            top.wrong(way, f"{name!r} is the same scenario as {first[file]!r}", "name it once")
        else:
            first[file] = name
            found.append(file)
    if problems:
        raise BadInput(problems)
    return _built(document, top, tuple(found))


def _file(name: str, suite: Path, shipped: dict[str, Path]) -> Path | None:
    if name in shipped:
        return shipped[name].resolve()
    path = suite.parent / name
    return path.resolve() if path.suffix in (".yaml", ".yml") and path.is_file() else None


def _built(document: Document, top: Fields, scenarios: tuple[Path, ...]) -> Suite:
    title = document.data["title"]
    return Suite(
        document.data["id"], Said({"de": title["de"], "en": title["en"]}), scenarios, top.text("seeds") == "all"
    )
