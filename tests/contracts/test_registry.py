"""The registry: what our folders declare, what plug-ins add, and what is left out with a reason."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from simulator.contracts.catalogue import API, Catalogue, ComponentType, Extension
from simulator.contracts.component import Domain
from simulator.contracts.registry import CHECKERS, LIFELINES, Registry, Rejected, named, registry
from simulator.contracts.sources import is_assumed, source_text
from simulator.contracts.words import Verbatim

ROOT = Path(__file__).resolve().parents[2]
OURS = ("simulator", "monitoring", "gateways", "resilience", "dashboards", "scenarios", "stadtwerk")
LIGHT = ("simulator.contracts", "simulator.coupling", "simulator.sensors", "simulator.domains", "simulator.lifelines")


@pytest.mark.parametrize("module", [one.origin for one in registry().plugins if one.ours])
def test_a_catalogue_loads_alone_without_an_engine_or_another_room(module: str) -> None:
    code = f"import sys, {module}\nprint('\\n'.join(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    loaded = done.stdout.split()
    heavy = {"numpy", "simpy", "epanet", "power_grid_model", "uxsim", "pandas", "pyarrow", "networkx"}
    assert not heavy & set(loaded)
    ours = [name for name in loaded if name.split(".")[0] in OURS and name != "simulator"]
    strangers = [name for name in ours if not any(name == room or name.startswith(room + ".") for room in LIGHT)]
    assert not strangers
    modules = [name for name in ours if not name.startswith("simulator.contracts")]
    packages = {name for name in modules if (ROOT / name.replace(".", "/")).is_dir()}
    assert {name.rsplit(".", 1)[-1] for name in set(modules) - packages} == {"catalogue"}


def test_help_never_opens_the_registry() -> None:
    code = (
        "import sys\nfrom stadtwerk.__main__ import main\ntry:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print('OPENED', 'simulator.contracts.registry' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.rstrip().endswith("OPENED False")


def test_nothing_of_ours_is_broken_and_all_is_sorted_by_name() -> None:
    found = registry()
    assert not [one for one in found.broken if one.ours]
    assert list(found.catalogues) == sorted(found.catalogues)
    assert {"water", "energy", "traffic", "ict", "hospital", "crews", "sensors"} <= found.catalogues.keys()


def test_a_number_that_is_called_an_assumption_is_declared_as_one() -> None:
    """Else nobody varies it who asks what a verdict leans on."""
    known = registry()
    of_types = [(kind.name, one) for kind in known.types.values() for one in kind.parameters]
    of_faults = [(point.name, one) for point in known.faults.values() for one in point.parameters]
    only_said = [
        f"{name}.{one.name}"
        for name, one in (*of_types, *of_faults)
        if "assum" in source_text(one.source).en and not is_assumed(one.source)
    ]
    assert not only_said


def test_what_starts_can_be_found_and_has_an_order_of_its_own() -> None:
    found = registry()
    assert all(callable(named(start.run)) for start in found.starts)
    assert len({start.order for start in found.starts}) == len(found.starts)
    machines = [one for one in found.types.values() if one.process]
    assert all(named(one.process).kind == one.name for one in machines)
    assert len({one.order for one in machines}) == len(machines)


def lifeline(name: str, api: int = API, kind: str = "ferry") -> Catalogue:
    return Catalogue(name, api, types=(ComponentType(kind, Domain("lifeline"), Verbatim("ferry")),))


def test_one_register_refuses_what_does_not_fit() -> None:
    found = Registry()
    found.register(LIFELINES, lifeline("ferry"))
    found.register(CHECKERS, Extension("calm", API, Verbatim("nothing happens"), "calm:judge"))
    for group, declared, reason in (
        (LIFELINES, lifeline("ferry", kind="boat"), "there is a catalogue 'ferry' already"),
        (LIFELINES, lifeline("boats"), "declares the type of component 'ferry', which is there already"),
        (LIFELINES, lifeline("boats", api=API + 1, kind="boat"), f"written for version {API + 1} of the interface"),
        (LIFELINES, "ferry", "is a str, not a Catalogue"),
        (CHECKERS, Extension("calm", API, Verbatim("again"), "calm:judge"), "there is a 'calm' already"),
    ):
        with pytest.raises(Rejected, match=reason):
            found.register(group, declared)
    assert list(found.types) == ["ferry"]
    assert list(found.extensions(CHECKERS)) == ["calm"]
