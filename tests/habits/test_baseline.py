"""`tools.baseline` sees that nothing changed, and that something did."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.suite.support import CLOSED, SMALL, scenario, town
from tools.baseline import compared, main


def test_the_same_town_is_equal_and_another_fault_is_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = town(tmp_path)
    file, table = scenario(place, "one", SMALL), tmp_path / "before.json"
    assert main(["record", str(table), str(file)]) == 0
    scenario(place, "one", CLOSED)
    assert main(["compare", str(table)]) == 1
    said = capsys.readouterr().out
    assert "levels DIFFERS" in said and "tree DIFFERS" in said and "0 of 1 rows equal" in said
    before = json.loads(table.read_text(encoding="utf-8"))
    assert compared(before, before) == 0 and before.keys() == {str(file)}
    assert "1 of 1 rows equal" in capsys.readouterr().out
