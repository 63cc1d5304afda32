"""How much code there is, by room: `python -m benchmarks.code_size [--commit COMMIT] [--depth 2]`.

A line of code is a line on which something of the program stands: no blank line, no comment, no docstring. Tests and
benchmarks do not count. A module is a Python file. Lines are counted from tokens, so a text of many lines that is no
docstring counts in full, and the formatter's line breaks count as they stand in the file.
"""

from __future__ import annotations

import argparse
import ast
import io
import subprocess
import tarfile
import tokenize
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("simulator", "monitoring", "gateways", "resilience", "dashboards", "scenarios", "stadtwerk")
"""What is shipped; `tests` and `benchmarks` stand beside it."""

APART = ("simulator/lifelines/district_heating", "simulator/domains/wastewater")
"""What entered the town with the proof that it can be added from one folder; shown in a sum of its own."""

SILENT = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
}


def docstrings(text: str) -> set[int]:
    """The lines of every string that stands alone as a statement: docstrings of modules, classes, functions, fields."""
    return {
        line
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }


def code_lines(text: str) -> int:
    """How many lines of a module are code."""
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in SILENT:
            lines.update(range(token.start[0], token.end[0] + 1))
    return len(lines - docstrings(text))


def at_commit(commit: str) -> Iterator[tuple[str, str]]:
    """Path and text of every Python file at a commit."""
    command = ["git", "archive", "--format=tar", commit]
    packed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        for member in archive.getmembers():
            if member.isfile() and member.name.endswith(".py"):
                file = archive.extractfile(member)
                assert file is not None
                yield member.name, file.read().decode()


def as_it_is() -> Iterator[tuple[str, str]]:
    """Path and text of every Python file in the tree."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def sizes(files: Iterator[tuple[str, str]], depth: int = 2) -> dict[str, tuple[int, int]]:
    """Code lines and modules of each room, as far down as `depth` folders."""
    lines: Counter[str] = Counter()
    modules: Counter[str] = Counter()
    for path, text in files:
        parts = path.split("/")
        if parts[0] not in ROOMS:
            continue
        room = next((apart for apart in APART if path.startswith(apart + "/")), "/".join(parts[:-1][:depth]))
        lines[room] += code_lines(text)
        modules[room] += 1
    return {room: (lines[room], modules[room]) for room in sorted(lines)}


def total(counted: dict[str, tuple[int, int]], leave: tuple[str, ...] = ()) -> tuple[int, int]:
    kept = [size for room, size in counted.items() if room not in leave]
    return sum(lines for lines, _ in kept), sum(modules for _, modules in kept)


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--commit", help="count a commit instead of the files as they are")
    reader.add_argument("--before", help="show a commit beside it")
    reader.add_argument("--depth", type=int, default=2, help="how many folders down a room is told apart (default 2)")
    chosen = reader.parse_args()
    now = sizes(at_commit(chosen.commit) if chosen.commit else as_it_is(), chosen.depth)
    before = sizes(at_commit(chosen.before), chosen.depth) if chosen.before else {}
    print(f"{'room':<32}" + (f"{'lines before':>14}{'modules':>9}" if before else "") + f"{'lines':>14}{'modules':>9}")

    def row(name: str, then: tuple[int, int], size: tuple[int, int]) -> None:
        print(f"{name:<32}" + (f"{then[0]:>14,}{then[1]:>9}" if before else "") + f"{size[0]:>14,}{size[1]:>9}")

    for room in sorted({*now, *before}):
        row(room, before.get(room, (0, 0)), now.get(room, (0, 0)))
    row("all", total(before), total(now))
    if any(room in now for room in APART):
        row("all without heat and wastewater", total(before, APART), total(now, APART))


if __name__ == "__main__":
    main()
