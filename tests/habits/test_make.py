"""`make demo` ends as the run ends: well with any verdict, with the tool's own code where there is none."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


def make(tmp_path: Path, goal: str, code: int) -> subprocess.CompletedProcess[str]:
    """Make's answer where every program in .venv is one that ends with `code`."""
    for name in ("Makefile", "pyproject.toml", "setup.py", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name in ("python", "stadtwerk"):
        (programs / name).write_text(f"#!/bin/sh\nexit {code}\n", encoding="utf-8")
        (programs / name).chmod(0o755)
    for path in tmp_path.rglob("*"):
        os.utime(path, (0, 0))
    (programs.parent / ".demo").touch()
    return subprocess.run(["make", goal], cwd=tmp_path, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("code", [0, 1, 2])
def test_a_demo_with_a_verdict_is_no_error_and_says_how_to_get_the_code(tmp_path: Path, code: int) -> None:
    made = make(tmp_path, "demo", code)
    assert made.returncode == 0, made.stderr
    assert ".venv/bin/stadtwerk run substation-winter; echo $?" in made.stdout


@pytest.mark.parametrize("code", [64, 70])
def test_a_demo_without_a_verdict_is_an_error(tmp_path: Path, code: int) -> None:
    made = make(tmp_path, "demo", code)
    assert made.returncode != 0
    assert "echo $?" not in made.stdout
    assert f"Error {code}" in made.stderr
