"""The files that a city names: in its own folder, or inside an installed package."""

from __future__ import annotations

import importlib.util
from pathlib import Path

PACKAGE = "package:"


class NoFile(Exception):
    """A reference that leads to no file; `what` is wrong with it, and how to `mend` it."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(what)
        self.what, self.mend = what, mend


def resolve(folder: Path, reference: str) -> Path:
    """The file behind a reference: in the folder, or inside an installed package without importing it.

    A city that came from elsewhere must not read what lies outside its folder. Raises `NoFile`.
    """
    missing = f"there is no file {reference!r}"
    if reference.startswith(PACKAGE):
        package, _, inside = reference.removeprefix(PACKAGE).partition("/")
        found = importlib.util.find_spec(package) if package.isidentifier() else None
        if found is None or not found.submodule_search_locations:
            raise NoFile(missing, f"install the package {package!r}: pip install 'stadtwerk[demo]'")
        folder, path = Path(found.submodule_search_locations[0]), Path(inside)
    else:
        path = Path(reference)
    path = folder / path
    if not path.resolve().is_relative_to(folder.resolve()):
        raise NoFile(f"{reference!r} lies outside the city's folder", "put the file into the folder")
    if not path.is_file():
        raise NoFile(missing, "check the path")
    return path
