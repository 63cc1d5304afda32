"""Writes THIRD_PARTY.md: which packages a full installation brings along, and under which licence each stands.

The facts are those of the installed packages' own metadata, followed from what pyproject.toml asks for. A test holds
the file equal to what this writes; `make notices` writes it anew.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "THIRD_PARTY.md"

NOT_FOR_USERS = ("test", "docs")
"""Extras that only those need who work on Stadtwerk itself."""

PYTHON = {
    "python_version": "3.11",
    "python_full_version": "3.11.0",
    "sys_platform": "linux",
    "platform_system": "Linux",
}
"""The list is that of this platform, wherever it is written."""

DUTIES = {
    "MPL": "changes to the package's own files must be published under it; use and linking bind nothing else",
    "EPL": "offered with a choice of a permissive licence, which is taken here",
    "LGPL": "the library must stay replaceable by another build of it",
    "GPL": "would bind the whole program: nothing under it may be needed to run",
    "EUPL": "changes that are passed on, also as a service, must be published under it",
}
"""What a licence with duties beyond naming its authors asks for, by how its name begins."""

MADE = "## Licences that ask for more than naming their authors"
"""What stands above this line is written by hand, what follows by this script."""


def needed() -> dict[str, set[str]]:
    """Every package that a full installation brings, by its canonical name, with the extras that ask for it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = {"": project["dependencies"], **project["optional-dependencies"]}
    found: dict[str, set[str]] = {}
    for extra, lines in asked.items():
        if extra not in NOT_FOR_USERS:
            for line in lines:
                _follow(Requirement(line), extra or "always", found)
    return found


def _follow(requirement: Requirement, asker: str, found: dict[str, set[str]]) -> None:
    name = canonicalize_name(requirement.name)
    if name == "stadtwerk" or asker in found.get(name, set()):
        return
    found.setdefault(name, set()).add(asker)
    for line in metadata.requires(name) or ():
        further = Requirement(line)
        if _applies(further, requirement.extras):
            _follow(further, asker, found)


def _applies(requirement: Requirement, extras: Iterable[str]) -> bool:
    if requirement.marker is None:
        return True
    here = {**default_environment(), **PYTHON}
    return any(requirement.marker.evaluate({**here, "extra": extra}) for extra in ("", *extras))


def licence(name: str) -> str:
    """The licence that a package's metadata names: as an expression, else in its field, classifier or licence file."""
    about = metadata.metadata(name)
    expression, field = about.get("License-Expression"), (about.get("License") or "").strip()
    classified = [line.split(" :: ")[-1] for line in about.get_all("Classifier") or () if line.startswith("License ::")]
    if expression:
        return expression
    if classified:
        return "; ".join(classified)
    if field:
        return field.splitlines()[0].strip()
    for file in metadata.files(name) or ():
        if re.search(r"licen[sc]e|copying", file.name, re.IGNORECASE):
            return Path(str(file.locate())).read_text(encoding="utf-8").strip().splitlines()[0].strip()
    return "not named"


def duties(name: str) -> list[str]:
    """Which of the licences with duties a licence names."""
    words = re.findall(r"[A-Z]+", licence(name))
    return [duty for duty in DUTIES if duty in words]


def text() -> str:
    """The whole file."""
    packages = needed()
    lines = [MADE, "", "| package | licence | what it asks for |", "|---|---|---|"]
    for name in sorted(packages):
        lines += [f"| {name} | {licence(name)} | {DUTIES[duty]} |" for duty in duties(name)]
    lines += ["", "## All packages", "", "`always` is the installation without extras.", ""]
    lines += ["| package | licence | asked for by |", "|---|---|---|"]
    lines += [f"| {name} | {licence(name)} | {_said(packages[name])} |" for name in sorted(packages)]
    by_hand = FILE.read_text(encoding="utf-8").partition(MADE)[0]
    return by_hand + "\n".join(lines) + "\n"


def _said(extras: set[str]) -> str:
    """The extras, or `always` alone: what is always there need not be asked for."""
    return "always" if "always" in extras else ", ".join(sorted(extras))


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
    print(f"{FILE.name}: {len(needed())} packages", file=sys.stderr)
