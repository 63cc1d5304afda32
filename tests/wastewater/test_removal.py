"""A tree without the wastewater folder: everything else goes on as it was."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from simulator.domains.wastewater.catalogue import CATALOGUE, STATION

ROOT = Path(__file__).resolve().parents[2]

OWN = ("simulator/domains/wastewater", "tests/wastewater", "scenarios/lifting-stations-dark.yaml")
"""What goes with the domain: its folder, its tests, its scenario."""

MEASURES = ("sewage-disposal", "cellar-safety", "sewage-treatment")


def without_its_own(text: str) -> str:
    """A scenario whose declared weaknesses name no level of the domain, and whose cures touch no station of it.

    A fallback that stands in for a level of the domain stands in for the town's computers instead.
    """
    text = re.sub(rf"level: (?:{'|'.join(MEASURES)})-city\b", "level: ict-availability", text)
    text = re.sub(rf"(?m)^ *- .*\b{STATION}-.*\n", "", text)
    of_it = rf"required-(?:{'|'.join(MEASURES)})\b"
    text = re.sub(rf"(?m)^ *- {of_it} *\n", "", text)
    return re.sub(rf"\s*,\s*{of_it}|{of_it}\s*,\s*", "", text)


def test_a_declared_weakness_loses_what_the_domain_finds_and_nothing_else() -> None:
    assert set(MEASURES) == {str(measure.name) for measure in CATALOGUE.measures}
    told = "findings: [a, required-sewage-treatment,\n  required-x]\n- required-cellar-safety\n  - required-y\n"
    assert without_its_own(told) == "findings: [a,\n  required-x]\n  - required-y\n"
    assert without_its_own("[required-sewage-disposal, b]") == "[b]"
    assert without_its_own("carries: {level: sewage-disposal-city}") == "carries: {level: ict-availability}"
    assert without_its_own("[a, required-sewage-disposal]") == "[a]"
    assert (
        without_its_own("  - {target: lifting-station-n1}\n  - {target: hospital-1}\n") == "  - {target: hospital-1}\n"
    )


def removed(folder: Path) -> Path:
    """A copy of the tree without the domain; what a script writes is written again, and lists of names lose its own."""
    copy = folder / "tree"
    skipped = shutil.ignore_patterns(".git", ".venv", "__pycache__", ".mypy_cache", ".ruff_cache", "*.egg-info")
    shutil.copytree(ROOT, copy, ignore=skipped)
    for name in OWN:
        path = copy / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    for path, mark in (
        ("scenarios/suites/nightly.yaml", "lifting-stations-dark"),
        ("tests/words/emitted.json", "wastewater."),
    ):
        file = copy / path
        file.write_text("".join(line for line in file.read_text().splitlines(True) if mark not in line))
    for file in (copy / "scenarios").glob("*.yaml"):
        file.write_text(without_its_own(file.read_text(encoding="utf-8")), encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(copy)}
    shutil.rmtree(copy / "deploy" / "grafana" / "dashboards")
    subprocess.run([sys.executable, "-m", "dashboards"], cwd=copy, env=environment, check=True, capture_output=True)
    return copy


def test_a_tree_without_the_domain_still_knows_all_the_rest(tmp_path: Path) -> None:
    copy = removed(tmp_path)
    code = (
        "from simulator.contracts.registry import registry; import simulator; r = registry(); "
        "print(simulator.__path__[0]); print(sorted(r.subsystems)); assert 'wastewater' not in r.catalogues; "
        "assert 'manhole' not in r.types; assert r.types['junction']"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=copy, capture_output=True, text=True, check=True)
    assert str(copy) in done.stdout
    command = [sys.executable, "-m", "stadtwerk", "city", "import", "--help"]
    told = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=True).stdout
    assert "--water " in told and "--wastewater" not in told
    tests = ["tests/contracts/test_registry.py", "tests/test_rooms.py"]
    run = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", *tests]
    environment = {**os.environ, "PYTHONPATH": str(copy)}
    ended = subprocess.run(run, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout[-3000:]


@pytest.mark.nightly
def test_a_tree_without_the_domain_passes_everything_but_its_own_tests(tmp_path: Path) -> None:
    copy = removed(tmp_path)
    run = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"]
    environment = {**os.environ, "PYTHONPATH": str(copy)}
    for script in ("tools.notebook", "tools.model"):
        subprocess.run([sys.executable, "-m", script], cwd=copy, env=environment, check=True, capture_output=True)
    ended = subprocess.run(run, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout[-6000:]
