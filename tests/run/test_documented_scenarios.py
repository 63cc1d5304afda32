"""What the page on scenarios shows can be written like that: each of its entries is checked against the demo city."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from resilience.scenario.loader import check_scenario
from simulator.contracts.document import load_document
from stadtwerk.library import load_named_city

pytest.importorskip("pandapower", reason="the demo extra is not installed")

PAGE = Path(__file__).resolve().parents[2] / "docs" / "scenarios.md"
HEAD = """\
schema: stadtwerk/scenario/1
id: documented
title: {de: Seite, en: page}
question: {de: "Geht das?", en: "Does that work?"}
city: {name: demo}
run: {start: "2026-01-14T17:00", warmup: 1h, duration: 24h, heal_by: 20h}
expect: [{id: all, type: invariant, levels: all}]
timeline:
"""


RASTERS = {"pga.asc": (-180, -90, 360), "gusts.asc": (0, 5_000_000, 1_000_000)}
"""West, south and width of the only value of each raster that the page names: in degrees, and in metres of UTM 32."""


def entries() -> list[str]:
    """The entries of all blocks that hold whole entries."""
    blocks = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    texts = [block.removeprefix("timeline:\n") for block in blocks]
    return [text for text in texts if text.startswith("  - ")]


def test_every_entry_of_the_page_is_sound(tmp_path: Path) -> None:
    city = load_named_city("demo")
    assert len(entries()) >= 5
    for name, (west, south, width) in RASTERS.items():
        head = f"ncols 1\nnrows 1\nxllcorner {west}\nyllcorner {south}\ncellsize {width}\n3\n"
        (tmp_path / name).write_text(head, encoding="utf-8")
    main = next(c.id for c in city.components.values() if c.kind == "pipe")
    rows = f"time,component,fail_perc\n3600,{main},50\n"
    (tmp_path / "disruption_file.csv").write_text(rows, encoding="utf-8")
    for text in entries():
        (tmp_path / "s.yaml").write_text(HEAD + text, encoding="utf-8")
        problems = check_scenario(load_document(tmp_path / "s.yaml"), city)
        assert not problems, "\n".join(map(str, problems))
        assert yaml.safe_load(text)
