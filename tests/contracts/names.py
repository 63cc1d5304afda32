"""Names of things outside the folders of those things: `python -m tests.contracts.names` writes the list anew.

A thing's types, faults, modes, quantities, measures, links, trades and sub-systems are declared in its catalogue. Other
modules ask the registry which thing plays a role, and hold no string that names one. `names_left.json` holds those that
still do, or whose word means something else; the test lets this list only shrink.
"""

from __future__ import annotations

import ast
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from simulator.contracts.catalogue import Catalogue
from simulator.contracts.registry import registry

ROOT = Path(__file__).resolve().parents[2]
LEFT = Path(__file__).with_name("names_left.json")
ROOMS = ("simulator", "gateways", "resilience", "dashboards", "scenarios", "stadtwerk")

EVERYDAY = {"none", "all", "open", "closed", "failed", "empty", "fixed", "line", "loss"}
"""Names that are words of everyday code too (a colour that is none, a file that is open): not looked for."""

OLD_ENUMS = {"LinkKind", "Domain", "Trade"}


def names_of(catalogue: Catalogue) -> Iterator[str]:
    """Everything that a catalogue gives a name."""
    for kind in catalogue.types:
        yield from (kind.name, *kind.modes, *(point.name for point in kind.faults))
    for link in catalogue.links:
        yield from (link.name, *(point.name for point in link.faults))
    for named in (catalogue.quantities, catalogue.measures, catalogue.trades, catalogue.subsystems):
        yield from (str(one.name) for one in named)
    yield from (point.name for point in (*catalogue.sensor_faults, *catalogue.report_faults))


def homes() -> dict[str, set[str]]:
    """The folders in which each name is at home."""
    found: dict[str, set[str]] = defaultdict(set)
    for name, catalogue in registry().catalogues.items():
        folder = registry().homes[name].replace(".", "/") + "/"
        for one in names_of(catalogue):
            found[one].add(folder)
    return found


def strings(tree: ast.Module) -> Iterator[str]:
    """Strings of a module that are no docstrings, and members of the enums that there were."""
    documents = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str() as said) if id(node) not in documents:
                yield said
            case ast.Attribute(value=ast.Name(id=enum), attr=member) if enum in OLD_ENUMS and member.isupper():
                yield f"{enum}.{member}"


def left() -> dict[str, dict[str, int]]:
    """By module, the names that are not at home there, and how often."""
    at_home, found = homes(), {}
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            where = path.relative_to(ROOT).as_posix()
            tree = ast.parse(path.read_text(encoding="utf-8"))
            strange = Counter(
                said
                for said in strings(tree)
                if said not in EVERYDAY
                and (said.partition(".")[0] in OLD_ENUMS or said in at_home)
                and not any(where.startswith(home) for home in at_home.get(said, ()))
            )
            if strange:
                found[where] = dict(sorted(strange.items()))
    return found


if __name__ == "__main__":
    rows = {where: sum(names.values()) for where, names in left().items()}
    LEFT.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    print(f"{sum(rows.values())} names in {len(rows)} modules")
