"""The table of files from elsewhere tells what works, and what is refused and why."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from tests.city.towns import WATER
from tests.foreign.trying import REFUSED, found, tried


def test_it_finds_network_files_and_tells_a_refusal(tmp_path: Path) -> None:
    (tmp_path / "a.inp").write_text(dedent(WATER), encoding="utf-8")
    (tmp_path / "b.inp").write_text("[JUNCTIONS]\n A 10 x\n[END]\n", encoding="utf-8")
    (tmp_path / "notes.inp").write_text("no network", encoding="utf-8")
    names = dict(found(tmp_path))
    assert list(names) == ["a.inp", "b.inp"]
    one = tried("b.inp", names["b.inp"])
    assert (one.result, one.step) == (REFUSED, "import") and "b.inp" in one.said
