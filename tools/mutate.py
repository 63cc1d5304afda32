"""Whether the tests of the checkers notice a checker that judges wrongly: `python -m tools.mutate [MODULE ...]`.

Every comparison of the checkers is inverted, one at a time, and every limit that something is held against is loosened
by half; the tests of the checkers run on each such mutant in a process of its own. What no test notices is named, with
the figure. Inverted is `<` to `>=`, `in` to `not in` and so on; loosened is the right side, to half of it where more is
good (`a < limit` is a miss) and to one and a half of it where less is (`a > limit` is one).

With `--keep FILE` the answers are kept there, and the same command goes on where it was stopped, as long as neither
checkers nor tests have changed. Mutants come in an order that is drawn, always the same, so that a part of them is a
fair sample; it is said of how many.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import hashlib
import importlib
import importlib.abc
import importlib.util
import io
import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[1]
CHECKERS = "resilience.judge.checkers"
TESTS = (
    "tests/resilience/test_expectations.py",
    "tests/resilience/test_redundancies.py",
    "tests/resilience/test_executed.py",
    "tests/resilience/test_verdict.py",
    "tests/resilience/test_difference.py",
    "tests/resilience/test_delivery.py",
    "tests/resilience/test_required.py",
)
"""The tests of the checkers that need no engine; `test_mutants` itself is none of them."""

SHARED = (
    "hypothesis",
    "pytest",
    "resilience.inject.injector",
    "resilience.judge.losses",
    "resilience.report.run.wording",
    "resilience.scenario.loader",
    "simulator.coupling.runtime",
)
"""What the tests import, and no checker with it."""

INVERTED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.GtE,
    ast.GtE: ast.Lt,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
LOOSER: dict[type[ast.cmpop], float] = {ast.Lt: 0.5, ast.LtE: 0.5, ast.Gt: 1.5, ast.GtE: 1.5}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change to one comparison, the n-th of its module."""

    module: str
    number: int
    how: str
    line: int
    source: str

    @property
    def name(self) -> str:
        return f"{self.module.rpartition('.')[2]}:{self.line}:{self.number} {self.how}: {self.source}"


def modules() -> tuple[str, ...]:
    """The modules of the checkers, by name."""
    folder = ROOT / CHECKERS.replace(".", "/")
    return tuple(f"{CHECKERS}.{path.stem}" for path in sorted(folder.glob("*.py")) if path.stem != "__init__")


def mutants(module: str) -> Iterator[Mutant]:
    """Every mutant of a module, in the order of its comparisons."""
    for number, node in enumerate(comparisons(tree_of(module))):
        yield Mutant(module, number, "inverted", node.lineno, ast.unparse(node))
        if loosened(node) is not None:
            yield Mutant(module, number, "loosened", node.lineno, ast.unparse(node))


def tree_of(module: str) -> ast.Module:
    path = ROOT / (module.replace(".", "/") + ".py")
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def comparisons(tree: ast.Module) -> list[ast.Compare]:
    """All of a module, but those of one thing with two others, which have no one opposite."""
    return [node for node in ast.walk(tree) if isinstance(node, ast.Compare) and len(node.ops) == 1]


def loosened(node: ast.Compare) -> ast.expr | None:
    """The right side loosened by half; None where it is nothing to loosen: no order, 0, or a plain count."""
    factor, right = LOOSER.get(type(node.ops[0])), node.comparators[0]
    if factor is None or isinstance(right, ast.Constant):
        return None
    return ast.copy_location(ast.BinOp(right, ast.Mult(), ast.Constant(factor)), right)


def mutated(mutant: Mutant) -> ast.Module:
    tree = tree_of(mutant.module)
    node = comparisons(tree)[mutant.number]
    if mutant.how == "inverted":
        node.ops = [INVERTED[type(node.ops[0])]()]
    else:
        looser = loosened(node)
        assert looser is not None
        node.comparators = [looser]
    return ast.fix_missing_locations(tree)


class _Instead(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Loads one module as its mutant."""

    def __init__(self, mutant: Mutant) -> None:
        self._mutant = mutant

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        return importlib.util.spec_from_loader(name, self) if name == self._mutant.module else None

    def exec_module(self, module: ModuleType) -> None:
        module.__file__ = str(ROOT / (self._mutant.module.replace(".", "/") + ".py"))
        exec(compile(mutated(self._mutant), module.__file__, "exec"), module.__dict__)


def tests_of(module: str) -> tuple[tuple[str, ...], ...]:
    """All tests, in two runs: those of the module itself first, as most of its mutants need no other."""
    own = tuple(test for test in TESTS if Path(test).stem == f"test_{module.rpartition('.')[2]}")
    return tuple(run for run in (own, tuple(test for test in TESTS if test not in own)) if run)


def noticed(mutant: Mutant | None) -> bool:
    """Whether a test fails on a mutant; None is the code as it is. Runs in a fork, which shares what is imported."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0
    code = 70
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            code = _tested(mutant)
    finally:
        os._exit(code)


def _tested(mutant: Mutant | None) -> int:
    import hypothesis
    import pytest

    # one example against the mutant is enough; nobody reads the smallest
    phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)

    class Swap:
        """Takes its place before pytest's own importer, which reads some packages by itself."""

        def pytest_configure(self) -> None:
            hypothesis.settings.register_profile("mutants", hypothesis.settings(), phases=phases, database=None)
            hypothesis.settings.load_profile("mutants")
            if mutant is not None:
                sys.meta_path.insert(0, _Instead(mutant))

    quiet = ("-x", "-q", "-n0", "-p", "no:cacheprovider", "-Wignore::pytest.PytestAssertRewriteWarning")
    for run in (TESTS,) if mutant is None else tests_of(mutant.module):
        if pytest.main([*quiet, "--rootdir", str(ROOT), *(str(ROOT / test) for test in run)], plugins=[Swap()]):
            return 1
    return 0


def _warm() -> None:
    """Import what all mutants share, but no checker."""
    from simulator.contracts.registry import registry

    registry()
    for name in SHARED:
        importlib.import_module(name)
    assert CHECKERS not in sys.modules


def basis() -> str:
    """A digest of what the answers hang on: the checkers, and their tests."""
    digest = hashlib.sha256()
    for path in (*(ROOT / CHECKERS.replace(".", "/")).glob("*.py"), *(ROOT / test for test in TESTS)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def known_of(file: Path | None, of: str) -> dict[str, bool]:
    """What was found out before with these very checkers and tests: whether each mutant is noticed."""
    if file is None or not file.exists():
        return {}
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return {name: found for row, name, found in rows if row == of}


def main(arguments: Sequence[str]) -> int:
    """Print each mutant that lives, and how many do not. 0 if none lives."""
    parser = argparse.ArgumentParser(prog="python -m tools.mutate", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="checkers by name (default: all)")
    parser.add_argument(
        "--keep", type=Path, metavar="FILE", help="keep the answers there, and go on from what is there"
    )
    parser.add_argument("--most", type=int, metavar="N", help="stop after so many mutants (default: all)")
    options = parser.parse_args(arguments)
    chosen = [name for name in modules() if not options.modules or name.rpartition(".")[2] in options.modules]
    drawn = sorted(
        (mutant for module in chosen for mutant in mutants(module)),
        key=lambda mutant: hashlib.sha256(mutant.name.encode()).digest(),
    )
    of = basis()
    known = known_of(options.keep, of)
    _warm()
    if not known and noticed(None):
        print("the tests fail on the code as it is")
        return 70
    looked = drawn[: options.most]
    alive = 0
    for number, mutant in enumerate(looked, 1):
        if mutant.name not in known:
            known[mutant.name] = noticed(mutant)
            if options.keep is not None:
                with options.keep.open("a", encoding="utf-8") as file:
                    print(json.dumps([of, mutant.name, known[mutant.name]]), file=file)
        if not known[mutant.name]:
            alive += 1
            print(f"lives: {mutant.name} ({number - alive} of {number} noticed)", flush=True)
    some = "" if len(looked) == len(drawn) else f", of {len(drawn)} in all"
    print(
        f"{len(looked) - alive} of {len(looked)} mutants of the checkers{some} are noticed by {len(TESTS)} test files"
    )
    return 1 if alive else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
