"""A suite: scenarios that are run together, by name or by file, as a YAML file says them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from simulator.contracts.document import load_document
from simulator.contracts.model import Id, Mistakes, Model, Name, Version, Wording, read, read_version
from simulator.contracts.names import suggestion
from simulator.contracts.problem import BadInput
from simulator.contracts.words import Text

SCHEMA = "stadtwerk/suite/1"


@dataclass(frozen=True, slots=True)
class Suite:
    """`scenarios` are the files to run, in the order of the suite; `all_seeds`: with each seed that they name."""

    id: str
    title: Text
    scenarios: tuple[Path, ...]
    all_seeds: bool = False


@dataclass(frozen=True, slots=True)
class _Beside:
    """What a suite is read against: the file it stands in, and the scenarios that have a name."""

    suite: Path
    shipped: Mapping[str, Path]
    found: list[Path] = field(default_factory=list)


class SuiteFile(Model):
    """Scenarios that are run together."""

    schema_: Version(SCHEMA) = Field(alias="schema")  # type: ignore[valid-type]
    id: Id
    title: Wording
    seeds: Literal["first", "all"] = Field(
        "first", description="whether each scenario runs with its first seed only, or with each of them"
    )
    scenarios: list[Name] = Field(min_length=1, description="names of scenarios that ship, or paths from this file")

    @classmethod
    def check(cls, fields: Mapping[str, Any], context: _Beside, mistakes: Mistakes) -> None:
        """Each scenario is there, and is named once."""
        first: dict[Path, str] = {}
        for number, name in enumerate(fields.get("scenarios", ())):
            file = _file(name, context.suite, context.shipped)
            if file is None:
                mend = suggestion(name, context.shipped, "stadtwerk list scenarios")
                mend += "; for a file write its path from here"
                what = f"{name!r} is neither a scenario that ships nor a file"
                mistakes.wrong(("scenarios", number), what, mend)
            elif file in first:
                what = f"{name!r} is the same scenario as {first[file]!r}"
                mistakes.wrong(("scenarios", number), what, "name it once")
            else:
                first[file] = name
        context.found.extend(first)


def load_suite(path: Path, shipped: Callable[[], dict[str, Path]]) -> Suite:
    """Read and check a suite file. `shipped` gives the scenarios that have a name. Raises `BadInput`, all problems."""
    document = load_document(path)
    beside = _Beside(path, shipped())
    problems, suite = read_version(document, "stadtwerk/suite", 1), None
    if not problems:
        suite, problems = read(SuiteFile, document, beside)
    if suite is None:
        raise BadInput(problems)
    return Suite(suite.id, suite.title, tuple(beside.found), suite.seeds == "all")


def _file(name: str, suite: Path, shipped: Mapping[str, Path]) -> Path | None:
    if name in shipped:
        return shipped[name].resolve()
    path = suite.parent / name
    return path.resolve() if path.suffix in (".yaml", ".yml") and path.is_file() else None
