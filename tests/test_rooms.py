"""Imports flow one way: no room imports what it may not, and heavy libraries stay out until they are used."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import networkx
import pytest

ROOT = Path(__file__).resolve().parents[1]

LOOKS_AT_READINGS = {"water": ("simulator.sensors",)}
"""Sub-systems that act on what their sensors read, and so read them as the sampler does."""

MAY_IMPORT: dict[str, tuple[str, ...]] = {
    "simulator/contracts": (),
    "simulator/kernel": ("simulator.contracts",),
    "simulator/coupling": ("simulator.contracts", "simulator.kernel"),
    "simulator/city": ("simulator.contracts",),
    **{
        f"simulator/domains/{domain}": (
            "simulator.contracts",
            "simulator.kernel",
            "simulator.coupling",
            "simulator.city",
            *LOOKS_AT_READINGS.get(domain, ()),
        )
        for domain in sorted(path.parent.name for path in (ROOT / "simulator" / "domains").glob("*/__init__.py"))
    },
    "simulator/lifelines": ("simulator.contracts", "simulator.kernel", "simulator.coupling", "simulator.city"),
    "simulator/sensors": ("simulator.contracts", "simulator.kernel"),
    "monitoring": ("simulator.contracts",),
    "gateways": ("simulator.contracts",),
    "resilience": ("simulator.contracts",),
    "dashboards": ("simulator.contracts",),
    "scenarios": (),
}
"""Every room but `stadtwerk`, which wires them all. A room may always import itself."""

ORDER: dict[str, tuple[str, ...]] = {
    "monitoring": (
        "recording forest episodes delivered playbooks",
        "forecast picture",
        "detectors ordinary",
        "baseline reckoning detours queues",
        "checks",
        "watch alarms operators",
        "plot room",
        "replay",
    ),
    "gateways": (
        "children alive",
        "wire",
        "brokers",
        "secrets network",
        "gateway stores",
        "simulated ingest",
        "schemas",
    ),
    "resilience": ("words", "scenario", "inject", "judge", "report", "study"),
    "stadtwerk": (
        "library schemas terminal",
        "runs",
        "influx charter studies",
        "api",
        "live workbench",
        "cli",
        "pytest_plugin __main__",
    ),
}
"""Inside a room: a part may import itself, and what stands in a line before its own; a new part is entered here."""

CATALOGUE = re.compile(r"simulator\.(coupling|sensors|domains\.\w+|lifelines(\.\w+)?)\.catalogue(\.|$)")
READ_CATALOGUES = ("simulator/city", "simulator/domains/", "simulator/lifelines")
"""Rooms that may import the constants of a catalogue; all others ask the registry what plays a role."""

OURS = ("simulator", "monitoring", "gateways", "resilience", "dashboards", "scenarios", "stadtwerk")
HEAVY = {
    "dask",
    "distributed",
    "uxsim",
    "pandapower",
    "wntr",
    "pandas",
    "scipy",
    "matplotlib",
    "pyarrow",
    "jinja2",
    "jsonschema",
    "rich",
    "swmm",
    "lightgbm",
    "starlette",
    "uvicorn",
}
"""Libraries that cost much to import; each is imported where it is used."""


NOT_FOR_HELP = {"numpy", "simpy", "epanet", "power_grid_model", "paho", "pydantic", "yaml", "dataclasses", "inspect"}
"""Libraries that most commands need, and `--help` does not; `dataclasses` is a fifth of its time."""


def modules(room: str) -> list[Path]:
    return sorted((ROOT / room).rglob("*.py"))


def imports(path: Path, top_only: bool = False) -> list[tuple[int, str]]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = tree.body if top_only else ast.walk(tree)
    found = []
    for node in nodes:
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: imports here are absolute"
            found += [(node.lineno, f"{node.module}.{alias.name}") for alias in node.names]
    return found


def within(name: str, room: str) -> bool:
    return name == room or name.startswith(room + ".")


def sources() -> dict[str, Path]:
    """Every module of ours by its dotted name."""
    found = {}
    for top in OURS:
        for path in modules(top):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def test_no_module_imports_itself_over_others() -> None:
    """At the top, in a function, or for types only: what leans on each other is one subject and one module."""
    known = sources()

    def target(name: str) -> str:
        while name and name not in known:
            name = name.rpartition(".")[0]
        return name

    graph = networkx.DiGraph()
    for module, path in known.items():
        graph.add_edges_from((module, target(name)) for _, name in imports(path) if name.split(".")[0] in OURS)
    graph.remove_edges_from(list(networkx.selfloop_edges(graph)))
    circles = [sorted(circle) for circle in networkx.strongly_connected_components(graph) if len(circle) > 1]
    assert not circles, circles


@pytest.mark.parametrize("room", ORDER)
def test_a_room_has_an_inner_order(room: str) -> None:
    floor = {part: level for level, parts in enumerate(ORDER[room]) for part in parts.split()}
    wrong, unknown = [], set()
    for path in modules(room):
        own = path.relative_to(ROOT / room).with_suffix("").parts[0]
        if own == "__init__":
            continue
        unknown |= {own} - floor.keys()
        for line, name in imports(path):
            other = name.split(".")[1] if within(name, room) and "." in name else own
            if other != own and other in floor and own in floor and floor[other] >= floor[own]:
                wrong.append(f"{path.relative_to(ROOT)}:{line}: {own} imports {name}")
    assert not unknown, f"not in the order of {room}: {sorted(unknown)}"
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_imports_only_what_it_may(room: str) -> None:
    paths = modules(room)
    assert paths, f"the room {room} is gone; take it out of the table"
    allowed = (*MAY_IMPORT[room], room.replace("/", "."))
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: imports {name}"
        for path in paths
        for line, name in imports(path)
        if name.split(".")[0] in OURS
        and not any(within(name, ok) for ok in allowed)
        and not (room.startswith(READ_CATALOGUES) and CATALOGUE.match(name))
    ]
    assert not wrong, "\n".join(wrong)


def test_every_package_of_ours_is_a_room_in_the_table() -> None:
    rooms = {path.parent.relative_to(ROOT).as_posix() for top in OURS for path in (ROOT / top).rglob("*.py")}
    covered = (*MAY_IMPORT, "stadtwerk", "dashboards")
    strangers = [r for r in sorted(rooms) if not any(r == c or r.startswith(c + "/") for c in covered)]
    assert strangers in ([], ["simulator"], ["simulator", "simulator/domains"])


def test_heavy_libraries_are_imported_where_they_are_used() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: imports {name} at the top"
        for top in OURS
        for path in modules(top)
        for line, name in imports(path, top_only=True)
        if name.split(".")[0] in HEAVY
    ]
    assert not wrong, "\n".join(wrong)


def test_help_loads_no_engine() -> None:
    code = (
        (
            "import sys\nfrom stadtwerk.__main__ import main\n"
            "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
            f"print('LOADED', sorted({sorted(HEAVY | NOT_FOR_HELP)!r}"
            " & sys.modules.keys()))"
        )
        .replace("sorted([", "sorted(set([")
        .replace("] & ", "]) & ")
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert out.rstrip().endswith("LOADED []"), out[-300:]
