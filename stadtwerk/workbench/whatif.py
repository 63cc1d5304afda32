"""What-ifs: ordinary scenario files in a folder of the user's, opened, checked and saved.

What the page holds is the scenario as data, as it stands in its file; whatever its forms do not show goes through
unchanged. Names become file names by a pattern, and never paths.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resilience.scenario.loader import city_reference, read_scenario
from resilience.scenario.scenario import SCHEMA
from simulator.contracts.document import Document, load_document
from simulator.contracts.names import slug
from simulator.contracts.problem import BadInput, Problem, reason_of
from simulator.contracts.words import LANGUAGES, SOURCE, Text, Words
from stadtwerk.library import city_names, scenario_folder, scenario_names

if TYPE_CHECKING:
    from simulator.contracts.city import City

_ = Words("stadtwerk.workbench")

START, WARMUP, DURATION = "2026-01-14T17:00", "2h", "24h"
"""When a new what-if begins and how long it is: a winter evening and a day (assumption, to be changed on the page)."""
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")
"""What a file of this folder may be called, without its ending."""
FORMS = SCHEMA.rpartition("/")[0] + "/"
MOST_BYTES = 1_000_000
"""A longer file is none that somebody wrote by hand, and is not opened here."""


def new(city: City, lang: str) -> dict[str, Any]:
    """A what-if in which nothing breaks yet, as a scenario file has it."""
    reads = lang if lang in LANGUAGES else SOURCE
    return {
        "schema": SCHEMA,
        "id": "what-if",
        "title": {reads: _("A what-if").of(reads)},
        "question": {reads: _("Does the town hold?").of(reads)},
        "city": reference(city),
        "run": {"start": START, "warmup": WARMUP, "duration": DURATION, "seeds": [1]},
        "timeline": [],
        "expect": [{"id": "all-required", "type": "invariant", "levels": "all"}],
    }


def reference(city: City) -> dict[str, str]:
    """How a file names this city wherever it lies: by its name if it has one, else by its folder."""
    if city.name in city_names() and not city.called:
        return {"name": city.name}
    return {"path": str((city.folder or Path(city.called)).resolve())}


def problems(data: Any, city: City) -> list[Problem]:
    """All that is wrong with a what-if in this city."""
    if not isinstance(data, Mapping):
        return [Problem("what-if", 0, "scenario", _("is no scenario"), _("open one, or begin anew"))]
    document = Document("what-if", dict(data), {})
    return [*_elsewhere(document, city), *read_scenario(document, city)[1]]


def _elsewhere(document: Document, city: City) -> list[Problem]:
    """A what-if for another town than the one on the bench would be run there, and shown here."""
    named = city_reference(document)
    if named is None:
        return []
    here = reference(city)
    there = named.name == here.get("name") if named.name else _same_folder(named.path, here.get("path", ""))
    if there:
        return []
    what = _("is another town: {name}", name=repr(named.name or named.path))
    return [
        document.problem(
            ("city",), what, _("open it with: stadtwerk serve --city {name}", name=named.name or named.path)
        )
    ]


def _same_folder(one: str, other: str) -> bool:
    return bool(other) and Path(one).resolve() == Path(other).resolve()


def text(data: Mapping[str, Any]) -> str:
    """The file that such a what-if is; the same data give the same bytes."""
    import yaml

    return yaml.safe_dump(dict(data), sort_keys=False, allow_unicode=True, width=120)


class Shelf:
    """The scenario files of a folder, and those that ship, for one town."""

    def __init__(self, folder: Path, city: City) -> None:
        self.folder, self._city = folder, city

    def names(self) -> dict[str, list[str]]:
        """The files of the folder, and the scenarios that ship for this town."""
        own = [path.stem for path in self.folder.glob("*.yaml") if self._own(path.stem) is not None]
        shipped = scenario_names() if reference(self._city).get("name") else ()
        return {"own": sorted(own), "shipped": list(shipped)}

    def _own(self, name: str) -> Path | None:
        """A file of the folder itself: no other name, no way out of it."""
        path = self.folder / f"{name}.yaml"
        if not NAME.fullmatch(name) or path.is_symlink() or not path.is_file():
            return None
        return path

    def read(self, name: str, sort: str) -> Any:
        """The data of a file. Raises `BadInput`."""
        path = self._own(name) if sort == "own" else None
        if sort == "shipped" and name in scenario_names():
            path = scenario_folder() / f"{name}.yaml"
        if path is None or path.stat().st_size > MOST_BYTES:
            raise BadInput([_problem(name, _("is no file that can be opened here"), _("choose one of the list"))])
        document = load_document(path)
        if not isinstance(document.data, dict) or not str(document.data.get("schema", "")).startswith(FORMS):
            raise BadInput([_problem(name, _("is no scenario"), _("choose another one"))])
        found = dict(document.data)
        named = city_reference(document)
        if named is not None and named.path:  # counts from its file: from here on it stands anywhere
            found["city"] = {"path": str((path.parent / named.path).resolve())}
        return found

    def save(self, name: str, data: Mapping[str, Any], replace: bool) -> str:
        """Write a what-if under a name, and return what the name became. Raises `BadInput`."""
        made = slug(name)[:80].strip("-")
        path = self.folder / f"{made}.yaml"
        if not NAME.fullmatch(made):
            fix = _("use letters and digits")
            raise BadInput([_problem("name", _("{name} makes no name of a file", name=repr(name[:80])), fix)])
        if path.is_symlink() or (path.exists() and not path.is_file()):
            raise BadInput(
                [_problem("name", _("{name} is no file of this folder", name=path.name), _("take another name"))]
            )
        if path.exists() and not replace:
            raise BadInput(
                [
                    _problem(
                        "name", _("there is a {name} already", name=path.name), _("take another name, or replace it")
                    )
                ]
            )
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_whole(path, text(data))
        except OSError as error:
            what = _("cannot be written ({reason})", reason=reason_of(error))
            raise BadInput([_problem(str(path), what, _("check the path"))]) from None
        return path.name


def write_whole(path: Path, content: str) -> None:
    """Write a file so that it is there as a whole or as it was."""
    handle, aside = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(content)
        Path(aside).chmod(0o644)
        Path(aside).replace(path)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise


def _problem(field: str, what: Text, fix: Text) -> Problem:
    return Problem("workbench", 0, field, what, fix)
