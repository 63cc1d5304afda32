"""Tests notice a checker that judges wrongly. All mutants: `python -m tools.mutate`; here those of a small one."""

from __future__ import annotations

import subprocess
import sys

from tools.mutate import ROOT, loosened, modules, mutants, mutated


def test_every_mutant_is_another_program() -> None:
    import ast

    from tools.mutate import tree_of

    assert len(modules()) > 5
    some = []
    for module in modules():
        before = ast.unparse(tree_of(module))
        for mutant in mutants(module):
            assert ast.unparse(mutated(mutant)) != before, mutant
            some.append(mutant)
    assert len(some) > 50 and {mutant.how for mutant in some} == {"inverted", "loosened"}


def test_a_limit_is_loosened_on_the_side_that_forgives() -> None:
    import ast

    def looser(source: str) -> str | None:
        node = ast.parse(source, mode="eval").body
        assert isinstance(node, ast.Compare)
        found = loosened(node)
        return None if found is None else ast.unparse(found)

    assert looser("spell.length_s > longest.seconds") == "longest.seconds * 1.5"
    assert looser("share < wanted - TOLERANCE") == "(wanted - TOLERANCE) * 0.5"
    assert looser("len(rows) > 0") is None and looser("a is b") is None


def test_the_mutants_of_a_small_checker_are_noticed() -> None:
    command = [sys.executable, "-m", "tools.mutate", "required"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "mutants of the checkers are noticed" in done.stdout
