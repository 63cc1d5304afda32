"""The package's table of contents names what is there."""

from pathlib import Path

import resilience


def test_table_of_contents() -> None:
    folder = Path(resilience.__file__).parent
    there = {path.stem for path in folder.glob("*.py") if path.stem != "__init__"}
    there |= {path.parent.name for path in folder.glob("*/__init__.py")}
    lines = (resilience.__doc__ or "").strip().split("\n")[2:]
    assert {line.split()[0] for line in lines} == there
