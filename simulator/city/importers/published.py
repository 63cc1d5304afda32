"""Published networks by name: grids of SimBench, and the water networks that ship in EPyT. Neither package is a
dependency: they weigh hundreds of megabytes."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from simulator.city.files import not_installed
from simulator.contracts.names import suggestion
from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.words import Words

_ = Words("simulator.city")

WATER, POWER = "epyt", "simbench"
"""What stands before the name, and the package that has it."""


def is_published(path: Path) -> bool:
    """Whether what was given for a file is the name of a published network."""
    return str(path).startswith((f"{WATER}:", f"{POWER}:"))


def published(path: Path, aside: Path) -> Path:
    """The file of a published network; a grid is written into the folder `aside`. Raises `BadInput`."""
    package, name = str(path).split(":", 1)
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise not_installed(path, package, _("install it with: pip install {package}", package=package))
    if package == WATER:
        folder = Path(next(iter(spec.submodule_search_locations)))
        known = {one.stem: one for one in sorted(folder.rglob("*.inp"), reverse=True)}
        if name not in known:
            raise _unknown(path, name, tuple(known))
        return known[name]
    import pandapower
    import simbench  # type: ignore[import-not-found]

    codes = tuple(map(str, simbench.collect_all_simbench_codes()))
    if name not in codes:
        raise _unknown(path, name, codes)
    out = aside / f"{POWER}.json"
    pandapower.to_json(simbench.get_simbench_net(name), str(out))
    return out


def _unknown(path: Path, name: str, known: tuple[str, ...]) -> BadInput:
    what = _("no network here is called {name}", name=repr(name)[:80])
    return BadInput([Problem(str(path), 0, "name", what, suggestion(name, known))])
