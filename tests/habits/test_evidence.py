"""docs/model/evidence.md names tests and scenarios that there are, and says how much is not shown."""

from __future__ import annotations

import ast
from pathlib import Path

from stadtwerk.library import scenario_names

ROOT = Path(__file__).resolve().parents[2]
NOT_SHOWN = 0
"""Parts of which nobody has shown yet that they decide a verdict: to become fewer, never more."""


def rows() -> list[list[str]]:
    page = (ROOT / "docs" / "model" / "evidence.md").read_text(encoding="utf-8")
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines() if line.startswith("| ")
    ][1:]


def functions(file: str) -> set[str]:
    tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_part_is_held_by_tests_that_there_are() -> None:
    wrong = []
    for part, held, decides in rows():
        for name in [*held.split(", "), *([] if decides == "not shown" else decides.split(", "))]:
            file, _, function = name.partition("::")
            there = name in scenario_names() if not function else function in functions(file)
            wrong += [] if there else [f"{part}: {name}"]
    assert not wrong
    assert len(rows()) >= 16


def test_what_is_not_shown_becomes_less() -> None:
    assert sum(decides == "not shown" for _, _, decides in rows()) == NOT_SHOWN
