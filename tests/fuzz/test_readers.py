"""Mutants of real files: every reader answers with exit 0 or 64, in time, and opens and loads nothing that they name.

By default Hypothesis draws some mutants for each reader, all in one process of their own that is warm; nightly two
thousand each, by seed (`python -m tests.fuzz READER --count N --first SEED` tries others, and prints what it finds).
"""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.fuzz.mutate import KINDS, Change, drawn, mutant
from tests.fuzz.readers import READERS

pytest.importorskip("wntr", reason="the demo extra is not installed")
pytest.importorskip("pandapower", reason="the demo extra is not installed")


def fuzzed(*arguments: str, limit_s: float = 3600.0) -> str:
    command = [sys.executable, "-m", "tests.fuzz", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=limit_s, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    return done.stdout


def test_mutants_of_every_reader_and_what_was_found_once_are_taken_or_refused() -> None:
    said = fuzzed("--hypothesis", "--found", "--count", "12", limit_s=1200.0)
    assert [line.partition(":")[0] for line in said.splitlines()] == list(READERS)


@pytest.mark.nightly
@pytest.mark.parametrize("reader", READERS)
def test_two_thousand_mutants(reader: str) -> None:
    print(fuzzed(reader, "--count", "2000", limit_s=4 * 3600.0))


def test_a_seed_gives_the_same_mutant_again_and_most_differ_from_the_file() -> None:
    content = json.dumps({"a": [1, 2.5, "x"], "b": {"c": '{"d": 3}'}}).encode()
    made = [mutant(content, drawn(f"s-{seed}", True), "/bait") for seed in range(200)]
    assert made == [mutant(content, drawn(f"s-{seed}", True), "/bait") for seed in range(200)]
    assert sum(one != content for one in made) > 180


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("content", [b"", b"x", b"{}", b"[JUNCTIONS]\nA 10 2.0\n"])
def test_every_change_applies_to_every_file(kind: str, content: bytes) -> None:
    for place in (0.0, 0.5, 1.0):
        for pick in range(40):
            mutant(content, [Change(kind, place, pick)], "/bait")
