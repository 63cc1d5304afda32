"""No sentence that is shown goes past the catalogues: mypy refuses plain ones in problems, this test elsewhere."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.contracts.document import Document
from simulator.contracts.model import wrong
from simulator.contracts.problem import Problem, Unfit
from tests.words.catalogues import ROOMS, ROOT

SHOWN = {"print", "say", "table", "error", "exit", "working", "counting", "Verbatim"}
"""Calls whose positional arguments a person reads."""

DESCRIBED = {"help", "description", "epilog", "title"}
"""Arguments of a command line that a person reads."""

TO_KEEPERS = {
    "dashboards/__main__.py",
    "gateways/alive.py",
    "gateways/gateway/node/__main__.py",
    "gateways/ingest/__main__.py",
    "gateways/schemas.py",
    "stadtwerk/live/compose.py",
}
"""Programs of machines and developers, which speak English alone: health checks, logs of services, generators."""

QUERIES = ("dashboards",)
"""Here `table` takes columns of a database."""

NAMES = {"Grafana", "stadtwerk"}
WORD = re.compile(r"(?<![\w./{<#-])[A-Za-zÄÖÜäöüß]{3,}(?![\w./(=]|-\w)")


def texts(part: ast.expr | None) -> Iterator[str]:
    """The plain texts that an expression may come to."""
    match part:
        case ast.Constant(value=str() as said):
            yield said
        case ast.JoinedStr(values=parts) | ast.Tuple(elts=parts) | ast.List(elts=parts):
            for one in parts:
                yield from texts(one)
        case ast.IfExp(body=one, orelse=other) | ast.BinOp(left=one, right=other):
            yield from texts(one)
            yield from texts(other)


def bypassing(source: str, where: str) -> list[str]:
    """The sentences in a module that are shown and no catalogue knows."""
    found, tree = [], ast.parse(source)
    # a `say` that is imported or defined takes the key of a text, and the text has its words
    keyed = any(isinstance(node, ast.alias | ast.FunctionDef) and node.name == "say" for node in ast.walk(tree))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        name = called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else ""
        shown: list[ast.expr] = []
        if name in SHOWN and not (name == "say" and keyed):
            shown += node.args if not (name == "table" and where.startswith(QUERIES)) else []
        if name.startswith("add_") or name.endswith("ArgumentParser"):
            shown += [keyword.value for keyword in node.keywords if keyword.arg in DESCRIBED]
        said = [text for part in shown for text in texts(part) if set(WORD.findall(text)) - NAMES]
        found += [f"{where}:{node.lineno}: {text!r} goes past the catalogues: _(...)" for text in said]
    return found


def test_every_sentence_that_is_shown_comes_from_a_catalogue() -> None:
    paths = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    assert len(paths) > 400
    found = []
    for path in paths:
        where = str(path.relative_to(ROOT))
        if where not in TO_KEEPERS:
            found += bypassing(path.read_text(encoding="utf-8"), where)
    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        'print("nothing was found")',
        'print(f"{n} districts")',
        'terminal.table("districts", ("id", "people"), rows)',
        'terminal.say("done" if done else more)',
        'parser.add_argument("--out", help="the file to write")',
        'Verbatim("a city")',
    ],
)
def test_one_that_does_not_is_found(line: str) -> None:
    assert len(bypassing(line, "stadtwerk/x.py")) >= 1


@pytest.mark.parametrize("line", ['print(_("nothing").of(lang))', 'print(f"{out}: {n}")', 'Verbatim("l/(s ha)")'])
def test_one_that_does_and_what_is_no_sentence_is_let_by(line: str) -> None:
    assert bypassing(line, "stadtwerk/x.py") == []


@pytest.mark.parametrize("maker", [Problem.__init__, Unfit.__init__, wrong, Document.problem])
def test_problems_take_texts_so_that_mypy_refuses_plain_sentences(maker: object) -> None:
    kinds = getattr(maker, "__annotations__", {})
    assert {kinds["what"], kinds["fix"]} <= {"Text", "Text | Sentence"}


def test_the_programs_that_are_let_by_exist() -> None:
    assert all(Path(ROOT / where).is_file() for where in TO_KEEPERS)


def _unpacks_into_words(source: str) -> list[int]:
    """Lines where a function stores something in `_`, which then is no catalogue any more where it says a sentence."""

    def inside(node: ast.AST) -> Iterator[ast.AST]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
                continue  # what they store is their own
            yield child
            yield from inside(child)

    found = []
    for function in ast.walk(ast.parse(source)):
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            stored = [
                n.lineno
                for n in inside(function)
                if isinstance(n, ast.Name) and n.id == "_" and isinstance(n.ctx, ast.Store)
            ]
            says = any(
                isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == "_"
                for n in ast.walk(function)
            )
            found += stored if says else []
    return found


def test_no_function_that_says_something_throws_its_catalogue_away() -> None:
    assert _unpacks_into_words(
        "def f(a):\n    name, _, b = a.partition('=')\n    return _('no {name}', name=name)\n"
    ) == [2]
    assert not _unpacks_into_words("def f(a):\n    return [_('x') for x, _y in a]\n")
    paths = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    assert not [f"{path}:{line}" for path in paths for line in _unpacks_into_words(path.read_text(encoding="utf-8"))]
